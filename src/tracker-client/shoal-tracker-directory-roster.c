/* shoal-tracker-directory-roster.c: what the tracker pushes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-methods.h"

static void
on_roster_asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalDirectorySession) session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = shoal_channel_call_finish (SHOAL_CHANNEL (object), result, &error);

  if (session->directory == NULL)
    return;
  if (reply == NULL || !shoal_roster_apply_whole (session->directory->roster, reply, &error))
    {
      g_warning ("Cannot get the roster: %s", error->message);
      return;
    }
  if (session->directory->kept_roster != NULL)
    shoal_kept_roster_take_whole (session->directory->kept_roster, reply);
  g_signal_emit_by_name (session->directory, "roster-changed");
}

static void
take_roster (ShoalTrackerDirectory *self, ShoalDirectorySession *session, JsonObject *params)
{
  g_autoptr (GError) error = NULL;

  if (!shoal_roster_apply_whole (self->roster, params, &error))
    {
      g_warning ("The tracker sent a roster that cannot be read: %s", error->message);
      return;
    }
  session->have_roster = TRUE;
  if (self->kept_roster != NULL)
    shoal_kept_roster_take_whole (self->kept_roster, params);
  g_signal_emit_by_name (self, "roster-changed");
  if (session->signed_in && session->directory == self)
    shoal_tracker_directory_session_online (self);
}

static void
take_delta (ShoalTrackerDirectory *self, ShoalDirectorySession *session, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  gboolean gap = FALSE;

  if (!shoal_roster_apply_delta (self->roster, params, &gap, &error))
    {
      g_debug ("The tracker sent a change of the roster that cannot be read: %s", error->message);
      gap = TRUE;
    }
  if (gap)
    shoal_channel_call_async (session->channel, SHOAL_METHOD_ROSTER, NULL, session->cancellable,
                              on_roster_asked_cb, shoal_directory_session_ref (session));
  else
    {
      if (self->kept_roster != NULL)
        shoal_kept_roster_take_delta (self->kept_roster, params);
      g_signal_emit_by_name (self, "roster-changed");
    }
}

void
shoal_tracker_directory_on_notification (ShoalTrackerDirectory *self,
                                         ShoalDirectorySession *session,
                                         const char *method,
                                         JsonObject *params)
{
  g_autoptr (ShoalTrackerDirectory) keep = g_object_ref (self);

  if (g_str_equal (method, SHOAL_NOTIFICATION_ROSTER))
    take_roster (self, session, params);
  else if (g_str_equal (method, SHOAL_NOTIFICATION_ROSTER_DELTA))
    take_delta (self, session, params);
  else if (g_str_equal (method, SHOAL_NOTIFICATION_CATALOGUE))
    g_signal_emit_by_name (self, "catalogue-changed");
  else if (g_str_equal (method, SHOAL_NOTIFICATION_REPLACED))
    {
      g_autoptr (GError) error = g_error_new_literal (
          SHOAL_ERROR, SHOAL_ERROR_REPLACED,
          _ ("Another program with this device's key has signed in."));

      shoal_directory_session_drop (self, error);
      shoal_tracker_directory_session_failed (self, error, FALSE);
    }
}
