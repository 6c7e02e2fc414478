import Testing
import cluster_scan

@Suite("Quantities on the command line")
struct QuantityTests {
    @Test("thousands and millions can be abbreviated")
    func units() {
        #expect(
            ["1", "250", "10k", "10K", "5M", "5m"].map { Quantity(argument: $0)?.value }
                == [1, 250, 10_000, 10_000, 5_000_000, 5_000_000]
        )
    }

    @Test(
        "anything but a positive whole number is refused",
        arguments: [
            "", "0", "0k", "-1", "+1", "1.5k", "k", "1kk", "99999999999999999999", "9223372036854775807k",
        ]
    )
    func malformed(text: String) {
        #expect(Quantity(argument: text) == nil)
    }
}
