/* SPDX-License-Identifier: MIT */
/* HTML, XPath and CSS selectors, over libxml2 itself. */
#include "tests/unit/runner.h"

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"
#include "scenarios/markup.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char page[] =
    "<!DOCTYPE html><html><head><title>Shoes</title></head><body>"
    "<nav id=menu class='top bar'><a href='/' class=home>Home</a><a href='/cart' lang='en-GB'>Cart"
    "</a> <a href='/help' lang=en>Help</a></nav>"
    "<ul><li>one<li class='on sale'>two<li>three<li>four<li>five</ul>"
    "<h1>Shoes &amp; <b>boots</b></h1><p>first<!-- not shown "
    "--></p><p>second</p><div><p>inner</p></div>"
    "<form><input name=csrf value='a\"b&#39;c'><input name='x:y' value=''></form>"
    "<div id='1st' data-Kind=Big>\xc3\xa4\xc3\xb6</div></body></html>";

/* The texts of the selected nodes, joined by `|`. */
static char *texts_of(const json_t *nodes)
{
    char *joined = calloc(1, 4096);
    size_t index;
    json_t *node;
    json_array_foreach(nodes, index, node)
    {
        strcat(joined, index > 0 ? "|" : "");
        strcat(joined, json_string_value(json_object_get(node, "text")));
    }
    return joined;
}

static const struct {
    const char *selector, *texts;
} css_cases[] = {
    {"title", "Shoes"},
    {"TITLE", "Shoes"},
    {"nav a", "Home|Cart|Help"},
    {"nav > a", "Home|Cart|Help"},
    {"nav>a", "Home|Cart|Help"},
    {"body > a", ""},
    {"html a.home", "Home"},
    {"#menu .home", "Home"},
    {"nav#menu.top.bar > .home", "Home"},
    {".to", ""},
    {"a[lang]", "Cart|Help"},
    {"a[ href = '/cart' ]", "Cart"},
    {"a[lang=en]", "Help"},
    {"a[lang|=en]", "Cart|Help"},
    {"a[lang|=\"e\"]", ""},
    {"a[href^='/c']", "Cart"},
    {"a[href^='']", ""},
    {"a[href$=elp]", "Help"},
    {"a[href$='/help/help']", ""},
    {"a[href*=ar]", "Cart"},
    {"li[class~=sale]", "two"},
    {"li[class~='on sale']", ""},
    {"li[class~='']", ""},
    {"li:first-child", "one"},
    {"li:last-child", "five"},
    {"li:nth-child(2)", "two"},
    {"li:nth-child(odd)", "one|three|five"},
    {"li:nth-child( even )", "two|four"},
    {"li:nth-child(n)", "one|two|three|four|five"},
    {"li:nth-child(2n+1)", "one|three|five"},
    {"li:nth-child(3n - 1)", "two|five"},
    {"li:nth-child(-n+2)", "one|two"},
    {"li:nth-child(n+4)", "four|five"},
    {"li:nth-child(0)", ""},
    {"li:nth-child(-2)", ""},
    {"li:not(.sale)", "one|three|four|five"},
    {"li:not(:nth-child(n+2))", "one"},
    {"li:not(:first-child):not(:last-child)", "two|three|four"},
    {"body > *:not(nav):not(ul):not(div):not(form)", "Shoes & boots|first|second"},
    {"h1 + p", "first"},
    {"h1 + div", ""},
    {"h1 ~ p", "first|second"},
    {"h1 ~ div p", "inner"},
    {"nav ~ h1 + p", "first"},
    {"p ~ p", "second"},
    {"p + div > p", "inner"},
    {"ul > li + li:nth-child(3)", "three"},
    {"ul > .sale ~ li", "three|four|five"},
    {"nav + ul li:nth-child(n+5)", "five"},
    {"li:nth-child(-n)", ""},
    {"li:nth-child(-2n+3)", "one|three"},
    {"li:nth-child(5)", "five"},
    {"li:nth-child(6)", ""},
    {"nav ~ ul > p", ""},
    {"p + p", "second"},
    {"h1 b, title", "Shoes|boots"},
    {"li.sale ,title", "Shoes|two"},
    {"div > *", "inner"},
    {"#\\31 st", "\xc3\xa4\xc3\xb6"},
    {"#\\000031st", "\xc3\xa4\xc3\xb6"},
    {"[data-kind=Big]", "\xc3\xa4\xc3\xb6"},
    {"[DATA-KIND$='ig']", "\xc3\xa4\xc3\xb6"},
    {"input[value='a\"b\\'c']", ""},
    {"a:not([lang])", "Home"},
    {"nosuch", ""},
};

