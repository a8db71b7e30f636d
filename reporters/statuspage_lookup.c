/* SPDX-License-Identifier: MIT */
/* See statuspage_lookup.h. Lists come in pages of a hundred, incidents newest first. */
#include "reporters/statuspage_lookup.h"

#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 20, PATH_LENGTH = 200 };

/* Their clock and ours. */
#define SLACK DURATION_DAY

struct statuspage_lookup {
    struct statuspage_line *line;
    unsigned page;
    void *data;
    const struct incident *incident; /* NULL: ids are looked for */
    statuspage_found *found;
    const char *path;
    const char *const *ids;
    bool *seen;
    size_t count;
    statuspage_checked *checked;
};

json_t *statuspage_metadata(const struct incident *incident, const char *told)
{
    json_t *metadata = json_object(), *ours = json_object();
    json_put_text(ours, "incident", incident->id);
    json_put_integer(ours, "version", incident->version);
    json_put_text(ours, "told", told);
    json_object_set_new(metadata, "shopwatch", ours);
    return metadata;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool read_posted(const json_t *item, const struct incident *incident,
                        struct statuspage_posted *posted)
{
    const json_t *ours = json_object_get(json_object_get(item, "metadata"), "shopwatch");
    const char *status = text_of(item, "status");
    if (strcmp(text_of(ours, "incident"), incident->id) != 0 || text_of(item, "id")[0] == '\0')
        return false;
    snprintf(posted->id, sizeof posted->id, "%s", text_of(item, "id"));
    snprintf(posted->told, sizeof posted->told, "%s", text_of(ours, "told"));
    posted->version = (unsigned)json_get_integer(ours, "version");
    posted->resolved = strcmp(status, "resolved") == 0 || strcmp(status, "postmortem") == 0;
    return true;
}

/* No page after this one can have it: it is the last, or is of before it. */
static bool is_past(const struct statuspage_lookup *lookup, const json_t *list)
{
    size_t count = json_array_size(list);
    if (count < STATUSPAGE_LIST_MAX || lookup->page >= PAGES_MAX)
        return true;
    struct wall_time created = json_get_wall(json_array_get(list, count - 1), "created_at");
    return lookup->incident != NULL && created.us != 0 &&
           created.us < lookup->incident->opened.us - SLACK;
}

static void ask(struct statuspage_lookup *lookup);

static void incidents_listed(void *data, const struct statuspage_answer *answer)
{
    struct statuspage_lookup *lookup = data;
    struct statuspage_posted posted = {0};
    bool found = false;
    if (answer->outcome != SENDER_TAKEN || !json_is_array(answer->json)) {
        lookup->found(lookup->data, NULL, answer);
        return;
    }
    for (size_t i = 0; i < json_array_size(answer->json) && !found; i++)
        found = read_posted(json_array_get(answer->json, i), lookup->incident, &posted);
    if (found || is_past(lookup, answer->json)) {
        lookup->found(lookup->data, &posted, answer);
        return;
    }
    lookup->page++;
    ask(lookup);
}

static const char *missing_id(const struct statuspage_lookup *lookup)
{
    for (size_t i = 0; i < lookup->count; i++)
        if (!lookup->seen[i])
            return lookup->ids[i];
    return NULL;
}

static void ids_listed(void *data, const struct statuspage_answer *answer)
{
    struct statuspage_lookup *lookup = data;
    if (answer->outcome != SENDER_TAKEN || !json_is_array(answer->json)) {
        lookup->checked(lookup->data, NULL, answer);
        return;
    }
    for (size_t i = 0; i < json_array_size(answer->json); i++)
        for (size_t n = 0; n < lookup->count; n++)
            lookup->seen[n] |=
                strcmp(text_of(json_array_get(answer->json, i), "id"), lookup->ids[n]) == 0;
    if (missing_id(lookup) == NULL || is_past(lookup, answer->json)) {
        lookup->checked(lookup->data, missing_id(lookup), answer);
        return;
    }
    lookup->page++;
    ask(lookup);
}

static void ask(struct statuspage_lookup *lookup)
{
    char path[PATH_LENGTH];
    bool incidents = lookup->incident != NULL;
    snprintf(path, sizeof path, "%s?page=%u&%s=%d", incidents ? "/incidents" : lookup->path,
             lookup->page, incidents ? "limit" : "per_page", STATUSPAGE_LIST_MAX);
    statuspage_call(lookup->line, "GET", path, NULL, incidents ? incidents_listed : ids_listed,
                    lookup);
}

void statuspage_lookup_incident(struct statuspage_lookup *lookup, const struct incident *incident,
                                statuspage_found *done, void *data)
{
    lookup->incident = incident;
    lookup->found = done;
    lookup->data = data;
    lookup->page = 1;
    ask(lookup);
}

void statuspage_lookup_ids(struct statuspage_lookup *lookup, const char *path,
                           const char *const *ids, size_t count, statuspage_checked *done,
                           void *data)
{
    free(lookup->seen);
    lookup->seen = memory_allocate(count + 1, sizeof *lookup->seen);
    lookup->incident = NULL;
    lookup->path = path;
    lookup->ids = ids;
    lookup->count = count;
    lookup->checked = done;
    lookup->data = data;
    lookup->page = 1;
    ask(lookup);
}

struct statuspage_lookup *statuspage_lookup_open(struct statuspage_client *client)
{
    struct statuspage_lookup *lookup = memory_allocate(1, sizeof *lookup);
    lookup->line = statuspage_line_open(client);
    return lookup;
}

void statuspage_lookup_close(struct statuspage_lookup *lookup)
{
    if (lookup == NULL)
        return;
    statuspage_line_close(lookup->line);
    free(lookup->seen);
    free(lookup);
}
