/* shoal-application-notices.c: what is told outside of the window: notifications, the tray, sleep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application-notices.h"

#include <glib/gi18n.h>

#include "shoal-notifier.h"
#include "shoal-tray.h"

/* The computer may sleep so long after the last byte: a source may only be slow. */
#define REST_SECONDS 10

struct _ShoalApplicationNotices
{
  GObject parent_instance;

  GtkApplication *application; /* not owned; %NULL: stopped */
  GSettings *settings;
  ShoalNotifier *notifier; /* (nullable): not between start and stop */
  ShoalTray *tray;         /* (nullable): without a session bus */
  ShoalActivity *activity; /* (nullable): of the engine that is open */
  guint inhibition;        /* cookie; 0: the computer may sleep */
  guint rest_id;           /* nothing moves; the inhibition ends soon */
};

G_DEFINE_FINAL_TYPE (ShoalApplicationNotices, shoal_application_notices, G_TYPE_OBJECT)

enum
{
  SIGNAL_ACTIVATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Sleep ---- */

static gboolean
on_rest_cb (gpointer user_data)
{
  ShoalApplicationNotices *self = user_data;

  self->rest_id = 0;
  if (self->inhibition != 0)
    gtk_application_uninhibit (self->application, self->inhibition);
  self->inhibition = 0;
  return G_SOURCE_REMOVE;
}

static void
update_inhibition (ShoalApplicationNotices *self)
{
  gboolean moving = self->activity != NULL && shoal_activity_is_moving (self->activity);

  if (moving)
    {
      g_clear_handle_id (&self->rest_id, g_source_remove);
      if (self->inhibition == 0)
        self->inhibition
            = gtk_application_inhibit (self->application, NULL, GTK_APPLICATION_INHIBIT_SUSPEND,
                                       _ ("Files are being transferred"));
    }
  else if (self->inhibition != 0 && self->rest_id == 0)
    self->rest_id = g_timeout_add_seconds (REST_SECONDS, on_rest_cb, self);
}

/* ---- What moves ---- */

static void
enable (ShoalApplicationNotices *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->application), name);

  if (g_action_get_enabled (action) != enabled)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
on_activity_changed_cb (ShoalApplicationNotices *self)
{
  const ShoalActivitySums *sums
      = self->activity != NULL ? shoal_activity_get_sums (self->activity) : NULL;

  enable (self, "pause-all", sums != NULL && sums->n_downloads + sums->n_waiting > 0);
  enable (self, "resume-all", sums != NULL && sums->n_paused > 0);
  update_inhibition (self);
}

void
shoal_application_notices_set_engine (ShoalApplicationNotices *self, ShoalEngine *engine)
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
on_looked_cb (ShoalApplicationNotices *self, GParamSpec *pspec, GtkWindow *window)
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
on_window_notify_cb (GtkWindow *window, GParamSpec *pspec, ShoalApplicationNotices *self)
{
  on_looked_cb (self, pspec, window);
}

void
shoal_application_notices_watch_window (ShoalApplicationNotices *self, GtkWindow *window)
{
  static const char *const names[]
      = { "notify::is-active", "notify::visible-page", "notify::visible" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_signal_connect_object (window, names[i], G_CALLBACK (on_window_notify_cb), self, 0);
}

static void
on_tray_activate_cb (ShoalApplicationNotices *self, const char *page, const char *token)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATE], 0, page, token);
}

ShoalActivity *
shoal_application_notices_get_activity (ShoalApplicationNotices *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION_NOTICES (self), NULL);
  return self->activity;
}

gboolean
shoal_application_notices_has_icon (ShoalApplicationNotices *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION_NOTICES (self), FALSE);
  return self->tray != NULL && shoal_tray_get_registered (self->tray);
}

void
shoal_application_notices_withdraw (ShoalApplicationNotices *self, const char *id)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_NOTICES (self));

  if (self->notifier != NULL)
    shoal_notifier_withdraw (self->notifier, id);
}

void
shoal_application_notices_forget (ShoalApplicationNotices *self, const char *uuid)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_NOTICES (self));

  if (self->notifier != NULL)
    shoal_notifier_forget (self->notifier, uuid);
}

/* ---- Begin and end ---- */

void
shoal_application_notices_start (ShoalApplicationNotices *self)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_NOTICES (self));
  g_return_if_fail (self->notifier == NULL && self->application != NULL);

  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self->application));
  g_autoptr (GError) error = NULL;

  self->notifier = shoal_notifier_new (G_APPLICATION (self->application), self->settings);
  if (bus != NULL)
    self->tray = shoal_tray_new (bus, G_ACTION_GROUP (self->application), &error);
  if (self->tray != NULL)
    g_signal_connect_object (self->tray, "activate", G_CALLBACK (on_tray_activate_cb), self,
                             G_CONNECT_SWAPPED);
  else if (error != NULL)
    g_warning ("There will be no tray icon: %s", error->message);
  on_activity_changed_cb (self);
}

void
shoal_application_notices_stop (ShoalApplicationNotices *self)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_NOTICES (self));

  if (self->application == NULL)
    return;
  if (self->activity != NULL)
    g_signal_handlers_disconnect_by_data (self->activity, self);
  g_clear_object (&self->activity);
  g_clear_handle_id (&self->rest_id, g_source_remove);
  on_rest_cb (self);
  g_clear_object (&self->tray);
  g_clear_object (&self->notifier);
  self->application = NULL;
}

static void
dispose (GObject *object)
{
  ShoalApplicationNotices *self = SHOAL_APPLICATION_NOTICES (object);

  shoal_application_notices_stop (self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (shoal_application_notices_parent_class)->dispose (object);
}

static void
shoal_application_notices_class_init (ShoalApplicationNoticesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  signals[SIGNAL_ACTIVATE]
      = g_signal_new ("activate", SHOAL_TYPE_APPLICATION_NOTICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
shoal_application_notices_init (ShoalApplicationNotices *self)
{
}

ShoalApplicationNotices *
shoal_application_notices_new (GtkApplication *application, GSettings *settings)
{
  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  ShoalApplicationNotices *self = g_object_new (SHOAL_TYPE_APPLICATION_NOTICES, NULL);

  self->application = application;
  self->settings = g_object_ref (settings);
  return self;
}
