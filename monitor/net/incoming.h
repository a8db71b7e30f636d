/* SPDX-License-Identifier: MIT */
/*
 * An answer from its first byte to who asked for it: what libcurl's callbacks have collected is not
 * copied any more, and what it was collected in serves the next one. Knows no library.
 */
#ifndef NET_INCOMING_H
#define NET_INCOMING_H

#include "monitor/net/net.h"

/* A response that is being collected. */
struct incoming {
    struct net_response response; /* first: who has it gives it back by net_response_free */
    struct net *net;
    struct incoming *next; /* among the spare ones */
    struct buffer header_lines, body;
    struct buffer sent_lines; /* of the request, if they are kept */
    struct net_header *headers;
    size_t header_room;
};

struct incoming *incoming_create(struct net *net);
void incoming_free(struct incoming *incoming);
void incoming_free_spare(struct net *net);

/* All that will come has come. */
struct net_response *incoming_finish(struct incoming *incoming);

#endif
