/* SPDX-License-Identifier: MIT */
/* Queries: the part of an answer that an expression looks at, one function each in a table. */
#include "monitor/journey/evaluate_private.h"
#include "scenarios/jsonpath.h"
#include "scenarios/markup.h"
#include "scenarios/pattern.h"

#include <string.h>
#include <strings.h>

static void set_value(struct selected *value, json_t *json)
{
    selected_set(value, SELECTED_VALUE, json);
}

/* NULL is nothing. */
static bool set_text(struct selected *value, const char *text)
{
    set_value(value, text != NULL ? evaluate_text(text, strlen(text)) : NULL);
    return true;
}

static bool query_status(struct evaluation *evaluation, struct selected *value)
{
    set_value(value, json_integer(evaluation->answer->exchange->status));
    return true;
}

static bool query_header(struct evaluation *evaluation, struct selected *value)
{
    const struct net_response *response = evaluation->answer->response;
    const char *name = evaluate_render(evaluation, evaluation->expression->argument);
    if (name == NULL)
        return false;
    json_t *values = json_array();
    for (size_t i = 0; i < response->header_count; i++) {
        const char *text = response->headers[i].value;
        if (strcasecmp(response->headers[i].name, name) == 0)
            json_array_append_new(values, evaluate_text(text, strlen(text)));
    }
    size_t count = json_array_size(values);
    if (count < 2)
        set_value(value, count == 1 ? json_incref(json_array_get(values, 0)) : NULL);
    else
        set_value(value, json_incref(values));
    json_decref(values);
    return true;
}

/* The value in `name=value; attributes`, with its length; NULL when the name is another. */
static const char *cookie_value(const char *header, const char *name, size_t *ret_length)
{
    size_t pair = strcspn(header, ";");
    const char *equals = memchr(header, '=', pair);
    if (equals == NULL)
        return NULL;
    const char *start = header + strspn(header, " \t"), *end = equals;
    while (end > start && strchr(" \t", end[-1]) != NULL)
        end--;
    if ((size_t)(end - start) != strlen(name) || strncmp(start, name, strlen(name)) != 0)
        return NULL;
    start = equals + 1 + strspn(equals + 1, " \t");
    end = header + pair;
    while (end > start && strchr(" \t", end[-1]) != NULL)
        end--;
    *ret_length = end > start ? (size_t)(end - start) : 0;
    return start;
}

/* Of several of one name the last counts, as for a browser. */
static bool query_cookie(struct evaluation *evaluation, struct selected *value)
{
    const struct net_response *response = evaluation->answer->response;
    const char *name = evaluate_render(evaluation, evaluation->expression->argument);
    if (name == NULL)
        return false;
    for (size_t i = 0; i < response->header_count; i++) {
        size_t length;
        const char *found = NULL;
        if (strcasecmp(response->headers[i].name, "Set-Cookie") == 0)
            found = cookie_value(response->headers[i].value, name, &length);
        if (found != NULL)
            set_value(value, evaluate_text(found, length));
    }
    return true;
}

static bool query_body(struct evaluation *evaluation, struct selected *value)
{
    struct answer *answer = evaluation->answer;
    if (answer->text == NULL)
        answer->text = evaluate_text(answer->response->body, answer->response->body_length);
    set_value(value, json_incref(answer->text));
    value->bytes = answer->response->body;
    value->byte_count = answer->response->body_length;
    return true;
}

static bool query_bytes(struct evaluation *evaluation, struct selected *value)
{
    const struct net_response *response = evaluation->answer->response;
    set_value(value, json_integer((json_int_t)response->body_length));
    value->bytes = response->body;
    value->byte_count = response->body_length;
    return true;
}

