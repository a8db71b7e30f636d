/* SPDX-License-Identifier: MIT */
/*
 * `shopwatch run`: replays files now, then judges them together (what passes in one clears suspects
 * of another) and reports each. `shopwatch settle`: puts right what earlier runs have left behind
 * and could not clean up, by the ledger beside each file. The work is in replay*.c.
 */
#include "monitor/replay.h"

static int replay_files(struct replay *replay, int argc, char **argv)
{
    int first, result = replay_read_options(replay, argc, argv, &first);
    if (result == EXIT_PASSED) {
        enum result loaded = replay_load(replay, argv + first, argc - first);
        cli_print_mistakes(&replay->mistakes);
        result = loaded == RESULT_OK ? replay_check_options(replay) : EXIT_INVALID;
    }
    if (result == EXIT_PASSED)
        result = replay_run(replay);
    replay_free(replay);
    return result;
}

int command_run(int argc, char **argv)
{
    struct replay replay = {
        .command = "run", .mistakes = {.arena = arena_create()}, .repeat = 1, .parallel = 1};
    return replay_files(&replay, argc, argv);
}

int command_settle(int argc, char **argv)
{
    struct replay replay = {.command = "settle",
                            .settles = true,
                            .mistakes = {.arena = arena_create()},
                            .repeat = 1,
                            .parallel = 1};
    return replay_files(&replay, argc, argv);
}
