/* SPDX-License-Identifier: MIT */
/* See statuspage_server.h. */
#include "tests/unit/statuspage_server.h"

#include "monitor/base/clock.h"
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CHARACTERS = 255, BODY_CHARACTERS = 25000, LIST_MAX = 100 };

/* It is part of a program without Check, too. */
static void must(bool what)
{
    if (!what)
        abort();
}

/* What came, and where it goes: `/v1/pages/ID` is cut off already. */
struct call {
    struct statuspage_server *server;
    enum evhttp_cmd_type method;
    const char *path, *id;
    struct evkeyvalq query;
    const json_t *body;
    bool struck; /* the test has something else in mind for it */
    int status;
    json_t *answer;
};

static bool is_one_of(const char *word, const char *const *words)
{
    for (; word != NULL && *words != NULL; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static json_t *error_answer(const char *text)
{
    return json_pack("{s:[s]}", "error", text);
}

static void refuse(struct call *call, int status, const char *text)
{
    call->status = status;
    json_decref(call->answer);
    call->answer = error_answer(text);
}

/* For a request that the documentation does not allow. */
static void object_to(struct call *call, int status, const char *text)
{
    if (call->server->wrong[0] == '\0')
        snprintf(call->server->wrong, sizeof call->server->wrong, "%s: %s", call->path, text);
    refuse(call, status, text);
}

/* --- what an incident may hold -----------------------------------------------------------------
 */

static const char *check_name(const struct statuspage_server *server, const json_t *value)
{
    (void)server;
    if (!json_is_string(value) || json_string_length(value) == 0)
        return "Name can't be blank";
    return utf8_characters(json_string_value(value), json_string_length(value)) > NAME_CHARACTERS
               ? "Name is too long (maximum is 255 characters)"
               : NULL;
}

static const char *check_status(const struct statuspage_server *server, const json_t *value)
{
    static const char *const words[] = {"investigating", "identified", "monitoring", "resolved",
                                        NULL};
    (void)server;
    return is_one_of(json_string_value(value), words) ? NULL : "Status is invalid";
}

static const char *check_body(const struct statuspage_server *server, const json_t *value)
{
    (void)server;
    return !json_is_string(value) || utf8_characters(json_string_value(value),
                                                     json_string_length(value)) > BODY_CHARACTERS
               ? "Body is invalid"
               : NULL;
}

static const char *check_states(const struct statuspage_server *server, const json_t *value)
{
    static const char *const words[] = {"operational",
                                        "under_maintenance",
                                        "degraded_performance",
                                        "partial_outage",
                                        "major_outage",
                                        "",
                                        NULL};
    const char *id;
    json_t *state;
    if (!json_is_object(value))
        return "Components is invalid";
    json_object_foreach((json_t *)value, id, state)
    {
        if (json_object_get(server->components, id) == NULL)
            return "Component is not found";
        if (!is_one_of(json_string_value(state), words))
            return "Component status is invalid";
    }
    return NULL;
}

static const char *check_ids(const struct statuspage_server *server, const json_t *value)
{
    size_t n;
    json_t *id;
    if (!json_is_array(value))
        return "Component ids is invalid";
    json_array_foreach(value, n, id)
    {
        if (!json_is_string(id) ||
            json_object_get(server->components, json_string_value(id)) == NULL)
            return "Component is not found";
    }
    return NULL;
}

static const char *check_metadata(const struct statuspage_server *server, const json_t *value)
{
    const char *key;
    json_t *item;
    (void)server;
    if (!json_is_object(value))
        return "Metadata is invalid";
    json_object_foreach((json_t *)value, key, item)
    {
        if (!json_is_object(item))
            return "Metadata top level values must be objects";
    }
    return NULL;
}

static const char *check_flag(const struct statuspage_server *server, const json_t *value)
{
    (void)server;
    return json_is_boolean(value) ? NULL : "Deliver notifications is invalid";
}

static const struct {
    const char *key;
    const char *(*check)(const struct statuspage_server *server, const json_t *value);
} members[] = {
    {"name", check_name},
    {"status", check_status},
    {"body", check_body},
    {"components", check_states},
    {"component_ids", check_ids},
    {"metadata", check_metadata},
    {"deliver_notifications", check_flag},
};

static const char *check_incident(const struct statuspage_server *server, const json_t *incident)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)incident, key, value)
    {
        size_t n = 0;
        while (n < COUNT_OF(members) && strcmp(members[n].key, key) != 0)
            n++;
        if (n == COUNT_OF(members))
            return "an attribute that is not documented";
        const char *problem = members[n].check(server, value);
        if (problem != NULL)
            return problem;
    }
    return NULL;
}

/* --- what it does ------------------------------------------------------------------------------
 */

