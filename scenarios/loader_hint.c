/* SPDX-License-Identifier: MIT */
/*
 * Hints: how what stands in the file should have been written. Everything here is advice on a
 * mistake that was found elsewhere. See loader.h.
 */
#include "scenarios/foreign.h"
#include "scenarios/loader.h"
#include "scenarios/template.h"
#include "scenarios/template_hint.h"

#include <string.h>
#include <strings.h>

enum { SHOWN_MAX = 100, FOREIGN_MAX = 500 };

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

const char *loader_example(const struct loader *loader)
{
    const struct language_key *key = loader->key;
    if (key == NULL || key->example == NULL)
        return NULL;
    return arena_print(loader->arena, "write:%s%s", strchr(key->example, '\n') != NULL ? "\n" : " ",
                       key->example);
}

const char *loader_written(const struct loader *loader, const struct yaml_node *node)
{
    bool is_quoted = node->kind == YAML_SCALAR &&
                     (node->style == YAML_SINGLE_QUOTED || node->style == YAML_DOUBLE_QUOTED);
    bool is_inline = node->kind == YAML_SCALAR ? node->style != YAML_BLOCK : node->flow;
    size_t start = node->start - is_quoted, length = node->end + is_quoted - start;
    if (!is_inline || length > SHOWN_MAX)
        return NULL;
    const char *text = arena_duplicate_bytes(loader->arena, loader->file->text + start, length);
    return strpbrk(text, "\r\n") == NULL ? text : NULL;
}

/* Behind the key that it is the value of. */
static const char *write_hint(struct loader *loader, const char *text)
{
    const struct language_key *key = loader->key;
    bool is_value = key != NULL && (key->type == LANGUAGE_TEXT || key->type == LANGUAGE_TEMPLATE ||
                                    key->type == LANGUAGE_REQUEST || key->type == LANGUAGE_GRAPHQL);
    return arena_print(loader->arena, "write: %s%s%s", is_value ? key->name : "",
                       is_value ? ": " : "", text);
}

/* `http://` is spoken to this machine and to bare addresses, else `https://`. */
static const char *with_scheme(struct loader *loader, const char *text)
{
    bool is_near = begins(text, "localhost") || strspn(text, "0123456789.:/") == strlen(text);
    text += strspn(text, ":/");
    return write_hint(loader, arena_print(loader->arena, "http%s://%s", is_near ? "" : "s", text));
}

static bool looks_like_host(const char *text)
{
    size_t length = strcspn(text, "/?");
    bool has_dot = memchr(text, '.', length) != NULL;
    bool is_file = length > 5 && strncmp(text + length - 5, ".html", 5) == 0;
    return begins(text, "localhost") || begins(text, "www.") || (has_dot && !is_file && length > 3);
}

/* With each blank as a URL has it. */
static const char *without_blanks(struct loader *loader, const char *text)
{
    char *out = arena_allocate(loader->arena, 3 * strlen(text) + 1, 1);
    for (size_t length = 0; *text != '\0'; text++) {
        if (*text == ' ')
            memcpy(out + length, "%20", 3);
        else
            out[length] = *text;
        length += *text == ' ' ? 3 : 1;
    }
    return out;
}

static const char *request_hint(struct loader *loader, const char *text)
{
    static const char *const methods[] = {
#define X(name, key) key,
        METHOD_TABLE(X)
#undef X
    };
    size_t word = strcspn(text, " ");
    const char *behind = text + word + strspn(text + word, " ");
    const char *braces = begins(text, "{{") ? strstr(text, "}}/") : NULL;
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (*behind != '\0' && strlen(methods[i]) == word &&
            strncasecmp(methods[i], text, word) == 0)
            return arena_print(loader->arena, "the method is the key: `%s: %s`", methods[i],
                               behind);
    if (loader->key != NULL && loader->key->type == LANGUAGE_GRAPHQL &&
        strpbrk(text, "{\n") != NULL)
        return "the address stands here, and what is asked under `query`: graphql: /graphql";
    if (braces != NULL)
        return write_hint(loader, braces + 2);
    if (*behind != '\0')
        return arena_print(loader->arena, "a space in a URL is written: %s",
                           without_blanks(loader, text));
    if (looks_like_host(text) || begins(text, "//"))
        return with_scheme(loader, text);
    return strstr(text, "://") != NULL
               ? NULL
               : write_hint(loader, arena_print(loader->arena, "/%s", text));
}

