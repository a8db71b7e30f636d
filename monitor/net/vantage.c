/* SPDX-License-Identifier: MIT */
/* Where connections start: network namespace, source address, interface, resolver. See net.h. */
#include "config.h" /* GNU extensions: setns */

#include "monitor/base/memory.h"
#include "monitor/net/address.h"
#include "monitor/net/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum result open_namespace(struct net_vantage *vantage, const char *name,
                                  struct error *error)
{
    if (strchr(name, '/') != NULL || name[0] == '\0' || name[0] == '.')
        return error_set(error, RESULT_INVALID, "`%s` is not a network namespace's name", name);
    vantage->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (vantage->home < 0)
        return error_set(error, RESULT_IO, "the own network namespace: %s", strerror(errno));
    size_t size = sizeof "/run/netns/" + strlen(name);
    vantage->namespace = memory_allocate(size, 1);
    snprintf(vantage->namespace, size, "/run/netns/%s", name);
    int probe = vantage_socket(vantage, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return error_set(error, RESULT_UNSUPPORTED, "network namespace `%s` cannot be entered: %s",
                         name, strerror(errno));
    close(probe);
    return RESULT_OK;
}

static int bind_interface(const struct net_vantage *vantage, int descriptor)
{
    const char *name = vantage->interface;
    if (name == NULL)
        return 0;
    return setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1);
}

static int bind_source(const struct net_vantage *vantage, int descriptor)
{
    if (vantage->source.ss_family == AF_UNSPEC)
        return 0;
    /* The port is chosen at connect, so that two connections to different hosts may share one. */
    const int on = 1;
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socklen_t size = vantage->source.ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                                          : sizeof(struct sockaddr_in6);
    return bind(descriptor, (const struct sockaddr *)&vantage->source, size);
}

static enum result parse_source(struct net_vantage *vantage, const char *text, struct error *error)
{
    if (address_parse(text, AF_UNSPEC, 0, &vantage->source) == 0)
        return error_set(error, RESULT_INVALID, "source `%s` is not an address", text);
    return RESULT_OK;
}

/* At once, as it is done for a namespace: what is mistyped would fail every run. */
static enum result try_binding(const struct net_vantage *vantage,
                               const struct net_vantage_settings *settings, struct error *error)
{
    enum result result = RESULT_OK;
    int family = vantage->source.ss_family != AF_UNSPEC ? vantage->source.ss_family : AF_INET;
    int probe = vantage_socket(vantage, family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0 || bind_interface(vantage, probe) != 0)
        result = error_set(error, RESULT_UNSUPPORTED, "interface `%s` cannot be used: %s",
                           settings->interface, strerror(errno));
    else if (bind_source(vantage, probe) != 0)
        result = error_set(error, RESULT_UNSUPPORTED, "source `%s` cannot be used: %s",
                           settings->source, strerror(errno));
    if (probe >= 0)
        close(probe);
    return result;
}

static enum result set_up(struct net_vantage *vantage, const struct net_vantage_settings *settings,
                          struct error *error)
{
    enum result result = RESULT_OK;
    if (settings->netns != NULL)
        result = open_namespace(vantage, settings->netns, error);
    if (result == RESULT_OK && settings->source != NULL)
        result = parse_source(vantage, settings->source, error);
    vantage->interface = memory_duplicate(settings->interface);
    if (result == RESULT_OK && (settings->source != NULL || settings->interface != NULL))
        result = try_binding(vantage, settings, error);
    if (result != RESULT_OK)
        return result;
    static const int families[] = {
        [NET_FAMILY_ANY] = AF_UNSPEC, [NET_FAMILY_IPV4] = AF_INET, [NET_FAMILY_IPV6] = AF_INET6};
    vantage->family = families[settings->family];
    if (vantage->family == AF_UNSPEC)
        vantage->family = vantage->source.ss_family;
    else if (vantage->source.ss_family != AF_UNSPEC && vantage->source.ss_family != vantage->family)
        return error_set(error, RESULT_INVALID, "source `%s` is not an address of the family asked",
                         settings->source);
    if (settings->proxy != NULL && (vantage->proxy = proxy_parse(settings->proxy, error)) == NULL)
        return RESULT_INVALID;
    struct resolver_settings resolver = {settings->resolver, settings->netns, vantage->family};
    vantage->resolver = resolver_create(vantage, &resolver, error);
    return vantage->resolver != NULL ? RESULT_OK : RESULT_INVALID;
}

struct net_vantage *net_vantage_open(struct net *net, const struct net_vantage_settings *settings,
                                     struct error *error)
{
    struct net_vantage *vantage = memory_allocate(1, sizeof *vantage);
    vantage->net = net;
    vantage->home = -1;
    vantage->source.ss_family = AF_UNSPEC;
    if (set_up(vantage, settings, error) != RESULT_OK) {
        net_vantage_close(vantage);
        return NULL;
    }
    return vantage;
}

void net_vantage_close(struct net_vantage *vantage)
{
    if (vantage == NULL)
        return;
    resolver_free(vantage->resolver);
    proxy_free(vantage->proxy);
    free(vantage->interface);
    free(vantage->namespace);
    if (vantage->home >= 0)
        close(vantage->home);
    free(vantage);
}

/* By name each time: the namespace may have been made anew meanwhile. */
static int enter_namespace(const struct net_vantage *vantage)
{
    int namespace = open(vantage->namespace, O_RDONLY | O_CLOEXEC);
    if (namespace < 0)
        return -1;
    int result = setns(namespace, CLONE_NEWNET), error = errno;
    close(namespace);
    errno = error;
    return result;
}

int vantage_socket(const struct net_vantage *vantage, int family, int type, int protocol)
{
    if (vantage->namespace == NULL)
        return socket(family, type, protocol);
    if (enter_namespace(vantage) != 0)
        return -1;
    int descriptor = socket(family, type, protocol), error = errno;
    /* Left in the wrong namespace, every later measurement would be from the wrong place. */
    if (setns(vantage->home, CLONE_NEWNET) != 0)
        abort();
    errno = error;
    return descriptor;
}

int vantage_bind(const struct net_vantage *vantage, int descriptor)
{
    int failed = bind_interface(vantage, descriptor);
    return failed != 0 ? failed : bind_source(vantage, descriptor);
}

static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    if (address->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    return (ntohl(four->sin_addr.s_addr) >> IN_CLASSA_NSHIFT) == IN_LOOPBACKNET;
}

int vantage_bind_for(const struct net_vantage *vantage, int descriptor, const struct sockaddr *to)
{
    const struct sockaddr *source = (const struct sockaddr *)&vantage->source;
    if (!is_loopback(to) && bind_interface(vantage, descriptor) != 0)
        return -1;
    if (source->sa_family != to->sa_family || is_loopback(source) != is_loopback(to))
        return 0;
    return bind_source(vantage, descriptor);
}
