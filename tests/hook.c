/* SPDX-License-Identifier: MIT */
/*
 * hook MOOD PORT-FILE: a receiver of webhooks in a bad mood, until SIGUSR1 makes it well.
 *
 *   hang    takes what it is sent, and never answers
 *   drip    begins to answer, a byte each fifth of a second, and never ends
 *   refuse  nobody listens on its port
 *   break   answers 500
 *
 * Each request is a line on standard output: `hang KEY` and so on, or `well KEY` once it is well.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DRIP_MICROSECONDS = 200000 };

static struct event_base *base;
static struct evhttp *server;
static const char *mood;
static unsigned short port;

/* --- a request that is never answered, or never to its end ---------------------------------------
 */

struct unanswered {
    struct evhttp_request *request;
    struct event *drip; /* NULL: not even begun */
};

/* A request whose connection is gone is nobody's but ours. */
static void given_up(struct evhttp_connection *connection, void *data)
{
    struct unanswered *unanswered = data;
    (void)connection;
    if (evhttp_request_get_connection(unanswered->request) == NULL)
        evhttp_request_free(unanswered->request);
    if (unanswered->drip != NULL)
        event_free(unanswered->drip);
    free(unanswered);
}

static void drip_on(int descriptor, short events, void *data)
{
    const struct unanswered *unanswered = data;
    struct evbuffer *drop = evbuffer_new();
    (void)descriptor;
    (void)events;
    evbuffer_add(drop, "d", 1);
    evhttp_send_reply_chunk(unanswered->request, drop);
    evbuffer_free(drop);
}

static void leave_unanswered(struct evhttp_request *request, bool drips)
{
    const struct timeval often = {0, DRIP_MICROSECONDS};
    struct unanswered *unanswered = calloc(1, sizeof *unanswered);
    if (unanswered == NULL)
        exit(1);
    unanswered->request = request;
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), given_up, unanswered);
    if (!drips)
        return;
    unanswered->drip = event_new(base, -1, EV_PERSIST, drip_on, unanswered);
    evhttp_send_reply_start(request, 200, "OK");
    event_add(unanswered->drip, &often);
}

/* --- all of them -------------------------------------------------------------------------------
 */

static void came(struct evhttp_request *request, void *data)
{
    const char *key =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Idempotency-Key");
    (void)data;
    printf("%s %s\n", mood, key != NULL ? key : "none");
    fflush(stdout);
    if (strcmp(mood, "well") == 0)
        evhttp_send_reply(request, 204, NULL, NULL);
    else if (strcmp(mood, "break") == 0)
        evhttp_send_reply(request, 500, NULL, NULL);
    else
        leave_unanswered(request, strcmp(mood, "drip") == 0);
}

static bool listen_on(unsigned short wanted)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    server = evhttp_new(base);
    evhttp_set_gencb(server, came, NULL);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", wanted);
    if (bound == NULL ||
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&own, &size) != 0)
        return false;
    port = ntohs(own.sin_port);
    return true;
}

/* Holds a port that nobody else gets, and on which nobody listens. */
static bool reserve(void)
{
    const int yes = 1;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(descriptor, (struct sockaddr *)&own, size) != 0 ||
        getsockname(descriptor, (struct sockaddr *)&own, &size) != 0)
        return false;
    port = ntohs(own.sin_port);
    return true;
}

static void get_well(int signal, short events, void *data)
{
    (void)signal;
    (void)events;
    (void)data;
    mood = "well";
    if (server == NULL && !listen_on(port))
        exit(1);
}

static bool write_port(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    fprintf(file, "%u\n", port);
    return fclose(file) == 0;
}

int main(int argc, char **argv)
{
    static const char *const moods[] = {"hang", "drip", "refuse", "break"};
    for (size_t i = 0; argc == 3 && i < sizeof moods / sizeof *moods; i++)
        if (strcmp(argv[1], moods[i]) == 0)
            mood = moods[i];
    if (mood == NULL) {
        fprintf(stderr, "usage: hook hang|drip|refuse|break PORT-FILE\n");
        return 2;
    }
    base = event_base_new();
    struct event *signalled = evsignal_new(base, SIGUSR1, get_well, NULL);
    if (event_add(signalled, NULL) != 0 ||
        !(strcmp(mood, "refuse") == 0 ? reserve() : listen_on(0)) || !write_port(argv[2])) {
        perror("hook");
        return 1;
    }
    return event_base_dispatch(base) == 0 ? 0 : 1;
}
