/* SPDX-License-Identifier: MIT */
/*
 * The language, one row a key: what it is called, what it takes, where it goes, what it means. The
 * loader follows this table, and so do the schema and the manual: nothing else knows the keys.
 */
#ifndef SCENARIOS_LANGUAGE_H
#define SCENARIOS_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANGUAGE_TEXT_MAX = 4000, LANGUAGE_LIST_MAX = 1000, LANGUAGE_BODY_MAX = 128 * 1024 };

/* What a key takes. X(NAME, for people) */
#define LANGUAGE_TYPE_TABLE(X)                                                                     \
    X(INTEGER, "a whole number")                                                                   \
    X(INTEGERS, "a list of whole numbers")                                                         \
    X(DURATION, "a time with its unit: 500ms, 1.5s, 5m, 1h")                                       \
    X(WORD, "one word of a few")                                                                   \
    X(TEXT, "text")                                                                                \
    X(TEXTS, "a list of texts")                                                                    \
    X(TEXT_OR_TEXTS, "a text or a list of texts")                                                  \
    X(TEMPLATE, "text")                                                                            \
    X(PAIRS, "a map of names and values")                                                          \
    X(REQUEST, "a URL or a path")                                                                  \
    X(JSON, "any value")                                                                           \
    X(CONDITION, "`name` or `not name` of a variable, or a list of these")                         \
    X(NEEDS, "a component or a list of components")                                                \
    X(ASSERTIONS, "a list of assertions, or one")                                                  \
    X(CAPTURES, "a map of names and expressions")                                                  \
    X(OBJECTS, "a list")                                                                           \
    X(OBJECT_MAP, "a map")                                                                         \
    X(TEXTS_MAP, "a map of names and lists")                                                       \
    X(OBJECT, "a map of keys")                                                                     \
    X(ASSERTION, "an assertion")                                                                   \
    X(WORDS, "a word or a list of words")                                                          \
    X(WORD_MAP, "a map of names and words")                                                        \
    X(QUERY, "a map of names and values; with `graphql`, text")                                    \
    X(GRAPHQL, "a URL or a path")                                                                  \
    X(FILE, "a file's path, seen from where this file is")                                         \
    X(PARTS, "a map of names, and values or files")                                                \
    X(CRON, "the five fields of cron, such as \"*/5 8-22 * * MON-SAT\"")                           \
    X(TIMEZONE, "a time zone, such as Europe/Berlin")                                              \
    X(PERCENTAGE, "a percentage, such as 99.9%")                                                   \
    X(VARIABLES, "a map of names, and values or a map of vantage points and values")               \
    X(FLAG, "true or false")

enum language_type {
#define X(name, text) LANGUAGE_##name,
    LANGUAGE_TYPE_TABLE(X)
#undef X
};

/* What text must look like: a regular expression that PCRE2 and ECMA-262 read alike.
 * X(NAME, expression, for people) */
