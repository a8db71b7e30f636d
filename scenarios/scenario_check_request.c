/* SPDX-License-Identifier: MIT */
/* What the keys of one request must have in common. See scenario_check.h. */
#include "scenarios/scenario_check.h"

#include <string.h>

/* Where a step says its request, or its body: the first of these keys that it has. */
static const char *first_key(const struct step *step, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (yaml_find(step->node, keys[i]) != NULL)
            return keys[i];
    return NULL;
}

/* `post: /graphql` with a query as text: as it is asked here. */
static const char *graphql_hint(struct loader *loader, const struct step *step)
{
    const char *pairs = loader_pairs_hint(loader, "query", template_source(step->document));
    return pairs != NULL ? pairs
           : step->url == NULL
               ? "only with `graphql` is it text"
               : arena_print(loader->arena, "only with `graphql` is it text: graphql: %s",
                             template_source(step->url));
}

static bool is_text(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_SCALAR && yaml_type(node) == YAML_TEXT;
}

/* JSON is YAML: what stands in quotes is not an object, but text. */
static void check_json(struct loader *loader, const struct step *step)
{
    const struct yaml_node *json = yaml_find(step->node, "json");
    const struct yaml_node *variables = yaml_find(step->node, "variables");
    bool is_block = json != NULL && json->kind == YAML_SCALAR && json->style == YAML_BLOCK;
    if (is_text(json) && strchr("{[", json->text[strspn(json->text, " \t\r\n")]) != NULL &&
        json->text[0] != '\0')
        scenario_report_step(loader, step, "json", MISTAKE_LINT_JSON_TEXT,
                             is_block ? "JSON is YAML, too: leave out the `|`"
                                      : "JSON is YAML, too: leave out the quotes around it",
                             "this is sent as one text in JSON, not as an object");
    if (step->is_graphql && variables != NULL && variables->kind != YAML_MAPPING &&
        variables->kind != YAML_REFUSED)
        scenario_report_step(loader, step, "variables", MISTAKE_VALUE_TYPE,
                             "write: variables: {slug: \"${slug}\"}",
                             "with `graphql`, `variables` is a map of names and values");
}

static void check_graphql(struct loader *loader, const struct step *step)
{
    const struct yaml_node *query = yaml_find(step->node, "query");
    if (!step->is_graphql && step->document != NULL)
        scenario_report_step(loader, step, "query", MISTAKE_VALUE_TYPE, graphql_hint(loader, step),
                             "expected a map of names and values, not text");
    if (!step->is_graphql && step->variables != NULL)
        scenario_report_step(loader, step, "variables", MISTAKE_KEY_CONFLICT,
                             "values for all steps stand under `variables` at the left margin",
                             "`variables` in a step goes with `graphql`");
    if (!step->is_graphql)
        return;
    if (query == NULL && step->url != NULL)
        scenario_report_step(loader, step, NULL, MISTAKE_KEY_MISSING,
                             "write: query: \"{ shop { name } }\"",
                             "a `graphql` step needs the key `query`");
    else if (query != NULL && query->kind == YAML_MAPPING)
        scenario_report_step(loader, step, "query", MISTAKE_VALUE_TYPE,
                             "write: query: \"{ shop { name } }\"",
                             "with `graphql`, `query` is the text that is asked");
}

void scenario_check_request(struct loader *loader, const struct step *step, bool has_base)
{
    static const char *const methods[] = {
#define X(name, key) key,
        METHOD_TABLE(X)
#undef X
            "graphql"};
    static const char *const bodies[] = {"json", "form", "body", "file", "multipart"};
    bool has_body = step->json != NULL || step->body != NULL || step->form != NULL ||
                    step->file != NULL || step->parts != NULL;
    bool allows_body = step->method == METHOD_POST || step->method == METHOD_PUT ||
                       step->method == METHOD_PATCH || step->method == METHOD_DELETE;
    bool is_path = step->url != NULL && template_source(step->url)[0] == '/';
    if (is_path && !has_base && !loader->is_base_told)
        scenario_report_step(
            loader, step, first_key(step, methods, COUNT_OF(methods)), MISTAKE_URL_BASE,
            "write: base: https://shop.example.com; or give the shop file that has it: -c FILE",
            "a path, and no base to add it to");
    loader->is_base_told |= is_path && !has_base;
    if (step->url != NULL && has_body && !allows_body)
        scenario_report_step(loader, step, first_key(step, bodies, COUNT_OF(bodies)),
                             MISTAKE_KEY_CONFLICT, "use `query` for parameters of the URL",
                             "a %s request has no body", method_name(step->method));
    else if (has_body && step->is_graphql)
        scenario_report_step(loader, step, first_key(step, bodies, COUNT_OF(bodies)),
                             MISTAKE_KEY_CONFLICT, "use `query` and `variables`",
                             "`graphql` makes its own body");
    check_graphql(loader, step);
    check_json(loader, step);
}
