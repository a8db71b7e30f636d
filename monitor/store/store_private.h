/* SPDX-License-Identifier: MIT */
/* The store's front, as its own files see it. Private to store/. */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "monitor/base/worker.h"
#include "monitor/store/store_backend.h"

/* `backend` and `connection` do not change, so both threads may read them. */
struct store {
    const struct store_backend *backend;
    void *connection; /* the worker's, from worker_start to worker_stop */
    struct worker *worker;
    char *aside;    /* where something damaged was put, the latest; the loop's thread alone */
    size_t appends; /* not yet delivered; the loop's thread alone */
};

#endif
