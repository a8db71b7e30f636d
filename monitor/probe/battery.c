/* SPDX-License-Identifier: MIT */
/* See battery.h. What can be asked stands in the shop file, with the components. */
#include "monitor/probe/battery.h"

#include "monitor/journey/mask.h"

#include <string.h>

/* Who has not wanted to ask for so much longer than twice the pause has another failure. */
#define PAUSE_FORGOTTEN (10 * DURATION_MINUTE)

/* Who has answered this soon does not hang. */
#define SOON DURATION_SECOND

struct plan {
    const struct shop *shop;
    const struct exchange *failed;
    struct arena *arena;
    bool by_proxy;
    struct probe_question *questions;
    size_t count;
};

static void plan_add(struct plan *plan, enum finding_kind kind, const char *component,
                     const char *url, const char *address)
{
    /* What it waits for, if it does, is no worker of the application's; or it did not wait. */
    bool is_harmless = kind == FINDING_REFERENCE || kind == FINDING_LARGE ||
                       kind == FINDING_AGAIN || kind == FINDING_PATH;
    bool is_itself = !is_harmless && address == NULL && strcmp(url, plan->failed->url) == 0;
    if (is_itself || plan->count == PROBE_QUESTIONS_MAX)
        return;
    plan->questions[plan->count++] = (struct probe_question){
        .kind = kind, .component = component, .url = url, .address = address};
}

static void plan_page(struct plan *plan, enum finding_kind kind, const struct component *component,
                      const char *page, const char *address)
{
    const char *url = net_url_resolve(plan->arena, plan->failed->url, page);
    if (url != NULL)
        plan_add(plan, kind, component->name, url, address);
}

/* Whether a connection to it could not even be made. */
static bool is_unconnected(const struct exchange *failed)
{
    return symptom_layer(failed->symptom) == SYMPTOM_LAYER_TCP && failed->status == 0;
}

/* Whether it was made, and no answer came, or not all of it. */
static bool is_broken_off(const struct exchange *failed)
{
    return failed->symptom != SYMPTOM_NONE && failed->ip != NULL && !is_unconnected(failed);
}

static const char *health_of_shop(const struct shop *shop)
{
    for (size_t i = 0; i < shop->component_count; i++)
        if (shop->components[i].health != NULL)
            return shop->components[i].health;
    return NULL;
}

static bool is_failed_page(const struct plan *plan, const char *page)
{
    const char *url = page != NULL ? net_url_resolve(plan->arena, plan->failed->url, page) : NULL;
    return url != NULL && strcmp(url, plan->failed->url) == 0;
}

/* Whether it is the health page that failed, and took its answer from nobody's time: what is asked
 * past the front door is held against what the door says at the same moment. */
static bool is_health_at_once(const struct plan *plan)
{
    return plan->failed->status >= 400 && plan->failed->symptom == SYMPTOM_NONE &&
           plan->failed->total < SOON && is_failed_page(plan, health_of_shop(plan->shop));
}

/* What broke off is asked again where that changes nothing in the shop, and so is its health. What
 * hung is not: it would hang again, and take a worker with it. */
static void plan_again(struct plan *plan)
{
    const struct exchange *failed = plan->failed;
    /* With a secret in it, it is not known here. */
    bool is_known = strstr(failed->url, MASK_TEXT) == NULL;
    if ((symptom_is_cut_off(failed->symptom) || is_health_at_once(plan)) && is_known &&
        failed->ip != NULL && strcmp(failed->method, "GET") == 0)
        plan_add(plan, FINDING_AGAIN, NULL, failed->url, NULL);
}

static void plan_ports(struct plan *plan, const struct component *component)
{
    for (size_t i = 0; i < component->port_count; i++) {
        const char *host = net_url_host(plan->arena, plan->failed->url);
        if (host == NULL || component->ports[i] == plan->failed->port)
            continue;
        bool six = strchr(host, ':') != NULL;
        plan_add(plan, FINDING_PORT, component->name,
                 arena_print(plan->arena, "http://%s%s%s:%u/", six ? "[" : "", host, six ? "]" : "",
                             component->ports[i]),
                 NULL);
    }
}

