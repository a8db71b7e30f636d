/* SPDX-License-Identifier: MIT */
/*
 * Assertions and captures, one a line: query, filters, predicate, consequence. Hurl's syntax and
 * typing. Parsed and checked here when a file is loaded; journey/evaluate.c works them out.
 *
 *     jsonpath "$.items" count >= 1 | degrade
 *     ^query   ^argument ^filter ^predicate ^consequence
 */
#ifndef SCENARIOS_EXPRESSION_H
#define SCENARIOS_EXPRESSION_H

#include "monitor/record/run.h"
#include "scenarios/mistake.h"
#include "scenarios/template.h"

#include <stdint.h>

/* X(NAME, word, takes an argument, help) */
#define QUERY_TABLE(X)                                                                             \
    X(STATUS, "status", false, "the status code, a number")                                        \
    X(HEADER, "header", true,                                                                      \
      "a header's value, whatever the case of its name; a list when it came more than once")       \
    X(COOKIE, "cookie", true, "the value of a cookie that the answer set")                         \
    X(BODY, "body", false, "the body as text")                                                     \
    X(BYTES, "bytes", false, "the size of the body in bytes")                                      \
    X(JSONPATH, "jsonpath", true, "RFC 9535: a singular path gives its value, another a list")     \
    X(XPATH, "xpath", true, "XPath 1.0 over the HTML body")                                        \
    X(CSS, "css", true,                                                                            \
      "a CSS selector over the HTML body: the text of what it selects, a list when that is more "  \
      "than one")                                                                                  \
    X(REGEX, "regex", true, "the first match in the body: group 1 where there is one")             \
    X(URL, "url", false, "the URL of the last exchange")                                           \
    X(REDIRECTS, "redirects", false, "how many redirects were followed")                           \
    X(IP, "ip", false, "the address that answered")                                                \
    X(HTTP_VERSION, "http.version", false, "`1.1`, `2`")                                           \
    X(SHA256, "sha256", false, "the SHA-256 of the body, 64 hexadecimal digits")                   \
    X(CERTIFICATE, "certificate", true,                                                            \
      "of the server's certificate: `Subject`, `Issuer`, `Start-Date`, `Expire-Date`, "            \
      "`Serial-Number`; nothing without TLS")                                                      \
    X(TIME, "time.", false,                                                                        \
      "`time.total`, or a phase: `time.blocked`, `time.dns`, `time.connect`, `time.tls`, "         \
      "`time.send`, `time.wait`, `time.receive`; nothing for one that did not happen")

enum query {
#define X(name, word, argument, help) QUERY_##name,
    QUERY_TABLE(X)
#undef X
};

/* X(NAME, word, number of arguments, help) */
#define FILTER_TABLE(X)                                                                            \
    X(COUNT, "count", 0, "how many: elements of a list; 0 when nothing was selected")              \
    X(NTH, "nth", 1, "the n-th element, counted from 0")                                           \
    X(FIRST, "first", 0, "the first element")                                                      \
    X(LAST, "last", 0, "the last element")                                                         \
    X(ATTRIBUTE, "attribute", 1, "an attribute of what css or xpath selected")                     \
    X(TO_INT, "toInt", 0, "text as an integer")                                                    \
    X(TO_FLOAT, "toFloat", 0, "text as a number")                                                  \
    X(TO_STRING, "toString", 0, "a number or boolean as text")                                     \
    X(TRIM, "trim", 0, "text without white space around it")                                       \
    X(SPLIT, "split", 1, "text as a list, divided at the argument")                                \
    X(REPLACE, "replace", 2, "text with every occurrence of the first argument replaced")          \
    X(URL_DECODE, "urlDecode", 0, "text with %XX decoded")                                         \
    X(DECODE, "decode", 1, "the bytes of `body`, `bytes` or `base64Decode` from a character set")  \
    X(BASE64_DECODE, "base64Decode", 0, "what text in Base64 stands for")                          \
    X(HTML_UNESCAPE, "htmlUnescape", 0, "text with &amp;, &#38; and the like decoded")             \
    X(DATE_FORMAT, "dateFormat", 1, "a date in the format of strftime, in UTC: \"%Y-%m-%d\"")      \
    X(DAYS_AFTER_NOW, "daysAfterNow", 0, "how many whole days a date is in the future")            \
    X(DAYS_BEFORE_NOW, "daysBeforeNow", 0, "how many whole days a date is in the past")            \
    X(SUB_XPATH, "xpath", 1, "XPath 1.0 over text that holds HTML")                                \
    X(SUB_JSONPATH, "jsonpath", 1, "JSONPath over the value, or over text that holds JSON")        \
    X(SUB_REGEX, "regex", 1, "the first match in the text")

enum filter_kind {
#define X(name, word, arguments, help) FILTER_##name,
    FILTER_TABLE(X)
#undef X
};

