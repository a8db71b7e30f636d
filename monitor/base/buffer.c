/* SPDX-License-Identifier: MIT */
/* Bounded growing bytes. See buffer.h. */
#include "monitor/base/buffer.h"

#include "monitor/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_FIRST_ROOM = 256 };

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit, .room = BUFFER_FIRST_ROOM};
    buffer->data = memory_resize(NULL, BUFFER_FIRST_ROOM, 1);
    buffer->data[0] = '\0';
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->result = RESULT_OK;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

static void buffer_reserve(struct buffer *buffer, size_t length)
{
    if (length < buffer->room)
        return;
    size_t room = buffer->room * 2 > length + 1 ? buffer->room * 2 : length + 1;
    buffer->data = memory_resize(buffer->data, room, 1);
    buffer->room = room;
}

enum result buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length > buffer->limit - buffer->length) {
        length = buffer->limit - buffer->length;
        buffer->result = RESULT_LIMIT;
    }
    buffer_reserve(buffer, buffer->length + length);
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return buffer->result;
}

char *buffer_extend(struct buffer *buffer, size_t length)
{
    if (length > buffer->limit - buffer->length) {
        buffer->result = RESULT_LIMIT;
        return NULL;
    }
    buffer_reserve(buffer, buffer->length + length);
    char *room = buffer->data + buffer->length;
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return room;
}

enum result buffer_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

enum result buffer_print(struct buffer *buffer, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (length < 0)
        return RESULT_INVALID;
    if ((size_t)length < sizeof small)
        return buffer_append(buffer, small, (size_t)length);
    char *text = memory_allocate((size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    enum result result = buffer_append(buffer, text, (size_t)length);
    free(text);
    return result;
}

char *buffer_steal(struct buffer *buffer)
{
    char *data = buffer->data;
    *buffer = (struct buffer){0};
    return data;
}
