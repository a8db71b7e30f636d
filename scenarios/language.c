/* SPDX-License-Identifier: MIT */
/* The table of the language. To add a key, add its row, and a field where it goes. See language.h.
 */
#include "scenarios/language.h"

#include "monitor/base/clock.h"
#include "monitor/base/result.h"
#include "scenarios/fragment.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#include <string.h>

#define TIMEOUT_MAX   DURATION_HOUR
#define THINK_MAX     DURATION_HOUR
#define BUDGET_MAX    DURATION_DAY
#define RETENTION_MAX (100 * DURATION_YEAR)

#define AT(type, field)           .offset = offsetof(struct type, field)
#define LIST(type, field, number) AT(type, field), COUNT(struct type, number)
#define NOWHERE                   .offset = LANGUAGE_NOWHERE

static const char *const overlap_words[] = {
#define X(name, word) word,
    OVERLAP_TABLE(X)
#undef X
};

static const char *const mode_words[] = {
#define X(name, word) word,
    MODE_TABLE(X)
#undef X
};

static const char *const take_words[] = {
#define X(name, word) word,
    TAKE_TABLE(X)
#undef X
};

static const char *const fault_words[] = {
#define X(name, word) word,
    FAULT_TABLE(X)
#undef X
};

static const char *const input_words[] = {
#define X(name, word) word,
    INPUT_TABLE(X)
#undef X
};

static const char *const connection_words[] = {
#define X(name, word) word,
    CONNECTION_TABLE(X)
#undef X
};

static const char *const http_words[] = {
#define X(name, word) word,
    HTTP_TABLE(X)
#undef X
};

static const char *const maintenance_words[] = {
#define X(name, word) word,
    MAINTENANCE_MODE_TABLE(X)
#undef X
};

static const char *const family_words[] = {
#define X(name, word) word,
    FAMILY_TABLE(X)
#undef X
};

/* The causes that a component can be: the first of the suspects. */
static const char *const cause_words[] = {
#define X(name, text) text,
    CAUSE_TABLE(X)
#undef X
};
enum { COMPONENT_KINDS = CAUSE_THIRD_PARTY + 1 };

static const struct language_key scenario_keys[] = {
    {"shopwatch", LANGUAGE_INTEGER, .required = true, .minimum = 1, .maximum = 1, NOWHERE,
     .help = "The version of the language: 1.", .example = "shopwatch: 1"},
    {"journey", LANGUAGE_TEXT, .required = true, AT(scenario, journey),
     .help = "What the shopper does, in a few words; it names the journey everywhere.",
     .example = "journey: buy shoes"},
    {"about", LANGUAGE_TEXT, LANGUAGE_FORMAT_PROSE, AT(scenario, about),
     .help = "What the journey is for, for the people who read its reports."},
    {"tags", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_NAME, LIST(scenario, tags, tag_count),
     .help = "Words to select journeys by.", .example = "tags: [revenue]"},
    {"every", LANGUAGE_DURATION, .group = LANGUAGE_GROUP_SCHEDULE, .minimum = DURATION_SECOND,
     .maximum = DURATION_WEEK, AT(scenario, every),
     .help = "How often the journey is replayed; every minute if left out."},
    {"cron", LANGUAGE_CRON, LANGUAGE_FORMAT_CRON, .group = LANGUAGE_GROUP_SCHEDULE,
     AT(scenario, cron),
     .help = "When the journey is replayed: minutes, hours, days of the month, months and days of "
             "the week, as in crontab(5)."},
    {"timezone", LANGUAGE_TIMEZONE, LANGUAGE_FORMAT_TIMEZONE, AT(scenario, zone),
     .help = "The time zone that `cron` is meant in; UTC if left out."},
    {"from", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_NAME, .minimum = 1,
     LIST(scenario, from, from_count),
     .help = "The vantage points that the journey is replayed from; all of them if left out.",
     .example = "from: [here]"},
    {"mode", LANGUAGE_WORD, .words = mode_words, .word_count = COUNT_OF(mode_words),
     AT(scenario, mode),
     .help = "burst: all vantage points at the same time; spread: one after another, evenly over "
             "the interval; rotate: one in each slot, by turns; burst if left out."},
    {"timeout", LANGUAGE_DURATION, .minimum = DURATION_MILLISECOND, .maximum = TIMEOUT_MAX,
     AT(scenario, timeout),
     .help = "How long a step may take that has no timeout of its own; 10 s if left out."},
    {"budget", LANGUAGE_DURATION, .minimum = DURATION_MILLISECOND, .maximum = BUDGET_MAX,
     AT(scenario, budget),
     .help = "How long the whole journey may take, cleanup apart; 60 s if left out."},
    {"quorum", LANGUAGE_INTEGER, .minimum = 1, .maximum = 1000, AT(scenario, quorum),
     .help = "How many healthy vantage points must agree before it is an incident; "
             "half of them if left out."},
    {"overlap", LANGUAGE_WORD, .words = overlap_words, .word_count = COUNT_OF(overlap_words),
     AT(scenario, overlap),
     .help = "What happens when the previous run is still going: wait for it, or kill it."},
    {"objective", LANGUAGE_OBJECT, .of = LANGUAGE_IN_OBJECTIVE, AT(scenario, objective),
     .help = "What is promised: {success: 99.9%, within: 4s, over: 30d}."},
    {"base", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_BASE, AT(scenario, base),
     .help = "The URL that paths are added to; the shop file's if left out."},
    {"variables", LANGUAGE_VARIABLES, LANGUAGE_FORMAT_VARIABLE,
     LIST(scenario, variables, variable_count),
     .help = "Values that steps use as ${name}; numbers and booleans keep their type; one that "
             "differs by vantage point is a map: {us-east: USD, others: EUR}.",
     .example = "variables: {size: 42}"},
    {"secrets", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_VARIABLE, .of = LANGUAGE_IN_SECRET,
     LIST(scenario, secrets, secret_count),
     .help = "Values that steps use as ${name} and that no output ever shows.",
     .example = "secrets: {TOKEN: {env: TOKEN}}"},
    {"data", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_NAME, .of = LANGUAGE_IN_DATA,
     LIST(scenario, pools, pool_count),
     .help = "Tables of test data: of `buyer` each run takes a row, and steps use ${buyer.email}.",
     .example = "data: {buyer: {pool: buyers.csv}}"},
    {"orders_max", LANGUAGE_INTEGER, .minimum = 1, .maximum = 1000, AT(scenario, orders_max),
     .help = "How many things the journey may have left behind before it places no new ones; "
             "10 if left out."},
    {"headers", LANGUAGE_PAIRS, LANGUAGE_FORMAT_HEADER, LIST(scenario, headers, header_count),
     .help = "Headers that every request of the journey is sent with.",
     .example = "headers: {Accept-Language: en}"},
    {"hosts", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_HOST, LIST(scenario, hosts, host_count),
     .help = "Further hosts that the journey may visit, besides those of the shop file.",
     .example = "hosts: [pay.example.com]"},
    {"tls", LANGUAGE_OBJECT, .of = LANGUAGE_IN_TLS, AT(scenario, tls),
     .help = "Certificates of all steps that have no `tls` of their own.",
     .example = "tls: {ca: authorities.pem}"},
    {"steps", LANGUAGE_OBJECTS, .required = true, .of = LANGUAGE_IN_STEP, .minimum = 1,
     .maximum = SCENARIO_STEPS_MAX, LIST(scenario, steps, step_count),
     .help = "What the shopper does, in this order; after a failed step the rest is skipped.",
     .example = "steps:\n  - step: home page\n    get: /"},
    {"cleanup", LANGUAGE_OBJECTS, .of = LANGUAGE_IN_STEP, .maximum = SCENARIO_STEPS_MAX,
     LIST(scenario, cleanup, cleanup_count),
     .help = "Steps that put right what the journey left behind; they are always done.",
     .example = "cleanup:\n  - step: empty the cart\n    delete: /cart"},
};

