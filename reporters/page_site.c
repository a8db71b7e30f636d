/* SPDX-License-Identifier: MIT */
/* See page_site.h. */
#include "reporters/page_site.h"

#include "monitor/base/memory.h"
#include "monitor/net/http_server.h"
#include "reporters/page.h"
#include "reporters/page_token.h"

#include <stdlib.h>
#include <string.h>

enum { VISITS_MAX = 64 }; /* that wait for the store; further ones are told to come again */

struct page_site {
    struct page_site_settings settings;
    struct http_server *server;
    struct page_visit *visits;
    size_t visit_count;
};

static struct page_visit *visit_create(struct page_site *site, struct http_request *request)
{
    struct page_visit *visit = memory_allocate(1, sizeof *visit);
    *visit = (struct page_visit){
        .site = site,
        .request = request,
        .owner = site->settings.owner,
        .arena = arena_create(),
        .next = site->visits,
    };
    site->visits = visit;
    site->visit_count++;
    return visit;
}

static void visit_free(struct page_visit *visit)
{
    struct page_visit **link = &visit->site->visits;
    while (*link != visit)
        link = &(*link)->next;
    *link = visit->next;
    visit->site->visit_count--;
    if (visit->route != NULL && visit->route->end != NULL)
        visit->route->end(visit);
    arena_free(visit->arena);
    free(visit);
}

static void send_message(const struct page_site *site, struct http_request *request, int status,
                         const char *title, const char *text)
{
    static const struct http_field ask = {"WWW-Authenticate",
                                          "Basic realm=\"shopwatch\", charset=\"UTF-8\""};
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    site->settings.message(site->settings.owner, site->settings.top, title, text, &body);
    http_reply(request, &(struct http_reply){
                            .status = status,
                            .content_type = "text/html; charset=utf-8",
                            .body = body.data,
                            .body_length = body.length,
                            .policy = site->settings.policy,
                            .fields = &ask,
                            .field_count = status == 401,
                        });
    buffer_free(&body);
}

static void send_body(const struct page_visit *visit, const struct buffer *body)
{
    const struct page_site *site = visit->site;
    struct http_field fields[2];
    size_t count = 0;
    if (visit->attachment != NULL)
        fields[count++] = (struct http_field){
            "Content-Disposition",
            arena_print(visit->arena, "attachment; filename=\"%.100s\"", visit->attachment)};
    if (visit->route->is_shared)
        fields[count++] = (struct http_field){"Access-Control-Allow-Origin", "*"};
    http_reply(visit->request,
               &(struct http_reply){
                   .status = visit->status != 0 ? visit->status : 200,
                   .content_type = visit->route->type,
                   .body = body->data,
                   .body_length = body->length,
                   .cache_control = visit->route->cache != NULL ? visit->route->cache : "no-cache",
                   .policy = site->settings.policy,
                   .fields = fields,
                   .field_count = count,
               });
}

static void send_not_found(const struct page_visit *visit)
{
    send_message(visit->site, visit->request, 404, "There is nothing here",
                 "The address is wrong, or what was there is not kept any more.");
}

static void visit_answer(struct page_visit *visit)
{
    if (visit->broken) {
        send_message(visit->site, visit->request, 500, "The page cannot be shown",
                     "The monitor's store could not be read.");
        return;
    }
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    if (!visit->route->answer(visit, &body))
        send_not_found(visit);
    else if (body.result != RESULT_OK)
        send_message(visit->site, visit->request, 500, "The page cannot be shown",
                     "It would be too large.");
    else
        send_body(visit, &body);
    buffer_free(&body);
}

void page_visit_expect(struct page_visit *visit)
{
    visit->pending++;
}

void page_visit_arrived(struct page_visit *visit, enum result result)
{
    if (result != RESULT_OK)
        visit->broken = true;
    if (--visit->pending > 0)
        return;
    visit_answer(visit);
    visit_free(visit);
}

bool page_route_fits(const char *route, const char *path, struct arena *arena,
                     const char **ret_name)
{
    const char *star = strchr(route, '*');
    *ret_name = NULL;
    if (star == NULL)
        return strcmp(route, path) == 0;
    size_t before = (size_t)(star - route), behind = strlen(star + 1), length = strlen(path);
    if (length <= before + behind || strncmp(path, route, before) != 0 ||
        strcmp(path + length - behind, star + 1) != 0)
        return false;
    size_t inside = length - before - behind;
    if (memchr(path + before, '/', inside) != NULL)
        return false;
    *ret_name = arena_duplicate_bytes(arena, path + before, inside);
    return true;
}

static void begin_visit(struct page_site *site, struct http_request *request)
{
    struct page_visit *visit = visit_create(site, request);
    const char *path = http_request_path(request);
    const struct page_route *route = site->settings.routes;
    while (route->path != NULL && !page_route_fits(route->path, path, visit->arena, &visit->name))
        route++;
    if (route->path == NULL) {
        send_not_found(visit);
        visit_free(visit);
        return;
    }
    if (route->room > 0)
        visit->state = arena_allocate(visit->arena, 1, route->room);
    visit->route = route;
    page_visit_expect(visit);
    if (route->begin != NULL)
        route->begin(visit);
    page_visit_arrived(visit, RESULT_OK);
}

static void on_request(void *data, struct http_request *request)
{
    struct page_site *site = data;
    const char *token = site->settings.token;
    if (token != NULL && !page_token_is_shown(http_request_header(request, "Authorization"), token))
        send_message(site, request, 401, "This is not for everybody",
                     "The password is the token that the shop file names; any user name will do.");
    else if (site->visit_count >= VISITS_MAX)
        send_message(site, request, 503, "Too many visitors at once",
                     "Watching goes on; please come back in a few seconds.");
    else
        begin_visit(site, request);
}

struct page_site *page_site_open(const struct page_site_settings *settings, struct error *error)
{
    struct page_site *site = memory_allocate(1, sizeof *site);
    site->settings = *settings;
    site->server = http_server_open(settings->loop, settings->listen, on_request, site, error);
    if (site->server == NULL) {
        page_site_close(site);
        return NULL;
    }
    http_server_allow_hosts(site->server, settings->hosts, settings->host_count);
    return site;
}

const char *page_site_url(const struct page_site *site)
{
    return http_server_url(site->server);
}

void page_site_close(struct page_site *site)
{
    if (site == NULL)
        return;
    http_server_close(site->server);
    while (site->visits != NULL) {
        site->settings.forget(site->settings.owner, site->visits);
        visit_free(site->visits);
    }
    free(site);
}
