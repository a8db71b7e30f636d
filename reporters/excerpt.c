/* SPDX-License-Identifier: MIT */
/* The text of a page that was cut off somewhere. See excerpt.h. */
#include "reporters/excerpt.h"

#include "reporters/text.h"
#include "scenarios/markup.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>
#include <strings.h>

enum { WORD_WIDTH_MAX = 400 };

static bool is_html(const char *text)
{
    static const char *const beginnings[] = {
        "<!doctype html", "<html", "<head", "<body", "<title", "<h1", "<p>", "<div", "<center"};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    text += strspn(text, " \t\r\n");
    for (size_t i = 0; i < COUNT_OF(beginnings); i++)
        if (strncasecmp(text, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

/* Appends the words of `text` behind what the line holds already; returns the line's new length. */
static size_t append_words(const char *text, size_t line, size_t width, struct buffer *out)
{
    for (;;) {
        char word[WORD_WIDTH_MAX + 1];
        text += strspn(text, " \t\r\n\f");
        size_t bytes = strcspn(text, " \t\r\n\f");
        if (bytes == 0)
            return line;
        size_t kept = bytes < WORD_WIDTH_MAX ? bytes : WORD_WIDTH_MAX;
        memcpy(word, text, kept);
        word[kept] = '\0';
        size_t length = text_length(word);
        if (line > 0 && line + 1 + length > width) {
            buffer_text(out, "\n");
            line = 0;
        }
        buffer_print(out, "%s%s", line > 0 ? " " : "", word);
        line += length + (line > 0);
        text += bytes;
    }
}

/* What `xpath` selects, on lines of their own. */
static void say(const struct markup *markup, const char *xpath, size_t width, struct buffer *out)
{
    json_t *value = NULL;
    struct error error = {0};
    size_t line = 0;
    if (markup_select(markup, xpath, &value, &error) != RESULT_OK)
        return;
    if (out->length > 0)
        buffer_text(out, "\n");
    size_t before = out->length;
    if (json_is_string(value))
        append_words(json_string_value(value), line, width, out);
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        const json_t *text = json_object_get(json_array_get(value, i), "text");
        line = append_words(json_string_value(text), line, width, out);
    }
    if (out->length == before && before > 0)
        out->data[--out->length] = '\0'; /* nothing was said: no empty line */
    json_decref(value);
}

bool excerpt_say(const char *excerpt, size_t width, struct buffer *out)
{
    /* The heading where it says more than the title; the text without what is on every page. */
    static const char *const parts[] = {
        "normalize-space(//title)",
        "normalize-space(//h1[normalize-space() != normalize-space(//title)])",
        "//body//text()[not(ancestor::h1 or ancestor::script or ancestor::style or ancestor::nav "
        "or ancestor::header or ancestor::footer) and (ancestor::main or not(//main))]",
    };
    if (!is_html(excerpt))
        return false;
    struct markup *markup = markup_parse(excerpt, strlen(excerpt), NULL);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        say(markup, parts[i], width, out);
    markup_free(markup);
    return out->length > 0;
}
