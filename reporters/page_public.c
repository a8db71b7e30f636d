/* SPDX-License-Identifier: MIT */
/* What the public listener answers. */
#include "reporters/status_page_private.h"

bool page_style_answer(struct page_visit *visit, struct buffer *body)
{
    (void)visit;
    buffer_text(body, page_style);
    return true;
}

bool page_script_answer(struct page_visit *visit, struct buffer *body)
{
    (void)visit;
    buffer_text(body, page_script);
    return true;
}