static json_t *select_css(const struct markup *markup, const char *selector)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    const char *xpath = markup_css_to_xpath(arena, selector, &error, NULL);
    ck_assert_msg(xpath != NULL, "%s: %s", selector, error.text);
    json_t *nodes = NULL;
    enum result result = markup_select(markup, xpath, &nodes, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s: %s", selector, xpath, error.text);
    arena_free(arena);
    return nodes;
}

START_TEST(css_selects)
{
    struct markup *markup = markup_parse(page, strlen(page), "http://shop.test/");
    json_t *nodes = select_css(markup, css_cases[_i].selector);
    char *texts = texts_of(nodes);
    ck_assert_msg(strcmp(texts, css_cases[_i].texts) == 0, "%s: %s", css_cases[_i].selector, texts);
    free(texts);
    json_decref(nodes);
    markup_free(markup);
}
END_TEST

static const struct {
    const char *selector, *attribute, *value;
} attribute_cases[] = {
    {"input[value='a\"b\\'c']", "name", "csrf"}, /* both quotes */
    {"[name=csrf]", "value", "a\"b'c"},
    {"[name=x\\:y]", "value", ""},
    {"#menu", "class", "top bar"},
    {"#menu", "nosuch", NULL},
    {"div[data-kind]", "data-kind", "Big"},
};

START_TEST(attributes_come_with_the_node)
{
    struct markup *markup = markup_parse(page, strlen(page), NULL);
    json_t *nodes = select_css(markup, attribute_cases[_i].selector);
    ck_assert_uint_eq(json_array_size(nodes), 1);
    json_t *attributes = json_object_get(json_array_get(nodes, 0), "attributes");
    ck_assert_pstr_eq(json_string_value(json_object_get(attributes, attribute_cases[_i].attribute)),
                      attribute_cases[_i].value);
    json_decref(nodes);
    markup_free(markup);
}
END_TEST

static const struct {
    const char *selector;
    size_t offset;
} css_mistakes[] = {
    {"", 0},
    {"a >", 3},
    {"> a", 0},
    {"a,", 2},
    {"a,,b", 2},
    {"a b)", 3},
    {".", 1},
    {"a.1", 2},
    {"#", 1},
    {"a[", 2},
    {"a[b", 3},
    {"a[b?c]", 3},
    {"a[b=]", 4},
    {"a[b='c]", 4},
    {"a[b='c'", 7},
    {"a[b=c i]", 6},
    {"a:hover", 1},
    {"a::before", 2},
    {"a:not(b c)", 8},
    {"a:not(:not(b))", 6},
    {"a:not(b[c='d", 10},
    {"li:nth-child(x)", 13},
    {"li:nth-child(2", 14},
    {"li:nth-child(2n+)", 16},
    {"li:nth-child(9999999999)", 13},
    {"a\xff", 1},
    {"a[b='\xff']", 5},
    {"a[b='\x01']", 5},
    {"a\\", 1},
    {"a!b", 1},
};

START_TEST(css_is_refused_where_it_is_wrong)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    size_t offset = 12345;
    /* A copy, so that a sanitizer sees what is read behind its end. */
    char *selector = strdup(css_mistakes[_i].selector);
    const char *xpath = markup_css_to_xpath(arena, selector, &error, &offset);
    ck_assert_msg(xpath == NULL, "%s: %s", selector, xpath);
    ck_assert_int_eq(error.code, RESULT_INVALID);
    ck_assert_msg(offset == css_mistakes[_i].offset, "%s: %zu: %s", selector, offset, error.text);
    free(selector);
    arena_free(arena);
}
END_TEST

