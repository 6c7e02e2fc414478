import ScanCore
import Testing

/// What a cluster of Redis 7.0.15 answered: three primaries with a replica each, and a primary without
/// slots, to which slot 93 was moved. The last node's replica and then the last node were killed on the
/// way.
enum CapturedReplies {
    static let nodes = [
        "92b55fdf03dd0f130b69fba0df1849991e1e56da", "808c37c5ee358ae4e79d4f565925e4f00efda204",
        "0e643dfa2eb5f733faee8ab1cecab072b77916a1", "f01b4740372e6fc1cd9782d3569180d25e67745c",
        "ae9ffbfb677808a8b79c242c2e498ef89671033e", "8685e761a1891303fca6120a349ce7a1bbddf9d9",
        "2fc11b5bd5c2204c7181a6a966510370cabd44df",
    ].compactMap(NodeID.init)

    /// As it comes over the wire, with spaces for line ends.
    static func value(_ wire: String) throws -> RESPValue {
        let bytes = Array((wire + " ").replacing(" ", with: "\r\n").utf8)
        let replies = try parse(bytes, inChunksOf: bytes.count).get()
        return try #require(replies.first)
    }

    // MARK: CLUSTER SLOTS

    static let slots = """
        *3 *4 :0 :5460 *4 $9 127.0.0.1 :14558 $40 92b55fdf03dd0f130b69fba0df1849991e1e56da *2 $8 hostname $18 \
        node-0.example.com *4 $9 127.0.0.1 :15600 $40 f01b4740372e6fc1cd9782d3569180d25e67745c *0 \
        *4 :5461 :10922 *4 $9 127.0.0.1 :12892 $40 808c37c5ee358ae4e79d4f565925e4f00efda204 *0 \
        *4 $9 127.0.0.1 :12819 $40 ae9ffbfb677808a8b79c242c2e498ef89671033e *0 \
        *4 :10923 :16383 *4 $9 127.0.0.1 :12987 $40 0e643dfa2eb5f733faee8ab1cecab072b77916a1 *0 \
        *4 $9 127.0.0.1 :11078 $40 8685e761a1891303fca6120a349ce7a1bbddf9d9 *0
        """

    /// After slot 93 was moved, and a replica was killed together with its primary.
    static let slotsAfterMove = """
        *5 *4 :0 :92 *4 $9 127.0.0.1 :14558 $40 92b55fdf03dd0f130b69fba0df1849991e1e56da *2 $8 hostname $18 \
        node-0.example.com *4 $9 127.0.0.1 :15600 $40 f01b4740372e6fc1cd9782d3569180d25e67745c *0 \
        *3 :93 :93 *4 $9 127.0.0.1 :14741 $40 2fc11b5bd5c2204c7181a6a966510370cabd44df *0 \
        *4 :94 :5460 *4 $9 127.0.0.1 :14558 $40 92b55fdf03dd0f130b69fba0df1849991e1e56da *2 $8 hostname $18 \
        node-0.example.com *4 $9 127.0.0.1 :15600 $40 f01b4740372e6fc1cd9782d3569180d25e67745c *0 \
        *4 :5461 :10922 *4 $9 127.0.0.1 :12892 $40 808c37c5ee358ae4e79d4f565925e4f00efda204 *0 \
        *4 $9 127.0.0.1 :12819 $40 ae9ffbfb677808a8b79c242c2e498ef89671033e *0 \
        *3 :10923 :16383 *4 $9 127.0.0.1 :12987 $40 0e643dfa2eb5f733faee8ab1cecab072b77916a1 *0
        """

    /// With `cluster-preferred-endpoint-type hostname`, but only one hostname set.
    static let slotsWithHostnames = """
        *3 *3 :0 :5460 *4 $18 node-0.example.com :14558 $40 92b55fdf03dd0f130b69fba0df1849991e1e56da \
        *2 $2 ip $9 127.0.0.1 *3 :5461 :10922 *4 $1 ? :12892 $40 808c37c5ee358ae4e79d4f565925e4f00efda204 \
        *2 $2 ip $9 127.0.0.1 *3 :10923 :16383 *4 $1 ? :12987 $40 0e643dfa2eb5f733faee8ab1cecab072b77916a1 \
        *2 $2 ip $9 127.0.0.1
        """

