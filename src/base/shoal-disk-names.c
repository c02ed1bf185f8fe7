/* shoal-disk-names.c: which names a disk refuses, and what is put there instead
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-disk-names"

#include "config.h"

#include "shoal-disk-names.h"

#include "shoal-dir.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Each has the bit of its place. */
static const char characters[] = "\"*:<>?\\|";

static const char *const devices[] = {
  "con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
};

/* "CON", "con.txt", "Lpt1 .x": devices on other systems whatever the extension. */
static gboolean
is_device (const char *name)
{
  gsize length = strcspn (name, ".");

  while (length > 0 && name[length - 1] == ' ')
    length--;
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    if (strlen (devices[i]) == length && g_ascii_strncasecmp (name, devices[i], length) == 0)
      return TRUE;
  if (length < 4
      || (g_ascii_strncasecmp (name, "com", 3) != 0 && g_ascii_strncasecmp (name, "lpt", 3) != 0))
    return FALSE;
  if (length == 4)
    return g_ascii_isdigit (name[3]);
  /* Superscript 1, 2 and 3 count as digits there. */
  return length == 5
         && (memcmp (name + 3, "¹", 2) == 0 || memcmp (name + 3, "²", 2) == 0
             || memcmp (name + 3, "³", 2) == 0);
}

/* Makes and deletes @name. Returns: whether it was there under that name, and not under @cut, which
 * is what some file systems silently make of it */
static gboolean
holds (int dirfd, const char *name, const char *cut)
{
  struct stat st;
  g_auto (ShoalFd) fd = openat (dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  /* A disk that is full refuses no name. */
  if (fd < 0)
    return errno == ENOSPC || errno == EDQUOT;
  gboolean held = cut == NULL || fstatat (dirfd, cut, &st, AT_SYMLINK_NOFOLLOW) != 0;
  unlinkat (dirfd, name, 0);
  return held;
}

static ShoalNameRules
probe_rules (int dirfd)
{
  ShoalNameRules rules = SHOAL_NAMES_ALL_KEPT;

  for (gsize i = 0; characters[i] != '\0'; i++)
    if (!holds (dirfd, (const char[]){ 'x', characters[i], 'x', '\0' }, NULL))
      rules |= 1 << i;
  if (!holds (dirfd, "x.", "x"))
    rules |= SHOAL_NAMES_NO_LAST_DOT;
  if (!holds (dirfd, "x ", "x"))
    rules |= SHOAL_NAMES_NO_LAST_SPACE;
  if (!holds (dirfd, "aux.h", NULL))
    rules |= SHOAL_NAMES_NO_DEVICES;
  if (!holds (dirfd, "x", "X"))
    rules |= SHOAL_NAMES_FOLD_CASE;
  return rules;
}

void
shoal_disk_names_probe (int dirfd, ShoalDiskNames *names)
{
  g_return_if_fail (names != NULL);

  struct statvfs fs;
  g_autofree char *name = g_strdup_printf (".shoal-%08x%08x.tmp", g_random_int (), g_random_int ());

  *names = (ShoalDiskNames){ .max_bytes = SHOAL_MAX_NAME_BYTES };
  /* Where names are shorter, " (99)" and ".part" must fit as well. */
  if (fstatvfs (dirfd, &fs) == 0 && fs.f_namemax >= 64 && fs.f_namemax < SHOAL_MAX_NAME_BYTES)
    names->max_bytes = fs.f_namemax - 12;
  if (mkdirat (dirfd, name, 0700) < 0)
    return;
  g_auto (ShoalFd) fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0 && holds (fd, "x", NULL))
    names->rules = probe_rules (fd);
  unlinkat (dirfd, name, AT_REMOVEDIR);
}

char *
shoal_disk_name (const ShoalDiskNames *names, const char *name)
{
  g_return_val_if_fail (names != NULL && name != NULL && name[0] != '\0', NULL);

  g_autofree char *held = shoal_name_cut (name, names->max_bytes);
  for (char *p = held; *p != '\0'; p++)
    {
      const char *found = strchr (characters, *p);

      if (found != NULL && (names->rules & 1 << (found - characters)) != 0)
        *p = '_';
    }
  char *last = held + strlen (held) - 1;
  if ((*last == '.' && (names->rules & SHOAL_NAMES_NO_LAST_DOT) != 0)
      || (*last == ' ' && (names->rules & SHOAL_NAMES_NO_LAST_SPACE) != 0))
    *last = '_';
  if ((names->rules & SHOAL_NAMES_NO_DEVICES) == 0 || !is_device (held))
    return g_steal_pointer (&held);
  g_autofree char *prefixed = g_strconcat ("_", held, NULL);
  return shoal_name_cut (prefixed, names->max_bytes);
}

char *
shoal_disk_name_at (int dirfd, const char *name)
{
  /* Short enough for any disk that there is. */
  ShoalDiskNames names = { SHOAL_NAMES_PORTABLE, 128 };
  g_autofree char *portable = shoal_disk_name (&names, name);

  if (strcmp (portable, name) == 0)
    return g_steal_pointer (&portable);
  shoal_disk_names_probe (dirfd, &names);
  return shoal_disk_name (&names, name);
}
