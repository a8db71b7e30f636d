/* SPDX-License-Identifier: MIT */
/* argv to one subcommand. Each has a file of its own, command_*.c. */
#include "monitor/cli.h"

#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of the commands that operate a monitor. */
#define COMMON_OPTIONS                                                                             \
    "  -c, --config FILE     the shop file that the monitor watches by\n"                          \
    "      --json            the answer as JSON, a line each\n"                                    \
    "      --by NAME         who asks; the user if left out\n"                                     \
    "      --control SOCKET  where the monitor listens, if not where the file says\n"

static const struct command commands[] = {
    {
        .name = "run",
        .group = COMMAND_TRY,
        .brief = "replay scenario files, or all of a shop file, now",
        .arguments = "[FILE...]",
        .help = "Replays scenario files, or all of a shop file, now and reports on the terminal.",
        .options =
            "  -c, --config FILE     the shop file: components, vantage points, hosts\n"
            "      --vantage NAME    start from this vantage point of the shop file\n"
            "      --var NAME=VALUE  give a variable another value\n"
            "      --only STEP       do this step, those whose captures it needs, and cleanup\n"
            "      --repeat N        replay each file N times\n"
            "      --parallel N      with N journeys in flight at once\n"
            "  -v, --verbose         show requests and answers\n"
            "      --json FILE       write a record a line\n"
            "      --junit FILE      write JUnit XML\n"
            "      --tap FILE        write TAP 14\n"
            "      --har FILE        write an HTTP archive, HAR 1.2\n"
            "                        each may be -, for standard output, but only one\n",
        .run = command_run,
    },
    {
        .name = "settle",
        .group = COMMAND_TRY,
        .brief = "put right what earlier runs have left behind",
        .arguments = "[FILE...]",
        .help = "Puts right what earlier runs have left behind, by the ledger beside each file.",
        .options = "  -c, --config FILE     the shop file: components, vantage points, hosts\n"
                   "      --vantage NAME    start from this vantage point of the shop file\n"
                   "      --var NAME=VALUE  give a variable another value\n"
                   "  -v, --verbose         show requests and answers\n"
                   "      --json FILE, --junit FILE, --tap FILE, --har FILE\n"
                   "                        as those of run\n",
        .run = command_settle,
    },
    {
        .name = "monitor",
        .group = COMMAND_WATCH,
        .brief = "replay a shop's scenarios on their schedule, all day",
        .arguments = "-c FILE",
        .help = "Replays a shop's scenarios on their schedule, all day.",
        .options = "  -c, --config FILE     the shop file (shopwatch.yaml)\n"
                   "      --every INTERVAL  in place of every journey's own interval\n"
                   "      --log FORM        text; json; journal, which is found out by itself\n",
        .run = command_monitor,
    },
    {
        .name = "status",
        .group = COMMAND_LOOK,
        .brief = "can people buy? what is open, and each journey now",
        .arguments = "-c FILE",
        .help =
            "Can people buy? What is open, how each journey is from everywhere, and the monitor.",
        .options = COMMON_OPTIONS,
        .run = command_operate,
    },
    {
        .name = "history",
        .group = COMMAND_LOOK,
        .brief = "what was replayed, newest first",
        .arguments = "[JOURNEY] -c FILE",
        .help = "Lists what was replayed, newest first.",
        .options = COMMON_OPTIONS "      --vantage NAME    from this vantage point\n"
                                  "      --state STATE     passed, degraded, failed or unknown\n"
                                  "      --limit N         so many at most; 20 if left out\n",
        .run = command_operate,
    },
    {
        .name = "explain",
        .group = COMMAND_LOOK,
        .brief = "a run or an incident, as engineers tell each other",
        .arguments = "ID -c FILE",
        .help = "Explains a run or an incident as one engineer tells another; of an id the first "
                "digits will do.",
        .options = COMMON_OPTIONS,
        .run = command_operate,
    },
    {
        .name = "incidents",
        .group = COMMAND_LOOK,
        .brief = "list, show, publish, note or close them",
        .arguments = "[show|publish|unpublish|note|resolve ID [TEXT]] -c FILE",
        .help = "Lists incidents; shows one, tells the public its cause or takes that back, adds a "
                "note, or closes it by hand.",
        .options = COMMON_OPTIONS "      --open            only those that are open\n"
                                  "      --limit N         so many at most\n",
        .run = command_operate,
    },
    {
        .name = "ack",
        .group = COMMAND_TELL,
        .brief = "somebody looks after an incident",
        .arguments = "ID [TEXT] -c FILE",
        .help = "Says that somebody looks after an incident.",
        .options = COMMON_OPTIONS,
        .run = command_operate,
    },
    {
        .name = "pause",
        .group = COMMAND_WATCH,
        .brief = "replay nothing until told to resume",
        .arguments = "[JOURNEY] -c FILE",
        .help = "Replays nothing until told to resume; the slots end unknown, paused, and count "
                "nowhere.",
        .options =
            COMMON_OPTIONS "      --vantage NAME    from this vantage point; may be repeated\n"
                           "      --all             everything\n"
                           "      --for TIME        no longer than this\n"
                           "      --why TEXT        for people\n",
        .run = command_operate,
    },
    {
        .name = "resume",
        .group = COMMAND_WATCH,
        .brief = "replay again what was paused",
        .arguments = "[JOURNEY] -c FILE",
        .help = "Replays again what was paused.",
        .options =
            COMMON_OPTIONS "      --vantage NAME    what was paused from this vantage point\n"
                           "      --all             everything that was paused\n",
        .run = command_operate,
    },
    {
        .name = "maintenance",
        .group = COMMAND_TELL,
        .brief = "plan, list or end times in which the shop may fail",
        .arguments = "list|add TITLE|cancel ID -c FILE",
        .help = "Plans a time in which the shop may fail, lists such times, and ends them.",
        .options = COMMON_OPTIONS
        "      --start WHEN      02:00 (the next), \"2026-11-30 02:00\", +30m; now if left out\n"
        "      --end WHEN        or --for TIME; until it is cancelled if left out\n"
        "      --journey NAME    this journey; may be repeated, as those that follow\n"
        "      --component NAME  journeys with a step that needs it\n"
        "      --vantage NAME    from this vantage point\n"
        "      --pause           replay nothing meanwhile\n"
        "      --excluded        what is seen does not count in objectives\n"
        "      --since WHEN      of list: those that end later\n",
        .run = command_operate,
    },
    {
        .name = "event",
        .group = COMMAND_TELL,
        .brief = "what was done to the shop, such as a deploy",
        .arguments = "KIND TEXT|list -c FILE",
        .help = "Notes what was done to the shop, such as a deploy, or lists it.",
        .options = COMMON_OPTIONS
        "      --at WHEN         11:50 (the latest), -10m, \"10m ago\"; now if left out\n"
        "      --since WHEN      of list: not before\n",
        .run = command_operate,
    },
    {
        .name = "reload",
        .group = COMMAND_WATCH,
        .brief = "read the files again",
        .arguments = "-c FILE",
        .help = "Lets the monitor read its files again; if they have mistakes, the old ones stay.",
        .options = COMMON_OPTIONS,
        .run = command_operate,
    },
    {
        .name = "diagnose",
        .group = COMMAND_LOOK,
        .brief = "judge stored runs again by today's rules",
        .arguments = "--replay SPAN -c FILE",
        .help = "Judges stored runs again by today's rules, and says what changed.",
        .options = "  -c, --config FILE     the shop file (shopwatch.yaml)\n"
                   "      --replay SPAN     2h: the last two hours; or FROM..UNTIL, 02:00..03:30;\n"
                   "                        an end that is left out is open\n"
                   "      --store FILE      in place of the shop file's store, such as a copy\n"
                   "      --json            a line a run that did not pass, with all facts, and a\n"
                   "                        line a change of an incident\n",
        .run = command_diagnose,
    },
    {
        .name = "probe",
        .group = COMMAND_TRY,
        .brief = "ask the shop's databases once",
        .arguments = "-c FILE",
        .help =
            "Asks the databases that a shop file has a probe for, once, and says what they answer.",
        .options = "  -c, --config FILE     the shop file (shopwatch.yaml)\n"
                   "      --json            as JSON, a line a database\n",
        .run = command_probe,
    },
    {
        .name = "report",
        .group = COMMAND_TRY,
        .brief = "send a test message through a reporter",
        .arguments = "--test NAME -c FILE",
        .help = "Sends a test message through one of a shop's reporters and says what came of it.",
        .options = "  -c, --config FILE     the shop file (shopwatch.yaml)\n"
                   "      --test NAME       the reporter; heartbeat: the shop file's heartbeat\n",
        .run = command_report,
    },
    {
        .name = "lint",
        .group = COMMAND_WRITE,
        .brief = "check scenario files and shop files",
        .arguments = "FILE...",
        .help = "Checks scenario files and shop files; of a shop file its scenarios, too.",
        .options = "  -c, --config FILE     the shop file that the scenarios belong to\n"
                   "      --format FORMAT   human; json; github: annotations of a workflow\n",
        .run = command_lint,
    },
    {
        .name = "new",
        .group = COMMAND_WRITE,
        .brief = "look at a page once, and write first files for it",
        .arguments = "URL",
        .help = "Looks at a page once, and writes a first shop file and a first scenario.",
        .options = "      --shop FILE       the shop file; shopwatch.yaml if left out\n"
                   "      --journey FILE    the scenario; first-look.yaml if left out\n",
        .run = command_new,
    },
    {
        .name = "fmt",
        .group = COMMAND_WRITE,
        .brief = "quote what YAML would misread",
        .arguments = "FILE...",
        .help = "Quotes assertions and captures that YAML would misread; every other byte stays.",
        .options = "      --check           change nothing; exit code 1 when something would be\n",
        .run = command_fmt,
    },
    {
        .name = "schema",
        .group = COMMAND_WRITE,
        .brief = "print the JSON Schema of a kind of file",
        .arguments = "[scenario|shop|fragment|record]",
        .help = "Prints the JSON Schema of a scenario, a shop file, a fragment or a record of run "
                "--json.",
        .options = "",
        .run = command_schema,
    },
    {
        .name = "manual", /* the last, so that help ends before it */
        .run = command_manual,
    },
};

