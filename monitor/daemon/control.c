/* SPDX-License-Identifier: MIT */
/*
 * The control socket and its visitors. A visitor is a small machine: he sends a line, is answered,
 * reads, and is gone; whatever he does in place of that, his time is up soon. See control.h.
 */
#define _GNU_SOURCE /* accept4, struct ucred */
#include "monitor/daemon/control_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/record/json_writer.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPT_AT_ONCE = 16, CHUNK = 16 * 1024, BY_MAX = 64, WRITE_AT_ONCE = 256 * 1024 };

/* While there are no descriptors left, a visitor at the door would keep the loop busy. */
#define DOOR_PAUSE DURATION_SECOND

struct control_call {
    struct control *control;
    struct control_call *next;
    int descriptor;
    struct loop_watch *readable, *writable;
    struct loop_timer *timer; /* his time is up; or, once `ended`, begin to write */
    struct buffer in, out;
    size_t written;
    json_t *request; /* NULL until his line is there */
    bool ended;      /* the answer is whole */
    char by[BY_MAX];
};

struct control {
    struct loop *loop;
    const struct control_request *requests;
    void *data;
    struct control_socket socket;
    struct loop_watch *door;
    struct loop_timer *pause;
    struct control_call *calls;
    size_t count;
};

static void call_free(struct control_call *call)
{
    struct control *control = call->control;
    struct control_call **link = &control->calls;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    control->count--;
    loop_watch_free(call->readable);
    loop_watch_free(call->writable);
    loop_timer_free(call->timer);
    close(call->descriptor);
    buffer_free(&call->in);
    buffer_free(&call->out);
    json_decref(call->request);
    free(call);
}

/* --- the answer ------------------------------------------------------------------------------ */

