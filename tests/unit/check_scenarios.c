/* SPDX-License-Identifier: MIT */
/* scenarios/: what becomes of good files, key by key, and the table that says so. Files that are
 * refused: check_scenario_files.c; what stands in one line: check_expressions.c. */
#include "tests/unit/runner.h"

#include "monitor/base/map.h"
#include "monitor/base/zone.h"
#include "scenarios/cron.h"
#include "scenarios/language.h"
#include "scenarios/pattern.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *source_directory(void)
{
    const char *source = getenv("SOURCE");
    return source != NULL ? source : ".";
}

static void enter(const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/scenarios/%s", source_directory(), directory);
    ck_assert_msg(chdir(path) == 0, "no directory %s", path);
}

static struct shop *load_shop(void)
{
    struct mistakes mistakes = {.arena = arena_create()};
    enter("good");
    struct shop *shop = shop_load("../good/shop.yaml", &mistakes);
    ck_assert_ptr_nonnull(shop);
    arena_free(mistakes.arena);
    return shop;
}

/* A scenario of good/, which must be good. It does not need its shop any more. */
static struct scenario *load_whole(const char *name)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct shop *shop = load_shop();
    struct scenario *scenario = scenario_load(name, shop, &mistakes);
    ck_assert_ptr_nonnull(scenario);
    shop_free(shop);
    arena_free(mistakes.arena);
    return scenario;
}

/* As a monitor keeps it: without its source. */
static struct scenario *load_good(const char *name)
{
    struct scenario *scenario = load_whole(name);
    scenario_forget_source(scenario);
    return scenario;
}

START_TEST(what_is_left_out_has_its_default)
{
    struct scenario *scenario = load_good("minimal.yaml");
    ck_assert_str_eq(scenario->journey, "window shopping");
    ck_assert_int_eq(scenario->position.line, 2);
    ck_assert_int_eq(scenario->position.column, 10);
    ck_assert_int_eq(scenario->every, DEFAULT_EVERY);
    ck_assert_int_eq(scenario->timeout, DEFAULT_TIMEOUT);
    ck_assert_int_eq(scenario->budget, DEFAULT_BUDGET);
    ck_assert_uint_eq(scenario->quorum, 0);
    ck_assert_int_eq(scenario->overlap, OVERLAP_WAIT);
    ck_assert_ptr_null(scenario->base);
    ck_assert_uint_eq(scenario->step_count, 1);
    ck_assert_uint_eq(scenario->cleanup_count, 0);
    const struct step *step = &scenario->steps[0];
    ck_assert_int_eq(step->method, METHOD_GET);
    ck_assert_str_eq(template_constant(step->url), "http://shop.test/");
    ck_assert_int_eq(step->timeout, DEFAULT_TIMEOUT);
    ck_assert_uint_eq(step->follow, DEFAULT_FOLLOW);
    ck_assert_uint_eq(step->when_count, 0);
    ck_assert_int_eq(step->position.line, 4);
    scenario_free(scenario);
}
END_TEST

START_TEST(every_key_of_a_scenario_arrives)
{
    struct scenario *scenario = load_good("with-shop.yaml");
    ck_assert_str_eq(scenario->about, "A visitor buys.\nThen it is cancelled.\n");
    ck_assert_uint_eq(scenario->tag_count, 2);
    ck_assert_str_eq(scenario->tags[1], "critical");
    ck_assert_int_eq(scenario->every, 5 * DURATION_MINUTE);
    ck_assert_uint_eq(scenario->from_count, 2);
    ck_assert_str_eq(scenario->from[1], "rack2");
    ck_assert_int_eq(scenario->timeout, 5 * DURATION_SECOND);
    ck_assert_int_eq(scenario->budget, 30 * DURATION_SECOND);
    ck_assert_uint_eq(scenario->quorum, 2);
    ck_assert_int_eq(scenario->overlap, OVERLAP_KILL);
    ck_assert_uint_eq(scenario->variable_count, 6);
    ck_assert_uint_eq(scenario->header_count, 2);
    ck_assert_str_eq(scenario->headers[0].name, "Accept-Language");
    ck_assert_uint_eq(scenario->step_count, 6);
    ck_assert_uint_eq(scenario->cleanup_count, 1);
    ck_assert_uint_eq(scenario->cleanup[0].when_count, 1);
    ck_assert_str_eq(scenario->cleanup[0].when[0].name, "order");
    ck_assert(!scenario->cleanup[0].when[0].negated);
    scenario_free(scenario);
}
END_TEST

