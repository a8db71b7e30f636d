/* SPDX-License-Identifier: MIT */
/* Reading TZif files, and looking instants up in them. See zone.h. */
#include "monitor/base/zone.h"

#include "monitor/base/memory.h"
#include "monitor/base/zone_rule.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MAX = 64 * 1024,
    NAMES_FILE_MAX = 256 * 1024,
    HEADER_SIZE = 44,
    TYPES_MAX = 256,
    OFFSET_MAX = 26 * 60 * 60,
};

struct zone {
    const char *name;
    /* When clocks were set, in seconds since 1970, and how far they are ahead from then on. */
    const int64_t *times, *offsets;
    size_t count;
    int64_t before; /* of the time before the first */
    bool has_rule;  /* for the time after the last */
    struct zone_rule rule;
};

static const struct zone utc = {.name = "UTC"};

const struct zone *zone_utc(void)
{
    return &utc;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

static uint64_t big_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* A header of the file, and how long the data behind it is; `width`: of a time. */
struct block {
    size_t times, types, characters, leaps, standards, universals, length;
};

static bool read_header(const unsigned char *bytes, size_t length, size_t width,
                        struct block *ret_block)
{
    if (length < HEADER_SIZE || memcmp(bytes, "TZif", 4) != 0 || bytes[4] < '2')
        return false;
    const unsigned char *counts = bytes + 20;
    struct block block = {
        .universals = big_endian(counts, 4),
        .standards = big_endian(counts + 4, 4),
        .leaps = big_endian(counts + 8, 4),
        .times = big_endian(counts + 12, 4),
        .types = big_endian(counts + 16, 4),
        .characters = big_endian(counts + 20, 4),
    };
    size_t counted[] = {block.universals, block.standards, block.leaps,
                        block.times,      block.types,     block.characters};
    for (size_t i = 0; i < COUNT_OF(counted); i++)
        if (counted[i] > length)
            return false;
    block.length = block.times * (width + 1) + block.types * 6 + block.characters +
                   block.leaps * (width + 4) + block.standards + block.universals;
    *ret_block = block;
    return block.length <= length - HEADER_SIZE;
}

/* The rule between the two line feeds at the end; an empty one says nothing of the future. */
static bool read_rule(struct arena *arena, struct zone *zone, const unsigned char *bytes,
                      size_t length)
{
    if (length < 2 || bytes[0] != '\n' || bytes[length - 1] != '\n')
        return false;
    const char *text = arena_duplicate_bytes(arena, (const char *)bytes + 1, length - 2);
    zone->has_rule = text[0] != '\0';
    return !zone->has_rule || zone_rule_parse(text, &zone->rule) == RESULT_OK;
}

/* Times, then the type of each, then what the types are. */
static bool read_times(struct arena *arena, struct zone *zone, const unsigned char *bytes,
                       const struct block *block)
{
    int64_t *times = arena_allocate(arena, block->times + 1, sizeof *times);
    int64_t *offsets = arena_allocate(arena, block->times + 1, sizeof *offsets);
    const unsigned char *chosen = bytes + block->times * 8;
    const unsigned char *types = chosen + block->times;
    if (block->types == 0 || block->types > TYPES_MAX || block->leaps > 0)
        return false;
    for (size_t i = 0; i < block->types; i++) {
        int64_t offset = (int32_t)(uint32_t)big_endian(types + 6 * i, 4);
        if (offset < -OFFSET_MAX || offset > OFFSET_MAX)
            return false;
    }
    for (size_t i = 0; i < block->times; i++) {
        times[i] = (int64_t)big_endian(bytes + 8 * i, 8);
        if (chosen[i] >= block->types || (i > 0 && times[i] <= times[i - 1]))
            return false;
        offsets[i] = (int32_t)(uint32_t)big_endian(types + (size_t)6 * chosen[i], 4);
    }
    zone->before = (int32_t)(uint32_t)big_endian(types, 4);
    zone->times = times;
    zone->offsets = offsets;
    zone->count = block->times;
    return true;
}

/* The first block is for programs that know 32 bits only. */
static bool read_blocks(struct arena *arena, struct zone *zone, const unsigned char *bytes,
                        size_t length)
{
    struct block block;
    if (!read_header(bytes, length, 4, &block))
        return false;
    bytes += HEADER_SIZE + block.length;
    length -= HEADER_SIZE + block.length;
    if (!read_header(bytes, length, 8, &block) ||
        !read_times(arena, zone, bytes + HEADER_SIZE, &block))
        return false;
    return read_rule(arena, zone, bytes + HEADER_SIZE + block.length,
                     length - HEADER_SIZE - block.length);
}

static ssize_t read_file(const char *path, void *bytes, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;
    struct stat facts;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return -1;
    if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
        got = -1;
    while (got > 0 && length < size) {
        got = read(descriptor, (char *)bytes + length, size - length);
        length += got > 0 ? (size_t)got : 0;
    }
    close(descriptor);
    return got < 0 ? -1 : (ssize_t)length;
}

/* Letters, digits, `_`, `+` and `-`, and between them `/`: no way out of the directory. */
static bool is_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return name[0] != '\0' && name[0] != '/' && name[strspn(name, allowed)] == '\0' &&
           strstr(name, "//") == NULL && name[strlen(name) - 1] != '/';
}

