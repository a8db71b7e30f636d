/* SPDX-License-Identifier: MIT */
/* c-ares on the loop: one channel per vantage point. See resolver.h. */
#include "monitor/net/resolver.h"

#include "monitor/base/memory.h"
#include "monitor/net/classify.h"
#include "monitor/net/hosts.h"
#include "monitor/net/internal.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    TRY_MILLISECONDS = 2000, /* doubled by c-ares from try to try */
    TRIES = 3,
    PATH_TEXT_MAX = 512,
};

struct resolver_watch {
    struct resolver_watch *next;
    int descriptor;
    struct event *event;
};

/* Which file tells the DNS servers, and when it was last changed. */
struct resolver_files {
    char *server;              /* as set: no file is asked */
    char path[PATH_TEXT_MAX];  /* "" with `server` */
    char hosts[PATH_TEXT_MAX]; /* the namespace's, in place of /etc/hosts; "": it has none */
    struct timespec changed;
};

struct resolver {
    struct net_vantage *vantage;
    ares_channel channel;
    struct resolver_watch *watches;
    struct loop_timer *timer;
    struct resolver_files files;
    int family;
    size_t asking;               /* queries in flight */
    enum symptom socket_trouble; /* since the last answer */
    bool refused;                /* a server's machine has said that nobody listens, since then */
    struct instant sent;         /* the first message of the question that is being put */
    struct instant received;     /* the latest message of those that are being looked at */
};

struct resolver_query {
    struct resolver *resolver;
    char *host;
    resolver_done *done; /* NULL: forgotten */
    void *data;
    struct instant asked;
    bool answered; /* resolver_ask frees it then, and gives NULL */
    bool returned; /* resolver_ask gave it out: the answer frees it */
};

/* How a query ends: `the DNS server 192.0.2.53 VERB shop.example TAIL`; without a verb, c-ares's
 * own words. What is not here is dns.failed. */
static const struct status {
    int status;
    enum symptom symptom;
    const char *verb, *tail;
} statuses[] = {
    {ARES_ENOTFOUND, SYMPTOM_DNS_NAME_NOT_RESOLVED, "says that there is no", " (NXDOMAIN)"},
    {ARES_ENODATA, SYMPTOM_DNS_NAME_NOT_RESOLVED, "knows no address of", ", though it is a name"},
    {ARES_EBADNAME, SYMPTOM_DNS_NAME_NOT_RESOLVED, NULL, NULL},
    {ARES_ETIMEOUT, SYMPTOM_DNS_UNREACHABLE, "did not answer when asked for", ""},
    {ARES_ECONNREFUSED, SYMPTOM_DNS_UNREACHABLE, "could not be asked for",
     ": nothing listens on its port"},
    {ARES_EREFUSED, SYMPTOM_DNS_FAILED, "refuses to look up", " (REFUSED)"},
    {ARES_ESERVFAIL, SYMPTOM_DNS_FAILED, "failed to look up", " (SERVFAIL)"},
    {ARES_ENOTIMP, SYMPTOM_DNS_FAILED, "does not know how to look up", " (NOTIMP)"},
    {ARES_EFORMERR, SYMPTOM_DNS_FAILED, "did not understand the question for", " (FORMERR)"},
    {ARES_EBADRESP, SYMPTOM_DNS_FAILED, "sent no valid answer for", ""},
    {ARES_ENOMEM, SYMPTOM_MONITOR_INTERNAL, NULL, NULL},
    {ARES_ENOTINITIALIZED, SYMPTOM_MONITOR_INTERNAL, NULL, NULL},
};

static const struct status *find_status(int code)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i].status == code)
            return &statuses[i];
    return NULL;
}

static enum symptom status_symptom(const struct resolver *resolver, int code)
{
    const struct status *status = find_status(code);
    enum symptom symptom = status != NULL ? status->symptom : SYMPTOM_DNS_FAILED;
    bool ours = symptom == SYMPTOM_DNS_UNREACHABLE && resolver->socket_trouble;
    return ours ? resolver->socket_trouble : symptom;
}

