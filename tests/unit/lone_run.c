/* SPDX-License-Identifier: MIT */
/* See lone_run.h. */
#include "tests/unit/lone_run.h"

#include <string.h>

void lone_run_open(struct lone_run *lone, const char *needs)
{
    *lone = (struct lone_run){
        .history = history_create(),
        .run = run_create("browse", "here", (struct wall_time){1}),
        .needs = {needs},
    };
    lone->step = run_add_step(lone->run, "home");
    lone->exchange = run_add_exchange(lone->run, lone->step);
    lone->step->needs = lone->needs;
    lone->step->needs_count = COUNT_OF(lone->needs);
    lone->step->state = lone->run->state = STATE_FAILED;
}

void lone_run_close(struct lone_run *lone)
{
    run_free(lone->run);
    history_free(lone->history);
}

static bool begins_with_any(const char *text, const char *const *codes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, codes[i], strlen(codes[i])) == 0)
            return true;
    return false;
}

const struct evidence *lone_run_judge(struct lone_run *lone, const struct shop *shop,
                                      const char *const *codes, size_t count)
{
    const struct evidence *found = NULL;
    history_add(lone->history, lone->run);
    diagnose_run(lone->history, shop, lone->run);
    for (size_t i = 0; i < lone->run->verdict.evidence_count; i++)
        if (begins_with_any(lone->run->verdict.evidence[i].fact, codes, count))
            found = &lone->run->verdict.evidence[i];
    return found;
}
