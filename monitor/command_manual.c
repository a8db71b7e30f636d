/* SPDX-License-Identifier: MIT */
/*
 * `shopwatch manual`: the parts of the manual pages that tables know, in mdoc(7). Not for users:
 * the build asks for them, so that the pages say what the program does.
 */
#include "monitor/cli.h"
#include "scenarios/expression.h"
#include "scenarios/language.h"
#include "scenarios/scenario.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct word {
    const char *word, *help;
};

/* A line of text that no formatter takes for a request or an escape. */
static void print_text(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '\n')
            fputs(*(text + 1) == '.' || *(text + 1) == '\'' ? "\n\\&" : "\n", stdout);
        else
            putchar(*text);
    }
}

static void print_sentence(const char *text)
{
    putchar(toupper((unsigned char)*text));
    print_text(text + 1);
    fputs(text[strlen(text) - 1] == '.' ? "\n" : ".\n", stdout);
}

static void print_item(const char *word)
{
    fputs(".It Cm ", stdout);
    if (!isalpha((unsigned char)*word))
        fputs("\\&", stdout);
    printf("%s\n", word);
}

static void print_words(const char *title, const struct word *words, size_t count)
{
    printf(".Ss %s\n.Bl -tag -width startsWith -compact\n", title);
    for (size_t i = 0; i < count; i++) {
        print_item(words[i].word);
        if (words[i].help[0] != '\0')
            print_sentence(words[i].help);
    }
    fputs(".El\n", stdout);
}

static void print_duration(int64_t value)
{
    static const struct {
        const char *unit;
        duration size;
    } units[] = {{"d", DURATION_DAY},    {"h", DURATION_HOUR},         {"m", DURATION_MINUTE},
                 {"s", DURATION_SECOND}, {"ms", DURATION_MILLISECOND}, {"us", 1}};
    size_t i = value == 0 ? COUNT_OF(units) - 3 : 0; /* 0s */
    while (i + 1 < COUNT_OF(units) && value % units[i].size != 0)
        i++;
    printf("%" PRId64 "%s", value / units[i].size, value == 0 ? "s" : units[i].unit);
}

/* What a key takes, as far as the table knows. */
static void print_type(const struct language_key *key)
{
    fputs("Takes ", stdout);
    if (key->type == LANGUAGE_WORD) {
        for (size_t i = 0; i < key->word_count; i++)
            printf("%s%s", i == 0 ? "" : i + 1 < key->word_count ? ", " : " or ", key->words[i]);
    } else if (key->type == LANGUAGE_TEXT || key->type == LANGUAGE_TEMPLATE) {
        print_text(language_format_text(key->format));
    } else {
        print_text(language_type_text(key->type));
    }
    if (key->type == LANGUAGE_INTEGER && key->minimum != key->maximum)
        printf(" from %" PRId64 " to %" PRId64, key->minimum, key->maximum);
    if (key->type == LANGUAGE_DURATION) {
        fputs("; from ", stdout);
        print_duration(key->minimum);
        fputs(" to ", stdout);
        print_duration(key->maximum);
    }
    fputs(key->required ? "; required.\n" : ".\n", stdout);
    /* Of several lines are those that the text of the page shows. */
    if (key->example == NULL || strchr(key->example, '\n') != NULL)
        return;
    fputs(".Dl ", stdout);
    for (const char *at = key->example; *at != '\0'; at++)
        fputs(*at == '"' ? "\\(dq" : (char[]){*at, '\0'}, stdout);
    putchar('\n');
}

static void print_context(enum language_context context)
{
    const struct language_table *table = language_table(context);
    printf(".Ss Keys of %s\n.Bl -tag -width components\n", language_context_text(context));
    for (size_t i = 0; i < table->key_count; i++) {
        print_item(table->keys[i].name);
        print_sentence(table->keys[i].help);
        print_type(&table->keys[i]);
    }
    fputs(".El\n", stdout);
}

static void print_scenario(void)
{
    static const struct word queries[] = {
#define X(name, word, argument, help) {word, help},
        QUERY_TABLE(X)
#undef X
    };
    static const struct word filters[] = {
#define X(name, word, arguments, help) {word, help},
        FILTER_TABLE(X)
#undef X
    };
    static const struct word predicates[] = {
#define X(name, word, operands, help) {word, help},
        PREDICATE_TABLE(X)
#undef X
    };
    static const struct word given[] = {
#define X(name, help) {name, help},
        GIVEN_VARIABLE_TABLE(X)
#undef X
    };
    for (int context = 0; context < LANGUAGE_CONTEXT_COUNT; context++)
        print_context((enum language_context)context);
    print_words("Queries", queries, COUNT_OF(queries));
    print_words("Filters", filters, COUNT_OF(filters));
    print_words("Predicates", predicates, COUNT_OF(predicates));
    print_words("Variables that every run has", given, COUNT_OF(given));
}

static void print_commands(void)
{
    const struct command *command;
    fputs(".Bl -tag -width Ds\n", stdout);
    for (size_t i = 0; (command = cli_command(i)) != NULL; i++) {
        if (command->help == NULL)
            continue;
        printf(".It Nm Cm %s Oo Ar options Oc Ar %s\n", command->name, command->arguments);
        print_sentence(command->help);
        if (command->options[0] == '\0')
            continue;
        fputs(".Bd -literal\n", stdout);
        print_text(command->options);
        fputs(".Ed\n", stdout);
    }
    fputs(".El\n", stdout);
}

int command_manual(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "scenario") == 0)
        print_scenario();
    else if (argc == 2 && strcmp(argv[1], "commands") == 0)
        print_commands();
    else
        return cli_usage_error("manual", "scenario or commands");
    return fflush(stdout) == 0 ? EXIT_PASSED : EXIT_MONITOR;
}