/* `server 192.0.2.53`, `servers 192.0.2.53, 192.0.2.54`. */
static void print_servers(const struct resolver *resolver, struct buffer *out)
{
    enum { DNS_PORT = 53 };
    struct ares_addr_port_node *servers = NULL;
    if (ares_get_servers_ports(resolver->channel, &servers) != ARES_SUCCESS)
        return;
    buffer_text(out, servers != NULL && servers->next != NULL ? "servers" : "server");
    for (const struct ares_addr_port_node *server = servers; server != NULL;
         server = server->next) {
        char text[INET6_ADDRSTRLEN] = "";
        bool six = server->family == AF_INET6;
        inet_ntop(server->family, &server->addr, text, sizeof text);
        buffer_print(out, "%s %s", server != servers ? "," : "", text);
        if (server->udp_port != 0 && server->udp_port != DNS_PORT)
            buffer_print(out, "%s%d", six ? " port " : ":", server->udp_port);
    }
    ares_free_data(servers);
}

static void print_end(const struct resolver *resolver, const char *host, int code,
                      struct buffer *out)
{
    const struct status *status = find_status(code);
    if (code == ARES_ETIMEOUT && resolver->refused)
        status = find_status(ARES_ECONNREFUSED);
    if (status == NULL || status->verb == NULL || resolver->socket_trouble) {
        buffer_text(out, ares_strerror(code));
        return;
    }
    buffer_text(out, "the DNS ");
    print_servers(resolver, out);
    buffer_print(out, " %s %s%s", status->verb, host, status->tail);
}

void resolver_explain(const struct resolver *resolver, const char *host, struct buffer *out)
{
    print_end(resolver, host, ARES_ETIMEOUT, out);
}

/* c-ares asks for these instead of the system calls, so that its sockets are the vantage point's.
 */
