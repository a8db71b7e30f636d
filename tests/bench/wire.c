/* SPDX-License-Identifier: MIT */
/* Packets into exchanges. See wire.h. */
#include "tests/bench/wire.h"

#include "monitor/base/memory.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTS = 65536,
    NAME_MAX_BYTES = 128,
    DNS_PORT = 53,
    DNS_HEADER = 12,
    DNS_A = 1,
    TLS_HEADER = 5,
    TLS_CHANGE_CIPHER =
        20, /* TLS 1.3 sends one for old middle boxes, before the client's Finished */
    TLS_HANDSHAKE = 22,
    FLAG_SYN = 2,
    FLAG_ACK = 16,
};

struct lookup {
    char name[NAME_MAX_BYTES];
    unsigned asked_for, answered_for; /* a bit each for A and AAAA */
    int64_t asked, answered;
};

struct connection {
    bool tls, odd;
    int64_t syn, syn_answer, hello, finished;
    uint32_t next_own, next_peer; /* sequence numbers: what is below was seen */
};

struct exchange_times {
    uint16_t port;
    bool is_first; /* of its connection, whose times are copied */
    struct connection connection;
    int64_t sent_first, sent_last, first_byte, last_byte;
};

struct wire {
    struct lookup *lookups;
    size_t lookup_count;
    struct connection *connections[PORTS]; /* the present one of each port of the client's */
    struct exchange_times *exchanges;
    size_t exchange_count;
    size_t current[PORTS]; /* the latest exchange of the port's connection and 1; 0: none yet */
    size_t packets, odd;
};

/* A segment, as far as it is looked at. */
struct segment {
    uint16_t port; /* the client's */
    bool own;      /* the client sent it */
    uint32_t sequence;
    unsigned flags;
    const unsigned char *payload;
    size_t length, captured;
    int64_t when;
};

struct wire *wire_create(void)
{
    return memory_allocate(1, sizeof(struct wire));
}

void wire_free(struct wire *wire)
{
    if (wire == NULL)
        return;
    for (size_t i = 0; i < PORTS; i++)
        free(wire->connections[i]);
    free(wire->lookups);
    free(wire->exchanges);
    free(wire);
}

static unsigned two(const unsigned char *bytes)
{
    return (unsigned)(bytes[0] << 8 | bytes[1]);
}

static uint32_t four(const unsigned char *bytes)
{
    return (uint32_t)two(bytes) << 16 | two(bytes + 2);
}

/* `3www7example0` as `www.example`; the bytes behind it, or NULL when it is not whole. */
static const unsigned char *read_name(const unsigned char *at, const unsigned char *end, char *name)
{
    size_t length = 0;
    for (; at < end && *at != 0; at += 1 + *at) {
        size_t label = *at;
        if (label >= 64 || at + 1 + label >= end || length + label + 2 > NAME_MAX_BYTES)
            return NULL;
        if (length > 0)
            name[length++] = '.';
        memcpy(name + length, at + 1, label);
        length += label;
    }
    name[length] = '\0';
    return at < end ? at + 1 : NULL;
}

/* The latest of the name; NULL: none. By name, for a resolver may give two questions one id. */
static struct lookup *find_lookup(const struct wire *wire, const char *name)
{
    for (size_t i = wire->lookup_count; i-- > 0;)
        if (strcmp(wire->lookups[i].name, name) == 0)
            return &wire->lookups[i];
    return NULL;
}

/* A resolver asks for A and AAAA at once; asked for again, it is another lookup. */
static void take_question(struct wire *wire, const char *name, unsigned type, int64_t when)
{
    struct lookup *lookup = find_lookup(wire, name);
    if (lookup == NULL || (lookup->asked_for & type) != 0) {
        memory_grow(wire->lookups, wire->lookup_count);
        lookup = &wire->lookups[wire->lookup_count++];
        *lookup = (struct lookup){.asked = when};
        snprintf(lookup->name, sizeof lookup->name, "%s", name);
    }
    lookup->asked_for |= type;
}

static void take_dns(struct wire *wire, const unsigned char *message, const unsigned char *end,
                     int64_t when)
{
    char name[NAME_MAX_BYTES];
    if (end - message < DNS_HEADER)
        return;
    bool is_answer = (message[2] & 0x80) != 0;
    const unsigned char *behind = read_name(message + DNS_HEADER, end, name);
    if (behind == NULL || end - behind < 2) {
        wire->odd++;
        return;
    }
    unsigned type = two(behind) == DNS_A ? 1 : 2;
    struct lookup *lookup = is_answer ? find_lookup(wire, name) : NULL;
    if (!is_answer) {
        take_question(wire, name, type, when);
    } else if (lookup != NULL) {
        lookup->answered_for |= type;
        lookup->answered = when;
    }
}

static struct exchange_times *current(struct wire *wire, uint16_t port)
{
    return wire->current[port] != 0 ? &wire->exchanges[wire->current[port] - 1] : NULL;
}

static void open_connection(struct wire *wire, const struct segment *segment)
{
    struct connection *fresh = memory_allocate(1, sizeof *fresh);
    fresh->syn = segment->when;
    fresh->next_own = segment->sequence + 1;
    free(wire->connections[segment->port]);
    wire->connections[segment->port] = fresh;
    wire->current[segment->port] = 0;
}

static void take_request(struct wire *wire, const struct segment *segment,
                         const struct connection *connection)
{
    struct exchange_times *exchange = current(wire, segment->port);
    if (exchange == NULL || exchange->first_byte != 0) {
        bool is_first = exchange == NULL;
        memory_grow(wire->exchanges, wire->exchange_count);
        exchange = &wire->exchanges[wire->exchange_count++];
        *exchange = (struct exchange_times){.port = segment->port,
                                            .is_first = is_first,
                                            .connection = *connection,
                                            .sent_first = segment->when};
        wire->current[segment->port] = wire->exchange_count;
    }
    exchange->sent_last = segment->when;
}