static const struct language_key step_keys[] = {
    {"step", LANGUAGE_TEXT, .required = true, AT(step, name),
     .help = "What the step is called in reports; no two steps of a file have the same name.",
     .example = "step: home page"},
#define X(name, key)                                                                               \
    {key,                                                                                          \
     LANGUAGE_REQUEST,                                                                             \
     LANGUAGE_FORMAT_REQUEST,                                                                      \
     .group = LANGUAGE_GROUP_REQUEST,                                                              \
     .method = METHOD_##name,                                                                      \
     AT(step, url),                                                                                \
     .help = "Sends a " #name " request to a URL, or to a path on the base.",                      \
     .example = key ": /products"},
    METHOD_TABLE(X)
#undef X
        {"graphql", LANGUAGE_GRAPHQL, LANGUAGE_FORMAT_REQUEST, .group = LANGUAGE_GROUP_REQUEST,
         .method = METHOD_POST, AT(step, url),
         .help = "Asks a GraphQL interface for `query`. `errors` in its answer fail the step, "
                 "unless an assertion looks at $.errors.",
         .example = "graphql: /graphql"},
    {"query", LANGUAGE_QUERY, LANGUAGE_FORMAT_LINE, LIST(step, query, query_count),
     .help = "Parameters that are encoded and added to the URL; with `graphql`, what is asked.",
     .example = "query: {category: shoes}"},
    {"variables", LANGUAGE_JSON, AT(step, variables),
     .help = "With `graphql`: the variables of its query, with their types as in `json`.",
     .example = "variables: {slug: \"${slug}\"}"},
    {"headers", LANGUAGE_PAIRS, LANGUAGE_FORMAT_HEADER, LIST(step, headers, header_count),
     .help = "Headers of this request; they replace the journey's of the same name.",
     .example = "headers: {Accept-Language: en}"},
    {"json", LANGUAGE_JSON, .group = LANGUAGE_GROUP_BODY, AT(step, json),
     .help = "The body, sent as JSON; a plain ${name} keeps the variable's type, \"${name}\" is "
             "text."},
    {"form", LANGUAGE_PAIRS, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_BODY,
     LIST(step, form, form_count), .help = "The body, sent as an HTML form would be.",
     .example = "form: {quantity: 1}"},
    {"body", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_ANY, .group = LANGUAGE_GROUP_BODY, AT(step, body),
     .help = "The body, sent as it is written here."},
    {"file", LANGUAGE_FILE, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_BODY, AT(step, file),
     .help = "The body, a file's bytes as they are; at most 1 MiB.", .example = "file: order.xml"},
    {"multipart", LANGUAGE_PARTS, LANGUAGE_FORMAT_LINE, .of = LANGUAGE_IN_PART,
     .group = LANGUAGE_GROUP_BODY, .minimum = 1, .maximum = SCENARIO_PARTS_MAX,
     LIST(step, parts, part_count),
     .help = "The body, sent as an HTML form with files would be: "
             "{title: a shoe, picture: {file: shoe.png, type: image/png}}.",
     .example = "multipart: {picture: {file: shoe.png}}"},
    {"cookies", LANGUAGE_PAIRS, LANGUAGE_FORMAT_COOKIE, LIST(step, cookies, cookie_count),
     .help = "Cookies that are sent with this request, besides those that the shop has set.",
     .example = "cookies: {consent: yes}"},
    {"auth", LANGUAGE_OBJECT, .of = LANGUAGE_IN_AUTH, AT(step, auth),
     .help = "Who asks: {basic: {user: ..., password: ...}} or {bearer: TOKEN}.",
     .example = "auth: {basic: {user: ada, password: \"${PASSWORD}\"}}"},
    {"connection", LANGUAGE_WORD, .words = connection_words,
     .word_count = COUNT_OF(connection_words), AT(step, connection),
     .help = "cold: the step begins with a new connection, and asks DNS again; warm if left out."},
    {"http", LANGUAGE_WORD, .words = http_words, .word_count = COUNT_OF(http_words), AT(step, http),
     .help = "The version of HTTP that is asked for; `http.version` tells what was spoken, "
             "and behind steps that ask for another the connection is a new one."},
    {"tls", LANGUAGE_OBJECT, .of = LANGUAGE_IN_TLS, AT(step, tls),
     .help = "Certificates: whom to trust, and who we are.",
     .example = "tls: {ca: authorities.pem}"},
    {"proxy", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_STEP_PROXY, AT(step, proxy),
     .help = "The proxy that this request goes through, in place of the vantage point's; the same "
             "kinds as there."},
    {"think", LANGUAGE_DURATION, .minimum = 0, .maximum = THINK_MAX, AT(step, think),
     .help = "What a person would wait before the step; counted in no time and no budget."},
    {"needs", LANGUAGE_NEEDS, LANGUAGE_FORMAT_COMPONENT, LIST(step, needs, need_count),
     .help = "The components of the shop that must work for the step to pass.",
     .example = "needs: [web, db.orders]"},
    {"writes", LANGUAGE_NEEDS, LANGUAGE_FORMAT_COMPONENT, LIST(step, writes, write_count),
     .help = "The components that the step writes to: reading and writing fail apart.",
     .example = "writes: [db.orders]"},
    {"timeout", LANGUAGE_DURATION, .minimum = DURATION_MILLISECOND, .maximum = TIMEOUT_MAX,
     AT(step, timeout), .help = "How long the step may take, redirects included."},
    {"follow", LANGUAGE_INTEGER, .minimum = 0, .maximum = 20, AT(step, follow),
     .help = "How many redirects are followed at most, 0 for none; 5 if left out.",
     .example = "follow: 0"},
    {"when", LANGUAGE_CONDITION, LANGUAGE_FORMAT_CONDITION, .minimum = 1,
     LIST(step, when, when_count),
     .help = "The step is done only if this variable has a value, or with `not`, has none; of a "
             "list, if all of it is so.",
     .example = "when: order"},
    {"expect", LANGUAGE_ASSERTIONS, LIST(step, expect, expect_count),
     .help = "Assertions about the answer, one a line: query, filters, predicate.",
     .example = "expect:\n  - status == 200"},
    {"capture", LANGUAGE_CAPTURES, LANGUAGE_FORMAT_VARIABLE, LIST(step, captures, capture_count),
     .help = "Values taken from the answer for later steps: query and filters; `| secret` keeps "
             "one out of every output.",
     .example = "capture:\n  id: jsonpath \"$.id\""},
    {"until", LANGUAGE_OBJECT, .of = LANGUAGE_IN_UNTIL, AT(step, until),
     .help = "Sends the request again and again until an assertion holds.",
     .example = "until: {holds: status == 200, every: 1s, for: 10s}"},
    {"retry", LANGUAGE_OBJECT, .of = LANGUAGE_IN_RETRY, AT(step, retry),
     .help = "Tries the step again after some kinds of fault; passed then, it is degraded.",
     .example = "retry: {times: 1, on: network}"},
    {"skip", LANGUAGE_TEXT, AT(step, skip), .help = "The step is left out, and why.",
     .example = "skip: not before the sale"},
    {"mutates", LANGUAGE_TEXT, LANGUAGE_FORMAT_VARIABLE, AT(step, mutates),
     .help = "What the step leaves behind in the shop, such as an order: it is noted before the "
             "step is sent, until a cleanup step settles it.",
     .example = "mutates: order"},
    {"settles", LANGUAGE_TEXT, LANGUAGE_FORMAT_VARIABLE, AT(step, settles),
     .help = "In cleanup: the step puts right what another one mutates.",
     .example = "settles: order"},
    {"find", LANGUAGE_CAPTURES, LANGUAGE_FORMAT_VARIABLE, .maximum = 1,
     LIST(step, finds, find_count),
     .help = "In cleanup: looks up what was left behind where its id was lost; the steps that "
             "settle it are done for each one found.",
     .example = "find:\n  order: jsonpath \"$.orders[*].id\""},
};

