/* SPDX-License-Identifier: MIT */
/*
 * GraphQL answers with status 200 whatever happens, and tells of an error in a list; other shops
 * write a status, or `error`, into their JSON. An excerpt ends anywhere, so it is read as far as it
 * goes, and never as a whole. See answer_error.h.
 */
#include "monitor/diagnose/answer_error.h"

#include "monitor/base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16, KEY_SIZE = 24, WORD_SIZE = 32 };

/* What errors are called by GraphQL servers and shops, without case and signs between words. */
static const struct {
    const char *word;
    enum answer_error_kind kind;
} error_words[] = {
    /* Apollo, Yoga, Vendure, Shopify, Spring, Lighthouse (`internal`), commercetools (`General`) */
    {"internalservererror", ANSWER_ERROR_SERVER},
    {"internalerror", ANSWER_ERROR_SERVER},
    {"internal", ANSWER_ERROR_SERVER},
    {"general", ANSWER_ERROR_SERVER},
    {"datafetchingexception", ANSWER_ERROR_SERVER},
    {"downstreamserviceerror", ANSWER_ERROR_SERVER},
    {"subrequesthttperror", ANSWER_ERROR_SERVER},
    {"badgateway", ANSWER_ERROR_SERVER},
    {"serviceunavailable", ANSWER_ERROR_SERVER},
    {"unavailable", ANSWER_ERROR_SERVER},
    {"overcapacity", ANSWER_ERROR_SERVER},
    {"gatewaytimeout", ANSWER_ERROR_SERVER},
    {"requesttimeout", ANSWER_ERROR_SERVER},
    {"timeout", ANSWER_ERROR_SERVER},
    /* Django's, which Saleor shows */
    {"operationalerror", ANSWER_ERROR_SERVER},
    {"interfaceerror", ANSWER_ERROR_SERVER},
    {"databaseerror", ANSWER_ERROR_SERVER},
    {"programmingerror", ANSWER_ERROR_SERVER},
    {"integrityerror", ANSWER_ERROR_SERVER},
    {"throttled", ANSWER_ERROR_LIMITED},
    {"toomanyrequests", ANSWER_ERROR_LIMITED},
    {"ratelimited", ANSWER_ERROR_LIMITED},
    {"ratelimitexceeded", ANSWER_ERROR_LIMITED},
    {"requestratelimited", ANSWER_ERROR_LIMITED},
    {"graphqlerror", ANSWER_ERROR_CLIENT}, /* Saleor's */
    {"graphqlparsefailed", ANSWER_ERROR_CLIENT},
    {"graphqlvalidationfailed", ANSWER_ERROR_CLIENT},
    {"operationresolutionfailure", ANSWER_ERROR_CLIENT},
    {"persistedquerynotfound", ANSWER_ERROR_CLIENT},
    {"persistedquerynotsupported", ANSWER_ERROR_CLIENT},
    {"badrequest", ANSWER_ERROR_CLIENT},
    {"baduserinput", ANSWER_ERROR_CLIENT},
    {"userinputerror", ANSWER_ERROR_CLIENT},
    {"invalidinput", ANSWER_ERROR_CLIENT},
    {"invalidsyntax", ANSWER_ERROR_CLIENT},
    {"syntaxerror", ANSWER_ERROR_CLIENT},
    {"validationerror", ANSWER_ERROR_CLIENT},
    {"undefinedfield", ANSWER_ERROR_CLIENT},
    {"maxcostexceeded", ANSWER_ERROR_CLIENT},
    {"querycomplexitylimitexceeded", ANSWER_ERROR_CLIENT},
    {"unauthenticated", ANSWER_ERROR_CLIENT},
    {"unauthorized", ANSWER_ERROR_CLIENT},
    {"invalidtoken", ANSWER_ERROR_CLIENT},
    {"forbidden", ANSWER_ERROR_CLIENT},
    {"accessdenied", ANSWER_ERROR_CLIENT},
    {"permissiondenied", ANSWER_ERROR_CLIENT},
    {"insufficientscope", ANSWER_ERROR_CLIENT},
    {"notfound", ANSWER_ERROR_CLIENT},
    {"entitynotfound", ANSWER_ERROR_CLIENT},
    {"channelnotfound", ANSWER_ERROR_CLIENT},
    {"resourcenotfound", ANSWER_ERROR_CLIENT},
    /* Magento, by category */
    {"graphql", ANSWER_ERROR_CLIENT},
    {"graphqlinput", ANSWER_ERROR_CLIENT},
    {"graphqlauthentication", ANSWER_ERROR_CLIENT},
    {"graphqlauthorization", ANSWER_ERROR_CLIENT},
    {"graphqlnosuchentity", ANSWER_ERROR_CLIENT},
};

