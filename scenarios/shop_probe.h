/* SPDX-License-Identifier: MIT */
/* Whether the probes of a shop file can be meant so. Private to scenarios/. */
#ifndef SCENARIOS_SHOP_PROBE_H
#define SCENARIOS_SHOP_PROBE_H

struct loader;
struct shop;

void shop_check_probes(struct loader *loader, const struct shop *shop);

#endif
