import ClusterScan
import TestCluster
import Testing

extension IntegrationTests {
    @Suite("Failovers and restarts")
    struct FailoverTests {
        private static let sample = SampleKeys(count: 20_000, seed: 33)
        private static let names = Set(sample.map(\.name))

        /// Small pages and little read ahead, so that what happens in the middle of a stream happens in its
        /// middle.
        private static func options(_ strategy: ScanStrategy) -> ScanOptions {
            ScanOptions(count: 100, strategy: strategy, readAheadBytes: 10_000)
        }

        @Test("a replica that takes over by CLUSTER FAILOVER costs no key")
        func failover() async {
            await ServerGeneration.each { try await failover(on: $0) }
        }

        private func failover(on generation: ServerGeneration) async throws {
            try await LocalCluster.with(LocalCluster.Options(generation)) { cluster in
                try await Self.fill(cluster)
                for (strategy, replica) in [(ScanStrategy.scan, 3), (.slots, 4)] {
                    let batches = cluster.scanner().batches(options: Self.options(strategy))
                    let primary = cluster.nodes[replica - 3].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 5, from: primary) {
                        try await cluster.promote(replica)
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                    let report = try #require(await batches.report)
                    #expect(report.isComplete, "\(generation)")
                    #expect(report.restarts > 0, "\(generation)")
                }
                // Back again, with pages and with replicas.
                try await cluster.waitUntilAgreed()
                let scanner = cluster.scanner()
                var cursor = ScanCursor.start
                var tally = KeyTally()
                var pages = 0
                while !cursor.isFinished {
                    let page = try await scanner.scan(cursor, options: Self.options(.scan))
                    tally.add(page.keys)
                    cursor = page.cursor
                    pages += 1
                    if pages == 20 { try await cluster.promote(0) }
                    if pages == 100 { try await cluster.promote(1) }
                }
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                await scanner.shutDown()

                try await cluster.waitUntilAgreed()
                var options = Self.options(.scan)
                options.readPreference = .preferReplicas
                let replicas = try await KeyTally(
                    of: cluster.scanner().batches(options: options),
                    afterBatches: 5,
                    from: cluster.nodes[5].nodeAddress
                ) {
                    try await cluster.promote(5)
                }
                #expect(replicas.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
            }
        }

        @Test("a primary that is killed and replaced by its replica costs no key")
        func killedPrimary() async {
            await ServerGeneration.each { try await killedPrimary(on: $0) }
        }

        private func killedPrimary(on generation: ServerGeneration) async throws {
            var options = LocalCluster.Options(generation)
            options.nodeTimeout = .milliseconds(1_500)
            try await LocalCluster.with(options) { cluster in
                try await Self.fill(cluster)
                for (strategy, victim) in [(ScanStrategy.scan, 0), (.slots, 1)] {
                    let batches = cluster.scanner().batches(options: Self.options(strategy))
                    let address = cluster.nodes[victim].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                        try await cluster.kill(victim)
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                    let report = try #require(await batches.report)
                    #expect(report.isComplete, "\(generation)")
                    #expect(report.retries > 0, "\(generation)")
                    try await cluster.restart(victim)
                    try await cluster.waitUntilAgreed()
                }
            }
        }

        @Test("a killed replica costs no key: its primary is read instead")
        func killedReplica() async {
            await ServerGeneration.each { try await killedReplica(on: $0) }
        }

        private func killedReplica(on generation: ServerGeneration) async throws {
            try await LocalCluster.with(LocalCluster.Options(generation)) { cluster in
                try await Self.fill(cluster)
                for (strategy, victim) in [(ScanStrategy.scan, 3), (.slots, 4)] {
                    var options = Self.options(strategy)
                    options.readPreference = .preferReplicas
                    let batches = cluster.scanner().batches(options: options)
                    let address = cluster.nodes[victim].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                        try await cluster.kill(victim)
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                }
            }
        }

        @Test("a node that restarts on its port costs no key, though its cursors mean nothing any more")
        func restart() async {
            await ServerGeneration.each { try await restart(on: $0) }
        }

        private func restart(on generation: ServerGeneration) async throws {
            var options = LocalCluster.Options(generation)
            options.replicasPerPrimary = 0
            options.configuration = ["appendonly yes"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                for strategy in [ScanStrategy.scan, .slots] {
                    let batches = cluster.scanner().batches(options: Self.options(strategy))
                    let address = cluster.nodes[2].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                        try await cluster.kill(2)
                        try await cluster.restart(2)
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                    #expect(await batches.report?.isComplete == true, "\(generation)")
                }
                // Between two pages, in the knowledge of nobody.
                let scanner = cluster.scanner()
                var cursor = ScanCursor.start
                var tally = KeyTally()
                var pages = 0
                while !cursor.isFinished {
                    let page = try await scanner.scan(cursor, options: Self.options(.scan))
                    tally.add(page.keys)
                    cursor = page.cursor
                    pages += 1
                    if [20, 100, 160].contains(pages) {
                        for node in 0..<3 {
                            try await cluster.kill(node)
                            try await cluster.restart(node)
                        }
                    }
                }
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil, "\(generation)")
                await scanner.shutDown()
            }
        }

