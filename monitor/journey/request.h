/* SPDX-License-Identifier: MIT */
/*
 * From a step of a scenario to a request that net/ can send: templates rendered, URL made absolute,
 * hosts checked, own traffic marked. And from a redirect to the request that follows it.
 */
#ifndef JOURNEY_REQUEST_H
#define JOURNEY_REQUEST_H

#include "monitor/journey/variables.h"
#include "monitor/net/net.h"
#include "monitor/record/run.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

struct mask;

enum { REQUEST_BODY_MAX = 1024 * 1024, REQUEST_TEXT_MAX = 16 * 1024 };

/* What a request is made of; all borrowed. */
struct request_source {
    const struct scenario *scenario;
    const struct shop *shop; /* may be NULL */
    struct variables *variables;
    struct mask *mask; /* is told what holds a secret in an encoding of ours */
    const char *run_id;
    struct arena *arena; /* receives the request's texts */
};

/* SYMPTOM_NONE, or why it cannot be made; `ret_detail` then says what is wrong, for people. */
enum symptom request_build(const struct request_source *source, const struct step *step,
                           struct net_request *ret_request, const char **ret_detail);

/* True for a status that sends the visitor on (RFC 9110 section 15.4). */
bool request_is_redirect(int status);

/* Turns `request` into the one that `location` asks for after `status`. */
enum symptom request_redirect(const struct request_source *source, int status, const char *location,
                              struct net_request *request, const char **ret_detail);

#endif
