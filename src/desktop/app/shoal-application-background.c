/* shoal-application-background.c: running without a window, and starting at sign-in
 *
 * Closing the window hides it while "run-in-background" is set and there is a group; a sandbox is
 * asked first, and if it refuses Shoal does not hide. The program stays reachable by its launcher,
 * which activates the one that runs; a tray icon is an addition, since nobody can know whether it
 * is seen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-application"

#include "config.h"

#include "shoal-application-background.h"

#include <glib/gi18n.h>

#include "shoal-autostart.h"
#include "shoal-background.h"
#include "shoal-dialogs.h"

#define KEY_RUN "run-in-background"
#define KEY_START "start-at-sign-in"
#define KEY_EXPLAINED "background-explained"
#define NOTIFICATION "background"

struct _ShoalApplicationBackground
{
  GObject parent_instance;

  gboolean told; /* that it runs without a window, and not taken back since */

  GtkApplication *application; /* not owned; %NULL: stopped */
  GSettings *settings;
  ShoalSession *session;
  ShoalApplicationNotices *notices;
  GtkWindow *window; /* weak: the one that was closed last */
  gboolean sandboxed;
  gboolean closing;    /* the user or the sandbox is being asked */
  gboolean setting_up; /* a setting is being put right */
  guint follow_id;     /* "start-at-sign-in" is going to be followed */
};

G_DEFINE_FINAL_TYPE (ShoalApplicationBackground, shoal_application_background, G_TYPE_OBJECT)

/* ---- Closing ---- */

static void
quit (ShoalApplicationBackground *self)
{
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "quit", NULL);
}

static void
explain (ShoalApplicationBackground *self)
{
  g_autoptr (GNotification) notification = NULL;

  if (g_settings_get_boolean (self->settings, KEY_EXPLAINED))
    return;
  notification = g_notification_new (_ ("Shoal Is Still Running"));
  g_notification_set_body (
      notification,
      shoal_application_notices_has_icon (self->notices)
          ? _ ("Transfers go on. Open it again from its icon or the list of apps; quit it from its "
               "icon "
               "or its menu.")
          : _ ("Transfers go on. Open it again from the list of apps; quit it from its menu."));
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _ ("Quit"), "app.quit");
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION, notification);
  self->told = TRUE;
  g_settings_set_boolean (self->settings, KEY_EXPLAINED, TRUE);
}

void
shoal_application_background_note_shown (ShoalApplicationBackground *self)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_BACKGROUND (self));
  /* It is withdrawn a moment later: what is told in that moment would be withdrawn with it. */
  if (self->told)
    shoal_application_notices_withdraw (self->notices, NOTIFICATION);
  self->told = FALSE;
}

static void
hide (ShoalApplicationBackground *self, GtkWindow *window)
{
  GList *windows = gtk_window_list_toplevels ();

  /* One may take another with it. */
  g_list_foreach (windows, (GFunc) (void (*) (void)) g_object_ref, NULL);
  /* What stands before it would stay behind; some of it is shown again later, so it is not
   * destroyed. */
  for (GList *at = windows; at != NULL; at = at->next)
    if (at->data != window && gtk_widget_get_visible (at->data)
        && gtk_window_get_transient_for (at->data) != NULL)
      gtk_window_close (at->data);
  g_list_free_full (windows, g_object_unref);
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  explain (self);
}

static void
on_quit_confirmed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalApplicationBackground) self = user_data;

  self->closing = FALSE;
  if (shoal_dialogs_confirm_finish (result) && self->application != NULL)
    quit (self);
}

