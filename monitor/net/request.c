/* SPDX-License-Identifier: MIT */
/*
 * From a request to libcurl's options. A session's easy handle serves all of its requests, so that
 * what is the same for all is said once, and whatever one request may ask for is said, or taken
 * back, for each.
 */
#include "monitor/net/internal.h"

#include "config.h"

#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char user_agent[] =
    "User-Agent: " PACKAGE_NAME "/" PACKAGE_VERSION " (+mystery shopper)";

/* libcurl wants one; the deadline is ours, and comes first. */
static const long CONNECT_TIMEOUT_MILLISECONDS = 24L * 60 * 60 * 1000;

/* Framing and cookies are net's own. */
static const char *const own_headers[] = {"Host", "Cookie", "Content-Length", "Expect",
                                          "Transfer-Encoding"};

static const char *find_header(const struct net_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

static bool is_own(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(own_headers); i++)
        if (strcasecmp(own_headers[i], name) == 0)
            return true;
    return false;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *text)
{
    static const bool is_token_byte[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true,
        ['#'] = true,         ['$'] = true,         ['%'] = true,         ['&'] = true,
        ['\''] = true,        ['*'] = true,         ['+'] = true,         ['-'] = true,
        ['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true,
        ['|'] = true,         ['~'] = true,
    };
    const char *at = text;
    while (is_token_byte[(unsigned char)*at])
        at++;
    return at > text && *at == '\0';
}

/* The list lives in the exchange's arena, not on libcurl's heap: a node and a text a line. */
static void add_line(struct net_transfer *transfer, const char *line)
{
    struct curl_slist *node = arena_allocate(transfer->arena, 1, sizeof *node);
    node->data = (char *)(uintptr_t)line; /* libcurl only reads it */
    *transfer->headers_end = node;
    transfer->headers_end = &node->next;
}

/* `Name: value`, or as libcurl wants a header without a value: `Name;`. */
static void add_header(struct net_transfer *transfer, const struct net_header *header)
{
    bool empty = header->value[strspn(header->value, " \t")] == '\0';
    size_t name = strlen(header->name), value = empty ? 0 : strlen(header->value);
    char *line = arena_allocate(transfer->arena, name + value + sizeof ": ", 1);
    memcpy(line, header->name, name);
    memcpy(line + name, empty ? ";" : ": ", empty ? 1 : 2);
    memcpy(line + name + 2, header->value, value);
    add_line(transfer, line);
}

static enum result add_headers(struct net_transfer *transfer, const struct net_request *request)
{
    size_t length = 0;
    /* Lines as all the others, not options of libcurl, which writes those twice. */
    if (find_header(request, "User-Agent") == NULL)
        add_line(transfer, user_agent);
    if (find_header(request, "Accept-Encoding") == NULL)
        add_line(transfer, transfer->session->vantage->net->accept_encoding);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct net_header *header = &request->headers[i];
        length += strlen(header->name) + strlen(header->value);
        /* libcurl sends a line break as it is, and whatever follows as headers of its own. */
        if (!is_token(header->name) || strpbrk(header->value, "\r\n") != NULL) {
            transfer_trouble(transfer, SYMPTOM_MONITOR_URL_REFUSED,
                             "a header's name is not a token, or its value has more than one line");
            return RESULT_INVALID;
        }
        if (length > NET_HEADERS_MAX) {
            transfer_trouble(transfer, SYMPTOM_MONITOR_URL_REFUSED,
                             "the headers are larger than allowed");
            return RESULT_LIMIT;
        }
        if (!is_own(header->name))
            add_header(transfer, header);
    }
    return RESULT_OK;
}

static void set_body(struct net_transfer *transfer, const struct net_request *request)
{
    CURL *easy = transfer->session->easy;
    const char *body = request->body != NULL ? request->body : "";
    size_t length = request->body != NULL ? request->body_length : 0;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    add_line(transfer, "Expect:");
    if (find_header(request, "Content-Type") == NULL)
        add_line(transfer, "Content-Type:");
}

