import ClusterScan
import Testing
import cluster_scan

@Suite("Hint how to go on")
struct ResumeHintTests {
    private let cursor = ScanCursor(ScanProgress(queryDigest: 7, wanted: .all))

    private func command(_ arguments: String...) -> String {
        ResumeHint(arguments: arguments, cursor: cursor).command
    }

    @Test("the command is the same with the new cursor, quoted for a shell")
    func same() {
        #expect(
            command("cluster-scan", "keys", "h:1", "--match", "it's {a}*", "--output", "") == """
                cluster-scan keys h:1 --match 'it'\\''s {a}*' --output '' --cursor \(cursor)
                """
        )
    }

    @Test("an earlier cursor is replaced")
    func replaces() {
        #expect(
            command("cluster-scan", "keys", "--cursor", "old", "-q")
                == "cluster-scan keys -q --cursor \(cursor)"
        )
        #expect(
            command("cluster-scan", "keys", "--cursor=old", "-q") == "cluster-scan keys -q --cursor \(cursor)"
        )
    }

    @Test("of all databases the one that the cursor is of is named, with the files that are its own")
    func databases() {
        func command(_ arguments: String...) -> String {
            ResumeHint(arguments: arguments, cursor: cursor, database: 3).command
        }
        #expect(
            command("cluster-scan", "keys", "h:1", "--db", "all", "-o", "f")
                == "cluster-scan keys h:1 --db 3 -o f.db3 --cursor \(cursor)"
        )
        #expect(
            command("cluster-scan", "copy", "h:1", "--db=all", "--to", "h:2")
                == "cluster-scan copy h:1 --db=3 --to h:2 --to-db 3 --cursor \(cursor)"
        )
        #expect(
            command("cluster-scan", "keys", "h:1", "--db", "3", "-o", "f")
                == "cluster-scan keys h:1 --db 3 -o f --cursor \(cursor)"
        )
    }

    @Test("passwords are left out, and that is told")
    func secrets() {
        let hint = ResumeHint(
            arguments: ["cluster-scan", "keys", "redis://a%40b:secret@[::1]:7000/2", "redis://:secret@h"],
            cursor: cursor
        )
        #expect(
            hint.command == "cluster-scan keys redis://a%40b@[::1]:7000/2 redis://h:6379 --cursor \(cursor)"
                || hint.command
                    == "cluster-scan keys 'redis://a%40b@[::1]:7000/2' redis://h:6379 --cursor \(cursor)"
        )
        #expect(hint.needsPassword)
        let socket = ResumeHint(
            arguments: ["cluster-scan", "keys", "unix://u:secret@/run/redis.sock?db=2", "--map", "a=b"],
            cursor: cursor
        )
        #expect(
            socket.command
                == "cluster-scan keys 'unix://u@/run/redis.sock?db=2' --map a=b --cursor \(cursor)"
        )
        #expect(
            !ResumeHint(arguments: ["cluster-scan", "keys", "redis://u@h"], cursor: cursor).needsPassword
        )
    }
}
