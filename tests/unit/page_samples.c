/* SPDX-License-Identifier: MIT */
/* Hand-made situations of one shop. See page_samples.h. */
#include "tests/unit/page_samples.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

const struct wall_time sample_now = {1795442820000000};

static const char hostile_text[] = "<script>alert(1)</script> \"'&amp;\x1b[31mred\x07 \xff\xfe\xc3 "
                                   "\xe2\x80\xaegnp.exe\xc2\x9b bad";
static const char long_word[] =
    "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaftsvorstandswah"
    "lordnungsausschussvorsitzendenstellvertreterinnenkonferenzteilnahmebescheinigungsformular";

const char *sample_name(enum sample_kind kind)
{
    static const char *const names[] = {
#define X(name, text) text,
        SAMPLE_TABLE(X)
#undef X
    };
    return names[kind];
}

struct planned_step {
    const char *journey, *name, *method, *url;
    const char *needs[3];
    const char *writes;
    int status;
    bool cleanup;
    duration wait;
};

static const struct planned_step plan[] = {
    {"browse", "home page", "GET", "https://shop.example/", {"web"}, NULL, 200, false, 6200},
    {"browse",
     "category",
     "GET",
     "https://shop.example/c/mugs",
     {"web", "db.catalog"},
     NULL,
     200,
     false,
     18400},
    {"browse",
     "product page",
     "GET",
     "https://shop.example/p/blue-mug",
     {"web", "db.catalog"},
     NULL,
     200,
     false,
     14100},
    {"guest checkout",
     "home page",
     "GET",
     "https://shop.example/",
     {"web"},
     NULL,
     200,
     false,
     6400},
    {"guest checkout",
     "add to cart",
     "POST",
     "https://shop.example/cart",
     {"web", "db.carts"},
     "db.carts",
     303,
     false,
     22800},
    {"guest checkout",
     "checkout",
     "POST",
     "https://shop.example/checkout",
     {"web", "db.orders", "payments"},
     "db.orders",
     201,
     false,
     84300},
    {"guest checkout",
     "order page",
     "GET",
     "https://shop.example/orders/4711",
     {"web", "db.orders"},
     NULL,
     200,
     false,
     17200},
    {"guest checkout",
     "cancel the order",
     "DELETE",
     "https://shop.example/orders/4711",
     {"web", "db.orders"},
     "db.orders",
     204,
     true,
     19600},
};

static void fill_names(struct run *run, struct run_step *step, const struct planned_step *planned)
{
    for (size_t i = 0; i < COUNT_OF(planned->needs) && planned->needs[i] != NULL; i++) {
        arena_grow(run->arena, step->needs, step->needs_count);
        step->needs[step->needs_count++] = planned->needs[i];
    }
    if (planned->writes == NULL)
        return;
    arena_grow(run->arena, step->writes, step->writes_count);
    step->writes[step->writes_count++] = planned->writes;
}

static void fill_exchange(struct exchange *exchange, const struct planned_step *planned,
                          struct wall_time at, bool cold)
{
    exchange->method = planned->method;
    exchange->url = planned->url;
    exchange->status = planned->status;
    exchange->ip = "192.0.2.17";
    exchange->port = 443;
    exchange->http = "2";
    exchange->reused = !cold;
    exchange->started = at;
    exchange->bytes_sent = 412;
    exchange->bytes_received = 10240;
    if (cold) {
        exchange->phases[PHASE_DNS] = 3100;
        exchange->phases[PHASE_CONNECT] = 8200;
        exchange->phases[PHASE_TLS] = 16900;
    }
    exchange->phases[PHASE_SEND] = 180;
    exchange->phases[PHASE_WAIT] = planned->wait;
    exchange->phases[PHASE_RECEIVE] = 2300;
    for (int i = 0; i < PHASE_COUNT; i++)
        exchange->total += exchange->phases[i] == PHASE_ABSENT ? 0 : exchange->phases[i];
}

/* The request went out, was acknowledged, and nothing came back for ten seconds. */
static void make_hang(struct run_step *step, struct exchange *exchange)
{
    exchange->status = 0;
    exchange->http = NULL;
    exchange->bytes_received = 0;
    exchange->total += 10 * DURATION_SECOND - exchange->phases[PHASE_WAIT] - 2300;
    exchange->phases[PHASE_WAIT] = 10 * DURATION_SECOND;
    exchange->phases[PHASE_RECEIVE] = PHASE_ABSENT;
    exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    exchange->failed_phase = PHASE_WAIT;
    exchange->detail = "no answer within 10 s";
    exchange->tcp = (struct tcp_facts){
        .known = true,
        .bytes_acknowledged = 1836,
        .bytes_received = 4120,
        .last_acknowledgement = 9980 * DURATION_MILLISECOND,
        .round_trip = 8200,
    };
    step->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
}

