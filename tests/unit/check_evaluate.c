/* SPDX-License-Identifier: MIT */
/* Expressions over answers: every query, filter and predicate, when it holds and when it does not,
 * written as in a scenario file. */
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"
#include "monitor/journey/evaluate.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TEN(text)          text text text text text text text text text text
#define THOUSAND(text)     TEN(TEN(TEN(text)))
#define TEN_THOUSAND(text) TEN(THOUSAND(text))

enum body {
    JSON,
    PAGE,
    TEXT,
    EMPTY,
    BROKEN,
    HUGE_NUMBER,
    SURROGATE,
    MARKED,
    BYTES,
    SAME,
    TAGS,
    STRANGE
};

static const char *const bodies[] = {
    [JSON] = "{\"state\":\"confirmed\",\"id\":12,\"code\":\"12\",\"total\":59.90,\"whole\":1.0,"
             "\"paid\":true,\"note\":null,\"none\":[],\"nothing\":\"\",\"bare\":{},"
             "\"items\":[{\"id\":1,\"price\":5},{\"id\":2,\"price\":0},{\"id\":3}],"
             "\"tags\":[\"a\",\"b\"],\"inner\":\"{\\\"x\\\":[7]}\",\"spaced\":\" \\u00a0x \\n\","
             "\"path\":\"a%20b%2\",\"csv\":\"1,2,,3\",\"real\":\"1.5\",\"minus\":-7.9}",
    [PAGE] = "<html><head><title> Shoes </title></head><body><nav><a href='/'>Home</a>"
             "<a href='/cart' data-X=y>Cart</a></nav><h1>Shoes &amp; boots</h1><h2></h2>"
             "<input name=csrf value=t0k3n></body></html>",
    [TEXT] = "order 42: ok\nline two",
    [EMPTY] = "",
    [BROKEN] = "<html>oops",
    [HUGE_NUMBER] = "{\"n\":123456789012345678901234567890}",
    [SURROGATE] = "[\"\\ud800\"]",
    [MARKED] = "\xef\xbb\xbf[1]",
    [SAME] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    [TAGS] = TEN_THOUSAND("<p>") TEN_THOUSAND("<p>") TEN_THOUSAND("<p>") TEN_THOUSAND("<p>")
        TEN_THOUSAND("<p>") "<h1>",
    [BYTES] = "caf\xe9 \xc3\xa9",
    [STRANGE] =
        "{\"seen\":\"2026-11-23T14:07:00.5+01:00\",\"sent\":\"Mon, 23 Nov 2026 13:07:00 GMT\","
        "\"day\":\"2026-12-03\",\"past\":\"2026-11-01\",\"february\":\"2026-02-30T00:00:00Z\","
        "\"coded\":\"Y2Fm6Q==\",\"uncoded\":\"Y2Fm6\",\"plain\":\"c2hvZXM\","
        "\"escaped\":\"&lt;a&gt; &amp;&#38;&#x26; &eacute;&#128; &nosuch; &\","
        "\"page\":\"<p>one</p><p id=x>two</p>\",\"n\":7,\"charset\":\"nosuch\"}",
};

static const struct net_header headers[] = {
    {"Content-Type", "application/json"},
    {"X-Twice", "one"},
    {"x-twice", "two"},
    {"Set-Cookie", "sid=old; Path=/"},
    {"set-cookie", " cart = abc=1 ; HttpOnly"},
    {"Set-Cookie", "sid=s3; Path=/"},
    {"Set-Cookie", "broken"},
    {"Location", "/cart?a=1"},
    {"X-Empty", ""},
};

static const struct certificate certificate = {
    .subject = "C=US, O=Example, CN=shop.test",
    .issuer = "CN=An Authority",
    .start = "2026-11-01T00:00:00Z",
    .expire = "2026-12-24T14:07:01Z",
    .serial = "0a:1b",
};

static struct exchange exchange_of(int status)
{
    return (struct exchange){
        .url = "http://shop.test/api",
        .certificate = &certificate,
        .started = {.us = 1795442820 * DURATION_SECOND}, /* 2026-11-23T14:07:00Z */
        .status = status,
        .ip = "192.0.2.7",
        .http = "1.1",
        .total = 1520 * DURATION_MILLISECOND,
        .phases = {[PHASE_BLOCKED] = PHASE_ABSENT,
                   [PHASE_DNS] = PHASE_ABSENT,
                   [PHASE_CONNECT] = 20 * DURATION_MILLISECOND,
                   [PHASE_TLS] = PHASE_ABSENT,
                   [PHASE_SEND] = 0,
                   [PHASE_WAIT] = 1500 * DURATION_MILLISECOND,
                   [PHASE_RECEIVE] = PHASE_ABSENT},
    };
}

/* Variables: `{"name": value}`. */
static const json_t *look_up(void *data, const char *name)
{
    return json_object_get(data, name);
}

