/* SPDX-License-Identifier: MIT */
/* Who may see the operator's pages where others could reach them: whoever shows the token. */
#ifndef REPORTERS_PAGE_TOKEN_H
#define REPORTERS_PAGE_TOKEN_H

#include <stdbool.h>

/* Whether an Authorization header (NULL: there is none) shows the token: as a bearer's (RFC 6750),
 * or as the password of whatever user (RFC 7617), which browsers ask for. How long it takes does
 * not tell how much of it was right. */
bool page_token_is_shown(const char *authorization, const char *token);

#endif
