/* SPDX-License-Identifier: MIT */
/* The header lines of an answer, as libcurl hands them over: any bytes become names and values. */
#include "monitor/net/internal.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct net net = {0};
    struct incoming *incoming = incoming_create(&net);
    buffer_append(&incoming->header_lines, bytes, length);
    const char *end = incoming->header_lines.data + incoming->header_lines.length;
    const struct net_response *response = incoming_finish(incoming);
    for (size_t i = 0; i < response->header_count; i++) {
        const struct net_header *header = &response->headers[i];
        if (header->name + strlen(header->name) > end ||
            header->value + strlen(header->value) > end)
            abort();
        if (strchr(header->name, ':') != NULL || strchr(header->value, '\n') != NULL)
            abort();
    }
    incoming_free(incoming);
    incoming_free_spare(&net);
    return 0;
}
