/* SPDX-License-Identifier: MIT */
/*
 * Whether a process is still there, by a mark that no later one has: its number, and when it
 * started. Of this machine's processes, since it was started; by /proc.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>

enum { PROCESS_MARK_MAX = 48 };

/* This process's; returns `text`. Where there is no /proc it is "", which is never alive. */
const char *process_mark(char text[PROCESS_MARK_MAX]);

/* One that has ended is not, whether its parent has looked after it yet or not. */
bool process_is_alive(const char *mark);

#endif
