/* shoal-invite-view.c: makes links that invite to the group, and shows them as text and as a QR
 * code
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-invite-view"

#include "config.h"

#include "shoal-invite-view.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-link.h"
#include "shoal-qr-code.h"

#define COPIED_SHOWN_S (2)

struct _ShoalInviteView
{
  AdwBin parent_instance;

  GtkStack *states;
  AdwStatusPage *failed_status;
  ShoalQrCode *qr_code;
  GtkLabel *link_label;
  GtkLabel *note_label;
  GtkButton *copy_button;
  GtkSpinButton *uses_spin;
  GtkSpinButton *days_spin;
  GtkButton *make_button;

  ShoalEngine *engine;
  GCancellable *cancellable;
  char *link;
  guint copied_id;
};

G_DEFINE_FINAL_TYPE (ShoalInviteView, shoal_invite_view, ADW_TYPE_BIN)

static void
show_failure (ShoalInviteView *self, const char *message)
{
  g_autofree char *escaped = g_markup_escape_text (message, -1);

  adw_status_page_set_description (self->failed_status, escaped);
  gtk_stack_set_visible_child_name (self->states, "failed");
}

static void
show_link (ShoalInviteView *self, char *link, gint64 expires_ms)
{
  int uses = gtk_spin_button_get_value_as_int (self->uses_spin);
  g_autoptr (GDateTime) expires = g_date_time_new_from_unix_local (expires_ms / 1000);
  g_autofree char *date = expires != NULL ? g_date_time_format (expires, "%x") : g_strdup ("?");
  g_autofree char *note = g_strdup_printf (
      /* Translators: %s is a date */
      ngettext (
          "It works for %d person, until %s. Send it only to whom you want to have in the group.",
          "It works for %d people, until %s. Send it only to whom you want to have in the group.",
          (gulong) uses),
      uses, date);
  g_autoptr (ShoalLink) parsed = shoal_link_parse (link, NULL);

  if (parsed != NULL && shoal_link_is_local (parsed))
    {
      g_autofree char *general = g_steal_pointer (&note);

      /* Translators: about a link that invites to the group */
      note = g_strdup_printf ("%s\n%s", general, _ ("It works in this network only."));
    }
  g_free (self->link);
  self->link = link;
  shoal_qr_code_set_text (self->qr_code, link);
  gtk_label_set_label (self->link_label, link);
  gtk_label_set_label (self->note_label, note);
  gtk_stack_set_visible_child_name (self->states, "link");
  gtk_widget_grab_focus (GTK_WIDGET (self->copy_button));
  /* The label had the focus for a moment, and selects itself then. */
  gtk_label_select_region (self->link_label, 0, 0);
}

static void
on_invited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalInviteView) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 expires_ms = 0;
  char *link = shoal_tracker_account_invite_finish (SHOAL_TRACKER_ACCOUNT (object), result,
                                                    &expires_ms, &error);

  if (self->engine == NULL || shoal_engine_get_account (self->engine) != (gpointer) object)
    g_free (link);
  else if (link != NULL)
    show_link (self, link, expires_ms);
  else
    show_failure (self, error->message);
}

static void
on_online_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalInviteView) self = user_data;
  g_autoptr (GError) error = NULL;
  ShoalEngine *engine = SHOAL_ENGINE (object);

  if (!shoal_engine_wait_online_finish (engine, result, &error))
    {
      if (self->engine == engine)
        show_failure (self, error->message);
      return;
    }
  if (self->engine != engine)
    return;
  shoal_tracker_account_invite_async (shoal_engine_get_account (engine),
                                      (guint) gtk_spin_button_get_value_as_int (self->uses_spin),
                                      (guint) gtk_spin_button_get_value_as_int (self->days_spin),
                                      self->cancellable, on_invited_cb, g_object_ref (self));
}

static void
make_link (ShoalInviteView *self)
{
  if (self->engine == NULL)
    return;
  shoal_dialogs_release_focus (GTK_WIDGET (self->states));
  gtk_stack_set_visible_child_name (self->states, "loading");
  shoal_engine_wait_online_async (self->engine, self->cancellable, on_online_cb,
                                  g_object_ref (self));
}

static gboolean
on_copied_over_cb (gpointer user_data)
{
  ShoalInviteView *self = user_data;

  self->copied_id = 0;
  gtk_button_set_label (self->copy_button, _ ("_Copy Link"));
  return G_SOURCE_REMOVE;
}

static void
on_copy_cb (ShoalInviteView *self)
{
  if (self->link == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->link);
  gtk_button_set_label (self->copy_button, _ ("Copied"));
  g_clear_handle_id (&self->copied_id, g_source_remove);
  self->copied_id = g_timeout_add_seconds (COPIED_SHOWN_S, on_copied_over_cb, self);
}

void
shoal_invite_view_set_engine (ShoalInviteView *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_INVITE_VIEW (self));

  if (self->engine == engine)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->link, g_free);
  g_set_object (&self->engine, engine);
  if (engine == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  make_link (self);
}

static GtkWidget *
invite_view_new (ShoalEngine *engine)
{
  ShoalInviteView *self = g_object_new (SHOAL_TYPE_INVITE_VIEW, NULL);

  shoal_invite_view_set_engine (self, engine);
  return GTK_WIDGET (self);
}

void
shoal_invite_dialog_present (GtkWindow *parent, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_ENGINE (engine));

  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *view = invite_view_new (engine);
  GtkWidget *window
      = g_object_new (ADW_TYPE_WINDOW, "title", _ ("Invite People"), "modal", TRUE, "transient-for",
                      parent, "default-width", 440, "default-height", 640, "content", box, NULL);

  gtk_widget_add_css_class (header, "flat");
  gtk_widget_set_vexpand (view, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), view);
  shoal_dialogs_close_on_escape (GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
}

static void
dispose (GObject *object)
{
  ShoalInviteView *self = SHOAL_INVITE_VIEW (object);

  shoal_invite_view_set_engine (self, NULL);
  g_clear_handle_id (&self->copied_id, g_source_remove);
  G_OBJECT_CLASS (shoal_invite_view_parent_class)->dispose (object);
}

static void
shoal_invite_view_class_init (ShoalInviteViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;

  g_type_ensure (SHOAL_TYPE_QR_CODE);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-invite-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, states);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, failed_status);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, qr_code);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, link_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, note_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, copy_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, uses_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, days_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalInviteView, make_button);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
  gtk_widget_class_bind_template_callback (widget_class, make_link);
}

static void
shoal_invite_view_init (ShoalInviteView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