/* X(NAME, word, operands: 0, 1, 2 = between, -1 = a list, help) */
#define PREDICATE_TABLE(X)                                                                         \
    X(EQUAL, "==", 1, "same type and value; 1 == 1.0")                                             \
    X(NOT_EQUAL, "!=", 1, "the opposite")                                                          \
    X(GREATER_EQUAL, ">=", 1, "numbers, or text in byte order")                                    \
    X(LESS_EQUAL, "<=", 1, "")                                                                     \
    X(GREATER, ">", 1, "")                                                                         \
    X(LESS, "<", 1, "")                                                                            \
    X(IN, "in", -1, "one of several: `status in 200, 204`")                                        \
    X(BETWEEN, "between", 2, "`bytes between 100 and 5000`, both included")                        \
    X(STARTS_WITH, "startsWith", 1, "")                                                            \
    X(ENDS_WITH, "endsWith", 1, "")                                                                \
    X(CONTAINS, "contains", 1, "text in text, or an element in a list")                            \
    X(MATCHES, "matches", 1, "a regular expression, `\"...\"` or `/.../`")                         \
    X(EXISTS, "exists", 0, "something was selected")                                               \
    X(IS_EMPTY, "isEmpty", 0, "empty text, list or object; nothing selected")                      \
    X(IS_NUMBER, "isNumber", 0, "")                                                                \
    X(IS_INTEGER, "isInteger", 0, "")                                                              \
    X(IS_FLOAT, "isFloat", 0, "")                                                                  \
    X(IS_STRING, "isString", 0, "")                                                                \
    X(IS_BOOLEAN, "isBoolean", 0, "")                                                              \
    X(IS_COLLECTION, "isCollection", 0, "a list or an object")                                     \
    X(IS_ISO_DATE, "isIsoDate", 0, "text such as 2026-11-23T14:07:00Z (RFC 3339)")

enum predicate {
#define X(name, word, operands, help) PREDICATE_##name,
    PREDICATE_TABLE(X)
#undef X
};

/* What a false assertion means for its step. X(NAME, word) */
#define CONSEQUENCE_TABLE(X)                                                                       \
    X(FAIL, "fail")       /* the default */                                                        \
    X(DEGRADE, "degrade") /* right, but not well */                                                \
    X(NOTE, "note")       /* recorded, no more */

enum consequence {
#define X(name, word) CONSEQUENCE_##name,
    CONSEQUENCE_TABLE(X)
#undef X
};

/* A literal or `${name}`. Times are written with their unit and held in microseconds. */
struct operand {
    enum operand_kind {
        OPERAND_VALUE,    /* number, boolean, null: `value` */
        OPERAND_TEXT,     /* quoted: `text`, rendered per run */
        OPERAND_VARIABLE, /* bare `${name}`: `text` is the name's template; the variable keeps its
                             type */
        OPERAND_PATTERN,  /* `/.../`, or text behind `matches` without variables: `pattern` */
    } kind;
    struct json_t *value;
    struct template *text;
    struct pattern *pattern;
    bool is_duration;
};

struct filter {
    enum filter_kind kind;
    struct operand arguments[2];
    struct jsonpath *jsonpath; /* FILTER_SUB_JSONPATH, constant argument */
    struct pattern *pattern;   /* FILTER_SUB_REGEX, constant argument */
    const char *xpath;         /* FILTER_SUB_XPATH, constant argument */
};

/* A variable in an expression, and where in its source the `${` is. */
struct expression_use {
    const char *name;
    size_t offset;
};

struct expression {
    const char *source;        /* as written, for reports */
    struct template *argument; /* of the query; NULL when it takes none */
    /* Compiled when the argument is constant; otherwise NULL, and compiled from the rendered
     * argument at each use. */
    union {
        struct jsonpath *jsonpath; /* QUERY_JSONPATH */
        struct pattern *pattern;   /* QUERY_REGEX */
        const char *xpath;         /* QUERY_XPATH, QUERY_CSS */
    };
    struct filter *filters;
    struct expression_use *uses;
    struct operand *operands; /* of assertions only, as what follows but for `is_secret` */
    enum query query;
    enum predicate predicate;
    enum consequence consequence;
    int time_phase; /* QUERY_TIME: an enum phase, or PHASE_COUNT for total */
    uint32_t filter_count, use_count, operand_count;
    bool negated;
    bool is_secret; /* captures only: what it gives is shown nowhere */
};

/* One that a file holds. Where the same line stands elsewhere, `expression` is the same one. */
struct assertion {
    const struct expression *expression;
    struct position position;
};

/*
 * Parses one line into `arena`. `is_capture`: no predicate and no consequence may follow; otherwise
 * a predicate must. `position` is where `text` begins in `file` and `line` its source (for the
 * caret). NULL after adding to `mistakes`. What is not in the arena (values, patterns) is freed by
 * expression_free.
 */
struct expression *expression_parse(struct arena *arena, const char *text, bool is_capture,
                                    const char *file, struct position position, const char *line,
                                    struct mistakes *mistakes);
void expression_free(struct expression *expression); /* takes NULL */

/* True for an assertion that looks at what was answered, not only at status and time. */
bool expression_is_about_content(const struct expression *expression);

const char *query_word(enum query query);
const char *filter_word(enum filter_kind kind);
const char *predicate_word(enum predicate predicate);

#endif
