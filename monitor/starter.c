/* SPDX-License-Identifier: MIT */
/* See starter.h. */
#include "monitor/starter.h"

#include "monitor/base/utf8.h"
#include "monitor/net/net.h"
#include "scenarios/markup.h"
#include "scenarios/requote.h"

#include <jansson.h>
#include <string.h>

enum { PHRASE_MAX = 60, DRAFT_MAX = 64 * 1024 };

/* Links that a visitor does not follow by chance. */
static const char *const avoided[] = {"logout", "log-out", "signout", "sign-out",
                                      "delete", "remove",  "download"};

static json_t *select_nodes(const struct markup *markup, const char *xpath)
{
    json_t *found = NULL;
    struct error error = {0};
    if (markup_select(markup, xpath, &found, &error) != RESULT_OK)
        return json_array();
    return found;
}

/* A piece of the page's text, as it stands there, that an assertion can quote as it is. */
static const char *phrase(const struct markup *markup, const char *xpath, struct arena *arena)
{
    json_t *nodes = select_nodes(markup, xpath);
    const char *text = json_string_value(json_object_get(json_array_get(nodes, 0), "text"));
    const char *result = NULL;
    if (text != NULL) {
        text += strspn(text, " \t\r\n");
        size_t length = strcspn(text, "\r\n\t\"\\$");
        length = utf8_cut(text, length, PHRASE_MAX);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        result = length > 0 ? arena_duplicate_bytes(arena, text, length) : NULL;
    }
    json_decref(nodes);
    return result;
}

static bool is_followed(const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789/_.~%?=&+-";
    if (path[0] != '/' || path[1] == '\0' || path[strspn(path, plain)] != '\0')
        return false;
    for (size_t i = 0; i < COUNT_OF(avoided); i++)
        if (strstr(path, avoided[i]) != NULL)
            return false;
    return true;
}

/* The first link to another page of the same shop. */
static const char *find_link(const struct markup *markup, const struct starter *starter,
                             const char *url, struct arena *arena)
{
    json_t *nodes = select_nodes(markup, "//body//a[@href]");
    const char *link = NULL;
    size_t base = strlen(starter->base);
    for (size_t i = 0; i < json_array_size(nodes) && link == NULL; i++) {
        json_t *attributes = json_object_get(json_array_get(nodes, i), "attributes");
        const char *href = json_string_value(json_object_get(attributes, "href"));
        const char *target = href != NULL ? net_url_resolve(arena, url, href) : NULL;
        if (target == NULL || strncmp(target, starter->base, base) != 0)
            continue;
        char *path = arena_duplicate(arena, target + base);
        path[strcspn(path, "#")] = '\0';
        if (is_followed(path) && strcmp(path, starter->path) != 0)
            link = path;
    }
    json_decref(nodes);
    return link;
}

/* Frameworks' usual names of it. */
static bool is_health_path(const char *path)
{
    static const char *const names[] = {"health", "healthz", "healthcheck", "up",   "ping",
                                        "status", "ready",   "readyz",      "live", "livez"};
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; slash != NULL && i < COUNT_OF(names); i++)
        if (strcmp(slash + 1, names[i]) == 0)
            return true;
    return false;
}

/* GraphQL over HTTP: asked without a question, it answers with `errors`. */
static enum starter_kind kind_of(const struct starter_page *page, struct starter *starter,
                                 struct arena *arena)
{
    enum starter_kind kind = STARTER_PAGE;
    json_t *json = json_loadb(page->body, page->length, 0, NULL);
    if (json_is_array(json_object_get(json, "errors"))) {
        kind = STARTER_GRAPHQL;
    } else if (is_health_path(starter->path)) {
        const char *status = json_string_value(json_object_get(json, "status"));
        kind = STARTER_HEALTH;
        if (status != NULL && strpbrk(status, "\"\\$\r\n") == NULL)
            starter->health = arena_duplicate(arena, status);
    }
    json_decref(json);
    return kind;
}

bool starter_read(const struct starter_page *page, struct arena *arena, struct starter *ret_starter)
{
    struct starter *starter = ret_starter;
    *starter = (struct starter){.host = net_url_host(arena, page->url)};
    const char *slashes = strstr(page->url, "://");
    if (starter->host == NULL || slashes == NULL || strpbrk(page->url, " @\"\\$") != NULL)
        return false;
    const char *path = slashes + 3 + strcspn(slashes + 3, "/?#");
    starter->base = arena_duplicate_bytes(arena, page->url, (size_t)(path - page->url));
    size_t length = strcspn(path, "#");
    starter->path = path[0] == '/' ? arena_duplicate_bytes(arena, path, length) : "/";
    starter->kind = kind_of(page, starter, arena);
    if (starter->kind != STARTER_GRAPHQL && page->status != 200)
        return false;
    struct markup *markup = markup_parse(page->body, page->length, page->url);
    starter->title = phrase(markup, "//title", arena);
    starter->heading = phrase(markup, "//h1", arena);
    starter->link = find_link(markup, starter, page->url, arena);
    markup_free(markup);
    return true;
}