/* Goes away with the visitor when all is written, or nothing can be any more. */
static void call_write(void *data)
{
    struct control_call *call = data;
    size_t left = call->out.length - call->written;
    ssize_t sent = send(call->descriptor, call->out.data + call->written,
                        left < WRITE_AT_ONCE ? left : WRITE_AT_ONCE, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
        call->written += (size_t)sent;
    bool again = sent >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (!again || call->written == call->out.length)
        call_free(call);
    else if (call->writable == NULL)
        call->writable =
            loop_watch_writable(call->control->loop, call->descriptor, call_write, call);
}

static void call_timer(void *data)
{
    struct control_call *call = data;
    if (!call->ended || call->writable != NULL) {
        call_free(call); /* too slow */
        return;
    }
    loop_timer_set(call->timer, CONTROL_READ_MAX);
    call_write(call);
}

void control_say(struct control_call *call, const char *json)
{
    buffer_text(&call->out, json);
    buffer_text(&call->out, "\n");
}

void control_end(struct control_call *call, const struct error *error)
{
    struct json_writer writer = {.out = &call->out};
    const char *problem = error != NULL && error->code != RESULT_OK ? error->text : NULL;
    if (call->out.result != RESULT_OK) {
        buffer_clear(&call->out);
        problem = "the answer is larger than allowed; ask for less";
    }
    json_open_object(&writer, NULL);
    json_add_flag(&writer, "ok", problem == NULL);
    json_add_text(&writer, "error", problem);
    if (problem != NULL && error != NULL)
        json_add_word(&writer, "code", result_name(error->code));
    json_close_object(&writer);
    buffer_text(&call->out, "\n");
    call->ended = true;
    loop_timer_set(call->timer, 0);
}

static void call_refuse(struct control_call *call, struct error *error)
{
    loop_watch_free(call->readable);
    call->readable = NULL;
    control_end(call, error);
}

/* --- the request ----------------------------------------------------------------------------- */

const char *control_by(const struct control_call *call)
{
    return call->by;
}

static void call_know_visitor(struct control_call *call)
{
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    const char *name = json_string_value(json_object_get(call->request, "by"));
    if (name != NULL && name[0] != '\0' && strlen(name) < BY_MAX)
        memcpy(call->by, name, strlen(name) + 1);
    else if (getsockopt(call->descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
        snprintf(call->by, sizeof call->by, "user %u", (unsigned)peer.uid);
}

static void call_obey(struct control_call *call)
{
    const struct control *control = call->control;
    struct error error = {0};
    const struct control_request *found =
        control_check(control->requests, &call->in, &call->request, &error);
    loop_watch_free(call->readable);
    call->readable = NULL;
    loop_timer_cancel(call->timer);
    if (found == NULL) {
        control_end(call, &error);
        return;
    }
    call_know_visitor(call);
    /* A visitor who is gone is found out when the answer is written. */
    ssize_t sent =
        send(call->descriptor, CONTROL_HEARD, strlen(CONTROL_HEARD), MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent;
    found->handle(control->data, call, call->request);
}

static void call_readable(void *data)
{
    struct control_call *call = data;
    struct error error = {0};
    char chunk[CHUNK];
    ssize_t got = recv(call->descriptor, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (got <= 0) {
        call_free(call); /* gone before the end of his line: nothing was asked */
        return;
    }
    const char *end = memchr(chunk, '\n', (size_t)got);
    size_t length = end != NULL ? (size_t)(end - chunk) : (size_t)got;
    if (buffer_append(&call->in, chunk, length) != RESULT_OK) {
        error_set(&error, RESULT_LIMIT, "a request is at most %d bytes long", CONTROL_LINE_MAX);
        call_refuse(call, &error);
    } else if (end != NULL) {
        call_obey(call);
    }
}

/* --- the door -------------------------------------------------------------------------------- */

/* What he has said already is taken off his hands: closed on it, he would not hear the answer. */
static void visitor_turn_away(int descriptor)
{
    static const char sorry[] =
        "{\"ok\":false,\"error\":\"too many visitors at once; come back in a few seconds\"}\n";
    char said[CHUNK];
    ssize_t done = recv(descriptor, said, sizeof said, MSG_DONTWAIT);
    done = send(descriptor, sorry, sizeof sorry - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)done; /* if he does not listen, he need not know */
    close(descriptor);
}

static void visitor_let_in(struct control *control, int descriptor)
{
    struct control_call *call = memory_allocate(1, sizeof *call);
    call->control = control;
    call->descriptor = descriptor;
    call->next = control->calls;
    control->calls = call;
    control->count++;
    buffer_init(&call->in, CONTROL_LINE_MAX);
    buffer_init(&call->out, CONTROL_ANSWER_MAX);
    call->timer = loop_timer_create(control->loop, call_timer, call);
    loop_timer_set(call->timer, CONTROL_ASK_MAX);
    call->readable = loop_watch_readable(control->loop, descriptor, call_readable, call);
}

static void door_open(void *data);

static void door_knock(void *data)
{
    struct control *control = data;
    for (int n = 0; n < ACCEPT_AT_ONCE; n++) {
        int descriptor =
            accept4(control->socket.descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0 && control->count >= CONTROL_VISITORS_MAX) {
            visitor_turn_away(descriptor);
        } else if (descriptor >= 0) {
            visitor_let_in(control, descriptor);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            loop_watch_free(control->door);
            control->door = NULL;
            loop_timer_set(control->pause, DOOR_PAUSE);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return; /* nobody waits any more */
        }
    }
}

static void door_open(void *data)
{
    struct control *control = data;
    control->door =
        loop_watch_readable(control->loop, control->socket.descriptor, door_knock, control);
}

struct control *control_open(struct loop *loop, const char *path,
                             const struct control_request *requests, void *data,
                             struct error *error)
{
    struct control_socket socket = {.descriptor = -1};
    if (control_listen(path, &socket, error) != RESULT_OK)
        return NULL;
    struct control *control = memory_allocate(1, sizeof *control);
    control->loop = loop;
    control->requests = requests;
    control->data = data;
    control->socket = socket;
    control->pause = loop_timer_create(loop, door_open, control);
    door_open(control);
    return control;
}

void control_close(struct control *control)
{
    if (control == NULL)
        return;
    loop_watch_free(control->door);
    loop_timer_free(control->pause);
    while (control->calls != NULL)
        call_free(control->calls);
    control_leave(&control->socket);
    free(control);
}

size_t control_visitors(const struct control *control)
{
    return control != NULL ? control->count : 0;
}
