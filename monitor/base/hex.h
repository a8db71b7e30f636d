/* SPDX-License-Identifier: MIT */
/* Bytes as lower-case hexadecimal digits. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* Two digits a byte, and a NUL: `out` has room for 2 * length + 1. */
void hex_print(const void *bytes, size_t length, char *out);

#endif
