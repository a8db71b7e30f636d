/* SPDX-License-Identifier: MIT */
/*
 * The waterfall of a run: an axis, and under it a line an exchange with its phases where they
 * happened. Positions are per cent of the drawing's width, so that it needs no script to fit a
 * screen; whatever a colour says is also said in words under the bar.
 */
#include "reporters/page_parts.h"

#include "reporters/words.h"

#include <stdio.h>
#include <stdlib.h>

enum { TICKS = 4, TARGET_MAX = 300 };

static double share(const struct run_span *scale, duration value)
{
    return 100.0 * (double)value / (double)scale->length;
}

static void write_axis(struct html *html, const struct run_span *scale)
{
    html_begin(html, "svg", "axis");
    html_attribute(html, "aria-hidden", "true");
    for (int i = 0; i <= TICKS; i++) {
        char text[DURATION_TEXT_MAX];
        html_begin(html, "text", NULL);
        html_attribute_print(html, "x", "%d%%", 100 * i / TICKS);
        html_attribute(html, "y", "12");
        html_attribute(html, "text-anchor", i == 0 ? "start" : i == TICKS ? "end" : "middle");
        html_text(html, i == 0 ? "0" : duration_print(scale->length * i / TICKS, text));
        html_end(html);
    }
    html_end(html);
}

static void write_grid(struct html *html)
{
    for (int i = 0; i <= TICKS; i++) {
        html_begin(html, "line", "grid");
        html_attribute_print(html, "x1", "%d%%", 100 * i / TICKS);
        html_attribute_print(html, "x2", "%d%%", 100 * i / TICKS);
        html_attribute(html, "y1", "0");
        html_attribute(html, "y2", "100%");
        html_end(html);
    }
}

static void write_bar(struct html *html, const struct run_span *scale,
                      const struct exchange *exchange)
{
    double at = share(scale, exchange->started.us - scale->start.us);
    for (int i = 0; i < PHASE_COUNT; i++) {
        char class_name[32], text[DURATION_TEXT_MAX];
        if (exchange->phases[i] == PHASE_ABSENT)
            continue;
        double width = share(scale, exchange->phases[i]);
        snprintf(class_name, sizeof class_name, "phase-%s", phase_name((enum phase)i));
        html_begin(html, "rect", class_name);
        html_attribute_print(html, "x", "%.3f%%", at);
        /* What happened is to be seen, however short it was. */
        html_attribute_print(html, "width", "%.3f%%", width < 0.25 ? 0.25 : width);
        html_attribute(html, "y", "3");
        html_attribute(html, "height", "14");
        html_begin(html, "title", NULL);
        html_print(html, "%s %s", phase_name((enum phase)i),
                   duration_print(exchange->phases[i], text));
        html_end(html);
        html_end(html);
        at += width;
    }
}

static void write_exchange(struct html *html, const struct run_span *scale,
                           const struct run_step *step, const struct exchange *exchange)
{
    struct buffer phases;
    buffer_init(&phases, TARGET_MAX);
    words_phases(exchange, &phases);
    /* What was wrong with an answer the step knows, not the exchange. */
    bool last = exchange == &step->exchanges[step->exchange_count - 1];
    bool failed = exchange->symptom != SYMPTOM_NONE || (last && step->state == STATE_FAILED);
    html_begin(html, "li", failed ? "failed" : NULL);
    html_begin(html, "p", "what");
    html_leaf(html, "b", NULL, step->name);
    if (step->cleanup)
        html_leaf(html, "span", "note", "cleanup");
    html_begin(html, "span", "target");
    html_print(html, "%s %.*s", exchange->method != NULL ? exchange->method : "", TARGET_MAX,
               exchange->url != NULL ? exchange->url : "");
    html_end(html);
    html_begin(html, "span", "result");
    if (exchange->status != 0)
        html_print(html, "%d", exchange->status);
    else
        html_text(html, "no answer");
    html_text(html, " · ");
    page_duration(html, exchange->total);
    html_end(html);
    html_end(html);
    html_begin(html, "svg", "timeline");
    html_attribute(html, "role", "img");
    html_attribute(html, "aria-label", phases.data);
    write_grid(html);
    write_bar(html, scale, exchange);
    html_end(html);
    html_leaf(html, "p", "note", phases.data);
    page_messages(html, exchange);
    html_end(html);
    buffer_free(&phases);
}

void page_phase_legend(struct html *html)
{
    html_begin(html, "ul", "legend");
    for (int i = 0; i < PHASE_COUNT; i++) {
        char class_name[32];
        snprintf(class_name, sizeof class_name, "phase-%s", phase_name((enum phase)i));
        html_begin(html, "li", NULL);
        html_begin(html, "svg", "swatch");
        html_attribute(html, "aria-hidden", "true");
        html_begin(html, "rect", class_name);
        html_attribute(html, "width", "100%");
        html_attribute(html, "height", "100%");
        html_end(html);
        html_end(html);
        html_text(html, phase_name((enum phase)i));
        html_end(html);
    }
    html_end(html);
}

void page_waterfall(struct html *html, const struct run *run)
{
    const struct run_span scale = run_span(run);
    if (scale.start.us == 0) {
        html_leaf(html, "p", "empty", "Nothing was sent.");
        return;
    }
    html_begin(html, "div", "card waterfall");
    page_phase_legend(html);
    write_axis(html, &scale);
    html_begin(html, "ol", NULL);
    for (size_t i = 0; i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].exchange_count; j++)
            write_exchange(html, &scale, &run->steps[i], &run->steps[i].exchanges[j]);
    html_end(html);
    html_end(html);
}
