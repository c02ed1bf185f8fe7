/* shoal-tracker-directory.c: the directory that a tracker keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-roster-json.h"
#include "shoal-tracker-link-json.h"

static void shoal_tracker_directory_init_directory (ShoalDirectoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalTrackerDirectory,
                               shoal_tracker_directory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_DIRECTORY,
                                                      shoal_tracker_directory_init_directory))

static void
shoal_tracker_directory_finalize (GObject *object)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (object);

  g_clear_object (&self->link);
  g_clear_object (&self->roster);
  g_clear_object (&self->asking);
  g_clear_object (&self->kept_rows);
  g_clear_object (&self->kept_roster);
  g_clear_pointer (&self->announced, g_strfreev);
  g_clear_pointer (&self->pulling, g_hash_table_unref);
  G_OBJECT_CLASS (shoal_tracker_directory_parent_class)->finalize (object);
}

static void
shoal_tracker_directory_class_init (ShoalTrackerDirectoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_tracker_directory_finalize;
}

static void
shoal_tracker_directory_init (ShoalTrackerDirectory *self)
{
  self->max_batch = SHOAL_MAX_BATCH_ENTRIES;
  self->pulling = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, g_free);
}

/* ---- The link's news ---- */

static void
on_signed_in_cb (ShoalTrackerLink *link, JsonObject *answer, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 max_batch;

  if (shoal_json_get_optional_integer (answer, "max_batch", 1, G_MAXINT32, SHOAL_MAX_BATCH_ENTRIES,
                                       &max_batch, &error))
    self->max_batch = (guint) MIN (max_batch, SHOAL_MAX_BATCH_ENTRIES);
  else
    shoal_tracker_link_refuse (link, error);
}

void
shoal_tracker_directory_come_online (ShoalTrackerDirectory *self)
{
  self->online = TRUE;
  g_clear_pointer (&self->announced, g_strfreev);
  g_signal_emit_by_name (self, "state-changed");
  shoal_tracker_directory_send_announcement (self, FALSE);
  shoal_tracker_directory_repeat_pulling (self);
}

static void
on_state_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;

  if (shoal_tracker_link_get_state (link) == SHOAL_DIRECTORY_ONLINE)
    {
      /* The roster follows; until then we are on the way. */
      if (self->have_roster)
        shoal_tracker_directory_come_online (self);
      return;
    }
  self->online = FALSE;
  shoal_tracker_directory_lose_roster (self);
  g_signal_emit_by_name (self, "state-changed");
}

static void
on_network_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  shoal_tracker_directory_send_announcement (user_data, TRUE);
}

ShoalTrackerDirectory *
shoal_tracker_directory_new (ShoalTrackerLink *link, ShoalKnownDevices *known)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (link), NULL);

  ShoalTrackerDirectory *self = g_object_new (SHOAL_TYPE_TRACKER_DIRECTORY, NULL);
  self->link = g_object_ref (link);
  self->roster = shoal_roster_new (shoal_tracker_link_get_fingerprint (link), known);
  g_signal_connect_object (link, "signed-in", G_CALLBACK (on_signed_in_cb), self, 0);
  g_signal_connect_object (link, "state-changed", G_CALLBACK (on_state_changed_cb), self, 0);
  g_signal_connect_object (link, "network-changed", G_CALLBACK (on_network_changed_cb), self, 0);
  shoal_tracker_directory_watch_roster (self);
  return self;
}

/* ---- What is kept ---- */

void
shoal_tracker_directory_set_kept (ShoalTrackerDirectory *self,
                                  ShoalKeptRows *rows,
                                  ShoalKeptRoster *roster,
                                  const ShoalRosterNews *members)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));
  g_return_if_fail (SHOAL_IS_KEPT_ROWS (rows) && SHOAL_IS_KEPT_ROSTER (roster));
  g_return_if_fail (members != NULL);

  shoal_roster_apply_kept (self->roster, members);
  g_set_object (&self->kept_rows, rows);
  g_set_object (&self->kept_roster, roster);
}

void
shoal_tracker_directory_flush_kept (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (self->kept_rows != NULL)
    shoal_kept_rows_flush (self->kept_rows);
  if (self->kept_roster != NULL)
    shoal_kept_roster_flush (self->kept_roster);
}

void
shoal_tracker_directory_forget_kept (ShoalTrackerDirectory *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_DIRECTORY (self));

  if (self->kept_rows != NULL)
    shoal_kept_rows_clear (self->kept_rows);
  if (self->kept_roster != NULL)
    shoal_kept_roster_clear (self->kept_roster);
}

/* ---- ShoalDirectory ---- */

static ShoalDirectoryState
get_state (ShoalDirectory *directory)
{
  ShoalTrackerDirectory *self = SHOAL_TRACKER_DIRECTORY (directory);
  ShoalDirectoryState state = shoal_tracker_link_get_state (self->link);

  if (state == SHOAL_DIRECTORY_ONLINE && !self->online)
    return SHOAL_DIRECTORY_CONNECTING;
  return state;
}

static const GError *
get_error (ShoalDirectory *directory)
{
  return shoal_tracker_link_get_error (SHOAL_TRACKER_DIRECTORY (directory)->link);
}

static gint64
get_now_ms (ShoalDirectory *directory)
{
  return shoal_tracker_link_get_now_ms (SHOAL_TRACKER_DIRECTORY (directory)->link);
}

static GListModel *
get_members (ShoalDirectory *directory)
{
  return shoal_roster_get_members (SHOAL_TRACKER_DIRECTORY (directory)->roster);
}

static ShoalDevice *
lookup_device (ShoalDirectory *directory, const char *fingerprint, ShoalMember **member)
{
  return shoal_roster_lookup_device (SHOAL_TRACKER_DIRECTORY (directory)->roster, fingerprint,
                                     member);
}

static gboolean
confirm_device (ShoalDirectory *directory, const char *fingerprint)
{
  if (!shoal_roster_confirm_device (SHOAL_TRACKER_DIRECTORY (directory)->roster, fingerprint))
    return FALSE;
  g_signal_emit_by_name (directory, "roster-changed");
  return TRUE;
}

static void
shoal_tracker_directory_init_directory (ShoalDirectoryInterface *iface)
{
  iface->get_state = get_state;
  iface->get_error = get_error;
  iface->get_now_ms = get_now_ms;
  iface->get_members = get_members;
  iface->lookup_device = lookup_device;
  iface->confirm_device = confirm_device;
  iface->announce = shoal_tracker_directory_announce;
  iface->set_pulling = shoal_tracker_directory_set_pulling;
  shoal_tracker_directory_init_catalogue (iface);
  shoal_tracker_directory_init_offers (iface);
}
