/* SPDX-License-Identifier: MIT */
/*
 * Writing HTML and JSON. The format is trusted text, every %s in it is escaped for its language:
 * forgetting to escape is not possible. Knows %s, %d, %lld and %%, which the compiler checks as it
 * checks printf's. Knows nothing of the shop.
 */
#ifndef SHOP_TEMPLATE_H
#define SHOP_TEMPLATE_H

struct evbuffer; /* libevent's */

enum { MONEY_SIZE = 24 }; /* the longest 64-bit number of cents, its point and its end */

struct evbuffer *template_create(void);

void html_add(struct evbuffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A text stands between quotes in the format: "{\"name\":\"%s\"}". It must be valid UTF-8. */
void json_add(struct evbuffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* 5990 becomes "59.90", which is also a JSON number. Returns `text`. */
const char *money_text(long long cents, char text[static MONEY_SIZE]);

#endif
