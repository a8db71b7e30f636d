/* SPDX-License-Identifier: MIT */
/*
 * A stage for net's tests: one loop with a net, a vantage point and a session on it, and opposite
 * them a server that does with each request what the test's script says.
 */
#ifndef TESTS_UNIT_STAGE_H
#define TESTS_UNIT_STAGE_H

#include "monitor/base/buffer.h"
#include "monitor/net/net.h"

/* What the server does once a request is complete. */
enum act_end { ACT_KEEP, ACT_CLOSE, ACT_RESET };

struct act {
    const char *answer; /* NULL: none */
    size_t length;      /* 0: strlen */
    duration delay;     /* before the answer */
    enum act_end end;
    duration drip;    /* a byte each `drip` after the answer, for ever */
    duration hold_up; /* after the answer the loop, and so the client, stands still for so long */
};

struct raw_server {
    struct loop *loop;
    int listener;
    struct loop_watch *watch;
    unsigned port;
    const struct act *acts; /* the n-th request gets the n-th, the later ones the last */
    size_t act_count;
    bool deaf;            /* accepts and reads nothing */
    const char *greeting; /* sent at once, unasked; may be NULL */
    size_t accepted, requests;
    struct buffer latest; /* request */
    char peer[64];        /* of the latest connection */
    unsigned peer_port;
    struct raw_connection *connections;
};

struct stage {
    struct loop *loop;
    struct net *net;
    struct net_vantage *vantage;
    struct net_session *session;
    struct raw_server server;
    struct arena *arena;
    struct exchange exchange;
    struct loop_timer *guard; /* a test that hangs ends here */
    struct loop_timer *stop;  /* for which the loop stands still */
    duration hold_up;         /* once the next request is on its way; 0: not */
    bool done, in_send;
    /* copies of the latest response */
    struct buffer body, headers; /* headers as `name: value` lines */
    struct buffer sent;          /* as net_response.sent */
    bool body_truncated;
};

void stage_open(struct stage *stage, const struct net_vantage_settings *settings);
void stage_close(struct stage *stage);

void raw_server_open(struct raw_server *server, struct loop *loop, const char *address);
void raw_server_play(struct raw_server *server, const struct act *acts, size_t count);
void raw_server_close(struct raw_server *server);

/* Sends and runs the loop until the exchange is done. `:PORT` in a URL stands for the server's.
 */
void stage_get(struct stage *stage, const char *url);
void stage_post(struct stage *stage, const char *url, const char *body);
void stage_send(struct stage *stage, const struct net_request *request);

/* The phases that are present must sum up to the total. */
void stage_check_sum(const struct stage *stage);

#endif
