/* SPDX-License-Identifier: MIT */
/* Requests and answers for `run -v`: headers, and the first lines of bodies. See terminal.h. */
#include "monitor/record/message.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include <string.h>

enum { INDENT = 2, LINE_BYTES_MAX = 8192 };

static void write_line(const struct terminal *terminal, const char *mark, const char *text,
                       struct buffer *out)
{
    buffer_print(out, "%*s", INDENT, "");
    terminal_paint(terminal, PAINT_DIM, out);
    buffer_print(out, "%s ", mark);
    terminal_unpaint(terminal, PAINT_DIM, out);
    terminal_wrap(terminal, text, INDENT + 2, INDENT + 4, out);
}

static void write_message(const struct terminal *terminal, const char *mark,
                          const struct message *message, struct buffer *out)
{
    struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < message->header_count; i++) {
        buffer_clear(&line);
        buffer_print(&line, "%s: %s", message->headers[i].name, message->headers[i].value);
        write_line(terminal, mark, line.data, out);
    }
    buffer_free(&line);
    if (message->body_length == 0)
        return;
    buffer_print(out, "%*s", INDENT + 2, "");
    terminal_quote(terminal, message->body, INDENT + 2, out);
}

void terminal_messages(const struct terminal *terminal, const struct exchange *exchange,
                       struct buffer *out)
{
    struct buffer line;
    if (exchange->request == NULL)
        return;
    buffer_init(&line, LINE_BYTES_MAX);
    buffer_text(out, "\n");
    buffer_print(&line, "%s %s", exchange->method, exchange->url);
    write_line(terminal, ">", line.data, out);
    write_message(terminal, ">", exchange->request, out);
    buffer_clear(&line);
    if (exchange->status != 0)
        buffer_print(&line, "HTTP/%s %d", exchange->http, exchange->status);
    else
        buffer_text(&line, "no answer");
    write_line(terminal, "<", line.data, out);
    write_message(terminal, "<", exchange->answer, out);
    buffer_free(&line);
}
