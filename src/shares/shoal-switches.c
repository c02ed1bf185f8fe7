/* shoal-switches.c: which files of a shared folder are offered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-switches"

#include "config.h"

#include "shoal-switches.h"

#include <string.h>

struct _ShoalSwitches
{
  GHashTable *paths; /* path → GINT_TO_POINTER (on) */
};

ShoalSwitches *
shoal_switches_new (void)
{
  ShoalSwitches *self = g_new0 (ShoalSwitches, 1);

  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

ShoalSwitches *
shoal_switches_copy (const ShoalSwitches *self)
{
  ShoalSwitches *copy = shoal_switches_new ();
  GHashTableIter iter;
  gpointer path, on;

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &path, &on))
    shoal_switches_restore (copy, path, GPOINTER_TO_INT (on));
  return copy;
}

void
shoal_switches_free (ShoalSwitches *self)
{
  g_hash_table_unref (self->paths);
  g_free (self);
}

gboolean
shoal_switches_is_empty (const ShoalSwitches *self)
{
  return g_hash_table_size (self->paths) == 0;
}

gboolean
shoal_switches_is_on (const ShoalSwitches *self, const char *path)
{
  gpointer on;

  if (shoal_switches_is_empty (self))
    return TRUE;

  g_autofree char *at = g_strdup (path);

  /* The nearest one on the way up. */
  while (!g_hash_table_lookup_extended (self->paths, at, NULL, &on))
    {
      char *slash = strrchr (at, '/');

      if (*at == '\0')
        return TRUE;
      *(slash != NULL ? slash : at) = '\0';
    }
  return GPOINTER_TO_INT (on);
}

static gboolean
is_below (const char *path, const char *above)
{
  gsize length = strlen (above);

  return length == 0
         || (strncmp (path, above, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

gboolean
shoal_switches_set (ShoalSwitches *self, const char *path, gboolean on)
{
  GHashTableIter iter;
  gpointer key, value;
  gboolean changed = !shoal_switches_is_on (self, path) != !on;

  /* What was said about things below it does not hold any more. */
  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (is_below (key, path))
      {
        changed |= !value != !on;
        g_hash_table_iter_remove (&iter);
      }
  if (!shoal_switches_is_on (self, path) != !on)
    shoal_switches_restore (self, path, on);
  return changed;
}

void
shoal_switches_restore (ShoalSwitches *self, const char *path, gboolean on)
{
  g_hash_table_insert (self->paths, g_strdup (path), GINT_TO_POINTER (on ? 1 : 0));
}

GPtrArray *
shoal_switches_list (const ShoalSwitches *self)
{
  GPtrArray *paths = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    g_ptr_array_add (paths, path);
  return paths;
}
