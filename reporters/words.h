/* SPDX-License-Identifier: MIT */
/*
 * What the page and the terminal both say in words: how sure a verdict is, what the kernel knew of
 * a connection. Pure; texts go into buffers or are constants.
 */
#ifndef REPORTERS_WORDS_H
#define REPORTERS_WORDS_H

#include "monitor/base/buffer.h"
#include "monitor/record/run.h"

/* What the weight of a piece of evidence means. */
#define WORDS_DECIBEL "10 dB make a cause ten times likelier; below zero speaks against."

/* `letter` at the beginning of a sentence. */
char words_capital(char letter);

/* `almost certain` ... `a guess`, by diagnose.h's limits. */
const char *words_confidence(double confidence);

/* Whole per cent, never 100 unless it is meant. */
int words_per_cent(double confidence);

/* `12 %`, `under 1 %`. Returns `text`. */
enum { WORDS_CHANCE_MAX = 16 };
const char *words_chance(double confidence, char text[WORDS_CHANCE_MAX]);

/* `the database`, `the network`, `a third party`. */
const char *words_cause(enum cause cause);

/* Who is to blame and how likely, with a name of either kind: `the database, 97 %`; where that
 * cannot be told, whom it leans to: `not determined; likeliest: the database, 67 %`. */
typedef const char *words_name(enum cause cause);
void words_blame(const struct verdict *verdict, words_name *name, struct buffer *out);

/* Who is next likeliest, where that is a per cent at least; CAUSE_NONE: nobody. */
enum cause words_runner_up(const struct verdict *verdict);

/* What a verdict does not exclude, or who is next likeliest; false when there is nothing to say. */
bool words_doubt(const struct verdict *verdict, struct buffer *out);

/* One sentence of what TCP_INFO tells about an exchange that failed; false when it tells nothing.
 */
bool words_tcp(const struct exchange *exchange, struct buffer *out);

/* What the failed step was to have: its assertion, or where there was no answer to hold one
 * against, what the transport owed it (`an answer in time`); NULL when there is nothing to say. */
const char *words_expected(const struct run_step *step);

/* What came instead: of the assertion, or else what happened on the way; NULL: nothing to say. */
const char *words_came(const struct run_step *step);

/* `POST http://... to 192.0.2.1:443, HTTP/2, connection reused`. */
void words_request(const struct exchange *exchange, struct buffer *out);

/* How long something lasts, for people who need no seconds: `40 s`, `12 min`, `2 h 05 min`. */
const char *words_lasting(duration value, char text[DURATION_TEXT_MAX]);

/* A round time in words: `10 seconds`, `60 minutes`, `5 hours`. */
const char *words_stretch(duration value, char text[DURATION_TEXT_MAX]);

/* What a run's reason means, in a sentence and for a table; one that is not known as it is. */
const char *words_reason(const char *reason);
const char *words_reason_brief(const char *reason);

/* How often: `every minute`, `every 5 min`. */
void words_interval(duration every, struct buffer *out);

/* The phases that happened: `dns 1.2 ms, connect 300 µs, wait 8.1 ms`. */
void words_phases(const struct exchange *exchange, struct buffer *out);

#endif
