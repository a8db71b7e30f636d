/* SPDX-License-Identifier: MIT */
/*
 * JSONPath: our own cases, and the public compliance suite of RFC 9535 where it lies beside the
 * sources (it is not ours to ship). Regular expressions, since JSONPath stands on them.
 */
#include "tests/unit/runner.h"

#include "monitor/base/arena.h"
#include "scenarios/jsonpath.h"
#include "scenarios/pattern.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOKS                                                                                      \
    "{'books':[{'title':'A','price':8,'tags':['x']},{'title':'B','price':12.5,'isbn':'1'},"        \
    "{'title':'C','price':8.0,'tags':[]}],'limit':10,'none':null}"

/* Documents and results are written with ' for \". `null` as a result: RESULT_LIMIT. */
static const struct {
    const char *path, *document, *result;
} select_cases[] = {
    {"$", "5", "[5]"},
    {"$", "null", "[null]"},
    {"$.books[0].title", BOOKS, "['A']"},
    {"$['books'][0]['title']", BOOKS, "['A']"},
    {"$[\"books\"][-1].title", BOOKS, "['C']"},
    {"$.books[3]", BOOKS, "[]"},
    {"$.books[-4]", BOOKS, "[]"},
    {"$.books.title", BOOKS, "[]"},
    {"$.none", BOOKS, "[null]"},
    {"$.none.deeper", BOOKS, "[]"},
    {"$.books[*].title", BOOKS, "['A','B','C']"},
    {"$.books.*.title", BOOKS, "['A','B','C']"},
    {"$..title", BOOKS, "['A','B','C']"},
    {"$..[0]", "[[1,2],[3]]", "[[1,2],1,3]"},
    {"$..*", "{'a':{'b':1},'c':2}", "[{'b':1},2,1]"},
    {"$[0,0,'a']", "[7]", "[7,7]"},
    {"$['a','b']", "{'b':1,'a':2}", "[2,1]"},
    {"$[1:3]", "[0,1,2,3]", "[1,2]"},
    {"$[-2:]", "[0,1,2,3]", "[2,3]"},
    {"$[::-1]", "[0,1,2]", "[2,1,0]"},
    {"$[5:0:-2]", "[0,1,2,3]", "[3,1]"},
    {"$[0:4:0]", "[0,1,2,3]", "[]"},
    {"$[1:3]", "{'a':1}", "[]"},
    {"$.books[?@.price < 10].title", BOOKS, "['A','C']"},
    {"$.books[?@.price == 8].title", BOOKS, "['A','C']"},
    {"$.books[?@.price<=$.limit].title", BOOKS, "['A','C']"},
    {"$.books[?@.isbn].title", BOOKS, "['B']"},
    {"$.books[?!@.isbn].title", BOOKS, "['A','C']"},
    {"$.books[?@.tags[*]].title", BOOKS, "['A']"},
    {"$.books[?@.price > 8 && @.isbn == '1'].title", BOOKS, "['B']"},
    {"$.books[?@.title == 'A' || @.title == 'C' && @.price > 100].title", BOOKS, "['A']"},
    {"$.books[?(@.title == 'A' || @.title == 'C') && @.price > 100].title", BOOKS, "[]"},
    {"$.books[?!(@.title == 'A')].title", BOOKS, "['B','C']"},
    {"$.books[?length(@.tags) == 0].title", BOOKS, "['C']"},
    {"$.books[?count(@.tags[*]) == 1].title", BOOKS, "['A']"},
    {"$.books[?value(@.tags[*]) == 'x'].title", BOOKS, "['A']"},
    {"$.books[?match(@.title, '[AB]')].title", BOOKS, "['A','B']"},
    {"$.books[?search(@.title, '[^A]')].title", BOOKS, "['B','C']"},
    {"$[?match(@, 'b')]", "['abc','b']", "['b']"},
    {"$[?search(@, 'b')]", "['abc','b','c',5]", "['abc','b']"},
    {"$[?match(@, '\\\\d')]", "['5','d']", "[]"}, /* \\d is not I-Regexp */
    {"$.v[?search(@, $.p)]", "{'p':'^a','v':['ab','ba']}", "['ab']"},
    {"$.v[?search(@, $.p)]", "{'p':'(','v':['(']}", "[]"},
    {"$.v[?match(@.s, @.p)].s", "{'v':[{'s':'a','p':'a'},{'s':'b','p':'a'},{'s':'b','p':'b'}]}",
     "['a','b']"},
    {"$[?length(@) == 2]", "['ab','\\u00e4\\u00f6','abc',[1,2],{'a':1,'b':2},22]",
     "['ab','\\u00e4\\u00f6',[1,2],{'a':1,'b':2}]"},
    {"$[?@ == 1]", "[1,1.0,1e0,'1',true,[1]]", "[1,1.0,1.0]"},
    {"$[?@ == -0]", "[0,-0.0]", "[0,-0.0]"},
    {"$[?@ == 9007199254740993]", "[9007199254740993,9007199254740992]", "[9007199254740993]"},
    {"$[?@ < 99999999999999999999]", "[1,1e30]", "[1]"},
    {"$[?@ == null]", "[null,0,false]", "[null]"},
    {"$[?@.a == @.b]", "[{},{'a':null},{'a':[1,{'x':2}],'b':[1.0,{'x':2}]}]",
     "[{},{'a':[1,{'x':2}],'b':[1.0,{'x':2}]}]"},
    {"$[?@.a == @.b]", "[{'a':{'x':1,'y':2},'b':{'y':2,'x':1}}]",
     "[{'a':{'x':1,'y':2},'b':{'y':2,'x':1}}]"},
    {"$[?@.a != @.b]", "[{'a':[1],'b':[2]},{'a':[1],'b':[1]}]", "[{'a':[1],'b':[2]}]"},
    {"$[?@ >= 'b']", "['a','b','ba',3]", "['b','ba']"},
    {"$[?@ <= true]", "[true,false]", "[true]"},
    {"$[?@[?@ > 1]]", "[[1],[2]]", "[[2]]"},
    {"$ [ 'a' ] .b", "{'a':{'b':1}}", "[1]"},
    {"$['\\u00e4']", "{'\\u00e4':1}", "[1]"},
    {"$['\\uD83D\\uDE00']", "{'\\ud83d\\ude00':1}", "[1]"},
    {"$.\xc3\xa4", "{'\\u00e4':1}", "[1]"},
    {"$['\\'\\n']", "{'\\u0027\\n':1}", "[1]"},
    {"$['a\\u0000']", "{'a':1}", "[]"},
};

