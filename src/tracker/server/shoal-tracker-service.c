/* shoal-tracker-service.c: what a server arranges with the system that runs it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-service"

#include "config.h"

#include "shoal-tracker-service.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Database, listeners, journal, event descriptors, and some to spare. */
#define OWN_DESCRIPTORS (64)

void
shoal_tracker_service_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  if (path == NULL || (*path != '/' && *path != '@') || strlen (path) >= sizeof address.sun_path)
    return;

  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return;
  memcpy (address.sun_path, path, strlen (path));
  /* "@": a name without a file. */
  if (*path == '@')
    address.sun_path[0] = '\0';
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
              (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (path)))
      < 0)
    g_warning ("Cannot tell the service manager “%s”: %s", state, g_strerror (errno));
  close (fd);
}

guint
shoal_tracker_service_raise_limits (guint wanted)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return wanted;
  if (limit.rlim_cur < limit.rlim_max)
    {
      rlim_t before = limit.rlim_cur;

      limit.rlim_cur = limit.rlim_max;
      if (setrlimit (RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before;
    }
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= (rlim_t) wanted + OWN_DESCRIPTORS)
    return wanted;
  return limit.rlim_cur > 2 * OWN_DESCRIPTORS ? (guint) limit.rlim_cur - OWN_DESCRIPTORS
                                              : OWN_DESCRIPTORS;
}
