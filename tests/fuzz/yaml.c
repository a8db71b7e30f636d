/* SPDX-License-Identifier: MIT */
/* Scenario files and shop files: any bytes either load or are refused with a mistake. */
#include "config.h" /* GNU extensions: memfd_create */

#include "scenarios/scenario.h"
#include "scenarios/shop.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void load(const char *name, struct mistakes *mistakes)
{
    struct shop *shop = shop_load(name, mistakes);
    struct scenario *scenario = scenario_load(name, shop, mistakes);
    if (scenario != NULL)
        scenario_lint(scenario, shop, mistakes);
    else if (mistakes->errors == 0)
        abort();
    scenario_free(scenario);
    shop_free(shop);
}

static void print(const struct mistakes *mistakes)
{
    struct buffer text;
    buffer_init(&text, 1024 * 1024);
    for (size_t i = 0; i < mistakes->count; i++)
        mistake_print(&mistakes->items[i], false, &text);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static int file = -1;
    static char name[64];
    if (file < 0) {
        file = memfd_create("scenario", MFD_CLOEXEC);
        snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    }
    if (ftruncate(file, 0) != 0 || pwrite(file, bytes, length, 0) != (ssize_t)length)
        abort();
    struct mistakes mistakes = {.arena = arena_create()};
    load(name, &mistakes);
    print(&mistakes);
    arena_free(mistakes.arena);
    return 0;
}