void starter_write_shop(const struct starter *starter, const char *journey_file, struct buffer *out)
{
    buffer_print(out,
                 "# What stands behind the steps of this shop's journeys, and from where it is "
                 "watched.\n"
                 "# All keys: man 5 shopwatch-scenario, or shopwatch schema shop.\n"
                 "shop: \"%s\"\n"
                 "base: %s\n"
                 "scenarios: [\"%s\"]\n"
                 "store: sqlite:shopwatch.db\n\n"
                 "components:            # steps say by these names what they need\n"
                 "  web:\n"
                 "    kind: application\n"
                 "    title: Storefront\n"
                 "  db:\n"
                 "    kind: database\n"
                 "    title: Shop database\n"
                 "    parts:             # name the tables that fail apart, if you know them\n"
                 "      catalogue: []\n\n"
                 "vantages:\n"
                 "  here: {title: This machine}\n\n"
                 "reporters:\n"
                 "  page: {kind: status-page, listen: \"127.0.0.1:8090\"}\n",
                 starter->host, starter->base, journey_file);
}

/* What only the right page holds. */
static void write_content(const struct starter *starter, struct buffer *out)
{
    if (starter->title != NULL)
        buffer_print(out, "      - css \"title\" first contains \"%s\"\n", starter->title);
    if (starter->heading != NULL)
        buffer_print(out, "      - css \"h1\" first contains \"%s\"\n", starter->heading);
    if (starter->title == NULL && starter->heading == NULL)
        buffer_text(out, "      - body not isEmpty       # better: something that only this page "
                         "holds\n");
}

static void write_page(const struct starter *starter, struct buffer *out)
{
    buffer_print(out,
                 "  - step: first page\n"
                 "    get: \"%s\"\n"
                 "    needs: [web, db.catalogue]   # which components must work for it\n"
                 "    expect:\n"
                 "      - status == 200\n",
                 starter->path);
    write_content(starter, out);
    buffer_text(out, "      - time.total < 3s | degrade   # right, but late\n");
    if (starter->link != NULL)
        buffer_print(out,
                     "\n  - step: a link from there\n"
                     "    get: \"%s\"\n"
                     "    needs: [web, db.catalogue]\n"
                     "    expect:\n"
                     "      - status == 200\n"
                     "      - body not isEmpty          # better: something that only this page "
                     "holds\n",
                     starter->link);
    buffer_text(out, "\n"
                     "# What tells the application from its database: a page that needs no "
                     "database.\n"
                     "#  - step: alive\n"
                     "#    get: /health\n"
                     "#    needs: [web]\n"
                     "#    expect:\n"
                     "#      - status == 200\n"
                     "#      - body contains \"ok\"\n");
}

static void write_health(const struct starter *starter, struct buffer *out)
{
    buffer_print(out,
                 "  - step: alive                # what tells the application from its database\n"
                 "    get: \"%s\"\n"
                 "    needs: [web]               # and no database: look whether that is so\n"
                 "    expect:\n"
                 "      - status == 200\n",
                 starter->path);
    if (starter->health != NULL)
        buffer_print(out, "      - jsonpath \"$.status\" == \"%s\"\n", starter->health);
    else
        buffer_text(out,
                    "      - body not isEmpty         # better: what it says when all is well\n");
    buffer_text(out, "\n"
                     "# Next: what needs the database.\n"
                     "#  - step: products\n"
                     "#    get: /products\n"
                     "#    needs: [web, db.catalogue]\n"
                     "#    expect:\n"
                     "#      - status == 200\n"
                     "#      - body contains \"Add to cart\"\n");
}

static void write_graphql(const struct starter *starter, struct buffer *out)
{
    buffer_print(out,
                 "  - step: the interface answers\n"
                 "    graphql: \"%s\"\n"
                 "    query: \"{ __typename }\"\n"
                 "    needs: [web]               # this question needs no database\n"
                 "    expect:\n"
                 "      - status == 200\n"
                 "      - jsonpath \"$.data.__typename\" isString\n"
                 "\n"
                 "# Next: what needs the database, in the words of your schema.\n"
                 "#  - step: search\n"
                 "#    graphql: \"%s\"\n"
                 "#    query: |\n"
                 "#      query Search($term: String!) { products(term: $term) { id name } }\n"
                 "#    variables:\n"
                 "#      term: shoes\n"
                 "#    needs: [web, db.catalogue]\n"
                 "#    expect:\n"
                 "#      - status == 200\n"
                 "#      - jsonpath \"$.data.products\" count >= 1\n",
                 starter->path, starter->path);
}

void starter_write_journey(const struct starter *starter, const char *shop_file, struct buffer *out)
{
    static void (*const write_steps[])(const struct starter *starter, struct buffer *out) = {
        [STARTER_PAGE] = write_page,
        [STARTER_HEALTH] = write_health,
        [STARTER_GRAPHQL] = write_graphql,
    };
    struct buffer draft;
    buffer_init(&draft, DRAFT_MAX);
    buffer_print(&draft,
                 "# A first look at the shop. Replay it: shopwatch run -c %s THIS-FILE\n"
                 "# Add what your shoppers do: search, a product, the cart. shopwatch lint "
                 "advises.\n"
                 "shopwatch: 1\n"
                 "journey: first look\n"
                 "every: 1m\n\n"
                 "steps:\n",
                 shop_file);
    write_steps[starter->kind](starter, &draft);
    requote(draft.data, out);
    buffer_free(&draft);
}
