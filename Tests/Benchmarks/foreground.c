/* Somebody who uses a server while it is scanned: sends PING and GET in turn over one connection for some
   seconds, about one every half millisecond, and prints how many answers it got and how long they took:
   the 50th, 99th and 99.9th percentile, in microseconds. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    redisContext *server = redisConnect(argv[1], atoi(argv[2]));
    if (server == NULL || server->err) return 1;
    double end = now() + atof(argv[3]) * 1e6;
    size_t count = 0, room = 1 << 20;
    double *times = malloc(room * sizeof(*times));
    if (times == NULL) return 1;
    struct timespec pause = {0, 500000};
    for (double start; (start = now()) < end && count < room; nanosleep(&pause, NULL)) {
        redisReply *reply =
            count % 2 ? redisCommand(server, "PING") : redisCommand(server, "GET foreground:%d", (int)(count % 1000));
        if (reply == NULL) return 1;
        freeReplyObject(reply);
        times[count++] = now() - start;
    }
    if (count == 0) return 1;
    qsort(times, count, sizeof(*times), compare);
    printf("%zu %.0f %.0f %.0f\n", count, times[count / 2], times[count * 99 / 100], times[count * 999 / 1000]);
    free(times);
    redisFree(server);
    return 0;
}
