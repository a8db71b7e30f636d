/* SPDX-License-Identifier: MIT */
/* Datagrams to the service manager. See service.h. */
#include "monitor/daemon/service.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 4096 };

struct service {
    int descriptor;
    struct sockaddr_un address;
    socklen_t address_length;
    duration every; /* it wants to hear that the loop goes round; 0: it does not */
    struct loop_timer *watchdog;
};

/* What cannot be told is no reason not to watch: a service manager that misses it acts on that. */
static void send_text(const struct service *service, const char *text)
{
    ssize_t sent = sendto(service->descriptor, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                          (const struct sockaddr *)&service->address, service->address_length);
    (void)sent;
}

static void feed_watchdog(void *data)
{
    struct service *service = data;
    send_text(service, "WATCHDOG=1");
    loop_timer_set(service->watchdog, service->every);
}

/* A path, or after an `@` a name that is in no file system. */
static bool parse_address(const char *text, struct service *service)
{
    size_t length = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || length >= sizeof service->address.sun_path)
        return false;
    service->address.sun_family = AF_UNIX;
    memcpy(service->address.sun_path, text, length);
    service->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    if (text[0] == '@') {
        service->address.sun_path[0] = '\0';
        service->address_length--;
    }
    return true;
}

/* Half of the time after which it would be held for dead. */
static duration watchdog_interval(void)
{
    const char *time = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    if (time == NULL || (process != NULL && strtol(process, NULL, 10) != (long)getpid()))
        return 0;
    return (duration)strtoll(time, NULL, 10) / 2;
}

struct service *service_open(struct loop *loop)
{
    const char *address = getenv("NOTIFY_SOCKET");
    struct service *service = memory_allocate(1, sizeof *service);
    service->descriptor = -1;
    if (address != NULL && parse_address(address, service))
        service->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    service->every = watchdog_interval();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    if (service->descriptor < 0) {
        free(service);
        return NULL;
    }
    service->watchdog = loop_timer_create(loop, feed_watchdog, service);
    if (service->every > 0)
        loop_timer_set(service->watchdog, service->every);
    return service;
}

void service_close(struct service *service)
{
    if (service == NULL)
        return;
    loop_timer_free(service->watchdog);
    close(service->descriptor);
    free(service);
}

void service_tell(struct service *service, enum service_state state, const char *status)
{
    static const char *const states[] = {
#define X(name, text) text,
        SERVICE_STATE_TABLE(X)
#undef X
    };
    struct buffer message;
    if (service == NULL)
        return;
    buffer_init(&message, MESSAGE_MAX);
    buffer_text(&message, states[state]);
    /* When it began to reload: systemd compares it with when it asked. */
    if (state == SERVICE_RELOADING)
        buffer_print(&message, "\nMONOTONIC_USEC=%" PRId64, clock_instant().us);
    if (status != NULL)
        buffer_print(&message, "\nSTATUS=%s", status);
    send_text(service, message.data);
    buffer_free(&message);
}
