/* SPDX-License-Identifier: MIT */
/*
 * Whom to connect to: what the connection string, the service file and the environment say, taken
 * together once. libpq would look the host's name up blocking, so it is taken out here, and its
 * address is put in its place; the name stays, for certificates.
 */
#include "monitor/probe/postgresql.h"

#include "monitor/base/memory.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 64 };

#define SERVICE "PGSERVICE"

struct postgresql_target {
    char *names[OPTIONS_MAX], *values[OPTIONS_MAX];
    size_t count;
    const char *host; /* of the values; NULL: nothing is to be looked up */
};

/* What we do not leave to the settings: no ticket service is asked, and a path that is cut shows.
 */
static const struct {
    const char *name, *value;
} ours[] = {
    {"application_name", "shopwatch"}, {"gssencmode", "disable"},   {"keepalives_idle", "1"},
    {"keepalives_interval", "1"},      {"client_encoding", "UTF8"},
};

static const char *value_of(const struct postgresql_target *target, const char *name)
{
    for (size_t i = 0; i < target->count; i++)
        if (strcmp(target->names[i], name) == 0)
            return target->values[i];
    return NULL;
}

static void set_value(struct postgresql_target *target, const char *name, const char *value)
{
    for (size_t i = 0; i < target->count; i++)
        if (strcmp(target->names[i], name) == 0) {
            free(target->values[i]);
            target->values[i] = memory_duplicate(value);
            return;
        }
    if (target->count == OPTIONS_MAX)
        return;
    target->names[target->count] = memory_duplicate(name);
    target->values[target->count++] = memory_duplicate(value);
}

static void set_values(struct postgresql_target *target, const PQconninfoOption *options)
{
    for (; options != NULL && options->keyword != NULL; options++)
        if (options->val != NULL && options->val[0] != '\0')
            set_value(target, options->keyword, options->val);
}

static const char *find_service(const PQconninfoOption *options)
{
    for (; options->keyword != NULL; options++)
        if (strcmp(options->keyword, "service") == 0)
            return options->val;
    return NULL;
}

/* libpq reads the service file for PQconndefaults, of the service that the environment names. That
 * there is none it tells when it connects. */
static PQconninfoOption *read_defaults(const char *service)
{
    if (service == NULL)
        return PQconndefaults();
    char *kept = memory_duplicate(getenv(SERVICE));
    setenv(SERVICE, service, 1);
    PQconninfoOption *defaults = PQconndefaults();
    if (kept != NULL)
        setenv(SERVICE, kept, 1);
    else
        unsetenv(SERVICE);
    free(kept);
    return defaults;
}

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static enum result find_host(struct postgresql_target *target, struct error *error)
{
    const char *host = value_of(target, "host");
    if (host != NULL && strchr(host, ',') != NULL)
        return error_set(error, RESULT_INVALID,
                         "one probe asks one server, and `%.100s` are several", host);
    if (host == NULL || host[0] == '/' || host[0] == '@' || value_of(target, "hostaddr") != NULL)
        return RESULT_OK;
    if (is_address(host))
        set_value(target, "hostaddr", host);
    else
        target->host = host;
    return RESULT_OK;
}

struct postgresql_target *postgresql_target_read(const char *connection, struct error *error)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(connection, &message);
    if (options == NULL) {
        error_set(error, RESULT_INVALID, "`postgresql`: %.300s",
                  message != NULL ? message : "no connection string");
        PQfreemem(message);
        return NULL;
    }
    struct postgresql_target *target = memory_allocate(1, sizeof *target);
    const char *service = find_service(options);
    PQconninfoOption *defaults = read_defaults(service);
    set_values(target, defaults);
    set_values(target, options);
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        set_value(target, ours[i].name, ours[i].value);
    PQconninfoFree(defaults);
    PQconninfoFree(options);
    if (find_host(target, error) == RESULT_OK)
        return target;
    postgresql_target_free(target);
    return NULL;
}

void postgresql_target_free(struct postgresql_target *target)
{
    if (target == NULL)
        return;
    for (size_t i = 0; i < target->count; i++) {
        free(target->names[i]);
        free(target->values[i]);
    }
    free(target);
}

const char *postgresql_target_host(const struct postgresql_target *target)
{
    return target->host;
}

struct pg_conn *postgresql_target_connect(const struct postgresql_target *target,
                                          const char *address)
{
    const char *names[OPTIONS_MAX + 2], *values[OPTIONS_MAX + 2];
    size_t count = 0;
    for (size_t i = 0; i < target->count; i++) {
        names[count] = target->names[i];
        values[count++] = target->values[i];
    }
    if (address != NULL) {
        names[count] = "hostaddr";
        values[count++] = address;
    }
    names[count] = values[count] = NULL;
    return PQconnectStartParams(names, values, 0);
}