static json_t *json_of(const char *text)
{
    char *quoted = strdup(text);
    for (char *at = quoted; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    json_error_t error;
    json_t *json = json_loads(quoted, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    ck_assert_msg(json != NULL, "%s: %s", quoted, error.text);
    free(quoted);
    return json;
}

START_TEST(path_selects)
{
    const char *path_text = select_cases[_i].path;
    struct arena *arena = arena_create();
    struct error error = {0};
    struct jsonpath *path = jsonpath_compile(arena, path_text, &error, NULL);
    ck_assert_msg(path != NULL, "%s: %s", path_text, error.text);
    json_t *document = json_of(select_cases[_i].document), *nodes;
    json_t *expected = json_of(select_cases[_i].result);
    ck_assert_int_eq(jsonpath_select(path, document, &nodes), RESULT_OK);
    char *text = json_dumps(nodes, JSON_COMPACT);
    ck_assert_msg(json_equal(nodes, expected), "%s gives %s", path_text, text);
    free(text);
    json_decref(nodes);
    json_decref(expected);
    json_decref(document);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *path;
    size_t offset;
} mistake_cases[] = {
    {"", 0},
    {"a", 0},
    {" $", 0},
    {"$ ", 1},
    {"$.", 2},
    {"$..", 3},
    {"$.1", 2},
    {"$. a", 2},
    {"$a", 1},
    {"$[", 2},
    {"$[0", 3},
    {"$[0 1]", 4},
    {"$[]", 2},
    {"$[,0]", 2},
    {"$[01]", 2},
    {"$[-0]", 2},
    {"$[1.0]", 3},
    {"$[9007199254740992]", 2},
    {"$[1:2:3:4]", 7},
    {"$['a]", 2},
    {"$['\\x']", 3},
    {"$['\\u12']", 7},
    {"$['\\uD800']", 3},
    {"$['\\uDC00']", 3},
    {"$['\n']", 3},
    {"$['\\\"']", 3},
    {"$.\xff", 2},
    {"$[?]", 3},
    {"$[?@.a ==]", 9},
    {"$[?@.a = 1]", 7},
    {"$[?@.a == 'b' &&]", 16},
    {"$[?(@.a]", 7},
    {"$[?true]", 3},
    {"$[?1]", 3},
    {"$[?@.* == 1]", 3},
    {"$[?1 == @..a]", 8},
    {"$[?length(@.a)]", 3},
    {"$[?length(@.*) == 1]", 10},
    {"$[?length() == 1]", 10},
    {"$[?length(@.a, @.b) == 1]", 13},
    {"$[?count(1) == 1]", 9},
    {"$[?match(@.a)]", 12},
    {"$[?match(@.a, 'b') == true]", 3},
    {"$[?nosuch(@)]", 3},
    {"$[?length (@) == 1]", 3},
    {"$[?@.a == 01]", 10},
    {"$[?@.a == 1.]", 12},
    {"$[?@.a == 1e]", 12},
    {"$[?!!@.a]", 4},
    {"$[?!@.a == 1]", 8},
    {"$[?((((((((((((((((((((@.a))))))))))))))))))))]", 23},
};

START_TEST(path_is_refused_where_it_is_wrong)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    size_t offset = 12345;
    const char *path = mistake_cases[_i].path;
    ck_assert_msg(jsonpath_compile(arena, path, &error, &offset) == NULL, "%s", path);
    ck_assert_int_eq(error.code, RESULT_INVALID);
    ck_assert_msg(offset == mistake_cases[_i].offset, "%s: %zu: %s", path, offset, error.text);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *path;
    bool is_singular;
} singular_cases[] = {
    {"$", true},       {"$.a[0]['b']", true}, {"$[-1]", true},  {"$.*", false},   {"$..a", false},
    {"$[0,1]", false}, {"$[0:1]", false},     {"$[?@]", false}, {"$.a.*", false},
};

START_TEST(path_knows_whether_it_is_singular)
{
    struct arena *arena = arena_create();
    struct jsonpath *path = jsonpath_compile(arena, singular_cases[_i].path, NULL, NULL);
    ck_assert_ptr_nonnull(path);
    ck_assert_int_eq(jsonpath_is_singular(path), singular_cases[_i].is_singular);
    arena_free(arena);
}
END_TEST

static enum result select_from(const char *path_text, const json_t *document)
{
    struct arena *arena = arena_create();
    struct jsonpath *path = jsonpath_compile(arena, path_text, NULL, NULL);
    ck_assert_ptr_nonnull(path);
    json_t *nodes;
    enum result result = jsonpath_select(path, document, &nodes);
    ck_assert_int_eq(nodes != NULL, result == RESULT_OK);
    json_decref(nodes);
    arena_free(arena);
    return result;
}

/* [[[...]]] */
static json_t *deep_array(unsigned depth)
{
    json_t *array = json_array();
    while (depth-- > 1) {
        json_t *outer = json_array();
        json_array_append_new(outer, array);
        array = outer;
    }
    return array;
}

START_TEST(deep_documents_are_given_up)
{
    json_t *shallow = deep_array(JSONPATH_DEPTH_MAX), *deep = deep_array(JSONPATH_DEPTH_MAX + 2);
    ck_assert_int_eq(select_from("$..a", shallow), RESULT_OK);
    ck_assert_int_eq(select_from("$..a", deep), RESULT_LIMIT);
    ck_assert(jsonpath_equal(shallow, shallow));
    ck_assert(!jsonpath_equal(deep, deep));
    json_decref(shallow);
    json_decref(deep);
}
END_TEST

static json_t *long_array(size_t size, json_t *element)
{
    json_t *array = json_array();
    for (size_t i = 0; i < size; i++)
        json_array_append(array, element);
    json_decref(element);
    return array;
}

static const struct {
    const char *path;
    size_t size;
    enum result result;
} work_cases[] = {
    {"$[*]", JSONPATH_NODES_MAX, RESULT_OK},
    {"$[*]", JSONPATH_NODES_MAX + 1, RESULT_LIMIT},
    {"$[*,*]", JSONPATH_NODES_MAX, RESULT_LIMIT},
    {"$[?count($[*]) == 0]", 10000, RESULT_LIMIT},
    {"$[?search(@, '(a|a)*(a|a)*[bc]')]", 10, RESULT_LIMIT},
};

START_TEST(work_has_an_end)
{
    char text[2001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    json_t *array = long_array(work_cases[_i].size, json_string(text));
    ck_assert_int_eq(select_from(work_cases[_i].path, array), work_cases[_i].result);
    json_decref(array);
}
END_TEST

/* The public suite. */
static const char *suite_path(void)
{
    static char path[PATH_MAX];
    const char *source = getenv("SOURCE");
    snprintf(path, sizeof path, "%s/../shared/data/jsonpath-compliance.json",
             source != NULL ? source : ".");
    return path;
}

static bool suite_accepts(const json_t *test, const json_t *nodes)
{
    const json_t *result = json_object_get(test, "result"), *one;
    size_t index;
    if (result != NULL)
        return jsonpath_equal(result, nodes);
    json_array_foreach(json_object_get(test, "results"), index, one)
    {
        if (jsonpath_equal(one, nodes))
            return true;
    }
    return false;
}

static void run_suite_test(const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    const char *selector = json_string_value(json_object_get(test, "selector"));
    struct arena *arena = arena_create();
    struct error error = {0};
    struct jsonpath *path = jsonpath_compile(arena, selector, &error, NULL);
    if (json_is_true(json_object_get(test, "invalid_selector"))) {
        ck_assert_msg(path == NULL, "%s: %s is accepted", name, selector);
    } else {
        json_t *nodes;
        ck_assert_msg(path != NULL, "%s: %s: %s", name, selector, error.text);
        ck_assert_int_eq(jsonpath_select(path, json_object_get(test, "document"), &nodes),
                         RESULT_OK);
        char *text = json_dumps(nodes, JSON_COMPACT);
        ck_assert_msg(suite_accepts(test, nodes), "%s: %s gives %s", name, selector, text);
        free(text);
        json_decref(nodes);
    }
    arena_free(arena);
}

START_TEST(compliance_suite_passes)
{
    json_error_t error;
    json_t *suite = json_load_file(suite_path(), JSON_ALLOW_NUL, &error);
    ck_assert_msg(suite != NULL, "%s", error.text);
    const json_t *tests = json_object_get(suite, "tests");
    ck_assert_uint_ge(json_array_size(tests), 700);
    for (size_t i = 0; i < json_array_size(tests); i++)
        run_suite_test(json_array_get(tests, i));
    json_decref(suite);
}
END_TEST

static const struct {
    const char *pattern, *subject, *found; /* found NULL: does not match */
} find_cases[] = {
    {"b+", "abbc", "bb"},
    {"a(b+)", "abbc", "bb"},
    {"a(x)?b", "abbc", "ab"},
    {"B", "abc", NULL},
    {"(?i)B", "abc", "b"},
    {"^c", "a\nc", NULL},
    {"a.c", "a\nc", NULL},
    {"\\w+", "-\xc3\xa4-", "\xc3\xa4"},
    {".", "\xff\xc3\xa4", "\xc3\xa4"},
    {"x*", "", ""},
    {"y", "\xff\xfe y", "y"},
};

START_TEST(pattern_finds)
{
    const char *subject = find_cases[_i].subject, *found = find_cases[_i].found;
    struct pattern *pattern = pattern_compile(find_cases[_i].pattern, NULL, NULL);
    size_t start = 0, end = 0;
    ck_assert_ptr_nonnull(pattern);
    ck_assert_int_eq(pattern_find(pattern, subject, strlen(subject), &start, &end),
                     found != NULL ? RESULT_OK : RESULT_NOT_FOUND);
    if (found != NULL) {
        ck_assert_uint_eq(end - start, strlen(found));
        ck_assert_mem_eq(subject + start, found, strlen(found));
    }
    pattern_free(pattern);
}
END_TEST

static const struct {
    const char *pattern;
    size_t offset;
} wrong_patterns[] = {{"a(b", 3}, {"a[b", 3}, {"*", 0}, {"a\\C", 3}, {"\\", 1}, {"a)", 1}};

START_TEST(pattern_is_refused_where_it_is_wrong)
{
    struct error error = {0};
    size_t offset = 12345;
    ck_assert_ptr_null(pattern_compile(wrong_patterns[_i].pattern, &error, &offset));
    ck_assert_int_eq(error.code, RESULT_INVALID);
    ck_assert_uint_eq(offset, wrong_patterns[_i].offset);
}
END_TEST

/* Each would take minutes or more of an unlimited search. */
static const char *const endless_patterns[] = {
    "(a+)+[bc]", "(a|aa)*[bc]", "[^x]*+[yz]", "a*a*a*[bc]", "(?:a|a)*+[bc]",
};

START_TEST(pattern_gives_up)
{
    enum { LENGTH = 1024 * 1024 };
    char *body = malloc(LENGTH);
    memset(body, 'a', LENGTH);
    struct pattern *pattern = pattern_compile(endless_patterns[_i], NULL, NULL);
    ck_assert_ptr_nonnull(pattern);
    ck_assert_int_eq(pattern_find(pattern, body, LENGTH, NULL, NULL), RESULT_LIMIT);
    pattern_free(pattern);
    free(body);
}
END_TEST

START_TEST(pattern_searches_large_bodies)
{
    enum { LENGTH = 4 * 1024 * 1024 };
    char *body = malloc(LENGTH);
    memset(body, 'a', LENGTH);
    memcpy(body + LENGTH - 12, "Add to cart!", 12);
    struct pattern *pattern = pattern_compile("Add (to|in) cart", NULL, NULL);
    size_t start;
    ck_assert_int_eq(pattern_find(pattern, body, LENGTH, &start, NULL), RESULT_OK);
    ck_assert_uint_eq(start, LENGTH - 8);
    pattern_free(pattern);
    free(body);
}
END_TEST

static const struct {
    const char *pattern;
    bool is_iregexp;
} iregexp_cases[] = {
    {"", true},
    {"a|b|", true},
    {"(a(b|c)*)+", true},
    {"a{2}", true},
    {"a{2,}", true},
    {"a{2,3}", true},
    {"[a-z]", true},
    {"[^-a]", true},
    {"[a-]", true},
    {"[\\-\\]]", true},
    {"\\p{Lu}\\n", true},
    {"\\.\\(", true},
    {"[\\p{L}x]", true},
    {"\xc3\xa4+", true},
    {"a$", true},
    {"a**", false},
    {"a+?", false},
    {"*", false},
    {"a{", false},
    {"a{,2}", false},
    {"(", false},
    {"a)", false},
    {"[", false},
    {"[]", false},
    {"[a", false},
    {"[z-a]", false},
    {"[a-b-c]", false},
    {"[[:alpha:]]", false},
    {"(?i)a", false},
    {"(?=a)", false},
    {"\\d", false},
    {"\\1", false},
    {"\\p{Greek}", false},
    {"\\p{Lx}", false},
    {"\\", false},
    {"]", false},
    {"\xff", false},
    {"a{3,2}", false},
    {"[\\p{L}-x]", false},
};

START_TEST(iregexp_is_what_its_rfc_says)
{
    const char *text = iregexp_cases[_i].pattern;
    struct pattern *pattern = pattern_compile_iregexp(NULL, text, strlen(text), true);
    ck_assert_msg((pattern != NULL) == iregexp_cases[_i].is_iregexp, "%s", text);
    pattern_free(pattern);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("jsonpath");
    TCase *tests = tcase_create("jsonpath");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, path_selects, 0, COUNT_OF(select_cases));
    tcase_add_loop_test(tests, path_is_refused_where_it_is_wrong, 0, COUNT_OF(mistake_cases));
    tcase_add_loop_test(tests, path_knows_whether_it_is_singular, 0, COUNT_OF(singular_cases));
    tcase_add_test(tests, deep_documents_are_given_up);
    tcase_add_loop_test(tests, work_has_an_end, 0, COUNT_OF(work_cases));
    if (access(suite_path(), R_OK) == 0)
        tcase_add_test(tests, compliance_suite_passes);
    else
        printf("# compliance_suite_passes is skipped: there is no %s\n", suite_path());
    tcase_add_loop_test(tests, pattern_finds, 0, COUNT_OF(find_cases));
    tcase_add_loop_test(tests, pattern_is_refused_where_it_is_wrong, 0, COUNT_OF(wrong_patterns));
    tcase_add_loop_test(tests, pattern_gives_up, 0, COUNT_OF(endless_patterns));
    tcase_add_test(tests, pattern_searches_large_bodies);
    tcase_add_loop_test(tests, iregexp_is_what_its_rfc_says, 0, COUNT_OF(iregexp_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