    /// With `cluster-preferred-endpoint-type unknown-endpoint`.
    static let slotsWithUnknownEndpoints = """
        *3 *3 :0 :5460 *4 $-1 :14558 $40 92b55fdf03dd0f130b69fba0df1849991e1e56da *4 $2 ip $9 127.0.0.1 $8 \
        hostname $18 node-0.example.com *3 :5461 :10922 *4 $-1 :12892 $40 \
        808c37c5ee358ae4e79d4f565925e4f00efda204 *2 $2 ip $9 127.0.0.1 *3 :10923 :16383 *4 $-1 :12987 $40 \
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 *2 $2 ip $9 127.0.0.1
        """

    /// A node that was told to serve all slots and has met nobody, on an IPv6 address.
    static let slotsOfLoneNode = """
        *1 *3 :0 :16383 *4 $0  :10917 $40 68a37c3122ef7c38aa08fcf063624ad84bb65f16 *0
        """

    /// The same node, as the one that it met sees it.
    static let slotsOverIPv6 = """
        *1 *3 :0 :16383 *4 $3 ::1 :10917 $40 68a37c3122ef7c38aa08fcf063624ad84bb65f16 *0
        """

    // MARK: CLUSTER NODES

    private static let others = """
        8685e761a1891303fca6120a349ce7a1bbddf9d9 127.0.0.1:11078@21078 slave \
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 0 1795249686703 3 connected
        f01b4740372e6fc1cd9782d3569180d25e67745c 127.0.0.1:15600@25600 slave \
        92b55fdf03dd0f130b69fba0df1849991e1e56da 0 1795249686502 1 connected
        ae9ffbfb677808a8b79c242c2e498ef89671033e 127.0.0.1:12819@22819 slave \
        808c37c5ee358ae4e79d4f565925e4f00efda204 0 1795249685692 2 connected
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 127.0.0.1:12987@22987 master - 0 1795249686000 3 connected \
        10923-16383

        """

    /// Node 0, while slot 93 goes to node 6 and slot 6000 comes from node 1.
    static let nodesOfMigratingNode =
        others + """
            808c37c5ee358ae4e79d4f565925e4f00efda204 127.0.0.1:12892@22892 master - 0 1795249685000 2 connected \
            5461-10922
            2fc11b5bd5c2204c7181a6a966510370cabd44df 127.0.0.1:14741@24741 master - 0 1795249685000 7 connected
            92b55fdf03dd0f130b69fba0df1849991e1e56da 127.0.0.1:14558@24558,node-0.example.com myself,master - 0 \
            1795249682000 1 connected 0-5460 [93->-2fc11b5bd5c2204c7181a6a966510370cabd44df] \
            [6000-<-808c37c5ee358ae4e79d4f565925e4f00efda204]

            """

    /// Node 6 at that time, which serves no slots yet.
    static let nodesOfImportingNode =
        others + """
            92b55fdf03dd0f130b69fba0df1849991e1e56da 127.0.0.1:14558@24558,node-0.example.com master - 0 \
            1795249685000 1 connected 0-5460
            808c37c5ee358ae4e79d4f565925e4f00efda204 127.0.0.1:12892@22892 master - 0 1795249685774 2 connected \
            5461-10922
            2fc11b5bd5c2204c7181a6a966510370cabd44df 127.0.0.1:14741@24741 myself,master - 0 1795249686000 7 \
            connected [93-<-92b55fdf03dd0f130b69fba0df1849991e1e56da]

            """

