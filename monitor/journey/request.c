/* SPDX-License-Identifier: MIT */
/* Making requests. See request.h. */
#include "monitor/journey/request.h"

#include "monitor/base/buffer.h"
#include "monitor/base/hex.h"
#include "monitor/base/random.h"
#include "monitor/journey/request_text.h"

#include <stdlib.h>
#include <string.h>

/* Scheme, host and port, as they are written (RFC 6454 section 4). */
static bool same_origin(const char *a, const char *b)
{
    const char *ends[] = {strstr(a, "://"), strstr(b, "://")};
    if (ends[0] == NULL || ends[1] == NULL)
        return false;
    size_t length[] = {(size_t)(ends[0] - a) + 3 + strcspn(ends[0] + 3, "/?#"),
                       (size_t)(ends[1] - b) + 3 + strcspn(ends[1] + 3, "/?#")};
    return length[0] == length[1] && strncasecmp(a, b, length[0]) == 0;
}

/* Scenario, shop file and constant URLs are the author's own words: their hosts may be visited. */
static bool request_host_is_named(const struct request_source *source, const char *url,
                                  const char *host)
{
    const struct scenario *scenario = source->scenario;
    const struct shop *shop = source->shop;
    const char *missing;
    const char *bases[] = {
        scenario->base != NULL ? request_render(source, scenario->base, &missing) : NULL,
        shop != NULL ? shop->base : NULL,
    };
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        const char *named = bases[i] != NULL ? net_url_host(source->arena, bases[i]) : NULL;
        if (named != NULL && strcmp(named, host) == 0)
            return true;
    }
    for (size_t i = 0; shop != NULL && i < shop->host_count; i++)
        if (net_url_leads_to(url, shop->hosts[i]))
            return true;
    for (size_t i = 0; i < scenario->host_count; i++)
        if (net_url_leads_to(url, scenario->hosts[i]))
            return true;
    return false;
}

/* `base` is what the URL was made with, if that is one of the named. */
static enum symptom request_check_host(const struct request_source *source, const char *base,
                                       const char *url, bool authors_own, const char **ret_detail)
{
    if (base != NULL && same_origin(base, url))
        return SYMPTOM_NONE;
    const char *host = net_url_host(source->arena, url);
    if (host == NULL) {
        *ret_detail = arena_print(source->arena, "%s is no http or https URL", url);
        return SYMPTOM_MONITOR_URL_REFUSED;
    }
    if (request_host_is_named(source, url, host) || (authors_own && !net_host_is_forbidden(host)))
        return SYMPTOM_NONE;
    *ret_detail =
        arena_print(source->arena,
                    "%s is named by no base, and not among the scenario's or the shop file's "
                    "hosts",
                    host);
    return SYMPTOM_MONITOR_URL_REFUSED;
}

static enum symptom request_build_url(const struct request_source *source, const struct step *step,
                                      const char **ret_url, const char **ret_detail)
{
    const struct scenario *scenario = source->scenario;
    const char *missing = NULL, *base = NULL;
    const char *path = request_render(source, step->url, &missing);
    if (path != NULL && scenario->base != NULL)
        base = request_render(source, scenario->base, &missing);
    else if (source->shop != NULL)
        base = source->shop->base;
    if (path == NULL || (scenario->base != NULL && base == NULL))
        return request_missing(source, missing, ret_detail);
    /* Without a base the step's URL must be whole; resolved against itself it stays what it is. */
    const char *url = net_url_resolve(source->arena, base != NULL ? base : path, path);
    if (url == NULL) {
        *ret_detail = arena_print(source->arena, "%s is no http or https URL", path);
        return SYMPTOM_MONITOR_URL_REFUSED;
    }
    if (step->query_count > 0) {
        struct buffer text;
        size_t length = strcspn(url, "#");
        buffer_init(&text, REQUEST_TEXT_MAX);
        buffer_append(&text, url, length);
        buffer_text(&text, memchr(url, '?', length) == NULL ? "?" : "&");
        missing = request_encode_pairs(source, step->query, step->query_count, &text);
        url = arena_duplicate(source->arena, text.data);
        buffer_free(&text);
        if (missing != NULL)
            return request_missing(source, missing, ret_detail);
    }
    *ret_url = url;
    return request_check_host(source, base, url, template_is_constant(step->url), ret_detail);
}

static bool request_has_header(const struct net_header *headers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(headers[i].name, name) == 0)
            return true;
    return false;
}

/* W3C Trace Context section 3.2: the trace is the run, so that the shop's own traces join it. */
static const char *request_traceparent(const struct request_source *source)
{
    unsigned char span[8];
    char digits[2 * sizeof span + 1];
    random_bytes(span, sizeof span);
    hex_print(span, sizeof span, digits);
    return arena_print(source->arena, "00-%s-%s-01", source->run_id, digits);
}

