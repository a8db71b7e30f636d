/* SPDX-License-Identifier: MIT */
/* Values of which requests are made: GraphQL documents, files, parts of a form. See loader.h. */
#include "scenarios/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A map is the URL's parameters, text is what `graphql` asks. */
void loader_query(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct step *step = target;
    struct language_key document = *key;
    if (node->kind != YAML_SCALAR || loader_is_empty(node)) {
        loader_pairs(loader, key, node, target);
        return;
    }
    document.format = LANGUAGE_FORMAT_ANY;
    document.offset = (size_t)((char *)&step->document - (char *)step);
    loader_template(loader, &document, node, target);
}

void loader_graphql(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    struct step *step = target;
    step->is_graphql = true;
    if (node->kind == YAML_MAPPING)
        loader_report_type(loader, node, language_type_text(key->type),
                           "the address stands here, and beside it `query` and `variables`");
    else
        loader_request(loader, key, node, target);
}

/* RESULT_IO with errno, or RESULT_LIMIT. */
static enum result read_whole(struct loader *loader, struct upload *upload)
{
    struct stat facts;
    /* A pipe would hang whoever opens it. */
    int descriptor = open(upload->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return RESULT_IO;
    enum result result = fstat(descriptor, &facts) == 0 ? RESULT_OK : RESULT_IO;
    if (result == RESULT_OK && !S_ISREG(facts.st_mode)) {
        errno = S_ISDIR(facts.st_mode) ? EISDIR : EINVAL;
        result = RESULT_IO;
    }
    if (result == RESULT_OK && facts.st_size > SCENARIO_UPLOAD_MAX)
        result = RESULT_LIMIT;
    if (result == RESULT_OK) {
        size_t size = (size_t)facts.st_size;
        char *bytes = arena_allocate(loader->arena, size + 1, 1);
        ssize_t got = 1;
        while (upload->length < size && got > 0) {
            got = read(descriptor, bytes + upload->length, size - upload->length);
            upload->length += got > 0 ? (size_t)got : 0;
        }
        upload->bytes = bytes;
        result = got < 0 ? RESULT_IO : RESULT_OK;
    }
    int error = errno;
    close(descriptor);
    errno = error;
    return result;
}

void loader_file(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    const char *path = loader_text(loader, key->format, node);
    if (path == NULL)
        return;
    struct upload *upload = arena_allocate(loader->arena, 1, sizeof *upload);
    upload->path = loader_beside(loader->arena, loader->file->name, path);
    enum result result = read_whole(loader, upload);
    if (result == RESULT_LIMIT)
        loader_report(loader, MISTAKE_FILE_SIZE, node->position, NULL,
                      "%s is larger than %d bytes, which is the limit", upload->path,
                      SCENARIO_UPLOAD_MAX);
    else if (result != RESULT_OK)
        loader_report(loader, MISTAKE_FILE_UNREADABLE, node->position,
                      "paths start where this file is", "%s: %s", upload->path, strerror(errno));
    loader_put(target, key->offset, &upload, sizeof upload);
}

void loader_parts(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct form_part *parts = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *value = yaml_value(node, i);
        struct form_part part = {0};
        if (value->kind == YAML_MAPPING)
            loader_object(loader, key->of, value, &part);
        else
            part.value = loader_pair_value(loader, key, value);
        part.name = loader_pair_name(loader, key, yaml_key(node, i));
        if (part.name == NULL)
            continue;
        arena_grow(loader->arena, parts, count);
        parts[count++] = part;
    }
    loader_put_list(loader, key, target, parts, count, sizeof *parts);
}
