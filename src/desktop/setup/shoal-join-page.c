/* shoal-join-page.c: asks for a link, then shows what it leads to and asks for a confirmation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-join-page"

#include "config.h"

#include "shoal-join-page.h"

#include <glib/gi18n.h>

#include "shoal-device-key.h"
#include "shoal-dialogs.h"
#include "shoal-display-name.h"

struct _ShoalJoinPage
{
  AdwBin parent_instance;

  GtkStack *steps;
  AdwEntryRow *link_row;
  GtkLabel *link_error;
  GtkButton *continue_button;
  GtkSpinner *continue_spinner;
  AdwActionRow *group_row;
  AdwActionRow *address_row;
  AdwActionRow *invite_row;
  AdwPreferencesGroup *key_group;
  GtkLabel *words;
  GtkLabel *confirm_error;
  GtkButton *confirm_button;
  GtkSpinner *confirm_spinner;

  ShoalLink *link;
  char *key;
};

G_DEFINE_FINAL_TYPE (ShoalJoinPage, shoal_join_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_SUBMITTED,
  SIGNAL_CONFIRMED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_confirming (ShoalJoinPage *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->steps), "confirm") == 0;
}

static void
show_error (GtkLabel *label, const char *message)
{
  gtk_label_set_label (label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (label), message != NULL);
}

void
shoal_join_page_set_error (ShoalJoinPage *self, const char *message)
{
  g_return_if_fail (SHOAL_IS_JOIN_PAGE (self));

  gboolean confirming = is_confirming (self);

  show_error (self->confirm_error, confirming ? message : NULL);
  show_error (self->link_error, confirming ? NULL : message);
  if (message != NULL && !confirming)
    gtk_widget_add_css_class (GTK_WIDGET (self->link_row), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->link_row), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->link_row), GTK_ACCESSIBLE_STATE_INVALID,
                               message != NULL && !confirming ? GTK_ACCESSIBLE_INVALID_TRUE
                                                              : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

void
shoal_join_page_set_busy (ShoalJoinPage *self, gboolean busy)
{
  g_return_if_fail (SHOAL_IS_JOIN_PAGE (self));

  if (busy)
    shoal_dialogs_release_focus (GTK_WIDGET (self));
  gtk_spinner_set_spinning (self->continue_spinner, busy);
  gtk_spinner_set_spinning (self->confirm_spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->continue_spinner), busy);
  gtk_widget_set_visible (GTK_WIDGET (self->confirm_spinner), busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->link_row), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm_button), !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->continue_button),
                            !busy
                                && *gtk_editable_get_text (GTK_EDITABLE (self->link_row)) != '\0');
}

static void
on_submit_cb (ShoalJoinPage *self)
{
  g_autoptr (GError) error = NULL;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->link_row));

  g_clear_pointer (&self->link, shoal_link_free);
  g_clear_pointer (&self->key, g_free);
  self->link = shoal_link_parse (text, &error);
  shoal_join_page_set_error (self, error != NULL ? error->message : NULL);
  if (self->link != NULL)
    g_signal_emit (self, signals[SIGNAL_SUBMITTED], 0);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
}

static void
on_text_changed_cb (ShoalJoinPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->link_row));

  shoal_join_page_set_error (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->continue_button), *text != '\0');
}

static void
on_confirm_cb (ShoalJoinPage *self)
{
  shoal_join_page_set_error (self, NULL);
  g_signal_emit (self, signals[SIGNAL_CONFIRMED], 0);
}

void
shoal_join_page_confirm (ShoalJoinPage *self, const char *group, const char *key, gboolean vouched)
{
  g_return_if_fail (SHOAL_IS_JOIN_PAGE (self));
  g_return_if_fail (self->link != NULL);

  g_autofree char *addresses = g_strjoinv ("\n", self->link->addresses);
  g_autofree char *words = key != NULL ? shoal_fingerprint_to_words (key) : NULL;
  g_autofree char *shown = shoal_display_name (group);

  g_free (self->key);
  self->key = g_strdup (key);
  adw_action_row_set_subtitle (
      self->group_row,
      group != NULL ? shown : _ ("New to this computer. You see its name when you have joined."));
  adw_action_row_set_subtitle (self->address_row, addresses);
  adw_action_row_set_subtitle (self->invite_row,
                               self->link->invite != NULL
                                   ? _ ("Included. You can make an account with it.")
                                   : _ ("None. You need an account, or a group "
                                        "that is open to everybody."));
  gtk_widget_set_visible (GTK_WIDGET (self->invite_row), group == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->key_group), key != NULL);
  gtk_label_set_label (self->words, words != NULL ? words : "");
  adw_preferences_group_set_description (
      self->key_group,
      vouched
          ? _ ("It came with the link, so only the right tracker can answer. Somebody who is in "
               "the group already sees the same words.")
          : _ ("It did not come with a link. Ask the group’s owner for these words, by phone for "
               "example, and go on only if they are the same: then nobody is in between."));
  if (group != NULL)
    gtk_button_set_label (self->confirm_button, _ ("_Open This Group"));
  else if (key == NULL)
    gtk_button_set_label (self->confirm_button, _ ("_Connect and Show the Key"));
  else if (vouched)
    gtk_button_set_label (self->confirm_button, _ ("_Join This Group"));
  else
    gtk_button_set_label (self->confirm_button, _ ("The _Words Are the Same"));
  shoal_dialogs_release_focus (GTK_WIDGET (self->steps));
  gtk_stack_set_visible_child_name (self->steps, "confirm");
  gtk_widget_grab_focus (GTK_WIDGET (self->confirm_button));
}

gboolean
shoal_join_page_go_back (ShoalJoinPage *self)
{
  g_return_val_if_fail (SHOAL_IS_JOIN_PAGE (self), FALSE);

  if (!is_confirming (self))
    return FALSE;
  shoal_dialogs_release_focus (GTK_WIDGET (self->steps));
  gtk_stack_set_visible_child_name (self->steps, "enter");
  shoal_join_page_set_error (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
  return TRUE;
}

void
shoal_join_page_reset (ShoalJoinPage *self, const char *text)
{
  g_return_if_fail (SHOAL_IS_JOIN_PAGE (self));

  gtk_stack_set_visible_child_name (self->steps, "enter");
  gtk_editable_set_text (GTK_EDITABLE (self->link_row), text != NULL ? text : "");
  shoal_join_page_set_busy (self, FALSE);
  shoal_join_page_set_error (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->link_row));
  if (text != NULL)
    on_submit_cb (self);
}

const ShoalLink *
shoal_join_page_get_link (ShoalJoinPage *self)
{
  g_return_val_if_fail (SHOAL_IS_JOIN_PAGE (self), NULL);
  return self->link;
}

const char *
shoal_join_page_get_key (ShoalJoinPage *self)
{
  g_return_val_if_fail (SHOAL_IS_JOIN_PAGE (self), NULL);
  return self->key;
}

static void
finalize (GObject *object)
{
  ShoalJoinPage *self = SHOAL_JOIN_PAGE (object);

  g_clear_pointer (&self->link, shoal_link_free);
  g_free (self->key);
  G_OBJECT_CLASS (shoal_join_page_parent_class)->finalize (object);
}

static void
shoal_join_page_class_init (ShoalJoinPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;

  signals[SIGNAL_SUBMITTED] = g_signal_new ("submitted", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_CONFIRMED] = g_signal_new ("confirmed", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/shoal_app/Shoal/ui/shoal-join-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, steps);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, link_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, link_error);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, continue_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, continue_spinner);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, group_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, address_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, invite_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, key_group);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, words);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, confirm_error);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, confirm_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalJoinPage, confirm_spinner);
  gtk_widget_class_bind_template_callback (widget_class, on_submit_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_cb);
}

static void
shoal_join_page_init (ShoalJoinPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