/* `a and not b` as the list that it is; NULL when it is none. */
static const char *conjunction_hint(struct loader *loader, const char *text)
{
    const char *list = "";
    for (const char *at = text; at != NULL;) {
        const char *word = strstr(at, " and "), *sign = strstr(at, " && ");
        const char *joint = word == NULL || (sign != NULL && sign < word) ? sign : word;
        const char *part =
            joint != NULL ? arena_duplicate_bytes(loader->arena, at, (size_t)(joint - at)) : at;
        if (!loader_has_format(loader, LANGUAGE_FORMAT_CONDITION, part))
            return NULL;
        list = arena_print(loader->arena, "%s%s%s", list, at == text ? "" : ", ", part);
        at = joint != NULL ? strchr(joint + 1, ' ') + 1 : NULL;
    }
    return arena_print(loader->arena, "write: when: [%s]", list);
}

static const char *condition_hint(struct loader *loader, const char *text)
{
    if (strstr(text, " and ") != NULL || strstr(text, " && ") != NULL)
        return conjunction_hint(loader, text);
    if (strstr(text, " or ") != NULL || strstr(text, "||") != NULL)
        return "there is no `or`: make it two steps";
    bool is_not = begins(text, "!") || begins(text, "not ");
    const char *name =
        text + strcspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    if (begins(name, "not "))
        name += strlen("not ");
    size_t length =
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-");
    bool compares = name[length + strspn(name + length, " }")] != '\0';
    if (length == 0)
        return NULL;
    return arena_print(loader->arena, "%swrite: when: %s%.*s",
                       compares ? "it only asks whether a variable has a value; " : "",
                       is_not ? "not " : "", (int)length, name);
}

/* A name without what names cannot hold. */
static const char *name_hint(struct loader *loader, enum language_format format, const char *text)
{
    bool is_digit = *text >= '0' && *text <= '9';
    char *name = arena_print(loader->arena, "%s%s", is_digit ? "_" : "", text);
    for (char *at = name; *at != '\0'; at++)
        if (strchr(" :/.", *at) != NULL)
            *at = format == LANGUAGE_FORMAT_VARIABLE ? '_' : '-';
    return loader_has_format(loader, format, name) ? arena_print(loader->arena, "write: %s", name)
                                                   : NULL;
}

/* `web, db` as a list. */
static const char *list_hint(struct loader *loader, const char *text)
{
    const char *list = "";
    size_t count = 0, length;
    for (const char *at = text; *at != '\0'; at += length + strspn(at + length, ", ")) {
        length = strcspn(at, ", ");
        const char *part = arena_duplicate_bytes(loader->arena, at, length);
        if (++count > LOADER_HINT_MAX ||
            !loader_has_format(loader, LANGUAGE_FORMAT_COMPONENT, part))
            return NULL;
        list = arena_print(loader->arena, "%s%s%s", list, count > 1 ? ", " : "", part);
    }
    return count > 1 ? arena_print(loader->arena, "write: %s: [%s]", loader->key->name, list)
                     : NULL;
}

static const char *listen_hint(struct loader *loader, const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *port = colon != NULL ? colon + 1 : text;
    if (*port == '\0' || port[strspn(port, "0123456789")] != '\0')
        return NULL;
    return write_hint(loader, arena_print(loader->arena, "\"127.0.0.1:%s\"", port));
}

static const char *host_hint(struct loader *loader, const char *text)
{
    const char *scheme = strstr(text, "://");
    const char *start = scheme != NULL ? scheme + 3 : text;
    const char *host = arena_print(loader->arena, "%.*s", (int)strcspn(start, "/ "), start);
    return loader_has_format(loader, LANGUAGE_FORMAT_HOST, host)
               ? arena_print(loader->arena, "write: %s", host)
               : NULL;
}

