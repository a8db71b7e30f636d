/* SPDX-License-Identifier: MIT */
/*
 * The insides of net's handles, for the files of net/ only: who owns what, and which file offers
 * which service to the others.
 */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include "monitor/base/map.h"
#include "monitor/net/arrival.h"
#include "monitor/net/incoming.h"
#include "monitor/net/net.h"
#include "monitor/net/phases.h"
#include "monitor/net/proxy.h"
#include "monitor/net/resolver.h"
#include "monitor/net/tls.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
    SESSION_SOCKETS_MAX = 32, /* known at once: kept connections and attempts to connect */
};

/* net.c */

struct multi;
struct incoming;
struct watch; /* multi.c: a descriptor on the loop */

struct net {
    struct loop *loop;
    struct multi *multi;
    struct incoming *spare_responses;
    size_t spare_count;
    struct tls_trust *trust;      /* NULL until the first https URL */
    char accept_encoding[64];     /* the header line of what libcurl can decode */
    struct loop_timer *lag_timer; /* runs while anything is measured */
    struct instant lag_due;
    duration lag;
    size_t transfers;
};

/* Loop lag is watched from the first transfer in flight to the last. */
void net_watch_lag(struct net *net);
void net_unwatch_lag(struct net *net);

/* Reads the system's certificates, once: tens of milliseconds that a plain visit does not need. */
MUST_CHECK enum result net_load_trust(struct net *net, struct error *error);

/* multi.c: libcurl's multi handle, one for all sessions. What would let one visitor see another's
 * connections, addresses or cookies is kept apart by the sessions. */

struct multi *multi_create(struct loop *loop);
void multi_free(struct multi *multi); /* takes NULL; all sessions must be closed */

/* A transfer is begun with, or ended. CURLOPT_PRIVATE of `easy` is its session. */
CURLMcode multi_add(struct multi *multi, CURL *easy);
void multi_remove(struct multi *multi, CURL *easy);

/* Takes what rests off the loop. Before its descriptor is closed. */
void multi_drop_watch(struct watch *watch);

/* vantage.c */

struct net_vantage {
    struct net *net;
    struct sockaddr_storage source; /* AF_UNSPEC: the kernel chooses */
    char *interface;                /* NULL: the kernel chooses */
    char *namespace;                /* path of its file; NULL: the process's own */
    int home; /* descriptor of the process's own, to come back; -1 without `namespace` */
    struct resolver *resolver;
    int family;          /* of connections; AF_UNSPEC: any */
    struct proxy *proxy; /* NULL: none */
};

/* A socket in the vantage point's namespace; -1 with errno. */
int vantage_socket(const struct net_vantage *vantage, int family, int type, int protocol);

/* Binds to the vantage point's source address and interface, if it has any; -1 with errno. */
int vantage_bind(const struct net_vantage *vantage, int descriptor);

/* The same for a DNS server's address. One on the machine itself is asked as ever: it may answer
 * nobody but the machine. */
int vantage_bind_for(const struct net_vantage *vantage, int descriptor, const struct sockaddr *to);

/* session.c */

struct session_socket {
    int descriptor;
    bool current;   /* opened for the transfer in flight */
    int local_port; /* 0: not known yet */
    struct instant opened;
    struct watch *resting; /* left on the loop between two transfers */
};

struct net_session {
    struct net_vantage *vantage;
    CURLSH *share; /* connections, addresses and cookies of this visitor */
    CURL *easy;    /* that serves all transfers; NULL: one is to be made */
    CURLU *parts;  /* of `url` */
    char *url;     /* of the latest request; NULL: none */
    char error_text[CURL_ERROR_SIZE];
    size_t writers; /* sockets that are waited for until more can be written */
    bool finished;  /* libcurl is through with the transfer, and says so by `code` */
    CURLcode code;
    struct net_session *next_finished;
    struct loop_timer *deadline, *at_once; /* the transfer's; kept here to be made once */
    struct map *addresses;                 /* host -> "ADDRESS,ADDRESS": asked once a visit */
    struct net_transfer *transfer;         /* NULL: idle */
    unsigned http_seen;                    /* bits: the net_http of all requests so far */
    bool had_proxy;                        /* the last request had one of its own */
    struct tls_facts tls;                  /* of the latest handshake */
    struct arrival arrival;                /* of the bytes that libcurl read last, or reads now */
    bool is_called;                        /* libcurl reads them now */
    struct {
        const void *connection; /* that it was read from */
        const struct arena *arena;
        const struct certificate *read;
    } certificate; /* of the latest connection with one */
    struct session_socket sockets[SESSION_SOCKETS_MAX];
    size_t socket_count;
};

/* The easy handle, with all that is the same for every request. */
CURL *session_easy(struct net_session *session);