static void make_cut(struct run_step *step, struct exchange *exchange)
{
    make_hang(step, exchange);
    exchange->ip = NULL;
    for (int i = 0; i < PHASE_COUNT; i++)
        exchange->phases[i] = PHASE_ABSENT;
    exchange->phases[PHASE_DNS] = 3100;
    exchange->phases[PHASE_CONNECT] = exchange->total = 10 * DURATION_SECOND;
    exchange->total += 3100;
    exchange->symptom = step->symptom = SYMPTOM_TCP_TIMED_OUT;
    exchange->failed_phase = PHASE_CONNECT;
    exchange->detail = "192.0.2.17:443, the address of shop.example, did not answer within 10 s";
    exchange->tcp = (struct tcp_facts){.known = true, .unacknowledged = 1, .total_retransmits = 3};
}

/* Whether the step fails in this situation. */
static bool is_hit(enum sample_kind kind, const struct planned_step *planned, const char *vantage)
{
    if (kind == SAMPLE_CUT)
        return strcmp(vantage, "nyc") == 0;
    if (kind == SAMPLE_DATABASE || kind == SAMPLE_HOSTILE)
        return planned->needs[1] != NULL && strcmp(planned->needs[1], "db.orders") == 0;
    return kind == SAMPLE_FROZEN || kind == SAMPLE_BLIND;
}

static void make_hostile(struct run_step *step)
{
    step->name = long_word;
    step->expected = hostile_text;
    step->actual = long_word;
    step->excerpt = hostile_text;
    step->exchanges[0].url = "javascript:alert(1)//\xff";
    step->exchanges[0].detail = hostile_text;
}

static void add_step(struct run *run, enum sample_kind kind, const struct planned_step *planned,
                     struct wall_time *at)
{
    struct run_step *step = run_add_step(run, planned->name);
    step->cleanup = planned->cleanup;
    fill_names(run, step, planned);
    if (run->state == STATE_FAILED || run->state == STATE_UNKNOWN)
        return;
    struct exchange *exchange = run_add_exchange(run, step);
    fill_exchange(exchange, planned, *at, run->step_count == 1);
    step->started = *at;
    step->state = STATE_PASSED;
    if (is_hit(kind, planned, run->vantage)) {
        step->state = run->state = kind == SAMPLE_BLIND ? STATE_UNKNOWN : STATE_FAILED;
        step->line = 31;
        step->column = 9;
        if (kind == SAMPLE_CUT)
            make_cut(step, exchange);
        else
            make_hang(step, exchange);
        if (kind == SAMPLE_HOSTILE)
            make_hostile(step);
        if (kind == SAMPLE_BLIND)
            step->symptom = SYMPTOM_MONITOR_REFERENCES_UNREACHABLE;
    }
    step->total = exchange->total;
    *at = wall_after(*at, exchange->total + 400);
}

