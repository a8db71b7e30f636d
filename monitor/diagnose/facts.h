/* SPDX-License-Identifier: MIT */
/* Gathering facts about a failed run from its exchanges and from what else was seen. Private to
 * diagnose/. */
#ifndef DIAGNOSE_FACTS_H
#define DIAGNOSE_FACTS_H

#include "monitor/diagnose/history.h"
#include "monitor/diagnose/weights.h"

enum fact_name {
#define X(name, group, code, n, a, d, t, m, c, text) FACT_##name,
    FACT_TABLE(X)
#undef X
};

struct fact {
    enum fact_name name;
    const char *about; /* for the {} in its text; may be NULL */
};

enum { FACTS_MAX = 32 };

/* Everything that the rules look at. */
struct facts {
    struct fact items[FACTS_MAX];
    size_t count;
    const struct run_step *failure;
    const char *suspects[32]; /* components of the failing step that nothing has cleared, the
                                 likeliest first */
    size_t suspect_count;
};

void facts_add(struct facts *facts, enum fact_name name, const char *about);
bool facts_have(const struct facts *facts, enum fact_name name);

/* facts_probe.c: of what probes found beside the run. `at_onset`: it is the first that fails. */
void facts_of_probes(struct facts *facts, const struct shop *shop, const struct run *run,
                     bool needs_database, bool at_onset);

/* `run` must be in the history. */
void facts_gather(const struct history *history, const struct shop *shop, struct run *run,
                  struct facts *ret_facts);

#endif