static enum answer_error_kind kind_of_status(const char *text)
{
    if (strlen(text) != 3 || strspn(text, "0123456789") != 3)
        return ANSWER_ERROR_NONE;
    int status = atoi(text);
    if (status == 429)
        return ANSWER_ERROR_LIMITED;
    return status >= 500 && status <= 599   ? ANSWER_ERROR_SERVER
           : status >= 400 && status <= 499 ? ANSWER_ERROR_CLIENT
                                            : ANSWER_ERROR_NONE;
}

/* Of a code, a category, a status, or a message that is no more than such a word. */
static enum answer_error_kind kind_of(const char *text)
{
    char word[WORD_SIZE];
    size_t length = 0;
    for (const char *at = text; *at != '\0' && length < sizeof word - 1; at++) {
        if (isalpha((unsigned char)*at))
            word[length++] = (char)tolower((unsigned char)*at);
        else if (strchr(" _-.", *at) == NULL)
            return kind_of_status(text);
    }
    word[length] = '\0';
    for (size_t i = 0; i < COUNT_OF(error_words); i++)
        if (strcmp(word, error_words[i].word) == 0)
            return error_words[i].kind;
    return ANSWER_ERROR_NONE;
}

/* --- reading JSON that may be cut off --------------------------------------------------------- */

/* One of the errors, or what the answer says of itself. */
struct report {
    struct answer_error error;
    bool is_coded;      /* it has a code, if only one of the shop's own */
    bool is_of_a_field; /* GraphQL's `path`: it came up when that was worked out */
    bool is_of_request; /* GraphQL's `locations`: of a query that is not even begun, without path */
};

/* What stands for a member. */
struct value {
    const char *text;
    bool is_string;
};

struct reader {
    const char *at;
    size_t depth;
    char keys[DEPTH_MAX][KEY_SIZE]; /* of the members that it is in; "" in a list */
    struct report own;              /* what the answer says of itself */
    struct report report, worst;    /* of the list: the one that is being read; so far */
    bool has_data, has_fields;      /* GraphQL's `data`; any field of it that is not null */
};

