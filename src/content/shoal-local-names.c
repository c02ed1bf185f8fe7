/* shoal-local-names.c: what the entries of a manifest are called on a disk
 *
 * Only names of one folder can clash, so each is looked at beside its siblings. Almost always every
 * name is kept, and then there is nothing in memory but that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-local-names"

#include "config.h"

#include "shoal-local-names.h"

#include "shoal-manifest-private.h"
#include "shoal-safe-name.h"

#include <string.h>

struct _ShoalLocalNames
{
  ShoalManifest *manifest;
  char **paths; /* (nullable): of each entry, NULL where it is as in the manifest */
  guint n_changed;
  guint first_changed;
};

typedef struct
{
  ShoalManifest *manifest;
  const ShoalDiskNames *disk;
  char **names;      /* of each entry, NULL where it keeps its own */
  GHashTable *taken; /* a folder and a name in it → the last number that was tried for it */
} Naming;

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

/* What @name takes up in the folder of @entry. */
static char *
make_key (const Naming *naming, const ShoalManifestEntry *entry, const char *name)
{
  int length = (int) shoal_manifest_parent_length (entry->path);
  g_autofree char *folded = (naming->disk->rules & SHOAL_NAMES_FOLD_CASE) != 0
                                ? g_utf8_casefold (name, -1)
                                : g_strdup (name);

  return g_strdup_printf ("%.*s/%s", length, entry->path, folded);
}

/* Returns: whether nobody had it */
static gboolean
take (Naming *naming, const ShoalManifestEntry *entry, const char *name)
{
  g_autofree char *key = make_key (naming, entry, name);

  if (g_hash_table_contains (naming->taken, key))
    return FALSE;
  return g_hash_table_insert (naming->taken, g_steal_pointer (&key), GUINT_TO_POINTER (1));
}

static char *
number_name (const ShoalManifestEntry *entry, const char *name, guint number)
{
  return entry->kind == SHOAL_ENTRY_FOLDER ? shoal_folder_name_numbered (name, number)
                                           : shoal_name_numbered (name, number);
}

/* A free name like @name. The numbers that were tried are remembered, or a hostile list of names
 * that become one would cost their number squared. */
static char *
take_numbered (Naming *naming, const ShoalManifestEntry *entry, const char *name)
{
  g_autofree char *key = make_key (naming, entry, name);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (naming->taken, key));
  g_autofree char *numbered = NULL;

  do
    {
      g_free (numbered);
      numbered = ++number == 1 ? g_strdup (name) : number_name (entry, name, number);
    }
  while (!take (naming, entry, numbered));
  g_hash_table_insert (naming->taken, g_steal_pointer (&key), GUINT_TO_POINTER (number));
  return g_steal_pointer (&numbered);
}

/* Returns: whether any name is not kept */
static gboolean
find_changed (Naming *naming)
{
  guint n_entries = shoal_manifest_get_n_entries (naming->manifest);
  gboolean changed = FALSE;

  for (guint i = 0; i < n_entries; i++)
    {
      const char *name = base_name (shoal_manifest_get_entry (naming->manifest, i)->path);
      g_autofree char *safe = shoal_safe_name (name);
      g_autofree char *held = shoal_disk_name (naming->disk, safe);

      if (strcmp (held, name) == 0)
        continue;
      naming->names[i] = g_steal_pointer (&held);
      changed = TRUE;
    }
  return changed || (naming->disk->rules & SHOAL_NAMES_FOLD_CASE) != 0;
}

static void
keep_apart (Naming *naming)
{
  guint n_entries = shoal_manifest_get_n_entries (naming->manifest);

  for (guint i = 0; i < n_entries; i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (naming->manifest, i);

      if (naming->names[i] == NULL && !take (naming, entry, base_name (entry->path)))
        naming->names[i] = g_strdup (base_name (entry->path));
    }
  for (guint i = 0; i < n_entries; i++)
    if (naming->names[i] != NULL)
      {
        g_autofree char *name = g_steal_pointer (&naming->names[i]);

        naming->names[i]
            = take_numbered (naming, shoal_manifest_get_entry (naming->manifest, i), name);
      }
}

static guint
index_of (const ShoalLocalNames *self, const ShoalManifestEntry *entry)
{
  return (guint) (entry - shoal_manifest_get_entry (self->manifest, 0));
}

