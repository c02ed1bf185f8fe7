/* shoal-tracker-directory-roster.c: what the tracker pushes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-error.h"
#include "shoal-methods.h"
#include "shoal-roster-json.h"
#include "shoal-tracker-link-json.h"

/* Takes over all members and tells so. */
static gboolean
take_whole (ShoalTrackerDirectory *self, JsonObject *message, GError **error)
{
  g_autoptr (ShoalRosterNews) news = shoal_roster_news_from_json (message, error);

  if (news == NULL)
    return FALSE;
  shoal_roster_set_loopback (self->roster, shoal_tracker_link_is_loopback (self->link));
  shoal_roster_apply_whole (self->roster, news);
  if (self->kept_roster != NULL)
    shoal_kept_roster_take_whole (self->kept_roster, news);
  self->have_roster = TRUE;
  g_signal_emit_by_name (self, "roster-changed");
  return TRUE;
}

static void
on_roster_cb (ShoalTrackerLink *link, const char *method, JsonObject *params, gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!take_whole (self, params, &error))
    g_warning ("The tracker sent a roster that cannot be read: %s", error->message);
  /* Who was told of the roster may have stopped us. */
  else if (!self->online && self->have_roster
           && shoal_tracker_link_get_state (link) == SHOAL_DIRECTORY_ONLINE)
    shoal_tracker_directory_come_online (self);
}

static void
on_roster_asked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalTrackerDirectory) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  /* With another connection comes another roster. */
  if (reply == NULL
      && (shoal_error_is_disconnect (error)
          || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return;
  if (reply == NULL || !take_whole (self, reply, &error))
    g_warning ("Cannot get the roster: %s", error->message);
}

static void
on_roster_delta_cb (ShoalTrackerLink *link,
                    const char *method,
                    JsonObject *params,
                    gpointer user_data)
{
  ShoalTrackerDirectory *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalRosterNews) news = shoal_roster_delta_from_json (params, &error);

  if (news == NULL)
    g_debug ("The tracker sent a change of the roster that cannot be read: %s", error->message);
  shoal_roster_set_loopback (self->roster, shoal_tracker_link_is_loopback (link));
  /* What cannot be read is missing, as what did not come. */
  if (news == NULL || !shoal_roster_apply_delta (self->roster, news))
    {
      if (self->asking == NULL)
        self->asking = g_cancellable_new ();
      shoal_tracker_link_call_async (link, SHOAL_METHOD_ROSTER, NULL, self->asking,
                                     on_roster_asked_cb, g_object_ref (self));
      return;
    }
  if (self->kept_roster != NULL)
    shoal_kept_roster_take_delta (self->kept_roster, news);
  g_signal_emit_by_name (self, "roster-changed");
}

static void
on_catalogue_cb (ShoalTrackerLink *link, const char *method, JsonObject *params, gpointer user_data)
{
  g_signal_emit_by_name (user_data, "catalogue-changed");
}

void
shoal_tracker_directory_watch_roster (ShoalTrackerDirectory *self)
{
  g_signal_connect_object (self->link, "notification::" SHOAL_NOTIFICATION_ROSTER,
                           G_CALLBACK (on_roster_cb), self, 0);
  g_signal_connect_object (self->link, "notification::" SHOAL_NOTIFICATION_ROSTER_DELTA,
                           G_CALLBACK (on_roster_delta_cb), self, 0);
  g_signal_connect_object (self->link, "notification::" SHOAL_NOTIFICATION_CATALOGUE,
                           G_CALLBACK (on_catalogue_cb), self, 0);
}

void
shoal_tracker_directory_lose_roster (ShoalTrackerDirectory *self)
{
  /* An answer of this connection says nothing about the next. */
  if (self->asking != NULL)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
  if (self->have_roster)
    shoal_roster_lose (self->roster, shoal_tracker_link_get_now_ms (self->link));
  self->have_roster = FALSE;
}
