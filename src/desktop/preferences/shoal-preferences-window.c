/* shoal-preferences-window.c: what the user can set; everything applies at once
 *
 * Rows are bound to GSettings; ShoalSettingsSync brings them to the engine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-preferences"

#include "config.h"

#include "shoal-preferences-window.h"

#include <glib/gi18n.h>
#include <langinfo.h>

#include "shoal-dialogs.h"
#include "shoal-display-name.h"
#include "shoal-file-picker.h"
#include "shoal-open.h"

#define N_DAYS (7)

struct _ShoalPreferencesWindow
{
  AdwWindow parent_instance;

  AdwActionRow *folder_row;
  GtkSpinButton *parallel_spin;
  GtkSpinButton *upload_spin;
  GtkSpinButton *download_spin;
  AdwComboRow *alternative_row;
  GtkSpinButton *alternative_upload_spin;
  GtkSpinButton *alternative_download_spin;
  GtkWidget *alternative_upload_row;
  GtkWidget *alternative_download_row;
  GtkWidget *from_row;
  GtkWidget *to_row;
  GtkWidget *days_row;
  GtkSpinButton *from_spin;
  GtkSpinButton *to_spin;
  GtkBox *days_box;
  AdwActionRow *port_row;
  GtkSpinButton *port_spin;
  GtkSwitch *start_switch;
  GtkSwitch *background_switch;
  GtkSwitch *finished_switch;
  GtkSwitch *failed_switch;
  AdwActionRow *secret_row;
  AdwActionRow *key_row;

  ShoalSession *session;
  GSettings *settings;
  GtkToggleButton *days[N_DAYS];
  gboolean loading_days;
};

G_DEFINE_FINAL_TYPE (ShoalPreferencesWindow, shoal_preferences_window, ADW_TYPE_WINDOW)

/* ---- The download folder ---- */

static void
show_folder (ShoalPreferencesWindow *self)
{
  g_autofree char *path = g_settings_get_string (self->settings, "download-folder");
  g_autofree char *shown = shoal_display_name (path);

  adw_action_row_set_subtitle (self->folder_row,
                               *shown != '\0' ? shown : _ ("Downloads, in a folder for Shoal"));
}

static void
on_folder_picked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalPreferencesWindow) self = user_data;
  g_autoptr (GListModel) files = shoal_file_picker_run_finish (result);
  g_autoptr (GFile) file = files != NULL ? g_list_model_get_item (files, 0) : NULL;

  if (file != NULL && g_file_peek_path (file) != NULL && self->settings != NULL)
    g_settings_set_string (self->settings, "download-folder", g_file_peek_path (file));
}

static void
on_choose_folder_cb (ShoalPreferencesWindow *self)
{
  g_autofree char *path = g_settings_get_string (self->settings, "download-folder");
  g_autoptr (GFile) folder = *path != '\0' ? g_file_new_for_path (path) : NULL;

  shoal_file_picker_run_async (GTK_WINDOW (self), SHOAL_PICK_FOLDER, _ ("Download Folder"),
                               _ ("_Choose"), folder, NULL, on_folder_picked_cb,
                               g_object_ref (self));
}

/* ---- Limits ---- */

static void
show_schedule (ShoalPreferencesWindow *self)
{
  guint mode = g_settings_get_uint (self->settings, "alternative-limits");

  gtk_widget_set_visible (self->alternative_upload_row, mode != 0);
  gtk_widget_set_visible (self->alternative_download_row, mode != 0);
  gtk_widget_set_visible (self->from_row, mode == 2);
  gtk_widget_set_visible (self->to_row, mode == 2);
  gtk_widget_set_visible (self->days_row, mode == 2);
}

/* "08:30" for minutes after midnight. */
static gboolean
on_time_output_cb (GtkSpinButton *spin, gpointer user_data)
{
  int minutes = gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text = g_strdup_printf ("%02d:%02d", minutes / 60, minutes % 60);

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), text))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
on_time_input_cb (GtkSpinButton *spin, double *value, gpointer user_data)
{
  g_auto (GStrv) parts = g_strsplit (gtk_editable_get_text (GTK_EDITABLE (spin)), ":", 2);
  guint64 hours = 0;
  guint64 minutes = 0;

  if (parts[0] == NULL
      || !g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 0, 23, &hours, NULL))
    return GTK_INPUT_ERROR;
  if (parts[1] != NULL
      && !g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 0, 59, &minutes, NULL))
    return GTK_INPUT_ERROR;
  *value = (double) (hours * 60 + minutes);
  return TRUE;
}