/* A page that is asked through the door as well. */
static const char *page_of_shop(const struct shop *shop)
{
    const char *page = NULL;
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct component *component = &shop->components[i];
        if (component->static_file != NULL)
            return component->static_file;
        page = page != NULL ? page : component->health;
    }
    return page;
}

/* The same page at each address, where anybody who is there would answer it. */
static void plan_addresses(struct plan *plan)
{
    const char *page = page_of_shop(plan->shop);
    const char *url = page != NULL ? net_url_resolve(plan->arena, plan->failed->url, page) : NULL;
    if (url != NULL && symptom_layer(plan->failed->symptom) != SYMPTOM_LAYER_DNS)
        plan_add(plan, FINDING_ADDRESS, NULL, url, NULL);
}

/* Other servers, where the own one finds no address. */
static void plan_resolvers(struct plan *plan, const struct vantage *vantage)
{
    const char *own = vantage != NULL ? vantage->resolver : NULL;
    size_t asked = 0;
    if (symptom_layer(plan->failed->symptom) != SYMPTOM_LAYER_DNS)
        return;
    for (size_t i = 0; i < plan->shop->resolver_count && asked < BATTERY_RESOLVERS_MAX; i++) {
        const char *other = plan->shop->resolvers[i];
        if (own != NULL && strcmp(own, other) == 0)
            continue;
        plan_add(plan, FINDING_RESOLVER, NULL, plan->failed->url, other);
        asked++;
    }
}

/* How far packets come, where they seem to be lost. */
static void plan_path(struct plan *plan)
{
    const struct exchange *failed = plan->failed;
    bool is_lost = failed->tcp.known && (failed->tcp.retransmits > 0 || failed->tcp.probes > 1);
    if (is_lost || failed->symptom == SYMPTOM_TCP_TIMED_OUT ||
        failed->symptom == SYMPTOM_TCP_ADDRESS_UNREACHABLE)
        plan_add(plan, FINDING_PATH, NULL, failed->url, NULL);
}

/* The health page, which nobody before the shop's own server has himself, unless it is the one that
 * hangs; else what there is. */
static const char *page_of_origin(const struct plan *plan)
{
    const char *health = health_of_shop(plan->shop);
    bool hangs = plan->failed->status == 0 && is_failed_page(plan, health);
    return health != NULL && !hangs ? health : page_of_shop(plan->shop);
}

/* The same page by another scheme, and not with what it says of a user. */
static const char *with_scheme(struct arena *arena, const char *place, const char *url)
{
    const char *host = strstr(url, "://") + strlen("://"), *end = host + strcspn(host, "/?#");
    int scheme = (int)(strstr(place, "://") - place);
    for (const char *at = host; at < end; at++)
        if (*at == '@')
            host = at + 1;
    return arena_print(arena, "%.*s://%s", scheme, place, host);
}

/* Where an `origin` is; its address is NULL where it is none. */
struct place {
    const char *url; /* NULL: by the scheme of the page */
    const char *address;
    unsigned port; /* 0: that of the page */
};

/* `ADDRESS`, `ADDRESS:PORT`, or a URL of these; an address of IPv6 with a port is in brackets. */
static struct place place_of(struct arena *arena, const char *origin)
{
    const char *bracket = strrchr(origin, ']'), *colon = strchr(origin, ':');
    bool has_scheme = strstr(origin, "://") != NULL;
    if (!has_scheme && bracket == NULL && colon != NULL && strchr(colon + 1, ':') != NULL)
        return (struct place){.address = origin};
    bool has_port = has_scheme || strchr(bracket != NULL ? bracket : origin, ':') != NULL;
    const char *url = has_scheme ? origin : arena_print(arena, "http://%s", origin);
    return (struct place){.url = has_scheme ? url : NULL,
                          .address = net_url_host(arena, url),
                          .port = has_port ? net_url_port(url) : 0};
}

