/* SPDX-License-Identifier: MIT */
/* Words in expressions and values. The keys are in foreign_keys.c. See foreign.h. */
#include "scenarios/foreign.h"

#include "monitor/base/result.h"

#include <stdlib.h>
#include <string.h>

static char folded(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static const char *skip_joints(const char *text)
{
    return text + strspn(text, "_-");
}

static bool is_end(char c)
{
    return c == '\0' || c == ' ';
}

bool foreign_is_same(const char *one, const char *other)
{
    for (;; one++, other++) {
        one = skip_joints(one);
        other = skip_joints(other);
        if (is_end(*one) || *other == '\0')
            return is_end(*one) && *other == '\0';
        if (folded(*one) != folded(*other))
            return false;
    }
}

bool foreign_is_among(const char *words, const char *word)
{
    while (*words != '\0') {
        if (foreign_is_same(words, word))
            return true;
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    return false;
}

/* `theirs`: words with blanks between them. */
struct word {
    const char *theirs, *ours;
};

static const struct word queries[] = {
    {"time duration elapsed latency responseTime response.time time.response", "time.total"},
    {"ttfb time.ttfb time.firstByte time.server", "time.wait"},
    {"time.download", "time.receive"},
    {"time.ssl time.handshake", "time.tls"},
    {"headers response.header response.headers", "header"},
    {"cookies", "cookie"},
    {"json jq path", "jsonpath"},
    {"code http statusCode status.code httpStatus responseCode response.code response.status "
     "res.status",
     "status"},
    {"text content payload response response.body response.text res.body responseBody", "body"},
    {"html selector element dom", "css"},
    {"size length body.length body.size contentLength responseSize", "bytes"},
    {"location response.url", "url"},
    {"redirectCount", "redirects"},
    {"hash checksum", "sha256"},
    {"cert ssl", "certificate"},
    {"protocol version httpVersion", "http.version"},
    {"address remoteIp", "ip"},
    {"regexp regularExpression pattern", "regex"},
};

static const struct word words[] = {
    {": = === is eq equal equals equalTo be toBe toEqual", "=="},
    {"<> !== /= ne neq isNot notEqual notEquals", "!="},
    {"gt above greaterThan", ">"},
    {"=> ge gte atLeast", ">="},
    {"lt below lessThan", "<"},
    {"=< le lte atMost", "<="},
    {"~ =~ ~= like match", "matches"},
    {"has have contain include includes toContain toInclude", "contains"},
    {"!contains notContains doesNotContain", "not contains"},
    {"startWith beginsWith hasPrefix", "startsWith"},
    {"endWith hasSuffix", "endsWith"},
    {"oneOf anyOf", "in"},
    {"present defined isPresent isDefined exist", "exists"},
    {"missing absent undefined isMissing isUndefined notExists doesNotExist", "not exists"},
    {"empty", "isEmpty"},
    {"notEmpty isNotEmpty", "not isEmpty"},
    {"null isNull", "== null"},
    {"notNull isNotNull", "!= null"},
    {"true isTrue", "== true"},
    {"false isFalse", "== false"},
    {"isNumeric", "isNumber"},
    {"isText", "isString"},
    {"isBool", "isBoolean"},
    {"isList isArray isObject", "isCollection"},
    {"isDate", "isIsoDate"},
    {"len size length", "count"},
    {"attr", "attribute"},
    {"strip", "trim"},
    {"int parseInt", "toInt"},
    {"number float toNumber parseFloat", "toFloat"},
    {"string", "toString"},
    {"b64decode", "base64Decode"},
    {"unescape", "htmlUnescape"},
};

static const struct word values[] = {
    {"true yes", "true"},           {"false no", "false"},
    {"null nil none", "null"},      {"undefined missing", "not exists"},
    {"2xx", "between 200 and 299"}, {"3xx", "between 300 and 399"},
    {"4xx", "between 400 and 499"}, {"5xx", "between 500 and 599"},
};

static const struct word consequences[] = {
    {"warn warning slow soft degraded", "degrade"},
    {"error failed critical fatal must", "fail"},
    {"info log notice noted ignore", "note"},
};

static const struct word units[] = {
    {"msec msecs millis milliseconds ms", "ms"},
    {"sec secs second seconds s", "s"},
    {"min mins minute minutes m", "m"},
    {"hr hrs hour hours h", "h"},
    {"day days d", "d"},
    {"week weeks", "w"},
};

static const struct word variables[] = {
    {"now epoch time", "timestamp"},           {"today", "date"},
    {"guid uuid4 randomUuid", "uuid"},         {"run runId", "run.id"},
    {"rand randomInt randomNumber", "random"}, {"location region", "vantage"},
};

static const struct {
    const struct word *words;
    size_t count;
} places[] = {
    [FOREIGN_QUERY] = {queries, COUNT_OF(queries)},
    [FOREIGN_WORD] = {words, COUNT_OF(words)},
    [FOREIGN_VALUE] = {values, COUNT_OF(values)},
    [FOREIGN_CONSEQUENCE] = {consequences, COUNT_OF(consequences)},
    [FOREIGN_UNIT] = {units, COUNT_OF(units)},
    [FOREIGN_VARIABLE] = {variables, COUNT_OF(variables)},
};

const char *foreign_word(enum foreign_place place, const char *word)
{
    for (size_t i = 0; i < places[place].count; i++)
        if (foreign_is_among(places[place].words[i].theirs, word))
            return places[place].words[i].ours;
    return NULL;
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { MILLISECONDS_FROM = 100 }; /* so many seconds are rarely meant */

const char *foreign_duration(struct arena *arena, const char *text, size_t *ret_length)
{
    size_t whole = strspn(text, DIGITS), length = whole;
    if (whole == 0)
        return NULL;
    if ((text[length] == ',' || text[length] == '.') && strspn(text + length + 1, DIGITS) > 0)
        length += 1 + strspn(text + length + 1, DIGITS);
    size_t blanks = strspn(text + length, " ");
    size_t letters = strspn(text + length + blanks, LETTERS);
    const char *unit = strtol(text, NULL, 10) < MILLISECONDS_FROM ? "s" : "ms";
    if (letters > 0)
        unit = foreign_word(FOREIGN_UNIT,
                            arena_duplicate_bytes(arena, text + length + blanks, letters));
    if (unit == NULL)
        return NULL;
    char *written = arena_print(arena, "%.*s%s", (int)length, text, unit);
    if (written[whole] == ',')
        written[whole] = '.';
    *ret_length = length + (letters > 0 ? blanks + letters : 0);
    return written;
}

static const struct {
    const char *key, *theirs, *ours;
} choices[] = {
    {"kind", "app api web server service backend frontend", "application"},
    {"kind", "db sql mysql postgres postgresql", "database"},
    {"kind", "cdn dns edge proxy loadBalancer", "network"},
    {"kind", "external provider payment", "third-party"},
    {"connection", "close fresh new", "cold"},
    {"connection", "reuse keepAlive", "warm"},
    {"overlap", "queue skip", "wait"},
    {"overlap", "abort cancel replace", "kill"},
    {"take", "next circular roundRobin sequential", "rotate"},
    {"take", "any shuffle", "random"},
    {"on", "connect connection timeout", "network"},
    {"on", "5xx error status", "server"},
    {"on", "assertion body expect", "content"},
    {"http", "h2 http2 http/2 2.0", "2"},
    {"http", "h1 http/1.1", "1.1"},
    {"family", "4 v4 inet", "ipv4"},
    {"family", "6 v6 inet6", "ipv6"},
    {"inputs", "text", "string"},
    {"inputs", "int integer float", "number"},
    {"inputs", "bool", "boolean"},
};

const char *foreign_choice(const char *key, const char *word)
{
    for (size_t i = 0; i < COUNT_OF(choices); i++)
        if (strcmp(choices[i].key, key) == 0 && foreign_is_among(choices[i].theirs, word))
            return choices[i].ours;
    return NULL;
}

bool foreign_word_at(enum foreign_place place, size_t n, const char **ret_theirs,
                     const char **ret_ours)
{
    if (n >= places[place].count)
        return false;
    *ret_theirs = places[place].words[n].theirs;
    *ret_ours = places[place].words[n].ours;
    return true;
}

bool foreign_choice_at(size_t n, const char **ret_key, const char **ret_theirs,
                       const char **ret_ours)
{
    if (n >= COUNT_OF(choices))
        return false;
    *ret_key = choices[n].key;
    *ret_theirs = choices[n].theirs;
    *ret_ours = choices[n].ours;
    return true;
}