/* Whole paths of names: a folder stands before what is in it. */
static void
make_paths (ShoalLocalNames *self, char **names)
{
  guint n_entries = shoal_manifest_get_n_entries (self->manifest);

  self->paths = g_new0 (char *, n_entries + 1);
  for (guint i = 0; i < n_entries; i++)
    {
      const char *path = shoal_manifest_get_entry (self->manifest, i)->path;
      gsize length = shoal_manifest_parent_length (path);
      const char *folder = NULL;

      if (length > 0)
        folder = shoal_local_names_get_path (
            self, index_of (self, shoal_manifest_find_entry (self->manifest, path, length)));
      if (names[i] != NULL && self->n_changed++ == 0)
        self->first_changed = i;

      const char *name = names[i] != NULL ? names[i] : base_name (path);
      g_autofree char *here
          = folder != NULL ? g_strconcat (folder, "/", name, NULL) : g_strdup (name);

      if (strcmp (here, path) != 0)
        self->paths[i] = g_steal_pointer (&here);
    }
}

ShoalLocalNames *
shoal_local_names_new (ShoalManifest *manifest, const ShoalDiskNames *disk)
{
  g_return_val_if_fail (manifest != NULL && disk != NULL, NULL);

  guint n_entries = shoal_manifest_get_n_entries (manifest);
  ShoalLocalNames *self = g_new0 (ShoalLocalNames, 1);
  g_autoptr (GHashTable) taken
             = g_hash_table_new_full (shoal_manifest_path_hash, g_str_equal, g_free, NULL);
  Naming naming = { manifest, disk, g_new0 (char *, n_entries + 1), taken };

  self->manifest = manifest;
  if (find_changed (&naming))
    {
      keep_apart (&naming);
      make_paths (self, naming.names);
    }
  for (guint i = 0; i < n_entries; i++)
    g_free (naming.names[i]);
  g_free (naming.names);
  return self;
}

ShoalLocalNames *
shoal_local_names_new_at (ShoalManifest *manifest, int dirfd)
{
  ShoalDiskNames disk;

  shoal_disk_names_probe (dirfd, &disk);
  return shoal_local_names_new (manifest, &disk);
}

void
shoal_local_names_free (ShoalLocalNames *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; self->paths != NULL && i < shoal_manifest_get_n_entries (self->manifest); i++)
    g_free (self->paths[i]);
  g_free (self->paths);
  g_free (self);
}

const char *
shoal_local_names_get_path (const ShoalLocalNames *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->paths != NULL && self->paths[index] != NULL
             ? self->paths[index]
             : shoal_manifest_get_entry (self->manifest, index)->path;
}

/* The component @name of a target as it is here, and @folder, where it leads so far, with it. */
static const char *
follow (const ShoalLocalNames *self, GString *folder, const char *name)
{
  if (folder->len > 0)
    g_string_append_c (folder, '/');
  g_string_append (folder, name);

  const ShoalManifestEntry *entry
      = shoal_manifest_find_entry (self->manifest, folder->str, folder->len);

  return entry != NULL ? base_name (shoal_local_names_get_path (self, index_of (self, entry)))
                       : name;
}

char *
shoal_local_names_dup_target (const ShoalLocalNames *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);

  const ShoalManifestEntry *entry = shoal_manifest_get_entry (self->manifest, index);

  if (self->paths == NULL || entry->target == NULL)
    return g_strdup (entry->target);

  g_auto (GStrv) parts = g_strsplit (entry->target, "/", -1);
  g_autoptr (GString) folder
             = g_string_new_len (entry->path, (gssize) shoal_manifest_parent_length (entry->path));
  g_autoptr (GString) target = g_string_new (NULL);

  for (char **part = parts; *part != NULL; part++)
    {
      const char *name = *part;

      if (strcmp (name, "..") == 0)
        g_string_truncate (folder, shoal_manifest_parent_length (folder->str));
      else if (name[0] != '\0' && strcmp (name, ".") != 0)
        name = follow (self, folder, name);
      if (part != parts)
        g_string_append_c (target, '/');
      g_string_append (target, name);
    }
  return g_string_free (g_steal_pointer (&target), FALSE);
}

guint
shoal_local_names_get_n_changed (const ShoalLocalNames *self, const char **first)
{
  g_return_val_if_fail (self != NULL && first != NULL, 0);

  *first = self->n_changed > 0 ? shoal_local_names_get_path (self, self->first_changed) : NULL;
  return self->n_changed;
}
