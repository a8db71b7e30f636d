/* SPDX-License-Identifier: MIT */
/*
 * Judging texts that came from outside, before anything stores or prints them.
 */
#include "examples/shop/shop.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool text_is_clean(const char *text, size_t longest)
{
    json_t *string;

    if (text[0] == '\0' || strlen(text) > longest)
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char character = (unsigned char)*at;
        if ((character < 0x20 && strchr("\r\n\t", character) == NULL) || character == 0x7f)
            return false;
    }
    string = json_string(text); /* NULL unless the text is valid UTF-8 */
    if (string == NULL)
        return false;
    json_decref(string);
    return true;
}

bool text_is_long_enough(const char *text, size_t least)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80; /* all but what continues one */
    return count >= least;
}

/* Only what would surely not arrive is refused: who else can know which addresses exist? */
bool text_is_email(const char *text)
{
    const char *at = strchr(text, '@');

    return text_is_clean(text, EMAIL_MAX) && strpbrk(text, " \t\r\n,;<>") == NULL && at != NULL &&
           at != text && at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

bool text_to_number(const char *text, long long *number)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    *number = strtoll(text, NULL, 10);
    return errno == 0 && *number > 0;
}
