/* SPDX-License-Identifier: MIT */
/*
 * From facts to a verdict: sum the weights per suspect, turn them into probabilities, say the
 * likeliest or say that it cannot be told. Knows neither network nor clock. Numbers are in
 * weights.h.
 */
#include "monitor/diagnose/diagnose.h"

#include "monitor/base/buffer.h"
#include "monitor/diagnose/facts.h"
#include "monitor/record/reason.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE_MAX = 600 };

/* Share of doubt that no fact removes: what no rule knows of. */
#define UNKNOWN_FLOOR 0.02
/* As sure as one may be before all was seen that will be: not sure. */
#define UNSETTLED_MAX 0.84
/* How much likelier than the second, in dB, to be asserted and to be called probable. */
#define ASSERT_LEAD   6.0
#define PROBABLE_LEAD 5.0

enum fact_group {
#define X(name) GROUP_##name,
    FACT_GROUP_TABLE(X)
#undef X
        GROUP_COUNT
};

static const struct {
    enum fact_group group;
    const char *code, *text;
    double weights[SUSPECT_COUNT];
} fact_rows[] = {
#define X(name, group, code, n, a, d, t, m, c, text)                                               \
    {GROUP_##group, code, text, {n, a, d, t, m, c}},
    FACT_TABLE(X)
#undef X
};

const double *diagnose_weights(const char *fact)
{
    for (size_t i = 0; fact != NULL && i < COUNT_OF(fact_rows); i++)
        if (strcmp(fact_rows[i].code, fact) == 0)
            return fact_rows[i].weights;
    return NULL;
}

static const double priors[SUSPECT_COUNT] = {
#define X(name, percent) percent / 100.0,
    PRIOR_TABLE(X)
#undef X
};

struct ranking {
    double probability[SUSPECT_COUNT];
    enum cause first, second;
    double lead; /* dB between them */
};

static double clip(double value)
{
    return fmax(-WEIGHT_GROUP_MAX, fmin(WEIGHT_GROUP_MAX, value));
}

/* How often, in this shop; a part of a sum that does not matter. */
static double prior_of(const struct shop *shop, int suspect)
{
    unsigned told = shop != NULL && shop->priors != NULL ? shop->priors->of[suspect] : 0;
    return told != 0 ? told / 100.0 : priors[suspect];
}

static void rank(const struct facts *facts, const struct shop *shop, struct ranking *ret_ranking)
{
    double score[SUSPECT_COUNT], sum = 0;
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++) {
        double groups[GROUP_COUNT] = {0};
        for (size_t i = 0; i < facts->count; i++) {
            enum fact_name name = facts->items[i].name;
            groups[fact_rows[name].group] += fact_rows[name].weights[suspect];
        }
        score[suspect] = 10 * log10(prior_of(shop, suspect));
        for (int group = 0; group < GROUP_COUNT; group++)
            score[suspect] += clip(groups[group]);
        sum += pow(10, score[suspect] / 10);
    }
    enum cause first = 0, second = 1;
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++) {
        ret_ranking->probability[suspect] =
            (1 - UNKNOWN_FLOOR) * pow(10, score[suspect] / 10) / sum;
        if (score[suspect] > score[first])
            first = (enum cause)suspect;
    }
    second = first == 0 ? 1 : 0;
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
        if (suspect != (int)first && score[suspect] > score[second])
            second = (enum cause)suspect;
    ret_ranking->first = first;
    ret_ranking->second = second;
    ret_ranking->lead = score[first] - score[second];
}

/* --- words --------------------------------------------------------------------------------- */

/* `text` with its {} replaced. */
static const char *fact_text(struct arena *arena, const char *text, const char *about)
{
    const char *gap = strstr(text, "{}");
    if (gap == NULL)
        return text;
    return arena_print(arena, "%.*s%s%s", (int)(gap - text), text, about != NULL ? about : "?",
                       gap + 2);
}

static int evidence_order(const void *a, const void *b)
{
    const struct evidence *first = a, *second = b;
    double difference = fabs(second->weight) - fabs(first->weight);
    return (difference > 0) - (difference < 0);
}

/* Only components have titles; a step's or vantage point's name stands for itself. */
static const char *sentence_of(const struct run *run, const struct shop *shop,
                               const struct fact *fact)
{
    const char *about = fact->about;
    if (about != NULL && shop_component(shop, about) != NULL)
        about = shop_title(shop, about, run->arena);
    return fact_text(run->arena, fact_rows[fact->name].text, about);
}

static void add_evidence(struct run *run, const struct shop *shop, const struct facts *facts,
                         enum cause likeliest)
{
    for (size_t i = 0; i < facts->count; i++) {
        const struct fact *fact = &facts->items[i];
        /* What does not move the verdict's cause is why it is not another. */
        verdict_add(run->arena, &run->verdict, fact_rows[fact->name].code,
                    sentence_of(run, shop, fact), fact_rows[fact->name].weights[likeliest]);
    }
    if (run->verdict.evidence_count > 1)
        qsort(run->verdict.evidence, run->verdict.evidence_count, sizeof *run->verdict.evidence,
              evidence_order);
}

