/* SPDX-License-Identifier: MIT */
/* Keys of other tools. See foreign.h. */
#include "scenarios/foreign.h"

#include "monitor/base/result.h"

#define VERSION "the version of the language is written: shopwatch: 1"
#define FIRST                                                                                      \
    "what comes first is the first of `steps`; a login of several journeys is a fragment: use"
#define STEPS         "what the shopper does stands under `steps`, each with a `- step: NAME`"
#define CONFIG        "its keys stand at the left margin here: base, timeout, variables, headers"
#define REPORTERS     "who is told stands in the shop file, under `reporters`"
#define AUTH_OF_STEP  "it is a key of a step: auth: {basic: {user: ..., password: ...}}"
#define RETRY_OF_STEP "it is a key of a step: retry: {times: 1, on: network}"
#define COMMENT       "`about` is a key of the journey; of a step, write a comment: # ..."
#define METHOD        "the method is the key: `get: /path`, `post: /path`"
#define BODY          "the body is one of json, form, body, file and multipart"
#define UNLESS        "write: when: not NAME"
#define ORDER         "steps are done in their order; `needs` names components of the shop"
#define USE           "a fragment stands in the place of a step: - use: login.yaml"
#define USED          "the steps of the fragment say that; beside `use` stand `step` and `with`"
#define SCRIPT        "no script runs here: `capture` takes values from answers, its filters change them"
#define VARIABLES     "`variables` stands at the left margin, for all steps"
#define AUTH          "write: auth: {basic: {user: ..., password: ...}}, or: auth: {bearer: ...}"
#define INSECURE      "certificates are always checked; whom to trust says `tls: {ca: FILE}`"
#define LOOP          "a step is sent once; `until` sends it until something holds, `run --repeat` all"
#define LOG           "`shopwatch run -v` shows requests and answers"
#define UNTIL_TIMES   "say how long, not how often: for: 5s"
#define RETRY_DELAY                                                                                \
    "a step is tried again at once; to wait for something to become true, use `until`"
#define SECRET "a secret is not written here, but where it is found: env, file or command"

