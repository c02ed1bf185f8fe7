/* shoal-tracker-directory-pulling.c: telling the tracker what is being downloaded here
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

typedef struct
{
  gint64 size;
  gboolean manifest;
} Pulling;

static void
on_pulling_told_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply == NULL)
    g_debug ("Cannot tell what is being downloaded: %s", error->message);
}

static void
tell_pulling (ShoalTrackerDirectory *self, const ShoalDigest *id, Pulling what, gboolean active)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  if (!self->online)
    return;
  shoal_digest_to_hex (id, hex);
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_PULLING,
                                 shoal_json_new ("id", "s", hex, "size", "i", what.size, "manifest",
                                                 "b", what.manifest, "active", "b", active, NULL),
                                 NULL, on_pulling_told_cb, NULL);
}

void
shoal_tracker_directory_set_pulling (ShoalDirectory *directory,
                                     const ShoalDigest *id,
                                     guint64 size,
                                     gboolean manifest,
                                     gboolean active)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  const Pulling what = { (gint64) MIN (size, (guint64) SHOAL_MAX_JSON_INTEGER), manifest };

  if (active)
    g_hash_table_insert (self->pulling, shoal_digest_dup (id), g_memdup2 (&what, sizeof what));
  else if (!g_hash_table_remove (self->pulling, id))
    return;
  tell_pulling (self, id, what, active);
}

void
shoal_tracker_directory_repeat_pulling (ShoalTrackerDirectory *self)
{
  GHashTableIter iter;
  gpointer id, what;

  g_hash_table_iter_init (&iter, self->pulling);
  while (g_hash_table_iter_next (&iter, &id, &what))
    tell_pulling (self, id, *(const Pulling *) what, TRUE);
}