/* Before a transfer that did not end well leaves something of itself to the next. */
void session_drop_easy(struct net_session *session);

/* NULL: not one of the session's. */
struct session_socket *session_find_socket(struct net_session *session, int descriptor);

void session_add_socket(struct net_session *session, int descriptor);
void session_forget_socket(struct net_session *session, int descriptor);

/* The socket that serves the transfer: of those it opened, the connected one or else the last;
 * -1: none. */
int session_current_socket(const struct net_session *session);

/* When the socket was connected, by the kernel's own time for the SYN and its answer; {0}: not
 * known. To be asked before anything else went over it. */
struct instant session_connected(const struct net_session *session, int descriptor);

/* The local port of a socket; 0: it has none yet, or is not the session's. */
unsigned session_local_port(struct net_session *session, int descriptor);

/* The socket with this local port; -1: none. */
int session_socket_by_port(struct net_session *session, int local_port);

/* transfer.c */

struct net_transfer {
    struct net_session *session;
    struct arena *arena;
    struct exchange *exchange;
    net_done *done;
    void *data;
    duration timeout;

    struct curl_slist *headers, **headers_end; /* in the arena */
    struct curl_slist *resolve, *connect_to;
    char *host, *port;         /* of the URL, or the port asked for; host without brackets */
    bool cold;                 /* no connection of before, no address known before */
    bool is_late;              /* its deadline was seen too late once */
    bool own_trust;            /* authorities are the request's, not the system's */
    const struct proxy *proxy; /* the vantage point's, or `own_proxy`; NULL: none */
    struct proxy *own_proxy;
    struct resolver_query *query;
    const char *asking; /* the name that `query` is for: the proxy's or the host */

    struct phase_stamps stamps;
    struct incoming *incoming;
    bool keep_sent;
    size_t header_bytes, header_count; /* that came, of all answers and trailers */
    bool headers_complete, headers_overflow, body_overflow;
    struct instant last_read; /* without being called for it */
    bool sends_on;            /* libcurl has returned before the request was through */
    size_t requests;          /* how often libcurl was about to send; the second time is refused */
    bool repeat_refused;      /* the first was lost, libcurl wanted to send again */
    size_t attempts;          /* sockets opened */
    char peer[INET6_ADDRSTRLEN];
    unsigned peer_port;
    int socket; /* that serves the exchange; -1: not known */
    bool socket_closed;
    enum symptom trouble; /* found before or beside libcurl */
    const char *trouble_detail;
};

/* libcurl is through with the transfer. */
void transfer_finish(struct net_transfer *transfer, CURLcode code);

/* Timers of the session, which is their `data`. */
void transfer_deadline(void *data);
void transfer_at_once(void *data);

/* What the kernel knows of the socket that serves the transfer, while it is open. */
void transfer_look_at(struct net_transfer *transfer, int descriptor);

void transfer_trouble(struct net_transfer *transfer, enum symptom symptom, const char *detail);

/* request.c */

/* What is the same for all requests of a vantage point. */
void request_install(CURL *easy, const struct net_vantage *vantage);

/* Sets the session's easy handle up for `request`; RESULT_INVALID with the trouble noted when that
 * cannot be. */
MUST_CHECK enum result transfer_build(struct net_transfer *transfer,
                                      const struct net_request *request);

/* observe.c */

/* Gives the session's easy handle the callbacks that stamp and collect for its transfer. */
void observe_install(CURL *easy, struct net_session *session);

/* libcurl is about to read from a socket of the session's, and has read. */
void observe_arrival(struct net_session *session, int descriptor);
void observe_read(struct net_session *session);

/* libcurl has returned, and waits for the other side. */
void observe_pause(struct net_transfer *transfer);

/* explain.c: sentences in the transfer's arena, or what is constant, or libcurl's. All are called
 * before the easy handle is given back. */

/* The transfer ended with `code`, which means `symptom`; `verify_result` is OpenSSL's. */
const char *explain_end(const struct net_transfer *transfer, CURLcode code, enum symptom symptom,
                        long verify_result);

/* The same in libcurl's words: it was about a proxy. */
const char *explain_library(const struct net_transfer *transfer, CURLcode code);

/* The time was up during `phase`. */
const char *explain_deadline(const struct net_transfer *transfer, enum phase phase);

/* url.c */

/* Whether `host`, without brackets, is an IPv4 or IPv6 address. */
bool url_host_is_literal(const char *host);

/* Host (lower case, no brackets, as DNS spells it) and port of an http(s) URL; free() them. */
MUST_CHECK enum result url_split(const char *url, char **ret_host, char **ret_port,
                                 bool *ret_https);

/* Into `parts`, which are those of `before`; NULL: of nothing. */
MUST_CHECK enum result url_take_apart(const char *url, const char *before, CURLU *parts);

#endif
