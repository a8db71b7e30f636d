/* SPDX-License-Identifier: MIT */
/* reporters/: which route a path has, and who is let in. */
#include "tests/unit/runner.h"

#include "reporters/page_site.h"
#include "reporters/page_token.h"

#include <string.h>

static const struct {
    const char *route, *path, *name; /* name: NULL when it does not fit, "" when there is no star */
} route_cases[] = {
    {"/", "/", ""},
    {"/", "/x", NULL},
    {"/runs/*", "/runs/1", "1"},
    {"/runs/*", "/runs/", NULL},
    {"/runs/*", "/runs/1/2", NULL},
    {"/runs/*", "/run/1", NULL},
    {"/runs/*.json", "/runs/1.json", "1"},
    {"/runs/*.json", "/runs/.json", NULL},
    {"/runs/*.json", "/runs/1.jso", NULL},
    {"/runs/*.json", "/runs/a.json.json", "a.json"},
};

START_TEST(a_path_fits_a_route)
{
    struct arena *arena = arena_create();
    const char *name, *expected = route_cases[_i].name;
    ck_assert_int_eq(page_route_fits(route_cases[_i].route, route_cases[_i].path, arena, &name),
                     expected != NULL);
    if (expected != NULL && expected[0] != '\0')
        ck_assert_str_eq(name, expected);
    else
        ck_assert_ptr_null(name);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *authorization;
    bool shown;
} token_cases[] = {
    {"Bearer s3cret:x", true},
    {"bearer s3cret:x", true},
    {"Basic OnMzY3JldDp4", true},     /* :s3cret:x */
    {"Basic YW55OnMzY3JldDp4", true}, /* any:s3cret:x */
    {"Basic YW55OnMzY3JldDp4eA==", false} /* any:s3cret:xx */,
    {"Basic YW55OnMzY3JldDo=", false}, /* any:s3cret: */
    {"Basic czNjcmV0", false},         /* s3cret, without a user */
    {"Basic ", false},
    {"Basic !!!", false},
    {"Bearer s3cret:", false},
    {"Bearer s3cret:xs3cret:x", false},
    {"Bearer ", false},
    {"s3cret:x", false},
    {"", false},
    {NULL, false},
};

START_TEST(only_the_token_lets_in)
{
    ck_assert_int_eq(page_token_is_shown(token_cases[_i].authorization, "s3cret:x"),
                     token_cases[_i].shown);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("page site");
    TCase *tests = tcase_create("page site");
    tcase_add_loop_test(tests, a_path_fits_a_route, 0, COUNT_OF(route_cases));
    tcase_add_loop_test(tests, only_the_token_lets_in, 0, COUNT_OF(token_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