static json_t *now_text(void)
{
    char text[WALL_TEXT_MAX];
    return json_string(wall_print(clock_wall(), text));
}

static json_t *new_id(struct statuspage_server *server, const char *kind)
{
    char text[20];
    snprintf(text, sizeof text, "%s%07u", kind, ++server->numbers);
    return json_string(text);
}

static json_t *state_list(const struct statuspage_server *server, const json_t *ids)
{
    json_t *list = json_array(), *id;
    size_t n;
    json_array_foreach(ids, n, id)
    {
        const char *name = json_string_value(id);
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "id", name, "name", name, "status",
                                              statuspage_server_component(server, name)));
    }
    return list;
}

static void apply(struct statuspage_server *server, json_t *incident, const json_t *wanted)
{
    const char *status = json_string_value(json_object_get(wanted, "status"));
    static const char *const kept[] = {"name", "status", "metadata", NULL};
    json_t *updates = json_object_get(incident, "incident_updates");
    json_t *ids = json_object_get(wanted, "component_ids");
    json_object_update(server->components, json_object_get(wanted, "components"));
    for (size_t i = 0; kept[i] != NULL; i++)
        if (json_object_get(wanted, kept[i]) != NULL)
            json_object_set(incident, kept[i], json_object_get(wanted, kept[i]));
    if (ids != NULL)
        json_object_set_new(incident, "components", state_list(server, ids));
    json_object_set_new(incident, "updated_at", now_text());
    json_object_set_new(incident, "resolved_at",
                        status != NULL && strcmp(status, "resolved") == 0 ? now_text()
                                                                          : json_null());
    if (json_object_get(wanted, "body") == NULL && status == NULL)
        return;
    json_array_insert_new(updates, 0,
                          json_pack("{s:o,s:O,s:O?,s:O?}", "id", new_id(server, "u"), "status",
                                    json_object_get(incident, "status"), "body",
                                    json_object_get(wanted, "body"), "deliver_notifications",
                                    json_object_get(wanted, "deliver_notifications")));
}

static json_t *create(struct statuspage_server *server, const json_t *wanted)
{
    json_t *incident =
        json_pack("{s:o,s:s,s:s,s:o,s:s,s:{},s:[],s:[]}", "id", new_id(server, "i"), "page_id",
                  STATUSPAGE_SERVER_PAGE, "status", "investigating", "created_at", now_text(),
                  "impact", "none", "metadata", "components", "incident_updates");
    apply(server, incident, wanted);
    json_array_insert_new(server->incidents, 0, incident);
    return incident;
}

static long number_of(struct call *call, const char *name, long missing)
{
    const char *text = evhttp_find_header(&call->query, name);
    long number = text != NULL ? strtol(text, NULL, 10) : missing;
    return number > 0 ? number : missing;
}

static void list(struct call *call, const json_t *items, const char *limit_name)
{
    size_t limit = (size_t)number_of(call, limit_name, LIST_MAX);
    size_t from = (size_t)(number_of(call, "page", 1) - 1) * limit;
    call->server->reads++;
    if (limit > LIST_MAX || evhttp_find_header(&call->query, limit_name) == NULL) {
        object_to(call, 400, "a list is asked for by pages of 100 at most");
        return;
    }
    call->status = 200;
    call->answer = json_array();
    for (size_t n = from; n < from + limit && n < json_array_size(items); n++)
        json_array_append(call->answer, json_array_get(items, n));
}

static void list_incidents(struct call *call)
{
    list(call, call->server->incidents, "limit");
}

static void list_keys(struct call *call, json_t *object)
{
    const char *id;
    json_t *value, *items = json_array();
    json_object_foreach(object, id, value)
    {
        json_t *item = json_pack("{s:s,s:s}", "id", id, "name", id);
        if (json_is_string(value))
            json_object_set(item, "status", value);
        json_array_append_new(items, item);
    }
    list(call, items, "per_page");
    json_decref(items);
}

static void list_components(struct call *call)
{
    list_keys(call, call->server->components);
}

static void list_metrics(struct call *call)
{
    list_keys(call, call->server->points);
}

static const json_t *wanted_incident(struct call *call)
{
    const json_t *wanted = json_object_get(call->body, "incident");
    const char *problem = NULL;
    if (!json_is_object(wanted) || json_object_size(call->body) != 1)
        problem = "incident is missing";
    else
        problem = check_incident(call->server, wanted);
    if (problem != NULL)
        object_to(call, 422, problem);
    return problem == NULL ? wanted : NULL;
}

