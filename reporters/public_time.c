/* SPDX-License-Identifier: MIT */
/* Times of the public pages, by the clocks of the shop. See public.h. */
#include "reporters/public.h"

const char *public_clock(const struct public_view *view, struct wall_time time,
                         char text[PUBLIC_TIME_MAX])
{
    return page_clock(view->zone, time, view->now, text);
}

const char *public_moment(const struct public_view *view, struct wall_time time,
                          char text[PUBLIC_TIME_MAX])
{
    return page_clock_moment(view->zone, time, text);
}

const char *public_date(const struct public_view *view, struct wall_time time,
                        char text[PUBLIC_TIME_MAX])
{
    return page_clock_bare(view->zone, time, "%e %b %Y", text);
}