const struct command *cli_command(size_t n)
{
    return n < COUNT_OF(commands) ? &commands[n] : NULL;
}

/* One screen: a line each, by groups. */
static void print_overview(FILE *out)
{
    static const char *const groups[] = {
#define X(name, word) word,
        COMMAND_GROUP_TABLE(X)
#undef X
    };
    fprintf(out,
            "shopwatch %s: a mystery shopper for online shops\n"
            "Usage: shopwatch COMMAND [options]   (shopwatch COMMAND --help tells all of one)\n\n",
            PACKAGE_VERSION);
    for (size_t group = 0; group < COUNT_OF(groups); group++) {
        const char *word = groups[group];
        for (size_t i = 0; i < COUNT_OF(commands); i++) {
            if (commands[i].group != group || commands[i].brief == NULL)
                continue;
            fprintf(out, "  %-7s %-12s %s\n", word, commands[i].name, commands[i].brief);
            word = "";
        }
    }
}

static void print_help(FILE *out, const struct command *command)
{
    fprintf(out, "Usage: shopwatch %s [options] %s\n  %s\n%s", command->name, command->arguments,
            command->help, command->options);
    fputs(
        "\nExit codes of run and settle: 0 passed, 1 application, 2 network, 3 database, 4 third "
        "party,\n"
        "5 monitor or scenario, 6 degraded, 7 undetermined, 64 usage, 65 file invalid;\n"
        "of several runs the worst: 65, then 1 to 4, 7, 5, 6, 0. Of monitor and lint: 0 done,\n"
        "5 the monitor cannot start, 64 usage, 65 file invalid. Of report: 0 the message was "
        "taken,\n"
        "1 it was not, 5 the reporter cannot be opened, 64 usage, 65 file invalid. Of probe:\n"
        "0 nothing is wrong, 3 something is, 5 it cannot be asked, 64 usage, 65 file invalid.\n"
        "Of diagnose: 0 all is judged as it was, 1 something is not, 5 the store cannot be read,\n"
        "64 usage, 65 file invalid.\n"
        "Of the commands that operate a monitor: 0 done, 1 refused, 5 no monitor runs; of status:\n"
        "0 everything passes, 1 something fails, 6 passes slowly, 7 cannot be told.\n",
        out);
}