static void fill_diagnosis(const struct run *run, const struct shop *shop,
                           const struct facts *facts, const struct ranking *ranking,
                           struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < facts->count; i++)
        diagnosis->facts[diagnosis->fact_count++] = (struct diagnosis_fact){
            .code = fact_rows[facts->items[i].name].code,
            .text = sentence_of(run, shop, &facts->items[i]),
        };
    memcpy(diagnosis->probability, ranking->probability, sizeof diagnosis->probability);
    diagnosis->unsettled = facts->unsettled != NULL;
}

/* The component to blame: what a database itself says is not well, else what the answer names, else
 * a suspect of that kind, else what the failing step needs of that kind, else a declared front
 * door. */
static const char *choose_component(const struct facts *facts, const struct shop *shop,
                                    enum cause cause)
{
    if (cause == CAUSE_DATABASE && facts->ill != NULL)
        return facts->ill;
    if (facts->named != NULL && shop_kind(shop, facts->named) == cause)
        return facts->named;
    if (cause == CAUSE_DATABASE && facts->began_with != NULL)
        return facts->began_with;
    if (cause == CAUSE_DATABASE && facts->whole_database != NULL)
        return facts->whole_database;
    for (size_t i = 0; i < facts->suspect_count; i++)
        if (shop_kind(shop, facts->suspects[i]) == cause)
            return facts->suspects[i];
    const char *needed = facts_need_of_kind(shop, facts->failure, cause);
    return needed == NULL && cause == CAUSE_NETWORK ? facts_front_door(shop) : needed;
}

static const char *certainty(double confidence, double lead)
{
    return confidence >= DIAGNOSE_ASSERT && lead >= ASSERT_LEAD ? "It is" : "It is probably";
}

static const char *cause_words(enum cause cause)
{
    static const char *const words[] = {
        [CAUSE_NETWORK] = "the network",   [CAUSE_APPLICATION] = "the application",
        [CAUSE_DATABASE] = "the database", [CAUSE_THIRD_PARTY] = "a third party",
        [CAUSE_MONITOR] = "the monitor",   [CAUSE_SCENARIO] = "the scenario",
    };
    return words[cause];
}

static const char *summarise(struct run *run, const struct shop *shop, const struct facts *facts,
                             const struct ranking *ranking)
{
    struct verdict *verdict = &run->verdict;
    struct buffer text;
    buffer_init(&text, SENTENCE_MAX);
    if (verdict->cause == CAUSE_UNDETERMINED) {
        buffer_print(&text, "It cannot be told yet whether it is %s or %s.",
                     cause_words(ranking->first), cause_words(ranking->second));
    } else {
        buffer_print(&text, "%s %s", certainty(verdict->confidence, ranking->lead),
                     cause_words(verdict->cause));
        if (verdict->component != NULL)
            buffer_print(&text, ": %s", shop_title(shop, verdict->component, run->arena));
        if (facts_have(facts, FACT_ONE_VANTAGE) || facts_have(facts, FACT_ONE_VANTAGE_OF_MANY))
            buffer_print(&text, ", seen from %s only", shop_vantage_title(shop, run->vantage));
        buffer_text(&text, ".");
    }
    const char *summary = arena_duplicate(run->arena, text.data);
    buffer_free(&text);
    return summary;
}

static bool is_between(const struct ranking *ranking, enum cause one, enum cause other)
{
    return (ranking->first == one && ranking->second == other) ||
           (ranking->first == other && ranking->second == one);
}

/* What would tell two suspects apart, as far as it has not been seen yet; NULL when only probes of
 * the suspect itself could. */
static const char *what_settles(const struct ranking *ranking, const struct facts *facts)
{
    static const struct {
        enum cause one, other;
        const char *settles;
    } probes[] = {
        {CAUSE_APPLICATION, CAUSE_NETWORK,
         "another vantage point, or a connection to another port"},
        {CAUSE_NETWORK, CAUSE_MONITOR, "a reference site asked from the same vantage point"},
        {CAUSE_APPLICATION, CAUSE_SCENARIO, "the same steps taken by hand"},
        {CAUSE_DATABASE, CAUSE_SCENARIO, "the same steps taken by hand"},
        {CAUSE_APPLICATION, CAUSE_THIRD_PARTY, "the provider's own status page"},
        {CAUSE_DATABASE, CAUSE_THIRD_PARTY, "the provider's own status page"},
    };
    enum cause first = ranking->first, second = ranking->second;
    if (is_between(ranking, CAUSE_APPLICATION, CAUSE_NETWORK) &&
        facts_have(facts, FACT_GATEWAY_AT_DOOR))
        return "the application asked past its front door (`origin`)";
    for (size_t i = 0; i < COUNT_OF(probes); i++)
        if (is_between(ranking, probes[i].one, probes[i].other))
            return probes[i].settles;
    if (first != CAUSE_DATABASE && second != CAUSE_DATABASE)
        return NULL;
    if (facts->failure->needs_count + facts->failure->writes_count == 0)
        return "to say in the scenario what its steps need (`needs`)";
    if (facts_have(facts, FACT_ONE_ROUTE))
        return "a second step that needs the same part of the database";
    if (first == CAUSE_APPLICATION || second == CAUSE_APPLICATION)
        return "a look into the database itself";
    return NULL;
}

