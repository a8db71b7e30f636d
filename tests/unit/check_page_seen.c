/* SPDX-License-Identifier: MIT */
/* reporters/: which journeys show an incident, and from where, on every page of it. */
#include "tests/unit/runner.h"

#include "reporters/page_parts.h"

#include <string.h>

static struct vantage vantages[] = {
    {.name = "ams", .title = "Amsterdam"}, {.name = "nyc", .title = "New York"},
    {.name = "osl", .title = "Oslo"},      {.name = "rio", .title = "Rio"},
    {.name = "tyo", .title = "Tokyo"},
};

/* The n-th letter is seen from the n-th place. */
static const struct {
    size_t places; /* that the shop has */
    const char *seen, *says;
} cases[] = {
    {1, "a", "<li>A</li>"},
    {2, "a", "<li>A from Amsterdam</li>"},
    {2, "aa", "<li>A from Amsterdam and New York</li>"},
    {3, "aaa", "<li>A from everywhere</li>"},
    {4, "aaa", "<li>A from Amsterdam, New York and Oslo</li>"},
    {5, "aaaa", "<li>A from Amsterdam, New York, Oslo and 1 other</li>"},
    {5, "aaaaa", "<li>A from everywhere</li>"},
    {5, "aabaa", "<li>A from Amsterdam, New York, Rio and 1 other</li>\n<li>B from Oslo</li>"},
    {1, "abcdefghijk", "<li>J</li>\n<li>and 1 other</li>"},
    {1, "abcdefghijkl", "<li>J</li>\n<li>and 2 others</li>"},
};

static size_t show(const char *seen, char names[][2], struct incident_shower *showers)
{
    size_t count = 0;
    for (; seen[count] != '\0'; count++) {
        names[count][0] = seen[count];
        names[count][1] = '\0';
        showers[count].journey = names[count];
        showers[count].vantage = vantages[count % COUNT_OF(vantages)].name;
    }
    return count;
}

START_TEST(each_journey_is_named_once_with_its_places)
{
    const struct shop shop = {.vantages = vantages, .vantage_count = cases[_i].places};
    struct incident_shower showers[16] = {0};
    char names[16][2];
    struct buffer out;
    buffer_init(&out, 4096);
    struct html *html = html_open(&out);
    page_seen(html, &shop, showers, show(cases[_i].seen, names, showers));
    html_close(html);
    ck_assert_msg(strstr(out.data, cases[_i].says) != NULL, "%s", out.data);
    buffer_free(&out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("who shows an incident");
    TCase *seen = tcase_create("seen");
    tcase_add_loop_test(seen, each_journey_is_named_once_with_its_places, 0, COUNT_OF(cases));
    suite_add_tcase(suite, seen);
    return suite;
}