static const char *text_at(const struct pair *variable, const char *vantage)
{
    const struct pair *pair = variable_at(variable, vantage);
    return pair != NULL ? template_source(pair->value) : NULL;
}

START_TEST(when_and_from_where_arrives)
{
    struct scenario *scenario = load_good("with-shop-times.yaml");
    ck_assert_str_eq(scenario->cron->text, "*/15 8-22 * * MON-SAT");
    ck_assert_str_eq(zone_name(scenario->zone), "Europe/Berlin");
    ck_assert_int_eq(scenario->every, 15 * DURATION_MINUTE);
    ck_assert_int_eq(scenario->mode, MODE_ROTATE);
    ck_assert_int_eq(scenario->objective->success, 999500);
    ck_assert_int_eq(scenario->objective->within, 4 * DURATION_SECOND);
    ck_assert_int_eq(scenario->objective->over, 28 * DURATION_DAY);
    ck_assert_uint_eq(scenario->host_count, 2);
    ck_assert_str_eq(scenario->hosts[0], "images.test");
    const struct pair *variables = scenario->variables;
    ck_assert_str_eq(text_at(&variables[0], "rack2"), "DE");
    ck_assert_str_eq(text_at(&variables[1], "eu-west"), "EUR");
    ck_assert_str_eq(text_at(&variables[1], "rack2"), "USD");
    ck_assert_str_eq(text_at(&variables[1], "office"), "${country}D");
    ck_assert(json_is_real(variable_at(&variables[2], "rack2")->constant));
    ck_assert(json_is_integer(variable_at(&variables[2], "eu-west")->constant));
    ck_assert_int_eq(scenario->pools[0].take, TAKE_LEASE);
    ck_assert_str_eq(template_source(scenario->steps[0].proxy), "${proxy}");
    ck_assert_uint_eq(scenario_vantage_count(scenario, NULL), 2);
    ck_assert_str_eq(scenario_vantage(scenario, NULL, 1), "rack2");
    scenario_free(scenario);
    scenario = load_good("spread.yaml");
    ck_assert_ptr_null(scenario->cron);
    ck_assert_int_eq(scenario->mode, MODE_SPREAD);
    ck_assert_int_eq(scenario->objective->success, 990000);
    ck_assert_int_eq(scenario->objective->within, 0);
    ck_assert_int_eq(scenario->objective->over, 30 * DURATION_DAY);
    scenario_free(scenario);
}
END_TEST

START_TEST(every_key_of_a_step_arrives)
{
    static const enum method methods[] = {METHOD_GET,   METHOD_POST, METHOD_PUT,
                                          METHOD_PATCH, METHOD_HEAD, METHOD_OPTIONS};
    struct scenario *scenario = load_good("with-shop.yaml");
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        ck_assert_int_eq(scenario->steps[i].method, methods[i]);
    ck_assert_int_eq(scenario->cleanup[0].method, METHOD_DELETE);
    const struct step *search = &scenario->steps[0], *order = &scenario->steps[1];
    ck_assert_str_eq(search->name, "search");
    ck_assert_uint_eq(search->query_count, 2);
    ck_assert_str_eq(template_constant(search->query[0].value), "shoes & socks");
    ck_assert_uint_eq(search->need_count, 3);
    ck_assert_str_eq(search->needs[2].name, "db.catalogue");
    ck_assert_int_eq(search->needs[2].position.line, 25);
    ck_assert_int_eq(search->needs[2].position.column, 23);
    ck_assert_uint_eq(search->expect_count, 1);
    ck_assert_uint_eq(search->capture_count, 2);
    ck_assert_str_eq(search->captures[1].name, "host");
    ck_assert_int_eq(search->timeout, 5 * DURATION_SECOND);
    ck_assert_int_eq(order->timeout, 10 * DURATION_SECOND);
    ck_assert_uint_eq(order->follow, 0);
    ck_assert_uint_eq(order->write_count, 2);
    ck_assert_str_eq(order->headers[0].name, "Content-Type");
    ck_assert_ptr_nonnull(order->json);
    ck_assert_uint_eq(scenario->steps[2].when_count, 2);
    ck_assert_str_eq(scenario->steps[2].when[0].name, "product");
    ck_assert(!scenario->steps[2].when[0].negated);
    ck_assert_str_eq(scenario->steps[2].when[1].name, "order");
    ck_assert(scenario->steps[2].when[1].negated);
    ck_assert_uint_eq(scenario->steps[2].form_count, 2);
    ck_assert_str_eq(template_source(scenario->steps[3].body), "${greeting}");
    scenario_free(scenario);
}
END_TEST

