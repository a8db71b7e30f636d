/* SPDX-License-Identifier: MIT */
/*
 * The status page as a reporter: two listeners, one for everybody and one for operators, each with
 * its table of routes (page_public.c, page_operator.c).
 */
#include "reporters/status_page.h"

#include "monitor/base/listen.h"
#include "monitor/base/memory.h"
#include "reporters/message.h"
#include "reporters/status_page_private.h"
#include "scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

enum { ADDRESS_MAX = 64 };

/* A second wall behind the escaping: nothing runs but our own script, nothing is fetched from
 * elsewhere. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' " \
    "data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

static void render_message(void *owner, const char *top, const char *title, const char *text,
                           struct buffer *out)
{
    const struct status_page *page = owner;
    page_message_render(page->context.shop, top, title, text, out);
}

static void forget_visit(void *owner, struct page_visit *visit)
{
    const struct status_page *page = owner;
    store_forget(page->context.store, visit);
    public_data_forget(page->data, visit);
}

static void status_page_close(void *reporter)
{
    struct status_page *page = reporter;
    page_site_close(page->public_site);
    page_site_close(page->operator_site);
    for (size_t i = 0; page->rendered != NULL && public_files[i].path != NULL; i++)
        buffer_free(&page->rendered[i].body);
    public_export_close(page->export);
    public_data_free(page->data);
    arena_free(page->arena);
    free(page->announcement);
    free(page);
}

static void take_journeys(struct status_page *page)
{
    const struct reporter_context *context = &page->context;
    page->journeys =
        arena_allocate(page->arena, context->scenario_count + 1, sizeof *page->journeys);
    for (size_t i = 0; i < context->scenario_count; i++)
        page->journeys[i] = page_journey_of(context->scenarios[i], context->every);
}

/* On loopback, at the port after the public one's; at any, where that takes any. */
static const char *operator_listen(const struct status_page *page, const char *listen)
{
    struct listen_address address;
    if (page->settings.operator_listen != NULL)
        return page->settings.operator_listen;
    unsigned port = 0;
    if (listen_parse(listen, &address) == RESULT_OK && address.port != 0)
        port = address.port < UINT16_MAX ? address.port + 1U : address.port - 1U;
    return arena_print(page->arena, "127.0.0.1:%u", port);
}

/* NULL with `error` set when there has to be one and is none. */
static const char *read_token(struct status_page *page, const char *listen, struct error *error)
{
    struct listen_address address;
    const char *token = NULL;
    if (page->settings.token != NULL)
        token = message_expand(&page->context, page->arena, page->settings.token, error);
    else if (listen_parse(listen, &address) == RESULT_OK && !listen_is_loopback(address.host))
        error_set(error, RESULT_INVALID, "operator: %s can be reached by others: it needs a token",
                  listen);
    if (token != NULL && token[0] == '\0')
        error_set(error, RESULT_INVALID, "the token is empty");
    return token;
}

/* Its own, with a slash at its end; NULL when the shop file does not say. */
static const char *read_url(struct status_page *page, struct error *error)
{
    const char *url = NULL;
    if (page->settings.url != NULL)
        url = message_expand(&page->context, page->arena, page->settings.url, error);
    if (url == NULL || url[0] == '\0' || url[strlen(url) - 1] == '/')
        return url;
    return arena_print(page->arena, "%s/", url);
}

static enum result open_data(struct status_page *page, struct error *error)
{
    const struct public_data_settings settings = {
        .context = &page->context,
        .journeys = page->journeys,
        .zone = page->settings.zone,
        .url = read_url(page, error),
        .causes = page->settings.publish == PUBLISH_CAUSE,
    };
    page->data = public_data_create(&settings);
    if (page->settings.export == NULL || error->code != RESULT_OK)
        return error->code;
    const struct public_export_settings export = {
        .context = &page->context,
        .data = page->data,
        .name = page->settings.name,
        .link = page->settings.export,
    };
    page->export = public_export_open(&export, error);
    return error->code;
}

static enum result open_sites(struct status_page *page, struct error *error)
{
    const struct reporter_settings *settings = &page->settings;
    struct page_site_settings site = {
        .loop = page->context.loop,
        .listen = settings->listen != NULL ? settings->listen : STATUS_PAGE_LISTEN,
        .routes = page_public_routes(page),
        .owner = page,
        .hosts = settings->hosts,
        .host_count = settings->host_count,
        .policy = POLICY,
        .top = "/",
        .message = render_message,
        .forget = forget_visit,
    };
    page->public_site = page_site_open(&site, error);
    site.listen = operator_listen(page, site.listen);
    site.routes = page_operator_routes;
    site.top = NULL;
    site.token = read_token(page, site.listen, error);
    if (error->code == RESULT_OK)
        page->operator_site = page_site_open(&site, error);
    return error->code;
}

static void *status_page_open(const struct reporter_context *context,
                              const struct reporter_settings *settings, struct error *error)
{
    struct error why = {0};
    struct status_page *page = memory_allocate(1, sizeof *page);
    page->context = *context;
    page->settings = *settings;
    page->arena = arena_create();
    take_journeys(page);
    if (open_data(page, &why) != RESULT_OK || open_sites(page, &why) != RESULT_OK) {
        error_set(error, why.code, "reporter \"%.100s\": %.300s", settings->name, why.text);
        status_page_close(page);
        return NULL;
    }
    struct buffer text;
    buffer_init(&text, PAGE_SENTENCE_MAX);
    buffer_print(&text, "status page at %s, for operators at %s", page_site_url(page->public_site),
                 page_site_url(page->operator_site));
    page->announcement = buffer_steal(&text);
    return page;
}

static const char *status_page_announce(void *reporter)
{
    const struct status_page *page = reporter;
    return page->announcement;
}

const struct reporter_kind status_page_kind = {
    .name = "status-page",
    .open = status_page_open,
    .announce = status_page_announce,
    .close = status_page_close,
};