static gboolean
hosts_tracker (ShoalApplicationBackground *self)
{
  GListModel *groups = shoal_session_get_groups (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (groups); i++)
    {
      g_autoptr (ShoalGroupItem) group = g_list_model_get_item (groups, i);

      if (shoal_group_item_get_tracker (group) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* What ends with the program, in words. Returns: (transfer full) (nullable): %NULL: nothing */
static char *
describe_loss (ShoalApplicationBackground *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  ShoalActivity *activity = shoal_application_notices_get_activity (self->notices);
  ShoalActivitySums sums = { 0 };
  guint n_downloads;

  if (activity != NULL)
    shoal_activity_measure (activity, &sums);
  n_downloads = sums.n_downloads + sums.n_waiting;
  if (n_downloads > 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("%u download stops and goes on when Shoal is started again.",
                    "%u downloads stop and go on when Shoal is started again.", n_downloads),
          n_downloads);

      g_strv_builder_add (builder, text);
    }
  if (sums.n_uploads > 0)
    g_strv_builder_add (builder, _ ("Somebody is fetching a file from you."));
  if (hosts_tracker (self))
    g_strv_builder_add (builder, _ ("The tracker of a group runs on this computer: the members "
                                    "cannot reach each other until Shoal is started again."));

  g_auto (GStrv) lines = g_strv_builder_end (builder);

  return lines[0] != NULL ? g_strjoinv ("\n", lines) : NULL;
}

static void
quit_or_ask (ShoalApplicationBackground *self, GtkWindow *window, const char *reason)
{
  g_autofree char *loss = describe_loss (self);
  g_autofree char *body = NULL;

  if (loss == NULL && reason == NULL)
    {
      quit (self);
      return;
    }
  body = reason == NULL ? g_steal_pointer (&loss)
                        : g_strjoin (loss != NULL ? "\n" : "", reason, loss, NULL);
  self->closing = TRUE;
  shoal_dialogs_confirm_async (window, _ ("Quit Shoal?"), body, _ ("_Quit"), FALSE,
                               on_quit_confirmed_cb, g_object_ref (self));
}

static void
on_sandbox_answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalApplicationBackground) self = user_data;
  gboolean background = FALSE, autostart = FALSE;
  g_autoptr (GError) error = NULL;
  gboolean answered = shoal_background_request_finish (result, &background, &autostart, &error);

  self->closing = FALSE;
  if (self->application == NULL || self->window == NULL)
    return;
  /* Where nobody answers nobody will end us either. */
  if (!answered)
    g_message ("The sandbox cannot be asked: %s", error->message);
  if (!answered || background)
    hide (self, self->window);
  else
    quit_or_ask (self, self->window, _ ("The system does not let Shoal run without a window."));
}

static void
ask_sandbox (ShoalApplicationBackground *self, GAsyncReadyCallback callback)
{
  shoal_background_request_async (
      g_application_get_dbus_connection (G_APPLICATION (self->application)),
      _ ("Transfers go on while no window is open"),
      g_settings_get_boolean (self->settings, KEY_START), NULL, callback, g_object_ref (self));
}

gboolean
shoal_application_background_close (ShoalApplicationBackground *self, GtkWindow *window)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION_BACKGROUND (self), FALSE);
  g_return_val_if_fail (GTK_IS_WINDOW (window), FALSE);

  if (self->application == NULL)
    return FALSE;
  if (self->closing)
    return TRUE;
  g_set_weak_pointer (&self->window, window);
  /* Without a group there is nothing to go on with. */
  if (shoal_session_get_state (self->session) == SHOAL_SESSION_EMPTY)
    quit (self);
  else if (!g_settings_get_boolean (self->settings, KEY_RUN))
    quit_or_ask (self, window, NULL);
  else if (self->sandboxed
           && g_application_get_dbus_connection (G_APPLICATION (self->application)) != NULL)
    {
      self->closing = TRUE;
      ask_sandbox (self, on_sandbox_answered_cb);
    }
  else
    hide (self, window);
  return TRUE;
}

/* ---- Settings ---- */

/* Puts a switch back that could not be followed. */
static void
put_back (ShoalApplicationBackground *self, const char *key, gboolean value)
{
  self->setting_up = TRUE;
  g_settings_set_boolean (self->settings, key, value);
  self->setting_up = FALSE;
}

static void
on_start_answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalApplicationBackground) self = user_data;
  gboolean background = FALSE, autostart = FALSE;
  g_autoptr (GError) error = NULL;
  gboolean answered = shoal_background_request_finish (result, &background, &autostart, &error);
  gboolean wanted = g_settings_get_boolean (self->settings, KEY_START);

  if (self->application == NULL || (answered && autostart == wanted))
    return;
  /* Not to be started is never refused. */
  if (wanted)
    {
      put_back (self, KEY_START, FALSE);
      shoal_dialogs_report (self->application, _ ("Shoal Will Not Start When You Sign In"),
                            answered ? _ ("The system does not let it. Allow it in the system’s "
                                          "settings for apps, then try again.")
                                     : error->message);
    }
}