bool evaluate_jsonpath(struct evaluation *evaluation, const struct jsonpath *path,
                       const struct template *argument, const json_t *root, struct selected *value)
{
    struct error error = {0};
    if (path == NULL) {
        const char *text = evaluate_render(evaluation, argument);
        if (text == NULL)
            return false;
        path = jsonpath_compile(evaluation->arena, text, &error, NULL);
        if (path == NULL)
            return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING,
                                  "%s is not a JSONPath: %s", text, error.text);
    }
    json_t *nodes;
    json_decref(evaluation->missed_root);
    evaluation->missed_root = NULL;
    if (jsonpath_select(path, root, &nodes) != RESULT_OK)
        return evaluate_mismatches(evaluation, "gave up: too much is selected or looked at");
    if (json_array_size(nodes) == 0) {
        evaluation->missed = path;
        evaluation->missed_root = json_incref((json_t *)(uintptr_t)root);
    }
    if (!jsonpath_is_singular(path)) {
        selected_set(value, SELECTED_LIST, nodes);
        return true;
    }
    set_value(value, json_incref(json_array_get(nodes, 0)));
    json_decref(nodes);
    return true;
}

const json_t *evaluate_body_json(struct answer *answer)
{
    if (!answer->is_json_tried)
        answer->json = evaluate_parse_json(answer->response->body, answer->response->body_length,
                                           &answer->json_symptom, &answer->json_problem);
    answer->is_json_tried = true;
    return answer->json;
}

static bool query_jsonpath(struct evaluation *evaluation, struct selected *value)
{
    const struct expression *expression = evaluation->expression;
    struct answer *answer = evaluation->answer;
    const json_t *json = evaluate_body_json(answer);
    if (json == NULL)
        return evaluate_fails(evaluation, answer->json_symptom, "%s", answer->json_problem);
    return evaluate_jsonpath(evaluation, expression->jsonpath, expression->argument, json, value);
}

/* The expression's XPath, or one made of its rendered argument. NULL after noting why. */
static const char *query_xpath_text(struct evaluation *evaluation)
{
    const struct expression *expression = evaluation->expression;
    struct error error = {0};
    if (expression->xpath != NULL)
        return expression->xpath;
    const char *text = evaluate_render(evaluation, expression->argument);
    if (text == NULL || expression->query == QUERY_XPATH)
        return text;
    const char *xpath = markup_css_to_xpath(evaluation->arena, text, &error, NULL);
    if (xpath == NULL)
        evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING, "%s is not a CSS selector: %s",
                       text, error.text);
    return xpath;
}

bool evaluate_xpath(struct evaluation *evaluation, const struct markup *markup, const char *xpath,
                    bool own, struct selected *value)
{
    struct error error = {0};
    json_t *found;
    enum result result = markup_select(markup, xpath, &found, &error);
    if (result == RESULT_INVALID && own)
        return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING,
                              "%s is not an XPath: %s", xpath, error.text);
    if (result != RESULT_OK && markup_is_too_large(markup))
        return evaluate_fails(evaluation, SYMPTOM_CONTENT_TOO_LARGE, "gave up: %s", error.text);
    if (result != RESULT_OK)
        return evaluate_mismatches(evaluation, "gave up: %s", error.text);
    selected_set(value, json_is_array(found) ? SELECTED_NODES : SELECTED_VALUE, found);
    return true;
}

/* xpath and css. */
static bool query_markup(struct evaluation *evaluation, struct selected *value)
{
    struct answer *answer = evaluation->answer;
    const char *xpath = query_xpath_text(evaluation);
    if (xpath == NULL)
        return false;
    if (answer->markup == NULL)
        answer->markup = markup_parse(answer->response->body, answer->response->body_length,
                                      answer->exchange->url);
    return evaluate_xpath(evaluation, answer->markup, xpath, evaluation->expression->xpath == NULL,
                          value);
}