static gboolean
on_rate_output_cb (GtkSpinButton *spin, gpointer user_data)
{
  int rate = gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text
      = rate == 0 ? g_strdup (_ ("No limit")) : g_strdup_printf (_ ("%d kB/s"), rate);

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), text))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
on_rate_input_cb (GtkSpinButton *spin, double *value, gpointer user_data)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  char *end = NULL;

  if (g_str_equal (text, _ ("No limit")) || *text == '\0')
    {
      *value = 0;
      return TRUE;
    }
  *value = g_strtod (text, &end);
  return end != text && *value >= 0 ? TRUE : GTK_INPUT_ERROR;
}

static void
on_day_toggled_cb (ShoalPreferencesWindow *self)
{
  guint days = 0;

  if (self->loading_days)
    return;
  for (guint i = 0; i < N_DAYS; i++)
    if (gtk_toggle_button_get_active (self->days[i]))
      days |= 1u << i;
  g_settings_set_uint (self->settings, "schedule-days", days);
}

static void
show_days (ShoalPreferencesWindow *self)
{
  guint days = g_settings_get_uint (self->settings, "schedule-days");

  self->loading_days = TRUE;
  for (guint i = 0; i < N_DAYS; i++)
    gtk_toggle_button_set_active (self->days[i], (days & (1u << i)) != 0);
  self->loading_days = FALSE;
}

/* Monday first, as the schedule counts them. */
static void
add_days (ShoalPreferencesWindow *self)
{
  static const nl_item shorts[N_DAYS]
      = { ABDAY_2, ABDAY_3, ABDAY_4, ABDAY_5, ABDAY_6, ABDAY_7, ABDAY_1 };
  static const nl_item names[N_DAYS] = { DAY_2, DAY_3, DAY_4, DAY_5, DAY_6, DAY_7, DAY_1 };

  for (guint i = 0; i < N_DAYS; i++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (nl_langinfo (shorts[i]));

      self->days[i] = GTK_TOGGLE_BUTTON (button);
      gtk_widget_set_hexpand (button, TRUE);
      gtk_widget_add_css_class (button, "day");
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      nl_langinfo (names[i]), -1);
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_day_toggled_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (self->days_box, button);
    }
}

/* ---- The port ---- */

static gboolean
on_port_output_cb (GtkSpinButton *spin, gpointer user_data)
{
  int port = gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text = port == 0 ? g_strdup (_ ("Automatic")) : g_strdup_printf ("%d", port);

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), text))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
on_port_input_cb (GtkSpinButton *spin, double *value, gpointer user_data)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  guint64 port = 0;

  if (g_str_equal (text, _ ("Automatic")) || *text == '\0')
    {
      *value = 0;
      return TRUE;
    }
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &port, NULL))
    return GTK_INPUT_ERROR;
  /* Up and down from "Automatic" and well-known ports lead to the next that is allowed. */
  *value = port == 0 ? 0 : (double) MAX (port, 1024);
  return TRUE;
}

static void
show_port (ShoalPreferencesWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);
  guint16 port = engine != NULL ? shoal_uploads_get_port (shoal_engine_get_uploads (engine)) : 0;
  g_autofree char *text = port != 0 ? g_strdup_printf (_ ("Now %u"), (guint) port) : NULL;

  adw_action_row_set_subtitle (self->port_row,
                               text != NULL ? text : _ ("Where the others reach this device"));
}

static void
show_secrets (ShoalPreferencesWindow *self)
{
  ShoalEngine *engine = shoal_session_get_engine (self->session);
  const char *kind = engine != NULL ? shoal_engine_get_secret_kind (engine) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->secret_row), kind != NULL);
  adw_action_row_set_subtitle (
      self->secret_row, g_strcmp0 (kind, "keyring") == 0
                            ? _ ("In the system’s keyring")
                            : _ ("In a file that only you can read, as there is no keyring"));
}

