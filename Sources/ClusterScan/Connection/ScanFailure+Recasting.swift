extension ScanFailure {
    /// Takes the errors that the library throws for what they are: Swift forgets their types where one `do`
    /// meets several.
    init(recasting error: any Error, at address: NodeAddress) {
        switch error {
        case let error as ScanFailure: self = error
        case let error as ConnectionError: self.init(error)
        case let error as TopologyError: self.init(error, at: address)
        default: self.init(.giveUp, .protocolViolation, "\(error)", at: address)
        }
    }
}
