/* SPDX-License-Identifier: MIT */
/*
 * Listens on a network interface until it is told to end (SIGTERM), and prints what exchanges took
 * on its wire (wire.h). The kernel stamps each packet and puts it into a ring that is read twenty
 * times a second, so that listening disturbs what is measured as little as can be.
 *
 *   capture INTERFACE
 *
 * Prints `listening` first. Exit code 1: cannot listen here, or packets were lost.
 */
#include "tests/bench/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BLOCK_BYTES = 1024 * 1024,
    BLOCKS = 64,
    BLOCK_MILLISECONDS = 50, /* a block that is not full is handed over after this */
    FRAME_BYTES = 2048,
};

static volatile sig_atomic_t is_told_to_end;

static void end(int number)
{
    (void)number;
    is_told_to_end = 1;
}

/* IPv4 with TCP or UDP inside, its beginning. Offsets are from the IP header. */
static int set_filter(int descriptor)
{
    struct sock_filter lines[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 4),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, WIRE_SNAP),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const struct sock_fprog program = {sizeof lines / sizeof lines[0], lines};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/* All protocols: what the interface sends is shown to no other kind of listener. */
static int open_interface(const char *name)
{
    const int version = TPACKET_V3, on = 1;
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    const struct tpacket_req3 ring = {.tp_block_size = BLOCK_BYTES,
                                      .tp_block_nr = BLOCKS,
                                      .tp_frame_size = FRAME_BYTES,
                                      .tp_frame_nr = BLOCK_BYTES / FRAME_BYTES * BLOCKS,
                                      .tp_retire_blk_tov = BLOCK_MILLISECONDS};
    int descriptor = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    address.sll_ifindex = (int)if_nametoindex(name);
    if (descriptor < 0 || address.sll_ifindex == 0 || set_filter(descriptor) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        setsockopt(descriptor, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(descriptor, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) != 0 ||
        bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "capture: %s: %s\n", name, strerror(errno));
        return -1;
    }
    return descriptor;
}

static void read_block(struct wire *wire, struct tpacket_block_desc *block)
{
    const unsigned char *at = (unsigned char *)block + block->hdr.bh1.offset_to_first_pkt;
    for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
        struct tpacket3_hdr packet;
        memcpy(&packet, at, sizeof packet);
        wire_packet(wire, at + packet.tp_mac, packet.tp_snaplen,
                    packet.tp_sec * 1000000000LL + packet.tp_nsec);
        at += packet.tp_next_offset;
    }
}

static bool is_ours(const struct tpacket_block_desc *block)
{
    return (__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) != 0;
}

/* To the end, and then for as long as the last block may be filled. */
static void listen_to(int descriptor, unsigned char *ring, struct wire *wire)
{
    struct pollfd readable = {.fd = descriptor, .events = POLLIN | POLLERR};
    size_t n = 0;
    bool is_last_look = false;
    while (!is_last_look) {
        is_last_look = is_told_to_end != 0;
        if (is_last_look)
            usleep(3 * BLOCK_MILLISECONDS * 1000);
        else
            poll(&readable, 1, 4 * BLOCK_MILLISECONDS);
        struct tpacket_block_desc *block = (void *)(ring + n * BLOCK_BYTES);
        while (is_ours(block)) {
            read_block(wire, block);
            __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
            n = (n + 1) % BLOCKS;
            block = (void *)(ring + n * BLOCK_BYTES);
        }
    }
}

static unsigned packets_lost(int descriptor)
{
    struct tpacket_stats_v3 statistics = {0};
    socklen_t size = sizeof statistics;
    getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, &statistics, &size);
    return statistics.tp_drops;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: capture INTERFACE\n");
        return 64;
    }
    int descriptor = open_interface(argv[1]);
    if (descriptor < 0)
        return 1;
    size_t size = (size_t)BLOCK_BYTES * BLOCKS;
    unsigned char *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (ring == MAP_FAILED) {
        fprintf(stderr, "capture: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    signal(SIGTERM, end);
    signal(SIGINT, end);
    puts("listening");
    fflush(stdout);
    struct wire *wire = wire_create();
    listen_to(descriptor, ring, wire);
    wire_print(wire, stdout);
    wire_free(wire);
    unsigned lost = packets_lost(descriptor);
    if (lost > 0)
        fprintf(stderr, "capture: %u packets were lost\n", lost);
    munmap(ring, size);
    close(descriptor);
    return lost > 0 ? 1 : 0;
}
