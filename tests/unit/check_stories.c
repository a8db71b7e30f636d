/* SPDX-License-Identifier: MIT */
/*
 * diagnose/: stories of many runs, and what the last of them must be called. A line is a run:
 *
 *   SECOND VANTAGE JOURNEY: STEP, STEP, STEP FAILURE
 *
 * Its last step fails as FAILURE says; without one all steps pass. The steps take a second
 * together. In place of steps, `overlap` is a slot that ends as the run before did, and `held` one
 * that was held back. `; ill CHECK COMPONENT` and `; well CHECK COMPONENT` behind it are what a
 * database said that was asked directly; `locked` and `corrupt` say how it is ill. `SECOND did
 * TEXT` is an event. What they need is in step_kinds, how one can fail in failures.
 */
#include "tests/unit/runner.h"
#include "tests/unit/story_shop.h"

#include "monitor/diagnose/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, WORD_MAX = 32, STORY_LINE_MAX = 200 };

/* Directly exposed: it declares no front door. */
static const struct shop exposed = {.components = components + 1,
                                    .component_count = COUNT_OF(components) - 1};

/* Whose database is to blame more often than others'. */
static struct priors priors = {.of = {[CAUSE_APPLICATION] = 15, [CAUSE_DATABASE] = 60}};
static const struct shop prone = {
    .components = components, .component_count = COUNT_OF(components), .priors = &priors};

static const struct step_kind {
    const char *name;
    const char *needs[3], *writes[2];
} step_kinds[] = {
    {"picture", {"edge"}, {NULL}},
    {"alive", {"web"}, {NULL}},
    {"list", {"web", "db.catalogue"}, {NULL}},
    {"product", {"web", "db.catalogue"}, {NULL}},
    {"cart", {"web"}, {"db.carts"}},
    {"basket", {"web", "db.carts"}, {NULL}},
    {"order", {"web", "db.orders"}, {NULL}},
    {"history", {"web", "db.orders"}, {NULL}},
    {"pay", {"web", "payment"}, {NULL}},
};

static const struct failure {
    const char *word;
    enum symptom symptom;
    int status;
    const char *body;
    struct tcp_facts tcp;
    enum phase phase; /* that it failed in */
} failures[] = {
    {"hangs",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 300, .last_acknowledgement = 900000},
     PHASE_WAIT},
    {"cut",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 1, .unacknowledged = 1, .retransmits = 3},
     PHASE_WAIT},
    /* Small answers came, and what was sent after them goes nowhere. */
    {"breaks",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true,
      .bytes_acknowledged = 900,
      .unacknowledged = 1,
      .retransmits = 2,
      .last_acknowledgement = 1500000},
     PHASE_WAIT},
    /* The request was received, and then no more is heard, not even of a keep-alive probe. */
    {"lifeless",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true, .bytes_acknowledged = 280, .probes = 1, .last_acknowledgement = 1496000},
     PHASE_WAIT},
    /* What was sent is on its way yet: the time was used up by what came before. */
    {"unheard",
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     0,
     NULL,
     {.known = true,
      .bytes_acknowledged = 600,
      .unacknowledged = 2,
      .total_retransmits = 3,
      .last_acknowledgement = 70000},
     PHASE_WAIT},
    {"silence", SYMPTOM_TCP_TIMED_OUT, 0, NULL, {0}, PHASE_WAIT},
    {"refused", SYMPTOM_TCP_REFUSED, 0, NULL, {0}, PHASE_WAIT},
    {"reset", SYMPTOM_TCP_RESET, 0, NULL, {0}, PHASE_WAIT},
    {"early", SYMPTOM_TCP_RESET, 0, NULL, {0}, PHASE_TLS},
    {"nameless", SYMPTOM_DNS_NAME_NOT_RESOLVED, 0, NULL, {0}, PHASE_WAIT},
    {"expired", SYMPTOM_TLS_CERT_DATE_INVALID, 0, NULL, {0}, PHASE_WAIT},
    {"500", SYMPTOM_HTTP_ERROR, 500, "<h1>Sorry</h1>", {0}, PHASE_WAIT},
    {"words", SYMPTOM_HTTP_ERROR, 500, "database is locked", {0}, PHASE_WAIT},
    {"502", SYMPTOM_HTTP_ERROR, 502, "<hr><center>nginx/1.22.1</center>", {0}, PHASE_WAIT},
    {"provider",
     SYMPTOM_HTTP_ERROR,
     502,
     "{\"detail\": \"the payment provider does not answer\"}",
     {0},
     PHASE_WAIT},
    {"521", SYMPTOM_HTTP_ERROR, 521, "error code: 521", {0}, PHASE_WAIT},
    {"522", SYMPTOM_HTTP_ERROR, 522, "error code: 522", {0}, PHASE_WAIT},
    {"429", SYMPTOM_HTTP_ERROR, 429, "slow down", {0}, PHASE_WAIT},
    {"wrong", SYMPTOM_CONTENT_MISMATCH, 200, "{}", {0}, PHASE_WAIT},
};

