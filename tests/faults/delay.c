/* SPDX-License-Identifier: MIT */
/*
 * Holds packets back, for kernels that have no netem: opens a TUN device, and what is routed into
 * it comes out again after a while. Delay and jitter in milliseconds, loss in per cent; packets may
 * overtake each other.
 *
 *     delay DEVICE DELAY JITTER LOSS
 *
 * The device is there once this runs; who starts it routes packets into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { PACKETS_MAX = 1024, PACKET_MAX = 2048 };

struct packet {
    double due; /* milliseconds; only where length > 0 */
    ssize_t length;
    char bytes[PACKET_MAX];
};

static struct packet held[PACKETS_MAX];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double between(double low, double high)
{
    return low + (high - low) * ((double)rand() / RAND_MAX);
}

static int open_device(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (device < 0 || ioctl(device, TUNSETIFF, &request) != 0) {
        perror(name);
        return -1;
    }
    return device;
}

/* Takes in what is there; a full house drops, as a full queue does. */
static void take(int device, double delay, double jitter, double loss)
{
    for (size_t i = 0; i < PACKETS_MAX; i++) {
        struct packet *packet = &held[i];
        if (packet->length > 0)
            continue;
        packet->length = read(device, packet->bytes, sizeof packet->bytes);
        if (packet->length <= 0)
            return;
        packet->due = now() + between(delay - jitter, delay + jitter);
        if (between(0, 100) < loss)
            packet->length = 0;
    }
}

/* Sends what is due; says how long nothing will be, in milliseconds. */
static int give(int device)
{
    double soonest = 1000;
    for (size_t i = 0; i < PACKETS_MAX; i++) {
        struct packet *packet = &held[i];
        double left = packet->due - now();
        if (packet->length <= 0)
            continue;
        if (left > 0) {
            soonest = left < soonest ? left : soonest;
        } else {
            if (write(device, packet->bytes, (size_t)packet->length) < 0)
                perror("write");
            packet->length = 0;
        }
    }
    return (int)soonest + 1;
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fputs("delay DEVICE DELAY JITTER LOSS\n", stderr);
        return 2;
    }
    int device = open_device(arguments[1]);
    if (device < 0)
        return EXIT_FAILURE;
    for (;;) {
        struct pollfd poll_for = {.fd = device, .events = POLLIN};
        if (poll(&poll_for, 1, give(device)) < 0 && errno != EINTR)
            return EXIT_FAILURE;
        take(device, atof(arguments[2]), atof(arguments[3]), atof(arguments[4]));
    }
}
