/* SPDX-License-Identifier: MIT */
/*
 * One HTTP exchange at a time, measured: addresses from c-ares, transfer by libcurl, stamps taken
 * at the socket, TCP_INFO at the end. Never follows a redirect, never sends a request twice, never
 * judges content. Its symptoms are about transport only; a 500 is an answer here.
 *
 * net (one a process) -> vantage (one a vantage point: namespace, source, resolver)
 *   -> session (one a run: its connections and cookies) -> transfer (one an exchange)
 */
#ifndef NET_NET_H
#define NET_NET_H

#include "monitor/base/buffer.h"
#include "monitor/base/loop.h"
#include "monitor/record/run.h"

#include <stdbool.h>
#include <stddef.h>

struct net;
struct net_vantage;
struct net_session;
struct net_transfer;

enum {
    NET_BODY_MAX = 4 * 1024 * 1024, /* of an answer, decompressed */
    NET_HEADERS_MAX =
        256 * 1024,          /* of an answer: all its header lines, interim ones and trailers too */
    NET_CONNECTIONS_MAX = 8, /* kept open by a session */
};

/* `loop` is borrowed and must outlive it. The system's CA certificates are read once for all
 * sessions, before the first https request is measured. */
struct net *net_create(struct loop *loop, struct error *error);
void net_free(struct net *net); /* takes NULL; everything below must be closed before */

/* How long the loop was held up at worst since the last call, while anything was measured: above a
 * few ms, measurements suffer. Looked at once a NET_LAG_PERIOD, so that a hold-up may be told by up
 * to that much too short, and one that is shorter may be missed. */
#define NET_LAG_PERIOD (50 * DURATION_MILLISECOND)
duration net_loop_lag(struct net *net);

enum net_family { NET_FAMILY_ANY, NET_FAMILY_IPV4, NET_FAMILY_IPV6 };

struct net_vantage_settings {
    const char *source;    /* local address to connect from; NULL: the kernel chooses */
    const char *interface; /* that everything goes through; NULL: the kernel chooses */
    const char *netns; /* network namespace by name (/run/netns/NAME); NULL: the process's own */
    const char
        *resolver; /* DNS server, `ADDRESS` or `ADDRESS:PORT`; NULL: as the system is set up */
    enum net_family family; /* of connections */
    const char *proxy;      /* http://, socks5:// or socks5h://HOST:PORT; NULL: none */
};

/* NULL with `error` set when the namespace cannot be entered, the source is not an address of this
 * machine (of the namespace, where there is one) or of another family, the interface is not there,
 * or the proxy is none. */
struct net_vantage *net_vantage_open(struct net *net, const struct net_vantage_settings *settings,
                                     struct error *error);
void net_vantage_close(struct net_vantage *vantage); /* takes NULL; its sessions must be closed */

/*
 * The addresses of a host; in a later turn. For who speaks something else than HTTP, or wants to
 * know them apart.
 */
struct net_found {
    enum symptom symptom;         /* SYMPTOM_NONE: there is one at least */
    const char *reason;           /* with a symptom: for people */
    const char *const *addresses; /* as text, the best first; borrowed until it returns */
    size_t count;
};

struct net_lookup;
typedef void net_lookup_done(void *data, const struct net_found *found);

/* By the DNS server `server`, `ADDRESS` or `ADDRESS:PORT`, or, NULL, the vantage point's own. */
struct net_lookup *net_lookup(struct net_vantage *vantage, const char *server, const char *host,
                              net_lookup_done *done, void *data);
void net_lookup_cancel(struct net_lookup *lookup); /* takes NULL; not after `done` */

/*
 * How far the way to an address answers: connections to its port, each of packets that end one hop
 * farther on; 20 at most, and of those that arrive 4.
 */
struct net_traced {
    bool arrived;         /* the host itself took a connection, or refused it */
    unsigned hops;        /* to the farthest on the way that spoke; 0: nobody did */
    const char *farthest; /* his address; NULL: nobody; borrowed until it returns */
};

struct net_trace;
typedef void net_trace_done(void *data, const struct net_traced *traced);

/* In a later turn, two seconds later at most. */
struct net_trace *net_trace(struct net_vantage *vantage, const char *address, unsigned port,
                            net_trace_done *done, void *data);
void net_trace_cancel(struct net_trace *trace); /* takes NULL; not after `done` */

/* A new visitor: no connection, no cookie, nothing shared with any other. */
struct net_session *net_session_open(struct net_vantage *vantage);

/* Not from inside a callback of its own. Transfers in flight end without a callback. */
void net_session_close(struct net_session *session); /* takes NULL */