static const struct language_key secret_keys[] = {
    {"env", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_SECRET, AT(secret, env),
     .help = "The environment variable that holds it.", .example = "env: TOKEN"},
    {"file", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_SECRET, AT(secret, file),
     .help = "The file whose first line it is; beside the file that names it."},
    {"command", LANGUAGE_TEXTS, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_SECRET, .minimum = 1,
     .maximum = SECRET_ARGUMENTS_MAX, LIST(secret, command, command_count),
     .help = "The program and its arguments whose first line of output it is; no shell.",
     .example = "command: [pass, show, shop]"},
};

static const struct language_key data_keys[] = {
    {"pool", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .required = true, AT(pool, path),
     .help = "A CSV file (RFC 4180) whose first line names the columns.",
     .example = "pool: buyers.csv"},
    {"take", LANGUAGE_WORD, .words = take_words, .word_count = COUNT_OF(take_words), AT(pool, take),
     .help = "Which row a run takes: the next one (rotate), any (random), or one that no other "
             "run has at the same time, from any vantage point (lease); rotate if left out."},
};

static const struct language_key objective_keys[] = {
    {"success", LANGUAGE_PERCENTAGE, .required = true, .minimum = 1, .maximum = 999999,
     AT(objective, success), .help = "How many of the replays succeed."},
    {"within", LANGUAGE_DURATION, .minimum = DURATION_MILLISECOND, .maximum = BUDGET_MAX,
     AT(objective, within),
     .help = "The time in which a replay must pass to be one of them; any if left out."},
    {"over", LANGUAGE_DURATION, .minimum = DURATION_HOUR, .maximum = 366 * DURATION_DAY,
     AT(objective, over), .help = "The time that they are counted over; 30 days if left out."},
};

