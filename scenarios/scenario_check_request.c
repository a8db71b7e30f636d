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

static void check_graphql(struct loader *loader, const struct step *step)
{
    const struct yaml_node *query = yaml_find(step->node, "query");
    if (!step->is_graphql && step->document != NULL)
        scenario_report_step(loader, step, "query", MISTAKE_VALUE_TYPE,
                             "only with `graphql` is it text",
                             "expected a map of names and values, not text");
    if (!step->is_graphql && step->variables != NULL)
        scenario_report_step(loader, step, "variables", MISTAKE_KEY_CONFLICT, NULL,
                             "`variables` in a step goes with `graphql`");
    if (!step->is_graphql)
        return;
    if (query == NULL)
        scenario_report_step(loader, step, NULL, MISTAKE_KEY_MISSING, NULL,
                             "a `graphql` step needs the key `query`");
    else if (query->kind == YAML_MAPPING)
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
    if (step->url != NULL && template_source(step->url)[0] == '/' && !has_base)
        scenario_report_step(loader, step, first_key(step, methods, COUNT_OF(methods)),
                             MISTAKE_URL_BASE, "set `base` in the scenario or the shop file",
                             "a path, and no base to add it to");
    if (step->url != NULL && has_body && !allows_body)
        scenario_report_step(loader, step, first_key(step, bodies, COUNT_OF(bodies)),
                             MISTAKE_KEY_CONFLICT, "use `query` for parameters of the URL",
                             "a %s request has no body", method_name(step->method));
    else if (has_body && step->is_graphql)
        scenario_report_step(loader, step, first_key(step, bodies, COUNT_OF(bodies)),
                             MISTAKE_KEY_CONFLICT, "use `query` and `variables`",
                             "`graphql` makes its own body");
    check_graphql(loader, step);
}
