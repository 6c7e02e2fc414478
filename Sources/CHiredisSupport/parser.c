#include "CHiredisSupport.h"

#include <hiredis/hiredis.h>
#include <hiredis/sds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The reader gets its input in slices. After every reply it moves the rest of its buffer to the front: with 64 KiB
 * of pipelined replies in one piece that makes parsing half as slow again (24 instead of 16 ns a key, replies of
 * 100 keys). It also keeps the buffer of an idle connection small.
 */
#define SLICE ((size_t)4 * 1024)

/* A reader that had to hold more than this is replaced after the reply: its buffer never shrinks. */
#define KEPT_INPUT ((size_t)256 * 1024)

/* The largest buffer made before anything of a reply is seen, in elements. */
#define LARGEST_HINT ((size_t)256 * 1024)

/* What hiredis 0.14 can nest; 1.x has no bound of its own in some versions. */
#define LARGEST_DEPTH 8

/* Servers bound their own lines by 64 KiB; without a bound the search for the end of a line is quadratic. */
#define LONGEST_LINE ((size_t)64 * 1024)
#define LONGEST_BULK_HEADER ((size_t)32)

/* A growing array. `hint` is the size that recent replies needed. */
typedef struct buffer {
    void *memory;
    size_t count;
    size_t capacity;
    size_t hint;
} buffer;

struct cscan_parser {
    redisReader *reader;
    size_t maximum_bytes;
    size_t limit; /* of the reply under construction; at most `maximum_bytes` */
    size_t largest_input;
    buffer bytes;
    buffer nodes;
    size_t joined; /* complete replies in the buffers */
    cscan_status failure;
    char message[160];
};

/* hiredis 1.x reads the type of what callbacks return: every value is represented by this one, which lives on. */
static redisReply any_value;

static cscan_status fail(cscan_parser *parser, cscan_status failure, const char *message) {
    if (parser->failure == CSCAN_NEED_MORE) {
        parser->failure = failure;
        snprintf(parser->message, sizeof(parser->message), "%s", message);
    }
    return parser->failure;
}

static cscan_status fail_too_large(cscan_parser *parser) {
    char message[128];
    snprintf(message, sizeof(message), "the reply takes more than %zu bytes", parser->limit);
    return fail(parser, CSCAN_ERROR_TOO_LARGE, message);
}

static size_t reply_size(const cscan_parser *parser) {
    return parser->bytes.count + parser->nodes.count * sizeof(cscan_node);
}

/* The limit may be lower than that for the replies that were joined before. */
static size_t room_left(const cscan_parser *parser) {
    size_t size = reply_size(parser);
    return size < parser->limit ? parser->limit - size : 0;
}

/* --- The buffers of the reply under construction --- */

static int make_room(buffer *buffer, size_t extra, size_t element_size) {
    size_t needed = buffer->count + extra;
    if (needed <= buffer->capacity) return 1;
    size_t capacity = buffer->memory == NULL ? buffer->hint : buffer->capacity * 2;
    if (capacity < needed) capacity = needed;
    void *memory = realloc(buffer->memory, capacity * element_size);
    if (memory == NULL) return 0;
    buffer->memory = memory;
    buffer->capacity = capacity;
    return 1;
}

/* Gives the memory away, without what was not used of it; the next reply starts with nothing. */
static void *detach(buffer *buffer, size_t element_size) {
    void *memory = buffer->memory;
    size_t unused = buffer->capacity - buffer->count;
    if (memory != NULL && unused * element_size > 64 && unused > buffer->count / 4) {
        void *smaller = realloc(memory, buffer->count * element_size);
        if (smaller != NULL) memory = smaller;
    }
    size_t hint = buffer->count >= buffer->hint ? buffer->count : (buffer->hint + buffer->count) / 2;
    buffer->hint = hint < LARGEST_HINT ? hint : LARGEST_HINT;
    buffer->memory = NULL;
    buffer->count = buffer->capacity = 0;
    return memory;
}

