/* SPDX-License-Identifier: MIT */
/* diagnose/: whom an answer says that the shop did not reach. Sentences are those of real clients.
 */
#include "tests/unit/lone_run.h"

#include "monitor/base/memory.h"
#include "monitor/diagnose/unreached.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *body, *told; /* NULL: nobody */
} sentences[] = {
    /* Node.js: pg, mysql2, fetch */
    {"{\"errors\":[{\"message\":\"connect ECONNREFUSED 127.0.0.1:26390\",\"path\":[\"search\"]}]}",
     "127.0.0.1:26390 refuses the shop"},
    {"Error: connect ECONNREFUSED ::1:5432\n    at TCPConnectWrap", "[::1]:5432 refuses the shop"},
    {"connect ETIMEDOUT 10.0.0.7:5432", "10.0.0.7:5432 does not answer the shop"},
    {"connect EHOSTUNREACH 10.0.0.7:443 - Local (10.0.0.2:40112)",
     "10.0.0.7:443 does not answer the shop"},
    {"{\"error\":\"getaddrinfo ENOTFOUND db.internal\"}",
     "db.internal is a name that the shop does not find"},
    {"getaddrinfo EAI_AGAIN db_1.internal.", "db_1.internal is a name that the shop does not find"},
    /* libpq, as it is, in JSON and on a page */
    {"connection to server at \"10.0.0.7\", port 6432 failed: Connection refused\n\tIs the server",
     "10.0.0.7:6432 refuses the shop"},
    {"connection to server at \"db.internal\" (10.0.0.7), port 6432 failed: Connection timed out",
     "db.internal:6432 does not answer the shop"},
    {"{\"detail\":\"connection to server at \\\"::1\\\", port 6432 failed: Connection refused\"}",
     "[::1]:6432 refuses the shop"},
    {"<pre>connection to server at &quot;10.0.0.7&quot;, port 6432 failed: No route to host</pre>",
     "10.0.0.7:6432 does not answer the shop"},
    {"could not translate host name \"db.internal\" to address: Name or service not known",
     "db.internal is a name that the shop does not find"},
    /* It was reached, and did not want us. */
    {"connection to server at \"10.0.0.7\", port 6432 failed: FATAL:  the database system is in "
     "recovery mode",
     NULL},
    /* JDBC, Apache's client */
    {"Connection to 10.0.0.7:6432 refused. Check that the hostname and port are correct",
     "10.0.0.7:6432 refuses the shop"},
    {"Connect to api.pay.example:443 [api.pay.example/198.51.100.9] failed: Connection refused",
     "api.pay.example:443 refuses the shop"},
    {"java.net.UnknownHostException: api.pay.example: Name or service not known",
     "api.pay.example is a name that the shop does not find"},
    /* MySQL's */
    {"Can't connect to MySQL server on 'db.internal:3307' (111)",
     "db.internal:3307 refuses the shop"},
    {"Can't connect to MySQL server on '10.0.0.7:3307' (110)",
     "10.0.0.7:3307 does not answer the shop"},
    /* Go */
    {"Post \"https://api.pay.example/v1\": dial tcp 198.51.100.9:443: connect: connection refused",
     "198.51.100.9:443 refuses the shop"},
    {"dial tcp [2001:db8::7]:443: i/o timeout", "[2001:db8::7]:443 does not answer the shop"},
    {"dial tcp: lookup db.internal on 10.0.0.2:53: no such host",
     "db.internal is a name that the shop does not find"},
    /* curl, PHP, Python, Ruby, .NET */
    {"cURL error 7: Failed to connect to api.pay.example port 443 after 2 ms: Couldn't connect to "
     "server",
     "api.pay.example:443 cannot be connected to by the shop"},
    {"curl: (7) Failed to connect to api.pay.example port 443: Connection refused",
     "api.pay.example:443 refuses the shop"},
    {"curl: (28) Failed to connect to api.pay.example port 443 after 10001 ms: Timeout was reached",
     "api.pay.example:443 does not answer the shop"},
    {"cURL error 6: Could not resolve host: api.pay.example (see https://curl.haxx.se)",
     "api.pay.example is a name that the shop does not find"},
    {"php_network_getaddresses: getaddrinfo for db.internal failed: Name or service not known",
     "db.internal is a name that the shop does not find"},
    {"HTTPSConnectionPool(host='api.pay.example', port=443): Max retries exceeded with url: /v1 "
     "(Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f41>: Failed "
     "to establish a new connection: [Errno 111] Connection refused'))",
     "api.pay.example:443 refuses the shop"},
    {"HTTPSConnectionPool(host=&#x27;api.pay.example&#x27;, port=443): Read timed out.",
     "api.pay.example:443 does not answer the shop"},
    {"Failed to open TCP connection to 10.0.0.7:443 (Connection refused - connect(2) for "
     "\"10.0.0.7\" port 443)",
     "10.0.0.7:443 refuses the shop"},
    {"Connection refused (api.pay.example:443)", "api.pay.example:443 refuses the shop"},
    /* Words of people, and what is cut off. */
    {"Your connection to our shop was refused by port 443", NULL},
    {"Connect to us: support on port 80 was refused", NULL},
    {"connect ECONNREFUSED ", NULL},
    {"connect ECONNREFUSED :5432", NULL},
    {"connect ECONNREFUSED 10.0.0.7:99999", NULL},
    {"connect ECONNREFUSED 10.0.0.7:", NULL},
    {"getaddrinfo ENOTFOUND ", NULL},
    {"dial tcp ", NULL},
    {"connection to server at \"&", NULL},
    {"", NULL},
};

