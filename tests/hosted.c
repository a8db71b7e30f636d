/* SPDX-License-Identifier: MIT */
/*
 * hosted PORT-FILE: the server with the interface of Atlassian Statuspage
 * (unit/statuspage_server.h) as a program. `/state` tells what stands there, and what was not as
 * documented.
 */
#include "tests/unit/statuspage_server.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell_state(struct evhttp_request *request, void *data)
{
    const struct statuspage_server *server = data;
    struct evbuffer *output = evbuffer_new();
    json_t *state = json_pack("{s:O,s:O,s:O,s:s,s:i}", "incidents", server->incidents, "components",
                              server->components, "points", server->points, "wrong", server->wrong,
                              "posts", (int)server->posts);
    char *text = json_dumps(state, JSON_COMPACT);
    evbuffer_add(output, text, strlen(text));
    evhttp_send_reply(request, 200, "OK", output);
    evbuffer_free(output);
    free(text);
    json_decref(state);
}

int main(int argc, char **argv)
{
    static struct statuspage_server server;
    struct loop *loop = loop_create();
    FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: hosted PORT-FILE\n");
        return 2;
    }
    statuspage_server_open(&server, loop);
    evhttp_set_cb(server.http, "/state", tell_state, &server);
    fprintf(file, "%u\n", server.port);
    fclose(file);
    loop_run(loop);
    statuspage_server_close(&server);
    loop_free(loop);
    return 0;
}