static const struct language_key until_keys[] = {
    {"holds", LANGUAGE_ASSERTION, .required = true, AT(until, holds),
     .help = "The assertion that must hold at last.",
     .example = "holds: jsonpath \"$.state\" == \"confirmed\""},
    {"every", LANGUAGE_DURATION, .minimum = 50 * DURATION_MILLISECOND, .maximum = DURATION_MINUTE,
     AT(until, every), .help = "How long to wait between two tries; 500 ms if left out."},
    {"for", LANGUAGE_DURATION, .required = true, .minimum = DURATION_MILLISECOND,
     .maximum = 2 * DURATION_MINUTE, AT(until, limit), .help = "How long to go on trying.",
     .example = "for: 10s"},
};

static const struct language_key retry_keys[] = {
    {"times", LANGUAGE_INTEGER, .required = true, .minimum = 1, .maximum = 5, AT(retry, times),
     .help = "How often the step is tried again at most.", .example = "times: 1"},
    {"on", LANGUAGE_WORDS, .required = true, .minimum = 1, .words = fault_words,
     .word_count = COUNT_OF(fault_words), AT(retry, on),
     .help = "After which faults: network (no whole answer came), server (a status of 500 and "
             "more), content (the wrong answer).",
     .example = "on: [network, server]"},
};

static const struct language_key fragment_keys[] = {
    {"fragment", LANGUAGE_TEXT, .required = true, AT(fragment, name),
     .help = "What the fragment does; its steps are called NAME / STEP.",
     .example = "fragment: login"},
    {"about", LANGUAGE_TEXT, LANGUAGE_FORMAT_PROSE, AT(fragment, about),
     .help = "What the fragment is for."},
    {"inputs", LANGUAGE_WORD_MAP, LANGUAGE_FORMAT_VARIABLE, .words = input_words,
     .word_count = COUNT_OF(input_words), LIST(fragment, inputs, input_count),
     .help = "What its steps need to be given: a name, and string, number or boolean.",
     .example = "inputs: {email: string}"},
    {"steps", LANGUAGE_OBJECTS, .required = true, .of = LANGUAGE_IN_STEP, .minimum = 1,
     .maximum = SCENARIO_STEPS_MAX, LIST(fragment, steps, step_count),
     .help = "The steps that stand in for the use of the fragment.",
     .example = "steps:\n  - step: home page\n    get: /"},
};

