import Testing

/// Everything that runs against real servers, one after another: a machine with two cores is slow enough with
/// one cluster at a time. Suites are nested in extensions of this one.
@Suite("Real servers", .serialized, .takesTurnWithRealServers, .timeLimit(.minutes(10)))
enum IntegrationTests {}
