/* SPDX-License-Identifier: MIT */
/*
 * One listener of the status page with its table of routes: a request becomes a visit, its route
 * asks the store for what it needs, and when all of that has come it renders the answer. What is
 * read and said stands in the routes (page_public.c, page_operator.c); they do not know HTTP.
 */
#ifndef REPORTERS_PAGE_SITE_H
#define REPORTERS_PAGE_SITE_H

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"
#include "monitor/base/loop.h"

struct http_request;
struct page_site;
struct page_visit;

struct page_route {
    // A star in it, of which there may be one, is anything but nothing and a slash: `/runs/*.json`.
    // The first route that fits has the request.
    const char *path;
    const char *type;  /* the answer's content type */
    const char *cache; /* Cache-Control of the answer; NULL: `no-cache`, asked for anew each time */
    bool is_shared;    /* scripts of other sites may read the answer */
    const void *data;  /* the routes' own */
    size_t room;       /* bytes of the route's own state, which begin as zeros */
    /* Optional. Asks for what is needed; calls page_visit_expect for each read, whose callback ends
       with page_visit_arrived. */
    void (*begin)(struct page_visit *visit);
    /* Required. Appends the answer; false: there is nothing of that name. */
    bool (*answer)(struct page_visit *visit, struct buffer *body);
    void (*end)(struct page_visit *visit); /* optional: frees what the state owns */
};

/* Routes read these, and set `attachment` and `status`. */
struct page_visit {
    struct page_site *site;
    const struct page_route *route;
    struct http_request *request; /* for http_request_query */
    void *owner;                  /* as in the site's settings */
    const char *name;             /* what the star stands for; NULL: the path has none */
    void *state;                  /* of route->room bytes; in `arena` */
    struct arena *arena;          /* goes with the visit */
    const char *attachment;       /* a file name: the answer is to be saved under it; NULL: shown */
    int status;                   /* of the answer; 0: 200 */
    struct page_visit *next;      /* the site's own from here */
    unsigned pending;
    bool broken;
};

void page_visit_expect(struct page_visit *visit);
/* The last of the expected answers the visit and ends it. A failed read makes it a 500. */
void page_visit_arrived(struct page_visit *visit, enum result result);

struct page_site_settings {
    struct loop *loop;
    const char *listen;              /* ADDRESS:PORT */
    const struct page_route *routes; /* ended by one without a path */
    void *owner;                     /* for the routes */
    const char *const *hosts;        /* as in http_server_allow_hosts */
    size_t host_count;
    const char *token;  /* without which nobody is answered; NULL: everybody is */
    const char *policy; /* Content-Security-Policy */
    const char *top;    /* as in a page's frame: NULL for the operators' */
    /* Renders a page that is only a sentence. */
    void (*message)(void *owner, const char *top, const char *title, const char *text,
                    struct buffer *out);
    void (*forget)(void *owner, struct page_visit *visit); /* a visit ends unanswered */
};

/* Texts are borrowed until it is closed. NULL with `error` set. */
struct page_site *page_site_open(const struct page_site_settings *settings, struct error *error);
const char *page_site_url(const struct page_site *site);
void page_site_close(struct page_site *site); /* takes NULL */

/* Whether `path` is what a route's path describes; `ret_name` then receives what its star stands
 * for, in `arena`, or NULL. */
bool page_route_fits(const char *route, const char *path, struct arena *arena,
                     const char **ret_name);

#endif
