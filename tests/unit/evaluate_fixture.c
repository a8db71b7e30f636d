/* SPDX-License-Identifier: MIT */
/* See evaluate_fixture.h. */
#include "tests/unit/evaluate_fixture.h"

#include "tests/unit/runner.h"

#include <jansson.h>
#include <string.h>

#define TEN(text)          text text text text text text text text text text
#define THOUSAND(text)     TEN(TEN(TEN(text)))
#define TEN_THOUSAND(text) TEN(THOUSAND(text))

const char *const evaluate_bodies[] = {
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

const json_t *evaluate_look_up(void *data, const char *name)
{
    return json_object_get(data, name);
}

static json_t *variables_create(void)
{
    return json_pack("{s:s, s:i, s:s, s:s, s:[s,s], s:s}", "state", "confirmed", "id", 12, "key",
                     "state", "regex", "con.*", "tags", "a", "b", "open", "(");
}

static struct expression *parse(struct arena *arena, const char *line, bool is_capture)
{
    struct mistakes mistakes = {.arena = arena};
    struct expression *expression = expression_parse(arena, line, is_capture, "test.yaml",
                                                     (struct position){1, 1}, line, &mistakes);
    ck_assert_msg(expression != NULL, "%s: %s", line,
                  mistakes.count > 0 ? mistakes.items[0].text : "refused");
    return expression;
}

void scene_open(struct scene *scene, enum body body, int status, const char *line, bool is_capture)
{
    scene->arena = arena_create();
    scene->exchange = exchange_of(status);
    scene->response = (struct net_response){.headers = headers,
                                            .header_count = COUNT_OF(headers),
                                            .body = evaluate_bodies[body],
                                            .body_length = strlen(evaluate_bodies[body])};
    scene->answer = answer_create(&scene->exchange, &scene->response, 2);
    scene->variables = variables_create();
    scene->expression = parse(scene->arena, line, is_capture);
}

void scene_close(struct scene *scene)
{
    expression_free(scene->expression);
    json_decref(scene->variables);
    answer_free(scene->answer);
    arena_free(scene->arena);
}

struct outcome scene_assert(struct scene *scene)
{
    struct evaluate_variables variables = {evaluate_look_up, scene->variables};
    return evaluate_assertion(scene->expression, scene->answer, &variables, scene->arena);
}