        @Test("a consumer that takes its time does not use up the patience with nodes")
        func slowConsumer() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.configuration = ["appendonly yes"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(commandTimeout: .milliseconds(300))
                )
                for strategy in [ScanStrategy.scan, .slots] {
                    var options = Self.options(strategy)
                    options.count = 20
                    // Longer than a server that has just started is not believed (R15), and shorter than
                    // the consumer takes.
                    options.patience = .seconds(5)
                    // Far from full when the nodes fall silent, and full soon after they have come back.
                    options.readAheadBytes = 300_000
                    let batches = scanner.batches(options: options)
                    let address = cluster.nodes[0].nodeAddress
                    let tally = try await KeyTally(of: batches, afterBatches: 1, from: address) {
                        for node in 0..<3 { try cluster.pause(node) }
                        try await Task.sleep(for: .milliseconds(500))
                        for node in 0..<3 {
                            try await cluster.kill(node)
                            try await cluster.restart(node)
                        }
                        try await Task.sleep(for: .seconds(7))
                    }
                    #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                    #expect(try #require(await batches.report).retries > 0)
                }
            }
        }

        @Test("a node that hangs for a while is waited for")
        func hanging() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .seconds(15)
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                let scanner = ClusterScanner(
                    seeds: [cluster.nodes[0].nodeAddress],
                    connection: ConnectionConfiguration(commandTimeout: .milliseconds(300))
                )
                let batches = scanner.batches(options: Self.options(.scan))
                let waking = Task {
                    try await Task.sleep(for: .seconds(2))
                    try cluster.resume(2)
                }
                let address = cluster.nodes[2].nodeAddress
                let tally = try await KeyTally(of: batches, afterBatches: 5, from: address) {
                    try cluster.pause(2)
                }
                try await waking.value
                #expect(tally.difference(from: Self.names, allowingRepeats: true) == nil)
                let report = try #require(await batches.report)
                #expect(report.retries > 0 && report.isComplete)
            }
        }

        @Test("a primary that is gone for good is named, with its slots, and nothing else is lost")
        func gone() async throws {
            var options = LocalCluster.Options()
            options.replicasPerPrimary = 0
            options.nodeTimeout = .milliseconds(1_500)
            options.configuration = ["cluster-require-full-coverage no"]
            try await LocalCluster.with(options) { cluster in
                try await cluster.load(Self.sample)
                let slots = try #require(
                    try await cluster.scanner().topology().shards
                        .first { $0.primary.id.description == cluster.nodes[1].id }?.slots
                )
                let reachable = Self.names.filter { !slots.contains(HashSlot(key: $0)) }
                try await cluster.kill(1)
                for strategy in [ScanStrategy.scan, .slots] {
                    var options = Self.options(strategy)
                    options.patience = .seconds(1)
                    var tally = KeyTally()
                    let error = await #expect(throws: ClusterScanError.self) {
                        for try await batch in cluster.scanner().batches(options: options) {
                            tally.add(batch.keys)
                        }
                    }
                    #expect(error?.slots == slots)
                    #expect(error?.message.contains(cluster.nodes[1].address) == true)
                    #expect(error?.message.contains("connection refused") == true)
                    // Patience may end before a slow machine has read the others.
                    let covered = error?.cursor?.inspection?.covered ?? SlotSet()
                    #expect(tally.names.isSubset(of: reachable) && tally.total == tally.names.count)
                    #expect(
                        reachable.subtracting(tally.names).allSatisfy { !covered.contains(HashSlot(key: $0)) }
                    )
                    try await pagesEndAfterTheOthers(
                        cluster,
                        options,
                        unreachable: slots,
                        expecting: reachable
                    )
                }
            }
        }

        /// Pages have no report, so they end with the error whatever the options allow, and one node at a
        /// time is read: but the others first.
        private func pagesEndAfterTheOthers(
            _ cluster: LocalCluster,
            _ options: ScanOptions,
            unreachable slots: SlotSet,
            expecting reachable: Set<[UInt8]>
        ) async throws {
            let scanner = cluster.scanner()
            for allowsUncoveredSlots in [false, true] {
                var options = options
                options.allowsUncoveredSlots = allowsUncoveredSlots
                var tally = KeyTally()
                var cursor = ScanCursor.start
                let error = await #expect(throws: ClusterScanError.self) {
                    while !cursor.isFinished {
                        let page = try await scanner.scan(cursor, options: options)
                        tally.add(page.keys)
                        cursor = page.cursor
                    }
                }
                #expect(error?.slots == slots)
                #expect(tally.difference(from: reachable) == nil)
            }
            await scanner.shutDown()
        }

        // MARK: Clusters

        private static func fill(_ cluster: LocalCluster) async throws {
            try await cluster.load(sample)
            try await cluster.waitForReplicas()
        }
    }
}
