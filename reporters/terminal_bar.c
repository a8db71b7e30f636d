/* SPDX-License-Identifier: MIT */
/*
 * The waterfall in characters. A cell shows the phase that fills most of it; the cell in which the
 * wait ends is filled by eighths. Every phase has a glyph of its own, colours only add to it.
 */
#include "reporters/terminal_text.h"

#include <string.h>

enum { CELLS_MAX = TERMINAL_WIDTH_MAX };
#define SLIVER 0.125 /* of a cell: less is not drawn, unless it is all there is */

static const struct {
    const char *letter, *glyph;
    enum paint paint;
} looks[PHASE_COUNT] = {
    [PHASE_BLOCKED] = {"b", "·", PAINT_DIM},    [PHASE_DNS] = {"d", "░", PAINT_MAGENTA},
    [PHASE_CONNECT] = {"c", "▒", PAINT_YELLOW}, [PHASE_TLS] = {"t", "▓", PAINT_BLUE},
    [PHASE_SEND] = {"s", "▔", PAINT_CYAN},      [PHASE_WAIT] = {"w", "█", PAINT_GREEN},
    [PHASE_RECEIVE] = {"r", "▄", PAINT_CYAN},
};
static const char *const eighths[] = {"▏", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

/* How much of a cell each phase covers, in shares of the cell. */
struct cell {
    double share[PHASE_COUNT];
    double filled;
};

/* Lays one phase over the cells from `from` to `to`, both counted in cells. */
static void cover(struct cell *cells, size_t width, enum phase phase, double from, double to)
{
    for (size_t n = (size_t)from; n < width && (double)n < to; n++) {
        double left = from > (double)n ? from : (double)n;
        double right = to < (double)n + 1 ? to : (double)n + 1;
        cells[n].share[phase] += right - left;
        cells[n].filled += right - left;
    }
}

static void cover_exchange(struct cell *cells, size_t width, const struct run_span *scale,
                           const struct exchange *exchange)
{
    double cell = (double)scale->length / (double)width; /* microseconds */
    double at = (double)(exchange->started.us - scale->start.us);
    for (int i = 0; i < PHASE_COUNT; i++) {
        if (exchange->phases[i] == PHASE_ABSENT)
            continue;
        double end = at + (double)exchange->phases[i];
        /* The last character is inside the drawing also when rounding says otherwise. */
        double from = at / cell < (double)width - 0.05 ? at / cell : (double)width - 0.05;
        cover(cells, width, (enum phase)i, from < 0 ? 0 : from, end / cell);
        at = end;
    }
}

static enum phase widest(const struct cell *cell)
{
    int best = PHASE_WAIT;
    for (int i = 0; i < PHASE_COUNT; i++)
        if (cell->share[i] > cell->share[best])
            best = i;
    return (enum phase)best;
}

/* Whether the step failed in this phase: then it is red, whichever phase it is. */
static bool is_culprit(const struct run_step *step, enum phase phase)
{
    for (size_t i = 0; i < step->exchange_count; i++)
        if (step->exchanges[i].symptom != SYMPTOM_NONE && step->exchanges[i].failed_phase == phase)
            return true;
    return false;
}

/* Returns the phase that it shows. */
static enum phase write_cell(const struct terminal *terminal, const struct run_step *step,
                             const struct cell *cell, bool last, struct buffer *out)
{
    enum phase phase = widest(cell);
    enum paint paint = is_culprit(step, phase) ? PAINT_RED : looks[phase].paint;
    const char *glyph = looks[phase].glyph;
    if (phase == PHASE_WAIT && last && cell->filled < 1)
        glyph = eighths[(size_t)(cell->filled * 8)];
    terminal_paint(terminal, paint, out);
    buffer_text(out, terminal->unicode ? glyph : looks[phase].letter);
    terminal_unpaint(terminal, paint, out);
    return phase;
}

unsigned terminal_bar(const struct terminal *terminal, const struct run_span *scale,
                      const struct run_step *step, size_t width, struct buffer *out)
{
    struct cell cells[CELLS_MAX] = {0};
    size_t used = 0;
    unsigned phases = 0;
    width = width < CELLS_MAX ? width : CELLS_MAX;
    for (size_t i = 0; i < step->exchange_count; i++)
        cover_exchange(cells, width, scale, &step->exchanges[i]);
    for (size_t n = 0; n < width; n++)
        used = cells[n].filled > (used == 0 ? 0 : SLIVER) ? n + 1 : used;
    for (size_t n = 0; n < used; n++)
        if (cells[n].filled > 0)
            phases |= 1U << write_cell(terminal, step, &cells[n], n + 1 == used, out);
        else
            buffer_text(out, " ");
    return phases;
}

void terminal_legend(const struct terminal *terminal, unsigned phases, struct buffer *out)
{
    const char *separator = "";
    for (int i = 0; i < PHASE_COUNT; i++) {
        if ((phases & 1U << i) == 0)
            continue;
        buffer_text(out, separator);
        terminal_paint(terminal, looks[i].paint, out);
        buffer_text(out, terminal->unicode ? looks[i].glyph : looks[i].letter);
        terminal_unpaint(terminal, looks[i].paint, out);
        buffer_print(out, " %s", phase_name((enum phase)i));
        separator = "  ";
    }
    buffer_text(out, "\n");
}