bool evaluate_regex(struct evaluation *evaluation, const struct pattern *pattern,
                    const struct template *argument, const char *text, size_t length,
                    struct selected *value)
{
    struct pattern *own = NULL;
    if (pattern == NULL) {
        struct error error = {0};
        const char *source = evaluate_render(evaluation, argument);
        if (source == NULL)
            return false;
        pattern = own = pattern_compile(source, &error, NULL);
        if (pattern == NULL)
            return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING,
                                  "%s is not a regular expression: %s", source, error.text);
    }
    size_t start, end;
    enum result result = pattern_find(pattern, text, length, &start, &end);
    json_t *found = result == RESULT_OK ? evaluate_text(text + start, end - start) : NULL;
    pattern_free(own);
    if (result == RESULT_LIMIT)
        return evaluate_mismatches(evaluation, "gave up: the regular expression takes too long");
    set_value(value, found);
    return true;
}

static bool query_regex(struct evaluation *evaluation, struct selected *value)
{
    const struct expression *expression = evaluation->expression;
    const struct net_response *response = evaluation->answer->response;
    return evaluate_regex(evaluation, expression->pattern, expression->argument, response->body,
                          response->body_length, value);
}

static bool query_url(struct evaluation *evaluation, struct selected *value)
{
    return set_text(value, evaluation->answer->exchange->url);
}

static bool query_redirects(struct evaluation *evaluation, struct selected *value)
{
    set_value(value, json_integer((json_int_t)evaluation->answer->redirects));
    return true;
}

static bool query_ip(struct evaluation *evaluation, struct selected *value)
{
    return set_text(value, evaluation->answer->exchange->ip);
}

static bool query_http_version(struct evaluation *evaluation, struct selected *value)
{
    return set_text(value, evaluation->answer->exchange->http);
}

static bool query_sha256(struct evaluation *evaluation, struct selected *value)
{
    const struct net_response *response = evaluation->answer->response;
    char hex[NET_SHA256_LENGTH + 1];
    net_sha256(response->body, response->body_length, hex);
    return set_text(value, hex);
}

static bool query_certificate(struct evaluation *evaluation, struct selected *value)
{
    const struct certificate *certificate = evaluation->answer->exchange->certificate;
    const char *name = evaluate_render(evaluation, evaluation->expression->argument);
    if (name == NULL)
        return false;
    set_value(value, NULL);
    if (certificate == NULL)
        return true;
    const struct {
        const char *name, *text;
    } fields[] = {
#define X(field, field_name) {field_name, certificate->field},
        CERTIFICATE_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (strcasecmp(fields[i].name, name) == 0)
            return set_text(value, fields[i].text);
    return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING, "a certificate has no `%s`",
                          name);
}

static bool query_time(struct evaluation *evaluation, struct selected *value)
{
    const struct exchange *exchange = evaluation->answer->exchange;
    int phase = evaluation->expression->time_phase;
    duration time = phase == PHASE_COUNT ? exchange->total : exchange->phases[phase];
    set_value(value, time == PHASE_ABSENT ? NULL : json_integer(time));
    return true;
}

typedef bool query_function(struct evaluation *evaluation, struct selected *value);

static query_function *const functions[] = {
    [QUERY_STATUS] = query_status,
    [QUERY_HEADER] = query_header,
    [QUERY_COOKIE] = query_cookie,
    [QUERY_BODY] = query_body,
    [QUERY_BYTES] = query_bytes,
    [QUERY_JSONPATH] = query_jsonpath,
    [QUERY_XPATH] = query_markup,
    [QUERY_CSS] = query_markup,
    [QUERY_REGEX] = query_regex,
    [QUERY_URL] = query_url,
    [QUERY_REDIRECTS] = query_redirects,
    [QUERY_IP] = query_ip,
    [QUERY_HTTP_VERSION] = query_http_version,
    [QUERY_SHA256] = query_sha256,
    [QUERY_CERTIFICATE] = query_certificate,
    [QUERY_TIME] = query_time,
};

/* A query without its function does not build. */
#define X(name, word, argument, help) +1
_Static_assert(COUNT_OF(functions) == 0 QUERY_TABLE(X), "every query has a function");
#undef X

bool evaluate_query(struct evaluation *evaluation, struct selected *value)
{
    return functions[evaluation->expression->query](evaluation, value);
}
