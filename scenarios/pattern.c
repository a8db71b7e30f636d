/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions: PCRE2's interpreter under limits. PCRE2 counts its match limit anew at every
 * place where a match could start, so by itself it would still let a body of megabytes run for
 * hours: automatic callouts count the work of the whole search. Its JIT knows no heap limit and has
 * a small stack of its own, so it stays off.
 */
#include "scenarios/pattern.h"

#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"
#include "scenarios/pattern_iregexp.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATTERN_MATCH_LIMIT = 5 * 1000 * 1000,
    PATTERN_DEPTH_LIMIT = 250 * 1000,
    PATTERN_HEAP_LIMIT_KIB = 64 * 1024,
    PATTERN_MESSAGE_MAX = 256,
};

/* The same pattern for any bytes: there PCRE2 looks for what is no UTF-8 byte by byte, which takes
 * longer than most searches. Few answers need it, so it is compiled when the first one does. */
struct pattern_any {
    pcre2_code *code;
    char text[];
};

struct pattern {
    pcre2_code *code;        /* for valid UTF-8 */
    struct pattern_any *any; /* NULL where none but UTF-8 comes */
    uint32_t groups;
};

static void *pattern_arena_allocate(size_t size, void *arena)
{
    return arena_allocate(arena, size, 1);
}

static void pattern_arena_keep(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

/* With an arena, the code that PCRE2 compiles lives there. */
static pcre2_compile_context *pattern_compile_context(struct arena *arena)
{
    pcre2_general_context *general = NULL;
    if (arena != NULL)
        general = pcre2_general_context_create(pattern_arena_allocate, pattern_arena_keep, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    pcre2_general_context_free(general);
    if (context == NULL)
        abort();
    pcre2_set_max_pattern_length(context, PATTERN_LENGTH_MAX);
    return context;
}

static pcre2_code *pattern_code(pcre2_compile_context *context, const char *text, size_t length,
                                uint32_t options, struct error *error, size_t *ret_offset)
{
    int number;
    size_t offset;
    options |= PCRE2_UTF | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, length, options, &number, &offset, context);
    if (code != NULL)
        return code;
    PCRE2_UCHAR message[PATTERN_MESSAGE_MAX];
    pcre2_get_error_message(number, message, sizeof message);
    error_set(error, RESULT_INVALID, "%s", (const char *)message);
    if (ret_offset != NULL)
        *ret_offset = offset <= length ? offset : length;
    return NULL;
}

static pcre2_code *pattern_compile_for(const char *text, uint32_t options, struct error *error,
                                       size_t *ret_offset)
{
    pcre2_compile_context *context = pattern_compile_context(NULL);
    pcre2_code *code =
        pattern_code(context, text, strlen(text), PCRE2_UCP | options, error, ret_offset);
    pcre2_compile_context_free(context);
    return code;
}

struct pattern *pattern_compile(const char *text, struct error *error, size_t *ret_offset)
{
    pcre2_code *code = pattern_compile_for(text, 0, error, ret_offset);
    if (code == NULL)
        return NULL;
    struct pattern *pattern = memory_allocate(1, sizeof *pattern);
    size_t size = strlen(text) + 1;
    pattern->code = code;
    pattern->any = memory_allocate(1, sizeof *pattern->any + size);
    memcpy(pattern->any->text, text, size);
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &pattern->groups);
    return pattern;
}

struct pattern *pattern_compile_iregexp(struct arena *arena, const char *text, size_t length,
                                        bool anchored)
{
    if (!pattern_iregexp_is_valid(text, length))
        return NULL;
    uint32_t options = PCRE2_NO_AUTO_CAPTURE | PCRE2_DOLLAR_ENDONLY;
    if (anchored)
        options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    pcre2_compile_context *context = pattern_compile_context(arena);
    /* RFC 9485 section 5.3: `.` is neither \r nor \n. */
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_code *code = pattern_code(context, text, length, options, NULL, NULL);
    pcre2_compile_context_free(context);
    if (code == NULL)
        return NULL;
    struct pattern *pattern = arena != NULL ? arena_allocate(arena, 1, sizeof *pattern)
                                            : memory_allocate(1, sizeof *pattern);
    pattern->code = code;
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    pcre2_code_free(pattern->code);
    if (pattern->any != NULL)
        pcre2_code_free(pattern->any->code);
    free(pattern->any);
    free(pattern);
}

/* What a search has cost so far: one a step, and one a character that the step went forward. */
struct effort {
    uint64_t work_left;
    size_t position;
};

static int pattern_count_work(pcre2_callout_block *block, void *data)
{
    struct effort *effort = data;
    uint64_t work = 1;
    if (block->current_position > effort->position)
        work += block->current_position - effort->position;
    effort->position = block->current_position;
    if (work > effort->work_left)
        return PCRE2_ERROR_CALLOUT;
    effort->work_left -= work;
    return 0;
}

static pcre2_match_context *pattern_match_context(struct effort *effort)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL)
        abort();
    pcre2_set_match_limit(context, PATTERN_MATCH_LIMIT);
    pcre2_set_depth_limit(context, PATTERN_DEPTH_LIMIT);
    pcre2_set_heap_limit(context, PATTERN_HEAP_LIMIT_KIB);
    pcre2_set_callout(context, pattern_count_work, effort);
    return context;
}

/* What a subject is to be searched by; NULL: there is no memory for it. */
static const pcre2_code *pattern_code_for(const struct pattern *pattern, bool is_valid)
{
    struct pattern_any *any = pattern->any;
    if (is_valid)
        return pattern->code;
    if (any->code == NULL)
        any->code = pattern_compile_for(any->text, PCRE2_MATCH_INVALID_UTF, NULL, NULL);
    return any->code;
}

/* Finds into `data`. */
static enum result pattern_run(const struct pattern *pattern, const char *subject, size_t length,
                               pcre2_match_data *data, struct effort *effort)
{
    bool valid = pattern->any == NULL || utf8_valid(subject, length) == length;
    const pcre2_code *code = pattern_code_for(pattern, valid);
    if (code == NULL)
        return RESULT_LIMIT;
    pcre2_match_context *context = pattern_match_context(effort);
    int found = pcre2_match(code, (PCRE2_SPTR)subject, length, 0, valid ? PCRE2_NO_UTF_CHECK : 0,
                            data, context);
    pcre2_match_context_free(context);
    if (found == PCRE2_ERROR_NOMATCH)
        return RESULT_NOT_FOUND;
    return found < 0 ? RESULT_LIMIT : RESULT_OK;
}

enum result pattern_find(const struct pattern *pattern, const char *subject, size_t length,
                         size_t *ret_start, size_t *ret_end)
{
    struct effort effort = {.work_left = PATTERN_WORK_MAX};
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    enum result result = pattern_run(pattern, subject, length, data, &effort);
    if (result == RESULT_OK) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
        if (pattern->groups > 0 && ends[2] != PCRE2_UNSET)
            ends += 2;
        if (ret_start != NULL)
            *ret_start = ends[0];
        if (ret_end != NULL)
            *ret_end = ends[1];
    }
    pcre2_match_data_free(data);
    return result;
}

enum result pattern_matches(const struct pattern *pattern, const char *subject, size_t length,
                            uint64_t *work_left)
{
    struct effort effort = {.work_left = *work_left};
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    enum result result = pattern_run(pattern, subject, length, data, &effort);
    pcre2_match_data_free(data);
    *work_left = effort.work_left;
    return result;
}