static json_t *variables_create(void)
{
    return json_pack("{s:s, s:i, s:s, s:s, s:[s,s], s:s}", "state", "confirmed", "id", 12, "key",
                     "state", "regex", "con.*", "tags", "a", "b", "open", "(");
}

/* One answer, one expression, and all that they stand on. */
struct scene {
    struct arena *arena;
    struct exchange exchange;
    struct net_response response;
    struct answer *answer;
    struct expression *expression;
    json_t *variables;
};

static struct expression *parse(struct arena *arena, const char *line, bool is_capture)
{
    struct mistakes mistakes = {.arena = arena};
    struct expression *expression = expression_parse(arena, line, is_capture, "test.yaml",
                                                     (struct position){1, 1}, line, &mistakes);
    ck_assert_msg(expression != NULL, "%s: %s", line,
                  mistakes.count > 0 ? mistakes.items[0].text : "refused");
    return expression;
}

static void scene_open(struct scene *scene, enum body body, int status, const char *line,
                       bool is_capture)
{
    scene->arena = arena_create();
    scene->exchange = exchange_of(status);
    scene->response = (struct net_response){.headers = headers,
                                            .header_count = COUNT_OF(headers),
                                            .body = bodies[body],
                                            .body_length = strlen(bodies[body])};
    scene->answer = answer_create(&scene->exchange, &scene->response, 2);
    scene->variables = variables_create();
    scene->expression = parse(scene->arena, line, is_capture);
}

static void scene_close(struct scene *scene)
{
    expression_free(scene->expression);
    json_decref(scene->variables);
    answer_free(scene->answer);
    arena_free(scene->arena);
}

static struct outcome scene_assert(struct scene *scene)
{
    struct evaluate_variables variables = {look_up, scene->variables};
    return evaluate_assertion(scene->expression, scene->answer, &variables, scene->arena);
}

