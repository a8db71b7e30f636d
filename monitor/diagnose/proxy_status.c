/* SPDX-License-Identifier: MIT */
/*
 * What proxies on the way say of a failure themselves, in the header Proxy-Status (RFC 9209): a
 * list of who handled the answer, the nearest to the shop first, each with what went wrong for him.
 * See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <ctype.h>
#include <string.h>

/* The error types of RFC 9209, section 2.3, by what they say of the shop. */
static const struct {
    const char *type;
    enum fact_name fact;
} proxy_errors[] = {
    {"dns_timeout", FACT_EDGE_NO_WAY},
    {"dns_error", FACT_EDGE_NO_WAY},
    {"destination_not_found", FACT_PROXY_ITSELF},
    {"destination_unavailable", FACT_PROXY_REFUSED},
    {"destination_ip_prohibited", FACT_PROXY_ITSELF},
    {"destination_ip_unroutable", FACT_EDGE_NO_WAY},
    {"connection_refused", FACT_PROXY_REFUSED},
    {"connection_terminated", FACT_EDGE_GOT_NOTHING},
    {"connection_timeout", FACT_EDGE_NO_WAY},
    {"connection_read_timeout", FACT_EDGE_WAITED},
    {"connection_write_timeout", FACT_EDGE_WAITED},
    {"connection_limit_reached", FACT_EDGE_WAITED},
    {"tls_protocol_error", FACT_EDGE_TLS},
    {"tls_certificate_error", FACT_EDGE_TLS},
    {"tls_alert_received", FACT_EDGE_TLS},
    {"http_request_denied", FACT_PROXY_DENIED},
    {"http_response_incomplete", FACT_EDGE_GOT_NOTHING},
    {"http_response_header_section_size", FACT_EDGE_GOT_NOTHING},
    {"http_response_header_size", FACT_EDGE_GOT_NOTHING},
    {"http_response_body_size", FACT_EDGE_GOT_NOTHING},
    {"http_response_trailer_section_size", FACT_EDGE_GOT_NOTHING},
    {"http_response_trailer_size", FACT_EDGE_GOT_NOTHING},
    {"http_response_transfer_coding", FACT_EDGE_GOT_NOTHING},
    {"http_response_content_coding", FACT_EDGE_GOT_NOTHING},
    {"http_response_timeout", FACT_EDGE_WAITED},
    {"http_protocol_error", FACT_EDGE_GOT_NOTHING},
    {"proxy_internal_response", FACT_PROXY_ITSELF},
    {"proxy_internal_error", FACT_PROXY_ITSELF},
    {"proxy_configuration_error", FACT_PROXY_ITSELF},
    {"proxy_loop_detected", FACT_PROXY_ITSELF},
};

const char *facts_list_end(const char *text, const char *ends)
{
    bool quoted = false;
    for (; *text != '\0'; text++) {
        if (quoted && *text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && strchr(ends, *text) != NULL)
            break;
    }
    return text;
}

/* `error=TYPE`: the length of the type, 0 when it is another parameter. */
static size_t error_of(const char **text)
{
    size_t length = 0;
    while (**text == ' ' || **text == '\t')
        ++*text;
    if (strncmp(*text, "error=", 6) != 0)
        return 0;
    *text += 6;
    while (islower((unsigned char)(*text)[length]) || isdigit((unsigned char)(*text)[length]) ||
           (*text)[length] == '_')
        length++;
    return length;
}

const char *diagnose_proxy_error(const char *header, size_t *ret_length)
{
    *ret_length = 0;
    while (*header != '\0') {
        header = facts_list_end(header, ";,");
        if (*header == '\0')
            break;
        bool parameter = *header++ == ';';
        const char *type = header;
        if (parameter && (*ret_length = error_of(&type)) > 0)
            return type;
    }
    return NULL;
}

/* A header may come several times: the first has the nearest. */
bool facts_of_proxy_status(struct facts *facts, const struct facts_view *view)
{
    size_t length;
    const struct words *words = view->exchange->words;
    const char *header = words != NULL ? words->proxy_status : NULL;
    const char *type = header != NULL ? diagnose_proxy_error(header, &length) : NULL;
    for (size_t i = 0; type != NULL && i < COUNT_OF(proxy_errors); i++) {
        if (strlen(proxy_errors[i].type) != length ||
            strncmp(proxy_errors[i].type, type, length) != 0)
            continue;
        facts_add(facts, proxy_errors[i].fact, proxy_errors[i].type);
        return true;
    }
    return false;
}