#define LANGUAGE_FORMAT_TABLE(X)                                                                   \
    X(LINE, "\\S", "one line of text")                                                             \
    X(PROSE, "\\S", "text")                                                                        \
    X(ANY, "", "text")                                                                             \
    X(NAME, "^[A-Za-z0-9][A-Za-z0-9_-]*$", "a name of letters, digits, _ and -")                   \
    X(COMPONENT, "^[A-Za-z0-9][A-Za-z0-9_-]*([.][A-Za-z0-9][A-Za-z0-9_-]*)?$",                     \
      "a component or a part of one, such as db or db.orders")                                     \
    X(VARIABLE, "^[A-Za-z_][A-Za-z0-9_.-]*$",                                                      \
      "a variable's name: a letter or _, then letters, digits, _ . -")                             \
    X(CONDITION, "^(not )?[A-Za-z_][A-Za-z0-9_.-]*$", "`name` or `not name` of a variable")        \
    X(HEADER, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "a header's name")                                  \
    X(COOKIE, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "a cookie's name")                                  \
    X(URL, "^https?://[^\\s/]\\S*$", "a URL that begins with http:// or https://")                 \
    X(BASE, "^(https?://[^\\s/]|[$][{])\\S*$", "a URL that begins with http:// or https://")       \
    X(REQUEST, "^(/|https?://[^\\s/]|[$][{])\\S*$",                                                \
      "a path that begins with /, or a URL that begins with http:// or https://, without spaces")  \
    X(STORE, "^sqlite:.+$", "sqlite:PATH")                                                         \
    X(TABLE, "^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)?$",                               \
      "a table's name, such as public.shopwatch_canary")                                           \
    X(HOST,                                                                                        \
      "^(\\[[0-9A-Fa-f:.]+\\]|[^\\s/:@\\[\\]]+)(:(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|"        \
      "6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}))?$",                                          \
      "a host, with or without a port up to 65535")                                                \
    X(LISTEN, "^(\\[[0-9A-Fa-f:.]+\\]|[^\\s/:@\\[\\]]+):[0-9]{1,5}$",                              \
      "an address and a port, such as 127.0.0.1:8080")                                             \
    X(ADDRESS, "^([0-9]{1,3}([.][0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+)$",                    \
      "an IP address, such as 192.0.2.7 or 2001:db8::7")                                           \
    X(ORIGIN,                                                                                      \
      "^((https?://)?([0-9]{1,3}([.][0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+\\])"                          \
      "(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?" \
      "|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$",                                             \
      "an IP address, such as 203.0.113.9, 203.0.113.9:8443 or http://10.0.0.5:8080")              \
    X(NAMESPACE, "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "the name of a network namespace")               \
    X(INTERFACE, "^[^\\s/]{1,15}$", "the name of a network interface, such as eth1")               \
    X(MEDIA_TYPE, "^[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+(;.*)?$",                           \
      "a media type, such as image/png")                                                           \
    X(PROXY, "^(http|socks5h?)://[^\\s/]+:[0-9]{1,5}/?$",                                          \
      "http://, socks5:// or socks5h://, then HOST:PORT")                                          \
    X(STEP_PROXY, "^(http|socks5h?)://[^\\s/]+(:[0-9]{1,5}|[}])/?$|^[$][{]\\S*[}]$",               \
      "http://, socks5:// or socks5h://, then HOST:PORT")                                          \
    X(MOMENT,                                                                                      \
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?$",   \
      "a day and a time, such as 2026-11-30 02:00")                                                \
    X(CRON, "^\\s*\\S+(\\s+\\S+){4}\\s*$", "the five fields of cron")                              \
    X(TIMEZONE, "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", "a time zone, such as Europe/Berlin")

enum language_format {
#define X(name, expression, text) LANGUAGE_FORMAT_##name,
    LANGUAGE_FORMAT_TABLE(X)
#undef X
        LANGUAGE_FORMAT_COUNT
};

/* Keys that exclude one another. X(NAME, one is required, for people) */
#define LANGUAGE_GROUP_TABLE(X)                                                                    \
    X(NONE, false, "")                                                                             \
    X(REQUEST, true, "one of get, post, put, patch, delete, head, options, graphql")               \
    X(BODY, false, "one of json, form, body, file, multipart")                                     \
    X(AUTH, true, "one of basic, bearer")                                                          \
    X(SECRET, true, "one of env, file, command")                                                   \
    X(SCHEDULE, false, "one of every, cron")                                                       \
    X(WINDOW, true, "one of start, cron")                                                          \
    X(DATABASE, true, "one of postgresql, sqlite")

enum language_group {
#define X(name, required, text) LANGUAGE_GROUP_##name,
    LANGUAGE_GROUP_TABLE(X)
#undef X
        LANGUAGE_GROUP_COUNT
};

/* Where keys stand. X(NAME, for people) */
#define LANGUAGE_CONTEXT_TABLE(X)                                                                  \
    X(SCENARIO, "a scenario")                                                                      \
    X(STEP, "a step")                                                                              \
    X(SHOP, "a shop file")                                                                         \
    X(COMPONENT, "a component")                                                                    \
    X(VANTAGE, "a vantage point")                                                                  \
    X(REPORTER, "a reporter")                                                                      \
    X(SECRET, "a secret")                                                                          \
    X(DATA, "a pool of data")                                                                      \
    X(UNTIL, "`until`")                                                                            \
    X(RETRY, "`retry`")                                                                            \
    X(FRAGMENT, "a fragment")                                                                      \
    X(USE, "a use of a fragment")                                                                  \
    X(PART, "a part of a form")                                                                    \
    X(AUTH, "auth")                                                                                \
    X(BASIC, "basic")                                                                              \
    X(TLS, "tls")                                                                                  \
    X(OBJECTIVE, "an objective")                                                                   \
    X(MAINTENANCE, "maintenance")                                                                  \
    X(LIMITS, "limits")                                                                            \
    X(RETENTION, "retention")                                                                      \
    X(PROBE, "a probe")                                                                            \
    X(TIMEOUTS, "timeouts")                                                                        \
    X(PRIORS, "priors")

enum language_context {
#define X(name, text) LANGUAGE_IN_##name,
    LANGUAGE_CONTEXT_TABLE(X)
#undef X
        LANGUAGE_CONTEXT_COUNT
};

struct language_key {
    const char *name;
    enum language_type type;
    enum language_format format; /* of texts, and of a map's names */
    bool required;
    enum language_group group;
    enum language_context of; /* OBJECT, OBJECTS, OBJECT_MAP: what it, or each one, is */
    int64_t minimum, maximum; /* of the number, the duration in microseconds, the list's length;
                                 a maximum of 0: none of its own */
    const char *const *words; /* WORD: its index is the value; WORDS: a bit for each */
    size_t word_count;
    int method;                  /* REQUEST: an enum method */
    size_t offset, count_offset; /* where it goes in the context's struct */
    size_t count_size;           /* of the integer that the number goes into */
    const char *help;
    const char *example; /* as it may stand in a file, where its form is not told by its type */
};

/* Where the length of a list goes. */
#define COUNT(type, number)                                                                        \
    .count_offset = offsetof(type, number), .count_size = sizeof(((type *)0)->number)

struct language_table {
    size_t size;            /* of the struct that it fills */
    size_t position_offset; /* of a struct position; LANGUAGE_NOWHERE: has none */
    size_t name_offset;     /* OBJECT_MAP: where the name goes */
    const void *defaults; /* of that struct, what it holds before a file says otherwise; or NULL */
    const struct language_key *keys; /* of a file's table the first tells what kind of file it is */
    size_t key_count;
};

enum { LANGUAGE_KEYS_MAX = 64 }; /* of one context */

#define LANGUAGE_NOWHERE ((size_t)-1)

/* Of files of their own. */
extern const struct language_table language_reporter, language_probe, language_timeouts,
    language_priors;
const struct language_table *language_table(enum language_context context);
const struct language_key *language_find(enum language_context context, const char *name);

const char *language_context_text(enum language_context context);
const char *language_type_text(enum language_type type);
const char *language_format_expression(enum language_format format);
const char *language_format_text(enum language_format format);
bool language_group_is_required(enum language_group group);
const char *language_group_text(enum language_group group);

#endif
