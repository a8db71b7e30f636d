/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi handle on the loop: which sockets are waited for, when libcurl's timer is due,
 * and whose transfer is through. libcurl's callbacks only say what they want; see `act` for what is
 * done.
 */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <event2/event.h>
#include <stdlib.h>

/* One descriptor on the loop. */
struct watch {
    struct watch *next; /* among the spare ones */
    struct event *event;
    struct multi *multi;
    struct net_session *session; /* whose transfer it serves */
    bool writes;
};

struct multi {
    CURLM *handle;
    struct event_base *base;
    struct event *timer;
    struct watch *spare; /* to be used again: a transfer begins and ends with each step */
};

static struct net_session *session_of(CURL *easy)
{
    struct net_session *session = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&session);
    return session;
}

/* Those that are through, in a list: to end one may start others, and libcurl's own list moves. */
static struct net_session *collect_finished(struct multi *multi)
{
    struct net_session *first = NULL, **end = &first;
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi->handle, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct net_session *session = session_of(message->easy_handle);
        session->finished = true;
        session->code = message->data.result;
        session->next_finished = NULL;
        *end = session;
        end = &session->next_finished;
    }
    return first;
}

/* Outside of libcurl's own callbacks: `done` may send the next request, or free what it likes but
 * the session. `session`: whose socket was served; NULL: anybody's. */
static void act(struct multi *multi, int descriptor, int what, struct net_session *session)
{
    int running;
    curl_multi_socket_action(multi->handle, descriptor, what, &running);
    struct net_session *finished = collect_finished(multi);
    if (session != NULL)
        observe_read(session);
    if (session != NULL && session->transfer != NULL && !session->finished)
        observe_pause(session->transfer);
    while (finished != NULL) {
        struct net_session *next = finished->next_finished;
        finished->finished = false;
        transfer_finish(finished->transfer, finished->code);
        finished = next;
    }
}

static void socket_ready(evutil_socket_t descriptor, short what, void *data)
{
    const struct watch *watch = data;
    observe_arrival(watch->session, descriptor);
    act(watch->multi, descriptor,
        (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0),
        watch->session);
}

static void timer_fired(evutil_socket_t descriptor, short what, void *data)
{
    (void)descriptor;
    (void)what;
    act(data, CURL_SOCKET_TIMEOUT, 0, NULL);
}

static void count_writer(struct watch *watch, bool writes)
{
    watch->session->writers += writes;
    watch->session->writers -= watch->writes;
    watch->writes = writes;
}

static struct watch *add_watch(struct multi *multi, struct net_session *session)
{
    struct watch *watch = multi->spare;
    if (watch != NULL) {
        multi->spare = watch->next;
    } else {
        watch = memory_allocate(1, sizeof *watch);
        watch->event = memory_allocate(1, event_get_struct_event_size());
        watch->multi = multi;
    }
    watch->session = session;
    return watch;
}

static void drop_watch(struct watch *watch)
{
    event_del(watch->event);
    count_writer(watch, false);
    watch->next = watch->multi->spare;
    watch->multi->spare = watch;
}

/* Called behind each turn of a transfer, so that it also tells when all of a request is sent. */
static int socket_wanted(CURL *easy, curl_socket_t descriptor, int what, void *data, void *known)
{
    struct multi *multi = data;
    struct watch *watch = known;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            drop_watch(watch);
        return 0;
    }
    if (watch == NULL) {
        watch = add_watch(multi, session_of(easy));
        curl_multi_assign(multi->handle, descriptor, watch);
    } else {
        event_del(watch->event);
    }
    bool writes = (what & CURL_POLL_OUT) != 0;
    count_writer(watch, writes);
    int events = EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) | (writes ? EV_WRITE : 0);
    event_assign(watch->event, multi->base, descriptor, (short)events, socket_ready, watch);
    event_add(watch->event, NULL);
    if (watch->session->transfer != NULL)
        observe_pause(watch->session->transfer);
    return 0;
}

static int timer_wanted(CURLM *handle, long milliseconds, void *data)
{
    struct multi *multi = data;
    struct timeval delay = {milliseconds / 1000, milliseconds % 1000 * 1000};
    (void)handle;
    if (milliseconds < 0)
        event_del(multi->timer);
    else
        event_add(multi->timer, &delay);
    return 0;
}

struct multi *multi_create(struct loop *loop)
{
    struct multi *multi = memory_allocate(1, sizeof *multi);
    multi->base = loop_base(loop);
    multi->handle = curl_multi_init();
    if (multi->handle == NULL)
        abort(); /* only for want of memory */
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETFUNCTION, socket_wanted);
    curl_multi_setopt(multi->handle, CURLMOPT_SOCKETDATA, multi);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERFUNCTION, timer_wanted);
    curl_multi_setopt(multi->handle, CURLMOPT_TIMERDATA, multi);
    /* Of each session's own pool. */
    curl_multi_setopt(multi->handle, CURLMOPT_MAXCONNECTS, (long)NET_CONNECTIONS_MAX);
    multi->timer = evtimer_new(multi->base, timer_fired, multi);
    return multi;
}

void multi_free(struct multi *multi)
{
    if (multi == NULL)
        return;
    curl_multi_cleanup(multi->handle);
    event_free(multi->timer);
    while (multi->spare != NULL) {
        struct watch *next = multi->spare->next;
        free(multi->spare->event);
        free(multi->spare);
        multi->spare = next;
    }
    free(multi);
}

CURLMcode multi_add(struct multi *multi, CURL *easy)
{
    return curl_multi_add_handle(multi->handle, easy);
}

void multi_remove(struct multi *multi, CURL *easy)
{
    curl_multi_remove_handle(multi->handle, easy);
}
