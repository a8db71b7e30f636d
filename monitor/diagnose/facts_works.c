/* SPDX-License-Identifier: MIT */
/* What still works: who is on call looks at what fails, and asks next what does not. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include "monitor/base/buffer.h"

#include <string.h>

enum { NAMES_MAX = 8, NAMES_TOLD = 5, WORDS_MAX = 1000 };

/* Names of steps, each once: the first few do. */
struct works {
    const char *names[NAMES_MAX];
    size_t count;
};

static void find_passing(void *data, const struct run_step *step)
{
    struct works *works = data;
    if (works->count < NAMES_MAX && facts_step_passed(step) &&
        !facts_name_is_among(works->names, works->count, step->name))
        works->names[works->count++] = step->name;
}

/* What fails anywhere does not just work. */
static void leave_out_failing(void *data, const struct run_step *step)
{
    struct works *works = data;
    size_t kept = 0;
    if (facts_step_passed(step))
        return;
    for (size_t i = 0; i < works->count; i++)
        if (strcmp(works->names[i], step->name) != 0)
            works->names[kept++] = works->names[i];
    works->count = kept;
}

const char *facts_what_works(const struct facts_view *view, struct arena *arena)
{
    struct works works = {0};
    struct buffer text;
    facts_visit_steps(view, find_passing, &works);
    facts_visit_steps(view, leave_out_failing, &works);
    leave_out_failing(&works, view->failure);
    if (works.count == 0)
        return NULL;
    buffer_init(&text, WORDS_MAX);
    for (size_t i = 0; i < works.count && i < NAMES_TOLD; i++)
        buffer_print(&text, "%s“%s”", i > 0 ? ", " : "", works.names[i]);
    if (works.count > NAMES_TOLD)
        buffer_text(&text, " and more");
    const char *words = arena_duplicate(arena, text.data);
    buffer_free(&text);
    return words;
}
