/* SPDX-License-Identifier: MIT */
/*
 * Every mistake that a file can hold, declared once: its severity and its stable code (public API).
 * Private to scenarios/, which alone makes mistakes; others read them from mistake.h.
 */
#ifndef SCENARIOS_MISTAKE_KIND_H
#define SCENARIOS_MISTAKE_KIND_H

#include "monitor/base/result.h"
#include "scenarios/mistake.h"

/* X(NAME, severity, code) */
#define MISTAKE_TABLE(X)                                                                           \
    X(FILE_UNREADABLE, ERROR, "file.unreadable")                                                   \
    X(FILE_SIZE, ERROR, "file.size")                                                               \
    X(FILE_ENCODING, ERROR, "file.encoding")                                                       \
    X(FILE_CHARACTER, ERROR, "file.character")                                                     \
    X(FILE_EMPTY, ERROR, "file.empty")                                                             \
    X(FILE_KIND, ERROR, "file.kind")                                                               \
    X(YAML_SYNTAX, ERROR, "yaml.syntax")                                                           \
    X(YAML_DOCUMENTS, ERROR, "yaml.documents")                                                     \
    X(YAML_DUPLICATE_KEY, ERROR, "yaml.duplicate_key")                                             \
    X(YAML_KEY, ERROR, "yaml.key")                                                                 \
    X(YAML_MERGE_KEY, ERROR, "yaml.merge_key")                                                     \
    X(YAML_ANCHOR, ERROR, "yaml.anchor")                                                           \
    X(YAML_TAG, ERROR, "yaml.tag")                                                                 \
    X(YAML_DEPTH, ERROR, "yaml.depth")                                                             \
    X(YAML_CHARACTER, ERROR, "yaml.character")                                                     \
    X(YAML_COLON, ERROR, "yaml.colon")                                                             \
    X(YAML_COMMENT, ERROR, "yaml.comment")                                                         \
    X(YAML_FLOW, ERROR, "yaml.flow")                                                               \
    X(KEY_UNKNOWN, ERROR, "key.unknown")                                                           \
    X(KEY_MISSING, ERROR, "key.missing")                                                           \
    X(KEY_CONFLICT, ERROR, "key.conflict")                                                         \
    X(VALUE_TYPE, ERROR, "value.type")                                                             \
    X(VALUE_EMPTY, ERROR, "value.empty")                                                           \
    X(VALUE_FORMAT, ERROR, "value.format")                                                         \
    X(VALUE_RANGE, ERROR, "value.range")                                                           \
    X(VALUE_WORD, ERROR, "value.word")                                                             \
    X(VALUE_COUNT, ERROR, "value.count")                                                           \
    X(NAME_INVALID, ERROR, "name.invalid")                                                         \
    X(NAME_GIVEN, ERROR, "name.given")                                                             \
    X(NAME_DUPLICATE, ERROR, "name.duplicate")                                                     \
    X(NAME_UNDEFINED, ERROR, "name.undefined")                                                     \
    X(NAME_COMPONENT, ERROR, "name.component")                                                     \
    X(NAME_VANTAGE, ERROR, "name.vantage")                                                         \
    X(NAME_TIMEZONE, ERROR, "name.timezone")                                                       \
    X(VARIABLE_VANTAGE, ERROR, "variable.vantage")                                                 \
    X(USE_CIRCLE, ERROR, "use.circle")                                                             \
    X(USE_DEPTH, ERROR, "use.depth")                                                               \
    X(POOL_INVALID, ERROR, "data.invalid")                                                         \
    X(POOL_SHORT, ERROR, "data.short")                                                             \
    X(CRON_INVALID, ERROR, "cron.invalid")                                                         \
    X(QUORUM_HIGH, ERROR, "quorum.high")                                                           \
    X(MUTATES_UNSETTLED, ERROR, "mutates.unsettled")                                               \
    X(MUTATES_REPEATED, ERROR, "mutates.repeated")                                                 \
    X(SETTLES_NOTHING, ERROR, "settles.nothing")                                                   \
    X(URL_BASE, ERROR, "url.base")                                                                 \
    X(TEMPLATE_INVALID, ERROR, "template.invalid")                                                 \
    X(EXPRESSION_SYNTAX, ERROR, "expression.syntax")                                               \
    X(EXPRESSION_TEXT, ERROR, "expression.text")                                                   \
    X(EXPRESSION_NUMBER, ERROR, "expression.number")                                               \
    X(EXPRESSION_QUERY, ERROR, "expression.query_unknown")                                         \
    X(EXPRESSION_WORD, ERROR, "expression.word_unknown")                                           \
    X(EXPRESSION_ARGUMENT, ERROR, "expression.argument")                                           \
    X(EXPRESSION_PREDICATE_MISSING, ERROR, "expression.predicate_missing")                         \
    X(EXPRESSION_PREDICATE, ERROR, "expression.predicate_unexpected")                              \
    X(EXPRESSION_OPERAND, ERROR, "expression.operand")                                             \
    X(EXPRESSION_CONSEQUENCE, ERROR, "expression.consequence")                                     \
    X(EXPRESSION_TYPE, ERROR, "expression.type")                                                   \
    X(EXPRESSION_UNIT, ERROR, "expression.unit")                                                   \
    X(EXPRESSION_RANGE, ERROR, "expression.range")                                                 \
    X(EXPRESSION_JSONPATH, ERROR, "expression.jsonpath")                                           \
    X(EXPRESSION_XPATH, ERROR, "expression.xpath")                                                 \
    X(EXPRESSION_CSS, ERROR, "expression.css")                                                     \
    X(EXPRESSION_REGEX, ERROR, "expression.regex")                                                 \
    X(LINT_FOREIGN_VARIABLE, WARNING, "lint.foreign_variable")                                     \
    X(LINT_JSON_TEXT, WARNING, "lint.json_text")                                                   \
    X(LINT_QUOTES, WARNING, "lint.quotes")                                                         \
    X(LINT_CAPTURE_UNUSED, WARNING, "lint.capture_unused")                                         \
    X(LINT_NO_CONTENT, WARNING, "lint.no_content")                                                 \
    X(LINT_FIND_ANYWHERE, WARNING, "lint.find_anywhere")                                           \
    X(LINT_TIMEOUT, WARNING, "lint.timeout_over_every")                                            \
    X(LINT_BUDGET, WARNING, "lint.budget_over_every")                                              \
    X(LINT_OBJECTIVE, WARNING, "lint.objective")                                                   \
    X(LINT_NO_NEEDS, WARNING, "lint.no_needs")                                                     \
    X(LINT_NO_CLEANUP, WARNING, "lint.no_cleanup")                                                 \
    X(LINT_SECRET_FILE, WARNING, "lint.secret_file")                                               \
    X(LINT_SET_APPLICATION, WARNING, "lint.set_no_application")                                    \
    X(LINT_SET_DATABASE, WARNING, "lint.set_one_database_part")                                    \
    X(LINT_SET_WRITE, WARNING, "lint.set_no_write")

enum mistake_kind {
#define X(name, severity, code) MISTAKE_##name,
    MISTAKE_TABLE(X)
#undef X
        MISTAKE_KIND_COUNT
};

struct mistake_place {
    const char *file;
    struct position position;
    const char *source; /* the line; may be NULL */
};

/* `hint` may be NULL. */
void mistakes_report(struct mistakes *mistakes, enum mistake_kind kind,
                     const struct mistake_place *place, const char *hint, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* Puts those from the `from`-th on in the order of the file that they are in. */
void mistakes_sort(struct mistakes *mistakes, size_t from);

#endif