START_TEST(a_sentence_tells_an_address_or_does_not)
{
    struct arena *arena = arena_create();
    const char *at = sentences[_i].body;
    const struct unreached unreached = unreached_next(&at);
    ck_assert_pstr_eq(unreached.kind != UNREACHED_NONE ? unreached_text(&unreached, arena) : NULL,
                      sentences[_i].told);
    arena_free(arena);
}
END_TEST

/* Whatever is cut off: nothing is read behind the end. */
START_TEST(a_sentence_may_end_anywhere)
{
    const size_t whole = strlen(sentences[_i].body);
    for (size_t length = 0; length < whole; length++) {
        char *cut = memory_allocate(length + 1, 1);
        memcpy(cut, sentences[_i].body, length);
        const char *at = cut;
        while (unreached_next(&at).kind != UNREACHED_NONE)
            ck_assert_uint_le((uintptr_t)at, (uintptr_t)cut + length);
        free(cut);
    }
}
END_TEST

START_TEST(a_body_tells_several)
{
    const char *at = "connect ECONNREFUSED ::1:5432\nconnect ECONNREFUSED 127.0.0.1:5432";
    ck_assert_str_eq(unreached_next(&at).host, "::1");
    ck_assert_str_eq(unreached_next(&at).host, "127.0.0.1");
    ck_assert_int_eq(unreached_next(&at).kind, UNREACHED_NONE);
}
END_TEST

/* --- whose it is ------------------------------------------------------------------------------ */

static const char *of_db[] = {"db.internal:6432", "[2001:db8::7]:6432", "10.0.0.7:6432"};
static const char *of_replica[] = {"10.0.0.7:6432"};
static const char *of_payment[] = {"api.pay.example", "198.51.100.9"};
static struct component components[] = {
    {.name = "web", .kind = CAUSE_APPLICATION},
    {.name = "db", .title = "Shop database", .kind = CAUSE_DATABASE, .at = of_db, .at_count = 3},
    {.name = "replica", .kind = CAUSE_DATABASE, .at = of_replica, .at_count = 1},
    {.name = "payment", .kind = CAUSE_THIRD_PARTY, .at = of_payment, .at_count = 2},
};
static const struct shop shop = {.components = components, .component_count = COUNT_OF(components)};

static const struct {
    const char *needs, *body;
    const char *text;      /* NULL: no fact */
    const char *component; /* that is blamed */
} cases[] = {
    {"db.carts", "connect ECONNREFUSED 10.0.0.7:6432",
     "The answer itself names the database (10.0.0.7:6432 refuses the shop; it is Shop database).",
     "db"},
    {"db.orders", "connect ECONNREFUSED 2001:DB8::7:6432", "it is Shop database", "db"},
    {"db.orders", "getaddrinfo ENOTFOUND DB.internal", "it is Shop database", "db"},
    /* Of two at one address, the one that the step needs. */
    {"replica", "connect ECONNREFUSED 10.0.0.7:6432", "it is replica", "replica"},
    /* The first that the file knows counts. */
    {"payment", "ECONNREFUSED 127.0.0.1:6432, ECONNREFUSED 198.51.100.9:443",
     "The answer itself names a third party (198.51.100.9:443 refuses the shop; it is payment).",
     "payment"},
    {"db", "Could not resolve host: api.pay.example", "it is payment", "payment"},
    /* Another port, another host, and nobody. */
    {"db", "connect ECONNREFUSED 10.0.0.7:6433", NULL, NULL},
    {"db", "connect ECONNREFUSED 10.0.0.70:6432", NULL, NULL},
    {"db", "order 10.0.0.7:6432 was not found", NULL, NULL},
    /* A port that databases have, at an address that is told of no other. */
    {"db.orders", "connect ECONNREFUSED 10.0.0.9:5432", "unavailable", "db.orders"},
};

START_TEST(an_address_names_a_component)
{
    static const char *const codes[] = {"body."};
    struct lone_run lone;
    lone_run_open(&lone, cases[_i].needs);
    lone.step->symptom = SYMPTOM_HTTP_ERROR;
    lone.step->excerpt = cases[_i].body;
    lone.exchange->status = 500;
    const struct evidence *found = lone_run_judge(&lone, &shop, codes, COUNT_OF(codes));
    ck_assert_int_eq(found != NULL, cases[_i].text != NULL);
    if (found != NULL) {
        ck_assert_msg(strstr(found->text, cases[_i].text) != NULL, "%s", found->text);
        ck_assert_pstr_eq(lone.run->verdict.component, cases[_i].component);
    }
    lone_run_close(&lone);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("unreached");
    TCase *tests = tcase_create("unreached");
    tcase_add_loop_test(tests, a_sentence_tells_an_address_or_does_not, 0, COUNT_OF(sentences));
    tcase_add_loop_test(tests, a_sentence_may_end_anywhere, 0, COUNT_OF(sentences));
    tcase_add_test(tests, a_body_tells_several);
    tcase_add_loop_test(tests, an_address_names_a_component, 0, COUNT_OF(cases));
    suite_add_tcase(suite, tests);
    return suite;
}
