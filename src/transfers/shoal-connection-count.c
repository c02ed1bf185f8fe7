/* shoal-connection-count.c: how many connections this device has open to each other device
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-connection-count.h"

#include "shoal-limits.h"

G_LOCK_DEFINE_STATIC (counts);
static GHashTable *counts; /* "own device" → number; entries of 0 are removed */

static char *
make_key (const char *own, const char *device)
{
  return g_strconcat (own, " ", device, NULL);
}

gboolean
shoal_connection_count_acquire (const char *own, const char *device, gboolean extra)
{
  g_autofree char *key = make_key (own, device);
  guint limit = extra ? SHOAL_MAX_CONNECTIONS_PER_DEVICE - 1 : SHOAL_MAX_CONNECTIONS_PER_DEVICE;

  G_LOCK (counts);
  if (counts == NULL)
    counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));
  gboolean free_place = n < limit;

  if (free_place)
    g_hash_table_replace (counts, g_steal_pointer (&key), GUINT_TO_POINTER (n + 1));
  G_UNLOCK (counts);
  return free_place;
}

void
shoal_connection_count_release (const char *own, const char *device)
{
  g_autofree char *key = make_key (own, device);

  G_LOCK (counts);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, key));
  g_assert (n > 0);
  if (n == 1)
    g_hash_table_remove (counts, key);
  else
    g_hash_table_replace (counts, g_steal_pointer (&key), GUINT_TO_POINTER (n - 1));
  if (g_hash_table_size (counts) == 0)
    g_clear_pointer (&counts, g_hash_table_unref);
  G_UNLOCK (counts);
}
