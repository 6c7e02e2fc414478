import ArgumentParser

@main
struct ClusterScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cluster-scan")
}
