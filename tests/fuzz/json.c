/* SPDX-License-Identifier: MIT */
/* A body: what is read as plain JSON must be what jansson reads. */
#include "monitor/record/json.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    json_t *plain = json_read_plain(text, length);
    if (plain == NULL)
        return 0;
    json_t *whole = json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (whole == NULL || !json_equal(plain, whole))
        abort();
    json_decref(plain);
    json_decref(whole);
    return 0;
}