/* `actual` NULL: it holds. Otherwise what the report shows. */
static const struct {
    enum body body;
    const char *line, *actual;
} assertions[] = {
    /* queries */
    {TEXT, "sha256 == \"0000000000000000000000000000000000000000000000000000000000000000\"",
     "\"43ba848793f918af86d84ce99f40311bfb195cf70af5080d8be7d04711df689d\""},
    {EMPTY, "sha256 == \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", NULL},
    {JSON, "certificate \"Subject\" endsWith \"CN=shop.test\"", NULL},
    {JSON, "certificate \"Issuer\" == \"CN=Another\"", "\"CN=An Authority\""},
    {JSON, "certificate \"Start-Date\" isIsoDate", NULL},
    {JSON, "certificate \"expire-date\" daysAfterNow == 31", NULL},
    {JSON, "certificate \"Expire-Date\" daysAfterNow > 60", "31"},
    {JSON, "certificate \"Serial-Number\" matches /^[0-9a-f:]+$/", NULL},
    {JSON, "status == 200", NULL},
    {JSON, "status == 201", "200"},
    {JSON, "header \"content-TYPE\" == \"application/json\"", NULL},
    {JSON, "header \"Content-Type\" == \"text/html\"", "\"application/json\""},
    {JSON, "header \"X-None\" exists", "nothing"},
    {JSON, "header \"X-None\" not exists", NULL},
    {JSON, "header \"X-Empty\" exists", NULL},
    {JSON, "header \"X-Twice\" contains \"two\"", NULL},
    {JSON, "header \"X-Twice\" contains \"three\"", "[\"one\", \"two\"]"},
    {JSON, "header \"X-Twice\" count == 2", NULL},
    {JSON, "header \"Location\" startsWith \"/cart\"", NULL},
    {JSON, "cookie \"sid\" == \"s3\"", NULL},
    {JSON, "cookie \"cart\" == \"abc=1\"", NULL},
    {JSON, "cookie \"SID\" exists", "nothing"},
    {JSON, "cookie \"broken\" exists", "nothing"},
    {TEXT, "body contains \"ok\"", NULL},
    {TEXT, "body contains \"OK\"", "\"order 42: ok\\nline two\""},
    {PAGE, "body contains \"Sandals\"", "no such text in 189 bytes"},
    {PAGE, "body matches /sandals/", "no such text in 189 bytes"},
    {PAGE, "body not contains \"Shoes\"", "such text in 189 bytes"},
    {PAGE, "body trim contains \"Sandals\"",
     "\"<html><head><title> Shoes </title></head><body><nav><a href='/'>Home</a><a href='/cart' "
     "data-X=y>Cart</a></nav><h1>Shoes &amp; boots</h1><h2></h2><input name=csrf value=t0k3n>"
     "</body></html>\""},
    {EMPTY, "body isEmpty", NULL},
    {EMPTY, "body not exists", "\"\""},
    {BYTES, "body == \"caf\xef\xbf\xbd \xc3\xa9\"", NULL},
    {TEXT, "bytes == 21", NULL},
    {TEXT, "bytes between 1 and 20", "21"},
    {JSON, "url == \"http://shop.test/api\"", NULL},
    {JSON, "url endsWith \"/cart\"", "\"http://shop.test/api\""},
    {JSON, "redirects == 2", NULL},
    {JSON, "redirects < 2", "2"},
    {JSON, "ip startsWith \"192.0.2.\"", NULL},
    {JSON, "ip == \"192.0.2.1\"", "\"192.0.2.7\""},
    {JSON, "http.version == \"1.1\"", NULL},
    {JSON, "http.version == \"2\"", "\"1.1\""},
    {JSON, "time.total < 2s", NULL},
    {JSON, "time.total < 800ms", "1.52 s"},
    {JSON, "time.connect <= 20ms", NULL},
    {JSON, "time.wait between 1s and 1.5s", NULL},
    {JSON, "time.tls < 1s", NULL},
    {JSON, "time.tls not > 1s", "nothing"},
    {JSON, "time.tls not exists", NULL},
    {JSON, "time.send exists", NULL},
    {JSON, "jsonpath \"$.state\" == \"confirmed\"", NULL},
    {JSON, "jsonpath \"$.state\" == \"pending\"", "\"confirmed\""},
    {JSON, "jsonpath \"$.${key}\" == \"confirmed\"", NULL},
    {JSON, "jsonpath \"$.nosuch\" exists", "nothing"},
    {JSON, "jsonpath \"$.nosuch\" not exists", NULL},
    {JSON, "jsonpath \"$.nosuch\" == 1", "nothing"},
    {JSON, "jsonpath \"$.nosuch\" != 1", "nothing"},
    {JSON, "jsonpath \"$.nosuch\" not == 1", "nothing"},
    {JSON, "jsonpath \"$.nosuch\" count == 0", NULL},
    {JSON, "jsonpath \"$.nosuch\" isEmpty", NULL},
    {JSON, "jsonpath \"$.note\" exists", NULL},
    {JSON, "jsonpath \"$.items[*].id\" contains 2", NULL},
    {JSON, "jsonpath \"$.items[*].id\" contains 4", "[1, 2, 3]"},
    {JSON, "jsonpath \"$.items[?@.price <= 0]\" count == 0", "1"},
    {JSON, "jsonpath \"$.items[?@.price > 9]\" exists", "[]"},
    {JSON, "jsonpath \"$.items[?@.price > 9]\" not exists", NULL},
    {JSON, "jsonpath \"$.items[?@.price > 9]\" isEmpty", NULL},
    {JSON, "jsonpath \"$.items[?@.price > 9]\" isCollection", NULL},
    {JSON, "jsonpath \"$.items[?@.price > 9].id\" not contains 1", NULL},
    {JSON, "jsonpath \"$.none\" exists", NULL},
    {JSON, "jsonpath \"$.none\" isEmpty", NULL},
    {MARKED, "jsonpath \"$[0]\" == 1", NULL},
    {PAGE, "xpath \"string(//h1)\" == \"Shoes & boots\"", NULL},
    {PAGE, "xpath \"count(//a)\" == 2", NULL},
    {PAGE, "xpath \"//a\" count == 3", "2"},
    {PAGE, "xpath \"//a/@href\" contains \"/cart\"", NULL},
    {PAGE, "xpath \"//a[. = '${state}']\" exists", "[]"},
    {PAGE, "css \"nav a\" count > 1", NULL},
    {PAGE, "css \"nav a\" count > 3", "2"},
    {PAGE, "css \"h1\" == \"Shoes & boots\"", NULL},
    {PAGE, "css \"h1\" contains \"Shoes\"", NULL},
    {PAGE, "css \"h1\" startsWith \"Boots\"", "\"Shoes & boots\""},
    {PAGE, "css \"h1\" not isEmpty", NULL},
    {PAGE, "css \"h2\" not isEmpty", "\"\""},
    {PAGE, "css \"h3\" not isEmpty", "[]"},
    {PAGE, "css \"h3\" exists", "[]"},
    {PAGE, "css \"h3\" == \"x\"", "nothing"},
    {PAGE, "css \"h3\" not contains \"x\"", NULL},
    {PAGE, "css \"h1\" isCollection", NULL},
    {PAGE, "css \"nav a\" contains \"Cart\"", NULL},
    {PAGE, "css \"nav a\" contains \"Car\"", "[\"Home\", \"Cart\"]"},
    {PAGE, "css \"[name=${regex}]\" exists",
     "[name=con.*] is not a CSS selector: `]` was expected"},
    {EMPTY, "css \"body\" exists", "[]"},
    {TEXT, "regex \"order (\\\\d+)\" == \"42\"", NULL},
    {TEXT, "regex \"line \\\\w+\" == \"line two\"", NULL},
    {TEXT, "regex \"nosuch\" exists", "nothing"},
    {TEXT, "regex /order (\\d+)/ == \"43\"", "\"42\""},
    {TEXT, "regex \"${regex}\" exists", "nothing"},
    /* filters */
    {JSON, "jsonpath \"$.bare\" count == 0", NULL},
    {JSON, "jsonpath \"$.state\" count == 1", "`count` needs a list, not \"confirmed\""},
    {JSON, "jsonpath \"$.items[*].id\" nth 0 == 1", NULL},
    {JSON, "jsonpath \"$.items[*].id\" nth 3 exists", "nothing"},
    {JSON, "jsonpath \"$.items\" first exists", NULL},
    {JSON, "jsonpath \"$.tags\" last == \"b\"", NULL},
    {JSON, "jsonpath \"$.tags\" last == \"a\"", "\"b\""},
    {JSON, "jsonpath \"$.none\" last exists", "nothing"},
    {JSON, "jsonpath \"$.id\" first == 1", "`first` needs a list, not 12"},
    {PAGE, "css \"a\" nth 1 == \"Cart\"", NULL},
    {PAGE, "css \"a\" nth 1 attribute href == \"/cart\"", NULL},
    {PAGE, "css \"a\" last attribute \"DATA-x\" == \"y\"", NULL},
    {PAGE, "css \"a\" nth 5 attribute href exists", "nothing"},
    {PAGE, "css \"input[name=csrf]\" attribute value == \"t0k3n\"", NULL},
    {PAGE, "css \"input\" attribute nosuch exists", "nothing"},
    {JSON, "jsonpath \"$.code\" toInt == 12", NULL},
    {JSON, "jsonpath \"$.minus\" toInt == -7", NULL},
    {JSON, "jsonpath \"$.state\" toInt == 12", "`toInt` needs an integer, not \"confirmed\""},
    {JSON, "jsonpath \"$.real\" toInt == 1", "`toInt` needs an integer, not \"1.5\""},
    {JSON, "jsonpath \"$.real\" toFloat == 1.5", NULL},
    {JSON, "jsonpath \"$.id\" toFloat isFloat", NULL},
    {JSON, "jsonpath \"$.state\" toFloat == 1", "`toFloat` needs a number, not \"confirmed\""},
    {JSON, "jsonpath \"$.id\" toString == \"12\"", NULL},
    {JSON, "jsonpath \"$.paid\" toString == \"true\"", NULL},
    {JSON, "jsonpath \"$.total\" toString == \"59.9\"", NULL},
    {JSON, "jsonpath \"$.tags\" toString == \"a\"",
     "`toString` needs one value, not [\"a\", \"b\"]"},
    {JSON, "jsonpath \"$.spaced\" trim == \"x\"", NULL},
    {PAGE, "css \"title\" trim == \"Shoes\"", NULL},
    {JSON, "jsonpath \"$.id\" trim == \"12\"", "`trim` needs text, not 12"},
    {JSON, "jsonpath \"$.nosuch\" trim exists", "nothing"},
    {JSON, "jsonpath \"$.csv\" split \",\" count == 4", NULL},
    {JSON, "jsonpath \"$.csv\" split \",\" nth 2 == \"\"", NULL},
    {JSON, "jsonpath \"$.csv\" split \",\" contains \"4\"", "[\"1\", \"2\", \"\", \"3\"]"},
    {JSON, "jsonpath \"$.csv\" replace \",\" \"--\" == \"1--2----3\"", NULL},
    {JSON, "jsonpath \"$.csv\" replace \"x\" \"y\" == \"1,2,3\"", "\"1,2,,3\""},
    {JSON, "jsonpath \"$.state\" replace \"${state}\" \"${key}\" == \"state\"", NULL},
    {JSON, "jsonpath \"$.path\" urlDecode == \"a b%2\"", NULL},
    {JSON, "jsonpath \"$.path\" urlDecode == \"a\"", "\"a b%2\""},
    {JSON, "jsonpath \"$.inner\" jsonpath \"$.x[0]\" == 7", NULL},
    {JSON, "jsonpath \"$.items[*]\" jsonpath \"$[*].id\" count == 3", NULL},
    {JSON, "jsonpath \"$.items[0]\" jsonpath \"$.price\" == 6", "5"},
    {JSON, "jsonpath \"$.state\" regex \"c(.)\" == \"o\"", NULL},
    {JSON, "jsonpath \"$.state\" regex \"^x\" exists", "nothing"},
    {JSON, "jsonpath \"$.state\" regex \"${open}\" exists",
     "( is not a regular expression: missing closing parenthesis"},
    {BYTES, "body decode \"iso-8859-1\" startsWith \"caf\\u{e9} \"", NULL},
    {BYTES, "bytes decode \"windows-1252\" contains \"\\u{c3}\"", NULL},
    {BYTES, "body decode \"utf-8\" == \"x\"", "bytes that are not utf-8"},
    {BYTES, "body decode \"latin1\" == \"x\"", "\"caf\xc3\xa9 \xc3\x83\xc2\xa9\""},
    {STRANGE, "jsonpath \"$.plain\" base64Decode == \"shoes\"", NULL},
    {STRANGE, "jsonpath \"$.coded\" base64Decode decode \"latin1\" == \"caf\\u{e9}\"", NULL},
    {STRANGE, "jsonpath \"$.coded\" base64Decode == \"cafe\"", "\"caf\xef\xbf\xbd\""},
    {STRANGE, "jsonpath \"$.uncoded\" base64Decode exists",
     "`base64Decode` needs text in Base64, not \"Y2Fm6\""},
    {STRANGE, "jsonpath \"$.n\" base64Decode exists", "`base64Decode` needs text in Base64, not 7"},
    {STRANGE, "jsonpath \"$.escaped\" htmlUnescape == \"<a> &&& \\u{e9}\\u{20ac} &nosuch; &\"",
     NULL},
    {STRANGE, "jsonpath \"$.escaped\" htmlUnescape startsWith \"&lt;\"",
     "\"<a> &&& \xc3\xa9\xe2\x82\xac &nosuch; &\""},
    {STRANGE, "jsonpath \"$.n\" htmlUnescape exists", "`htmlUnescape` needs text, not 7"},
    {STRANGE, "jsonpath \"$.seen\" dateFormat \"%Y-%m-%d %H:%M\" == \"2026-11-23 13:07\"", NULL},
    {STRANGE, "jsonpath \"$.sent\" dateFormat \"%A\" == \"Monday\"", NULL},
    {STRANGE, "jsonpath \"$.day\" dateFormat \"%d.%m.\" == \"3.12.\"", "\"03.12.\""},
    {STRANGE, "jsonpath \"$.february\" dateFormat \"%d\" == \"30\"",
     "`dateFormat` needs a date, not \"2026-02-30T00:00:00Z\""},
    {STRANGE, "jsonpath \"$.day\" daysAfterNow == 9", NULL},
    {STRANGE, "jsonpath \"$.past\" daysAfterNow == -22", NULL},
    {STRANGE, "jsonpath \"$.day\" daysAfterNow > 30", "9"},
    {STRANGE, "jsonpath \"$.n\" daysAfterNow > 30", "`daysAfterNow` needs a date, not 7"},
    {STRANGE, "jsonpath \"$.past\" daysBeforeNow == 22", NULL},
    {STRANGE, "jsonpath \"$.past\" daysBeforeNow < 7", "22"},
    {STRANGE, "jsonpath \"$.plain\" daysBeforeNow < 7",
     "`daysBeforeNow` needs a date, not \"c2hvZXM\""},
    {STRANGE, "jsonpath \"$.page\" xpath \"//p\" count == 2", NULL},
    {STRANGE, "jsonpath \"$.page\" xpath \"//p\" last attribute id == \"x\"", NULL},
    {STRANGE, "jsonpath \"$.page\" xpath \"string(//p)\" == \"two\"", "\"one\""},
    {STRANGE, "jsonpath \"$.n\" xpath \"//p\" exists", "`xpath` needs text, not 7"},
    /* predicates and types */
    {STRANGE, "jsonpath \"$.seen\" isIsoDate", NULL},
    {STRANGE, "jsonpath \"$.sent\" isIsoDate", "\"Mon, 23 Nov 2026 13:07:00 GMT\""},
    {STRANGE, "jsonpath \"$.day\" isIsoDate", "\"2026-12-03\""},
    {STRANGE, "jsonpath \"$.february\" not isIsoDate", NULL},
    {STRANGE, "jsonpath \"$.n\" not isIsoDate", "7 (a number)"},
    {JSON, "jsonpath \"$.code\" == 12", "\"12\""},
    {JSON, "jsonpath \"$.id\" == \"12\"", "12"},
    {JSON, "jsonpath \"$.id\" == 12.0", NULL},
    {JSON, "jsonpath \"$.whole\" == 1", NULL},
    {JSON, "jsonpath \"$.total\" == 59.90", NULL},
    {JSON, "jsonpath \"$.total\" == 60", "59.9"},
    {JSON, "jsonpath \"$.paid\" == true", NULL},
    {JSON, "jsonpath \"$.note\" == null", NULL},
    {JSON, "jsonpath \"$.note\" != null", "null"},
    {JSON, "jsonpath \"$.id\" == ${id}", NULL},
    {JSON, "jsonpath \"$.code\" == ${id}", "\"12\""},
    {JSON, "jsonpath \"$.code\" == \"${id}\"", NULL},
    {JSON, "jsonpath \"$.tags\" == ${tags}", NULL},
    {JSON, "jsonpath \"$.state\" != \"confirmed\"", "\"confirmed\""},
    {JSON, "jsonpath \"$.state\" != 5", NULL},
    {JSON, "jsonpath \"$.state\" not == \"confirmed\"", "\"confirmed\""},
    {JSON, "jsonpath \"$.id\" >= 12", NULL},
    {JSON, "jsonpath \"$.id\" >= 12.5", "12"},
    {JSON, "jsonpath \"$.id\" <= 11", "12"},
    {JSON, "jsonpath \"$.id\" > 11.5", NULL},
    {JSON, "jsonpath \"$.id\" > 12", "12"},
    {JSON, "jsonpath \"$.id\" < 13", NULL},
    {JSON, "jsonpath \"$.state\" < \"d\"", NULL},
    {JSON, "jsonpath \"$.state\" < \"confirm\"", "\"confirmed\""},
    {JSON, "jsonpath \"$.code\" > 5", "\"12\" (text)"},
    {JSON, "jsonpath \"$.code\" not > 5", "\"12\" (text)"},
    {JSON, "status in 200, 204", NULL},
    {JSON, "status in 201, 204", "200"},
    {JSON, "status not in 500, 502", NULL},
    {JSON, "jsonpath \"$.state\" in \"x\", \"${state}\"", NULL},
    {JSON, "jsonpath \"$.id\" between 12 and 13", NULL},
    {JSON, "jsonpath \"$.id\" between 13 and 20", "12"},
    {JSON, "jsonpath \"$.id\" not between 13 and 20", NULL},
    {JSON, "jsonpath \"$.state\" startsWith \"conf\"", NULL},
    {JSON, "jsonpath \"$.state\" endsWith \"med\"", NULL},
    {JSON, "jsonpath \"$.code\" endsWith \"112\"", "\"12\""},
    {JSON, "jsonpath \"$.id\" startsWith \"1\"", "12 (a number)"},
    {JSON, "jsonpath \"$.tags\" contains \"a\"", NULL},
    {JSON, "jsonpath \"$.tags\" contains \"c\"", "[\"a\", \"b\"]"},
    {JSON, "jsonpath \"$.bare\" not contains \"x\"", "{} (an object)"},
    {JSON, "jsonpath \"$.state\" matches \"^con\"", NULL},
    {JSON, "jsonpath \"$.state\" matches /^CON/", "\"confirmed\""},
    {JSON, "jsonpath \"$.state\" not matches /^CON/", NULL},
    {JSON, "jsonpath \"$.state\" matches \"^${regex}$\"", NULL},
    {JSON, "jsonpath \"$.state\" matches ${regex}", NULL},
    {JSON, "jsonpath \"$.id\" matches /1/", "12 (a number)"},
    {JSON, "jsonpath \"$.paid\" exists", NULL},
    {JSON, "jsonpath \"$.nothing\" isEmpty", NULL},
    {JSON, "jsonpath \"$.bare\" isEmpty", NULL},
    {JSON, "jsonpath \"$.state\" isEmpty", "\"confirmed\""},
    {JSON, "jsonpath \"$.id\" isEmpty", "12 (a number)"},
    {JSON, "jsonpath \"$.id\" isNumber", NULL},
    {JSON, "jsonpath \"$.code\" isNumber", "\"12\""},
    {JSON, "jsonpath \"$.id\" isInteger", NULL},
    {JSON, "jsonpath \"$.whole\" isInteger", "1.0"},
    {JSON, "jsonpath \"$.whole\" isFloat", NULL},
    {JSON, "jsonpath \"$.id\" isFloat", "12"},
    {JSON, "jsonpath \"$.state\" isString", NULL},
    {JSON, "jsonpath \"$.note\" isString", "null"},
    {JSON, "jsonpath \"$.paid\" isBoolean", NULL},
    {JSON, "jsonpath \"$.id\" isBoolean", "12"},
    {JSON, "jsonpath \"$.bare\" isCollection", NULL},
    {JSON, "jsonpath \"$.state\" isCollection", "\"confirmed\""},
    {JSON, "jsonpath \"$.nosuch\" isCollection", "nothing"},
};

