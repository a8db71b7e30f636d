/* SPDX-License-Identifier: MIT */
/*
 * Whether a process is still there, by a mark that no later one has: its number, and when it
 * started; and what one is and does. Of this machine's processes, since it was started; by /proc.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>

enum { PROCESS_MARK_MAX = 48, PROCESS_NAME_MAX = 32 };

struct process {
    char name[PROCESS_NAME_MAX]; /* of its program, printable; cut off by the kernel, at 15 or so */
    bool is_stopped;             /* by a signal or a debugger: it does nothing until it is let go */
    bool may_serve; /* it has a socket, or what it has may not be looked at from here */
};

/* This process's; returns `text`. Where there is no /proc it is "", which is never alive. */
const char *process_mark(char text[PROCESS_MARK_MAX]);

/* One that has ended is not, whether its parent has looked after it yet or not. */
bool process_is_alive(const char *mark);

/* What the one with that number is and does now; false: none is seen from here. */
bool process_look(long number, struct process *ret_process);

#endif