/* What is accepted, libxml2 takes too. */
START_TEST(css_is_as_deep_as_its_xpath_may_be)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    struct buffer selector;
    buffer_init(&selector, MARKUP_SELECTOR_MAX);
    for (int i = 0; i < MARKUP_COMPOUNDS_MAX; i++)
        buffer_text(&selector, i > 0 ? " > a.b:not([c])" : "a.b:not([c])");
    const char *xpath = markup_css_to_xpath(arena, selector.data, &error, NULL);
    ck_assert_msg(xpath != NULL && markup_check_xpath(xpath, &error) == RESULT_OK, "%s",
                  error.text);

    size_t length = selector.length, offset = 0;
    buffer_text(&selector, " d");
    ck_assert_ptr_null(markup_css_to_xpath(arena, selector.data, &error, &offset));
    ck_assert_uint_eq(offset, length + 1);
    buffer_free(&selector);
    arena_free(arena);
}
END_TEST

/* Values as compact JSON, with ' for ". */
static const struct {
    const char *xpath, *value;
} xpath_cases[] = {
    {"string(//h1)", "'Shoes & boots'"},
    {"count(//li)", "5"},
    {"count(//li) div 2", "2.5"},
    {"1 div 0", "null"},
    {"//li[2] = 'two'", "true"},
    {"//nosuch", "[]"},
    {"//a[1]/@href", "[{'text':'/','attributes':{}}]"},
    {"//comment()", "[{'text':' not shown ','attributes':{}}]"},
    {"//b/text()", "[{'text':'boots','attributes':{}}]"},
    {"//nav/a[1]", "[{'text':'Home','attributes':{'href':'/','class':'home'}}]"},
};

START_TEST(xpath_selects)
{
    struct markup *markup = markup_parse(page, strlen(page), NULL);
    struct error error = {0};
    json_t *value;
    ck_assert_int_eq(markup_select(markup, xpath_cases[_i].xpath, &value, &error), RESULT_OK);
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '"' ? '\'' : *at;
    ck_assert_str_eq(text, xpath_cases[_i].value);
    free(text);
    json_decref(value);
    markup_free(markup);
}
END_TEST

static const char *const wrong_xpaths[] = {"", "//", "//a[", "a b", "nosuch()", "$x", "x:a"};

START_TEST(wrong_xpath_is_refused_in_silence)
{
    struct error error = {0}, again = {0};
    json_t *value;
    FILE *said = tmpfile();
    ck_assert_int_ge(dup2(fileno(said), STDERR_FILENO), 0);
    struct markup *markup = markup_parse(page, strlen(page), NULL);
    ck_assert_int_eq(markup_check_xpath(wrong_xpaths[_i], &error), RESULT_INVALID);
    ck_assert_str_ne(error.text, "");
    ck_assert_int_eq(markup_select(markup, wrong_xpaths[_i], &value, &again), RESULT_INVALID);
    ck_assert_ptr_null(value);
    markup_free(markup);
    ck_assert_int_eq(lseek(STDERR_FILENO, 0, SEEK_CUR), 0);
    fclose(said);
}
END_TEST

START_TEST(right_xpath_is_accepted)
{
    struct error error = {0};
    ck_assert_int_eq(markup_check_xpath("//a[@href]/text()", &error), RESULT_OK);
    ck_assert_int_eq(markup_check_xpath("count(//a) > 3", &error), RESULT_OK);
}
END_TEST

static const struct {
    const char *body, *texts; /* of every p */
} body_cases[] = {
    {"", ""},
    {"<p>\xc3\xa4", "\xc3\xa4"},
    {"<meta charset=iso-8859-1><p>\xe4", "\xc3\xa4"},
    {"<p>\xe4", "\xc3\xa4"}, /* nothing declared and not UTF-8: Latin 1 */
    {"<p>a<!--x--><p>b</i>", "a|b"},
    {"plain text", "plain text"},
    {"<p>&nosuch;&lt;", "&nosuch;<"},
    {"{\"json\": true}", "{\"json\": true}"},
    {"<!DOCTYPE html SYSTEM 'file:///etc/passwd'><p>x", "x"},
};

START_TEST(any_body_becomes_a_document)
{
    struct markup *markup = markup_parse(body_cases[_i].body, strlen(body_cases[_i].body), NULL);
    json_t *nodes = select_css(markup, "p");
    char *texts = texts_of(nodes);
    ck_assert_str_eq(texts, body_cases[_i].texts);
    free(texts);
    json_decref(nodes);
    markup_free(markup);
}
END_TEST

