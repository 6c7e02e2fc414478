// go-redis: all keys of a cluster to standard output. Arguments: HOST PORT COUNT.
package main

import (
	"bufio"
	"context"
	"log"
	"os"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
)

func main() {
	count, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	cluster := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{os.Args[1] + ":" + os.Args[2]}})
	output := bufio.NewWriterSize(os.Stdout, 1<<16)
	var lock sync.Mutex
	err = cluster.ForEachMaster(context.Background(), func(ctx context.Context, node *redis.Client) error {
		for cursor := uint64(0); ; {
			names, next, err := node.Scan(ctx, cursor, "", count).Result()
			if err != nil {
				return err
			}
			lock.Lock()
			for _, name := range names {
				output.WriteString(name)
				output.WriteByte('\n')
			}
			lock.Unlock()
			if cursor = next; cursor == 0 {
				return nil
			}
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := output.Flush(); err != nil {
		log.Fatal(err)
	}
}
