/* SPDX-License-Identifier: MIT */
/*
 * Facts from what people say that they did to the shop before it began to fail. Where an event says
 * what it concerns, it speaks of that alone. A hint at best: nothing is said where the answer, a
 * database or the path tells by itself who it was. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* This soon before it began. */
#define EVENT_WITHIN (15 * DURATION_MINUTE)

/* A bad release may need a day's visitors to show; and where none was reported for weeks, they may
 * not be reported at all. */
#define DEPLOY_SETTLED DURATION_DAY

/* What tells by itself whose fault it is. */
static const enum fact_name direct[] = {
    FACT_UPSTREAM_SILENT,
    FACT_APPLICATION_SILENT,
    FACT_EDGE_GOT_NOTHING,
    FACT_EDGE_REFUSED,
    FACT_EDGE_REFUSED_DOOR,
    FACT_EDGE_NO_WAY,
    FACT_EDGE_TLS,
    FACT_PROXY_REFUSED,
    FACT_PROXY_DENIED,
    FACT_PROXY_ITSELF,
    FACT_LIMITED,
    FACT_ORIGIN_REFUSED,
    FACT_ORIGIN_PAST_DOOR,
    FACT_DATABASE_WORDS,
    FACT_NAMES_THIRD_PARTY,
    FACT_ORIGIN_PAST_OTHERS,
    FACT_DATABASE_WORDS_ELSEWHERE,
    FACT_DATABASE_ILL,
    FACT_DNS,
    FACT_CERTIFICATE,
    FACT_PATH_BROKEN,
    FACT_BEGAN_WITH_DATABASE,
    FACT_ONE_VANTAGE_OF_MANY,
};

static bool is_part_of_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_' || letter == '-';
}

/* Whether a text has a name in it, as a word of its own. */
static bool names(const char *text, const char *name)
{
    size_t length = strlen(name);
    bool begins = true;
    for (; *text != '\0'; begins = !is_part_of_word(*text++))
        if (begins && strncasecmp(text, name, length) == 0 && !is_part_of_word(text[length]))
            return true;
    return false;
}

static bool event_names(const struct event *event, const char *name)
{
    return name != NULL && (names(event->kind, name) || names(event->text, name));
}

/* The component that it says to be about, by name or by title; NULL: it does not say. */
static const struct component *event_concerns(const struct shop *shop, const struct event *event)
{
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++)
        if (event_names(event, shop->components[i].name) ||
            event_names(event, shop->components[i].title))
            return &shop->components[i];
    return NULL;
}

static enum fact_name fact_of_kind(enum cause kind)
{
    switch (kind) {
    case CAUSE_NETWORK:
        return FACT_CHANGED_NETWORK;
    case CAUSE_DATABASE:
        return FACT_CHANGED_DATABASE;
    case CAUSE_THIRD_PARTY:
        return FACT_CHANGED_THIRD_PARTY;
    default:
        return FACT_CHANGED_APPLICATION;
    }
}

/* Whether the step that fails may fail by it; all steps come through the door. */
static bool may_matter(const struct facts_view *view, const struct component *component)
{
    return component->kind == CAUSE_NETWORK ||
           facts_step_needs_kind(view->shop, view->failure, component->kind);
}

/* Who reports deploys would have reported the bad one. It errs by itself, and not by what it waits
 * for. */
static void facts_of_no_deploy(struct facts *facts, const struct facts_view *view)
{
    static const enum fact_name errors[] = {FACT_SERVER_ERROR, FACT_CLIENT_ERROR, FACT_CONTENT};
    struct wall_time last = history_deployed(view->history, view->onset);
    duration ago = wall_between(last, view->onset);
    if (last.us == 0 || ago < DEPLOY_SETTLED || ago > DIAGNOSE_EVENTS_SPAN ||
        !facts_have_any(facts, errors, COUNT_OF(errors)))
        return;
    facts_add(facts, FACT_NO_DEPLOY,
              arena_print(view->run->arena, "%lld h", (long long)(ago / DURATION_HOUR)));
}

void facts_of_events(struct facts *facts, const struct facts_view *view)
{
    const struct event *event;
    if (facts_have_any(facts, direct, COUNT_OF(direct)))
        return;
    for (size_t n = 0; (event = history_event(view->history, n)) != NULL; n++) {
        const struct component *component = event_concerns(view->shop, event);
        if (event->at.us > view->onset.us || wall_between(event->at, view->onset) > EVENT_WITHIN ||
            (component != NULL && !may_matter(view, component)))
            continue;
        facts_add(facts, component != NULL ? fact_of_kind(component->kind) : FACT_CHANGED_BEFORE,
                  arena_print(view->run->arena, "%s: %s", event->kind, event->text));
        return;
    }
    facts_of_no_deploy(facts, view);
}