static enum symptom request_build_headers(const struct request_source *source,
                                          const struct step *step, const char *authorization,
                                          const char *content_type, struct net_request *request,
                                          const char **ret_detail)
{
    const struct scenario *scenario = source->scenario;
    size_t count = 0, room = step->header_count + scenario->header_count + 4;
    struct net_header *headers = arena_allocate(source->arena, room, sizeof *headers);
    const struct {
        const struct pair *pairs;
        size_t count;
    } lists[] = {{step->headers, step->header_count}, {scenario->headers, scenario->header_count}};
    if (authorization != NULL)
        headers[count++] = (struct net_header){"Authorization", authorization};
    /* A step's header replaces the scenario's of the same name, and `auth` both. */
    for (size_t list = 0; list < COUNT_OF(lists); list++) {
        size_t before = count;
        for (size_t i = 0; i < lists[list].count; i++) {
            const struct pair *pair = &lists[list].pairs[i];
            const char *missing = NULL;
            if (request_has_header(headers, before, pair->name))
                continue;
            const char *value = request_render(source, pair->value, &missing);
            if (value == NULL)
                return request_missing(source, missing, ret_detail);
            headers[count++] = (struct net_header){pair->name, value};
        }
    }
    if (content_type != NULL && !request_has_header(headers, count, "Content-Type"))
        headers[count++] = (struct net_header){"Content-Type", content_type};
    headers[count++] = (struct net_header){"Shopwatch-Run", source->run_id};
    headers[count++] = (struct net_header){"traceparent", request_traceparent(source)};
    request->headers = headers;
    request->header_count = count;
    return SYMPTOM_NONE;
}

/* What is said of the connection that the request goes over. */
static enum symptom request_build_connection(const struct request_source *source,
                                             const struct step *step, struct net_request *request,
                                             const char **ret_detail)
{
    static const enum net_http versions[] = {
        [HTTP_VERSION_ANY] = NET_HTTP_ANY,
        [HTTP_VERSION_1_1] = NET_HTTP_1_1,
        [HTTP_VERSION_2] = NET_HTTP_2,
    };
    const struct tls_files *tls = step->tls;
    request->cold = step->connection == CONNECTION_COLD;
    request->http = versions[step->http];
    if (tls != NULL) {
        request->ca = tls->ca != NULL ? tls->ca->path : NULL;
        request->certificate = tls->certificate != NULL ? tls->certificate->path : NULL;
        request->key = tls->key != NULL ? tls->key->path : NULL;
    }
    const char *missing = NULL;
    if (step->proxy == NULL)
        return SYMPTOM_NONE;
    request->proxy = request_render(source, step->proxy, &missing);
    return request->proxy != NULL ? SYMPTOM_NONE : request_missing(source, missing, ret_detail);
}

enum symptom request_build(const struct request_source *source, const struct step *step,
                           struct net_request *ret_request, const char **ret_detail)
{
    struct request_body body = {0};
    const char *authorization = NULL;
    *ret_request = (struct net_request){.method = method_name(step->method)};
    enum symptom symptom = request_build_connection(source, step, ret_request, ret_detail);
    if (symptom == SYMPTOM_NONE)
        symptom = request_build_url(source, step, &ret_request->url, ret_detail);
    if (symptom == SYMPTOM_NONE)
        symptom = request_body(source, step, &body, ret_detail);
    ret_request->body = body.bytes;
    ret_request->body_length = body.length;
    if (symptom == SYMPTOM_NONE)
        symptom = request_visitor(source, step, &ret_request->cookies, &authorization, ret_detail);
    if (symptom == SYMPTOM_NONE)
        symptom =
            request_build_headers(source, step, authorization, body.type, ret_request, ret_detail);
    return symptom;
}

static void request_drop_header(const struct request_source *source, struct net_request *request,
                                const char *name)
{
    struct net_header *headers =
        arena_allocate(source->arena, request->header_count, sizeof *headers);
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) != 0)
            headers[count++] = request->headers[i];
    request->headers = headers;
    request->header_count = count;
}

/* Each exchange is a span of its own in the run's trace. */
static void request_renew_traceparent(const struct request_source *source,
                                      struct net_request *request)
{
    struct net_header *headers =
        arena_allocate(source->arena, request->header_count, sizeof *headers);
    for (size_t i = 0; i < request->header_count; i++) {
        headers[i] = request->headers[i];
        if (strcasecmp(headers[i].name, "traceparent") == 0)
            headers[i].value = request_traceparent(source);
    }
    request->headers = headers;
}

bool request_is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum symptom request_redirect(const struct request_source *source, int status, const char *location,
                              struct net_request *request, const char **ret_detail)
{
    const char *url = net_url_resolve(source->arena, request->url, location);
    if (url == NULL) {
        *ret_detail = arena_print(source->arena, "Location: %s is no http or https URL", location);
        return SYMPTOM_HTTP_RESPONSE_INVALID;
    }
    const char *before = request->url;
    request->url = url;
    request->cold = false;
    request_renew_traceparent(source, request);
    /* What browsers do (Fetch, HTTP-redirect fetch, step 12): 303 and a POST's 301 or 302 become a
     * GET. */
    bool becomes_get =
        status == 303 ? strcmp(request->method, "HEAD") != 0
                      : (status == 301 || status == 302) && strcmp(request->method, "POST") == 0;
    if (becomes_get) {
        request->method = "GET";
        request->body = NULL;
        request->body_length = 0;
        request_drop_header(source, request, "Content-Type");
    }
    /* What one origin may know is no other's business. */
    if (!same_origin(before, url)) {
        request->cookies = request->certificate = request->key = NULL;
        request_drop_header(source, request, "Authorization");
    }
    /* Where the shop itself sends its visitors is the shop's doing. */
    return request_check_host(source, NULL, url, false, ret_detail) == SYMPTOM_NONE
               ? SYMPTOM_NONE
               : SYMPTOM_HTTP_REDIRECT_REFUSED;
}