START_TEST(hostile_nesting_is_survived)
{
    enum { DEPTH = 50000 };
    char *body = malloc(DEPTH * 3 + 1);
    for (size_t i = 0; i < DEPTH; i++)
        memcpy(body + i * 3, "<b>", 3);
    struct markup *markup = markup_parse(body, DEPTH * 3, NULL);
    struct error error = {0};
    json_t *value;
    ck_assert_int_eq(markup_select(markup, "count(//b) > 100", &value, &error), RESULT_OK);
    ck_assert(json_is_true(value));
    json_decref(value);
    markup_free(markup);
    free(body);
}
END_TEST

#define ITEM "<i>forty characters of text in each item...</i>"

/* `count` items inside 50 nested elements: all texts together are 50 times as long. */
static struct markup *parse_wide(size_t count)
{
    const size_t item = strlen(ITEM);
    char *body = calloc(1, 50 * 5 + count * item + 1), *at = body;
    for (size_t i = 0; i < 50; i++, at += 5)
        memcpy(at, "<div>", 5);
    for (size_t i = 0; i < count; i++, at += item)
        memcpy(at, ITEM, item);
    struct markup *markup = markup_parse(body, (size_t)(at - body), NULL);
    free(body);
    return markup;
}

static const struct {
    size_t count;
    const char *xpath;
    enum result result;
} limit_cases[] = {
    {1000, "//*", RESULT_OK},
    {MARKUP_NODES_MAX, "//i", RESULT_OK},
    {MARKUP_NODES_MAX + 1, "//i", RESULT_LIMIT},
    {10 * 1000, "//div", RESULT_LIMIT}, /* 50 x 400,000 characters */
    {20 * 1000, "//i[count(preceding-sibling::*) > 1000000]", RESULT_LIMIT},
};

START_TEST(selecting_has_an_end)
{
    struct markup *markup = parse_wide(limit_cases[_i].count);
    struct error error = {0};
    json_t *value;
    enum result result = markup_select(markup, limit_cases[_i].xpath, &value, &error);
    ck_assert_msg(result == limit_cases[_i].result, "%s: %d %s", limit_cases[_i].xpath, result,
                  error.text);
    json_decref(value);
    markup_free(markup);
}
END_TEST

/* A page of `unit` over and over, `size` bytes long. */
static struct markup *parse_repeated(const char *unit, size_t size)
{
    char *body = malloc(size);
    for (size_t i = 0; i < size; i++)
        body[i] = unit[i % strlen(unit)];
    struct markup *markup = markup_parse(body, size, NULL);
    free(body);
    return markup;
}

/* What took seconds. Ten times as much as is aimed at is allowed, for the sake of slow machines. */
enum { PATIENCE_MS = 1000, LEFT_OUT = -1 };

static const struct {
    const char *unit;
    size_t size;
    const char *selector; /* XPath when it begins with `/` */
    int found;            /* LEFT_OUT: given up */
} hostile_cases[] = {
    {"<p>", 8000, "p ~ p", 2666},
    {"<p>", 8000, "p + p", 2666},
    {"<p>", 8000, "h1 ~ p", 0},
    {"<p>", 48000, "p ~ p", 15999},
    {"<p>", 48000, "p + p", 15999},
    {"<p>", 48000, "h1 ~ p", LEFT_OUT},
    {"<p>", 64000, "p ~ p", LEFT_OUT},
    {"<p>", 64000, "p ~ p ~ p ~ h1", 0},
    {"<p>", 64000, "h1 ~ p ~ p ~ p", LEFT_OUT},
    {"<li>a", 128000, "li:nth-child(2)", 1},
    {"<li>a", 128000, "li:nth-child(-n+3)", 3},
    {"<li>a", 128000, "li:nth-child(odd)", LEFT_OUT},
    {"<p>", 8000, "//p/following-sibling::p", LEFT_OUT},
    {"<p>", 8000, "//p/following::p", LEFT_OUT},
    {"<p>", 64000, "//p[. = //p]", LEFT_OUT},
    {"<p>", 64000, "//p[following::h1]", LEFT_OUT},
    {"<p>", 64000, "//p[count(preceding-sibling::*) = 1]", LEFT_OUT},
    {"<i>", 64000, "i i i i b", 0},
    {"<p>", 48000, "p, h1, *, p + p", 16002},
    {"<p>", 48000, "//p[count(//p | //*) > 1]", LEFT_OUT},
    {"<p>", 4 * 1024 * 1024, "h1", LEFT_OUT},
    {"x", MARKUP_BODY_MAX, "p", 1},
    {"x", MARKUP_BODY_MAX + 1, "p", LEFT_OUT},
    {"<", MARKUP_TAGS_MAX + 1, "p", LEFT_OUT},
};

