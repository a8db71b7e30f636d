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
    int events;                  /* EV_READ, EV_WRITE; 0: not on the loop */
};

struct multi {
    CURLM *handle;
    struct event_base *base;
    struct event *timer;
    bool acts;           /* libcurl is at work, and may say that it has more to do */
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
    multi->acts = true;
    curl_multi_socket_action(multi->handle, descriptor, what, &running);
    multi->acts = false;
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

/* Between two transfers: the other side has closed, or says something that nobody asked for. */
static bool wakes_resting(struct watch *watch, int descriptor)
{
    struct session_socket *socket = session_find_socket(watch->session, descriptor);
    if (socket == NULL || socket->resting != watch)
        return false;
    socket->resting = NULL;
    multi_drop_watch(watch);
    return true;
}

static void socket_ready(evutil_socket_t descriptor, short what, void *data)
{
    struct watch *watch = data;
    if (wakes_resting(watch, descriptor))
        return;
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

static void set_events(struct watch *watch, int descriptor, int events)
{
    if (watch->events == events)
        return;
    watch->session->writers += (events & EV_WRITE) != 0;
    watch->session->writers -= (watch->events & EV_WRITE) != 0;
    if (watch->events != 0)
        event_del(watch->event);
    watch->events = events;
    if (events == 0)
        return;
    event_assign(watch->event, watch->multi->base, descriptor, (short)(EV_PERSIST | events),
                 socket_ready, watch);
    event_add(watch->event, NULL);
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

void multi_drop_watch(struct watch *watch)
{
    set_events(watch, -1, 0);
    watch->next = watch->multi->spare;
    watch->multi->spare = watch;
}

/* A connection that is kept will mostly serve the next step at once, and is waited for in the same
 * way: to take it off the loop and put it there again are two system calls a step. */
static void rest_watch(struct watch *watch, int descriptor)
{
    struct session_socket *socket = session_find_socket(watch->session, descriptor);
    if (socket != NULL && watch->events == EV_READ)
        socket->resting = watch;
    else
        multi_drop_watch(watch);
}

static struct watch *resting_watch(struct net_session *session, int descriptor)
{
    struct session_socket *socket = session_find_socket(session, descriptor);
    struct watch *watch = socket != NULL ? socket->resting : NULL;
    if (watch != NULL)
        socket->resting = NULL;
    return watch;
}

/* Called behind each turn of a transfer, so that it also tells when all of a request is sent. */
static int socket_wanted(CURL *easy, curl_socket_t descriptor, int what, void *data, void *known)
{
    struct multi *multi = data;
    struct watch *watch = known;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL)
            rest_watch(watch, descriptor);
        return 0;
    }
    if (watch == NULL) {
        struct net_session *session = session_of(easy);
        watch = resting_watch(session, descriptor);
        if (watch == NULL)
            watch = add_watch(multi, session);
        curl_multi_assign(multi->handle, descriptor, watch);
    }
    set_events(watch, descriptor,
               (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
    if (watch->session->transfer != NULL)
        observe_pause(watch->session->transfer);
    return 0;
}

/* A transfer that begins does so in this turn of the loop: a turn of its own would set the kernel's
 * timer once more, and wait for nothing. Where libcurl has more to do, others have their turn
 * first.
 */
static int timer_wanted(CURLM *handle, long milliseconds, void *data)
{
    struct multi *multi = data;
    struct timeval delay = {milliseconds / 1000, milliseconds % 1000 * 1000};
    (void)handle;
    if (milliseconds <= 0)
        event_del(multi->timer);
    if (milliseconds == 0 && !multi->acts)
        event_active(multi->timer, EV_TIMEOUT, 0);
    else if (milliseconds >= 0)
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