START_TEST(assertion_holds_or_says_what_came)
{
    struct scene scene;
    const char *line = assertions[_i].line, *actual = assertions[_i].actual;
    scene_open(&scene, assertions[_i].body, 200, line, false);
    struct outcome outcome = scene_assert(&scene);
    ck_assert_msg(outcome.holds == (actual == NULL), "%s: %s", line,
                  outcome.actual != NULL ? outcome.actual : "holds");
    ck_assert_int_eq(outcome.symptom == SYMPTOM_NONE, outcome.holds);
    ck_assert_pstr_eq(outcome.actual, actual);
    scene_close(&scene);
}
END_TEST

static const struct {
    size_t length;
    const char *actual;
} searched_sizes[] = {
    {4, "\"xxxx\""},
    {121, "no such text in 121 bytes"},
    {2014, "no such text in 2,014 bytes"},
    {3002001, "no such text in 3,002,001 bytes"},
};

START_TEST(long_body_that_was_searched_is_told_by_its_size)
{
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body contains \"y\"", false);
    char *body = memory_allocate(searched_sizes[_i].length + 1, 1);
    memset(body, 'x', searched_sizes[_i].length);
    scene.response.body = body;
    scene.response.body_length = searched_sizes[_i].length;
    struct outcome outcome = scene_assert(&scene);
    ck_assert(!outcome.holds);
    ck_assert_str_eq(outcome.actual, searched_sizes[_i].actual);
    scene_close(&scene);
    free(body);
}
END_TEST