/* Of this program alone: what others do meanwhile is not the page's doing. */
static duration processor_time(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * DURATION_SECOND + time.tv_nsec / 1000;
}

START_TEST(no_page_holds_the_monitor_up)
{
    const char *xpath = hostile_cases[_i].selector;
    struct arena *arena = arena_create();
    struct error error = {0};
    json_t *value;
    if (xpath[0] != '/')
        xpath = markup_css_to_xpath(arena, xpath, &error, NULL);
    duration start = processor_time();
    struct markup *markup = parse_repeated(hostile_cases[_i].unit, hostile_cases[_i].size);
    enum result result = markup_select(markup, xpath, &value, &error);
    duration took = processor_time() - start;
    if (hostile_cases[_i].found == LEFT_OUT)
        ck_assert_int_eq(result, RESULT_LIMIT);
    else
        ck_assert_msg(json_array_size(value) == (size_t)hostile_cases[_i].found, "%s: %zu %s",
                      xpath, json_array_size(value), error.text);
    ck_assert_msg(took < PATIENCE_MS * DURATION_MILLISECOND, "%s: %d ms", xpath,
                  (int)(took / DURATION_MILLISECOND));
    json_decref(value);
    markup_free(markup);
    arena_free(arena);
}
END_TEST

/* 4,000 elements as a shop's page has them: what people write must not be given up on it. */
static const struct {
    const char *xpath;
    size_t found;
} ordinary_cases[] = {
    {"//div[@id='x7']//a", 1},
    {"//div[@class='card']//a", 1000},
    {"//div//a", 1000},
    {"//div[.//a]", 1000},
    {"//div[@class='card']/p/a/@href", 1000},
    {"//a[ancestor::div]", 1000},
    {"//a | //img", 2000},
    {"//a/ancestor::div", 1000},
    {"//div[@id='x7']/following-sibling::div", 992},
};

START_TEST(an_ordinary_page_is_not_given_up)
{
    struct buffer body;
    struct error error = {0};
    json_t *value;
    buffer_init(&body, MARKUP_BODY_MAX);
    for (int i = 0; i < 1000; i++)
        buffer_print(&body, "<div id=x%d class=card><p>Shoe <a href=/%d>%d</a></p><img></div>\n", i,
                     i, i);
    struct markup *markup = markup_parse(body.data, body.length, NULL);
    enum result result = markup_select(markup, ordinary_cases[_i].xpath, &value, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", ordinary_cases[_i].xpath, error.text);
    ck_assert_uint_eq(json_array_size(value), ordinary_cases[_i].found);
    json_decref(value);
    markup_free(markup);
    buffer_free(&body);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("markup");
    TCase *tests = tcase_create("markup");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, css_selects, 0, COUNT_OF(css_cases));
    tcase_add_loop_test(tests, attributes_come_with_the_node, 0, COUNT_OF(attribute_cases));
    tcase_add_loop_test(tests, css_is_refused_where_it_is_wrong, 0, COUNT_OF(css_mistakes));
    tcase_add_test(tests, css_is_as_deep_as_its_xpath_may_be);
    tcase_add_loop_test(tests, xpath_selects, 0, COUNT_OF(xpath_cases));
    tcase_add_loop_test(tests, wrong_xpath_is_refused_in_silence, 0, COUNT_OF(wrong_xpaths));
    tcase_add_test(tests, right_xpath_is_accepted);
    tcase_add_loop_test(tests, any_body_becomes_a_document, 0, COUNT_OF(body_cases));
    tcase_add_test(tests, hostile_nesting_is_survived);
    tcase_add_loop_test(tests, no_page_holds_the_monitor_up, 0, COUNT_OF(hostile_cases));
    tcase_add_loop_test(tests, an_ordinary_page_is_not_given_up, 0, COUNT_OF(ordinary_cases));
    tcase_add_loop_test(tests, selecting_has_an_end, 0, COUNT_OF(limit_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
