/* SPDX-License-Identifier: MIT */
/*
 * Lists of steps, and the fragments that they take in. A fragment's file is read by a loader of its
 * own, checked by itself, and its steps put where it is used. See loader.h and fragment.h.
 */
#include "scenarios/fragment.h"
#include "scenarios/loader.h"
#include "scenarios/scenario_check.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Steps as they come: the file's own, and those of its fragments. */
struct step_list {
    struct step *steps;
    size_t count;
};

static void add_step(struct loader *loader, struct step_list *list, const struct step *step)
{
    arena_grow(loader->file->tree, list->steps, list->count);
    list->steps[list->count++] = *step;
}

/* True when two paths lead to one file. */
static bool is_same_file(const char *a, const char *b)
{
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    bool same = strcmp(real_a != NULL ? real_a : a, real_b != NULL ? real_b : b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

static const char *place_of(struct loader *loader, const struct loader *used)
{
    return arena_print(loader->arena, "%s:%d:%d", used->outer->file->name, used->use->position.line,
                       used->use->position.column);
}

/* False after reporting a circle, or a chain that is too long. */
static bool may_use(struct loader *loader, const char *path, struct position position)
{
    unsigned depth = 1;
    const struct loader *first = loader;
    for (const struct loader *at = loader; at->outer != NULL; at = at->outer) {
        depth++;
        first = at;
        if (!is_same_file(at->file->name, path))
            continue;
        loader_report(loader, MISTAKE_USE_CIRCLE, position,
                      arena_print(loader->arena, "%s uses it already", place_of(loader, at)),
                      "`use` goes round in a circle: %s", path);
        return false;
    }
    if (depth <= FRAGMENT_DEPTH_MAX)
        return true;
    loader_report(
        loader, MISTAKE_USE_DEPTH, position,
        arena_print(loader->arena, "the first of them is used by %s", place_of(loader, first)),
        "more than %d fragments inside one another", FRAGMENT_DEPTH_MAX);
    return false;
}

static const struct fragment_input *find_input(const struct fragment *fragment, const char *name)
{
    for (size_t i = 0; i < fragment->input_count; i++)
        if (strcmp(fragment->inputs[i].name, name) == 0)
            return &fragment->inputs[i];
    return NULL;
}

static const char *input_hint(struct loader *loader, const struct fragment *fragment,
                              const char *name)
{
    const char **names = arena_allocate(loader->arena, fragment->input_count + 1, sizeof *names);
    for (size_t i = 0; i < fragment->input_count; i++)
        names[i] = fragment->inputs[i].name;
    const char *nearest = mistake_nearest(name, names, fragment->input_count);
    return nearest != NULL ? arena_print(loader->arena, "did you mean `%s`?", nearest) : NULL;
}

/* What is written here is of the input's type; what variables hold is seen when it is run. */
static void check_type(struct loader *loader, const struct fragment_input *input,
                       const struct pair *pair, const struct yaml_node *value)
{
    static const char *const words[] = {
#define X(name, word) word,
        INPUT_TABLE(X)
#undef X
    };
    if (value->kind != YAML_SCALAR || pair->value == NULL || !template_is_constant(pair->value))
        return;
    enum yaml_type type = yaml_type(value);
    enum input_type given = type == YAML_TEXT                         ? INPUT_STRING
                            : type == YAML_TRUE || type == YAML_FALSE ? INPUT_BOOLEAN
                                                                      : INPUT_NUMBER;
    if (given != input->type)
        loader_report(loader, MISTAKE_VALUE_TYPE, value->position,
                      input->type == INPUT_STRING
                          ? arena_print(loader->arena, "in quotes it is text: \"%s\"", value->text)
                          : NULL,
                      "the input `%s` is a %s, not a %s", input->name, words[input->type],
                      words[given]);
}

static void check_inputs(struct loader *loader, const struct yaml_node *node,
                         const struct fragment_use *use, const struct fragment *fragment)
{
    const struct yaml_node *with = yaml_find(node, "with");
    for (size_t i = 0; i < use->input_count; i++) {
        const struct pair *pair = &use->inputs[i];
        const struct fragment_input *input = find_input(fragment, pair->name);
        if (input != NULL)
            check_type(loader, input, pair, yaml_find(with, pair->name));
        else
            loader_report(loader, MISTAKE_NAME_UNDEFINED, pair->position,
                          input_hint(loader, fragment, pair->name),
                          "the fragment `%s` has no input `%s`", fragment->name, pair->name);
    }
    for (size_t i = 0; i < fragment->input_count; i++)
        if (with == NULL || yaml_find(with, fragment->inputs[i].name) == NULL)
            loader_report(loader, MISTAKE_KEY_MISSING, node->position,
                          arena_print(loader->arena, "add it under `with`"),
                          "the fragment `%s` needs the input `%s`", fragment->name,
                          fragment->inputs[i].name);
}

/* What the fragment uses counts as used here, and was checked there. */
static void take_uses(struct loader *loader, const struct loader *inner)
{
    for (size_t i = 0; i < inner->use_count; i++) {
        arena_grow(loader->file->tree, loader->uses, loader->use_count);
        loader->uses[loader->use_count] = inner->uses[i];
        loader->uses[loader->use_count++].is_elsewhere = true;
    }
}

/* True when it is one that can be used; its steps are there in any case. */
static bool read_fragment(struct loader *inner, struct fragment *fragment)
{
    size_t errors = inner->mistakes->errors;
    if (loader_is_other_kind(inner, LANGUAGE_IN_FRAGMENT, LANGUAGE_IN_SCENARIO) ||
        loader_is_other_kind(inner, LANGUAGE_IN_FRAGMENT, LANGUAGE_IN_SHOP))
        return false;
    loader_object(inner, LANGUAGE_IN_FRAGMENT, inner->file->root, fragment);
    scenario_check_fragment(inner, fragment);
    return inner->mistakes->errors == errors;
}

/* False after reporting, where it is used, that there is no such file. */
static bool is_there(struct loader *loader, const char *path, struct position position)
{
    const char *longer = arena_print(loader->arena, "%s.yaml", path);
    struct stat facts;
    bool is_found = stat(path, &facts) == 0 && access(path, R_OK) == 0;
    const char *problem = is_found ? "a pipe, not a file" : strerror(errno);
    if (is_found && !S_ISFIFO(facts.st_mode))
        return true;
    loader_report(loader, MISTAKE_FILE_UNREADABLE, position,
                  access(longer, R_OK) == 0
                      ? arena_print(loader->arena, "did you mean `%s`?", longer)
                      : "a path starts where this file is",
                  "%s: %s", path, problem);
    return false;
}

static void use_fragment(struct loader *loader, const struct yaml_node *node,
                         struct fragment_use *use, struct step_list *list)
{
    const char *path = loader_beside(loader->arena, loader->file->name, use->path);
    struct position position = yaml_find(node, "use")->position;
    if (!may_use(loader, path, position) || !is_there(loader, path, position))
        return;
    struct yaml_file *file = yaml_read(loader->arena, path, loader->mistakes);
    if (file == NULL)
        return;
    struct fragment *fragment = arena_allocate(loader->arena, 1, sizeof *fragment);
    struct loader inner = {.arena = loader->arena,
                           .file = file,
                           .mistakes = loader->mistakes,
                           .outer = loader,
                           .use = use};
    use->fragment = fragment;
    if (read_fragment(&inner, fragment))
        check_inputs(loader, node, use, fragment);
    take_uses(loader, &inner);
    loader_close(&inner);
    const char *prefix = use->name != NULL ? use->name : fragment->name;
    for (size_t i = 0; i < fragment->step_count; i++) {
        struct step *step = &fragment->steps[i];
        if (step->name != NULL && prefix != NULL)
            step->name = arena_print(loader->arena, "%s / %s", prefix, step->name);
        add_step(loader, list, step);
    }
}

static void load_use(struct loader *loader, const struct yaml_node *node, struct step_list *list)
{
    struct fragment_use *use = arena_allocate(loader->arena, 1, sizeof *use);
    struct loader *root = loader;
    loader_object(loader, LANGUAGE_IN_USE, node, use);
    use->outer = loader->use;
    while (root->outer != NULL)
        root = root->outer;
    arena_grow(root->arena, root->fragment_uses, root->fragment_use_count);
    root->fragment_uses[root->fragment_use_count++] = use;
    if (use->path != NULL)
        use_fragment(loader, node, use, list);
}

static void load_step(struct loader *loader, const struct yaml_node *node, struct step_list *list)
{
    struct step step = {0};
    loader_object(loader, LANGUAGE_IN_STEP, node, &step);
    step.position = node->position;
    step.source = loader->file;
    step.node = node;
    step.use = loader->use;
    add_step(loader, list, &step);
}

void loader_steps(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct step_list list = {0};
    /* The `- ` of a single step is forgotten: what is wrong in it is told all the same. */
    bool is_one = node->kind == YAML_MAPPING && yaml_find(node, "step") != NULL;
    if (!loader_is_list(loader, key, node) && !is_one)
        return;
    loader->cleanup =
        key->count_offset == offsetof(struct scenario, cleanup_count) && loader->use == NULL;
    for (size_t i = 0; i < (is_one ? 1 : node->count); i++) {
        const struct yaml_node *item = is_one ? node : node->items[i];
        loader->step = list.count + 1;
        if (yaml_find(item, "use") != NULL)
            load_use(loader, item, &list);
        else
            load_step(loader, item, &list);
    }
    if (list.count > SCENARIO_STEPS_MAX)
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position, NULL,
                      "more than %d in `%s`, with those of its fragments", SCENARIO_STEPS_MAX,
                      key->name);
    struct step *steps = arena_allocate(loader->arena, list.count, sizeof *steps);
    if (list.count > 0)
        memcpy(steps, list.steps, list.count * sizeof *steps);
    loader_put_list(loader, key, target, steps, list.count, sizeof *steps);
    loader->step = 0;
    loader->cleanup = false;
}
