/* SPDX-License-Identifier: MIT */
/*
 * Several processes that serve one address, as many shops' do: they share the queue of visitors who
 * wait to be let in, and one that waits for its database serves nobody. When all of them wait the
 * queue fills, and then nobody can even connect.
 */
#ifndef SHOP_WORKERS_H
#define SHOP_WORKERS_H

#include "examples/shop/server.h"

#include <stddef.h>

enum { WORKERS_MAX = 64 };

enum workers_end {
    WORKERS_WORK,  /* this process is one of them: go on */
    WORKERS_ENDED, /* this one kept them alive until it was told to end; they have ended */
};

/* Call when the server listens, and before anything else is opened. One that dies is started
 * again. */
enum workers_end workers_become(struct server *server, size_t count);

#endif