static const struct language_key use_keys[] = {
    {"use", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .required = true, AT(fragment_use, path),
     .help = "A fragment's file, beside this one: its steps are taken here.",
     .example = "use: login.yaml"},
    {"step", LANGUAGE_TEXT, AT(fragment_use, name),
     .help = "What its steps are called before the `/`; the fragment's name if left out."},
    {"with", LANGUAGE_PAIRS, LANGUAGE_FORMAT_VARIABLE, LIST(fragment_use, inputs, input_count),
     .help = "The values of the fragment's inputs.", .example = "with: {email: \"${email}\"}"},
};

static const struct language_key shop_keys[] = {
    {"shop", LANGUAGE_TEXT, .required = true, AT(shop, name),
     .help = "The name of the shop, for the people who read its status page.",
     .example = "shop: Example Shoes"},
    {"base", LANGUAGE_TEXT, LANGUAGE_FORMAT_URL, AT(shop, base),
     .help = "The URL that paths are added to in scenarios that have no base of their own."},
    {"store", LANGUAGE_TEXT, LANGUAGE_FORMAT_STORE, AT(shop, store),
     .help = "Where runs are kept: sqlite:PATH; sqlite:shopwatch.db if left out."},
    {"control", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, AT(shop, control),
     .help = "The socket by which people speak with the monitor, a file; the store's with .control "
             "behind it if left out.",
     .example = "control: /run/shopwatch/control"},
    {"scenarios", LANGUAGE_TEXT_OR_TEXTS, LIST(shop, scenarios, scenario_count),
     .help = "The scenario files of the shop, as patterns with * and ?.",
     .example = "scenarios: [\"scenarios/*.yaml\"]"},
    {"secrets", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_VARIABLE, .of = LANGUAGE_IN_SECRET,
     LIST(shop, secrets, secret_count),
     .help = "Values that the steps of all journeys use as ${name} and that no output ever shows.",
     .example = "secrets: {TOKEN: {env: TOKEN}}"},
    {"hosts", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_HOST, LIST(shop, hosts, host_count),
     .help = "Further hosts that journeys may visit.", .example = "hosts: [pay.example.com]"},
    {"references", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_URL,
     LIST(shop, references, reference_count),
     .help = "URLs of others that tell whether a vantage point has a network at all.",
     .example = "references: [\"https://www.example.org/\"]"},
    {"resolvers", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_ADDRESS,
     LIST(shop, resolvers, resolver_count),
     .help = "DNS servers of others: two are asked when the shop's name is not found.",
     .example = "resolvers: [192.0.2.53, \"2001:db8::53\"]"},
    {"components", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_NAME, .of = LANGUAGE_IN_COMPONENT,
     LIST(shop, components, component_count),
     .help = "What the shop is made of; steps say by name what they need.",
     .example =
         "components:\n  web: {kind: application}\n  db: {kind: database, parts: {orders: []}}"},
    {"vantages", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_NAME, .of = LANGUAGE_IN_VANTAGE, .minimum = 1,
     LIST(shop, vantages, vantage_count),
     .help = "From where the shop is watched; this machine, called `local`, if left out.",
     .example = "vantages: {office: {}}"},
    {"reporters", LANGUAGE_OBJECT_MAP, LANGUAGE_FORMAT_NAME, .of = LANGUAGE_IN_REPORTER,
     LIST(shop, reporters, reporter_count), .help = "Who is told what was found, and how.",
     .example = "reporters: {page: {kind: status-page, listen: \"127.0.0.1:8090\"}}"},
    {"heartbeat", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_BASE, AT(shop, heartbeat),
     .help = "A URL that is called after each minute in which all went well with the monitor "
             "itself.",
     .example = "heartbeat: https://watchdog.example.com/shop"},
    {"maintenance", LANGUAGE_OBJECTS, .of = LANGUAGE_IN_MAINTENANCE,
     LIST(shop, maintenance, maintenance_count),
     .help = "When the shop may fail, because people work on it.",
     .example =
         "maintenance:\n  - {title: new payment provider, start: 2026-11-30 02:00, for: 2h}"},
    {"retention", LANGUAGE_OBJECT, .of = LANGUAGE_IN_RETENTION, AT(shop, retention),
     .help = "How long things are kept.",
     .example = "retention: {runs: 30d, hours: 400d, days: 5y}"},
    {"limits", LANGUAGE_OBJECT, .of = LANGUAGE_IN_LIMITS, AT(shop, limits),
     .help = "How much of it at the same time.", .example = "limits: {runs: 1000}"},
    {"priors", LANGUAGE_OBJECT, .of = LANGUAGE_IN_PRIORS, AT(shop, priors),
     .help = "How often who is to blame here, of a hundred failures.",
     .example = "priors: {application: 30, database: 40}"},
};

