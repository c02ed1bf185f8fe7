/* shoal-sign-in-page.c: asks for an account's name and password, to sign up or to sign in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sign-in-page"

#include "config.h"

#include "shoal-sign-in-page.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-error.h"

struct _ShoalSignInPage
{
  AdwBin parent_instance;

  AdwStatusPage *status;
  AdwEntryRow *user_row;
  AdwPasswordEntryRow *password_row;
  GtkLabel *error_label;
  GtkButton *submit_button;
  GtkSpinner *spinner;
  GtkButton *switch_button;

  gboolean sign_up;
  gboolean busy;
  char *group;
  gint64 blocked_until; /* monotonic, 0: not */
  guint countdown_id;
};

G_DEFINE_FINAL_TYPE (ShoalSignInPage, shoal_sign_in_page, ADW_TYPE_BIN)

enum
{
  SIGNAL_SUBMITTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update (ShoalSignInPage *self)
{
  gboolean filled = *gtk_editable_get_text (GTK_EDITABLE (self->user_row)) != '\0'
                    && *gtk_editable_get_text (GTK_EDITABLE (self->password_row)) != '\0';

  if (self->busy)
    shoal_dialogs_release_focus (GTK_WIDGET (self));
  gtk_spinner_set_spinning (self->spinner, self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->user_row), !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->password_row), !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->switch_button), !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->submit_button),
                            filled && !self->busy && self->blocked_until == 0);
}

static void
update_texts (ShoalSignInPage *self)
{
  g_autofree char *title = NULL;

  if (self->group != NULL)
    /* Translators: %s is the name of a group */
    title
        = g_strdup_printf (self->sign_up ? _ ("Sign Up to %s") : _ ("Sign In to %s"), self->group);
  else
    title = g_strdup (self->sign_up ? _ ("Make an Account") : _ ("Sign In"));
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (
      self->status,
      self->sign_up
          ? _ ("Choose the name that the group knows you by, and a password. You need them "
               "again to use your account on another computer.")
          : _ ("With the name and password of your account in this group."));
  gtk_button_set_label (self->submit_button, self->sign_up ? _ ("Sign _Up") : _ ("Sign _In"));
  gtk_button_set_label (self->switch_button, self->sign_up ? _ ("I _Have an Account Already")
                                                           : _ ("I Need a _New Account"));
}

static void
mark (GtkWidget *row, gboolean wrong)
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
show_message (ShoalSignInPage *self, const char *message)
{
  gtk_label_set_label (self->error_label, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), message != NULL);
}

/* ---- Locked out ---- */

static gboolean
on_countdown_cb (gpointer user_data)
{
  ShoalSignInPage *self = user_data;
  gint64 left_us = self->blocked_until - g_get_monotonic_time ();
  int seconds = (int) ((left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

  if (left_us <= 0)
    {
      self->blocked_until = 0;
      self->countdown_id = 0;
      show_message (self, _ ("You can try again now."));
      update (self);
      return G_SOURCE_REMOVE;
    }

  g_autofree char *message
      = seconds >= 120
            ? g_strdup_printf (ngettext ("Too many wrong tries. You can try again in %d minute.",
                                         "Too many wrong tries. You can try again in %d minutes.",
                                         (gulong) (seconds + 59) / 60),
                               (seconds + 59) / 60)
            : g_strdup_printf (ngettext ("Too many wrong tries. You can try again in %d second.",
                                         "Too many wrong tries. You can try again in %d seconds.",
                                         (gulong) seconds),
                               seconds);

  show_message (self, message);
  return G_SOURCE_CONTINUE;
}

static void
begin_countdown (ShoalSignInPage *self, gint64 retry_ms)
{
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  self->blocked_until = g_get_monotonic_time () + retry_ms * 1000;
  self->countdown_id = g_timeout_add (500, on_countdown_cb, self);
  on_countdown_cb (self);
}

/* ---- Errors ---- */

static const char *
message_for (ShoalSignInPage *self, const GError *error)
{
  if (error->domain != SHOAL_ERROR || error->code != SHOAL_ERROR_AUTH || self->sign_up)
    return error->message;
  return _ ("Wrong name or password.");
}

void
shoal_sign_in_page_set_error (ShoalSignInPage *self, const GError *error)
{
  g_return_if_fail (SHOAL_IS_SIGN_IN_PAGE (self));

  const char *field = error != NULL ? shoal_error_get_field (error) : NULL;
  gboolean refused = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_AUTH);
  gboolean taken = g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  gboolean wrong_user = taken || g_strcmp0 (field, "user") == 0;
  gboolean wrong_password = (refused && !self->sign_up) || g_strcmp0 (field, "password") == 0;
  gint64 retry_ms = error != NULL ? shoal_error_get_retry_ms (error) : 0;

  mark (GTK_WIDGET (self->user_row), wrong_user);
  mark (GTK_WIDGET (self->password_row), wrong_password);
  show_message (self, error != NULL ? message_for (self, error) : NULL);
  if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_BLOCKED) && retry_ms > 0)
    begin_countdown (self, retry_ms);
  update (self);
  if (wrong_user)
    gtk_widget_grab_focus (GTK_WIDGET (self->user_row));
  else if (wrong_password)
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->password_row));
      gtk_editable_select_region (GTK_EDITABLE (self->password_row), 0, -1);
    }
}