static const char *doubt(struct run *run, const struct facts *facts, const struct ranking *ranking)
{
    double second = ranking->probability[ranking->second];
    const char *settles =
        facts->unsettled != NULL ? facts->unsettled : what_settles(ranking, facts);
    if (second < 0.02 && facts->unsettled == NULL)
        return NULL;
    if (facts->unseen != NULL)
        return arena_print(run->arena, "%s; what would settle it: %s", facts->unseen, settles);
    return arena_print(run->arena, "%s (%.0f %%)%s%s", cause_words(ranking->second), second * 100,
                       settles != NULL ? "; what would settle it: " : "",
                       settles != NULL ? settles : "");
}

/* Why a slot without any step could not look. */
static enum symptom symptom_of_reason(const char *words)
{
    enum reason reason = reason_from_words(words);
    return reason != REASON_COUNT ? reason_symptom(reason) : SYMPTOM_NONE;
}

/* The monitor's own failures need no weighing: the symptom says it. */
static void judge_own_failure(struct run *run, const struct run_step *failure)
{
    enum symptom symptom = failure != NULL ? failure->symptom : symptom_of_reason(run->reason);
    bool scenario = symptom == SYMPTOM_MONITOR_VARIABLE_MISSING ||
                    symptom == SYMPTOM_MONITOR_URL_REFUSED ||
                    symptom == SYMPTOM_CONTENT_JSON_UNSUPPORTED;
    run->verdict = (struct verdict){
        .cause = scenario ? CAUSE_SCENARIO : CAUSE_MONITOR,
        .leaning = scenario ? CAUSE_SCENARIO : CAUSE_MONITOR,
        .confidence = 1 - UNKNOWN_FLOOR,
        .runner_up = CAUSE_NONE,
        .summary = scenario ? "The scenario asks for what cannot be done."
                            : "The monitor itself could not look.",
    };
    if (symptom != SYMPTOM_NONE)
        verdict_add(run->arena, &run->verdict, symptom_code(symptom), symptom_sentence(symptom),
                    WEIGHT_GROUP_MAX);
}

void diagnose_in_full(const struct history *history, const struct shop *shop, struct run *run,
                      struct diagnosis *ret_diagnosis)
{
    const struct run_step *failure = run_first_failure(run);
    if (ret_diagnosis != NULL)
        *ret_diagnosis = (struct diagnosis){0};
    if (reason_from_words(run->reason) == REASON_PAUSED)
        return;
    if (run->state == STATE_UNKNOWN) {
        judge_own_failure(run, failure);
        return;
    }
    if (run->state != STATE_FAILED || failure == NULL)
        return;
    struct facts facts;
    struct ranking ranking;
    facts_gather(history, shop, run, &facts);
    rank(&facts, shop, &ranking);
    double confidence = ranking.probability[ranking.first];
    if (facts.unsettled != NULL)
        confidence = fmin(confidence, UNSETTLED_MAX);
    bool told = confidence >= DIAGNOSE_PROBABLE && ranking.lead >= PROBABLE_LEAD;
    run->verdict = (struct verdict){
        .cause = told ? ranking.first : CAUSE_UNDETERMINED,
        .component = told ? choose_component(&facts, shop, ranking.first) : NULL,
        .confidence = confidence,
        .leaning = ranking.first,
        .runner_up = ranking.second,
        .runner_up_confidence = ranking.probability[ranking.second],
    };
    memcpy(run->verdict.suspects, ranking.probability, sizeof run->verdict.suspects);
    run->verdict.suspects[ranking.first] = confidence;
    run->verdict.works = facts.works;
    run->verdict.summary = summarise(run, shop, &facts, &ranking);
    run->verdict.unsure = doubt(run, &facts, &ranking);
    add_evidence(run, shop, &facts, ranking.first);
    if (ret_diagnosis != NULL)
        fill_diagnosis(run, shop, &facts, &ranking, ret_diagnosis);
}

void diagnose_run(const struct history *history, const struct shop *shop, struct run *run)
{
    diagnose_in_full(history, shop, run, NULL);
}