static ares_socket_t open_socket(int family, int type, int protocol, void *data)
{
    struct resolver *resolver = data;
    int descriptor =
        vantage_socket(resolver->vantage, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (descriptor < 0 && errno != EAFNOSUPPORT)
        resolver->socket_trouble = classify_socket_error(errno);
    if (descriptor >= 0)
        arrival_enable(descriptor);
    return descriptor;
}

static int close_socket(ares_socket_t descriptor, void *data)
{
    (void)data;
    return close(descriptor);
}

static int connect_socket(ares_socket_t descriptor, const struct sockaddr *address,
                          ares_socklen_t length, void *data)
{
    struct resolver *resolver = data;
    if (vantage_bind_for(resolver->vantage, descriptor, address) != 0) {
        resolver->socket_trouble = classify_socket_error(errno);
        return -1;
    }
    return connect(descriptor, address, length);
}

static ares_ssize_t receive(ares_socket_t descriptor, void *bytes, size_t size, int flags,
                            struct sockaddr *from, ares_socklen_t *from_length, void *data)
{
    struct resolver *resolver = data;
    alignas(struct cmsghdr) char room[ARRIVAL_ROOM];
    struct iovec piece = {bytes, size};
    struct msghdr message = {.msg_name = from,
                             .msg_namelen = from_length != NULL ? *from_length : 0,
                             .msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = room,
                             .msg_controllen = sizeof room};
    ssize_t got = recvmsg(descriptor, &message, flags);
    if (got < 0) {
        if (errno == ECONNREFUSED)
            resolver->refused = true;
        return got;
    }
    if (from_length != NULL)
        *from_length = message.msg_namelen;
    resolver->received = arrival_of(&message);
    return got;
}

/* A refusal here is about a question sent before, and this one was not sent. c-ares would not look
 * again after the earlier one, and wait for its answer. */
static ares_ssize_t send_pieces(ares_socket_t descriptor, const struct iovec *pieces, int count,
                                void *data)
{
    struct resolver *resolver = data;
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
    if (resolver->sent.us == 0)
        resolver->sent = clock_instant();
    ares_ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (sent >= 0 || errno != ECONNREFUSED)
        return sent;
    resolver->refused = true;
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

static const struct ares_socket_functions socket_functions = {
    .asocket = open_socket,
    .aclose = close_socket,
    .aconnect = connect_socket,
    .arecvfrom = receive,
    .asendv = send_pieces,
};

static void set_timer(struct resolver *resolver)
{
    struct timeval room, *next = ares_timeout(resolver->channel, NULL, &room);
    if (next == NULL)
        loop_timer_cancel(resolver->timer);
    else
        loop_timer_set(resolver->timer, next->tv_sec * DURATION_SECOND + next->tv_usec);
}

static void timer_fired(void *data)
{
    struct resolver *resolver = data;
    resolver->received = (struct instant){0};
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    set_timer(resolver);
}

static void socket_ready(evutil_socket_t descriptor, short what, void *data)
{
    struct resolver *resolver = data;
    resolver->received = (struct instant){0};
    ares_process_fd(resolver->channel, what & EV_READ ? descriptor : ARES_SOCKET_BAD,
                    what & EV_WRITE ? descriptor : ARES_SOCKET_BAD);
    set_timer(resolver);
}

static void socket_wanted(void *data, ares_socket_t descriptor, int readable, int writable)
{
    struct resolver *resolver = data;
    struct resolver_watch **place = &resolver->watches;
    while (*place != NULL && (*place)->descriptor != descriptor)
        place = &(*place)->next;
    struct resolver_watch *watch = *place;
    if (watch == NULL && (readable || writable)) {
        watch = *place = memory_allocate(1, sizeof *watch);
        watch->descriptor = descriptor;
    } else if (watch != NULL) {
        event_free(watch->event);
    }
    if (watch != NULL && !readable && !writable) {
        *place = watch->next;
        free(watch);
    } else if (watch != NULL) {
        int what = EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);
        watch->event = event_new(loop_base(resolver->vantage->net->loop), descriptor, (short)what,
                                 socket_ready, resolver);
        event_add(watch->event, NULL);
    }
}

static enum result set_up_channel(struct resolver *resolver, struct error *error)
{
    struct resolver_files *files = &resolver->files;
    char *lookups = files->hosts[0] != '\0' ? (char[]){"b"} : (char[]){"fb"};
    struct ares_options options = {
        .flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
        .timeout = TRY_MILLISECONDS,
        .tries = TRIES,
        .lookups = lookups,
        .sock_state_cb = socket_wanted,
        .sock_state_cb_data = resolver,
        .resolvconf_path = files->path,
    };
    /* No search domains even where the flag is not looked at: an empty list. */
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
               ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS;
    if (files->server == NULL)
        mask |= ARES_OPT_RESOLVCONF;
    int status = ares_init_options(&resolver->channel, &options, mask);
    if (status != ARES_SUCCESS) {
        resolver->channel = NULL;
        return error_set(error, RESULT_IO, "the resolver cannot start: %s", ares_strerror(status));
    }
    ares_set_socket_functions(resolver->channel, &socket_functions, resolver);
    if (files->server != NULL &&
        ares_set_servers_ports_csv(resolver->channel, files->server) != ARES_SUCCESS)
        return error_set(error, RESULT_INVALID, "`%s` is not the address of a DNS server",
                         files->server);
    return RESULT_OK;
}

static bool files_changed(struct resolver_files *files)
{
    struct stat status;
    if (files->server != NULL || stat(files->path, &status) != 0)
        return false;
    bool changed = status.st_mtim.tv_sec != files->changed.tv_sec ||
                   status.st_mtim.tv_nsec != files->changed.tv_nsec;
    files->changed = status.st_mtim;
    return changed;
}

static void find_files(struct resolver_files *files, const struct resolver_settings *settings)
{
    files->server = memory_duplicate(settings->server);
    if (settings->namespace != NULL)
        snprintf(files->path, sizeof files->path, "/etc/netns/%s/resolv.conf", settings->namespace);
    if (settings->namespace == NULL || access(files->path, R_OK) != 0)
        snprintf(files->path, sizeof files->path, "/etc/resolv.conf");
    if (settings->namespace != NULL)
        snprintf(files->hosts, sizeof files->hosts, "/etc/netns/%s/hosts", settings->namespace);
    if (access(files->hosts, R_OK) != 0)
        files->hosts[0] = '\0';
    files_changed(files);
}

struct resolver *resolver_create(struct net_vantage *vantage,
                                 const struct resolver_settings *settings, struct error *error)
{
    struct resolver *resolver = memory_allocate(1, sizeof *resolver);
    resolver->vantage = vantage;
    resolver->family = settings->family;
    resolver->timer = loop_timer_create(vantage->net->loop, timer_fired, resolver);
    find_files(&resolver->files, settings);
    if (set_up_channel(resolver, error) != RESULT_OK) {
        resolver_free(resolver);
        return NULL;
    }
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    if (resolver->channel != NULL)
        ares_destroy(resolver->channel);
    loop_timer_free(resolver->timer);
    free(resolver->files.server);
    free(resolver);
}

/* A machine that moved to another network has other DNS servers. What is in flight is let end. */
static void follow_files(struct resolver *resolver)
{
    ares_channel old = resolver->channel;
    if (resolver->asking > 0 || !files_changed(&resolver->files))
        return;
    if (set_up_channel(resolver, NULL) == RESULT_OK)
        ares_destroy(old);
    else
        resolver->channel = old;
}

static void forget_trouble(struct resolver *resolver)
{
    resolver->socket_trouble = SYMPTOM_NONE;
    resolver->refused = false;
}

static void hand_over(struct resolver_query *query, int status, const struct ares_addrinfo *found)
{
    const struct sockaddr *addresses[RESOLVER_ADDRESSES_MAX];
    size_t count = 0;
    const struct ares_addrinfo_node *node = found != NULL ? found->nodes : NULL;
    for (; node != NULL && count < RESOLVER_ADDRESSES_MAX; node = node->ai_next)
        addresses[count++] = node->ai_addr;
    if (status == ARES_SUCCESS && count == 0)
        status = ARES_ENODATA;
    enum symptom symptom =
        status == ARES_SUCCESS ? SYMPTOM_NONE : status_symptom(query->resolver, status);
    struct buffer words;
    buffer_init(&words, RESOLVER_WORDS_MAX);
    if (status != ARES_SUCCESS)
        print_end(query->resolver, query->host, status, &words);
    forget_trouble(query->resolver);
    struct instant received = query->resolver->received;
    struct resolver_answer answer = {
        .symptom = symptom,
        .detail = words.data,
        .addresses = addresses,
        .address_count = count,
        .asked = query->asked,
        .answered = received.us != 0 ? received : clock_instant(),
    };
    query->done(query->data, &answer);
    buffer_free(&words);
}

static void free_query(struct resolver_query *query)
{
    free(query->host);
    free(query);
}

static void answered(void *data, int status, int timeouts, struct ares_addrinfo *found)
{
    struct resolver_query *query = data;
    (void)timeouts;
    query->answered = true;
    query->resolver->asking--;
    if (query->done != NULL && status != ARES_EDESTRUCTION)
        hand_over(query, status, found);
    else
        forget_trouble(query->resolver);
    ares_freeaddrinfo(found);
    if (query->returned)
        free_query(query);
}

/* From the namespace's own file; false: DNS is to be asked. */
static bool answer_from_file(const struct resolver *resolver, const char *host, resolver_done *done,
                             void *data)
{
    struct sockaddr_storage found[RESOLVER_ADDRESSES_MAX];
    const struct sockaddr *addresses[RESOLVER_ADDRESSES_MAX];
    if (resolver->files.hosts[0] == '\0')
        return false;
    size_t count =
        hosts_find(resolver->files.hosts, host, resolver->family, found, COUNT_OF(found));
    for (size_t i = 0; i < count; i++)
        addresses[i] = (const struct sockaddr *)&found[i];
    const struct resolver_answer answer = {
        .detail = "", .addresses = addresses, .address_count = count, .answered = clock_instant()};
    if (count > 0)
        done(data, &answer);
    return count > 0;
}

struct resolver_query *resolver_ask(struct resolver *resolver, const char *host,
                                    resolver_done *done, void *data)
{
    if (answer_from_file(resolver, host, done, data))
        return NULL;
    struct resolver_query *query = memory_allocate(1, sizeof *query);
    *query = (struct resolver_query){
        .resolver = resolver, .host = memory_duplicate(host), .done = done, .data = data};
    const struct ares_addrinfo_hints hints = {.ai_family = resolver->family,
                                              .ai_socktype = SOCK_STREAM};
    follow_files(resolver);
    resolver->asking++;
    resolver->sent = resolver->received = (struct instant){0};
    ares_getaddrinfo(resolver->channel, host, NULL, &hints, answered, query);
    set_timer(resolver);
    if (query->answered) {
        free_query(query);
        return NULL;
    }
    query->asked = resolver->sent;
    query->returned = true;
    return query;
}

void resolver_forget(struct resolver_query *query)
{
    query->done = NULL;
}
