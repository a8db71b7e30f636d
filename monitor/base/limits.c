/* SPDX-License-Identifier: MIT */
/* See limits.h. */
#include "monitor/base/limits.h"

#include <sys/resource.h>

/* That it cannot be raised is no reason not to start: running out has a symptom of its own. */
void limits_raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
