/* SPDX-License-Identifier: MIT */
/* `shopwatch fmt`: quotes what YAML would misread, in place. */
#include "monitor/cli.h"
#include "scenarios/requote.h"
#include "scenarios/scenario.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WOULD_CHANGE = 1, SUFFIX_LENGTH = 8 };

static enum result read_all(const char *name, struct buffer *text, struct error *error)
{
    char bytes[64 * 1024];
    FILE *file = fopen(name, "r");
    if (file == NULL)
        return error_set(error, RESULT_IO, "%s: %s", name, strerror(errno));
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;)
        buffer_append(text, bytes, got);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return error_set(error, RESULT_IO, "%s: cannot be read", name);
    if (text->result != RESULT_OK)
        return error_set(error, RESULT_LIMIT, "%s: larger than %d KiB", name,
                         SCENARIO_FILE_MAX / 1024);
    if (strlen(text->data) != text->length)
        return error_set(error, RESULT_INVALID, "%s: holds a NUL; this is no text", name);
    return RESULT_OK;
}

/* All or nothing: a file that is half written would be worse than one that lacks quotes. */
static enum result replace(const char *name, const struct buffer *text, struct error *error)
{
    char path[PATH_MAX], temporary[PATH_MAX + SUFFIX_LENGTH];
    struct stat status;
    int descriptor = -1;
    if (realpath(name, path) == NULL || stat(path, &status) != 0)
        return error_set(error, RESULT_IO, "%s: %s", name, strerror(errno));
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    descriptor = mkstemp(temporary);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file == NULL)
        return error_set(error, RESULT_IO, "%s: %s", temporary, strerror(errno));
    bool written = fchmod(descriptor, status.st_mode & 07777) == 0 &&
                   fwrite(text->data, 1, text->length, file) == text->length;
    written = fclose(file) == 0 && written;
    if (written && rename(temporary, path) == 0)
        return RESULT_OK;
    unlink(temporary);
    return error_set(error, RESULT_IO, "%s: cannot be written", name);
}

/* Returns how many lines of a file want quotes, after giving them unless `check`. */
static size_t format_file(const char *name, bool check, struct error *error)
{
    struct buffer old, new;
    size_t changed = 0;
    buffer_init(&old, SCENARIO_FILE_MAX);
    buffer_init(&new, 2 * SCENARIO_FILE_MAX + 2);
    if (read_all(name, &old, error) == RESULT_OK)
        changed = requote(old.data, &new);
    if (changed > 0 && !check)
        (void)replace(name, &new, error);
    buffer_free(&old);
    buffer_free(&new);
    return changed;
}

/* What no quotes can mend is told; whether a file is good is for lint to judge. */
static void tell_syntax(const char *name)
{
    struct mistakes all = {.arena = arena_create()}, syntax = {.arena = all.arena};
    scenario_free(scenario_load(name, NULL, &all));
    for (size_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].code, "yaml.syntax") == 0)
            mistakes_add(&syntax, &all.items[i]);
    cli_print_mistakes(&syntax);
    arena_free(all.arena);
}

int command_fmt(int argc, char **argv)
{
    static const struct option options[] = {{"check", no_argument, NULL, 'c'}, {0}};
    bool check = false;
    int option, exit_code = EXIT_PASSED;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option != 'c')
            return cli_usage_error("fmt", "what is `%s`?", argv[optind - 1]);
        check = true;
    }
    if (optind == argc)
        return cli_usage_error("fmt", "no file to format");
    if (cli_check_files("fmt", argv + optind, argc - optind) != EXIT_PASSED)
        return EXIT_USAGE;
    for (int i = optind; i < argc; i++) {
        struct error error = {0};
        size_t changed = format_file(argv[i], check, &error);
        if (error.code != RESULT_OK) {
            fprintf(stderr, "shopwatch fmt: %s\n", error.text);
            exit_code = EXIT_INVALID;
        } else if (changed > 0) {
            printf("%s: %zu line%s %s\n", argv[i], changed, changed == 1 ? "" : "s",
                   check ? "to be quoted" : "quoted");
            if (check && exit_code == EXIT_PASSED)
                exit_code = WOULD_CHANGE;
        }
        bool is_mended = check && changed > 0;
        if (error.code == RESULT_OK && !is_mended)
            tell_syntax(argv[i]);
    }
    return exit_code;
}