static const struct language_key component_keys[] = {
    {"kind", LANGUAGE_WORD, .required = true, .words = cause_words, .word_count = COMPONENT_KINDS,
     AT(component, kind), .help = "Whose fault it is when the component fails.",
     .example = "kind: application"},
    {"title", LANGUAGE_TEXT, AT(component, title), .help = "What people call the component."},
    {"parts", LANGUAGE_TEXTS_MAP, LANGUAGE_FORMAT_NAME, LIST(component, parts, part_count),
     .help = "Parts that fail apart, such as a database's tables: a step needs `db.orders`.",
     .example = "parts: {orders: [order, order_line]}"},
    {"health", LANGUAGE_TEXT, LANGUAGE_FORMAT_REQUEST, AT(component, health),
     .help = "A page that the component answers without any database; asked when a step fails.",
     .example = "health: /health"},
    {"static", LANGUAGE_TEXT, LANGUAGE_FORMAT_REQUEST, AT(component, static_file),
     .help = "A small file that is answered without the application; asked when a step fails.",
     .example = "static: /logo.svg"},
    {"large", LANGUAGE_TEXT, LANGUAGE_FORMAT_REQUEST, AT(component, large),
     .help =
         "A file of 10 kB or more that is answered without the application; its first 128 kB are "
         "asked for when a connection was made and no whole answer came.",
     .example = "large: /shoes.jpg"},
    {"ports", LANGUAGE_INTEGERS, .minimum = 1, .maximum = 65535, LIST(component, ports, port_count),
     .help = "Ports of the shop's host that something listens at; another than the step's is tried "
             "when no connection is made.",
     .example = "ports: [443, 80]"},
    {"origin", LANGUAGE_TEXT, LANGUAGE_FORMAT_ORIGIN, AT(component, origin),
     .help = "Where the shop's own server is, past the component that stands in front of it: an "
             "address, its port where that is another, and http:// where no TLS is spoken there; a "
             "`health` page or `static` file is asked there as well.",
     .example = "origin: \"http://10.0.0.5:8080\""},
    {"at", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_HOST, LIST(component, at, at_count),
     .help = "Where the shop's programs find a database or a third party: an error of theirs that "
             "tells this host, or host and port, names it.",
     .example = "at: \"10.0.0.7:5432\""},
    {"timeouts", LANGUAGE_OBJECT, .of = LANGUAGE_IN_TIMEOUTS, AT(component, timeouts),
     .help =
         "After how long a proxy or an application gives up on what is behind it, or the shop on "
         "a database or provider: what ends just then names them.",
     .example = "timeouts: {connect: 5s, answer: 60s}"},
    {"probe", LANGUAGE_OBJECT, .of = LANGUAGE_IN_PROBE, AT(component, probe),
     .help = "Asks a database directly, beside the journeys.",
     .example = "probe: {postgresql: service=shop-monitor, every: 30s}"},
};

static const struct language_key vantage_keys[] = {
    {"title", LANGUAGE_TEXT, AT(vantage, title), .help = "What people call the vantage point."},
    {"source", LANGUAGE_TEXT, LANGUAGE_FORMAT_ADDRESS, AT(vantage, source),
     .help = "The address of this machine that connections and questions to a DNS server come "
             "from; one on the machine itself is asked as ever."},
    {"interface", LANGUAGE_TEXT, LANGUAGE_FORMAT_INTERFACE, AT(vantage, interface),
     .help = "The network interface that all of it goes through, as `ip link` shows it.",
     .example = "interface: eth1"},
    {"netns", LANGUAGE_TEXT, LANGUAGE_FORMAT_NAMESPACE, AT(vantage, netns),
     .help = "The network namespace that connections are made in, as `ip netns` shows it; its "
             "/etc/netns/NAME/resolv.conf and hosts go before the system's."},
    {"resolver", LANGUAGE_TEXT, LANGUAGE_FORMAT_ADDRESS, AT(vantage, resolver),
     .help = "The DNS server to ask; those of /etc/resolv.conf if left out."},
    {"family", LANGUAGE_WORD, .words = family_words, .word_count = COUNT_OF(family_words),
     AT(vantage, family),
     .help = "ipv4 or ipv6: connections are made by it only; any if left out."},
    {"proxy", LANGUAGE_TEXT, LANGUAGE_FORMAT_PROXY, AT(vantage, proxy),
     .help = "The proxy that connections go through: http:// and socks5h:// look names up at the "
             "proxy, socks5:// here; `ip` and the connect phase are the proxy's."},
};

static const struct language_key part_keys[] = {
    {"file", LANGUAGE_FILE, LANGUAGE_FORMAT_LINE, .required = true, AT(form_part, file),
     .help = "The file to send; at most 1 MiB.", .example = "file: shoe.png"},
    {"type", LANGUAGE_TEXT, LANGUAGE_FORMAT_MEDIA_TYPE, AT(form_part, type),
     .help = "Its media type; application/octet-stream if left out."},
    {"name", LANGUAGE_TEXT, AT(form_part, file_name),
     .help = "The name that the shop is told; the file's own if left out."},
};

static const struct language_key auth_keys[] = {
    {"basic", LANGUAGE_OBJECT, .group = LANGUAGE_GROUP_AUTH, .of = LANGUAGE_IN_BASIC,
     AT(auth, basic), .help = "User and password (RFC 7617).",
     .example = "basic: {user: ada, password: \"${PASSWORD}\"}"},
    {"bearer", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_AUTH,
     AT(auth, bearer), .help = "A token (RFC 6750)."},
};

