/* SPDX-License-Identifier: MIT */
/*
 * Sessions: a random cookie, its row, its CSRF token, and who has logged in. A session starts with
 * the first page that has a form; who only browses gets none. Runs before the handlers, called by
 * routes.c.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"

#include <errno.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { TOUCH_SECONDS = 60, COOKIE_SIZE = 128 };

static void make_token(char token[static TOKEN_SIZE])
{
    unsigned char bytes[(TOKEN_SIZE - 1) / 2];
    ssize_t got;

    do
        got = getrandom(bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof bytes)
        abort(); /* a guessable session is worse than none */
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(token + 2 * i, 3, "%02x", bytes[i]);
}

/* Finds "session=..." among the cookies; its value must look like one of ours. */
static bool read_cookie(const char *cookies, char token[static TOKEN_SIZE])
{
    static const char name[] = "session=";

    while (*cookies != '\0') {
        cookies += strspn(cookies, "; ");
        if (strncmp(cookies, name, sizeof name - 1) == 0) {
            cookies += sizeof name - 1;
            if (strspn(cookies, "0123456789abcdef") == TOKEN_SIZE - 1 &&
                strcspn(cookies, "; ") == TOKEN_SIZE - 1) {
                snprintf(token, TOKEN_SIZE, "%.*s", TOKEN_SIZE - 1, cookies);
                return true;
            }
        }
        cookies += strcspn(cookies, ";");
    }
    return false;
}

bool session_load(struct visit *visit)
{
    struct database *database = visit->shop->database;
    char token[TOKEN_SIZE];
    long long now = time(NULL), seen = 0;
    struct query *query;
    enum row row;

    if (!read_cookie(request_header(visit->request, "Cookie"), token))
        return true;
    query = database_query(database, SESSION_FIND, "ti", token, now - SESSION_SECONDS);
    row = database_next(database, query);
    if (row == ROW_READ) {
        visit->has_session = true;
        memcpy(visit->session, token, sizeof token);
        database_text(query, 0, visit->csrf, sizeof visit->csrf);
        seen = database_integer(query, 1);
        visit->cart_count = database_integer(query, 2);
        visit->customer = database_integer(query, 3);
        database_end(query);
    }
    /* Not at each request: reading a page should not cost a write. */
    if (visit->has_session && seen < now - TOUCH_SECONDS)
        return database_run(database, SESSION_TOUCH, "ti", token, now);
    return row != ROW_FAILED;
}

static void set_cookie(struct visit *visit, const char *value, const char *further)
{
    char cookie[COOKIE_SIZE];

    snprintf(cookie, sizeof cookie, "session=%s; Path=/; HttpOnly; SameSite=Lax%s", value, further);
    reply_header(visit->request, "Set-Cookie", cookie);
}

static bool add_session(struct visit *visit)
{
    make_token(visit->session);
    make_token(visit->csrf);
    return database_run(visit->shop->database, SESSION_ADD, "tti", visit->session, visit->csrf,
                        (long long)time(NULL));
}

bool session_start(struct visit *visit)
{
    if (visit->has_session)
        return true;
    if (!add_session(visit))
        return false;
    visit->has_session = true;
    set_cookie(visit, visit->session, "");
    return true;
}

/* A new cookie, so that one who knew the old one is not logged in with it. */
static bool replace_session(struct visit *visit, long long customer)
{
    struct database *database = visit->shop->database;
    char old[TOKEN_SIZE];

    memcpy(old, visit->session, sizeof old);
    if (!add_session(visit) ||
        !database_run(database, SESSION_ENTER, "ti", visit->session, customer))
        return false;
    return !visit->has_session || (database_run(database, CART_MOVE, "tt", old, visit->session) &&
                                   database_run(database, SESSION_REMOVE, "t", old));
}

bool session_enter(struct visit *visit, long long customer)
{
    struct database *database = visit->shop->database;

    if (!database_begin(database))
        return false;
    if (!replace_session(visit, customer)) {
        database_rollback(database);
        return false;
    }
    if (!database_commit(database))
        return false;
    visit->has_session = true;
    visit->customer = customer;
    set_cookie(visit, visit->session, "");
    return true;
}

bool session_leave(struct visit *visit)
{
    if (!database_run(visit->shop->database, SESSION_REMOVE, "t", visit->session))
        return false;
    session_forget(visit);
    return true;
}

void session_forget(struct visit *visit)
{
    visit->has_session = false;
    visit->customer = visit->cart_count = 0;
    set_cookie(visit, "", "; Max-Age=0");
}

bool session_owns(const struct visit *visit, const char *csrf)
{
    unsigned char difference = 0;

    if (!visit->has_session || strlen(csrf) != TOKEN_SIZE - 1)
        return false;
    /* Always to the end, so that the time taken tells nothing about where they differ. */
    for (size_t i = 0; i < TOKEN_SIZE - 1; i++)
        difference |= (unsigned char)(csrf[i] ^ visit->csrf[i]);
    return difference == 0;
}

void session_sweep(struct database *database)
{
    database_run(database, SESSION_SWEEP, "i", (long long)time(NULL) - SESSION_SECONDS);
}
