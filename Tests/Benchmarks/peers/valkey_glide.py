"""valkey-glide: all keys of a cluster to standard output. Arguments: HOST PORT COUNT."""

import asyncio
import sys

from glide import ClusterScanCursor, GlideClusterClient, GlideClusterClientConfiguration, NodeAddress


async def main(host, port, count):
    configuration = GlideClusterClientConfiguration([NodeAddress(host, port)], request_timeout=10_000)
    client = await GlideClusterClient.create(configuration)
    cursor = ClusterScanCursor()
    while not cursor.is_finished():
        cursor, names = await client.scan(cursor, count=count)
        for name in names:
            sys.stdout.buffer.write(name)
            sys.stdout.buffer.write(b"\n")
    await client.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
