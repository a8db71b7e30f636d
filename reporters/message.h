/* SPDX-License-Identifier: MIT */
/*
 * What is said of an incident to those who are sent messages: its title, the variables of a
 * template, the body where there is no template; and texts of the shop file with its secrets in
 * them. Private to reporters/.
 */
#ifndef REPORTERS_MESSAGE_H
#define REPORTERS_MESSAGE_H

#include "monitor/base/buffer.h"
#include "monitor/record/incident.h"
#include "reporters/reporter.h"

struct net_header;

enum { MESSAGE_MAX = 1024 * 1024, MESSAGE_KEY_MAX = 64, MESSAGE_TITLE_MAX = 2000 };

struct message {
    const struct reporter_context *context;
    const struct incident *incident;
    bool test;
};

/* When the change was that the incident's last version is. */
struct wall_time message_time(const struct incident *incident);

/* The symptom, which anybody may hear: `guest checkout fails at "pay"`. */
void message_title(const struct incident *incident, struct buffer *out);

/* Tells one version of one incident from all others: `ID.VERSION`. */
void message_key(const struct message *message, char key[MESSAGE_KEY_MAX]);

/* The body, by a template (NULL: the documented one). */
MUST_CHECK enum result message_write(const struct message *message,
                                     const struct json_template *template, struct buffer *out,
                                     struct error *error);

/* An incident for trying a reporter, which says so itself. In `arena`. */
void message_example(struct arena *arena, const struct shop *shop, struct incident *ret_incident);

/* Text with secrets, in `arena`; NULL with `error` set, which names no value. */
const char *message_expand(const struct reporter_context *context, struct arena *arena,
                           const struct template *template, struct error *error);

#endif
