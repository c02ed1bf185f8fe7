/* shoal-person-view.c: one member: devices with their words, offers, transfers with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-person-view"

#include "config.h"

#include "shoal-person-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-device-key.h"
#include "shoal-display-name.h"
#include "shoal-history-item.h"
#include "shoal-limits.h"
#include "shoal-person-item.h"
#include "shoal-units.h"
#include "shoal-words.h"

/* Rows of each kind; for more there are the pages Browse and History. */
#define MAX_ROWS 20

struct _ShoalPersonView
{
  AdwBin parent_instance;

  AdwAvatar *avatar;
  GtkLabel *name;
  GtkLabel *presence;
  AdwPreferencesGroup *devices;
  AdwPreferencesGroup *offers;
  AdwPreferencesGroup *transfers;

  GPtrArray *rows[3]; /* of each group */
  ShoalEngine *engine;
  ShoalMember *member;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (ShoalPersonView, shoal_person_view, ADW_TYPE_BIN)

enum
{
  DEVICES,
  OFFERS,
  TRANSFERS,
};

static AdwPreferencesGroup *
get_group (ShoalPersonView *self, int which)
{
  return which == DEVICES ? self->devices : which == OFFERS ? self->offers : self->transfers;
}

static void
clear_rows (ShoalPersonView *self, int which)
{
  for (guint i = 0; i < self->rows[which]->len; i++)
    adw_preferences_group_remove (get_group (self, which),
                                  g_ptr_array_index (self->rows[which], i));
  g_ptr_array_set_size (self->rows[which], 0);
}

static GtkWidget *
add_row (ShoalPersonView *self, int which, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *safe_subtitle = g_markup_escape_text (subtitle, -1);
  g_autofree char *safe_title = g_markup_escape_text (title, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), safe_title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), safe_subtitle);
  adw_preferences_group_add (get_group (self, which), row);
  g_ptr_array_add (self->rows[which], row);
  return row;
}

/* ---- Devices ---- */

static void
add_device (ShoalPersonView *self, ShoalDevice *device)
{
  const char *fingerprint = shoal_device_get_fingerprint (device);
  g_autofree char *name = shoal_display_name (shoal_device_get_name (device));
  g_autofree char *words = shoal_fingerprint_to_words (fingerprint);
  g_autofree char *presence = shoal_words_presence (shoal_device_get_online (device),
                                                    shoal_device_get_last_seen_ms (device));
  gboolean own = g_strcmp0 (fingerprint, shoal_engine_get_fingerprint (self->engine)) == 0;
  gboolean confirmed = shoal_device_get_confirmed (device);
  g_autofree char *subtitle = NULL;

  if (confirmed)
    subtitle = g_strdup_printf ("%s\n%s", presence, words);
  else
    subtitle = g_strdup_printf (
        _ ("%s\n%s\nThis device is new. Ask in person or on the phone whether these words are "
           "shown there, too; if not, somebody else may be behind it."),
        presence, words);

  GtkWidget *row = add_row (self, DEVICES,
                            own                             ? _ ("This Device")
                            : name != NULL && *name != '\0' ? name
                                                            : _ ("Unnamed Device"),
                            subtitle);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  if (confirmed)
    return;

  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Mark as Compared"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Not compared"), -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", fingerprint);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "people.confirm-device");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
show_member (ShoalPersonView *self)
{
  GListModel *devices = shoal_member_get_devices (self->member);
  g_autofree char *presence = shoal_words_presence (shoal_member_get_online (self->member),
                                                    shoal_member_get_last_seen_ms (self->member));
  g_autofree char *summary = shoal_person_dup_summary (self->member);
  g_autofree char *text = g_strdup_printf ("%s · %s", presence, summary);
  g_autofree char *user = shoal_display_name (shoal_member_get_user (self->member));

  adw_avatar_set_text (self->avatar, shoal_member_get_user (self->member));
  gtk_label_set_text (self->name, user);
  gtk_label_set_text (self->presence, text);
  clear_rows (self, DEVICES);
  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (devices, i);

      add_device (self, device);
    }
}

/* ---- Offers ---- */

