/* shoal-disk-names.h: which names a disk refuses, and what is put there instead
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalNameRules: what a disk refuses in names */
typedef enum
{
  SHOAL_NAMES_ALL_KEPT = 0,
  /* The lowest bits are for one character each; see shoal-disk-names.c. */
  SHOAL_NAMES_NO_LAST_DOT = 1 << 8,
  SHOAL_NAMES_NO_LAST_SPACE = 1 << 9,
  SHOAL_NAMES_NO_DEVICES = 1 << 10, /* "aux.h" */
  SHOAL_NAMES_FOLD_CASE = 1 << 11,  /* "a" and "A" are one */
  SHOAL_NAMES_PORTABLE = (1 << 12) - 1,
} ShoalNameRules;

/** ShoalDiskNames: what one disk holds */
typedef struct
{
  ShoalNameRules rules;
  gsize max_bytes;
} ShoalDiskNames;

/**
 * shoal_disk_names_probe:
 * @dirfd: a folder
 * @names: (out caller-allocates): what its disk holds
 *
 * Finds out by making files in a folder of its own in @dirfd and deleting them: what a file system
 * says it is tells little about what it was mounted with. Where nothing can be made, all names are
 * said to be kept, and making them will tell.
 */
void shoal_disk_names_probe (int dirfd, ShoalDiskNames *names);

/** shoal_disk_name: Returns: (transfer full): the safe name @name as that disk holds it: "_" for
 * what it refuses, and before the name of a device */
char *shoal_disk_name (const ShoalDiskNames *names, const char *name);

/** shoal_disk_name_at: the same, of the disk of @dirfd, which is probed only if some disk would
 * refuse @name */
char *shoal_disk_name_at (int dirfd, const char *name);

G_END_DECLS