struct net_header {
    const char *name, *value;
};

enum net_http { NET_HTTP_ANY, NET_HTTP_1_1, NET_HTTP_2 };

struct net_request {
    const char *method, *url;
    const struct net_header *headers; /* Host, Cookie and Content-Length are net's own */
    size_t header_count;
    const char *body; /* must live until `done`; NULL: none */
    size_t body_length;
    bool keep_sent;      /* hand the header lines back as they were sent */
    duration timeout;    /* from the call of net_send to the last byte */
    const char *cookies; /* `name=value; ...`, sent besides those of the jar; NULL: none */
    enum net_http http;  /* what is asked for; the exchange says what was spoken */
    bool cold;           /* a new connection, its name looked up anew */
    const char *address; /* in place of what DNS says, in a session's first request; NULL: ask */
    unsigned port;       /* to connect to, in place of the URL's; 0: that */
    const char *proxy;   /* in place of the vantage point's; NULL: that */
    /* PEM files; NULL: the system's authorities, no certificate of our own, its key with it. */
    const char *ca, *certificate, *key;
};

/* What came back. The strings of the exchange live in the run's arena, those of the response in it.
 */
struct net_response {
    const struct net_header
        *headers; /* in order of arrival, names as sent; of the final response, no 1xx */
    size_t header_count;
    const char *sent; /* request line and headers as they were sent, CONNECT apart; "" unless
                         asked for */
    const char *body; /* decompressed, NUL-terminated; "" when none */
    size_t body_length;
    bool body_truncated; /* past NET_BODY_MAX: symptom content.too_large */
};

void net_response_free(struct net_response *response); /* takes NULL */

/* The value of the first header of that name; NULL: there is none. */
const char *net_response_header(const struct net_response *response, const char *name);

/* What those on the way say in its headers; borrowed. Takes NULL: nothing. */
void net_response_words(const struct net_response *response, struct words *ret_words);

/* Always called in a later turn of the loop than net_send. `exchange` is filled before. The session
 * may send its next from here. */
typedef void net_done(void *data, struct net_response *response_taken);

/*
 * Starts an exchange. `exchange` (all phases absent) is filled by the time of `done`; its texts go
 * into `arena`. Both must live until then. One transfer a session at a time.
 * A request that cannot even be built (a bad URL) completes with SYMPTOM_MONITOR_URL_REFUSED.
 */
struct net_transfer *net_send(struct net_session *session, const struct net_request *request,
                              struct arena *arena, struct exchange *exchange, net_done *done,
                              void *data);

/* Whether all of the request is sent, and nothing of the answer is here yet. */
bool net_awaits_answer(const struct net_transfer *transfer);

/* Whether the other side's kernel has what was sent, and speaks still: who waits then waits for the
 * server, and not for the way to it. Asks the kernel. */
bool net_is_received(const struct net_transfer *transfer);

/* Ends a transfer at once; `done` is not called. The phases so far are in its exchange. */
void net_cancel(struct net_transfer *transfer);

/* `location` against `base` (RFC 3986 section 5), in `arena`; NULL when the result is no http(s)
 * URL. */
const char *net_url_resolve(struct arena *arena, const char *base, const char *location);

/* Host of an http(s) URL in lower case, without port and brackets, in `arena`; NULL when it is
 * none.
 */
const char *net_url_host(struct arena *arena, const char *url);

/* Its port, also where it does not say it; 0 when it is none. */
unsigned net_url_port(const char *url);

/* Whether an http(s) URL leads to `place`: a host, or with `:PORT` one port of it. */
bool net_url_leads_to(const char *url, const char *place);

/* Appends application/x-www-form-urlencoded text (WHATWG URL, section 5.2). */
void net_url_encode(struct buffer *out, const char *text, size_t length);

/* Link-local and cloud metadata addresses, 0.0.0.0/8 and ::, in every form that IPv6 has for IPv4:
 * to these no scenario may lead unless the shop file names them. net_send itself refuses any other
 * name that DNS leads there. */
bool net_host_is_forbidden(const char *host);

enum { NET_SHA256_LENGTH = 64 };

/* FIPS 180-4, in lower-case hexadecimal digits and a NUL. */
void net_sha256(const void *bytes, size_t length, char hex[NET_SHA256_LENGTH + 1]);

/* HMAC-SHA-256 (RFC 2104) of the bytes by `key`, in the same digits. */
void net_hmac_sha256(const char *key, const void *bytes, size_t length,
                     char hex[NET_SHA256_LENGTH + 1]);

#endif
