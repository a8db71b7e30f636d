/* SPDX-License-Identifier: MIT */
/* What still works: who is on call looks at what fails, and asks next what does not. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"

enum { NAMES_MAX = 8, NAMES_TOLD = 5, WORDS_MAX = 1000 };

/* Names of steps, each once: the first few do. */
struct works {
    const char *names[NAMES_MAX];
    size_t count;
};

/* The names of what fails anywhere, which does not just work: looked up, for there may be hundreds,
 * and thousands of steps that pass. */
static struct map *find_failing(const struct facts_view *view)
{
    struct map *failing = map_create(NULL);
    map_put(failing, view->failure->name, NULL);
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct run_step *failure = history_failure(history_at(view->history, e));
        if (failure != NULL)
            map_put(failing, failure->name, NULL);
    }
    return failing;
}

static void find_passing(const struct facts_view *view, struct works *works)
{
    struct map *failing = find_failing(view);
    for (size_t i = 0; i < view->seen_count && works->count < NAMES_MAX; i++) {
        const char *name = view->seen[i]->name;
        if (run_step_passed(view->seen[i]) &&
            !facts_name_is_among(works->names, works->count, name) && !map_has(failing, name))
            works->names[works->count++] = name;
    }
    map_free(failing);
}

const char *facts_what_works(const struct facts_view *view, struct arena *arena)
{
    struct works works = {0};
    struct buffer text;
    find_passing(view, &works);
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
