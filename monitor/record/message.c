/* SPDX-License-Identifier: MIT */
/* See message.h. */
#include "monitor/record/message.h"

#include <strings.h>

const char *message_header(const struct message *message, const char *name)
{
    for (size_t i = 0; message != NULL && i < message->header_count; i++)
        if (strcasecmp(message->headers[i].name, name) == 0)
            return message->headers[i].value;
    return NULL;
}
