/* SPDX-License-Identifier: MIT */
/*
 * A session: a private multi handle on the loop, its sockets and its cookies. Private, because the
 * pool of connections belongs to the multi handle, and one visitor's must not serve another.
 */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct session_watch {
    struct session_watch *next;
    struct event *event;
    bool writes;
};

/* Outside of libcurl's own callbacks: `done` may send the next request, or free what it likes but
 * the session. */
static void act(struct net_session *session, int descriptor, int what)
{
    int running;
    curl_multi_socket_action(session->multi, descriptor, what, &running);
    int left;
    CURLMsg *message = curl_multi_info_read(session->multi, &left);
    if (session->transfer == NULL)
        return;
    if (message != NULL && message->msg == CURLMSG_DONE)
        transfer_finish(session->transfer, message->data.result);
    else
        observe_pause(session->transfer);
}

static void socket_ready(evutil_socket_t descriptor, short what, void *data)
{
    act(data, descriptor,
        (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void timer_fired(evutil_socket_t descriptor, short what, void *data)
{
    (void)descriptor;
    (void)what;
    act(data, CURL_SOCKET_TIMEOUT, 0);
}

static void count_writer(struct net_session *session, struct session_watch *watch, bool writes)
{
    session->writers += writes;
    session->writers -= watch->writes;
    watch->writes = writes;
}

static void unwatch(struct net_session *session, struct session_watch *watch)
{
    struct session_watch **place = &session->watches;
    while (*place != watch)
        place = &(*place)->next;
    *place = watch->next;
    event_del(watch->event);
    count_writer(session, watch, false);
    watch->next = session->spare_watches;
    session->spare_watches = watch;
}

/* One that was used before, or a new one. */
static struct session_watch *add_watch(struct net_session *session)
{
    struct session_watch *watch = session->spare_watches;
    if (watch != NULL) {
        session->spare_watches = watch->next;
    } else {
        watch = memory_allocate(1, sizeof *watch);
        watch->event = memory_allocate(1, event_get_struct_event_size());
    }
    watch->next = session->watches;
    session->watches = watch;
    return watch;
}

static int socket_wanted(CURL *easy, curl_socket_t descriptor, int what, void *data, void *known)
{
    struct net_session *session = data;
    struct session_watch *watch = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            unwatch(session, watch);
        return 0;
    }
    if (watch == NULL) {
        watch = add_watch(session);
        curl_multi_assign(session->multi, descriptor, watch);
    } else {
        event_del(watch->event);
    }
    bool writes = (what & CURL_POLL_OUT) != 0;
    count_writer(session, watch, writes);
    int events = EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (writes ? EV_WRITE : 0);
    event_assign(watch->event, loop_base(session->vantage->net->loop), descriptor, (short)events,
                 socket_ready, session);
    event_add(watch->event, NULL);
    return 0;
}

static int timer_wanted(CURLM *multi, long milliseconds, void *data)
{
    struct net_session *session = data;
    struct timeval delay = {milliseconds / 1000, milliseconds % 1000 * 1000};
    (void)multi;
    if (milliseconds < 0)
        event_del(session->timer);
    else
        event_add(session->timer, &delay);
    return 0;
}

struct net_session *net_session_open(struct net_vantage *vantage)
{
    struct net_session *session = memory_allocate(1, sizeof *session);
    struct loop *loop = vantage->net->loop;
    session->vantage = vantage;
    session->multi = curl_multi_init();
    session->cookies = curl_share_init();
    if (session->multi == NULL || session->cookies == NULL)
        abort(); /* only for want of memory */
    curl_share_setopt(session->cookies, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    curl_multi_setopt(session->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
    curl_multi_setopt(session->multi, CURLMOPT_SOCKETDATA, session);
    curl_multi_setopt(session->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
    curl_multi_setopt(session->multi, CURLMOPT_TIMERDATA, session);
    curl_multi_setopt(session->multi, CURLMOPT_MAXCONNECTS, (long)NET_CONNECTIONS_MAX);
    session->timer = evtimer_new(loop_base(loop), timer_fired, session);
    session->deadline = loop_timer_create(loop, transfer_deadline, session);
    session->at_once = loop_timer_create(loop, transfer_at_once, session);
    session->addresses = map_create(free);
    return session;
}

CURL *session_easy(struct net_session *session)
{
    if (session->easy != NULL)
        return session->easy;
    session->easy = curl_easy_init();
    if (session->easy == NULL)
        abort(); /* only for want of memory */
    request_install(session->easy, session->vantage);
    observe_install(session->easy, session);
    curl_easy_setopt(session->easy, CURLOPT_SHARE, session->cookies);
    return session->easy;
}

void session_drop_easy(struct net_session *session)
{
    curl_easy_cleanup(session->easy);
    session->easy = NULL;
}

static void free_watches(struct session_watch *watches)
{
    while (watches != NULL) {
        struct session_watch *next = watches->next;
        free(watches->event);
        free(watches);
        watches = next;
    }
}

void net_session_close(struct net_session *session)
{
    if (session == NULL)
        return;
    if (session->transfer != NULL)
        net_cancel(session->transfer);
    session_drop_easy(session);
    curl_multi_cleanup(session->multi);
    curl_share_cleanup(session->cookies);
    while (session->watches != NULL)
        unwatch(session, session->watches);
    free_watches(session->spare_watches);
    event_free(session->timer);
    loop_timer_free(session->deadline);
    loop_timer_free(session->at_once);
    map_free(session->addresses);
    free(session);
}

void session_forget_socket(struct net_session *session, int descriptor)
{
    for (size_t i = 0; i < session->socket_count; i++)
        if (session->sockets[i].descriptor == descriptor) {
            session->socket_count--;
            memmove(&session->sockets[i], &session->sockets[i + 1],
                    (session->socket_count - i) * sizeof session->sockets[0]);
            return;
        }
}

void session_add_socket(struct net_session *session, int descriptor)
{
    session_forget_socket(session, descriptor);
    if (session->socket_count == SESSION_SOCKETS_MAX)
        session_forget_socket(session, session->sockets[0].descriptor);
    session->sockets[session->socket_count++] = (struct session_socket){descriptor, true, 0};
}

int session_current_socket(const struct net_session *session)
{
    int latest = -1;
    for (size_t i = 0; i < session->socket_count; i++) {
        const struct session_socket *entry = &session->sockets[i];
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        if (!entry->current)
            continue;
        if (getpeername(entry->descriptor, (struct sockaddr *)&peer, &size) == 0)
            return entry->descriptor;
        latest = entry->descriptor;
    }
    return latest;
}

/* Asked once a socket, when it is connected. */
static int known_port(struct session_socket *entry)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    if (entry->local_port == 0 &&
        getsockname(entry->descriptor, (struct sockaddr *)&own, &size) == 0)
        entry->local_port =
            ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
                                            : ((struct sockaddr_in *)&own)->sin_port);
    return entry->local_port;
}

int session_socket_by_port(struct net_session *session, int local_port)
{
    for (size_t i = 0; i < session->socket_count; i++)
        if (known_port(&session->sockets[i]) == local_port)
            return session->sockets[i].descriptor;
    return -1;
}
