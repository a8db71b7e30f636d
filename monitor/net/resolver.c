/* SPDX-License-Identifier: MIT */
/* c-ares on the loop: one channel per vantage point. See resolver.h. */
#include "monitor/net/resolver.h"

#include "monitor/base/memory.h"
#include "monitor/net/classify.h"
#include "monitor/net/internal.h"

#include <ares.h>
#include <errno.h>
#include <event2/event.h>
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
    char *server;             /* as set: no file is asked */
    char path[PATH_TEXT_MAX]; /* "" with `server` */
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
};

struct resolver_query {
    struct resolver *resolver;
    resolver_done *done; /* NULL: forgotten */
    void *data;
    bool answered; /* resolver_ask frees it then, and gives NULL */
    bool returned; /* resolver_ask gave it out: the answer frees it */
};

static const struct {
    int status;
    enum symptom symptom;
} statuses[] = {
    {ARES_ENOTFOUND, SYMPTOM_DNS_NAME_NOT_RESOLVED},  {ARES_ENODATA, SYMPTOM_DNS_NAME_NOT_RESOLVED},
    {ARES_EBADNAME, SYMPTOM_DNS_NAME_NOT_RESOLVED},   {ARES_ETIMEOUT, SYMPTOM_DNS_UNREACHABLE},
    {ARES_ECONNREFUSED, SYMPTOM_DNS_UNREACHABLE},     {ARES_ENOMEM, SYMPTOM_MONITOR_INTERNAL},
    {ARES_ENOTINITIALIZED, SYMPTOM_MONITOR_INTERNAL},
};

static enum symptom status_symptom(const struct resolver *resolver, int status)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        if (statuses[i].status == status) {
            enum symptom symptom = statuses[i].symptom;
            bool ours = symptom == SYMPTOM_DNS_UNREACHABLE && resolver->socket_trouble;
            return ours ? resolver->socket_trouble : symptom;
        }
    return SYMPTOM_DNS_FAILED;
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
    (void)data;
    return connect(descriptor, address, length);
}

static ares_ssize_t receive(ares_socket_t descriptor, void *bytes, size_t size, int flags,
                            struct sockaddr *from, ares_socklen_t *from_length, void *data)
{
    (void)data;
    return recvfrom(descriptor, bytes, size, flags, from, from_length);
}

static ares_ssize_t send_pieces(ares_socket_t descriptor, const struct iovec *pieces, int count,
                                void *data)
{
    (void)data;
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
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
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    set_timer(resolver);
}

static void socket_ready(evutil_socket_t descriptor, short what, void *data)
{
    struct resolver *resolver = data;
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
    char lookups[] = "fb";
    struct resolver_files *files = &resolver->files;
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
    query->resolver->socket_trouble = SYMPTOM_NONE;
    struct resolver_answer answer = {symptom, ares_strerror(status), addresses, count};
    query->done(query->data, &answer);
}

static void answered(void *data, int status, int timeouts, struct ares_addrinfo *found)
{
    struct resolver_query *query = data;
    (void)timeouts;
    query->answered = true;
    query->resolver->asking--;
    if (query->done != NULL && status != ARES_EDESTRUCTION)
        hand_over(query, status, found);
    ares_freeaddrinfo(found);
    if (query->returned)
        free(query);
}

struct resolver_query *resolver_ask(struct resolver *resolver, const char *host,
                                    resolver_done *done, void *data)
{
    struct resolver_query *query = memory_allocate(1, sizeof *query);
    *query = (struct resolver_query){.resolver = resolver, .done = done, .data = data};
    const struct ares_addrinfo_hints hints = {.ai_family = resolver->family,
                                              .ai_socktype = SOCK_STREAM};
    follow_files(resolver);
    resolver->asking++;
    ares_getaddrinfo(resolver->channel, host, NULL, &hints, answered, query);
    set_timer(resolver);
    if (query->answered) {
        free(query);
        return NULL;
    }
    query->returned = true;
    return query;
}

void resolver_forget(struct resolver_query *query)
{
    query->done = NULL;
}