/* A proxy that finds the address itself would lead to the front door again. */
static void plan_origin(struct plan *plan, const struct component *component)
{
    const char *page = page_of_origin(plan);
    const char *url = page != NULL ? net_url_resolve(plan->arena, plan->failed->url, page) : NULL;
    const struct place place = place_of(plan->arena, component->origin);
    if (url == NULL || place.address == NULL || plan->by_proxy ||
        plan->count == PROBE_QUESTIONS_MAX)
        return;
    bool is_plain = place.url != NULL && strncmp(place.url, "http:", strlen("http:")) == 0;
    bool is_tls = strncmp(url, "https:", strlen("https:")) == 0;
    plan->questions[plan->count++] = (struct probe_question){
        .kind = FINDING_ORIGIN,
        .component = component->name,
        .url = place.url != NULL && is_plain == is_tls ? with_scheme(plan->arena, place.url, url)
                                                       : url,
        .address = place.address,
        .port = place.port,
        .is_handed_on = is_plain && is_tls,
    };
}

static void plan_component(struct plan *plan, const struct component *component)
{
    if (component->health != NULL)
        plan_page(plan, FINDING_HEALTH, component, component->health, NULL);
    if (component->static_file != NULL)
        plan_page(plan, FINDING_STATIC, component, component->static_file, NULL);
    if (component->large != NULL && is_broken_off(plan->failed))
        plan_page(plan, FINDING_LARGE, component, component->large, NULL);
    if (component->origin != NULL)
        plan_origin(plan, component);
    if (is_unconnected(plan->failed))
        plan_ports(plan, component);
}

/* Whether the shop's own base leads to the host that failed: a provider's pages are not ours to
 * ask. */
static bool is_of_the_shop(const struct shop *shop, struct arena *arena, const char *url)
{
    const char *host = net_url_host(arena, url);
    const char *own = shop->base != NULL ? net_url_host(arena, shop->base) : host;
    return host != NULL && own != NULL && strcmp(host, own) == 0;
}

/* NULL: it did not fail, or not by an exchange. */
static const struct exchange *failed_exchange(const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    return run->state == STATE_FAILED && failure != NULL ? run_last_exchange(failure) : NULL;
}

bool battery_wants_references(const struct run *run)
{
    const struct exchange *failed = failed_exchange(run);
    return failed != NULL && failed->status == 0 && failed->symptom != SYMPTOM_NONE;
}

size_t battery_plan_references(const struct shop *shop, const struct run *run,
                               struct probe_question *questions, size_t count)
{
    struct plan plan = {
        .shop = shop, .failed = failed_exchange(run), .questions = questions, .count = count};
    if (!battery_wants_references(run))
        return count;
    for (size_t i = 0; i < shop->reference_count; i++)
        plan_add(&plan, FINDING_REFERENCE, NULL, shop->references[i], NULL);
    return plan.count;
}

size_t battery_plan_components(const struct shop *shop, const struct run *run, struct arena *arena,
                               struct probe_question *questions, size_t count)
{
    const struct vantage *vantage = shop_vantage(shop, run->vantage);
    struct plan plan = {.shop = shop,
                        .failed = failed_exchange(run),
                        .arena = arena,
                        .by_proxy = vantage != NULL && vantage->proxy != NULL,
                        .questions = questions,
                        .count = count};
    if (plan.failed == NULL || !is_of_the_shop(shop, arena, plan.failed->url))
        return count;
    plan_again(&plan);
    plan_resolvers(&plan, vantage);
    plan_path(&plan);
    plan_addresses(&plan);
    for (size_t i = 0; i < shop->component_count; i++)
        plan_component(&plan, &shop->components[i]);
    return plan.count;
}

bool battery_may_ask(struct battery_pace *pace, struct wall_time now)
{
    duration since = wall_between(pace->last, now);
    bool is_new = pace->last.us == 0 || since < 0 || since > 2 * pace->pause + PAUSE_FORGOTTEN;
    if (wall_between(pace->hour, now) >= DURATION_HOUR || now.us < pace->hour.us) {
        pace->hour = now;
        pace->times = 0;
    }
    if (pace->times == BATTERY_HOUR_MAX || (!is_new && since < pace->pause))
        return false;
    pace->times++;
    pace->last = now;
    pace->pause = is_new ? BATTERY_PAUSE_MIN : 2 * pace->pause;
    if (pace->pause > BATTERY_PAUSE_MAX)
        pace->pause = BATTERY_PAUSE_MAX;
    return true;
}

size_t battery_choose(struct battery_pace *pace, struct wall_time now, size_t references,
                      size_t count, bool known)
{
    if (count > references && battery_may_ask(pace, now))
        return count;
    return known ? 0 : references;
}
