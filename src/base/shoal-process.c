/* shoal-process.c: what a program asks of the system for itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-process"

#include "config.h"

#include "shoal-process.h"

#include <sys/resource.h>

/* One byte, not none: no dump fits it, and where dumps are piped to a collector the kernel does not
 * ask for the limit but for this one. Programs that we start may raise it again. */
void
shoal_process_leave_no_dumps (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_CORE, &limit) != 0)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, 1);
  setrlimit (RLIMIT_CORE, &limit);
}
