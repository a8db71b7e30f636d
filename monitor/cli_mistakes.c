/* SPDX-License-Identifier: MIT */
/* Mistakes in files, as people read them and as build servers do. See cli.h. */
#include "monitor/cli.h"

#include "reporters/terminal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MISTAKE_TEXT_MAX = 64 * 1024 };

void cli_print_mistakes(const struct mistakes *mistakes)
{
    struct terminal terminal;
    struct buffer text;
    terminal_detect(STDERR_FILENO, &terminal);
    buffer_init(&text, (size_t)MISTAKES_MAX * MISTAKE_TEXT_MAX);
    for (size_t i = 0; i < mistakes->count; i++)
        mistake_print(&mistakes->items[i], terminal.colour, &text);
    size_t found = mistakes->errors + mistakes->warnings;
    if (found > mistakes->count)
        buffer_print(&text, "... and %zu more\n", found - mistakes->count);
    fputs(text.data, stderr);
    buffer_free(&text);
}

static void print_human(const struct mistakes *mistakes, size_t files, const char *note)
{
    cli_print_mistakes(mistakes);
    printf("%zu file%s checked: %zu error%s, %zu warning%s\n", files, files == 1 ? "" : "s",
           mistakes->errors, mistakes->errors == 1 ? "" : "s", mistakes->warnings,
           mistakes->warnings == 1 ? "" : "s");
    if (note != NULL)
        printf("note: %s\n", note);
}

static void print_json(const struct mistakes *mistakes, size_t files, const char *note)
{
    json_t *list = json_array();
    for (size_t i = 0; i < mistakes->count; i++)
        json_array_append_new(list, mistake_to_json(&mistakes->items[i]));
    json_t *json = json_pack("{s:I, s:I, s:I, s:o}", "files", (json_int_t)files, "errors",
                             (json_int_t)mistakes->errors, "warnings",
                             (json_int_t)mistakes->warnings, "mistakes", list);
    if (note != NULL)
        json_object_set_new(json, "note", json_string(note));
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(json);
}

/* What would end the text, or the property, of a workflow command, is sent as %XX. */
static void print_escaped(const char *text, const char *special)
{
    for (; *text != '\0'; text++)
        if (strchr(special, *text) != NULL)
            printf("%%%02X", (unsigned)(unsigned char)*text);
        else
            putchar(*text);
}

static void print_github(const struct mistakes *mistakes, size_t files, const char *note)
{
    (void)files;
    if (note != NULL) {
        printf("::notice::");
        print_escaped(note, "%\r\n");
        putchar('\n');
    }
    for (size_t i = 0; i < mistakes->count; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        printf("::%s file=", mistake_severity_word(mistake));
        print_escaped(mistake->file, "%\r\n:,");
        if (mistake->position.line > 0)
            printf(",line=%d,col=%d", mistake->position.line, mistake->position.column);
        printf(",title=%s::", mistake->code);
        print_escaped(mistake->text, "%\r\n");
        if (mistake->hint != NULL) {
            print_escaped("\nhint: ", "%\r\n");
            print_escaped(mistake->hint, "%\r\n");
        }
        putchar('\n');
    }
}

const struct cli_mistake_format cli_mistake_formats[] = {
    {"human", print_human},
    {"json", print_json},
    {"github", print_github},
    {NULL, NULL},
};
