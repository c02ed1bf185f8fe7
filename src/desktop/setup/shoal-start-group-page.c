/* shoal-start-group-page.c: asks for what a new group on this computer needs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-start-group-page"

#include "config.h"

#include "shoal-start-group-page.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-error.h"
#include "shoal-limits.h"

struct _ShoalStartGroupPage
{
  AdwBin parent_instance;

  AdwEntryRow *name_row;
  AdwEntryRow *user_row;
  AdwPasswordEntryRow *password_row;
  AdwEntryRow *public_row;
  GtkSpinButton *port_spin;
  GtkLabel *error_label;
  GtkButton *submit_button;
  GtkSpinner *spinner;
  GtkLabel *busy_label;
  GtkWidget *fields;

  gboolean busy;
};

G_DEFINE_FINAL_TYPE (ShoalStartGroupPage, shoal_start_group_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_SUBMITTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const char *
text_of (gpointer row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static void
mark (gpointer row, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (row, "error");
  else
    gtk_widget_remove_css_class (row, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

static void
update (ShoalStartGroupPage *self)
{
  gboolean filled = *text_of (self->name_row) != '\0' && *text_of (self->user_row) != '\0'
                    && *text_of (self->password_row) != '\0';

  if (self->busy)
    shoal_dialogs_release_focus (GTK_WIDGET (self));
  gtk_widget_set_sensitive (self->fields, !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->submit_button), filled && !self->busy);
  gtk_spinner_set_spinning (self->spinner, self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->busy);
}

static void
show_message (ShoalStartGroupPage *self, const char *message)
{
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

static void
on_changed_cb (ShoalStartGroupPage *self)
{
  gpointer rows[] = { self->name_row, self->user_row, self->password_row, self->public_row };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    mark (rows[i], FALSE);
  show_message (self, NULL);
  update (self);
}

static void
on_submit_cb (ShoalStartGroupPage *self)
{
  gpointer rows[] = { self->name_row, self->user_row, self->password_row };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (*text_of (rows[i]) == '\0')
      {
        gtk_widget_grab_focus (rows[i]);
        return;
      }
  if (!self->busy)
    g_signal_emit (self, signals[SIGNAL_SUBMITTED], 0);
}

void
shoal_start_group_page_set_error (ShoalStartGroupPage *self, const GError *error)
{
  g_return_if_fail (SHOAL_IS_START_GROUP_PAGE (self));

  const char *field = error != NULL ? shoal_error_get_field (error) : NULL;

  show_message (self, error != NULL ? error->message : NULL);
  mark (self->user_row, g_strcmp0 (field, "user") == 0);
  mark (self->password_row, g_strcmp0 (field, "password") == 0);
  mark (self->public_row, g_strcmp0 (field, "address") == 0);
  if (g_strcmp0 (field, "password") == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->password_row));
  else if (g_strcmp0 (field, "user") == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->user_row));
}

void
shoal_start_group_page_set_busy (ShoalStartGroupPage *self, const char *what)
{
  g_return_if_fail (SHOAL_IS_START_GROUP_PAGE (self));

  self->busy = what != NULL;
  gtk_label_set_label (self->busy_label, what != NULL ? what : "");
  gtk_widget_set_visible (GTK_WIDGET (self->busy_label), what != NULL);
  update (self);
}

void
shoal_start_group_page_reset (ShoalStartGroupPage *self)
{
  g_return_if_fail (SHOAL_IS_START_GROUP_PAGE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->password_row), "");
  gtk_spin_button_set_value (self->port_spin, SHOAL_DEFAULT_TRACKER_PORT);
  shoal_start_group_page_set_busy (self, NULL);
  shoal_start_group_page_set_error (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->name_row));
}

const char *
shoal_start_group_page_get_group_name (ShoalStartGroupPage *self)
{
  g_return_val_if_fail (SHOAL_IS_START_GROUP_PAGE (self), NULL);
  return text_of (self->name_row);
}

const char *
shoal_start_group_page_get_user (ShoalStartGroupPage *self)
{
  g_return_val_if_fail (SHOAL_IS_START_GROUP_PAGE (self), NULL);
  return text_of (self->user_row);
}

const char *
shoal_start_group_page_get_password (ShoalStartGroupPage *self)
{
  g_return_val_if_fail (SHOAL_IS_START_GROUP_PAGE (self), NULL);
  return text_of (self->password_row);
}

guint16
shoal_start_group_page_get_port (ShoalStartGroupPage *self)
{
  g_return_val_if_fail (SHOAL_IS_START_GROUP_PAGE (self), 0);

  int port = gtk_spin_button_get_value_as_int (self->port_spin);

  return port == SHOAL_DEFAULT_TRACKER_PORT ? 0 : (guint16) port;
}

const char *
shoal_start_group_page_get_public (ShoalStartGroupPage *self)
{
  g_return_val_if_fail (SHOAL_IS_START_GROUP_PAGE (self), NULL);
  return *text_of (self->public_row) != '\0' ? text_of (self->public_row) : NULL;
}

static void
shoal_start_group_page_class_init (ShoalStartGroupPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[SIGNAL_SUBMITTED] = g_signal_new ("submitted", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-start-group-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, name_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, user_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, password_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, public_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, port_spin);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, submit_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, busy_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalStartGroupPage, fields);
  gtk_widget_class_bind_template_callback (widget_class, on_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_submit_cb);
}

static void
shoal_start_group_page_init (ShoalStartGroupPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}
