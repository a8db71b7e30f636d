/* SPDX-License-Identifier: MIT */
/* See public_situation.h. */
#include "tests/unit/public_situation.h"

#include "monitor/base/zone.h"

#include <string.h>

static struct vantage vantages[] = {{.name = "ams", .title = "Amsterdam"},
                                    {.name = "nyc", .title = "New York"}};
static struct component_part parts[] = {{.name = "orders"}};
static struct component components[] = {{.name = "db",
                                         .title = "Shop database",
                                         .kind = CAUSE_DATABASE,
                                         .parts = parts,
                                         .part_count = COUNT_OF(parts)}};
struct shop situation_shop = {.name = "Tea & Mugs",
                              .vantages = vantages,
                              .vantage_count = COUNT_OF(vantages),
                              .components = components,
                              .component_count = COUNT_OF(components)};
const struct page_journey situation_journeys[SITUATION_JOURNEYS] = {
    {.name = "browse", .every = DURATION_MINUTE},
    {.name = "guest checkout", .about = "Buys a mug.", .every = DURATION_MINUTE},
    {.name = "search", .every = DURATION_MINUTE},
};

static struct public_cell cell_of(char letter, const char *vantage)
{
    static const char letters[] = "pdfu";
    struct public_cell cell = {.vantage = vantage, .known = letter != '-'};
    if (!cell.known)
        return cell;
    cell.state = (enum state)(strchr(letters, letter) - letters);
    cell.planned = cell.ended = wall_after(situation_now, -30 * DURATION_SECOND);
    return cell;
}

void situation_open(struct situation *situation, const char *cells)
{
    *situation = (struct situation){.arena = arena_create()};
    struct public_view *view = &situation->view;
    *view = (struct public_view){.shop = &situation_shop, .zone = zone_utc(), .now = situation_now};
    view->journeys = situation->journeys;
    for (; view->journey_count < SITUATION_JOURNEYS && *cells != '\0'; view->journey_count++) {
        struct public_journey *journey = &situation->journeys[view->journey_count];
        struct public_cell *row = situation->cells[view->journey_count];
        journey->journey = &situation_journeys[view->journey_count];
        journey->cells = row;
        for (journey->cell_count = 0; *cells != '\0' && *cells != ' '; cells++) {
            row[journey->cell_count] = cell_of(*cells, vantages[journey->cell_count].name);
            journey->cell_count++;
        }
        cells += *cells == ' ';
        journey->days = situation->days[view->journey_count];
        situation->days[view->journey_count][PUBLIC_DAYS - 1] =
            (struct store_counts){.passed = 1000, .failed = 1};
    }
}

struct incident *situation_add_incident(struct situation *situation, const char *shown)
{
    struct public_view *view = &situation->view;
    arena_grow(situation->arena, view->incidents, view->incident_count);
    struct incident *incident = &view->incidents[view->incident_count++];
    struct wall_time began = wall_after(situation_now, -12 * DURATION_MINUTE);
    *incident = (struct incident){
        .id = "3f2a9c77d0",
        .version = 1,
        .change = INCIDENT_OPENED,
        .began = began,
        .opened = wall_after(began, DURATION_MINUTE),
        .updated = began,
        .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
        .journey = "guest checkout",
        .step = "pay",
        .verdict = {.cause = CAUSE_DATABASE,
                    .component = "db.orders",
                    .summary = "Every step that needs db.orders hangs.",
                    .confidence = 0.97,
                    .runner_up = CAUSE_NONE},
    };
    for (; shown[0] != '\0'; shown += shown[2] == ' ' ? 3 : 2) {
        arena_grow(situation->arena, incident->showers, incident->shower_count);
        incident->showers[incident->shower_count++] = (struct incident_shower){
            .journey = situation_journeys[shown[0] - '0'].name,
            .vantage = shown[1] == 'a' || shown[1] == 'A' ? "ams" : "nyc",
            .recovered = shown[1] < 'a' ? situation_now : (struct wall_time){0}};
    }
    return incident;
}

void situation_close(struct situation *situation)
{
    arena_free(situation->arena);
}
