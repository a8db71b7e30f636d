/* SPDX-License-Identifier: MIT */
/* Which journeys show an incident, and from where. See page_parts.h. */
#include "reporters/page_parts.h"

#include "monitor/base/map.h"

#include <string.h>

enum { JOURNEYS_MAX = 10, PLACES_MAX = 3 }; /* that are named; further ones are counted */

/* A journey, and from how many places. */
struct sight {
    const char *journey;
    size_t places;
};

static void write_place(struct html *html, const char *place, size_t n, size_t count)
{
    size_t named = count > PLACES_MAX ? PLACES_MAX : count;
    html_print(html, "%s%s",
               n == 0                             ? " from "
               : n + 1 == named && named == count ? " and "
                                                  : ", ",
               place);
}

static void write_places(struct html *html, const struct shop *shop,
                         const struct incident_shower *showers, size_t count,
                         const struct sight *sight)
{
    size_t written = 0;
    if (shop->vantage_count < 2)
        return;
    if (sight->places > 2 && sight->places == shop->vantage_count) {
        html_text(html, " from everywhere");
        return;
    }
    for (size_t i = 0; i < count && written < PLACES_MAX; i++)
        if (strcmp(showers[i].journey, sight->journey) == 0)
            write_place(html, shop_vantage_title(shop, showers[i].vantage), written++,
                        sight->places);
    if (sight->places > written)
        html_print(html, " and %zu other%s", sight->places - written,
                   sight->places - written == 1 ? "" : "s");
}

void page_seen(struct html *html, const struct shop *shop, const struct incident_shower *showers,
               size_t count)
{
    struct arena *arena = arena_create();
    struct sight *sights = arena_allocate(arena, count + 1, sizeof *sights);
    struct map *known = map_create(NULL);
    size_t journeys = 0;
    for (size_t i = 0; i < count; i++) {
        struct sight *sight = map_get(known, showers[i].journey);
        if (sight == NULL) {
            sight = &sights[journeys++];
            sight->journey = showers[i].journey;
            map_put(known, sight->journey, sight);
        }
        sight->places++;
    }
    html_begin(html, "ul", NULL);
    for (size_t i = 0; i < journeys && i < JOURNEYS_MAX; i++) {
        html_begin(html, "li", NULL);
        page_capital(html, sights[i].journey);
        write_places(html, shop, showers, count, &sights[i]);
        html_end(html);
    }
    if (journeys > JOURNEYS_MAX) {
        html_begin(html, "li", NULL);
        html_print(html, "and %zu other%s", journeys - JOURNEYS_MAX,
                   journeys - JOURNEYS_MAX == 1 ? "" : "s");
        html_end(html);
    }
    html_end(html);
    map_free(known);
    arena_free(arena);
}
