/* SPDX-License-Identifier: MIT */
/* Asking a monitor that runs, by its control socket. Waits for the answer. See control.h. */
#include "monitor/daemon/control_private.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* How long a monitor may take to let us in and to hear us, each; and then to answer: it has to read
 * all its files when it reloads. */
enum { HEAR_SECONDS = 5, ANSWER_SECONDS = 120, CHUNK = 64 * 1024 };

static void be_patient(int descriptor, int seconds)
{
    const struct timeval patience = {.tv_sec = seconds};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static enum result say_still(const char *path, struct error *error)
{
    return error_set(error, RESULT_CLOSED,
                     "the monitor that listens at %s has not answered for %d seconds: it stands "
                     "still, or is far too busy",
                     path, HEAR_SECONDS);
}

static enum result connect_to(const char *path, int *ret_descriptor, struct error *error)
{
    struct sockaddr_un address;
    if (control_address(path, &address, error) != RESULT_OK)
        return RESULT_INVALID;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return error_set(error, RESULT_IO, "%s", strerror(errno));
    be_patient(descriptor, HEAR_SECONDS);
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) == 0) {
        *ret_descriptor = descriptor;
        return RESULT_OK;
    }
    int code = errno;
    close(descriptor);
    if (code == ENOENT || code == ECONNREFUSED || code == ENOTDIR)
        return error_set(error, RESULT_CLOSED, "no monitor listens at %s", path);
    if (code == EAGAIN)
        return say_still(path, error);
    return error_set(error, RESULT_IO, "%s: %s", path, strerror(code));
}

static enum result send_request(int descriptor, const json_t *request, struct error *error)
{
    char *text = json_dumps(request, JSON_COMPACT);
    struct buffer line;
    buffer_init(&line, CONTROL_LINE_MAX);
    buffer_text(&line, text);
    buffer_text(&line, "\n");
    free(text);
    enum result result = line.result;
    if (result != RESULT_OK)
        error_set(error, result, "that is too long to be asked");
    for (size_t sent = 0; result == RESULT_OK && sent < line.length;) {
        ssize_t more = send(descriptor, line.data + sent, line.length - sent, MSG_NOSIGNAL);
        if (more > 0)
            sent += (size_t)more;
        else if (errno != EINTR)
            break; /* turned away: the answer says why */
    }
    buffer_free(&line);
    return result;
}

static enum result read_answer(int descriptor, const char *path, struct buffer *answer,
                               struct error *error)
{
    char chunk[CHUNK];
    for (;;) {
        ssize_t got = recv(descriptor, chunk, sizeof chunk, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET))
            return RESULT_OK;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN && answer->length == 0)
            return say_still(path, error);
        if (got < 0)
            return error_set(error, RESULT_IO, "the monitor does not answer: %s",
                             errno == EAGAIN ? "it is too busy" : strerror(errno));
        if (answer->length == 0)
            be_patient(descriptor, ANSWER_SECONDS);
        if (buffer_append(answer, chunk, (size_t)got) != RESULT_OK)
            return error_set(error, RESULT_LIMIT, "the answer is larger than allowed");
    }
}

/* Why it was refused, by the name that results have. */
static enum result code_of(const json_t *json)
{
    static const struct {
        const char *name;
        enum result code;
    } codes[] = {
#define X(name, text) {text, RESULT_##name},
        RESULT_TABLE(X)
#undef X
    };
    const char *name = json_string_value(json_object_get(json, "code"));
    for (size_t i = 1; name != NULL && i < COUNT_OF(codes); i++)
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    return RESULT_INVALID;
}

/* The last line has `ok`. */
static enum result take_lines(char *text, control_line *line, void *data, struct error *error)
{
    char *rest = NULL;
    for (char *at = strtok_r(text, "\n", &rest); at != NULL; at = strtok_r(NULL, "\n", &rest)) {
        json_t *json = json_loads(at, 0, NULL);
        const json_t *ok = json_object_get(json, "ok");
        const char *problem = json_string_value(json_object_get(json, "error"));
        enum result result = RESULT_OK;
        if (ok != NULL && !json_is_true(ok))
            result = error_set(error, code_of(json), "%s", problem != NULL ? problem : "refused");
        else if (ok == NULL && json != NULL && line != NULL)
            line(data, json);
        json_decref(json);
        if (ok != NULL)
            return result;
    }
    return error_set(error, RESULT_IO, "the monitor went away before it had answered");
}

enum result control_ask(const char *path, const struct json_t *request, control_line *line,
                        void *data, struct error *error)
{
    int descriptor = -1;
    struct buffer answer;
    enum result result = connect_to(path, &descriptor, error);
    if (result != RESULT_OK)
        return result;
    buffer_init(&answer, CONTROL_ANSWER_MAX + CONTROL_LINE_MAX);
    result = send_request(descriptor, request, error);
    if (result == RESULT_OK)
        result = read_answer(descriptor, path, &answer, error);
    if (result == RESULT_OK)
        result = take_lines(answer.data, line, data, error);
    close(descriptor);
    buffer_free(&answer);
    return result;
}
