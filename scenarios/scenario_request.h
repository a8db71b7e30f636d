/* SPDX-License-Identifier: MIT */
/* What a step's request is made of besides text: files, forms, who asks, and over what. */
#ifndef SCENARIOS_SCENARIO_REQUEST_H
#define SCENARIOS_SCENARIO_REQUEST_H

#include "scenarios/template.h"

#include <stddef.h>

enum {
    SCENARIO_PARTS_MAX = 32,           /* of one form */
    SCENARIO_UPLOAD_MAX = 1024 * 1024, /* of a file that is sent */
};

/* A file that is sent, read when the scenario was loaded. */
struct upload {
    const char *path, *bytes;
    size_t length;
};

/* One part of `multipart:`: a value, or a file with what it is called and of what type it is. */
struct form_part {
    const char *name;
    struct template *value;
    struct upload *file;
    const char *type, *file_name; /* NULL: not told */
};

struct basic {
    struct template *user, *password;
};

struct auth {
    struct basic *basic;
    struct template *bearer;
};

/* PEM files: whom to trust instead of the system's authorities, and who we are. NULL: not given. */
struct tls_files {
    struct upload *ca, *certificate, *key;
};

/* X(NAME, word) */
#define CONNECTION_TABLE(X)                                                                        \
    X(WARM, "warm") /* one of before where there is one */                                         \
    X(COLD, "cold") /* a new one */

enum connection {
#define X(name, word) CONNECTION_##name,
    CONNECTION_TABLE(X)
#undef X
};

/* X(NAME, word) */
#define HTTP_TABLE(X)                                                                              \
    X(ANY, "any") /* what the server prefers */                                                    \
    X(1_1, "1.1")                                                                                  \
    X(2, "2")

enum http_version {
#define X(name, word) HTTP_VERSION_##name,
    HTTP_TABLE(X)
#undef X
};

#endif
