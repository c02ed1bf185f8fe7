/* shoal-left-out.c: asks the user what of a shared folder is not for others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-left-out"

#include "config.h"

#include "shoal-left-out.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-display-name.h"
#include "shoal-ignore.h"

#define ANSWER_SAVE "save"

typedef struct
{
  ShoalShares *shares;
  ShoalShare *share;
  AdwMessageDialog *dialog; /* borrowed; of the editor */
  GtkTextBuffer *buffer;
  GtkLabel *hint;
} LeftOut;

static LeftOut *
left_out_new (ShoalShares *shares, ShoalShare *share)
{
  LeftOut *self = g_new0 (LeftOut, 1);

  self->shares = g_object_ref (shares);
  self->share = g_object_ref (share);
  return self;
}

static void
left_out_free (LeftOut *self)
{
  g_clear_object (&self->shares);
  g_clear_object (&self->share);
  g_free (self);
}

/* ---- The question ---- */

static void
on_answered_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  LeftOut *self = user_data;
  gboolean shared = shoal_dialogs_confirm_finish (result);
  g_auto (GStrv) answer = shoal_ignore_dup_secrets (shared);
  g_auto (GStrv) all = shoal_ignore_dup_added (shoal_share_get_ignore (self->share),
                                               (const char *const *) answer);

  shoal_shares_set_ignore (self->shares, self->share, (const char *const *) all);
  left_out_free (self);
}

void
shoal_left_out_ask (GtkWindow *parent, ShoalShares *shares, ShoalShare *share)
{
  g_return_if_fail (SHOAL_IS_SHARES (shares));
  g_return_if_fail (SHOAL_IS_SHARE (share));

  guint n = shoal_share_get_n_secrets (share);
  if (n == 0)
    return;
  g_autofree char *name = shoal_display_name (shoal_share_get_name (share));
  g_autofree char *body = g_strdup_printf (
      /* Translators: %s is the name of a folder; the second %s are names of files in it */
      ngettext ("%u entry of “%s” may hold keys or passwords, and has been left out:\n%s",
                "%u entries of “%s” may hold keys or passwords, and have been left out:\n%s", n),
      n, name, shoal_share_get_secrets (share));

  shoal_dialogs_confirm_async (parent, _ ("Share Keys and Passwords, Too?"), body,
                               _ ("_Share Them"), TRUE, on_answered_cb,
                               left_out_new (shares, share));
}

/* ---- The patterns ---- */

static char **
dup_patterns (LeftOut *self)
{
  GtkTextIter start, end;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  g_autofree char *text = gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_strv_builder_add (builder, lines[i]);
  return g_strv_builder_end (builder);
}

static void
on_text_changed_cb (LeftOut *self)
{
  g_auto (GStrv) patterns = dup_patterns (self);
  g_autoptr (GError) error = NULL;
  gboolean good = shoal_ignore_check ((const char *const *) patterns, &error);

  adw_message_dialog_set_response_enabled (self->dialog, ANSWER_SAVE, good);
  gtk_label_set_text (self->hint, good ? "" : error->message);
}

static void
on_response_cb (AdwMessageDialog *dialog, const char *answer, gpointer user_data)
{
  LeftOut *self = user_data;

  if (g_str_equal (answer, ANSWER_SAVE))
    {
      g_auto (GStrv) patterns = dup_patterns (self);

      shoal_shares_set_ignore (self->shares, self->share, (const char *const *) patterns);
    }
}

static void
on_gone_cb (gpointer user_data, GClosure *closure)
{
  left_out_free (user_data);
}

static GtkWidget *
make_editor (LeftOut *self, const char *label)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *text = gtk_text_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  g_autofree char *now = g_strjoinv ("\n", (char **) shoal_share_get_ignore (self->share));

  self->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
  gtk_text_buffer_set_text (self->buffer, now, -1);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (text), TRUE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (text), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (text), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (text), 6);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (text), 9);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (text), 9);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), text);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 160);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  self->hint = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->hint, TRUE);
  gtk_label_set_xalign (self->hint, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->hint), "error");
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->hint));
  return box;
}

void
shoal_left_out_edit (GtkWindow *parent, ShoalShares *shares, ShoalShare *share)
{
  g_return_if_fail (SHOAL_IS_SHARES (shares));
  g_return_if_fail (SHOAL_IS_SHARE (share));

  LeftOut *self = left_out_new (shares, share);
  g_autofree char *name = shoal_display_name (shoal_share_get_name (share));
  /* Translators: %s is the name of a folder */
  g_autofree char *heading = g_strdup_printf (_ ("Left Out of “%s”"), name);
  GtkWidget *dialog = adw_message_dialog_new (
      parent, heading,
      _ ("One name a line, with * for anything: *.bak, drafts/ for folders only, !.git to share "
         "what "
         "would be left out. Junk, caches and locks are left out anyway."));

  self->dialog = ADW_MESSAGE_DIALOG (dialog);
  adw_message_dialog_set_extra_child (self->dialog, make_editor (self, heading));
  adw_message_dialog_add_responses (self->dialog, "cancel", _ ("_Cancel"), ANSWER_SAVE, _ ("_Save"),
                                    NULL);
  adw_message_dialog_set_response_appearance (self->dialog, ANSWER_SAVE, ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_close_response (self->dialog, "cancel");
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (on_text_changed_cb), self);
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response_cb), self, on_gone_cb, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
