/* SPDX-License-Identifier: MIT */
/*
 * A session: connections, addresses and cookies of one visitor, in a share object of libcurl's, so
 * that nothing of one visitor serves another though all transfers go through one multi handle.
 */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"
#include "monitor/net/tcp_info.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct net_session *net_session_open(struct net_vantage *vantage)
{
    struct net_session *session = memory_allocate(1, sizeof *session);
    struct loop *loop = vantage->net->loop;
    session->vantage = vantage;
    session->share = curl_share_init();
    session->parts = curl_url();
    if (session->share == NULL || session->parts == NULL)
        abort(); /* only for want of memory */
    curl_share_setopt(session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    curl_share_setopt(session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(session->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
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
    curl_easy_setopt(session->easy, CURLOPT_SHARE, session->share);
    curl_easy_setopt(session->easy, CURLOPT_PRIVATE, session);
    return session->easy;
}

void session_drop_easy(struct net_session *session)
{
    curl_easy_cleanup(session->easy);
    session->easy = NULL;
}

void net_session_close(struct net_session *session)
{
    if (session == NULL)
        return;
    if (session->transfer != NULL)
        net_cancel(session->transfer);
    session_drop_easy(session);
    curl_url_cleanup(session->parts);
    free(session->url);
    curl_share_cleanup(session->share); /* closes its connections */
    loop_timer_free(session->deadline);
    loop_timer_free(session->at_once);
    map_free(session->addresses);
    free(session);
}

struct session_socket *session_find_socket(struct net_session *session, int descriptor)
{
    for (size_t i = 0; i < session->socket_count; i++)
        if (session->sockets[i].descriptor == descriptor)
            return &session->sockets[i];
    return NULL;
}

void session_forget_socket(struct net_session *session, int descriptor)
{
    struct session_socket *found = session_find_socket(session, descriptor);
    if (found == NULL)
        return;
    if (found->resting != NULL)
        multi_drop_watch(found->resting);
    size_t behind = (size_t)(&session->sockets[session->socket_count] - found) - 1;
    memmove(found, found + 1, behind * sizeof *found);
    session->socket_count--;
}

void session_add_socket(struct net_session *session, int descriptor)
{
    session_forget_socket(session, descriptor);
    if (session->socket_count == SESSION_SOCKETS_MAX)
        session_forget_socket(session, session->sockets[0].descriptor);
    session->sockets[session->socket_count++] = (struct session_socket){
        .descriptor = descriptor, .current = true, .opened = clock_instant()};
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

struct instant session_connected(const struct net_session *session, int descriptor)
{
    struct tcp_facts facts = tcp_info_read(descriptor);
    if (!facts.known || facts.round_trip == 0 || facts.total_retransmits > 0)
        return (struct instant){0};
    for (size_t i = 0; i < session->socket_count; i++)
        if (session->sockets[i].descriptor == descriptor)
            return instant_after(session->sockets[i].opened, facts.round_trip);
    return (struct instant){0};
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

unsigned session_local_port(struct net_session *session, int descriptor)
{
    for (size_t i = 0; i < session->socket_count; i++)
        if (session->sockets[i].descriptor == descriptor)
            return (unsigned)known_port(&session->sockets[i]);
    return 0;
}

int session_socket_by_port(struct net_session *session, int local_port)
{
    if (session->socket_count == 1)
        return session->sockets[0].descriptor;
    for (size_t i = 0; i < session->socket_count; i++)
        if (known_port(&session->sockets[i]) == local_port)
            return session->sockets[i].descriptor;
    return -1;
}