static void skip_space(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool is_at(const struct reader *reader, size_t level, const char *key)
{
    return level < reader->depth && strcmp(reader->keys[level], key) == 0;
}

/* A character that is printed at its place in a line, or a blank. */
static void text_add(char *text, size_t size, size_t *length, uint32_t character)
{
    char bytes[UTF8_SEQUENCE_MAX];
    bool printed = character >= ' ' && !(character >= 0x7f && character < 0xa0);
    size_t count = utf8_encode(printed ? character : ' ', bytes);
    if (*length + count >= size) {
        *length = size; /* whatever comes behind is lost as well */
        return;
    }
    memcpy(text + *length, bytes, count);
    *length += count;
    text[*length] = '\0';
}

/* Four hexadecimal digits; -1: there are fewer. */
static long read_unit(const char *text)
{
    char digits[5] = "";
    strncpy(digits, text, 4);
    return strspn(digits, "0123456789abcdefABCDEF") == 4 ? strtol(digits, NULL, 16) : -1;
}

/* The character that is begun by `high`, if it is one, and its other half follows; else as it is.
 */
static uint32_t join_halves(struct reader *reader, uint32_t high)
{
    bool has_next = reader->at[0] == '\\' && reader->at[1] == 'u';
    long low = high >= 0xd800 && high <= 0xdbff && has_next ? read_unit(reader->at + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return high;
    reader->at += 6;
    return 0x10000 + ((high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
}

/* The character behind a backslash; 0: it is no escape, or cut off. */
static uint32_t read_escape(struct reader *reader)
{
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/ \f\n\r\t";
    const char *name = *reader->at != '\0' ? strchr(names, *reader->at) : NULL;
    if (name != NULL) {
        reader->at++;
        return (unsigned char)meant[name - names];
    }
    long unit = *reader->at == 'u' ? read_unit(reader->at + 1) : -1;
    if (unit < 0)
        return 0;
    reader->at += 5;
    uint32_t character = join_halves(reader, (uint32_t)unit);
    bool is_half = character >= 0xd800 && character <= 0xdfff;
    return character == 0 || is_half ? 0xfffd : character;
}

/* A string's text, as much as fits; false: it is cut off. */
static bool read_text(struct reader *reader, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (reader->at++; *reader->at != '"';) {
        uint32_t character;
        if (*reader->at == '\\') {
            reader->at++;
            character = read_escape(reader);
            if (character == 0)
                return false;
        } else {
            size_t bytes = *reader->at != '\0' ? utf8_decode(reader->at, &character) : 1;
            if (*reader->at == '\0')
                return false;
            if (bytes == 0)
                character = 0xfffd;
            reader->at += bytes > 0 ? bytes : 1;
        }
        if (length < size)
            text_add(text, size, &length, character);
    }
    reader->at++;
    if (length == size) { /* no word, and no number, is cut in two */
        char *end = strrchr(text, ' ');
        if (end != NULL)
            *end = '\0';
        else
            text[strcspn(text, "0123456789")] = '\0';
    }
    return true;
}

/* A code, a category or a status. The first that is known counts; of others it is only known that
 * there is one. */
static void note_code(struct report *report, const char *text)
{
    enum answer_error_kind kind = kind_of(text);
    report->is_coded = true;
    if (report->error.kind != ANSWER_ERROR_NONE || kind == ANSWER_ERROR_NONE ||
        strlen(text) >= sizeof report->error.code)
        return;
    report->error.kind = kind;
    memcpy(report->error.code, text, strlen(text) + 1);
}

/* Only a string is one: `true` and 0 say nothing to anybody. */
static void note_message(struct report *report, struct value value)
{
    size_t length = strlen(value.text);
    if (value.is_string && report->error.message[0] == '\0' &&
        length < sizeof report->error.message)
        memcpy(report->error.message, value.text, length + 1);
}

static bool is_among(const char *key, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* A member of an error, of GraphQL or JSON:API, or one `inside` it, where servers add what they
 * know. */
static void note_of_error(struct report *report, const char *key, struct value value, bool inside)
{
    static const char *const codes[] = {"code",           "status",    "statusCode", "category",
                                        "classification", "errorType", "type"};
    static const char *const messages[] = {"message", "detail", "title"};
    if (is_among(key, codes, COUNT_OF(codes)))
        note_code(report, value.text);
    else if (!inside && is_among(key, messages, COUNT_OF(messages)))
        note_message(report, value);
}

/* A member of the answer itself. What is called `type`, `code` or `status` may be anything there:
 * a status says so by its number, and `error` by its name. */
static void note_of_answer(struct report *report, const char *key, struct value value)
{
    static const char *const statuses[] = {"status", "statusCode", "status_code"};
    static const char *const messages[] = {"message", "detail", "error_description", "title"};
    if (is_among(key, statuses, COUNT_OF(statuses))) {
        if (kind_of_status(value.text) != ANSWER_ERROR_NONE)
            note_code(report, value.text);
    } else if (strcmp(key, "error") == 0 || strcmp(key, "errors") == 0) {
        note_code(report, value.text);
        note_message(report, value);
    } else if (is_among(key, messages, COUNT_OF(messages))) {
        note_message(report, value);
    }
}

/* The text is NULL for null. */
static void note(struct reader *reader, struct value value)
{
    struct report *report = &reader->report;
    const char *key = reader->depth > 0 ? reader->keys[reader->depth - 1] : "";
    reader->has_data |= is_at(reader, 0, "data");
    if (value.text == NULL)
        return;
    if (is_at(reader, 0, "data")) {
        reader->has_fields |= reader->depth >= 2;
    } else if (is_at(reader, 0, "errors") && is_at(reader, 1, "")) {
        report->is_of_a_field |= is_at(reader, 2, "path");
        report->is_of_request |= is_at(reader, 2, "locations");
        if (reader->depth == 3 || is_at(reader, 2, "extensions"))
            note_of_error(report, key, value, reader->depth > 3);
    } else if (reader->depth == 2 && is_at(reader, 0, "error")) {
        note_of_error(&reader->own, key, value, false);
    } else if (reader->depth == 1) {
        note_of_answer(&reader->own, key, value);
    }
}

/* How bad it is; who has no code may still be judged by all that came. */
static int rank_of(const struct report *report)
{
    bool bare = !report->is_coded && report->error.message[0] != '\0';
    return report->error.kind != ANSWER_ERROR_NONE ? 1 + (int)report->error.kind : bare;
}

/* One of the list is read to its end, or as far as the text goes. */
static void end_report(struct reader *reader)
{
    struct report *report = &reader->report;
    /* A message that is no more than a code is one. */
    if (!report->is_coded)
        report->error.kind = kind_of(report->error.message);
    if (rank_of(report) > rank_of(&reader->worst))
        reader->worst = *report;
    *report = (struct report){0};
}

static bool read_value(struct reader *reader);

static bool read_object(struct reader *reader)
{
    char *key = reader->keys[reader->depth++];
    bool complete = false;
    reader->at++;
    for (skip_space(reader); *reader->at == '"'; skip_space(reader)) {
        if (!read_text(reader, key, KEY_SIZE))
            break;
        skip_space(reader);
        if (*reader->at != ':')
            break;
        reader->at++;
        if (!read_value(reader))
            break;
        skip_space(reader);
        complete = *reader->at == '}';
        if (*reader->at != ',')
            break;
        reader->at++;
    }
    complete |= *reader->at == '}';
    reader->at += complete;
    reader->depth--;
    return complete;
}

static bool read_list(struct reader *reader)
{
    bool of_errors = reader->depth == 1 && is_at(reader, 0, "errors");
    bool complete = false;
    reader->keys[reader->depth++][0] = '\0';
    reader->at++;
    for (skip_space(reader); *reader->at != ']' && *reader->at != '\0'; skip_space(reader)) {
        bool whole = read_value(reader);
        /* What was cut off may have been its code. */
        reader->report.is_coded |= !whole;
        if (of_errors)
            end_report(reader);
        if (!whole)
            break;
        skip_space(reader);
        if (*reader->at != ',')
            break;
        reader->at++;
    }
    complete = *reader->at == ']';
    reader->at += complete;
    reader->depth--;
    return complete;
}

/* False: the text ends in it, or it is no JSON. */
static bool read_value(struct reader *reader)
{
    char text[ANSWER_MESSAGE_SIZE];
    skip_space(reader);
    if (*reader->at == '{' || *reader->at == '[') {
        bool list = *reader->at == '[';
        if (list || reader->depth >= 2) /* that there is a list, or a field, counts as it is */
            note(reader, (struct value){.text = ""});
        if (reader->depth == DEPTH_MAX)
            return false;
        return list ? read_list(reader) : read_object(reader);
    }
    if (*reader->at == '"') {
        if (!read_text(reader, text, sizeof text))
            return false;
        note(reader, (struct value){.text = text, .is_string = true});
        return true;
    }
    size_t length = strspn(reader->at, "+-.0123456789Eaeflnrstu");
    const char end = reader->at[length];
    if (length == 0 || length >= sizeof text || end == '\0' || strchr(",]} \t\r\n", end) == NULL)
        return false;
    memcpy(text, reader->at, length);
    text[length] = '\0';
    reader->at += length;
    note(reader, (struct value){.text = strcmp(text, "null") == 0 ? NULL : text});
    return true;
}

/* Who gives an error no code at all has not thought of it. That of a field is one that nobody
 * caught; where nothing else came, that is the answer. A request that is no good is told by where
 * in the query, and there is no data then, not even null. */
static enum answer_error_kind kind_of_bare(const struct reader *reader)
{
    const struct report *report = &reader->worst;
    if (reader->has_fields)
        return ANSWER_ERROR_NONE;
    if (report->is_of_a_field || reader->has_data)
        return ANSWER_ERROR_SERVER;
    return report->is_of_request ? ANSWER_ERROR_CLIENT : ANSWER_ERROR_NONE;
}

struct answer_error answer_error_in(const char *body)
{
    struct reader reader = {.at = body};
    skip_space(&reader);
    if (*reader.at != '{')
        return (struct answer_error){0};
    bool whole = read_object(&reader);
    struct report *worst = &reader.worst;
    if (whole && worst->error.kind == ANSWER_ERROR_NONE && rank_of(worst) > 0)
        worst->error.kind = kind_of_bare(&reader);
    return worst->error.kind != ANSWER_ERROR_NONE ? worst->error : reader.own.error;
}

struct answer_error answer_error_of(const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    bool good = exchange != NULL && exchange->status >= 200 && exchange->status <= 299;
    if (!good || step->excerpt == NULL || symptom_layer(step->symptom) != SYMPTOM_LAYER_CONTENT)
        return (struct answer_error){0};
    return answer_error_in(step->excerpt);
}

enum symptom answer_error_symptom(const struct run_step *step)
{
    return answer_error_of(step).kind != ANSWER_ERROR_NONE ? SYMPTOM_HTTP_ERROR : step->symptom;
}
