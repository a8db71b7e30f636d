/* SPDX-License-Identifier: MIT */
/* How the shop does in a few words, as a picture for other pages. See public.h. */
#include "reporters/public.h"

#include "reporters/html.h"

#include <string.h>

/* A letter's width of the font, more or less; `textLength` makes it so. */
enum { LETTER = 7, MARGIN = 8, HEIGHT = 20, BASELINE = 14, NAME_MAX_LETTERS = 40 };

static const struct {
    const char *words, *colour;
} looks[] = {
    [STATE_PASSED] = {"works", "#18794a"},        [STATE_DEGRADED] = {"in part", "#8f5b00"},
    [STATE_FAILED] = {"failing", "#b8242b"},      [STATE_UNKNOWN] = {"not known", "#5a6675"},
    [STATE_SKIPPED] = {"maintenance", "#5a6675"},
};

static void write_box(struct html *html, size_t from, size_t width, const char *colour)
{
    html_begin(html, "path", NULL);
    html_attribute_print(html, "d", "M%zu 0h%zuv%dh-%zuz", from, width, HEIGHT, width);
    html_attribute(html, "fill", colour);
    html_end(html);
}

static void write_words(struct html *html, size_t from, const char *words, size_t width)
{
    html_begin(html, "text", NULL);
    html_attribute_print(html, "x", "%zu", from + MARGIN);
    html_attribute_print(html, "y", "%d", BASELINE);
    html_attribute_print(html, "textLength", "%zu", width - 2 * MARGIN);
    html_text(html, words);
    html_end(html);
}

static size_t letters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80;
    return count;
}

void public_badge_render(const struct public_view *view, struct buffer *out)
{
    struct public_headline headline;
    public_headline(view, &headline);
    const char *words = looks[headline.look].words;
    const char *name = letters(view->shop->name) <= NAME_MAX_LETTERS ? view->shop->name : "shop";
    size_t left = letters(name) * LETTER + 2 * MARGIN, right = strlen(words) * LETTER + 2 * MARGIN;
    struct html *html = html_open_xml(out);
    html_begin(html, "svg", NULL);
    html_attribute(html, "xmlns", "http://www.w3.org/2000/svg");
    html_attribute_print(html, "width", "%zu", left + right);
    html_attribute_print(html, "height", "%d", HEIGHT);
    html_attribute(html, "role", "img");
    html_attribute_print(html, "aria-label", "%s: %s", name, words);
    html_begin(html, "title", NULL);
    html_print(html, "%s: %s", view->shop->name, headline.sentence);
    html_end(html);
    write_box(html, 0, left, "#3a4450");
    write_box(html, left, right, looks[headline.look].colour);
    html_begin(html, "g", NULL);
    html_attribute(html, "fill", "#fff");
    html_attribute(html, "font-family", "Verdana,DejaVu Sans,Geneva,sans-serif");
    html_attribute(html, "font-size", "11");
    write_words(html, 0, name, left);
    write_words(html, left, words, right);
    html_close(html);
}