    /// Node 3, the replica of node 0, at that time.
    static let nodesOfReplica = """
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 127.0.0.1:12987@22987 master - 0 1795249685165 3 connected \
        10923-16383
        808c37c5ee358ae4e79d4f565925e4f00efda204 127.0.0.1:12892@22892 master - 0 1795249685673 2 connected \
        5461-10922
        2fc11b5bd5c2204c7181a6a966510370cabd44df 127.0.0.1:14741@24741 master - 0 1795249685000 7 connected
        ae9ffbfb677808a8b79c242c2e498ef89671033e 127.0.0.1:12819@22819 slave \
        808c37c5ee358ae4e79d4f565925e4f00efda204 0 1795249685000 2 connected
        92b55fdf03dd0f130b69fba0df1849991e1e56da 127.0.0.1:14558@24558,node-0.example.com master - 0 \
        1795249685265 1 connected 0-5460
        f01b4740372e6fc1cd9782d3569180d25e67745c 127.0.0.1:15600@25600 myself,slave \
        92b55fdf03dd0f130b69fba0df1849991e1e56da 0 1795249684000 1 connected
        8685e761a1891303fca6120a349ce7a1bbddf9d9 127.0.0.1:11078@21078 slave \
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 0 1795249686680 3 connected

        """

    /// Node 1, after slot 93 was moved, node 2 and its replica were killed, and an address where nobody is
    /// was met.
    static let nodesAfterLoss = """
        ae9ffbfb677808a8b79c242c2e498ef89671033e 127.0.0.1:12819@22819 slave \
        808c37c5ee358ae4e79d4f565925e4f00efda204 0 1795249722085 2 connected
        f01b4740372e6fc1cd9782d3569180d25e67745c 127.0.0.1:15600@25600 slave \
        92b55fdf03dd0f130b69fba0df1849991e1e56da 0 1795249724098 1 connected
        92b55fdf03dd0f130b69fba0df1849991e1e56da 127.0.0.1:14558@24558,node-0.example.com master - 0 \
        1795249722000 1 connected 0-92 94-5460
        8685e761a1891303fca6120a349ce7a1bbddf9d9 127.0.0.1:11078@21078 slave,fail \
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 1795249712004 1795249710000 3 disconnected
        808c37c5ee358ae4e79d4f565925e4f00efda204 127.0.0.1:12892@22892 myself,master - 0 1795249723000 2 \
        connected 5461-10922
        0e643dfa2eb5f733faee8ab1cecab072b77916a1 127.0.0.1:12987@22987 master,fail - 1795249714029 \
        1795249711502 3 disconnected 10923-16383
        2fc11b5bd5c2204c7181a6a966510370cabd44df 127.0.0.1:14741@24741 master - 0 1795249723092 7 connected 93
        e2f7642483d4a46e156d098cf1bd924f404524da 127.0.0.1:1@10001 handshake - 0 0 0 disconnected

        """

    /// A node that has met nobody.
    static let nodesOfLoneNode = """
        68a37c3122ef7c38aa08fcf063624ad84bb65f16 :10917@20917 myself,master - 0 0 0 connected

        """

    static let nodesOverIPv6 = """
        68a37c3122ef7c38aa08fcf063624ad84bb65f16 ::1:10917@20917 master - 0 1795249748670 0 connected 0-16383
        2cd99dc474e01f686e6281bc7979a4d7b914fcab ::1:10918@20918 myself,master - 0 0 1 connected

        """

    // MARK: INFO

    static let info = """
        # Server\r
        redis_version:7.0.15\r
        redis_git_sha1:00000000\r
        redis_git_dirty:0\r
        redis_build_id:ae4d7c971a948f0\r
        redis_mode:cluster\r
        os:Linux 6.18.44-fc-v657 x86_64\r
        arch_bits:64\r
        monotonic_clock:POSIX clock_gettime\r
        multiplexing_api:epoll\r
        atomicvar_api:c11-builtin\r
        gcc_version:12.2.0\r
        process_id:991\r
        process_supervised:no\r
        run_id:dff9070b702d1a803e63d2b2559a892af161f152\r
        tcp_port:14558\r
        server_time_usec:1795249682271162\r
        uptime_in_seconds:5\r
        uptime_in_days:0\r
        hz:10\r
        configured_hz:10\r
        lru_clock:87570\r
        executable:/usr/bin/redis-server\r
        config_file:/etc/redis/server.conf\r
        io_threads_active:0\r

        """
}
