/* SPDX-License-Identifier: MIT */
/* What the system allows the process. Knows nothing of what the process does with it. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* Lets the process open as many descriptors as it may: the soft limit, which is 1024 on most
 * machines for the sake of programs that use select(), becomes the hard one. */
void limits_raise_descriptors(void);

#endif
