/* SPDX-License-Identifier: MIT */
/* A ledger's file, for ledger*.c alone. */
#ifndef DAEMON_LEDGER_PRIVATE_H
#define DAEMON_LEDGER_PRIVATE_H

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"
#include "monitor/daemon/ledger.h"

struct ledger {
    char *path, *new_path;
    unsigned most;
    struct journey_ledger journey;
};

/* The file, open and locked, and what stands in it. */
struct ledger_book {
    int descriptor;
    struct buffer text;
    struct map *open; /* lines by run and thing (heap); NULL where one is struck off */
};

MUST_CHECK enum result ledger_book_open(const struct ledger *ledger, struct ledger_book *book,
                                        struct error *error);
void ledger_book_close(struct ledger_book *book);

#endif