static enum result read_zone(struct arena *arena, struct zone *zone, unsigned char *bytes)
{
    ssize_t length = -1;
    if (is_name(zone->name))
        length = read_file(arena_print(arena, ZONE_DIRECTORY "/%s", zone->name), bytes, FILE_MAX);
    if (length < 0)
        return access(ZONE_DIRECTORY, R_OK) != 0 ? RESULT_IO : RESULT_NOT_FOUND;
    if (read_blocks(arena, zone, bytes, (size_t)length))
        return RESULT_OK;
    /* Tables of text stand there, too. */
    return length >= 4 && memcmp(bytes, "TZif", 4) == 0 ? RESULT_INVALID : RESULT_NOT_FOUND;
}

enum result zone_read(struct arena *arena, const char *name, const struct zone **ret_zone)
{
    if (strcmp(name, utc.name) == 0) {
        *ret_zone = &utc;
        return RESULT_OK;
    }
    struct zone *zone = arena_allocate(arena, 1, sizeof *zone);
    unsigned char *bytes = memory_allocate(FILE_MAX, 1);
    zone->name = arena_duplicate(arena, name);
    enum result result = read_zone(arena, zone, bytes);
    free(bytes);
    if (result == RESULT_OK)
        *ret_zone = zone;
    return result;
}

/* --- looking up ---------------------------------------------------------------------------- */

static int64_t offset_at(const struct zone *zone, int64_t time)
{
    size_t low = 0, high = zone->count; /* how many were set at or before `time` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->count && zone->has_rule)
        return zone_rule_offset(&zone->rule, time);
    return low > 0 ? zone->offsets[low - 1] : zone->before;
}

static int64_t whole_seconds(int64_t us)
{
    return us / DURATION_SECOND - (us % DURATION_SECOND < 0);
}

duration zone_offset(const struct zone *zone, struct wall_time time)
{
    return offset_at(zone, whole_seconds(time.us)) * DURATION_SECOND;
}

/* The first second between the two at which clocks are as far ahead as at the later one. */
static int64_t change_between(const struct zone *zone, int64_t before, int64_t after)
{
    int64_t offset = offset_at(zone, after);
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (offset_at(zone, middle) == offset)
            after = middle;
        else
            before = middle;
    }
    return after;
}

struct zone_moments zone_moments(const struct zone *zone, duration local)
{
    /* Clocks are nowhere a day from UTC, and nowhere set twice within two days. */
    int64_t seconds = whole_seconds(local);
    duration fraction = local - seconds * DURATION_SECOND;
    int64_t early = seconds - offset_at(zone, seconds - OFFSET_MAX);
    int64_t late = seconds - offset_at(zone, seconds + OFFSET_MAX);
    bool early_is = early + offset_at(zone, early) == seconds;
    bool late_is = late + offset_at(zone, late) == seconds;
    struct zone_moments moments = {.count = (unsigned)early_is + (late_is && late != early)};
    if (moments.count == 0) {
        /* Set forward, they are further ahead, so that the same time by them is earlier. */
        moments.first.us = change_between(zone, late, early) * DURATION_SECOND;
        return moments;
    }
    moments.first.us = (early_is ? early : late) * DURATION_SECOND + fraction;
    moments.second.us = late * DURATION_SECOND + fraction;
    return moments;
}

/* --- names --------------------------------------------------------------------------------- */

/* The third column of a table of the database: places and their zones. */
static const char *third_column(struct arena *arena, const char *line, size_t length)
{
    const char *end = line + length;
    for (int i = 0; i < 2; i++) {
        line = memchr(line, '\t', (size_t)(end - line));
        if (line++ == NULL)
            return NULL;
    }
    const char *tab = memchr(line, '\t', (size_t)(end - line));
    return arena_duplicate_bytes(arena, line, (size_t)((tab != NULL ? tab : end) - line));
}

const char *zone_nearest(struct arena *arena, const char *name,
                         const char *(*nearest)(const char *name, const char *const *names,
                                                size_t count))
{
    char *text = memory_allocate(NAMES_FILE_MAX + 1, 1);
    const char **names = NULL, *found = NULL;
    size_t count = 0, length;
    if (read_file(ZONE_DIRECTORY "/zone.tab", text, NAMES_FILE_MAX) < 0)
        text[0] = '\0';
    for (char *line = text; *line != '\0' && found == NULL; line += length + (line[length] != 0)) {
        length = strcspn(line, "\n");
        const char *zone = *line == '#' ? NULL : third_column(arena, line, length);
        const char *city = zone != NULL ? strrchr(zone, '/') : NULL;
        if (city == NULL)
            continue;
        if (strcasecmp(city + 1, name) == 0 || strcasecmp(zone, name) == 0)
            found = zone;
        arena_grow(arena, names, count);
        names[count++] = zone;
    }
    free(text);
    return found == NULL && count > 0 ? nearest(name, names, count) : found;
}