static const struct language_key basic_keys[] = {
    {"user", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_LINE, .required = true, AT(basic, user),
     .help = "The name of the user who asks.", .example = "user: ada"},
    {"password", LANGUAGE_TEMPLATE, LANGUAGE_FORMAT_ANY, .required = true, AT(basic, password),
     .help = "The password, which is better kept out of the file: write a variable.",
     .example = "password: \"${PASSWORD}\""},
};

static const struct language_key tls_keys[] = {
    {"ca", LANGUAGE_FILE, LANGUAGE_FORMAT_LINE, AT(tls_files, ca),
     .help = "A PEM file of the authorities to trust, instead of the system's."},
    {"certificate", LANGUAGE_FILE, LANGUAGE_FORMAT_LINE, AT(tls_files, certificate),
     .help = "A PEM file with our own certificate, for servers that ask for one."},
    {"key", LANGUAGE_FILE, LANGUAGE_FORMAT_LINE, AT(tls_files, key),
     .help = "A PEM file with its private key; that of `certificate` if left out."},
};

static const struct language_key maintenance_keys[] = {
    {"title", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .required = true,
     AT(shop_maintenance, window.title), .help = "What is done, for the people who read of it.",
     .example = "title: new payment provider"},
    {"start", LANGUAGE_TEXT, LANGUAGE_FORMAT_MOMENT, .group = LANGUAGE_GROUP_WINDOW,
     AT(shop_maintenance, start),
     .help = "When it begins: by clocks in `timezone`, or with an offset from UTC.",
     .example = "start: 2026-11-30 02:00"},
    {"end", LANGUAGE_TEXT, LANGUAGE_FORMAT_MOMENT, AT(shop_maintenance, end),
     .help = "When it is over; without `end` and `for` it has no end."},
    {"cron", LANGUAGE_CRON, LANGUAGE_FORMAT_CRON, .group = LANGUAGE_GROUP_WINDOW,
     AT(shop_maintenance, window.cron),
     .help =
         "When it begins time and again, as minutes, hours, days, months and days of the week."},
    {"for", LANGUAGE_DURATION, .minimum = DURATION_SECOND, .maximum = 4 * DURATION_WEEK,
     AT(shop_maintenance, window.lasting), .help = "How long it is, from its start on."},
    {"timezone", LANGUAGE_TIMEZONE, LANGUAGE_FORMAT_TIMEZONE, AT(shop_maintenance, window.zone),
     .help = "The time zone that it is meant in; UTC if left out."},
    {"journeys", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_LINE,
     LIST(shop_maintenance, window.journeys, window.journey_count),
     .help = "The journeys that it is about; all if neither these nor `components` are given.",
     .example = "journeys: guest checkout"},
    {"components", LANGUAGE_TEXT_OR_TEXTS, LANGUAGE_FORMAT_COMPONENT,
     LIST(shop_maintenance, window.components, window.component_count),
     .help = "It is about the journeys with a step that needs one of them.",
     .example = "components: db"},
    {"mode", LANGUAGE_WORD, .words = maintenance_words, .word_count = COUNT_OF(maintenance_words),
     AT(shop_maintenance, mode),
     .help = "mute: journeys are replayed, and nobody is told when they fail; pause: none is "
             "replayed; mute if left out."},
    {"excluded", LANGUAGE_FLAG, AT(shop_maintenance, window.excluded),
     .help = "true: its slots do not count in objectives, which paused ones never do."},
};

static const struct language_key limits_keys[] = {
    {"runs", LANGUAGE_INTEGER, .minimum = 1, .maximum = 100000, AT(limits, runs),
     .help = "How many runs are under way at the same time, beyond which slots end unknown, reason "
             "overload; 1000 if left out."},
};

static const struct language_key retention_keys[] = {
    {"runs", LANGUAGE_DURATION, .minimum = DURATION_HOUR, .maximum = RETENTION_MAX,
     AT(retention, runs),
     .help = "How long runs are kept, with their steps and exchanges; 30d if left out."},
    {"hours", LANGUAGE_DURATION, .minimum = DURATION_DAY, .maximum = RETENTION_MAX,
     AT(retention, hours),
     .help = "How long it is kept what the runs of each hour add up to: counts and percentiles, by "
             "vantage point, step and phase; 400d if left out."},
    {"days", LANGUAGE_DURATION, .minimum = DURATION_DAY, .maximum = RETENTION_MAX,
     AT(retention, days),
     .help = "The same of days; and resolved incidents, events and maintenance windows that are "
             "over. 5y if left out."},
};

static const struct scenario scenario_defaults = {
    .every = DEFAULT_EVERY,
    .timeout = DEFAULT_TIMEOUT,
    .budget = DEFAULT_BUDGET,
    .orders_max = DEFAULT_ORDERS_MAX,
};
static const struct step step_defaults = {.follow = DEFAULT_FOLLOW};
static const struct objective objective_defaults = {.over = DEFAULT_OVER};
static const struct until until_defaults = {.every = DEFAULT_UNTIL_EVERY};
static const struct limits limits_defaults = {.runs = DEFAULT_LIMIT_RUNS};
static const struct retention retention_defaults = DEFAULT_RETENTION;
static const struct shop shop_defaults = {.store = DEFAULT_STORE};