static const struct {
    enum body body;
    int status;
    const char *line;
    enum symptom symptom;
    const char *actual;
} failures[] = {
    {JSON, 500, "status == 200", SYMPTOM_HTTP_ERROR, "500"},
    {JSON, 404, "status in 200, 204", SYMPTOM_HTTP_ERROR, "404"},
    {JSON, 302, "status == 200", SYMPTOM_HTTP_STATUS_UNEXPECTED, "302"},
    {JSON, 200, "status >= 400", SYMPTOM_HTTP_STATUS_UNEXPECTED, "200"},
    {JSON, 200, "time.wait < 10ms", SYMPTOM_PACE_SLOW, "1.50 s"},
    {JSON, 200, "time.dns > 10ms", SYMPTOM_PACE_SLOW, "nothing"},
    {JSON, 500, "jsonpath \"$.id\" == 1", SYMPTOM_CONTENT_MISMATCH, "12"},
    {BROKEN, 200, "jsonpath \"$.id\" == 1", SYMPTOM_CONTENT_JSON_INVALID,
     "not JSON: a page, or another document in tags"},
    {EMPTY, 200, "jsonpath \"$.id\" not exists", SYMPTOM_CONTENT_JSON_INVALID,
     "not JSON: nothing is there"},
    {BYTES, 200, "jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {HUGE_NUMBER, 200, "jsonpath \"$.n\" exists", SYMPTOM_CONTENT_JSON_UNSUPPORTED, NULL},
    {SURROGATE, 200, "jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_UNSUPPORTED, NULL},
    {JSON, 200, "jsonpath \"$.state\" jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {JSON, 200, "jsonpath \"$.id\" == ${nosuch}", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.id\" == \"x${nosuch}\"", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "certificate \"${state}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "a certificate has no `confirmed`"},
    {JSON, 200, "body decode \"${state}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "confirmed is not a character set"},
    {JSON, 200, "body xpath \"//${open}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {JSON, 200, "header \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "cookie \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.csv\" split \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$[${state}]\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {JSON, 200, "jsonpath \"$.state\" matches \"${open}\"", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "the variables make no regular expression: missing closing parenthesis"},
    {JSON, 200, "jsonpath \"$.state\" matches ${id}", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {PAGE, 200, "xpath \"//${open}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {TAGS, 200, "css \"h1\" exists", SYMPTOM_CONTENT_TOO_LARGE,
     "gave up: the page is larger than 1024 KiB or has over 50000 tags"},
    {TAGS, 200, "css \"h1\" not exists", SYMPTOM_CONTENT_TOO_LARGE, NULL},
    {TAGS, 200, "xpath \"count(//h1)\" == 0", SYMPTOM_CONTENT_TOO_LARGE, NULL},
    {SAME, 200, "regex /(a+)+[bc]/ exists", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
    {SAME, 200, "body matches /(a+)+[bc]/", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
    {SAME, 200, "body not matches /(a+)+[bc]/", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
};

START_TEST(failure_has_its_symptom)
{
    struct scene scene;
    scene_open(&scene, failures[_i].body, failures[_i].status, failures[_i].line, false);
    struct outcome outcome = scene_assert(&scene);
    ck_assert(!outcome.holds);
    ck_assert_msg(outcome.symptom == failures[_i].symptom, "%s: %s: %s", failures[_i].line,
                  symptom_code(outcome.symptom), outcome.actual);
    ck_assert_ptr_nonnull(outcome.actual);
    if (failures[_i].actual != NULL)
        ck_assert_str_eq(outcome.actual, failures[_i].actual);
    scene_close(&scene);
}
END_TEST

/* `value` as compact JSON; NULL: not captured, and `actual` says why. */
static const struct {
    enum body body;
    const char *line, *value;
    enum symptom symptom;
    const char *actual;
} captures[] = {
    {JSON, "jsonpath \"$.id\"", "12", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[?@.price > 0].id\" nth 0", "1", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[*].id\"", "[1,2,3]", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[?@.price > 9].id\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING,
     "nothing"},
    {JSON, "jsonpath \"$.nosuch\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING, "nothing"},
    {JSON, "jsonpath \"$.state\" toInt", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING,
     "`toInt` needs an integer, not \"confirmed\""},
    {BROKEN, "jsonpath \"$.id\"", NULL, SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {JSON, "header \"Location\"", "\"/cart?a=1\"", SYMPTOM_NONE, NULL},
    {JSON, "cookie \"sid\"", "\"s3\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"input[name=csrf]\" attribute value", "\"t0k3n\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"h1\"", "\"Shoes & boots\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"a\"", "[\"Home\",\"Cart\"]", SYMPTOM_NONE, NULL},
    {PAGE, "css \"a\" first", "\"Home\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"h3\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING, "nothing"},
    {TEXT, "regex \"order (\\\\d+)\" toInt", "42", SYMPTOM_NONE, NULL},
    {TEXT, "time.connect", "20000", SYMPTOM_NONE, NULL},
};

START_TEST(capture_gives_the_value_or_says_why_not)
{
    struct scene scene;
    scene_open(&scene, captures[_i].body, 200, captures[_i].line, true);
    struct evaluate_variables variables = {look_up, scene.variables};
    struct outcome outcome;
    json_t *value =
        evaluate_capture(scene.expression, scene.answer, &variables, scene.arena, &outcome);
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    ck_assert_pstr_eq(text, captures[_i].value);
    ck_assert_int_eq(outcome.holds, value != NULL);
    ck_assert_int_eq(outcome.symptom, captures[_i].symptom);
    if (captures[_i].actual != NULL)
        ck_assert_str_eq(outcome.actual, captures[_i].actual);
    free(text);
    json_decref(value);
    scene_close(&scene);
}
END_TEST

START_TEST(body_is_parsed_once)
{
    struct scene scene;
    scene_open(&scene, JSON, 200, "jsonpath \"$.id\" == 12", false);
    ck_assert(scene_assert(&scene).holds);
    scene.response.body = bodies[BROKEN];
    scene.response.body_length = strlen(bodies[BROKEN]);
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
}
END_TEST

/* Two-byte characters behind `lead` one-byte ones, so that the cut falls inside one or between. */
START_TEST(actual_is_cut_between_characters)
{
    enum { LENGTH = 1000 };
    char body[LENGTH + 1] = {0};
    size_t at = 0;
    while (at < (size_t)_i)
        body[at++] = 'x';
    while (at + 2 <= LENGTH) {
        body[at++] = '\xc3';
        body[at++] = '\xa4';
    }
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body == \"x\"", false);
    scene.response.body = body;
    scene.response.body_length = at;
    struct outcome outcome = scene_assert(&scene);
    size_t length = strlen(outcome.actual);
    ck_assert_uint_le(length, EVALUATE_ACTUAL_MAX);
    ck_assert_uint_gt(length, EVALUATE_ACTUAL_MAX - 4);
    ck_assert_str_eq(outcome.actual + length - 3, "\xe2\x80\xa6");
    json_t *valid = json_stringn(outcome.actual, length);
    ck_assert_ptr_nonnull(valid);
    json_decref(valid);
    scene_close(&scene);
}
END_TEST

START_TEST(short_actual_is_whole)
{
    char body[EVALUATE_ACTUAL_MAX - 1] = {0};
    memset(body, 'x', sizeof body - 1); /* and its two quotes: just the maximum */
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body == \"x\"", false);
    scene.response.body = body;
    scene.response.body_length = strlen(body);
    struct outcome outcome = scene_assert(&scene);
    ck_assert_uint_eq(strlen(outcome.actual), EVALUATE_ACTUAL_MAX);
    ck_assert_int_eq(outcome.actual[EVALUATE_ACTUAL_MAX - 1], '"');
    scene_close(&scene);
}
END_TEST

START_TEST(answers_come_without_address_and_version)
{
    struct scene scene;
    scene_open(&scene, EMPTY, 200, "certificate \"Subject\" not exists", false);
    scene.exchange.certificate = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    scene_open(&scene, EMPTY, 200, "ip not exists", false);
    scene.exchange.ip = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    scene_open(&scene, EMPTY, 200, "http.version not exists", false);
    scene.exchange.http = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    answer_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *tests = tcase_create("evaluate");
    tcase_add_loop_test(tests, assertion_holds_or_says_what_came, 0, COUNT_OF(assertions));
    tcase_add_loop_test(tests, long_body_that_was_searched_is_told_by_its_size, 0,
                        COUNT_OF(searched_sizes));
    tcase_add_loop_test(tests, failure_has_its_symptom, 0, COUNT_OF(failures));
    tcase_add_loop_test(tests, capture_gives_the_value_or_says_why_not, 0, COUNT_OF(captures));
    tcase_add_test(tests, body_is_parsed_once);
    tcase_add_loop_test(tests, actual_is_cut_between_characters, 0, 4);
    tcase_add_test(tests, short_actual_is_whole);
    tcase_add_test(tests, answers_come_without_address_and_version);
    suite_add_tcase(suite, tests);
    return suite;
}
