/* SPDX-License-Identifier: MIT */
/* The files that `shopwatch run` and `shopwatch settle` are given. See replay.h. */
#include "monitor/base/memory.h"
#include "monitor/daemon/settings.h"
#include "monitor/replay.h"

/* Without files: everything that the shop file names. */
static enum result load_all(struct replay *replay)
{
    struct settings *settings = settings_load(replay->config, &replay->mistakes);
    if (settings == NULL)
        return RESULT_INVALID;
    replay->shop = settings->shop;
    replay->scenarios = settings->scenarios;
    replay->scenario_count = settings->scenario_count;
    *settings = (struct settings){0};
    settings_free(settings);
    return RESULT_OK;
}

enum result replay_load(struct replay *replay, char *const *files, int count)
{
    if (count == 0)
        return load_all(replay);
    if (replay->config != NULL) {
        replay->shop = shop_load(replay->config, &replay->mistakes);
        if (replay->shop == NULL)
            return RESULT_INVALID;
    }
    replay->scenarios = memory_allocate((size_t)count, sizeof *replay->scenarios);
    for (int i = 0; i < count; i++) {
        struct scenario *scenario = scenario_load(files[i], replay->shop, &replay->mistakes);
        if (scenario != NULL)
            replay->scenarios[replay->scenario_count++] = scenario;
    }
    return replay->mistakes.errors > 0 ? RESULT_INVALID : RESULT_OK;
}