static void *append_node(const redisReadTask *task, cscan_node node) {
    cscan_parser *parser = task->privdata;
    if (reply_size(parser) + sizeof(node) > parser->limit) {
        fail_too_large(parser);
        return NULL;
    }
    if (!make_room(&parser->nodes, 1, sizeof(node))) {
        fail(parser, CSCAN_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    ((cscan_node *)parser->nodes.memory)[parser->nodes.count++] = node;
    return &any_value;
}

/* --- Callbacks of the reader; NULL makes it stop --- */

/* Only what RESP2 has: no other protocol is ever asked for, and hiredis 0.14 knows no other. */
static void *refuse(const redisReadTask *task) {
    fail(task->privdata, CSCAN_ERROR_PROTOCOL, "Protocol error, got a RESP3 type in a RESP2 conversation");
    return NULL;
}

static void *create_string(const redisReadTask *task, char *string, size_t length) {
    cscan_parser *parser = task->privdata;
    cscan_node node = {0};
    switch (task->type) {
    case REDIS_REPLY_STRING: node.type = CSCAN_NODE_BULK_STRING; break;
    case REDIS_REPLY_STATUS: node.type = CSCAN_NODE_SIMPLE_STRING; break;
    case REDIS_REPLY_ERROR: node.type = CSCAN_NODE_ERROR; break;
    default: return refuse(task);
    }
    /* The reader has these two bytes in its buffer but does not look at them after a bulk string. */
    if (string[length] != '\r' || string[length + 1] != '\n') {
        fail(parser, CSCAN_ERROR_PROTOCOL, "Protocol error, a string is longer than announced");
        return NULL;
    }
    size_t room = room_left(parser);
    if (room < sizeof(node) || length > room - sizeof(node)) {
        fail_too_large(parser);
        return NULL;
    }
    if (!make_room(&parser->bytes, length, 1)) {
        fail(parser, CSCAN_ERROR_MEMORY, "out of memory");
        return NULL;
    }
    node.length = (uint32_t)length;
    node.value = (int64_t)parser->bytes.count;
    if (length > 0) memcpy((char *)parser->bytes.memory + parser->bytes.count, string, length);
    parser->bytes.count += length;
    return append_node(task, node);
}

static void *append_array(const redisReadTask *task, unsigned long long count) {
    cscan_parser *parser = task->privdata;
    if (task->type != REDIS_REPLY_ARRAY) return refuse(task);
    int depth = 1;
    for (const redisReadTask *outer = task->parent; outer != NULL; outer = outer->parent) depth += 1;
    if (depth > LARGEST_DEPTH) {
        fail(parser, CSCAN_ERROR_PROTOCOL, "Protocol error, arrays are nested too deeply");
        return NULL;
    }
    if (count > room_left(parser) / sizeof(cscan_node)) {
        fail_too_large(parser);
        return NULL;
    }
    return append_node(task, (cscan_node){.type = CSCAN_NODE_ARRAY, .length = (uint32_t)count});
}

#if HIREDIS_MAJOR >= 1
static void *create_array(const redisReadTask *task, size_t count) { return append_array(task, count); }

static void *create_double(const redisReadTask *task, double value, char *string, size_t length) {
    (void)value, (void)string, (void)length;
    return refuse(task);
}

static void *create_boolean(const redisReadTask *task, int value) {
    (void)value;
    return refuse(task);
}
#else
static void *create_array(const redisReadTask *task, int count) {
    return append_array(task, (unsigned long long)count);
}
#endif

static void *create_integer(const redisReadTask *task, long long value) {
    return append_node(task, (cscan_node){.type = CSCAN_NODE_INTEGER, .value = value});
}

static void *create_null(const redisReadTask *task) {
    /* RESP2 spells it as a string or an array of length -1. */
    if (task->type != REDIS_REPLY_STRING && task->type != REDIS_REPLY_ARRAY) return refuse(task);
    return append_node(task, (cscan_node){.type = CSCAN_NODE_NULL});
}

static void free_value(void *value) { (void)value; }

static redisReplyObjectFunctions callbacks = {
    .createString = create_string,
    .createArray = create_array,
    .createInteger = create_integer,
#if HIREDIS_MAJOR >= 1
    .createDouble = create_double,
    .createBool = create_boolean,
#endif
    .createNil = create_null,
    .freeObject = free_value,
};

/* --- The parser --- */

void *cscan_allocate(size_t size) { return malloc(size > 0 ? size : 1); }

void cscan_free(void *buffer) { free(buffer); }

static redisReader *create_reader(cscan_parser *parser) {
    redisReader *reader = redisReaderCreateWithFunctions(&callbacks);
    if (reader == NULL) return NULL;
    reader->privdata = parser;
    /* Never let go of the buffer between slices; `replace_large_reader` does that between replies. */
    reader->maxbuf = 0;
    return reader;
}

cscan_parser *cscan_parser_create(size_t maximum_bytes) {
    cscan_parser *parser = calloc(1, sizeof(*parser));
    if (parser == NULL) return NULL;
    parser->maximum_bytes = maximum_bytes < CSCAN_LARGEST_MAXIMUM ? maximum_bytes : CSCAN_LARGEST_MAXIMUM;
    parser->reader = create_reader(parser);
    if (parser->reader == NULL) {
        free(parser);
        return NULL;
    }
    return parser;
}

void cscan_parser_free(cscan_parser *parser) {
    if (parser == NULL) return;
    redisReaderFree(parser->reader);
    free(parser->bytes.memory);
    free(parser->nodes.memory);
    free(parser);
}

const char *cscan_parser_error(const cscan_parser *parser) { return parser->message; }

size_t cscan_parser_pending(const cscan_parser *parser) {
    return reply_size(parser) + (parser->reader->len - parser->reader->pos);
}

size_t cscan_parser_memory(const cscan_parser *parser) {
    size_t input = parser->reader->buf != NULL ? sdsalloc(parser->reader->buf) : 0;
    return input + parser->bytes.capacity + parser->nodes.capacity * sizeof(cscan_node);
}

static cscan_status fail_as_reader(cscan_parser *parser) {
    cscan_status failure = parser->reader->err == REDIS_ERR_OOM ? CSCAN_ERROR_MEMORY : CSCAN_ERROR_PROTOCOL;
    return fail(parser, failure, parser->reader->errstr);
}

/* Between replies only. What the reader has of the next reply goes to its successor. */
static void replace_large_reader(cscan_parser *parser) {
    redisReader *old = parser->reader;
    if (parser->largest_input <= KEPT_INPUT) return;
    redisReader *new = create_reader(parser);
    if (new == NULL) return;
    if (redisReaderFeed(new, old->buf + old->pos, old->len - old->pos) != REDIS_OK) {
        redisReaderFree(new);
        return;
    }
    redisReaderFree(old);
    parser->reader = new;
    parser->largest_input = 0;
}

/*
 * The reader waits, and a line of digits is complete: it is the length of a bulk string, as every other line would
 * have been taken. One that cannot fit is refused before it comes.
 */
static int announces_too_much(const cscan_parser *parser, const char *start, const char *end) {
    size_t room = room_left(parser);
    size_t length = 0;
    for (; start < end; start++) {
        if (*start < '0' || *start > '9') return 0;
        if (length > CSCAN_LARGEST_MAXIMUM) return 1;
        length = length * 10 + (size_t)(*start - '0');
    }
    return length > room;
}

static cscan_status check_bounds(cscan_parser *parser) {
    const char *start = parser->reader->buf + parser->reader->pos;
    size_t waiting = parser->reader->len - parser->reader->pos;
    const char *end =
        waiting > 0 ? memchr(start, '\n', waiting < LONGEST_BULK_HEADER ? waiting : LONGEST_BULK_HEADER) : NULL;
    int is_line = end != NULL && end > start && end[-1] == '\r';
    if (waiting > LONGEST_LINE && !is_line)
        return fail(parser, CSCAN_ERROR_PROTOCOL, "Protocol error, a line has no end");
    if (is_line && announces_too_much(parser, start, end - 1)) return fail_too_large(parser);
    if (waiting + reply_size(parser) > parser->limit) return fail_too_large(parser);
    return CSCAN_NEED_MORE;
}

cscan_status cscan_parser_next(cscan_parser *parser, const char **input, size_t *length, size_t count,
                               size_t limit, cscan_reply *reply) {
    if (parser->failure != CSCAN_NEED_MORE) return parser->failure;
    parser->limit = limit < parser->maximum_bytes ? limit : parser->maximum_bytes;
    for (;;) {
        void *value = NULL;
        if (redisReaderGetReply(parser->reader, &value) != REDIS_OK) return fail_as_reader(parser);
        if (value != NULL) {
            parser->joined += 1;
            if (parser->joined < count) continue;
            parser->joined = 0;
            reply->byte_count = parser->bytes.count;
            reply->bytes = detach(&parser->bytes, 1);
            reply->node_count = parser->nodes.count;
            reply->nodes = detach(&parser->nodes, sizeof(cscan_node));
            replace_large_reader(parser);
            return CSCAN_REPLY;
        }
        if (check_bounds(parser) != CSCAN_NEED_MORE) return parser->failure;
        if (*length == 0) return CSCAN_NEED_MORE;

        size_t slice = *length < SLICE ? *length : SLICE;
        if (redisReaderFeed(parser->reader, *input, slice) != REDIS_OK) return fail_as_reader(parser);
        *input += slice;
        *length -= slice;
        if (parser->reader->len > parser->largest_input) parser->largest_input = parser->reader->len;
    }
}
