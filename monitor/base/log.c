/* SPDX-License-Identifier: MIT */
/* Lines of the log, in each of their forms. See log.h. */
#include "monitor/base/log.h"

#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"
#include "monitor/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOG_MESSAGE_MAX = 2048, LOG_LINE_MAX = 32 * 1024 };

static const struct {
    const char *word;
    int priority;
} levels[] = {
#define X(name, text, priority) {text, priority},
    LOG_LEVEL_TABLE(X)
#undef X
};

static enum log_level log_level = LOG_INFO;
static enum log_form log_form = LOG_AS_TEXT;

void log_set_level(enum log_level level)
{
    log_level = level;
}

void log_set_form(enum log_form form)
{
    log_form = form;
}

bool log_form_from_word(const char *word, enum log_form *ret_form)
{
    static const char *const words[] = {
#define X(name, word) word,
        LOG_FORM_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        *ret_form = (enum log_form)i;
        return true;
    }
    return false;
}

bool log_is_to_journal(void)
{
    const char *named = getenv("JOURNAL_STREAM"); /* DEVICE:INODE, systemd.exec(5) */
    char ours[64];
    struct stat facts;
    if (named == NULL || fstat(STDERR_FILENO, &facts) != 0)
        return false;
    snprintf(ours, sizeof ours, "%lu:%lu", (unsigned long)facts.st_dev,
             (unsigned long)facts.st_ino);
    return strcmp(named, ours) == 0;
}

/* --- writing --------------------------------------------------------------------------------- */

/* Quoted, and in one line, whatever a server has put into it: JSON, which people read as well. */
static void write_quoted(const char *text, struct buffer *out)
{
    struct buffer valid;
    buffer_init(&valid, LOG_LINE_MAX);
    utf8_append_valid(&valid, text, strlen(text));
    buffer_text(out, "\"");
    for (const char *at = valid.data; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            buffer_print(out, "\\%c", *at);
        else if ((unsigned char)*at < ' ' || *at == 0x7f)
            buffer_print(out, "\\u%04x", (unsigned)(unsigned char)*at);
        else
            buffer_append(out, at, 1);
    }
    buffer_text(out, "\"");
    buffer_free(&valid);
}

/* What a person, and a parser of key=value, takes for one word. */
static bool is_word(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("\"\\=", *at) != NULL)
            return false;
    return text[0] != '\0';
}

static void write_json(enum log_level level, const char *module, const char *message,
                       const struct log_field *fields, struct buffer *out)
{
    char stamp[WALL_TEXT_MAX];
    buffer_print(out, "{\"time\":\"%s\",\"level\":\"%s\",\"module\":\"%s\",\"message\":",
                 wall_print(clock_wall(), stamp), levels[level].word, module);
    write_quoted(message, out);
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (fields->value == NULL)
            continue;
        buffer_print(out, ",\"%s\":", fields->name);
        write_quoted(fields->value, out);
    }
    buffer_text(out, "}");
}

static void write_text(enum log_level level, const char *module, char *message,
                       const struct log_field *fields, struct buffer *out)
{
    char stamp[WALL_TEXT_MAX];
    /* One event is one line. */
    for (char *at = message; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    if (log_form == LOG_AS_JOURNAL)
        buffer_print(out, "<%d>%s: %s", levels[level].priority, module, message);
    else
        buffer_print(out, "%s %s %s: %s", wall_print(clock_wall(), stamp), levels[level].word,
                     module, message);
    for (; fields != NULL && fields->name != NULL; fields++) {
        if (fields->value == NULL)
            continue;
        buffer_print(out, " %s=", fields->name);
        if (is_word(fields->value))
            buffer_text(out, fields->value);
        else
            write_quoted(fields->value, out);
    }
}

/* `pipeline` of ../monitor/daemon/pipeline_open.c, `monitor` of command_monitor.c. */
static void module_of(const char *file, char *module, size_t size)
{
    static const char command[] = "command_";
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL ? slash + 1 : file;
    if (strncmp(name, command, strlen(command)) == 0)
        name += strlen(command);
    snprintf(module, size, "%.*s", (int)strcspn(name, "_."), name);
}

void log_write(enum log_level level, const char *file, const struct log_field *fields,
               const char *format, ...)
{
    char message[LOG_MESSAGE_MAX], module[64];
    struct buffer line;
    va_list arguments;
    if (level > log_level)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    module_of(file, module, sizeof module);
    buffer_init(&line, LOG_LINE_MAX);
    if (log_form == LOG_AS_JSON)
        write_json(level, module, message, fields, &line);
    else
        write_text(level, module, message, fields, &line);
    /* In one piece, so that lines of several threads or processes do not mix. */
    fprintf(stderr, "%s\n", line.data);
    buffer_free(&line);
}
