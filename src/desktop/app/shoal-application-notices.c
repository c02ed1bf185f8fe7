/* shoal-application-notices.c: what is told outside of the window: notifications, the tray, sleep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application-private.h"

#include <glib/gi18n.h>

/* The computer may sleep so long after the last byte: a source may only be slow. */
#define REST_SECONDS 10

/* ---- Sleep ---- */

static gboolean
on_rest_cb (gpointer user_data)
{
  ShoalApplication *self = user_data;

  self->rest_id = 0;
  if (self->inhibition != 0)
    gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibition);
  self->inhibition = 0;
  return G_SOURCE_REMOVE;
}

static void
update_inhibition (ShoalApplication *self)
{
  gboolean moving = self->activity != NULL && shoal_activity_is_moving (self->activity);

  if (moving)
    {
      g_clear_handle_id (&self->rest_id, g_source_remove);
      if (self->inhibition == 0)
        self->inhibition = gtk_application_inhibit (GTK_APPLICATION (self), NULL,
                                                    GTK_APPLICATION_INHIBIT_SUSPEND,
                                                    _ ("Files are being transferred"));
    }
  else if (self->inhibition != 0 && self->rest_id == 0)
    self->rest_id = g_timeout_add_seconds (REST_SECONDS, on_rest_cb, self);
}

/* ---- What moves ---- */

static void
enable (ShoalApplication *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  if (g_action_get_enabled (action) != enabled)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
on_activity_changed_cb (ShoalApplication *self)
{
  const ShoalActivitySums *sums
      = self->activity != NULL ? shoal_activity_get_sums (self->activity) : NULL;

  enable (self, "pause-all", sums != NULL && sums->n_downloads + sums->n_waiting > 0);
  enable (self, "resume-all", sums != NULL && sums->n_paused > 0);
  update_inhibition (self);
}

void
shoal_application_watch_engine (ShoalApplication *self, ShoalEngine *engine)
{
  ShoalActivity *activity = engine != NULL ? shoal_engine_get_activity (engine) : NULL;

  if (self->notifier == NULL)
    return;
  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_set_object (&self->activity, activity);
  if (self->activity != NULL)
    g_signal_connect_object (self->activity, "changed", G_CALLBACK (on_activity_changed_cb), self,
                             G_CONNECT_SWAPPED);
  shoal_notifier_set_engine (self->notifier, engine);
  if (self->tray != NULL)
    shoal_tray_set_activity (self->tray, self->activity);
  on_activity_changed_cb (self);
}

/* ---- What is seen ---- */

static void
on_looked_cb (ShoalApplication *self, GParamSpec *pspec, GtkWindow *window)
{
  g_autofree char *page = NULL;

  if (self->notifier == NULL)
    return;
  g_object_get (window, "visible-page", &page, NULL);
  shoal_notifier_set_looked_at (self->notifier, gtk_widget_get_visible (GTK_WIDGET (window))
                                                    && gtk_window_is_active (window)
                                                    && (g_strcmp0 (page, "transfers") == 0
                                                        || g_strcmp0 (page, "history") == 0));
}

static void
on_window_notify_cb (GtkWindow *window, GParamSpec *pspec, ShoalApplication *self)
{
  on_looked_cb (self, pspec, window);
}

void
shoal_application_watch_window (ShoalApplication *self, ShoalWindow *window)
{
  static const char *const signals[]
      = { "notify::is-active", "notify::visible-page", "notify::visible" };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (window, signals[i], G_CALLBACK (on_window_notify_cb), self, 0);
}

static void
on_tray_activate_cb (ShoalApplication *self, const char *page, const char *token)
{
  ShoalWindow *window;

  if (self->quitting)
    return;
  window = shoal_application_ensure_window (self);
  if (page != NULL)
    shoal_window_show_page (window, page);
  if (token != NULL)
    gtk_window_set_startup_id (GTK_WINDOW (window), token);
  g_application_activate (G_APPLICATION (self));
}

/* ---- Begin and end ---- */

void
shoal_application_start_notices (ShoalApplication *self)
{
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self));
  g_autoptr (GError) error = NULL;

  self->notifier = shoal_notifier_new (G_APPLICATION (self), self->settings);
  if (bus != NULL)
    self->tray = shoal_tray_new (bus, G_ACTION_GROUP (self), &error);
  if (self->tray != NULL)
    g_signal_connect_object (self->tray, "activate", G_CALLBACK (on_tray_activate_cb), self,
                             G_CONNECT_SWAPPED);
  else if (error != NULL)
    g_warning ("There will be no tray icon: %s", error->message);
  on_activity_changed_cb (self);
}

void
shoal_application_stop_notices (ShoalApplication *self)
{
  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_clear_object (&self->activity);
  g_clear_handle_id (&self->rest_id, g_source_remove);
  on_rest_cb (self);
  g_clear_object (&self->tray);
  g_clear_object (&self->notifier);
}