/* What the client sends before its request, and where in the segment the request begins. */
static size_t take_handshake(struct connection *connection, const struct segment *segment)
{
    const unsigned char *record = segment->payload;
    if (connection->hello == 0) {
        connection->hello = segment->when;
        return segment->length;
    }
    size_t finished = TLS_HEADER + 1; /* the record that holds it */
    if (segment->captured < finished + TLS_HEADER || record[0] != TLS_CHANGE_CIPHER) {
        connection->odd = true;
        return segment->length;
    }
    connection->finished = segment->when;
    return finished + TLS_HEADER + two(record + finished + 3);
}

static void take_own(struct wire *wire, const struct segment *segment,
                     struct connection *connection)
{
    size_t taken = 0;
    if (connection->hello == 0 && segment->captured > 0 && current(wire, segment->port) == NULL)
        connection->tls = segment->payload[0] == TLS_HANDSHAKE;
    if (connection->tls && connection->finished == 0)
        taken = take_handshake(connection, segment);
    if (taken < segment->length)
        take_request(wire, segment, connection);
}

static void take_segment(struct wire *wire, const struct segment *segment)
{
    if (segment->own && (segment->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN) {
        open_connection(wire, segment);
        return;
    }
    struct connection *connection = wire->connections[segment->port];
    if (connection == NULL)
        return; /* begun before the capture */
    if ((segment->flags & FLAG_SYN) != 0) {
        connection->syn_answer = segment->when;
        connection->next_peer = segment->sequence + 1;
        return;
    }
    uint32_t *next = segment->own ? &connection->next_own : &connection->next_peer;
    if (segment->length == 0 || (int32_t)(segment->sequence - *next) < 0)
        return; /* nothing, or sent again */
    *next = segment->sequence + (uint32_t)segment->length;
    struct exchange_times *exchange = current(wire, segment->port);
    if (segment->own) {
        take_own(wire, segment, connection);
    } else if (exchange != NULL) {
        if (exchange->first_byte == 0)
            exchange->first_byte = segment->when;
        exchange->last_byte = segment->when;
    }
}

/* The client is the one who sends SYN, or whose port has a connection. */
static void take_tcp(struct wire *wire, const unsigned char *tcp, size_t captured, size_t length,
                     int64_t when)
{
    if (captured < 20)
        return;
    size_t header = (size_t)(tcp[12] >> 4) * 4;
    unsigned from = two(tcp), to = two(tcp + 2);
    struct segment segment = {.sequence = four(tcp + 4), .flags = tcp[13], .when = when};
    segment.own = (segment.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN ||
                  (wire->connections[to] == NULL && wire->connections[from] != NULL);
    segment.port = (uint16_t)(segment.own ? from : to);
    if (header > length)
        return;
    segment.length = length - header;
    if (captured > header) {
        segment.payload = tcp + header;
        segment.captured = captured - header < segment.length ? captured - header : segment.length;
    }
    take_segment(wire, &segment);
}

void wire_packet(struct wire *wire, const unsigned char *bytes, size_t length, int64_t when)
{
    size_t header = length > 0 ? (size_t)(bytes[0] & 15) * 4 : 0;
    if (length < 20 || header < 20 || length < header + 8 || bytes[0] >> 4 != 4)
        return;
    size_t total = two(bytes + 2);
    wire->packets++;
    if (bytes[9] == IPPROTO_TCP && total >= header)
        take_tcp(wire, bytes + header, length - header, total - header, when);
    else if (bytes[9] == IPPROTO_UDP &&
             (two(bytes + header) == DNS_PORT || two(bytes + header + 2) == DNS_PORT))
        take_dns(wire, bytes + header + 8, bytes + length, when);
}

static void print_time(FILE *out, int64_t from, int64_t to)
{
    if (from == 0 || to == 0)
        fputs(" -", out);
    else
        fprintf(out, " %.1f", (double)(to - from) / 1e3);
}

static void print_exchange(const struct exchange_times *exchange, FILE *out)
{
    const struct connection *connection = &exchange->connection;
    bool is_first = exchange->is_first;
    fprintf(out, "exchange %u", exchange->port);
    print_time(out, is_first ? connection->syn : 0, connection->syn_answer);
    print_time(out, is_first ? connection->hello : 0, connection->finished);
    print_time(out, exchange->sent_first, exchange->sent_last);
    print_time(out, exchange->sent_last, exchange->first_byte);
    print_time(out, exchange->first_byte, exchange->last_byte);
    fputc('\n', out);
}

/* What the client sends at the end of TLS looks like a request that is not answered. */
void wire_print(const struct wire *wire, FILE *out)
{
    size_t odd = wire->odd;
    for (size_t i = 0; i < wire->lookup_count; i++) {
        const struct lookup *lookup = &wire->lookups[i];
        fprintf(out, "dns %s", lookup->name);
        print_time(out, lookup->asked,
                   lookup->answered_for == lookup->asked_for ? lookup->answered : 0);
        fputc('\n', out);
    }
    for (size_t i = 0; i < wire->exchange_count; i++) {
        if (wire->exchanges[i].connection.odd)
            odd++;
        else if (wire->exchanges[i].first_byte != 0)
            print_exchange(&wire->exchanges[i], out);
    }
    fprintf(out, "wire packets=%zu odd=%zu\n", wire->packets, odd);
}