START_TEST(variables_keep_the_type_that_they_were_written_with)
{
    struct scenario *scenario = load_good("with-shop.yaml");
    const struct pair *variables = scenario->variables;
    ck_assert_ptr_null(variables[0].constant);
    ck_assert_int_eq(json_integer_value(variables[2].constant), 10);
    ck_assert(json_real_value(variables[3].constant) > 59.89);
    ck_assert_str_eq(template_constant(variables[3].value), "59.90");
    ck_assert(json_is_true(variables[4].constant));
    ck_assert_ptr_null(variables[5].constant);
    ck_assert_str_eq(template_constant(variables[5].value), "010");
    scenario_free(scenario);
}
END_TEST

static const struct json_t *look_up(void *data, const char *name)
{
    return json_object_get(data, name);
}

static void count_name(void *data, const char *name)
{
    ck_assert_str_ne(name, "");
    ++*(int *)data;
}

START_TEST(json_is_rendered_with_types)
{
    struct scenario *scenario = load_good("with-shop.yaml");
    json_t *variables =
        json_pack("{s:[s,i], s:i, s:i}", "email", "a@b", 1, "product", 7, "quantity", 3);
    struct buffer text;
    const char *missing = NULL;
    int names = 0;
    buffer_init(&text, 4096);
    ck_assert_int_eq(
        json_template_render(scenario->steps[1].json, look_up, variables, &text, &missing),
        RESULT_OK);
    ck_assert_str_eq(
        text.data,
        "{\"email\":[\"a@b\",1],\"lines\":[{\"product\":\"7\",\"quantity\":\"3\"}],"
        "\"note\":null,\"no\":\"no\",\"octal\":15,\"hex\":31,\"real\":-1500.0,\"gift\":true,"
        "\"raw\":\"${not}\"}");
    json_object_del(variables, "quantity");
    ck_assert_int_eq(
        json_template_render(scenario->steps[1].json, look_up, variables, &text, &missing),
        RESULT_NOT_FOUND);
    buffer_free(&text);
    ck_assert_str_eq(missing, "quantity");
    json_template_names(scenario->steps[1].json, count_name, &names);
    ck_assert_int_eq(names, 3);
    json_decref(variables);
    scenario_free(scenario);
}
END_TEST

START_TEST(uses_of_variables_have_their_place)
{
    struct scenario *scenario = load_whole("with-shop.yaml");
    bool found = false;
    for (size_t i = 0; i < scenario->use_count; i++) {
        const struct use *use = &scenario->uses[i];
        if (strcmp(use->name, "host") != 0)
            continue;
        found = true;
        ck_assert_uint_eq(use->step, 2);
        ck_assert(!use->cleanup);
        ck_assert_int_eq(use->position.line, 32);
        ck_assert_int_eq(use->position.column, 19);
    }
    ck_assert(found);
    scenario_free(scenario);
}
END_TEST

/* `sqlite::memory:` is no file, and so it is in no folder. */
/* Whichever step fails by it, its own place is told. */
START_TEST(a_line_that_stands_twice_is_kept_once)
{
    struct scenario *one = load_good("with-shop.yaml"), *other = load_good("expressions.yaml");
    const struct assertion *first = NULL;
    size_t count = 0;
    for (size_t n = 0; n < one->step_count + other->step_count; n++) {
        const struct step *step =
            n < one->step_count ? &one->steps[n] : &other->steps[n - one->step_count];
        for (size_t i = 0; i < step->expect_count; i++) {
            const struct assertion *assertion = &step->expect[i];
            if (strcmp(assertion->expression->source, "status == 200") != 0)
                continue;
            if (count++ > 0) {
                ck_assert_ptr_eq(assertion->expression, first->expression);
                ck_assert_int_ne(assertion->position.line, first->position.line);
            }
            first = assertion;
        }
    }
    ck_assert_uint_ge(count, 2);
    scenario_free(one);
    scenario_free(other);
}
END_TEST

