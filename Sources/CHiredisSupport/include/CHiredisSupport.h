/*
 * The part of hiredis that Cluster Scan uses, behind types whose layout does not depend on the version of
 * hiredis: a parser that puts whole replies into flat memory. `hiredis.h` is left out of this header on
 * purpose: its structures differ between 0.14 and 1.x, and a Swift module compiled against one would crash with
 * the other.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One value of a reply. The values of a reply stand in pre-order: an array is followed by its elements. */
typedef enum cscan_node_type {
    CSCAN_NODE_SIMPLE_STRING = 0,
    CSCAN_NODE_BULK_STRING = 1,
    CSCAN_NODE_ERROR = 2,
    CSCAN_NODE_INTEGER = 3,
    CSCAN_NODE_NULL = 4,
    CSCAN_NODE_ARRAY = 5
} cscan_node_type;

typedef struct cscan_node {
    uint32_t type;   /* a cscan_node_type */
    uint32_t length; /* bytes of a string or an error, elements of an array */
    int64_t value;   /* the integer, or the offset of the first byte of a string or an error */
} cscan_node;

/* One complete reply, or several one after the other. Who holds it owns both buffers; `bytes` is NULL when no value has any bytes. */
typedef struct cscan_reply {
    void *bytes;
    size_t byte_count;
    cscan_node *nodes;
    size_t node_count;
} cscan_reply;

/* The allocator of the buffers of replies. */
void *cscan_allocate(size_t size);
void cscan_free(void *buffer);

typedef enum cscan_status {
    CSCAN_NEED_MORE = 0,       /* all input was taken and something is not complete */
    CSCAN_REPLY = 1,           /* all is complete that was asked for; call again with the rest of the input */
    CSCAN_ERROR_PROTOCOL = 2,  /* the input is not RESP2 */
    CSCAN_ERROR_TOO_LARGE = 3, /* the reply does not fit the bound */
    CSCAN_ERROR_MEMORY = 4     /* the allocator refused */
} cscan_status;

typedef struct cscan_parser cscan_parser;

/*
 * `maximum_bytes` bounds what one reply, or the joined ones, may occupy: bytes of strings, 16 bytes for every value, and input that
 * could not be parsed yet. It is lowered to CSCAN_LARGEST_MAXIMUM if larger. NULL if out of memory.
 */
#define CSCAN_LARGEST_MAXIMUM ((size_t)0x7fff0000)
cscan_parser *cscan_parser_create(size_t maximum_bytes);
void cscan_parser_free(cscan_parser *parser);

/*
 * Takes input from `*input` (advancing it and `*length`) until `count` replies are complete, and then moves them,
 * buffers and all, to `*reply`: many small replies in one piece of memory cost a fraction of many pieces. The
 * count must stay the same until they are complete; 0 counts as 1. `limit` may lower the bound of the parser for
 * these replies. After an error every further call gives the same error.
 */
cscan_status cscan_parser_next(cscan_parser *parser, const char **input, size_t *length, size_t count,
                               size_t limit, cscan_reply *reply);

/* What went wrong, for people; an empty string if nothing did. Valid until the parser is freed. */
const char *cscan_parser_error(const cscan_parser *parser);

/* What has arrived of replies that are not complete, in bytes as they count against the bound. */
size_t cscan_parser_pending(const cscan_parser *parser);

/* The memory the parser holds for input and replies at this moment, in bytes. */
size_t cscan_parser_memory(const cscan_parser *parser);