static gboolean
follow_start_cb (gpointer user_data)
{
  ShoalApplicationBackground *self = user_data;
  gboolean wanted = g_settings_get_boolean (self->settings, KEY_START);
  g_autoptr (GError) error = NULL;

  self->follow_id = 0;
  if (self->sandboxed
      && g_application_get_dbus_connection (G_APPLICATION (self->application)) != NULL)
    {
      ask_sandbox (self, on_start_answered_cb);
      return G_SOURCE_REMOVE;
    }
  if (shoal_autostart_set (wanted, &error))
    return G_SOURCE_REMOVE;
  put_back (self, KEY_START, !wanted);
  shoal_dialogs_report (self->application,
                        wanted ? _ ("Shoal Will Not Start When You Sign In")
                               : _ ("Shoal Will Still Start When You Sign In"),
                        error->message);
  return G_SOURCE_REMOVE;
}

/* Not at once: a switch that is bound to the setting does not see that it is put back while it is
 * still changing it. */
static void
on_start_changed_cb (ShoalApplicationBackground *self)
{
  if (!self->setting_up && self->application != NULL && self->follow_id == 0)
    self->follow_id = g_idle_add (follow_start_cb, self);
}

static void
on_run_answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalApplicationBackground) self = user_data;
  gboolean background = FALSE, autostart = FALSE;
  gboolean answered = shoal_background_request_finish (result, &background, &autostart, NULL);

  if (self->application == NULL || !answered || background)
    return;
  put_back (self, KEY_RUN, FALSE);
  shoal_dialogs_report (self->application, _ ("Shoal Cannot Run in the Background"),
                        _ ("The system does not let it. Allow it in the system’s settings for "
                           "apps, then try again."));
}

static void
on_run_changed_cb (ShoalApplicationBackground *self)
{
  if (!self->setting_up && self->application != NULL && self->sandboxed
      && g_settings_get_boolean (self->settings, KEY_RUN)
      && g_application_get_dbus_connection (G_APPLICATION (self->application)) != NULL)
    ask_sandbox (self, on_run_answered_cb);
}

/* The file is what counts: the user may have removed it, or another program runs now. */
static void
compare_autostart (ShoalApplicationBackground *self)
{
  gboolean wanted = g_settings_get_boolean (self->settings, KEY_START);
  gboolean present = shoal_autostart_get ();
  g_autoptr (GError) error = NULL;

  if (wanted != present)
    put_back (self, KEY_START, present);
  else if (wanted && !shoal_autostart_set (TRUE, &error))
    g_warning ("The file for starting at sign-in stays as it was: %s", error->message);
}

gboolean
shoal_application_background_is_asking (ShoalApplicationBackground *self)
{
  g_return_val_if_fail (SHOAL_IS_APPLICATION_BACKGROUND (self), FALSE);
  return self->closing;
}

void
shoal_application_background_set_sandboxed (ShoalApplicationBackground *self, gboolean sandboxed)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_BACKGROUND (self));
  self->sandboxed = sandboxed;
}

/* ---- Begin and end ---- */

void
shoal_application_background_stop (ShoalApplicationBackground *self)
{
  g_return_if_fail (SHOAL_IS_APPLICATION_BACKGROUND (self));

  g_clear_handle_id (&self->follow_id, g_source_remove);
  self->application = NULL;
}

static void
dispose (GObject *object)
{
  ShoalApplicationBackground *self = SHOAL_APPLICATION_BACKGROUND (object);

  shoal_application_background_stop (self);
  g_clear_weak_pointer (&self->window);
  g_clear_object (&self->notices);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (shoal_application_background_parent_class)->dispose (object);
}

static void
shoal_application_background_class_init (ShoalApplicationBackgroundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
}

static void
shoal_application_background_init (ShoalApplicationBackground *self)
{
}

ShoalApplicationBackground *
shoal_application_background_new (GtkApplication *application,
                                  GSettings *settings,
                                  ShoalSession *session,
                                  ShoalApplicationNotices *notices)
{
  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  g_return_val_if_fail (SHOAL_IS_SESSION (session), NULL);
  g_return_val_if_fail (SHOAL_IS_APPLICATION_NOTICES (notices), NULL);

  ShoalApplicationBackground *self = g_object_new (SHOAL_TYPE_APPLICATION_BACKGROUND, NULL);

  self->application = application;
  self->settings = g_object_ref (settings);
  self->session = g_object_ref (session);
  self->notices = g_object_ref (notices);
  self->sandboxed = shoal_background_is_sandboxed ();
  if (!self->sandboxed)
    compare_autostart (self);
  g_signal_connect_object (settings, "changed::" KEY_START, G_CALLBACK (on_start_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::" KEY_RUN, G_CALLBACK (on_run_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}
