/* shoal-share-files.c: the single files of a share, which its owner switches on and off
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share"

#include "config.h"

#include <string.h>

#include "shoal-share-private.h"

guint
shoal_share_get_n_hidden (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  ShoalHoldingSet *hidden = shoal_share_get_hidden (self);

  return hidden != NULL ? shoal_holding_set_get_n_files (hidden) : 0;
}

gboolean
shoal_share_is_on (ShoalShare *self, const char *path)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return shoal_share_get_wanted (self)
         && shoal_switches_is_on (shoal_share_get_switches (self), path);
}

static gboolean
has_path (ShoalHoldingSet *set, const char *path)
{
  return set != NULL && shoal_holding_set_find_path (set, path) != NULL;
}

gboolean
shoal_share_has_file (ShoalShare *self, const char *path)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  return *path == '\0' || has_path (shoal_share_get_set (self), path)
         || has_path (shoal_share_get_hidden (self), path);
}

static void
file_free (gpointer data)
{
  ShoalShareFile *file = data;

  g_free (file->path);
  g_free (file);
}

static void
add_file (ShoalShare *self, GPtrArray *files, ShoalHoldingSet *set, const ShoalHolding *holding)
{
  ShoalShareFile *file = g_new0 (ShoalShareFile, 1);

  file->path = g_strdup (shoal_holding_set_get_path (set, holding));
  file->folder = holding->kind == SHOAL_ENTRY_FOLDER;
  file->on = shoal_switches_is_on (shoal_share_get_switches (self),
                                   shoal_share_is_folder (self) ? file->path : "");
  file->size = holding->stamp.size;
  g_ptr_array_add (files, file);
}

/* Both sets are in one order: they are merged. */
GPtrArray *
shoal_share_list_files (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  GPtrArray *files = g_ptr_array_new_with_free_func (file_free);
  ShoalHoldingSet *const sets[] = { shoal_share_get_set (self), shoal_share_get_hidden (self) };
  guint at[] = { 0, 0 };

  for (;;)
    {
      const ShoalHolding *next[] = { NULL, NULL };

      for (int i = 0; i < 2; i++)
        if (sets[i] != NULL && at[i] < shoal_holding_set_get_n_entries (sets[i]))
          next[i] = shoal_holding_set_get_entry (sets[i], at[i]);
      if (next[0] == NULL && next[1] == NULL)
        return files;

      int i = next[0] == NULL   ? 1
              : next[1] == NULL ? 0
              : strcmp (shoal_holding_set_get_path (sets[0], next[0]),
                        shoal_holding_set_get_path (sets[1], next[1]))
                      < 0
                  ? 0
                  : 1;

      add_file (self, files, sets[i], next[i]);
      at[i]++;
    }
}
