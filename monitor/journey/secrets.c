/* SPDX-License-Identifier: MIT */
/* Reading secrets. See secrets.h. */
#define _GNU_SOURCE /* pipe2 */
#include "monitor/journey/secrets.h"

#include "monitor/base/memory.h"
#include "monitor/journey/mask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct secret_value {
    const char *name;
    char *value; /* heap; NULL: `problem` says why */
    const char *problem;
};

struct secrets {
    struct arena *arena;
    struct secret_value *items;
    size_t count;
};

/* Reads to the end, or to the limit, or to the deadline. NULL with `problem` set. */
static char *read_all(struct arena *arena, int descriptor, struct instant deadline,
                      const char **problem)
{
    char *text = memory_allocate(SECRETS_VALUE_MAX + 1, 1);
    size_t length = 0;
    *problem = NULL;
    while (*problem == NULL) {
        duration left = instant_between(clock_instant(), deadline);
        struct pollfd ready = {descriptor, POLLIN, 0};
        ssize_t got = 0;
        if (left <= 0 || poll(&ready, 1, (int)(left / DURATION_MILLISECOND) + 1) == 0)
            *problem = "it took longer than 5 s";
        else if (length == SECRETS_VALUE_MAX)
            *problem = "it is longer than 64 KiB";
        else if ((got = read(descriptor, text + length, SECRETS_VALUE_MAX - length)) < 0 &&
                 errno != EINTR)
            *problem = arena_duplicate(arena, strerror(errno));
        else if (got == 0)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    if (*problem == NULL)
        return text;
    explicit_bzero(text, length);
    free(text);
    return NULL;
}

static char *read_secret_file(struct arena *arena, const char *path, const char **problem)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    *problem = NULL;
    if (descriptor < 0)
        *problem = strerror(errno);
    else
        text = read_all(arena, descriptor, instant_after(clock_instant(), SECRETS_COMMAND_LIMIT),
                        problem);
    if (descriptor >= 0)
        close(descriptor);
    if (*problem != NULL)
        *problem = arena_print(arena, "%s: %s", path, *problem);
    return text;
}

/* Starts the command, with its output in the pipe. 0, or an errno. */
static int start(char *const *arguments, const int ends[2], pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    /* A group of its own, so that what it starts can be ended with it. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    int failed = posix_spawnp(ret_pid, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* How it ended: NULL when well. One that closed its output and goes on is ended at the deadline. */
static const char *finish(struct arena *arena, pid_t pid, struct instant deadline)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 &&
           instant_between(clock_instant(), deadline) > 0)
        poll(NULL, 0, 5);
    if (ended == 0) {
        kill(-pid, SIGKILL);
        waitpid(pid, &status, 0);
        return "it took longer than 5 s";
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return NULL;
    return WIFEXITED(status) ? arena_print(arena, "exit code %d", WEXITSTATUS(status))
                             : arena_print(arena, "ended by signal %d", WTERMSIG(status));
}

static char *read_command(struct arena *arena, const struct secret *secret, const char **problem)
{
    struct instant deadline = instant_after(clock_instant(), SECRETS_COMMAND_LIMIT);
    char **arguments = arena_allocate(arena, secret->command_count + 1, sizeof *arguments);
    for (size_t i = 0; i < secret->command_count; i++)
        arguments[i] = arena_duplicate(arena, secret->command[i]);
    char *text = NULL;
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *problem = arena_duplicate(arena, strerror(errno));
        return NULL;
    }
    int failed = start(arguments, ends, &pid);
    close(ends[1]);
    if (failed != 0) {
        *problem = arena_duplicate(arena, strerror(failed));
    } else {
        text = read_all(arena, ends[0], deadline, problem);
        const char *ending = finish(arena, pid, text != NULL ? deadline : (struct instant){0});
        if (*problem == NULL)
            *problem = ending;
    }
    close(ends[0]);
    if (*problem != NULL)
        *problem = arena_print(arena, "%s: %s", secret->command[0], *problem);
    return text;
}

static struct secret_value read_one(struct arena *arena, const struct secret *secret)
{
    struct secret_value item = {.name = arena_duplicate(arena, secret->name)};
    if (secret->env != NULL) {
        item.value = memory_duplicate(getenv(secret->env));
        if (item.value == NULL)
            item.problem =
                arena_print(arena, "the environment variable %s is not set", secret->env);
    } else if (secret->file != NULL) {
        item.value = read_secret_file(arena, secret->file, &item.problem);
    } else {
        item.value = read_command(arena, secret, &item.problem);
    }
    if (item.value != NULL)
        item.value[strcspn(item.value, "\r\n")] = '\0';
    if (item.problem == NULL && strlen(item.value) < MASK_SECRET_MIN)
        item.problem = arena_print(
            arena, "it is shorter than %d bytes, too short to be kept secret", MASK_SECRET_MIN);
    if (item.problem != NULL) {
        free(item.value);
        item.value = NULL;
    }
    return item;
}

static void add_all(struct secrets *secrets, const struct secret *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < secrets->count; j++)
            known |= strcmp(secrets->items[j].name, list[i].name) == 0;
        if (known)
            continue;
        memory_grow(secrets->items, secrets->count);
        secrets->items[secrets->count++] = read_one(secrets->arena, &list[i]);
    }
}

struct secrets *secrets_read(const struct scenario *scenario, const struct shop *shop)
{
    struct secrets *secrets = memory_allocate(1, sizeof *secrets);
    secrets->arena = arena_create();
    if (scenario != NULL)
        add_all(secrets, scenario->secrets, scenario->secret_count);
    if (shop != NULL)
        add_all(secrets, shop->secrets, shop->secret_count);
    return secrets;
}

void secrets_free(struct secrets *secrets)
{
    if (secrets == NULL)
        return;
    for (size_t i = 0; i < secrets->count; i++) {
        if (secrets->items[i].value != NULL)
            explicit_bzero(secrets->items[i].value, strlen(secrets->items[i].value));
        free(secrets->items[i].value);
    }
    free(secrets->items);
    arena_free(secrets->arena);
    free(secrets);
}

size_t secrets_count(const struct secrets *secrets)
{
    return secrets != NULL ? secrets->count : 0;
}

const char *secrets_name(const struct secrets *secrets, size_t n)
{
    return secrets->items[n].name;
}

const char *secrets_value(const struct secrets *secrets, size_t n)
{
    return secrets->items[n].value;
}

const char *secrets_problem(const struct secrets *secrets, size_t n)
{
    return secrets->items[n].problem;
}
