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

void starter_write_journey(const struct starter *starter, const char *shop_file, struct buffer *out)
{
    struct buffer draft;
    buffer_init(&draft, DRAFT_MAX);
    buffer_print(&draft,
                 "# A first look at the shop. Replay it: shopwatch run -c %s THIS-FILE\n"
                 "# Add what your shoppers do: search, a product, the cart. shopwatch lint "
                 "advises.\n"
                 "shopwatch: 1\n"
                 "journey: first look\n"
                 "every: 1m\n\n"
                 "steps:\n"
                 "  - step: first page\n"
                 "    get: \"%s\"\n"
                 "    needs: [web, db.catalogue]   # which components must work for it\n"
                 "    expect:\n"
                 "      - status == 200\n",
                 shop_file, starter->path);
    write_content(starter, &draft);
    buffer_text(&draft, "      - time.total < 3s | degrade   # right, but late\n");
    if (starter->link != NULL)
        buffer_print(&draft,
                     "\n  - step: a link from there\n"
                     "    get: \"%s\"\n"
                     "    needs: [web, db.catalogue]\n"
                     "    expect:\n"
                     "      - status == 200\n"
                     "      - body not isEmpty          # better: something that only this page "
                     "holds\n",
                     starter->link);
    buffer_text(&draft, "\n"
                        "# What tells the application from its database: a page that needs no "
                        "database.\n"
                        "#  - step: alive\n"
                        "#    get: /health\n"
                        "#    needs: [web]\n"
                        "#    expect:\n"
                        "#      - status == 200\n"
                        "#      - body contains \"ok\"\n");
    requote(draft.data, out);
    buffer_free(&draft);
}