static void
on_offers_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPage) page
             = shoal_directory_search_finish (SHOAL_DIRECTORY (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  ShoalPersonView *self = user_data;

  clear_rows (self, OFFERS);
  if (page == NULL)
    add_row (self, OFFERS, _ ("Not Known Now"), error->message);
  for (guint i = 0; page != NULL && i < page->rows->len && i < MAX_ROWS; i++)
    {
      ShoalResult *offer = g_ptr_array_index (page->rows, i);
      g_autofree char *size = shoal_format_size (shoal_result_get_size (offer));
      g_autofree char *name = shoal_display_name (shoal_result_get_name (offer));

      add_row (self, OFFERS, name, size);
    }
  if (page != NULL && page->rows->len == 0)
    add_row (self, OFFERS, _ ("Nothing Offered"), "");
}

/* ---- Transfers ---- */

/* Whether @users, separated by commas, has @user among them. */
static gboolean
is_with (const ShoalHistoryEntry *entry, const char *user)
{
  g_auto (GStrv) users = g_strsplit (entry->users != NULL ? entry->users : "", ", ", -1);

  return g_strv_contains ((const char *const *) users, user);
}

static void
on_history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries
             = shoal_history_list_finish (SHOAL_HISTORY (source), result, &error);

  if (entries == NULL)
    return;

  ShoalPersonView *self = user_data;

  clear_rows (self, TRANSFERS);
  for (guint i = 0; i < entries->len && self->rows[TRANSFERS]->len < MAX_ROWS; i++)
    {
      const ShoalHistoryEntry *entry = g_ptr_array_index (entries, i);

      if (!is_with (entry, shoal_member_get_user (self->member)))
        continue;

      g_autoptr (ShoalHistoryItem) item = shoal_history_item_new (shoal_history_entry_dup (entry));
      g_autofree char *numbers = NULL, *when = NULL, *outcome = NULL;

      g_object_get (item, "numbers", &numbers, "when", &when, "outcome", &outcome, NULL);
      g_autofree char *subtitle = g_strdup_printf ("%s · %s · %s", when, numbers, outcome);
      g_autofree char *name = shoal_display_name (entry->name);
      GtkWidget *row = add_row (self, TRANSFERS, name, subtitle);

      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name (entry->upload
                                                                   ? "network-transmit-symbolic"
                                                                   : "network-receive-symbolic"));
    }
  if (self->rows[TRANSFERS]->len == 0)
    add_row (self, TRANSFERS, _ ("None Yet"), "");
}

/* ---- Class ---- */

static void
let_go (ShoalPersonView *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->member != NULL)
    g_signal_handlers_disconnect_by_data (self->member, self);
  g_clear_object (&self->member);
  g_clear_object (&self->engine);
}

static void
dispose (GObject *object)
{
  ShoalPersonView *self = SHOAL_PERSON_VIEW (object);

  let_go (self);
  for (guint i = 0; i < G_N_ELEMENTS (self->rows); i++)
    g_clear_pointer (&self->rows[i], g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_person_view_parent_class)->dispose (object);
}

static void
shoal_person_view_class_init (ShoalPersonViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-person-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, avatar);
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, name);
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, presence);
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, devices);
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, offers);
  gtk_widget_class_bind_template_child (widget_class, ShoalPersonView, transfers);
}

static void
shoal_person_view_init (ShoalPersonView *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->rows); i++)
    self->rows[i] = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

ShoalMember *
shoal_person_view_get_member (ShoalPersonView *self)
{
  g_return_val_if_fail (SHOAL_IS_PERSON_VIEW (self), NULL);
  return self->member;
}

void
shoal_person_view_set_member (ShoalPersonView *self, ShoalEngine *engine, ShoalMember *member)
{
  g_return_if_fail (SHOAL_IS_PERSON_VIEW (self));

  let_go (self);
  if (engine == NULL || member == NULL)
    return;
  self->engine = g_object_ref (engine);
  self->member = g_object_ref (member);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_swapped (member, "notify", G_CALLBACK (show_member), self);
  clear_rows (self, OFFERS);
  clear_rows (self, TRANSFERS);
  show_member (self);

  ShoalQuery query = {
    .user = shoal_member_get_user (member), .min_size = -1, .max_size = -1, .limit = MAX_ROWS
  };

  shoal_directory_search_async (shoal_engine_get_directory (engine), &query, self->cancellable,
                                on_offers_cb, self);
  shoal_history_list_async (shoal_engine_get_history (engine), SHOAL_MAX_SEARCH_ROWS,
                            self->cancellable, on_history_cb, self);
}