/* ---- What the user does ---- */

static void
on_changed_cb (ShoalSignInPage *self)
{
  mark (GTK_WIDGET (self->user_row), FALSE);
  mark (GTK_WIDGET (self->password_row), FALSE);
  if (self->blocked_until == 0)
    show_message (self, NULL);
  update (self);
}

static void
on_submit_cb (ShoalSignInPage *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->user_row)) == '\0')
    gtk_widget_grab_focus (GTK_WIDGET (self->user_row));
  else if (*gtk_editable_get_text (GTK_EDITABLE (self->password_row)) == '\0')
    gtk_widget_grab_focus (GTK_WIDGET (self->password_row));
  else if (gtk_widget_get_sensitive (GTK_WIDGET (self->submit_button)))
    g_signal_emit (self, signals[SIGNAL_SUBMITTED], 0);
}

static void
on_switch_cb (ShoalSignInPage *self)
{
  self->sign_up = !self->sign_up;
  shoal_sign_in_page_set_error (self, NULL);
  update_texts (self);
}

/* ---- For the one who asks ---- */

void
shoal_sign_in_page_reset (ShoalSignInPage *self,
                          const char *group,
                          const char *user,
                          gboolean sign_up)
{
  g_return_if_fail (SHOAL_IS_SIGN_IN_PAGE (self));

  g_free (self->group);
  self->group = g_strdup (group);
  self->sign_up = sign_up;
  self->busy = FALSE;
  g_clear_handle_id (&self->countdown_id, g_source_remove);
  self->blocked_until = 0;
  gtk_editable_set_text (GTK_EDITABLE (self->user_row), user != NULL ? user : "");
  gtk_editable_set_text (GTK_EDITABLE (self->password_row), "");
  shoal_sign_in_page_set_error (self, NULL);
  update_texts (self);
  gtk_widget_grab_focus (
      GTK_WIDGET (user != NULL ? GTK_WIDGET (self->password_row) : GTK_WIDGET (self->user_row)));
}

gboolean
shoal_sign_in_page_get_sign_up (ShoalSignInPage *self)
{
  g_return_val_if_fail (SHOAL_IS_SIGN_IN_PAGE (self), FALSE);
  return self->sign_up;
}

const char *
shoal_sign_in_page_get_user (ShoalSignInPage *self)
{
  g_return_val_if_fail (SHOAL_IS_SIGN_IN_PAGE (self), NULL);
  return gtk_editable_get_text (GTK_EDITABLE (self->user_row));
}

const char *
shoal_sign_in_page_get_password (ShoalSignInPage *self)
{
  g_return_val_if_fail (SHOAL_IS_SIGN_IN_PAGE (self), NULL);
  return gtk_editable_get_text (GTK_EDITABLE (self->password_row));
}

void
shoal_sign_in_page_set_busy (ShoalSignInPage *self, gboolean busy)
{
  g_return_if_fail (SHOAL_IS_SIGN_IN_PAGE (self));

  self->busy = busy;
  update (self);
}

static void
dispose (GObject *object)
{
  g_clear_handle_id (&SHOAL_SIGN_IN_PAGE (object)->countdown_id, g_source_remove);
  G_OBJECT_CLASS (shoal_sign_in_page_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  g_free (SHOAL_SIGN_IN_PAGE (object)->group);
  G_OBJECT_CLASS (shoal_sign_in_page_parent_class)->finalize (object);
}

static void
shoal_sign_in_page_class_init (ShoalSignInPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;

  signals[SIGNAL_SUBMITTED] = g_signal_new ("submitted", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/shoal_app/Shoal/ui/shoal-sign-in-page.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, status);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, user_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, password_row);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, submit_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, ShoalSignInPage, switch_button);
  gtk_widget_class_bind_template_callback (widget_class, on_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_submit_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_switch_cb);
}

static void
shoal_sign_in_page_init (ShoalSignInPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_texts (self);
  update (self);
}
