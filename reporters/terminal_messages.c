/* SPDX-License-Identifier: MIT */
/* Requests and answers for `run -v`: headers, and bodies as far as they are text. See
 * terminal_text.h. */
#include "monitor/base/utf8.h"
#include "monitor/record/message.h"

#include "reporters/excerpt.h"
#include "reporters/terminal_text.h"
#include "reporters/words.h"

#include <stdint.h>
#include <string.h>

enum { LINE_BYTES_MAX = 8192, INDENTED_MAX = 4 * MESSAGE_BODY_MAX };

static void write_line(const struct terminal *terminal, const char *mark, const char *text,
                       struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_paint(terminal, PAINT_DIM, out);
    buffer_print(out, "%s ", mark);
    terminal_unpaint(terminal, PAINT_DIM, out);
    terminal_wrap(terminal, text, TERMINAL_INDENT + 2, TERMINAL_INDENT + 4, out);
}

/* Text has no NUL and is UTF-8, but for a character that was cut in two at its end. */
static bool is_text(const struct message *message)
{
    return strlen(message->body) == message->body_length &&
           utf8_valid(message->body, message->body_length) + UTF8_SEQUENCE_MAX >
               message->body_length;
}

/* Indented where it is JSON. */
static void write_body(const struct terminal *terminal, const struct message *message,
                       struct buffer *out)
{
    const size_t indent = TERMINAL_INDENT + 2;
    struct buffer text;
    if (message->body_length == 0)
        return;
    buffer_init(&text, INDENTED_MAX);
    bool shown = is_text(message);
    bool json = shown && excerpt_indent(message->body, message->body_length,
                                        terminal->width - indent - 2, &text);
    buffer_print(out, "%*s", (int)indent, "");
    if (shown)
        terminal_quote(terminal, json ? text.data : message->body, indent, SIZE_MAX, out);
    if (shown && message->body_size > message->body_length)
        buffer_print(out, "%*s", (int)indent, "");
    buffer_clear(&text);
    if (!shown)
        buffer_print(&text, "%zu bytes that are no text", message->body_size);
    else if (message->body_size > message->body_length)
        buffer_print(&text, "and more: it is %zu bytes long", message->body_size);
    if (text.length > 0)
        terminal_quote(terminal, text.data, indent, 1, out);
    buffer_free(&text);
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
    write_body(terminal, message, out);
}

static void write_exchange(const struct terminal *terminal, const struct exchange *exchange,
                           struct buffer *out)
{
    struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
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

void terminal_messages(const struct terminal *terminal, const struct run_step *step,
                       struct buffer *out)
{
    const enum paint paint = terminal_state_paint(step->state, true);
    bool any = false;
    for (size_t i = 0; i < step->exchange_count; i++) {
        if (step->exchanges[i].request == NULL)
            continue;
        buffer_text(out, "\n");
        if (!any) {
            terminal_paint(terminal, paint, out);
            buffer_print(out, "%s ", terminal_state_mark(terminal, step->state));
            terminal_wrap(terminal, step->name, 2, 2, out);
            terminal_unpaint(terminal, paint, out);
        }
        any = true;
        write_exchange(terminal, &step->exchanges[i], out);
    }
}