static void create_incident(struct call *call)
{
    const json_t *wanted = wanted_incident(call);
    if (wanted == NULL)
        return;
    if (json_object_get(wanted, "name") == NULL) {
        object_to(call, 422, "Name can't be blank");
        return;
    }
    call->server->posts++;
    call->status = 201;
    call->answer = json_incref(create(call->server, wanted));
}

static void update_incident(struct call *call)
{
    const json_t *wanted = wanted_incident(call);
    size_t n;
    json_t *incident;
    if (wanted == NULL)
        return;
    json_array_foreach(call->server->incidents, n, incident)
    {
        if (strcmp(json_string_value(json_object_get(incident, "id")), call->id) != 0)
            continue;
        call->server->patches++;
        apply(call->server, incident, wanted);
        call->status = 200;
        call->answer = json_incref(incident);
        return;
    }
    refuse(call, 404, "Not found");
}

static void update_component(struct call *call)
{
    const json_t *component = json_object_get(call->body, "component");
    json_t *status = json_object_get(component, "status");
    json_t *wanted = json_pack("{s:O?}", call->id, status);
    const char *problem = json_object_size(component) == 1 ? NULL : "status is missing";
    if (json_object_get(call->server->components, call->id) == NULL) {
        refuse(call, 404, "Not found");
    } else if (problem != NULL || (problem = check_states(call->server, wanted)) != NULL) {
        object_to(call, 422, problem);
    } else {
        call->server->component_patches++;
        json_object_update(call->server->components, wanted);
        call->status = 200;
        call->answer =
            json_pack("{s:s,s:s,s:O}", "id", call->id, "name", call->id, "status", status);
    }
    json_decref(wanted);
}

static void add_points(struct call *call)
{
    const char *id;
    json_t *given, *data = json_object_get(call->body, "data");
    if (!json_is_object(data) || json_object_size(call->body) != 1) {
        object_to(call, 422, "data is missing");
        return;
    }
    json_object_foreach(data, id, given)
    {
        json_t *points = json_object_get(call->server->points, id), *point;
        size_t n;
        if (points == NULL) {
            refuse(call, 404, "Metric not found");
            return;
        }
        json_array_foreach(given, n, point)
        {
            if (!json_is_integer(json_object_get(point, "timestamp")) ||
                !json_is_number(json_object_get(point, "value"))) {
                object_to(call, 422, "a point is a timestamp and a value");
                return;
            }
            json_array_append(points, point);
        }
    }
    call->server->point_posts++;
    call->status = 202;
    call->answer = json_incref(data);
}

/* --- who is asked for what ---------------------------------------------------------------------
 */

static const struct {
    enum evhttp_cmd_type method;
    const char *path; /* one that ends with `/` has an id behind it */
    void (*serve)(struct call *call);
} routes[] = {
    {EVHTTP_REQ_GET, "/incidents", list_incidents},
    {EVHTTP_REQ_POST, "/incidents", create_incident},
    {EVHTTP_REQ_PATCH, "/incidents/", update_incident},
    {EVHTTP_REQ_GET, "/components", list_components},
    {EVHTTP_REQ_PATCH, "/components/", update_component},
    {EVHTTP_REQ_GET, "/metrics", list_metrics},
    {EVHTTP_REQ_POST, "/metrics/data", add_points},
};

static bool is_route(size_t n, const struct call *call)
{
    size_t length = strlen(routes[n].path);
    if (routes[n].method != call->method)
        return false;
    if (routes[n].path[length - 1] != '/')
        return strcmp(routes[n].path, call->path) == 0;
    return strncmp(routes[n].path, call->path, length) == 0 &&
           strchr(call->path + length, '/') == NULL;
}

static const char *header(struct evhttp_request *request, const char *name)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
    return value != NULL ? value : "";
}

static void serve(struct call *call, struct evhttp_request *request)
{
    static const char pages[] = "/v1/pages/" STATUSPAGE_SERVER_PAGE;
    char key[STATUSPAGE_SERVER_TEXT_MAX];
    struct statuspage_server *server = call->server;
    snprintf(key, sizeof key, "OAuth %s", server->key);
    if (call->struck && server->status != 0) {
        refuse(call, server->status, "as it was told to");
    } else if (strcmp(header(request, "Authorization"), key) != 0) {
        refuse(call, 401, "Could not authenticate");
    } else if (strncmp(call->path, pages, strlen(pages)) != 0) {
        refuse(call, 404, "Not found");
    } else if (call->method != EVHTTP_REQ_GET &&
               strncmp(header(request, "Content-Type"), "application/json", 16) != 0) {
        object_to(call, 415, "a body is JSON, and says so");
    } else {
        size_t n = 0;
        call->path += strlen(pages);
        while (n < COUNT_OF(routes) && !is_route(n, call))
            n++;
        if (n == COUNT_OF(routes)) {
            object_to(call, 404, "Not found");
            return;
        }
        call->id = call->path + strlen(routes[n].path);
        routes[n].serve(call);
    }
}

