/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a password: a salt and what scrypt (RFC 7914) makes of both, never the password.
 */
#ifndef SHOP_PASSWORD_H
#define SHOP_PASSWORD_H

#include <stdbool.h>

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 200, PASSWORD_KEPT_SIZE = 128 };

/* "scrypt$16384$8$1$SALT$KEY": the costs are kept, too, so that they may be raised one day. */
void password_keep(const char *password, char kept[static PASSWORD_KEPT_SIZE]);

/* Takes as long for a wrong one. With a `kept` of "" it is never right, and takes as long. */
bool password_is_right(const char *password, const char *kept);

#endif
