/* SPDX-License-Identifier: MIT */
/* What holds between several keys of a reporter. See reporter_settings.h. */
#include "scenarios/reporter_settings.h"

#include "monitor/base/listen.h"
#include "scenarios/loader.h"
#include "scenarios/secret.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 20 };

/* With blanks around each key. `kind` is everybody's. */
static const struct {
    const char *kind, *takes, *needs;
} kinds[] = {
    {"console", " runs to ", " "},
    {"json-lines", " path ", " path "},
    {"prometheus", " listen hosts ", " "},
    {"status-page", " listen operator token hosts url timezone publish export ", " "},
    {"statuspage", " url page key components metrics publish timeout ", " page key components "},
    {"webhook", " url secret headers json timeout ", " url "},
};
_Static_assert(COUNT_OF(kinds) <= KINDS_MAX, "too many kinds");

const char *reporter_kind_word(size_t n)
{
    return n < COUNT_OF(kinds) ? kinds[n].kind : NULL;
}

enum message_variable message_variable_find(const char *name)
{
    static const char *const names[] = {
#define X(variable, word, text) word,
        MESSAGE_VARIABLE_TABLE(X)
#undef X
    };
    unsigned n = 0;
    while (n < COUNT_OF(names) && strcmp(names[n], name) != 0)
        n++;
    return (enum message_variable)n;
}

static bool holds(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; (at = strstr(at, name)) != NULL; at++)
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

static void report_kind(struct loader *loader, const struct yaml_node *kind)
{
    const char *names[KINDS_MAX], *hint = "there is";
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        names[i] = kinds[i].kind;
        hint = arena_print(loader->arena, "%s%s %s", hint, i > 0 ? "," : "", names[i]);
    }
    const char *nearest = mistake_nearest(kind->text, names, COUNT_OF(kinds));
    if (nearest != NULL)
        hint = arena_print(loader->arena, "did you mean `%s`?", nearest);
    loader_report(loader, MISTAKE_VALUE_WORD, kind->position, hint,
                  "there is no kind of reporter `%s`", kind->text);
}

static void check_keys(struct loader *loader, const struct yaml_node *reporter, size_t n)
{
    for (size_t i = 0; i < yaml_pair_count(reporter); i++) {
        const struct yaml_node *key = yaml_key(reporter, i);
        if (key->kind == YAML_SCALAR && strcmp(key->text, "kind") != 0 &&
            language_find(LANGUAGE_IN_REPORTER, key->text) != NULL &&
            !holds(kinds[n].takes, key->text))
            loader_report(loader, MISTAKE_KEY_CONFLICT, key->position,
                          arena_print(loader->arena, "it takes%.*s",
                                      (int)strlen(kinds[n].takes) - 1, kinds[n].takes),
                          "a reporter of kind %s has no use for `%s`", kinds[n].kind, key->text);
    }
    for (const char *at = kinds[n].needs + 1; *at != '\0';) {
        size_t length = strcspn(at, " ");
        const char *name = arena_duplicate_bytes(loader->arena, at, length);
        if (yaml_find(reporter, name) == NULL)
            loader_report(loader, MISTAKE_KEY_MISSING, reporter->position, NULL,
                          "a reporter of kind %s needs `%s`", kinds[n].kind, name);
        at += length + 1;
    }
}

void reporter_settings_check(struct loader *loader, const struct yaml_node *reporters)
{
    if (reporters == NULL || reporters->kind != YAML_MAPPING)
        return;
    for (size_t i = 0; i < yaml_pair_count(reporters); i++) {
        const struct yaml_node *reporter = yaml_value(reporters, i);
        const struct yaml_node *kind = yaml_find(reporter, "kind");
        size_t n = 0;
        if (kind == NULL || kind->kind != YAML_SCALAR || yaml_type(kind) != YAML_TEXT)
            continue;
        while (n < COUNT_OF(kinds) && strcmp(kinds[n].kind, kind->text) != 0)
            n++;
        if (n == COUNT_OF(kinds))
            report_kind(loader, kind);
        else
            check_keys(loader, reporter, n);
    }
}

static void check_port(struct loader *loader, const struct reporter_settings *reporter,
                       const char *listen)
{
    const char *colon = listen != NULL ? strrchr(listen, ':') : NULL;
    if (colon != NULL && strtol(colon + 1, NULL, 10) > UINT16_MAX)
        loader_report(loader, MISTAKE_VALUE_RANGE, reporter->position, NULL,
                      "a port must lie between 0 and %d", UINT16_MAX);
}

void reporter_settings_check_listeners(struct loader *loader,
                                       const struct reporter_settings *reporters, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct reporter_settings *reporter = &reporters[i];
        struct listen_address address;
        check_port(loader, reporter, reporter->listen);
        check_port(loader, reporter, reporter->operator_listen);
        if (reporter->operator_listen != NULL && reporter->token == NULL &&
            listen_parse(reporter->operator_listen, &address) == RESULT_OK &&
            !listen_is_loopback(address.host))
            loader_report(loader, MISTAKE_KEY_MISSING, reporter->position,
                          "write: token: ${OPERATOR_TOKEN}, and a secret of that name",
                          "operators' pages that others than this machine can reach need `token`");
    }
}

void reporter_settings_check_names(struct loader *loader, const struct secret *secrets,
                                   size_t secret_count)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct use *use = &loader->uses[i];
        bool known = message_variable_find(use->name) != MESSAGE_VARIABLE_COUNT;
        for (size_t s = 0; s < secret_count && !known; s++)
            known = strcmp(secrets[s].name, use->name) == 0;
        if (!known)
            loader_report(
                loader, MISTAKE_NAME_UNDEFINED, use->position,
                arena_print(loader->arena, "write: secrets: {%s: {env: %s}}", use->name, use->name),
                "the shop file has no secret `%s`", use->name);
    }
}