static enum result set_method(struct net_transfer *transfer, const struct net_request *request)
{
    CURL *easy = transfer->session->easy;
    const char *method = request->method;
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
    if (!is_token(method)) {
        transfer_trouble(transfer, SYMPTOM_MONITOR_URL_REFUSED, "the method is not a token");
        return RESULT_INVALID;
    }
    if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return RESULT_OK;
    }
    bool has_length =
        strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    bool has_body = request->body != NULL || has_length;
    if (has_body)
        set_body(transfer, request);
    if (strcmp(method, has_body ? "POST" : "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    return RESULT_OK;
}

/* Certificates come from the net's store only, by before_handshake: with a path of its own, libcurl
 * would read the system's at each handshake. */
static void install_tls(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    /* No browser takes less any more. */
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

/* A request for one version of HTTP must not be given a connection that speaks another, which not
 * every libcurl sees to: where there may be one, a new one is made. */
static bool needs_fresh(struct net_session *session, const struct net_request *request)
{
    unsigned own = 1u << request->http, others = session->http_seen & ~own;
    session->http_seen |= own;
    return request->cold || (request->http != NET_HTTP_ANY && others != 0);
}

/* What the request itself asks of its connection. libcurl keeps connections of other certificates
 * apart. */
static void set_connection(struct net_transfer *transfer, const struct net_request *request)
{
    CURL *easy = transfer->session->easy;
    long version = transfer->stamps.tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1;
    if (request->http == NET_HTTP_1_1)
        version = CURL_HTTP_VERSION_1_1;
    else if (request->http == NET_HTTP_2)
        version =
            transfer->stamps.tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version);
    transfer->cold = request->cold;
    bool fresh = needs_fresh(transfer->session, request);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    transfer->own_trust = request->ca != NULL;
    curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca);
    curl_easy_setopt(easy, CURLOPT_SSLCERT, request->certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY,
                     request->key != NULL ? request->key : request->certificate);
    curl_easy_setopt(easy, CURLOPT_COOKIE, request->cookies);
}

/* Connects to another port than the URL's, by which everything else goes. */
static void set_port(struct net_transfer *transfer, unsigned port)
{
    char text[sizeof ":::65535"];
    if (port != 0 && port <= UINT16_MAX) {
        snprintf(text, sizeof text, ":::%u", port);
        transfer->connect_to = curl_slist_append(NULL, text);
        if (transfer->connect_to == NULL)
            abort();
        free(transfer->port);
        transfer->port = memory_duplicate(text + strlen(":::"));
    }
    curl_easy_setopt(transfer->session->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
}

static void install_proxy(CURL *easy, const struct proxy *proxy)
{
    /* Never from the environment: it would be another vantage point. */
    curl_easy_setopt(easy, CURLOPT_PROXY, proxy != NULL ? proxy->url : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/* The vantage point's is installed already, unless the request before had one of its own. */
static enum result set_proxy(struct net_transfer *transfer, const struct net_request *request)
{
    struct net_session *session = transfer->session;
    struct error error = {0};
    bool has_own = request->proxy != NULL;
    transfer->proxy = session->vantage->proxy;
    if (has_own)
        transfer->proxy = transfer->own_proxy = proxy_parse(request->proxy, &error);
    if (error.code != RESULT_OK) {
        transfer_trouble(transfer, SYMPTOM_MONITOR_PROXY_UNAVAILABLE, error.text);
        return error.code;
    }
    if (has_own || session->had_proxy)
        curl_easy_setopt(session->easy, CURLOPT_PROXY,
                         transfer->proxy != NULL ? transfer->proxy->url : "");
    session->had_proxy = has_own;
    return RESULT_OK;
}

void request_install(CURL *easy, const struct net_vantage *vantage)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MILLISECONDS);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
    install_tls(easy);
    install_proxy(easy, vantage->proxy);
}

/* Given the parts, libcurl does not put a URL together again from what it has just taken apart. */
static enum result set_url(struct net_transfer *transfer, const char *url)
{
    struct net_session *session = transfer->session;
    char *before = session->url;
    enum result result = url_split(url, &transfer->host, &transfer->port, &transfer->stamps.tls);
    if (result == RESULT_OK)
        result = url_take_apart(url, before, session->parts);
    if (result != RESULT_OK)
        transfer_trouble(transfer, SYMPTOM_MONITOR_URL_REFUSED, "not an http or https URL");
    session->url = result == RESULT_OK ? memory_duplicate(url) : NULL;
    free(before);
    curl_easy_setopt(session->easy, CURLOPT_CURLU, session->parts);
    curl_easy_setopt(session->easy, CURLOPT_URL, url); /* which some versions make of it else */
    return result;
}

enum result transfer_build(struct net_transfer *transfer, const struct net_request *request)
{
    CURL *easy = session_easy(transfer->session);
    enum result result = set_url(transfer, request->url);
    if (result == RESULT_OK)
        result = set_proxy(transfer, request);
    if (result != RESULT_OK)
        return result;
    set_connection(transfer, request);
    set_port(transfer, request->port);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 0L); /* until before_request */
    result = add_headers(transfer, request);
    if (result == RESULT_OK)
        result = set_method(transfer, request);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    return result;
}