/* What somebody who joins by an address alone compares. */
static void
show_key (ShoalPreferencesWindow *self)
{
  ShoalGroupItem *group = shoal_session_get_current (self->session);
  const char *key = group != NULL ? shoal_group_item_get_group (group)->key : NULL;
  g_autofree char *words = key != NULL ? shoal_fingerprint_to_words (key) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->key_row), words != NULL);
  adw_action_row_set_subtitle (self->key_row, words != NULL ? words : "");
}

/* ---- Class ---- */

static void
bind_spin (ShoalPreferencesWindow *self, const char *key, GtkSpinButton *spin)
{
  g_settings_bind (self->settings, key, gtk_spin_button_get_adjustment (spin), "value",
                   G_SETTINGS_BIND_DEFAULT);
}

static void
bind_all (ShoalPreferencesWindow *self)
{
  bind_spin (self, "parallel-downloads", self->parallel_spin);
  bind_spin (self, "upload-limit", self->upload_spin);
  bind_spin (self, "download-limit", self->download_spin);
  bind_spin (self, "alternative-upload-limit", self->alternative_upload_spin);
  bind_spin (self, "alternative-download-limit", self->alternative_download_spin);
  bind_spin (self, "schedule-from", self->from_spin);
  bind_spin (self, "schedule-to", self->to_spin);
  bind_spin (self, "listen-port", self->port_spin);
  g_settings_bind (self->settings, "alternative-limits", self->alternative_row, "selected",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "start-at-sign-in", self->start_switch, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "run-in-background", self->background_switch, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "notify-finished", self->finished_switch, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "notify-failed", self->failed_switch, "active",
                   G_SETTINGS_BIND_DEFAULT);

  g_signal_connect_object (self->settings, "changed::download-folder", G_CALLBACK (show_folder),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::alternative-limits",
                           G_CALLBACK (show_schedule), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::schedule-days", G_CALLBACK (show_days), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::listen-port", G_CALLBACK (show_port), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

static void
dispose (GObject *object)
{
  ShoalPreferencesWindow *self = SHOAL_PREFERENCES_WINDOW (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (shoal_preferences_window_parent_class)->dispose (object);
}

static void
shoal_preferences_window_class_init (ShoalPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, folder_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, parallel_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, upload_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, download_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, alternative_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow,
                                        alternative_upload_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow,
                                        alternative_download_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow,
                                        alternative_upload_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow,
                                        alternative_download_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, from_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, to_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, days_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, from_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, to_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, days_box);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, port_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, port_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, start_switch);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, background_switch);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, finished_switch);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, failed_switch);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, secret_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalPreferencesWindow, key_row);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_time_output_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_time_input_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_rate_output_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_rate_input_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_port_output_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_port_input_cb);
}

static void
shoal_preferences_window_init (ShoalPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_days (self);
  shoal_dialogs_close_on_escape (GTK_WINDOW (self));
}

void
shoal_preferences_window_present (GtkWindow *parent, ShoalSession *session, GSettings *settings)
{
  g_return_if_fail (GTK_IS_WINDOW (parent));
  g_return_if_fail (SHOAL_IS_SESSION (session));
  g_return_if_fail (G_IS_SETTINGS (settings));

  GtkApplication *application = gtk_window_get_application (parent);

  for (GList *at = gtk_application_get_windows (application); at != NULL; at = at->next)
    if (SHOAL_IS_PREFERENCES_WINDOW (at->data))
      {
        gtk_window_present (at->data);
        return;
      }

  ShoalPreferencesWindow *self
      = g_object_new (SHOAL_TYPE_PREFERENCES_WINDOW, "application", application, "transient-for",
                      parent, "modal", TRUE, NULL);

  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  bind_all (self);
  show_folder (self);
  show_schedule (self);
  show_days (self);
  show_port (self);
  show_secrets (self);
  show_key (self);
  gtk_window_present (GTK_WINDOW (self));
}
