/* SPDX-License-Identifier: MIT */
/* The loop of mending and reading. What to mend is noted by expression_suggest.c and by those who
 * report. See expression_repair.h. */
#include "scenarios/expression_repair.h"

#include <string.h>

enum {
    REPAIRS_MAX = 8,
    REPAIRED_TEXT_MAX = 400, /* longer lines are no help */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *trimmed(struct arena *arena, const char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    return arena_duplicate_bytes(arena, text, length);
}

/* With one blank where two would meet, and none before a comma. */
static const char *joined(struct arena *arena, const char *before, const char *text,
                          const char *behind)
{
    size_t length = strlen(before);
    while (length > 0 && is_blank(before[length - 1]) &&
           (*text == '\0' || *text == ',' || is_blank(*text)))
        length--;
    bool is_cut = length < strlen(before) && *text == '\0' && !is_blank(*behind);
    bool ends_blank = *text == '\0' ? length == 0 : is_blank(text[strlen(text) - 1]);
    while (ends_blank && is_blank(*behind))
        behind++;
    return trimmed(arena, arena_print(arena, "%.*s%s%s%s", (int)length, before, is_cut ? " " : "",
                                      text, behind));
}

/* As it stands in YAML: quoted where YAML would misread it. */
static const char *written(struct arena *arena, const char *text)
{
    char *quoted = arena_allocate(arena, strlen(text) * 2 + 3, 1);
    size_t length = 0;
    if (strstr(text, ": ") == NULL && strstr(text, " #") == NULL)
        return text;
    quoted[length++] = '\'';
    for (; *text != '\0'; text++) {
        quoted[length++] = *text;
        if (*text == '\'')
            quoted[length++] = *text;
    }
    quoted[length] = '\'';
    return quoted;
}

struct repair {
    struct arena *arena;
    bool is_capture;
    int left; /* how often something may still be mended */
};

static const char *mend(struct repair *repair, const char *text, const struct expression_fix *fix);

/* `text` itself when it can be read, else mended. */
static const char *readable(struct repair *repair, const char *text)
{
    struct mistakes unheard = {.arena = repair->arena};
    struct expression_fix fix = {0};
    struct expression *expression =
        expression_read(repair->arena, text, repair->is_capture,
                        &(struct mistake_place){.file = ""}, &unheard, &fix);
    if (expression == NULL)
        return mend(repair, text, &fix);
    expression_free(expression);
    return written(repair->arena, text);
}

static const char *mend(struct repair *repair, const char *text, const struct expression_fix *fix)
{
    size_t length = strlen(text);
    if (fix->text == NULL || repair->left-- == 0 || length > REPAIRED_TEXT_MAX ||
        fix->start > fix->end || fix->end > length)
        return NULL;
    const char *before = arena_duplicate_bytes(repair->arena, text, fix->start);
    const char *behind = text + fix->end;
    if (!fix->splits)
        return readable(repair, joined(repair->arena, before, fix->text, behind));
    const char *one = readable(repair, trimmed(repair->arena, before));
    const char *other = one == NULL ? NULL : readable(repair, trimmed(repair->arena, behind));
    return other == NULL ? NULL : arena_print(repair->arena, "%s\n- %s", one, other);
}

const char *expression_repaired(struct arena *arena, const char *text, bool is_capture,
                                const struct expression_fix *fix)
{
    struct arena *own = arena_create();
    struct repair repair = {own, is_capture, REPAIRS_MAX};
    const char *mended = mend(&repair, text, fix);
    mended = mended == NULL                 ? NULL
             : strchr(mended, '\n') == NULL ? arena_duplicate(arena, mended)
                                            : arena_print(arena, "\n- %s", mended);
    arena_free(own);
    return mended;
}
