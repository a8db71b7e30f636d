/* SPDX-License-Identifier: MIT */
/* The keys of a reporter. See language.c. */
#include "scenarios/language.h"

#include "monitor/base/result.h"
#include "scenarios/reporter_settings.h"

#define AT(field)           .offset = offsetof(struct reporter_settings, field)
#define LIST(field, number) AT(field), COUNT(struct reporter_settings, number)

#define TIMEOUT_MAX DURATION_MINUTE

static const char *const stream_words[] = {
#define X(name, word) word,
    CONSOLE_STREAM_TABLE(X)
#undef X
};

static const char *const publish_words[] = {
#define X(name, word) word,
    PUBLISH_TABLE(X)
#undef X
};

static const struct language_key keys[] = {
    {"kind", LANGUAGE_TEXT, LANGUAGE_FORMAT_NAME, .required = true, AT(kind),
     .help = "What kind of reporter it is: status-page, prometheus, json-lines, webhook, "
             "statuspage, console.",
     .example = "kind: status-page"},
    {"listen", LANGUAGE_TEXT, LANGUAGE_FORMAT_LISTEN, AT(listen),
     .help = "status-page, prometheus: the address and port to listen on; port 0 takes a free one; "
             "127.0.0.1:8080 and 127.0.0.1:9464 if left out.",
     .example = "listen: \"127.0.0.1:8090\""},
    {"hosts", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_HOST, LIST(hosts, host_count),
     .help = "status-page, prometheus: further names that visitors may call it by, as behind a "
             "proxy: [status.example.com]."},
    {"operator", LANGUAGE_TEXT, LANGUAGE_FORMAT_LISTEN, AT(operator_listen),
     .help = "status-page: the address and port where operators see runs, evidence and causes; "
             "127.0.0.1 and the port after that of `listen` if left out; with another address it "
             "needs `token`.",
     .example = "operator: \"127.0.0.1:8091\""},
    {"token", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_LINE, AT(token),
     .help = "status-page: what operators are asked for, as a password or a bearer's token.",
     .example = "token: ${TOKEN}"},
    {"publish", LANGUAGE_WORD, .words = publish_words, .word_count = COUNT_OF(publish_words),
     AT(publish),
     .help = "status-page, statuspage: what everybody is told of an incident at once, the symptom "
             "alone or the cause, too; symptom if left out, and the cause after `shopwatch "
             "incidents publish`.",
     .example = "publish: cause"},
    {"timezone", LANGUAGE_TIMEZONE, LANGUAGE_FORMAT_TIMEZONE, AT(zone),
     .help = "status-page: the time zone that times are told in; UTC if left out.",
     .example = "timezone: Europe/Berlin"},
    {"export", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, AT(export),
     .help = "status-page: a symbolic link, made if there is none, to a directory that the public "
             "page is written to as files whenever it has changed.",
     .example = "export: /var/www/status"},
    {"path", LANGUAGE_TEXT, AT(path), .help = "json-lines: the file that lines are appended to.",
     .example = "path: runs.jsonl"},
    {"url", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_BASE, AT(url),
     .help =
         "webhook: where messages are sent to; statuspage: the address of its interface, where "
         "it is not Atlassian's own; status-page: where visitors find it, for links in its feed "
         "and its JSON.",
     .example = "url: https://hooks.example.com/${TOKEN}"},
    {"secret", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_LINE, AT(secret),
     .help = "webhook: the key that messages are signed with.", .example = "secret: ${TOKEN}"},
    {"headers", LANGUAGE_PAIRS, LANGUAGE_FORMAT_HEADER, LIST(headers, header_count),
     .help = "webhook: headers that messages are sent with.",
     .example = "headers: {Authorization: \"Bearer ${TOKEN}\"}"},
    {"json", LANGUAGE_JSON, AT(json),
     .help = "webhook: what is sent, with variables of the incident; its record if left out.",
     .example = "json: {text: \"${incident.title}\"}"},
    {"timeout", LANGUAGE_DURATION, .minimum = 100 * DURATION_MILLISECOND, .maximum = TIMEOUT_MAX,
     AT(timeout), .help = "webhook, statuspage: how long one message may take; 10 s if left out."},
    {"page", LANGUAGE_TEXT, LANGUAGE_FORMAT_NAME, AT(page), .help = "statuspage: the page's id.",
     .example = "page: kctbh9vrtdwd"},
    {"key", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_LINE, AT(key),
     .help = "statuspage: the key of its interface.", .example = "key: ${TOKEN}"},
    {"components", LANGUAGE_PAIRS, LANGUAGE_FORMAT_LINE, LIST(components, component_count),
     .help = "statuspage: what the public sees of the shop: journeys, and components of the shop, "
             "with the ids that they have there.",
     .example = "components: {guest checkout: 8kbf7d35c070}"},
    {"metrics", LANGUAGE_PAIRS, LANGUAGE_FORMAT_LINE, LIST(metrics, metric_count),
     .help = "statuspage: journeys, and the ids of the metrics that their latency, in "
             "milliseconds, is added to.",
     .example = "metrics: {guest checkout: b5zvnbqzv4gy}"},
    {"runs", LANGUAGE_FLAG, AT(runs),
     .help = "console: whether failed runs are shown, too; false if left out.",
     .example = "runs: true"},
    {"to", LANGUAGE_WORD, .words = stream_words, .word_count = COUNT_OF(stream_words), AT(to),
     .help = "console: where lines go, stderr or stdout; stderr if left out."},
};

static const struct reporter_settings defaults = {.timeout = DEFAULT_REPORTER_TIMEOUT};

const struct language_table language_reporter = {
    .size = sizeof(struct reporter_settings),
    .position_offset = offsetof(struct reporter_settings, position),
    .name_offset = offsetof(struct reporter_settings, name),
    .defaults = &defaults,
    .keys = keys,
    .key_count = COUNT_OF(keys),
};
