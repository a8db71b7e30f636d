/* SPDX-License-Identifier: MIT */
/* Symptoms as text and back. See symptom.h. */
#include "monitor/record/symptom.h"

#include <string.h>

static const struct {
    enum symptom_layer layer;
    const char *code, *sentence;
} symptoms[SYMPTOM_COUNT] = {
#define X(name, layer, code, sentence) {SYMPTOM_LAYER_##layer, code, sentence},
    SYMPTOM_TABLE(X)
#undef X
};

const char *symptom_code(enum symptom symptom)
{
    return symptoms[symptom].code;
}

const char *symptom_sentence(enum symptom symptom)
{
    return symptoms[symptom].sentence;
}

enum symptom_layer symptom_layer(enum symptom symptom)
{
    return symptoms[symptom].layer;
}

bool symptom_is_cut_off(enum symptom symptom)
{
    return symptom == SYMPTOM_TCP_RESET || symptom == SYMPTOM_TCP_CLOSED ||
           symptom == SYMPTOM_HTTP_TRUNCATED;
}

bool symptom_is_connected(enum symptom symptom)
{
    enum symptom_layer layer = symptom_layer(symptom);
    return layer == SYMPTOM_LAYER_HTTP || layer == SYMPTOM_LAYER_CONTENT ||
           layer == SYMPTOM_LAYER_PACE || symptom_is_cut_off(symptom);
}

enum symptom symptom_from_code(const char *code)
{
    for (int i = 0; i < SYMPTOM_COUNT; i++)
        if (strcmp(symptoms[i].code, code) == 0)
            return (enum symptom)i;
    return SYMPTOM_MONITOR_INTERNAL;
}
