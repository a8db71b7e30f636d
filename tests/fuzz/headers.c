/* SPDX-License-Identifier: MIT */
/* The header lines of an answer, as libcurl hands them over: any bytes become names and values. */
#include "monitor/net/internal.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct net_transfer transfer = {0};
    size_t count = 0;
    buffer_init(&transfer.header_lines, NET_HEADERS_MAX);
    buffer_append(&transfer.header_lines, bytes, length);
    const char *end = transfer.header_lines.data + transfer.header_lines.length;
    struct net_header *headers = observe_headers(&transfer, &count);
    for (size_t i = 0; i < count; i++) {
        if (headers[i].name + strlen(headers[i].name) > end ||
            headers[i].value + strlen(headers[i].value) > end)
            abort();
        if (strchr(headers[i].name, ':') != NULL || strchr(headers[i].value, '\n') != NULL)
            abort();
    }
    free(headers);
    buffer_free(&transfer.header_lines);
    return 0;
}