int cli_usage_error(const char *command, const char *format, ...)
{
    va_list arguments;
    fputs("shopwatch", stderr);
    if (command != NULL)
        fprintf(stderr, " %s", command);
    fputs(": ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nTry `shopwatch %s%s--help`.\n", command != NULL ? command : "",
            command != NULL ? " " : "");
    return EXIT_USAGE;
}

int cli_check_files(const char *command, char *const *files, int count)
{
    struct stat status;
    for (int i = 0; i < count; i++) {
        if (strcmp(files[i], "-") == 0)
            return cli_usage_error(command, "files are not read from standard input; give a name");
        if (stat(files[i], &status) == 0 && S_ISDIR(status.st_mode))
            return cli_usage_error(command, "%s is a directory; give its files, such as %s/*.yaml",
                                   files[i], files[i]);
    }
    return EXIT_PASSED;
}

enum exit_code cli_exit_of_run(const struct run *run)
{
    if (run->state == STATE_PASSED)
        return EXIT_PASSED;
    if (run->state == STATE_DEGRADED)
        return EXIT_DEGRADED;
    switch (run->verdict.cause) {
    case CAUSE_NETWORK:
        return EXIT_NETWORK;
    case CAUSE_APPLICATION:
        return EXIT_APPLICATION;
    case CAUSE_DATABASE:
        return EXIT_DATABASE;
    case CAUSE_THIRD_PARTY:
        return EXIT_THIRD_PARTY;
    case CAUSE_MONITOR:
    case CAUSE_SCENARIO:
        return EXIT_MONITOR;
    case CAUSE_UNDETERMINED:
    case CAUSE_NONE:
        break;
    }
    return EXIT_UNDETERMINED;
}

