/* SPDX-License-Identifier: MIT */
/*
 * What needs no database: the static files, and the health page, which says that the program runs
 * and nothing about what it stands on.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1024 * 1024, ETAG_SIZE = 64 };

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');

    for (size_t i = 0; ending != NULL && i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    }
    return NULL;
}

/* The name is not decoded and holds only plain characters, so that it cannot lead out of the
 * directory; a symbolic link could, and is not followed. The result is -1 when there is no such
 * file. */
static int open_file(int directory, const char *name, struct stat *facts)
{
    int file;

    if (name[0] == '.' || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.")] != '\0' ||
        type_of(name) == NULL)
        return -1;
    file = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file >= 0 && fstat(file, facts) == 0 && S_ISREG(facts->st_mode) &&
        facts->st_size <= FILE_MAX)
        return file;
    if (file >= 0)
        close(file);
    return -1;
}

static bool read_file(int file, struct evbuffer *body)
{
    int got;

    while ((got = evbuffer_read(body, file, FILE_MAX)) > 0)
        ;
    return got == 0;
}

void static_file(struct visit *visit)
{
    struct stat facts;
    char etag[ETAG_SIZE];
    struct evbuffer *body;
    int file = open_file(visit->shop->static_directory, visit->argument, &facts);

    if (file < 0) {
        visit_fail(visit, 404, "There is nothing here.");
        return;
    }
    body = template_create();
    snprintf(etag, sizeof etag, "\"%llx-%llx\"", (unsigned long long)facts.st_size,
             (unsigned long long)facts.st_mtim.tv_sec);
    reply_header(visit->request, "ETag", etag);
    reply_header(visit->request, "Cache-Control", "public, max-age=300");
    if (strcmp(request_header(visit->request, "If-None-Match"), etag) == 0) {
        reply_send(visit->request, 304, type_of(visit->argument), body);
    } else if (read_file(file, body)) {
        reply_send(visit->request, 200, type_of(visit->argument), body);
    } else {
        evbuffer_free(body);
        visit_fail(visit, 500, "The file cannot be read.");
    }
    close(file);
}

void static_health(struct visit *visit)
{
    struct evbuffer *body = template_create();

    json_add(body, "{\"status\":\"ok\"}\n");
    reply_json(visit->request, 200, body);
}