#define KEYS(rows) .keys = rows, .key_count = COUNT_OF(rows)
_Static_assert(COUNT_OF(scenario_keys) <= LANGUAGE_KEYS_MAX, "too many keys");
_Static_assert(COUNT_OF(step_keys) <= LANGUAGE_KEYS_MAX, "too many keys");
_Static_assert(COUNT_OF(shop_keys) <= LANGUAGE_KEYS_MAX, "too many keys");

static const struct language_table tables[] = {
    [LANGUAGE_IN_SCENARIO] = {.size = sizeof(struct scenario),
                              .position_offset = LANGUAGE_NOWHERE,
                              .defaults = &scenario_defaults,
                              KEYS(scenario_keys)},
    [LANGUAGE_IN_STEP] = {.size = sizeof(struct step),
                          .position_offset = offsetof(struct step, position),
                          .defaults = &step_defaults,
                          KEYS(step_keys)},
    [LANGUAGE_IN_SHOP] = {.size = sizeof(struct shop),
                          .position_offset = LANGUAGE_NOWHERE,
                          .defaults = &shop_defaults,
                          KEYS(shop_keys)},
    [LANGUAGE_IN_COMPONENT] = {.size = sizeof(struct component),
                               .position_offset = offsetof(struct component, position),
                               .name_offset = offsetof(struct component, name),
                               KEYS(component_keys)},
    [LANGUAGE_IN_VANTAGE] = {.size = sizeof(struct vantage),
                             .position_offset = offsetof(struct vantage, position),
                             .name_offset = offsetof(struct vantage, name),
                             KEYS(vantage_keys)},
    [LANGUAGE_IN_SECRET] = {.size = sizeof(struct secret),
                            .position_offset = offsetof(struct secret, position),
                            .name_offset = offsetof(struct secret, name),
                            KEYS(secret_keys)},
    [LANGUAGE_IN_DATA] = {.size = sizeof(struct pool),
                          .position_offset = offsetof(struct pool, position),
                          .name_offset = offsetof(struct pool, name),
                          KEYS(data_keys)},
    [LANGUAGE_IN_OBJECTIVE] = {.size = sizeof(struct objective),
                               .position_offset = offsetof(struct objective, position),
                               .defaults = &objective_defaults,
                               KEYS(objective_keys)},
    [LANGUAGE_IN_UNTIL] = {.size = sizeof(struct until),
                           .position_offset = offsetof(struct until, position),
                           .defaults = &until_defaults,
                           KEYS(until_keys)},
    [LANGUAGE_IN_RETRY] = {.size = sizeof(struct retry),
                           .position_offset = offsetof(struct retry, position),
                           KEYS(retry_keys)},
    [LANGUAGE_IN_FRAGMENT] = {.size = sizeof(struct fragment),
                              .position_offset = LANGUAGE_NOWHERE,
                              KEYS(fragment_keys)},
    [LANGUAGE_IN_USE] = {.size = sizeof(struct fragment_use),
                         .position_offset = offsetof(struct fragment_use, position),
                         KEYS(use_keys)},
    [LANGUAGE_IN_PART] = {.size = sizeof(struct form_part),
                          .position_offset = LANGUAGE_NOWHERE,
                          KEYS(part_keys)},
    [LANGUAGE_IN_AUTH] = {.size = sizeof(struct auth),
                          .position_offset = LANGUAGE_NOWHERE,
                          KEYS(auth_keys)},
    [LANGUAGE_IN_BASIC] = {.size = sizeof(struct basic),
                           .position_offset = LANGUAGE_NOWHERE,
                           KEYS(basic_keys)},
    [LANGUAGE_IN_MAINTENANCE] = {.size = sizeof(struct shop_maintenance),
                                 .position_offset = offsetof(struct shop_maintenance, position),
                                 KEYS(maintenance_keys)},
    [LANGUAGE_IN_RETENTION] = {.size = sizeof(struct retention),
                               .position_offset = LANGUAGE_NOWHERE,
                               .defaults = &retention_defaults,
                               KEYS(retention_keys)},
    [LANGUAGE_IN_LIMITS] = {.size = sizeof(struct limits),
                            .position_offset = LANGUAGE_NOWHERE,
                            .defaults = &limits_defaults,
                            KEYS(limits_keys)},
    [LANGUAGE_IN_TLS] = {.size = sizeof(struct tls_files),
                         .position_offset = LANGUAGE_NOWHERE,
                         KEYS(tls_keys)},
};

const struct language_table *language_table(enum language_context context)
{
    if (context == LANGUAGE_IN_PROBE)
        return &language_probe;
    if (context == LANGUAGE_IN_TIMEOUTS)
        return &language_timeouts;
    if (context == LANGUAGE_IN_PRIORS)
        return &language_priors;
    return context == LANGUAGE_IN_REPORTER ? &language_reporter : &tables[context];
}

const struct language_key *language_find(enum language_context context, const char *name)
{
    const struct language_table *table = language_table(context);
    for (size_t i = 0; i < table->key_count; i++)
        if (strcmp(table->keys[i].name, name) == 0)
            return &table->keys[i];
    return NULL;
}
