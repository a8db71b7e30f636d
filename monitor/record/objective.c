/* SPDX-License-Identifier: MIT */
/* What is said of an objective. See objective.h. */
#include "monitor/record/objective.h"

#include "monitor/base/buffer.h"
#include "monitor/record/json_writer.h"

#include <inttypes.h>
#include <stdio.h>

bool objective_is_missed(const struct objective_report *report)
{
    return report->success.high < report->target;
}

const struct objective_burn *objective_worst_burn(const struct objective_report *report)
{
    for (size_t i = 0; i < OBJECTIVE_BURN_COUNT; i++)
        if (report->burns[i].burning)
            return &report->burns[i];
    return NULL;
}

/* Cut, not rounded: 99.96 % is not 100 %. */
static void print_percent(struct buffer *out, double share)
{
    double hundredths = share * 10000 + 1e-6;
    int64_t whole = (int64_t)hundredths;
    whole -= (double)whole > hundredths; /* down, also below 0 */
    if (whole % 100 == 0)
        buffer_print(out, "%" PRId64 " %%", whole / 100);
    else
        buffer_print(out, "%s%" PRId64 ".%02d %%", whole < 0 && whole > -100 ? "-" : "",
                     whole / 100, (int)(whole < 0 ? -whole : whole) % 100);
}

static void print_range(struct buffer *out, const struct objective_range *range)
{
    print_percent(out, range->low);
    if (range->high - range->low < 0.0001)
        return;
    buffer_text(out, " to ");
    print_percent(out, range->high);
}

void objective_say(const struct objective_report *report, struct buffer *out)
{
    const struct objective_counts *counts = &report->counts;
    const struct objective_burn *burn = objective_worst_burn(report);
    uint64_t all = counts->good + counts->slow + counts->failed + counts->unknown;
    char text[DURATION_TEXT_MAX];
    if (all == 0) {
        buffer_text(out, "Nothing was seen yet that counts.");
        return;
    }
    print_range(out, &report->success);
    buffer_print(out, " of %" PRIu64 " slots succeeded", all);
    if (report->within > 0)
        buffer_print(out, " within %s", duration_print(report->within, text));
    buffer_text(out, "; ");
    print_percent(out, report->target);
    buffer_text(out, " are promised. Of the error budget ");
    print_range(out, &report->budget_left);
    buffer_text(out, report->budget_left.high < 0 ? " is left: it is overspent." : " is left.");
    if (burn != NULL)
        buffer_print(out, " It burns %.1f times as fast as allowed.", burn->longer_rate);
}

static void write_range(struct json_writer *writer, const char *key,
                        const struct objective_range *range)
{
    json_open_object(writer, key);
    json_add_real(writer, "low", range->low * 100);
    json_add_real(writer, "high", range->high * 100);
    json_close_object(writer);
}

static void write_counts(struct json_writer *writer, const struct objective_counts *counts)
{
    json_open_object(writer, "slots");
    json_add_integer(writer, "good", (int64_t)counts->good);
    json_add_integer(writer, "slow", (int64_t)counts->slow);
    json_add_integer(writer, "failed", (int64_t)counts->failed);
    json_add_integer(writer, "unknown", (int64_t)counts->unknown);
    json_add_integer(writer, "excluded", (int64_t)counts->excluded);
    json_close_object(writer);
}

static void write_burns(struct json_writer *writer, const struct objective_report *report)
{
    json_open_array(writer, "burns");
    for (size_t i = 0; i < OBJECTIVE_BURN_COUNT; i++) {
        const struct objective_burn *burn = &report->burns[i];
        if (burn->limit <= 0)
            continue;
        json_open_object(writer, NULL);
        json_add_word(writer, "severity", burn->severity);
        json_add_integer(writer, "longer_s", burn->longer / DURATION_SECOND);
        json_add_integer(writer, "shorter_s", burn->shorter / DURATION_SECOND);
        json_add_real(writer, "limit", burn->limit);
        json_add_real(writer, "longer_rate", burn->longer_rate);
        json_add_real(writer, "shorter_rate", burn->shorter_rate);
        json_add_flag(writer, "burning", burn->burning);
        json_close_object(writer);
    }
    json_close_array(writer);
}

void objective_write(const struct objective_report *report, struct json_writer *writer,
                     const char *key)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    objective_say(report, &text);
    json_open_object(writer, key);
    json_add_text(writer, "journey", report->journey);
    json_add_text(writer, "text", text.data);
    json_add_real(writer, "target", report->target * 100);
    if (report->within > 0)
        json_add_milliseconds(writer, "within_ms", report->within);
    json_add_integer(writer, "over_s", report->over / DURATION_SECOND);
    json_add_wall(writer, "since", report->since);
    write_counts(writer, &report->counts);
    write_range(writer, "success", &report->success);
    write_range(writer, "availability", &report->availability);
    write_range(writer, "budget_left", &report->budget_left);
    write_burns(writer, report);
    json_close_object(writer);
    buffer_free(&text);
}