static const struct foreign_key keys[] = {
    {LANGUAGE_IN_SCENARIO, "name title scenario test testCase", "journey", NULL},
    {LANGUAGE_IN_SCENARIO, "description desc summary comment", "about", NULL},
    {LANGUAGE_IN_SCENARIO, "version apiVersion", "shopwatch", VERSION},
    {LANGUAGE_IN_SCENARIO, "interval frequency period schedule", "every", NULL},
    {LANGUAGE_IN_SCENARIO, "location locations region regions runsOn vantage vantages", "from",
     NULL},
    {LANGUAGE_IN_SCENARIO, "url baseUrl host target server endpoint origin", "base", NULL},
    {LANGUAGE_IN_SCENARIO, "env environment vars var params parameters inputs", "variables", NULL},
    {LANGUAGE_IN_SCENARIO, "after afterAll afterEach finally teardown", "cleanup", NULL},
    {LANGUAGE_IN_SCENARIO, "before beforeAll beforeEach setup", NULL, FIRST},
    {LANGUAGE_IN_SCENARIO,
     "actions flow flows item items jobs requests scenarios stages tasks tests", "steps", STEPS},
    {LANGUAGE_IN_SCENARIO, "config defaults options settings", NULL, CONFIG},
    {LANGUAGE_IN_SCENARIO, "label labels groups", "tags", NULL},
    {LANGUAGE_IN_SCENARIO, "alert alerts notify notifications", NULL, REPORTERS},
    {LANGUAGE_IN_SCENARIO, "auth authentication", NULL, AUTH_OF_STEP},
    {LANGUAGE_IN_SCENARIO, "ssl certificates", "tls", NULL},
    {LANGUAGE_IN_SCENARIO, "retries attempts", NULL, RETRY_OF_STEP},
    {LANGUAGE_IN_STEP, "name title id label", "step", NULL},
    {LANGUAGE_IN_STEP, "about desc description comment", NULL, COMMENT},
    {LANGUAGE_IN_STEP,
     "assert asserts assertion assertions check checks expects should test tests validate "
     "validation verify response then",
     "expect", NULL},
    {LANGUAGE_IN_STEP,
     "captures export exports extract output outputs register save set store assign", "capture",
     NULL},
    {LANGUAGE_IN_STEP, "url uri path endpoint href method verb request call fetch", "get", METHOD},
    {LANGUAGE_IN_STEP,
     "params parameters qs queryParams queryString searchParams mutation document", "query", NULL},
    {LANGUAGE_IN_STEP, "gql", "graphql", NULL},
    {LANGUAGE_IN_STEP, "data payload content raw requestBody", NULL, BODY},
    {LANGUAGE_IN_STEP, "jsonBody bodyJson", "json", NULL},
    {LANGUAGE_IN_STEP, "formData formParams urlencoded", "form", NULL},
    {LANGUAGE_IN_STEP, "files upload uploads attachments", "multipart", NULL},
    {LANGUAGE_IN_STEP, "header", "headers", NULL},
    {LANGUAGE_IN_STEP, "cookie", "cookies", NULL},
    {LANGUAGE_IN_STEP, "wait sleep delay pause thinkTime", "think", NULL},
    {LANGUAGE_IN_STEP, "timeoutMs maxTime", "timeout", NULL},
    {LANGUAGE_IN_STEP, "retries attempts retryCount maxRetries", "retry", NULL},
    {LANGUAGE_IN_STEP, "poll eventually waitFor waitUntil", "until", NULL},
    {LANGUAGE_IN_STEP, "if condition onlyIf", "when", NULL},
    {LANGUAGE_IN_STEP, "unless", "when", UNLESS},
    {LANGUAGE_IN_STEP, "dependsOn dependencies", NULL, ORDER},
    {LANGUAGE_IN_STEP, "uses include import template", "use", USE},
    {LANGUAGE_IN_STEP, "run script exec shell before after beforeRequest afterResponse preRequest",
     NULL, SCRIPT},
    {LANGUAGE_IN_STEP, "env vars", NULL, VARIABLES},
    {LANGUAGE_IN_STEP,
     "followRedirects followRedirect maxRedirects redirects redirect allowRedirects", "follow",
     NULL},
    {LANGUAGE_IN_STEP, "authentication authorization", "auth", NULL},
    {LANGUAGE_IN_STEP, "basic basicAuth bearer token username password", "auth", AUTH},
    {LANGUAGE_IN_STEP, "insecure sslVerify skipTlsVerify", NULL, INSECURE},
    {LANGUAGE_IN_STEP, "loop foreach forEach repeat count withItems", NULL, LOOP},
    {LANGUAGE_IN_STEP, "log print echo debug", NULL, LOG},
    {LANGUAGE_IN_STEP, "disabled ignore skipped", "skip", NULL},
    {LANGUAGE_IN_UNTIL, "expect assert assertion check condition that", "holds", NULL},
    {LANGUAGE_IN_UNTIL, "timeout limit max within duration budget maxTime", "for", NULL},
    {LANGUAGE_IN_UNTIL, "interval delay wait sleep pause", "every", NULL},
    {LANGUAGE_IN_UNTIL, "times attempts retries maxAttempts", NULL, UNTIL_TIMES},
    {LANGUAGE_IN_RETRY, "count max attempts retries limit maxAttempts", "times", NULL},
    {LANGUAGE_IN_RETRY, "when if errors conditions", "on", NULL},
    {LANGUAGE_IN_RETRY, "delay interval backoff wait every", NULL, RETRY_DELAY},
    {LANGUAGE_IN_AUTH, "type user username login password", "basic", AUTH},
    {LANGUAGE_IN_AUTH, "token jwt oauth oauth2", "bearer", NULL},
    {LANGUAGE_IN_BASIC, "username name login email", "user", NULL},
    {LANGUAGE_IN_BASIC, "pass passwd pwd", "password", NULL},
    {LANGUAGE_IN_SECRET, "value default text", "env", SECRET},
    {LANGUAGE_IN_SECRET, "var variable environment fromEnv", "env", NULL},
    {LANGUAGE_IN_SECRET, "path fileName", "file", NULL},
    {LANGUAGE_IN_SECRET, "cmd exec run shell", "command", NULL},
    {LANGUAGE_IN_DATA, "file csv path source", "pool", NULL},
    {LANGUAGE_IN_DATA, "order mode pick strategy", "take", NULL},
    {LANGUAGE_IN_SHOP, "name title", "shop", NULL},
    {LANGUAGE_IN_SHOP, "url baseUrl host target origin", "base", NULL},
    {LANGUAGE_IN_SHOP, "journeys tests files steps", "scenarios", NULL},
    {LANGUAGE_IN_SHOP, "from location locations region regions agents", "vantages", NULL},
    {LANGUAGE_IN_SHOP, "services systems", "components", NULL},
    {LANGUAGE_IN_SHOP, "database storage db", "store", NULL},
    {LANGUAGE_IN_SHOP, "alerts notify notifications notifiers channels outputs", "reporters", NULL},
    {LANGUAGE_IN_SHOP, "allowedHosts domains allow", "hosts", NULL},
    {LANGUAGE_IN_COMPONENT, "type layer category", "kind", NULL},
    {LANGUAGE_IN_COMPONENT, "name label description", "title", NULL},
    {LANGUAGE_IN_COMPONENT, "tables schemas children", "parts", NULL},
    {LANGUAGE_IN_VANTAGE, "name label city", "title", NULL},
    {LANGUAGE_IN_VANTAGE, "ip address bind", "source", NULL},
    {LANGUAGE_IN_VANTAGE, "device dev nic", "interface", NULL},
    {LANGUAGE_IN_VANTAGE, "dns nameserver", "resolver", NULL},
    {LANGUAGE_IN_VANTAGE, "namespace ns", "netns", NULL},
    {LANGUAGE_IN_VANTAGE, "ipVersion", "family", NULL},
    {LANGUAGE_IN_VANTAGE, "httpProxy httpsProxy", "proxy", NULL},
    {LANGUAGE_IN_REPORTER, "type name", "kind", NULL},
    {LANGUAGE_IN_REPORTER, "port address bind", "listen", NULL},
    {LANGUAGE_IN_REPORTER, "file fileName output", "path", NULL},
    {LANGUAGE_IN_PART, "path src", "file", NULL},
    {LANGUAGE_IN_PART, "contentType mime mimeType mediaType", "type", NULL},
    {LANGUAGE_IN_PART, "fileName", "name", NULL},
    {LANGUAGE_IN_TLS, "caCert caFile caBundle cacert", "ca", NULL},
    {LANGUAGE_IN_TLS, "cert clientCert crt", "certificate", NULL},
    {LANGUAGE_IN_TLS, "privateKey keyFile clientKey", "key", NULL},
    {LANGUAGE_IN_TLS, "verify insecure skipVerify", NULL, INSECURE},
    {LANGUAGE_IN_FRAGMENT, "name title", "fragment", NULL},
    {LANGUAGE_IN_FRAGMENT, "params parameters args variables", "inputs", NULL},
    {LANGUAGE_IN_USE, "args inputs params parameters variables", "with", NULL},
    {LANGUAGE_IN_USE, "name", "step", NULL},
    {LANGUAGE_IN_USE,
     "get post put patch delete head options graphql query headers json form body expect capture "
     "needs writes timeout when",
     NULL, USED},
};

const struct foreign_key *foreign_key(enum language_context context, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (keys[i].context == context && foreign_is_among(keys[i].theirs, name))
            return &keys[i];
    return NULL;
}

const struct foreign_key *foreign_key_at(size_t n)
{
    return n < COUNT_OF(keys) ? &keys[n] : NULL;
}

/* Of each kind of file, keys that it has and ours have not. */
static const struct {
    const char *keys[2], *text;
} files[] = {
    {{"info", "item"}, "a Postman collection"},
    {{"config", "scenarios"}, "an Artillery script"},
    {{"tests", "version"}, "a Step CI workflow"},
    {{"on", "jobs"}, "a GitHub workflow"},
    {{"openapi", "paths"}, "an OpenAPI description"},
    {{"log", "log"}, "an HTTP archive (HAR)"},
};

const char *foreign_file(bool (*has_key)(const void *root, const char *key), const void *root)
{
    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (has_key(root, files[i].keys[0]) && has_key(root, files[i].keys[1]))
            return files[i].text;
    return NULL;
}
