/* The floor: the least a client can do. Chains the cursors of SCAN on all nodes at once, with one thread and
   poll, and writes the names to standard output. It trusts the cluster to stay as it is: no filter, no
   cursor to resume from, no check of what it covered. */
#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void fail(const char *what) {
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static void ask(redisContext *node, const char *cursor, const char *count) {
    int sent = 0;
    if (redisAppendCommand(node, "SCAN %s COUNT %s", cursor, count) != REDIS_OK) fail(node->errstr);
    while (!sent)
        if (redisBufferWrite(node, &sent) != REDIS_OK) fail(node->errstr);
}

static int is_page(const redisReply *reply) {
    return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
           reply->element[0]->type == REDIS_REPLY_STRING && reply->element[1]->type == REDIS_REPLY_ARRAY;
}

/* Returns whether the node has more. */
static int take(redisContext *node, const char *count) {
    /* redisBufferRead takes 16 KiB at a time, so that a page would need several rounds of poll. */
    static char bytes[1 << 18];
    redisReply *reply = NULL;
    int more = 1;
    ssize_t received = recv(node->fd, bytes, sizeof bytes, 0);
    if (received <= 0) fail("connection lost");
    if (redisReaderFeed(node->reader, bytes, (size_t)received) != REDIS_OK) fail("out of memory");
    if (redisGetReplyFromReader(node, (void **)&reply) != REDIS_OK) fail(node->errstr);
    if (reply == NULL) return more;
    if (!is_page(reply)) fail(reply->type == REDIS_REPLY_ERROR ? reply->str : "not a page of SCAN");
    more = strcmp(reply->element[0]->str, "0") != 0;
    if (more) ask(node, reply->element[0]->str, count);
    for (size_t i = 0; i < reply->element[1]->elements; i++) {
        const redisReply *name = reply->element[1]->element[i];
        fwrite(name->str, 1, name->len, stdout);
        putc('\n', stdout);
    }
    freeReplyObject(reply);
    return more;
}

int main(int argc, char **argv) {
    int nodes = (argc - 2) / 2, busy = nodes;
    if (argc < 4 || argc % 2 != 0) fail("usage: floor COUNT HOST PORT [HOST PORT]...");
    redisContext **node = calloc(nodes, sizeof *node);
    struct pollfd *polled = calloc(nodes, sizeof *polled);
    if (node == NULL || polled == NULL) fail("out of memory");
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    for (int i = 0; i < nodes; i++) {
        node[i] = redisConnect(argv[2 + 2 * i], atoi(argv[3 + 2 * i]));
        if (node[i] == NULL || node[i]->err) fail("cannot connect");
        polled[i] = (struct pollfd){.fd = node[i]->fd, .events = POLLIN};
        ask(node[i], "0", argv[1]);
    }
    while (busy > 0) {
        if (poll(polled, nodes, -1) < 0 && errno != EINTR) fail(strerror(errno));
        for (int i = 0; i < nodes; i++) {
            if (polled[i].fd < 0 || polled[i].revents == 0) continue;
            if (take(node[i], argv[1])) continue;
            polled[i].fd = -1;
            busy--;
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
