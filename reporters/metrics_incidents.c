/* SPDX-License-Identifier: MIT */
/*
 * What metrics tell of incidents. What may change during an incident, its cause, is no label of
 * what identifies it: else an alert would end and another begin whenever a verdict learns better.
 * Nobody hears of those that are muted.
 */
#include "reporters/metrics_private.h"

static void write_by_cause(struct metrics_text *text, const struct store_incidents *incidents)
{
    int64_t open[CAUSE_NONE] = {0};
    for (size_t i = 0; i < incidents->count; i++)
        if (incidents->incidents[i].verdict.cause < CAUSE_NONE && !incidents->incidents[i].muted)
            open[incidents->incidents[i].verdict.cause]++;
    metrics_begin(text, METRICS_GAUGE, "open_incidents",
                  "Incidents that are open now, by whose fault they are");
    for (unsigned cause = 0; cause < CAUSE_NONE; cause++) {
        struct buffer labels;
        buffer_init(&labels, METRICS_LABELS_MAX);
        metrics_add_label(&labels, "cause", cause_name((enum cause)cause));
        metrics_add_integer(text, "open_incidents", labels.data, open[cause]);
        buffer_free(&labels);
    }
}

static void begin_incident(struct buffer *labels, const struct incident *incident)
{
    buffer_init(labels, METRICS_LABELS_MAX);
    metrics_add_label(labels, "incident", incident->id);
    metrics_add_label(labels, "journey", incident->journey != NULL ? incident->journey : "");
}

static void write_each(struct metrics_text *text, const struct store_incidents *incidents)
{
    size_t count =
        incidents->count < METRICS_INCIDENTS_MAX ? incidents->count : METRICS_INCIDENTS_MAX;
    struct buffer labels;
    metrics_begin(text, METRICS_GAUGE, "incident_began_timestamp_seconds",
                  "When an incident began that is open now");
    for (size_t i = 0; i < count; i++) {
        if (incidents->incidents[i].muted)
            continue;
        begin_incident(&labels, &incidents->incidents[i]);
        metrics_add_seconds(text, "incident_began_timestamp_seconds", labels.data,
                            incidents->incidents[i].began.us);
        buffer_free(&labels);
    }
    metrics_begin(text, METRICS_GAUGE, "incident_acknowledged",
                  "1 when somebody has acknowledged an incident that is open now, else 0");
    for (size_t i = 0; i < count; i++) {
        if (incidents->incidents[i].muted)
            continue;
        begin_incident(&labels, &incidents->incidents[i]);
        metrics_add_integer(text, "incident_acknowledged", labels.data,
                            incidents->incidents[i].acknowledged.at.us != 0);
        buffer_free(&labels);
    }
}

/* How often each thing happened that people were to hear of. */
static void write_changes(struct metrics_text *text)
{
    metrics_begin(text, METRICS_COUNTER, "incident_changes",
                  "What became of incidents, by what people were told");
    for (unsigned change = INCIDENT_OPENED; change < METRICS_CHANGES; change++) {
        struct buffer labels;
        buffer_init(&labels, METRICS_LABELS_MAX);
        metrics_add_label(&labels, "change", incident_change_word((enum incident_change)change));
        metrics_add_integer(text, "incident_changes_total", labels.data,
                            (int64_t)text->metrics->changes[change]);
        buffer_free(&labels);
    }
}

void metrics_write_incidents(struct metrics_text *text)
{
    const struct store_incidents *incidents = text->view->incidents;
    write_changes(text);
    if (incidents == NULL)
        return;
    write_by_cause(text, incidents);
    write_each(text, incidents);
}