/* `CAUSE COMPONENT`, - for none; with a ? behind it, it may only be probable; with a ! it must be
 * asserted, with a ~ it must not; `exposed`: the shop has no front door; `prone`: its database
 * fails often. */
static const struct {
    const char *name, *verdict, *story;
} stories[] = {
    {"a name that is gone is the network's, whoever agrees", "network edge",
     "1 here browse: picture nameless\n"
     "1 there browse: picture nameless\n"
     "2 there buy: alive nameless\n"
     "2 here buy: alive nameless\n"},
    {"a certificate that has expired is the front door's", "network edge",
     "1 here browse: picture\n"
     "1 there browse: picture\n"
     "4 there browse: picture expired\n"
     "4 here browse: picture expired\n"},
    {"packets that vanish on the way", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 there buy: alive silence\n"
     "4 here browse: picture silence\n"},
    {"a run in the middle of a request, acknowledged, when the path broke", "network edge",
     "1 here browse: alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: alive, list hangs\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"the first incident, seen from one vantage point before others", "database db.orders",
     "1 here browse: alive, order\n"
     "1 there browse: alive, order\n"
     "1 yonder browse: alive, order\n"
     "4 here browse: alive, order hangs\n"
     "4 there browse: alive, order hangs\n"
     "4 yonder browse: alive, order hangs\n"
     "7 here browse: alive, order hangs\n"
     "7 there browse: alive, order hangs\n"
     "7 yonder browse: alive hangs\n"},
    {"the first incident, seen by a journey that has passed all the time", "database db.orders",
     "1 here browse: alive, order\n"
     "1 here assets: alive\n"
     "4 here browse: alive, order hangs\n"
     "5 here look: alive, list\n"
     "7 here assets: alive hangs\n"},
    {"a run in the middle of a request when the path broke tells nothing of a server",
     "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list cut\n"
     "5 there buy: alive silence\n"
     "7 here browse: alive silence\n"},
    {"what was received, and heard of no more, when the path broke", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list lifeless\n"
     "4 here look: alive, order lifeless\n"
     "5 there buy: alive silence\n"},
    {"one vantage point of many, whatever it sees", "network -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "4 there browse: alive, list\n"
     "4 yonder browse: alive, list\n"
     "4 here browse: alive silence\n"},
    {"connections that break anywhere are the path's", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive reset\n"
     "4 there browse: picture, alive, list\n"
     "4 here assets: picture reset\n"
     "7 there browse: picture, alive reset\n"
     "8 here browse: picture, alive, list reset\n"
     "9 there browse: picture, alive, list reset\n"},
    {"an application that hangs, seen by a step of the database", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive hangs\n"
     "4 here look: order hangs\n"
     "4 here buy: list hangs\n"},
    {"the first incident, as seen by what needs no database", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list\n"
     "10 here look: alive, order hangs\n"
     "12 here browse: alive hangs\n"},
    {"the first incident, as seen by another table", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "9 here browse: alive, list hangs\n"},
    {"the first incident, when not even a connection is made", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: alive, order hangs\n"
     "12 here browse: alive silence\n"},
    {"the first incident, when the step that hangs is not sent any more", "database db.orders",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: overlap\n"
     "8 here look: held\n"
     "9 here browse: alive hangs\n"},
    {"packets that are lost here and there are not the database", "network edge",
     "1 here browse: picture, alive, list\n"
     "1 there browse: picture, alive, list\n"
     "4 here browse: picture, alive, list hangs\n"
     "4 there browse: picture silence\n"
     "5 there assets: alive\n"
     "7 there browse: picture, alive, list\n"
     "7 here browse: picture silence\n"},
    {"one of two nodes that answers everything with an error is not the database", "application -",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive, list 500\n"
     "5 there assets: alive\n"
     "7 there browse: alive 500\n"},
    {"a database that answers wrongly at first, and then not at all", "database db.catalogue",
     "1 here browse: alive, list\n"
     "1 here assets: alive\n"
     "4 here browse: alive, list 500\n"
     "7 here browse: alive, list hangs\n"
     "8 here assets: alive\n"
     "11 here assets: alive hangs\n"},
    {"a step of the database that hung from here alone began nothing", "application web",
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "6 there look: alive, order\n"
     "6 yonder look: alive, order\n"
     "9 there browse: alive hangs\n"
     "9 yonder browse: alive hangs\n"
     "9 here browse: alive hangs\n"},
    {"what fills up from here alone is not the shop", "network -",
     "1 here look: alive, order\n"
     "4 there look: alive, order\n"
     "4 yonder look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "5 here assets: alive\n"
     "8 here assets: alive hangs\n"
     "10 there assets: alive\n"
     "10 yonder assets: alive\n"
     "11 here assets: alive hangs\n"},
    {"an application that stuttered, and answered before a database's step hung", "application web",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive hangs\n"
     "5 here browse: alive, list\n"
     "6 here look: order hangs\n"
     "7 here assets: alive\n"
     "9 here assets: alive hangs\n"},
    {"an application that stutters, and answers in between", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: alive, list\n"
     "4 here browse: alive hangs\n"
     "5 here look: list hangs\n"
     "6 here buy: alive, list\n"
     "7 here browse: alive hangs\n"},
    {"one that stutters, seen by a step of the database first", "undetermined - ~",
     "1 here browse: alive, list\n"
     "1 here buy: alive, list\n"
     "4 here look: list hangs\n"
     "6 here buy: alive, list\n"
     "7 here browse: alive hangs\n"},
    {"one that stutters, seen by two steps of one table", "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: product\n"
     "4 here look: product hangs\n"
     "6 here browse: alive, list\n"
     "7 here look: product hangs\n"
     "8 here buy: list hangs\n"},
    {"a table that is only read since, when others hang with its writers", "database db.carts",
     "1 here browse: alive, list\n"
     "1 here buy: cart\n"
     "4 here buy: cart hangs\n"
     "6 here look: basket\n"
     "7 here browse: alive, list\n"
     "7 here buy: cart hangs\n"
     "10 here browse: alive hangs\n"},
    {"an old failure of a table is not what a dead application began with", "application web",
     "1 here look: alive, order wrong\n"
     "4000 here browse: alive, list\n"
     "4003 here browse: alive hangs\n"},
    {"errors at all that needs the database: a bad release looks the same", "database db ~",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order 500\n"
     "4 here browse: alive, list 500\n"},
    {"all that needs the database hangs", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"},
    {"errors at all that needs a table: a bad release looks the same", "database db.orders ~",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500\n"
     "4 here look: list, history 500\n"},
    {"the same, where the table was asked", "database db.orders !",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; ill read db.orders\n"
     "4 here look: list, history 500; ill read db.orders; well read db.catalogue\n"},
    {"the same, where the table is well", "undetermined - ?",
     "1 here browse: alive, order\n"
     "1 here look: list, history\n"
     "4 here browse: alive, order 500; well connect db; well read db.orders\n"
     "4 here look: list, history 500; well connect db; well read db.orders\n"},
    {"two tables that hang, one of which is ill", "database db.catalogue !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs; well read db.orders; ill read db.catalogue\n"
     "4 here browse: alive, list hangs; well read db.orders; ill read db.catalogue\n"},
    {"a database that answers nobody", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; ill connect db; ill read db.orders\n"},
    {"one that was locked for a moment, and whose table is damaged", "database db.orders !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; corrupt read db.orders\n"},
    {"one that is locked", "database db !",
     "1 here look: alive, order\n"
     "4 here look: alive, order 500; locked connect db; locked read db.orders\n"},
    {"one that is locked, and a server that waits for it, or holds it, and answers nobody",
     "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; locked connect db; locked read db.orders\n"
     "4 here browse: alive hangs; locked connect db; locked read db.orders\n"},
    {"one that refuses, and an application that does not live without it", "database db",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive 502; ill connect db\n"
     "4 here browse: alive 502; ill connect db\n"},
    {"the same, when not even a connection is made any more", "database db.orders exposed !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive hangs; ill read db.orders\n"
     "4 here browse: alive hangs; ill read db.orders\n"
     "5 here shop: list hangs; ill read db.orders\n"
     "7 here browse: alive silence; ill read db.orders\n"},
    {"all that needs a database hangs, which is well, and in which nobody waits",
     "undetermined - ?",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here look: alive, order hangs; well connect db; well sessions db; well write db; well read "
     "db.orders\n"
     "4 here browse: alive, list hangs; well connect db; well sessions db; well write db; well "
     "read db.catalogue\n"},
    {"one that cannot be written", "database db !",
     "1 here look: list, cart\n"
     "4 here look: list, cart 500; ill write db; well read db.carts\n"},
    {"sessions that wait tell of no table", "database db.carts !",
     "1 here look: list, cart\n"
     "4 here look: list, cart hangs; ill sessions db; well read db.carts\n"},
    {"a database that another answer names", "database -",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here buy: list, cart words\n"
     "4 here browse: alive, list 500\n"},
    {"a content network that is refused at the door", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive 521\n"},
    {"a content network that finds no way", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list 522\n"},
    {"a shop that limits who watches it", "monitor -",
     "1 here browse: alive, list\n"
     "4 here browse: alive 429\n"},
    {"a provider that the shop blames", "third-party payment",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay provider\n"},
    {"a step that fails with an error", "undetermined -",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here browse: alive, list 500\n"},
    {"the same, where databases fail often", "database db.catalogue prone",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here browse: alive, list 500\n"},
    {"the same, soon after a release", "application web",
     "1 here browse: alive, list\n"
     "2 did release 41\n"
     "4 here browse: alive, list 500\n"},
    {"the same, long after it", "undetermined -",
     "2 did release 41\n"
     "4001 here browse: alive, list\n"
     "4004 here browse: alive, list 500\n"},
    {"a database and a provider at once, as the database's steps see it", "database db !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "1 here buy: alive, pay\n"
     "4 here buy: alive, pay provider\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"},
    {"a database and a provider at once, as the provider's step sees it", "third-party payment",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "1 here buy: alive, pay\n"
     "4 here look: alive, order hangs\n"
     "4 here browse: alive, list hangs\n"
     "4 here buy: alive, pay provider\n"},
    {"an application that fails explains all that fails with it", "application web",
     "1 here browse: alive, list\n"
     "1 here buy: alive, pay\n"
     "4 here look: alive hangs\n"
     "4 here buy: pay provider\n"
     "4 here browse: list hangs\n"},
    {"a provider that the shop blames, soon after a release", "third-party payment",
     "1 here buy: list, pay\n"
     "2 did release 41\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay provider\n"},
    {"a database that the shop names, soon after a release", "database - !",
     "1 here browse: alive, list\n"
     "2 did release 41\n"
     "4 here browse: alive, list words\n"},
    {"a release of another component", "undetermined -",
     "1 here browse: alive, list\n"
     "2 did new keys for the payment provider\n"
     "4 here browse: alive, list 500\n"},
    {"a change of the database, by its title", "database -",
     "1 here browse: alive, list\n"
     "2 did Shop database: new indexes\n"
     "4 here browse: alive, list 500\n"},
    {"answers of the front door that break off, as small ones pass", "network edge !",
     "1 here assets: picture\n"
     "1 here browse: alive, list, product\n"
     "4 here browse: alive, list breaks\n"
     "4 here search: product breaks\n"
     "5 here assets: picture breaks\n"
     "7 here browse: alive, list breaks\n"},
    {"a step of the database, asked over a path that breaks", "network edge !",
     "1 here browse: alive, list\n"
     "1 here look: alive, order\n"
     "4 here browse: alive, list breaks\n"
     "5 here look: alive, order\n"
     "7 here browse: alive, list breaks\n"},
    {"a path that takes the request and gives nothing back", "network - ! exposed",
     "1 here browse: alive, list\n"
     "4 here look: alive\n"
     "4 here browse: list lifeless\n"
     "5 here look: alive\n"
     "7 here browse: list lifeless\n"},
    {"answers that are lost on the way to one alone, at a step of the database first",
     "network - exposed",
     "1 here browse: list\n"
     "1 there browse: list\n"
     "1 yonder browse: list\n"
     "4 here browse: list hangs\n"
     "6 there browse: list\n"
     "6 yonder browse: list\n"
     "6 there look: alive\n"
     "7 here browse: list hangs\n"},
    {"packets that are lost, when a request is on its way yet", "network edge",
     "1 here browse: alive, list\n"
     "1 here assets: picture\n"
     "4 here assets: picture silence\n"
     "4 here browse: alive unheard\n"},
    {"a front door that does not let in, as its other port would", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive silence\n"},
    {"a connection that is ended before the request", "network edge",
     "1 here browse: alive, list\n"
     "4 here browse: alive early\n"},
    {"workers that are all held at once, then a full queue", "application web exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 here look: order\n"
     "1 there look: order\n"
     "4 here browse: alive hangs\n"
     "4 there browse: alive hangs\n"
     "4 here look: order hangs\n"
     "4 there look: order silence\n"
     "7 here browse: alive silence\n"},
    {"the same, of a shop that is watched from one place", "application web exposed",
     "1 here browse: alive, list\n"
     "1 here look: order\n"
     "4 here browse: alive hangs\n"
     "4 here look: order hangs\n"
     "7 here browse: alive silence\n"},
    {"refused here, before others have looked", "application web ~ exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive refused\n"},
    {"refused here, while others come in", "network - exposed",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "1 yonder browse: alive, list\n"
     "1 here look: order\n"
     "4 here browse: alive refused\n"
     "5 there look: order\n"
     "5 yonder look: order\n"
     "6 here look: order refused\n"},
    {"a front door that has nobody behind it, or looks wrongly", "application - ~",
     "1 here browse: alive, list\n"
     "1 there browse: alive, list\n"
     "4 here browse: alive 502\n"
     "4 there browse: alive 502\n"},
    {"an application that gives its door nothing for one request", "application web !",
     "1 here browse: alive, list\n"
     "4 here browse: alive, list 502\n"
     "5 there look: alive\n"
     "7 here browse: alive, list 502\n"},
    {"a proxy whose application dies at one step", "application -",
     "1 here buy: list, pay\n"
     "4 here browse: alive, list\n"
     "4 here buy: list, pay 502\n"},
    {"the same, while others are answered", "application web !",
     "1 here buy: list, pay\n"
     "4 here buy: list, pay 502\n"
     "5 here browse: alive, list\n"
     "7 here buy: list, pay 502\n"},
    {"an apology in place of every page", "application web !",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive wrong\n"
     "4 here buy: list wrong\n"},
    {"another word on one page", "application -",
     "1 here browse: alive, list\n"
     "1 here buy: list, cart\n"
     "4 here browse: alive wrong\n"},
};

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static size_t count_names(const char *const *names, size_t room)
{
    size_t count = 0;
    while (count < room && names[count] != NULL)
        count++;
    return count;
}

static void add_step(struct run *run, const char *name)
{
    struct run_step *step = run_add_step(run, arena_duplicate(run->arena, name));
    const struct step_kind *kind = NULL;
    for (size_t i = 0; i < COUNT_OF(step_kinds); i++)
        if (strcmp(step_kinds[i].name, name) == 0)
            kind = &step_kinds[i];
    ck_assert_msg(kind != NULL, "no step %s", name);
    step->needs = (const char **)(uintptr_t)kind->needs;
    step->needs_count = count_names(kind->needs, COUNT_OF(kind->needs));
    step->writes = (const char **)(uintptr_t)kind->writes;
    step->writes_count = count_names(kind->writes, COUNT_OF(kind->writes));
    step->started = wall_after(run->slot.started, (duration)run->step_count * 100);
    step->total = 100;
    step->state = STATE_PASSED;
    run_add_exchange(run, step)->ip = "203.0.113.2";
}

static void break_last(struct run *run, const char *word)
{
    struct run_step *last = &run->steps[run->step_count - 1];
    const struct failure *failure = NULL;
    for (size_t i = 0; i < COUNT_OF(failures); i++)
        if (strcmp(failures[i].word, word) == 0)
            failure = &failures[i];
    ck_assert_msg(failure != NULL, "no failure %s", word);
    last->state = run->state = STATE_FAILED;
    last->symptom = failure->symptom;
    last->excerpt = failure->body;
    struct exchange *exchange = &last->exchanges[0];
    exchange->symptom = failure->status == 0 ? failure->symptom : SYMPTOM_NONE;
    exchange->status = failure->status;
    exchange->tcp = failure->tcp;
    exchange->failed_phase = failure->phase;
    exchange->phases[PHASE_WAIT] = (failure->status == 0 ? 1500 : 20) * DURATION_MILLISECOND;
}

static void read_findings(struct run *run, const char *line)
{
    char state[WORD_MAX], check[WORD_MAX], component[WORD_MAX];
    int length;
    for (; sscanf(line, "; %31s %31s %31[a-z.]%n", state, check, component, &length) == 3;
         line += length) {
        const struct finding finding = {
            .kind = FINDING_DATABASE,
            .component = arena_duplicate(run->arena, component),
            .target = arena_duplicate(run->arena, check),
            .symptom = strcmp(state, "locked") == 0    ? SYMPTOM_DB_LOCKED
                       : strcmp(state, "corrupt") == 0 ? SYMPTOM_DB_CORRUPT
                                                       : SYMPTOM_NONE,
            .detail = strcmp(state, "well") != 0 ? arena_duplicate(run->arena, check) : NULL};
        run_add_finding(run, &finding);
    }
}

static struct run *read_run(const char *line)
{
    char vantage[WORD_MAX], journey[WORD_MAX], name[WORD_MAX];
    int second, length;
    ck_assert_int_eq(sscanf(line, "%d %31s %31[a-z]:%n", &second, vantage, journey, &length), 3);
    struct run *run = run_create(journey, vantage, wall_after(start, second * DURATION_SECOND));
    run->slot.started = run->slot.planned;
    run->state = STATE_PASSED;
    bool overlaps = strstr(line, ": overlap") != NULL, is_held = strstr(line, ": held") != NULL;
    if (overlaps || is_held) {
        run->state = overlaps ? STATE_FAILED : STATE_UNKNOWN;
        return run;
    }
    for (line += length; sscanf(line, " %31[a-z0-9]%n", name, &length) == 1; line += *line == ',') {
        bool is_failure = run->step_count > 0 && line[-1] != ',';
        if (is_failure)
            break_last(run, name);
        else
            add_step(run, name);
        line += length;
    }
    read_findings(run, line);
    run->slot.ended = wall_after(run->slot.started, DURATION_SECOND);
    return run;
}

static void add_event(struct history *history, const char *line)
{
    const struct event event = {.id = "0123456789abcdef",
                                .at = wall_after(start, atoi(line) * DURATION_SECOND),
                                .kind = "deploy",
                                .text = strstr(line, " did ") + strlen(" did ")};
    history_add_event(history, &event);
}

static void expect(const struct verdict *verdict, const char *wanted, const char *story)
{
    char cause[WORD_MAX], component[WORD_MAX];
    ck_assert_int_eq(sscanf(wanted, "%31s %31s", cause, component), 2);
    bool may_doubt = strchr(wanted, '?') != NULL;
    bool is_asserted = verdict->confidence >= DIAGNOSE_ASSERT;
    const char *came = verdict->component != NULL ? verdict->component : "-";
    ck_assert_msg(strcmp(cause_name(verdict->cause), cause) == 0, "%s: %s %.2f, then %s %.2f",
                  story, cause_name(verdict->leaning), verdict->confidence,
                  cause_name(verdict->runner_up), verdict->runner_up_confidence);
    ck_assert_msg(strcmp(component, "-") == 0 || strcmp(came, component) == 0, "%s: %s", story,
                  came);
    ck_assert_msg(may_doubt || verdict->confidence >= DIAGNOSE_PROBABLE, "%s: only %.2f", story,
                  verdict->confidence);
    ck_assert_msg(strchr(wanted, '!') == NULL || is_asserted, "%s: only %.2f", story,
                  verdict->confidence);
    ck_assert_msg(strchr(wanted, '~') == NULL || !is_asserted, "%s: %.2f", story,
                  verdict->confidence);
}

START_TEST(the_last_run_is_called_what_it_is)
{
    struct history *history = history_create();
    struct run *runs[RUNS_MAX];
    size_t count = 0;
    for (const char *line = stories[_i].story; *line != '\0'; line = strchr(line, '\n') + 1) {
        char only[STORY_LINE_MAX];
        snprintf(only, sizeof only, "%.*s", (int)strcspn(line, "\n"), line);
        if (strstr(only, " did ") != NULL) {
            add_event(history, only);
            continue;
        }
        runs[count] = read_run(only);
        history_add(history, runs[count++]);
    }
    const struct shop *of = strstr(stories[_i].verdict, "exposed") != NULL ? &exposed
                            : strstr(stories[_i].verdict, "prone") != NULL ? &prone
                                                                           : &shop;
    diagnose_run(history, of, runs[count - 1]);
    expect(&runs[count - 1]->verdict, stories[_i].verdict, stories[_i].name);
    while (count > 0)
        run_free(runs[--count]);
    history_free(history);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("stories");
    TCase *tests = tcase_create("stories");
    tcase_add_loop_test(tests, the_last_run_is_called_what_it_is, 0, COUNT_OF(stories));
    suite_add_tcase(suite, tests);
    return suite;
}