static bool is_struck(struct statuspage_server *server, enum evhttp_cmd_type method)
{
    static const struct {
        enum evhttp_cmd_type type;
        const char *name;
    } methods[] = {{EVHTTP_REQ_GET, "GET"}, {EVHTTP_REQ_POST, "POST"}, {EVHTTP_REQ_PATCH, "PATCH"}};
    size_t n = 0;
    while (n < COUNT_OF(methods) && methods[n].type != method)
        n++;
    if (server->times == 0 || n == COUNT_OF(methods) ||
        (server->method != NULL && strcmp(server->method, methods[n].name) != 0))
        return false;
    server->times--;
    return true;
}

static void send_answer(struct evhttp_request *request, const struct call *call)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *output = evbuffer_new();
    char *text = json_dumps(call->answer, JSON_COMPACT);
    evbuffer_add(output, text, strlen(text));
    free(text);
    evhttp_add_header(headers, "Content-Type", "application/json; charset=utf-8");
    if (call->server->retry_after != NULL && call->status >= 420)
        evhttp_add_header(headers, "Retry-After", call->server->retry_after);
    evhttp_send_reply(request, call->status, NULL, output);
    evbuffer_free(output);
}

static void leave_unanswered(struct statuspage_server *server, struct evhttp_request *request)
{
    must(server->unanswered_count < STATUSPAGE_SERVER_UNANSWERED_MAX);
    server->unanswered[server->unanswered_count++] = request;
}

static void came(struct evhttp_request *request, void *data)
{
    struct statuspage_server *server = data;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(input);
    json_t *body = json_loadb((char *)evbuffer_pullup(input, -1), length, 0, NULL);
    struct call call = {
        .server = server,
        .method = evhttp_request_get_command(request),
        .path = evhttp_uri_get_path(uri),
        .body = body,
    };
    const char *query = evhttp_uri_get_query(uri);
    call.struck = is_struck(server, call.method);
    evhttp_parse_query_str(query != NULL ? query : "", &call.query);
    serve(&call, request);
    evhttp_clear_headers(&call.query);
    json_decref(body);
    if (!call.struck || server->status != 0)
        send_answer(request, &call);
    else
        leave_unanswered(server, request);
    json_decref(call.answer);
}

/* --- for the tests -----------------------------------------------------------------------------
 */

void statuspage_server_open(struct statuspage_server *server, struct loop *loop)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    *server = (struct statuspage_server){.key = STATUSPAGE_SERVER_KEY};
    server->incidents = json_array();
    server->components =
        json_pack("{s:s,s:s,s:s}", "c1", "operational", "c2", "operational", "c3", "operational");
    server->points = json_pack("{s:[],s:[]}", "m1", "m2");
    server->http = evhttp_new(loop_base(loop));
    evhttp_set_allowed_methods(server->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PATCH |
                                                 EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE);
    evhttp_set_gencb(server->http, came, server);
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(server->http, "127.0.0.1", 0);
    must(bound != NULL);
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&own, &size);
    server->port = ntohs(own.sin_port);
}

void statuspage_server_close(struct statuspage_server *server)
{
    /* Those whose connections are gone are nobody's but ours. */
    for (unsigned i = 0; i < server->unanswered_count; i++)
        if (evhttp_request_get_connection(server->unanswered[i]) == NULL)
            evhttp_request_free(server->unanswered[i]);
    if (server->http != NULL)
        evhttp_free(server->http);
    json_decref(server->incidents);
    json_decref(server->components);
    json_decref(server->points);
    *server = (struct statuspage_server){0};
}

void statuspage_server_add(struct statuspage_server *server, const char *name)
{
    json_t *wanted = json_pack("{s:s,s:s,s:{s:{s:s}}}", "name", name, "body", "by hand", "metadata",
                               "somebody", "else", "here");
    create(server, wanted);
    json_decref(wanted);
}

const char *statuspage_server_text(const struct statuspage_server *server, size_t n,
                                   const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_array_get(server->incidents, n), key));
    return text != NULL ? text : "";
}

const char *statuspage_server_update(const struct statuspage_server *server, size_t n,
                                     size_t update)
{
    const json_t *updates =
        json_object_get(json_array_get(server->incidents, n), "incident_updates");
    const char *text = json_string_value(json_object_get(json_array_get(updates, update), "body"));
    return text != NULL ? text : "";
}

const char *statuspage_server_component(const struct statuspage_server *server, const char *id)
{
    const char *text = json_string_value(json_object_get(server->components, id));
    return text != NULL ? text : "";
}