enum exit_code cli_exit_worse(enum exit_code a, enum exit_code b)
{
    static const enum exit_code worst_first[] = {
        EXIT_INVALID,     EXIT_APPLICATION,  EXIT_NETWORK, EXIT_DATABASE,
        EXIT_THIRD_PARTY, EXIT_UNDETERMINED, EXIT_MONITOR, EXIT_DEGRADED,
    };
    for (size_t i = 0; i < COUNT_OF(worst_first); i++)
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    return EXIT_PASSED;
}

/* What other tools call it. */
static const char *find_meant(const char *name)
{
    static const struct {
        const char *theirs, *ours;
    } words[] = {
        {"check", "lint"},    {"validate", "lint"},  {"verify", "lint"},   {"test", "run"},
        {"exec", "run"},      {"replay", "run"},     {"watch", "monitor"}, {"start", "monitor"},
        {"serve", "monitor"}, {"daemon", "monitor"}, {"format", "fmt"},    {"init", "new"},
        {"create", "new"},    {"add", "new"},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i].theirs, name) == 0)
            return words[i].ours;
    return NULL;
}

int cli_main(int argc, char **argv)
{
    /* A visitor, a shop or a pipe that went away is no reason to end: who writes to it is told. */
    signal(SIGPIPE, SIG_IGN);
    const char *name = argc > 1 ? argv[1] : "--help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_overview(argc > 1 ? stdout : stderr);
        return argc > 1 ? EXIT_PASSED : EXIT_USAGE;
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("shopwatch %s\n", PACKAGE_VERSION);
        return EXIT_PASSED;
    }
    const char *names[COUNT_OF(commands)];
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        names[i] = commands[i].name;
        if (strcmp(commands[i].name, name) != 0)
            continue;
        if (argc > 2 && commands[i].help != NULL &&
            (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
            print_help(stdout, &commands[i]);
            return EXIT_PASSED;
        }
        return commands[i].run(argc - 1, argv + 1);
    }
    const char *near = find_meant(name);
    if (near == NULL)
        near = mistake_nearest(name, names, COUNT_OF(names));
    return cli_usage_error(NULL, "no command `%s`%s%s%s", name,
                           near != NULL ? "; did you mean `" : "", near != NULL ? near : "",
                           near != NULL ? "`?" : "");
}
