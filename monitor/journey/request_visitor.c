/* SPDX-License-Identifier: MIT */
/* Who asks: cookies of one request, and its Authorization. See request_text.h. */
#include "monitor/journey/request_text.h"

#include "monitor/base/buffer.h"
#include "monitor/journey/mask.h"

#include <string.h>

/* RFC 6265 section 4.1.1, but for the quotation marks, commas and blanks that shops use anyway. */
static bool is_cookie_value(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == ';' || *text == 0x7f)
            return false;
    return true;
}

static enum symptom build_cookies(const struct request_source *source, const struct step *step,
                                  const char **ret_cookies, const char **ret_detail)
{
    enum symptom symptom = SYMPTOM_NONE;
    struct buffer text;
    buffer_init(&text, REQUEST_TEXT_MAX);
    for (size_t i = 0; i < step->cookie_count && symptom == SYMPTOM_NONE; i++) {
        const struct pair *pair = &step->cookies[i];
        const char *missing = NULL, *value = request_render(source, pair->value, &missing);
        if (value == NULL) {
            symptom = request_missing(source, missing, ret_detail);
        } else if (!is_cookie_value(value)) {
            *ret_detail =
                arena_print(source->arena, "cookie %s: its value cannot be sent", pair->name);
            symptom = SYMPTOM_MONITOR_URL_REFUSED;
        } else {
            buffer_print(&text, "%s%s=%s", i > 0 ? "; " : "", pair->name, value);
        }
    }
    if (step->cookie_count > 0)
        *ret_cookies = arena_duplicate(source->arena, text.data);
    buffer_free(&text);
    return symptom;
}

static const char *base64(struct arena *arena, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text), used = 0;
    char *out = arena_allocate(arena, (length + 2) / 3 * 4 + 1, 1);
    for (size_t i = 0; i < length; i += 3) {
        unsigned bits = 0;
        for (size_t j = i; j < i + 3; j++)
            bits = bits << 8 | (j < length ? (unsigned char)text[j] : 0);
        for (size_t j = 0; j < 4; j++)
            out[used++] = i + j > length ? '=' : digits[bits >> (18 - 6 * j) & 63];
    }
    return out;
}

static const char *build_authorization(const struct request_source *source, const struct auth *auth,
                                       const char **ret_missing)
{
    if (auth->bearer != NULL) {
        const char *token = request_render(source, auth->bearer, ret_missing);
        return token != NULL ? arena_print(source->arena, "Bearer %s", token) : NULL;
    }
    const char *user = request_render(source, auth->basic->user, ret_missing);
    const char *password =
        user != NULL ? request_render(source, auth->basic->password, ret_missing) : NULL;
    if (password == NULL)
        return NULL;
    const char *both = arena_print(source->arena, "%s:%s", user, password);
    const char *encoded = base64(source->arena, both);
    /* Where a secret is a part of it the mask finds that part; its ends hold bits of the secret,
     * too, and tell how long it is. */
    if (mask_text(source->mask, source->arena, both) != both)
        mask_add(source->mask, encoded);
    return arena_print(source->arena, "Basic %s", encoded);
}

enum symptom request_visitor(const struct request_source *source, const struct step *step,
                             const char **ret_cookies, const char **ret_authorization,
                             const char **ret_detail)
{
    const char *missing = NULL;
    *ret_cookies = *ret_authorization = NULL;
    enum symptom symptom = build_cookies(source, step, ret_cookies, ret_detail);
    if (symptom != SYMPTOM_NONE || step->auth == NULL)
        return symptom;
    *ret_authorization = build_authorization(source, step->auth, &missing);
    return *ret_authorization != NULL ? SYMPTOM_NONE : request_missing(source, missing, ret_detail);
}