static void judge(enum sample_kind kind, struct arena *arena, struct verdict *verdict)
{
    static const struct {
        enum cause cause, leaning, runner_up;
        const char *component, *summary, *unsure;
        double confidence, second;
    } verdicts[SAMPLE_COUNT] = {
        [SAMPLE_FROZEN] = {CAUSE_APPLICATION, CAUSE_APPLICATION, CAUSE_DATABASE, "web",
                           "The storefront accepts connections and answers no request, not even "
                           "those that need no database.",
                           "A database that hangs every worker of the storefront; a health page "
                           "that uses no database would settle it.",
                           0.91, 0.06},
        [SAMPLE_DATABASE] = {CAUSE_DATABASE, CAUSE_DATABASE, CAUSE_APPLICATION, "db.orders",
                             "Every step that needs db.orders hangs; all others pass.",
                             "A lock held by a forgotten transaction instead of damage; a direct "
                             "read of the table would settle it.",
                             0.97, 0.02},
        [SAMPLE_CUT] = {CAUSE_NETWORK, CAUSE_NETWORK, CAUSE_MONITOR, NULL,
                        "The shop cannot be reached from New York; from Amsterdam all is well.",
                        NULL, 0.88, 0.08},
        [SAMPLE_HOSTILE] = {CAUSE_UNDETERMINED, CAUSE_MONITOR, CAUSE_NETWORK, hostile_text,
                            hostile_text, long_word, 0.4, 0.3},
    };
    *verdict = (struct verdict){
        .cause = verdicts[kind].cause,
        .component = verdicts[kind].component,
        .summary = verdicts[kind].summary,
        .confidence = verdicts[kind].confidence,
        .leaning = verdicts[kind].leaning,
        .runner_up = verdicts[kind].runner_up,
        .runner_up_confidence = verdicts[kind].second,
        .unsure = verdicts[kind].unsure,
    };
    verdict_add(arena, verdict, "transport.healthy",
                kind == SAMPLE_HOSTILE
                    ? hostile_text
                    : "TCP and TLS connect quickly from the vantage points that were asked.",
                kind == SAMPLE_CUT ? -4 : 11);
    verdict_add(arena, verdict, "pattern.shared_component",
                "The steps that fail have this in common, and the steps that pass do not.", 14);
    verdict_add(arena, verdict, "tcp.acknowledged",
                "The request was acknowledged by the server's kernel; nothing came back.", 8.5);
    verdict_add(arena, verdict, "database.words",
                "No answer names a database error; a damaged table often hangs instead.", -1.2);
}

static struct run *make_run(enum sample_kind kind, const char *journey, const char *vantage,
                            struct wall_time planned)
{
    struct run *run = run_create(journey, vantage, planned);
    struct wall_time at = wall_after(planned, 12 * DURATION_MILLISECOND);
    run->file = "examples/scenarios/guest-checkout.yaml";
    run->slot.started = at;
    for (size_t i = 0; i < COUNT_OF(plan); i++)
        if (strcmp(plan[i].journey, journey) == 0)
            add_step(run, kind, &plan[i], &at);
    run->slot.ended = at;
    if (run->state == STATE_FAILED)
        judge(kind, run->arena, &run->verdict);
    if (kind == SAMPLE_BLIND)
        run->reason = "reference sites unreachable";
    return run;
}

static void make_shop(struct sample *sample, enum sample_kind kind)
{
    static struct component_part parts[] = {
        {.name = "catalog"}, {.name = "carts"}, {.name = "orders"}};
    static struct component components[] = {
        {.name = "edge", .title = "Network and edge", .kind = CAUSE_NETWORK},
        {.name = "web", .title = "Storefront", .kind = CAUSE_APPLICATION},
        {.name = "db",
         .title = "Shop database",
         .kind = CAUSE_DATABASE,
         .parts = parts,
         .part_count = COUNT_OF(parts)},
        {.name = "payments", .title = "Payment provider", .kind = CAUSE_THIRD_PARTY},
    };
    static struct vantage vantages[] = {{.name = "ams", .title = "Amsterdam"},
                                        {.name = "nyc", .title = "New York"}};
    sample->shop = (struct shop){
        .name = kind == SAMPLE_HOSTILE ? hostile_text : "Tea & Mugs",
        .components = components,
        .component_count = COUNT_OF(components),
        .vantages = vantages,
        .vantage_count = COUNT_OF(vantages),
    };
}

static const struct page_journey journeys[] = {
    {.name = "browse", .about = "Looks for a mug and opens its page.", .every = DURATION_MINUTE},
    {.name = "guest checkout",
     .about = "Buys one mug without an account, and cancels the order.",
     .every = DURATION_MINUTE},
};
static const char *const vantage_names[] = {"ams", "nyc"};
enum { SAMPLE_MINUTES = 5, BROKEN_MINUTES = 12 };

/* The newest first, as the overview lists them. */
static void make_runs(struct sample *sample, enum sample_kind kind)
{
    for (int minute = 0; minute < SAMPLE_MINUTES; minute++)
        for (size_t j = 0; j < COUNT_OF(journeys); j++)
            for (size_t v = 0; v < COUNT_OF(vantage_names); v++) {
                struct wall_time planned =
                    wall_after(sample_now, -minute * DURATION_MINUTE - 25 * DURATION_SECOND);
                memory_grow(sample->runs, sample->run_count);
                struct run *run = make_run(kind, journeys[j].name, vantage_names[v], planned);
                sample->runs[sample->run_count++] = run;
                if (minute == 0 && (sample->worst == NULL || run->state != STATE_PASSED))
                    sample->worst = run;
            }
}

