/* SPDX-License-Identifier: MIT */
/*
 * Asking the payment provider, without making the other visitors wait: the answer comes by a
 * callback, in a later turn of the loop, within five seconds. Knows nothing of orders or pages.
 */
#ifndef SHOP_PAYMENT_CLIENT_H
#define SHOP_PAYMENT_CLIENT_H

struct event_base; /* libevent's */
struct payment_client;

enum payment { PAYMENT_ACCEPTED, PAYMENT_DECLINED, PAYMENT_UNAVAILABLE };

typedef void payment_callback(enum payment payment, void *data);

/* NULL when the address is none: http://HOST[:PORT] is one. */
struct payment_client *payment_client_create(struct event_base *base, const char *url);

/* Takes NULL. Charges still under way end as unavailable, here and now. */
void payment_client_free(struct payment_client *client);

/* The token must be valid UTF-8. */
void payment_client_charge(struct payment_client *client, long long order, long long cents,
                           const char *token, payment_callback *callback, void *data);

#endif
