"""redis-py: all keys of a cluster to standard output. Arguments: HOST PORT COUNT."""

import sys

import redis

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
cluster = redis.RedisCluster(host=host, port=port)
write = sys.stdout.buffer.write
for name in cluster.scan_iter(count=count):
    write(name)
    write(b"\n")