START_TEST(a_store_in_memory_has_no_folder)
{
    struct mistakes mistakes = {.arena = arena_create()};
    enter("good");
    struct shop *shop = shop_load("../good/shop-memory.yaml", &mistakes);
    ck_assert_ptr_nonnull(shop);
    ck_assert_str_eq(shop->store, "sqlite::memory:");
    shop_free(shop);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(every_way_to_ask_arrives)
{
    struct scenario *scenario = load_good("request.yaml");
    const struct step *ask = &scenario->steps[0], *form = &scenario->steps[2],
                      *file = &scenario->steps[3], *visitor = &scenario->steps[4],
                      *machine = &scenario->steps[5];
    ck_assert(ask->is_graphql && scenario->steps[1].is_graphql && !form->is_graphql);
    ck_assert_int_eq(ask->method, METHOD_POST);
    ck_assert_ptr_nonnull(ask->variables);
    ck_assert_str_eq(template_source(scenario->steps[1].document), "{ shop { name } }\n");
    ck_assert_uint_eq(form->part_count, 3);
    ck_assert_str_eq(template_constant(form->parts[1].value), "5");
    ck_assert_str_eq(form->parts[2].file_name, "shoe.png");
    ck_assert_str_eq(form->parts[2].type, "image/png");
    ck_assert_str_eq(file->file->path, "request.yaml");
    ck_assert_uint_eq(file->file->length, strlen(file->file->bytes));
    ck_assert_int_eq(strncmp(file->file->bytes, "shopwatch: 1\n", 13), 0);
    ck_assert_uint_eq(visitor->query_count, 1);
    ck_assert_uint_eq(visitor->cookie_count, 2);
    ck_assert_str_eq(template_constant(visitor->auth->basic->user), "someone");
    ck_assert_int_eq(visitor->think, 2 * DURATION_SECOND);
    ck_assert_int_eq(visitor->connection, CONNECTION_WARM);
    ck_assert_int_eq(visitor->http, HTTP_VERSION_ANY);
    ck_assert_ptr_eq(visitor->tls, scenario->tls);
    ck_assert_ptr_nonnull(machine->auth->bearer);
    ck_assert_int_eq(machine->connection, CONNECTION_COLD);
    ck_assert_int_eq(machine->http, HTTP_VERSION_2);
    ck_assert_ptr_nonnull(machine->tls->key);
    ck_assert_int_eq(scenario->steps[6].http, HTTP_VERSION_1_1);
    scenario_free(scenario);
}
END_TEST

START_TEST(shop_file_arrives)
{
    struct shop *shop = load_shop();
    struct arena *arena = arena_create();
    ck_assert_str_eq(shop->name, "Example Shoes");
    ck_assert_str_eq(shop->base, "http://shop.test");
    ck_assert_str_eq(shop->store, "sqlite:../good/data/runs.db");
    ck_assert_str_eq(shop->scenarios[0], "../good/scenarios/*.yaml");
    ck_assert_str_eq(shop->scenarios[1], "/etc/shopwatch/*.yaml");
    ck_assert_uint_eq(shop->host_count, 3);
    ck_assert_uint_eq(shop->reference_count, 2);
    ck_assert_uint_eq(shop->component_count, 6);
    ck_assert_str_eq(shop->components[5].origin, "http://10.0.0.5:8080");
    ck_assert_uint_eq(shop->components[2].part_count, 2);
    ck_assert_str_eq(shop->components[2].parts[1].tables[1], "public.order_line");
    ck_assert_uint_eq(shop->vantage_count, 3);
    ck_assert_int_eq(shop->vantages[1].family, FAMILY_ANY);
    ck_assert_int_eq(shop->vantages[2].family, FAMILY_IPV4);
    ck_assert_str_eq(shop->vantages[2].proxy, "socks5h://proxy.test:1080");
    ck_assert_str_eq(shop->vantages[1].title, "Second rack");
    ck_assert_str_eq(shop->vantages[1].netns, "rack2");
    ck_assert_str_eq(shop->vantages[1].interface, "eth1");
    ck_assert_str_eq(shop->vantages[1].resolver, "10.0.0.2");
    ck_assert_str_eq(shop->vantages[1].source, "2001:db8::7");
    ck_assert_int_eq(shop->vantages[1].position.line, 20);
    ck_assert_int_eq(shop->vantages[1].position.column, 3);
    ck_assert_str_eq(shop->reporters[0].listen, "127.0.0.1:8080");
    ck_assert_str_eq(shop->reporters[1].kind, "json-lines");
    ck_assert_str_eq(shop->reporters[1].path, "../good/runs.jsonl");
    ck_assert_str_eq(shop_title(shop, "db.orders", arena), "Shop database, orders");
    ck_assert_str_eq(shop_title(shop, "web", arena), "Storefront");
    ck_assert_str_eq(shop_title(shop, "queue", arena), "queue");
    ck_assert_str_eq(shop_title(NULL, "db.orders", arena), "db.orders");
    ck_assert_ptr_eq(shop_component(shop, "db.orders"), &shop->components[2]);
    ck_assert_ptr_null(shop_component(shop, "dbx"));
    arena_free(arena);
    shop_free(shop);
}
END_TEST

static const struct {
    const char *name;
    enum cause with_shop, without;
} kind_cases[] = {
    {"db", CAUSE_DATABASE, CAUSE_DATABASE},
    {"db.orders", CAUSE_DATABASE, CAUSE_DATABASE},
    {"dbx", CAUSE_APPLICATION, CAUSE_APPLICATION},
    {"queue", CAUSE_DATABASE, CAUSE_APPLICATION},
    {"payment", CAUSE_THIRD_PARTY, CAUSE_APPLICATION},
    {"cdn", CAUSE_NETWORK, CAUSE_NETWORK},
    {"dns", CAUSE_NETWORK, CAUSE_NETWORK},
    {"web", CAUSE_APPLICATION, CAUSE_APPLICATION},
};

START_TEST(components_have_a_kind)
{
    struct shop *shop = load_shop();
    ck_assert_int_eq(shop_kind(shop, kind_cases[_i].name), kind_cases[_i].with_shop);
    ck_assert_int_eq(shop_kind(NULL, kind_cases[_i].name), kind_cases[_i].without);
    shop_free(shop);
}
END_TEST

START_TEST(the_table_is_complete)
{
    for (unsigned context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        const struct language_table *table = language_table((enum language_context)context);
        struct map *names = map_create(NULL);
        for (size_t i = 0; i < table->key_count; i++) {
            const struct language_key *key = &table->keys[i];
            ck_assert_msg(!map_has(names, key->name), "%s twice", key->name);
            map_put(names, key->name, NULL);
            ck_assert_msg(strlen(key->help) > 15 && key->help[strlen(key->help) - 1] == '.',
                          "%s needs a sentence", key->name);
            ck_assert(key->offset == LANGUAGE_NOWHERE || key->offset < table->size);
            bool has_words = key->type == LANGUAGE_WORD || key->type == LANGUAGE_WORDS ||
                             key->type == LANGUAGE_WORD_MAP;
            ck_assert(has_words == (key->word_count > 0));
            bool is_number = key->type == LANGUAGE_INTEGER || key->type == LANGUAGE_DURATION;
            ck_assert(!is_number || (key->maximum > 0 && key->maximum >= key->minimum));
            ck_assert_ptr_eq(language_find((enum language_context)context, key->name), key);
        }
        map_free(names);
    }
}
END_TEST

START_TEST(every_format_is_a_regular_expression)
{
    struct error error = {0};
    size_t offset;
    struct pattern *pattern =
        pattern_compile(language_format_expression((enum language_format)_i), &error, &offset);
    ck_assert_msg(pattern != NULL, "%s: %s", language_format_text((enum language_format)_i),
                  error.text);
    pattern_free(pattern);
}
END_TEST

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

Suite *test_suite(void)
{
    Suite *suite = suite_create("scenarios");
    TCase *tests = tcase_create("scenarios");
    tcase_add_test(tests, what_is_left_out_has_its_default);
    tcase_add_test(tests, every_key_of_a_scenario_arrives);
    tcase_add_test(tests, when_and_from_where_arrives);
    tcase_add_test(tests, every_key_of_a_step_arrives);
    tcase_add_test(tests, every_way_to_ask_arrives);
    tcase_add_test(tests, variables_keep_the_type_that_they_were_written_with);
    tcase_add_test(tests, json_is_rendered_with_types);
    tcase_add_test(tests, uses_of_variables_have_their_place);
    tcase_add_test(tests, shop_file_arrives);
    tcase_add_test(tests, a_line_that_stands_twice_is_kept_once);
    tcase_add_test(tests, a_store_in_memory_has_no_folder);
    LOOP(tests, components_have_a_kind, kind_cases);
    tcase_add_test(tests, the_table_is_complete);
    tcase_add_loop_test(tests, every_format_is_a_regular_expression, 0, LANGUAGE_FORMAT_COUNT);
    suite_add_tcase(suite, tests);
    return suite;
}