const char *loader_pairs_hint(struct loader *loader, const char *name, const char *text)
{
    const char *pairs = "";
    size_t count = 0;
    if (strpbrk(text, "\r\n{}[],\"'#") != NULL)
        return NULL;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "&;"), first = strcspn(at, "=:");
        if (first == 0 || first >= length || ++count > LOADER_HINT_MAX)
            return NULL;
        size_t skip = first + 1 + strspn(at + first + 1, " ");
        pairs = arena_print(loader->arena, "%s%s%.*s: %.*s", pairs, *pairs == '\0' ? "" : ", ",
                            (int)first, at, (int)(length - skip), at + skip);
        at += length + strspn(at + length, "&; ");
    }
    return *pairs != '\0' ? arena_print(loader->arena, "write: %s: {%s}", name, pairs) : NULL;
}

const char *loader_format_hint(struct loader *loader, enum language_format format, const char *text)
{
    switch (format) {
    case LANGUAGE_FORMAT_REQUEST:
        return request_hint(loader, text);
    case LANGUAGE_FORMAT_URL:
    case LANGUAGE_FORMAT_BASE:
        return strstr(text, "://") == NULL ? with_scheme(loader, text) : NULL;
    case LANGUAGE_FORMAT_CONDITION:
        return condition_hint(loader, text);
    case LANGUAGE_FORMAT_VARIABLE:
    case LANGUAGE_FORMAT_NAME:
        return name_hint(loader, format, text);
    case LANGUAGE_FORMAT_COMPONENT:
        return list_hint(loader, text);
    case LANGUAGE_FORMAT_STORE:
        return strchr(text, ':') == NULL
                   ? write_hint(loader, arena_print(loader->arena, "sqlite:%s", text))
                   : NULL;
    case LANGUAGE_FORMAT_LISTEN:
        return listen_hint(loader, text);
    case LANGUAGE_FORMAT_HOST:
        return host_hint(loader, text);
    case LANGUAGE_FORMAT_PROXY:
        return strstr(text, "://") == NULL
                   ? write_hint(loader, arena_print(loader->arena, "http://%s", text))
                   : NULL;
    default:
        return NULL;
    }
}

const char *loader_method_hint(struct loader *loader, const struct yaml_node *map)
{
    static const char *const urls[] = {"url", "uri", "path", "endpoint", "href"};
    const struct yaml_node *method = yaml_find(map, "method"), *url = NULL;
    const struct language_key *key = NULL;
    const struct language_table *table = language_table(LANGUAGE_IN_STEP);
    for (size_t i = 0; i < COUNT_OF(urls) && url == NULL; i++)
        url = yaml_find(map, urls[i]);
    if (url == NULL || url->kind != YAML_SCALAR)
        return NULL;
    for (size_t i = 0; i < table->key_count && key == NULL; i++) {
        bool is_get = method == NULL && table->keys[i].type == LANGUAGE_REQUEST;
        bool is_same = method != NULL && method->kind == YAML_SCALAR &&
                       foreign_is_same(table->keys[i].name, method->text);
        key = is_get || is_same ? &table->keys[i] : NULL;
    }
    return key != NULL
               ? arena_print(loader->arena, "the method is the key: `%s: %s`", key->name, url->text)
               : NULL;
}

void loader_find_foreign(struct loader *loader, const struct yaml_node *node, bool is_document)
{
    struct foreign_variable variable;
    for (size_t from = 0;
         loader->foreign_count < FOREIGN_MAX &&
         template_find_foreign(loader->arena, node->text, from, is_document, &variable);
         from = variable.offset + 1) {
        arena_grow(loader->arena, loader->foreign, loader->foreign_count);
        loader->foreign[loader->foreign_count++] =
            (struct foreign_use){variable, yaml_position(loader->file, node, variable.offset)};
    }
}