static void make_tallies(struct sample *sample, enum sample_kind kind)
{
    struct store_tally *tallies = NULL;
    size_t count = 0;
    for (size_t j = 0; j < COUNT_OF(journeys); j++)
        for (size_t v = 0; v < COUNT_OF(vantage_names); v++)
            for (int n = 0; n < PAGE_BARS - 8; n++) {
                arena_grow(sample->arena, tallies, count);
                bool late = n == 31 && j == 1;
                enum state now = sample->runs[j * COUNT_OF(vantage_names) + v]->state;
                bool broken = n < BROKEN_MINUTES && now != STATE_PASSED;
                tallies[count++] = (struct store_tally){
                    .journey = journeys[j].name,
                    .vantage = vantage_names[v],
                    .start = {sample_now.us / DURATION_MINUTE * DURATION_MINUTE -
                              n * DURATION_MINUTE},
                    .passed = !late && !broken && (n != 40 || kind == SAMPLE_HEALTHY),
                    .degraded = late,
                    .failed = broken && now == STATE_FAILED,
                    .unknown =
                        (broken && now == STATE_UNKNOWN) || (n == 40 && kind != SAMPLE_HEALTHY),
                    .latency = (duration)(80000 + 900 * n),
                };
            }
    sample->overview.tallies = tallies;
    sample->overview.tally_count = count;
}

static void make_incidents(struct sample *sample, enum sample_kind kind)
{
    struct arena *arena = sample->arena;
    bool hostile = kind == SAMPLE_HOSTILE;
    static struct incident_shower showers[] = {{.journey = "guest checkout", .vantage = "ams"},
                                               {.journey = hostile_text, .vantage = "nyc"}};
    static struct incident_shower cut[] = {{.journey = "browse", .vantage = "nyc"},
                                           {.journey = "guest checkout", .vantage = "nyc"}};
    sample->open = (struct incident){
        .id = "3f2a9c77d0",
        .began = wall_after(sample_now, -BROKEN_MINUTES * DURATION_MINUTE),
        .opened = wall_after(sample_now, -BROKEN_MINUTES * DURATION_MINUTE),
        .updated = wall_after(sample_now, -DURATION_MINUTE),
        .symptom = kind == SAMPLE_CUT ? SYMPTOM_TCP_TIMED_OUT : SYMPTOM_HTTP_TIMEOUT_TTFB,
        .journey = hostile ? hostile_text : "guest checkout",
        .step = hostile ? long_word : "checkout",
        .showers = kind == SAMPLE_CUT ? cut : showers,
        .shower_count = COUNT_OF(showers),
        .runs = 23,
    };
    judge(kind, arena, &sample->open.verdict);
    judge(kind, arena, &sample->open.first);
    sample->open.first.confidence = 0.62;
    sample->resolved = sample->open;
    sample->resolved.id = "91be04aa52";
    sample->resolved.began = sample->resolved.opened = wall_after(sample_now, -31 * DURATION_HOUR);
    sample->resolved.resolved = wall_after(sample_now, -29 * DURATION_HOUR);
    judge(SAMPLE_DATABASE, arena, &sample->resolved.verdict);
    if (run_first_failure(sample->worst) != NULL && sample->worst->state == STATE_FAILED) {
        sample->overview.open = &sample->open;
        sample->overview.open_count = 1;
    }
    sample->overview.resolved = &sample->resolved;
    sample->overview.resolved_count = 1;
}

struct sample *sample_create(enum sample_kind kind)
{
    struct sample *sample = memory_allocate(1, sizeof *sample);
    sample->arena = arena_create();
    make_shop(sample, kind);
    sample->overview = (struct page_overview){
        .shop = &sample->shop,
        .now = sample_now,
        .journeys = journeys,
        .journey_count = COUNT_OF(journeys),
    };
    if (kind == SAMPLE_EMPTY)
        return sample;
    make_runs(sample, kind);
    sample->overview.latest = sample->overview.recent = sample->runs;
    sample->overview.latest_count = COUNT_OF(journeys) * COUNT_OF(vantage_names);
    sample->overview.recent_count = sample->run_count;
    make_tallies(sample, kind);
    make_incidents(sample, kind);
    return sample;
}

void sample_free(struct sample *sample)
{
    for (size_t i = 0; i < sample->run_count; i++)
        run_free(sample->runs[i]);
    free(sample->runs);
    arena_free(sample->arena);
    free(sample);
}
