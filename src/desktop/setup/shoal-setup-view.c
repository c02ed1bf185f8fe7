/* shoal-setup-view.c: the way into a group: welcome, join or start, account, invite
 *
 * A new group is joined with an engine of its own, beside the one that is open, so that giving up
 * leaves everything as it was. Each step that waits has a cancellable in "cancellable"; whoever
 * comes back and finds another one there has been given up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-setup-view"

#include "config.h"

#include "shoal-setup-view-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-error.h"

G_DEFINE_FINAL_TYPE (ShoalSetupView, shoal_setup_view, ADW_TYPE_BIN)

enum
{
  SIGNAL_DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

GCancellable *
shoal_setup_view_begin (ShoalSetupView *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  return self->cancellable;
}

void
shoal_setup_view_abandon (ShoalSetupView *self)
{
  g_autoptr (ShoalEngine) engine = g_steal_pointer (&self->engine);
  g_autoptr (ShoalTrackerProcess) tracker = g_steal_pointer (&self->tracker);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (engine != NULL)
    shoal_session_discard (self->session, engine, tracker);
}

void
shoal_setup_view_adopt (ShoalSetupView *self)
{
  g_autoptr (ShoalEngine) engine = g_steal_pointer (&self->engine);
  g_autoptr (ShoalTrackerProcess) tracker = g_steal_pointer (&self->tracker);

  shoal_session_adopt (self->session, engine, tracker);
}

static gboolean
can_go_back (ShoalSetupView *self, const char *page)
{
  gboolean has_group = shoal_session_get_current (self->session) != NULL;

  if (g_str_equal (page, "invite"))
    return FALSE;
  /* Where nobody is signed in there is nothing behind; other groups are in the menu. */
  if (g_str_equal (page, "sign-in") && self->link == NULL)
    return FALSE;
  return !g_str_equal (page, "welcome") || has_group;
}

void
shoal_setup_view_show (ShoalSetupView *self, const char *page)
{
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), page) != 0)
    shoal_dialogs_release_focus (GTK_WIDGET (self->pages));
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), can_go_back (self, page));
  gtk_widget_set_visible (GTK_WIDGET (self->groups_button),
                          g_str_equal (page, "sign-in") && self->link == NULL);
  gtk_stack_set_visible_child_name (self->pages, page);
}

static void
be_done (ShoalSetupView *self)
{
  g_clear_pointer (&self->link, shoal_link_free);
  shoal_invite_view_set_engine (self->invite, NULL);
  shoal_setup_view_show (self, "welcome");
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
}

/* ---- Joining ---- */

static void
on_probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;
  ShoalTrust trust = SHOAL_TRUST_UNKNOWN;
  g_autofree char *key = shoal_engine_probe_finish (SHOAL_ENGINE (object), result, &trust, &error);

  if (self->engine != SHOAL_ENGINE (object))
    return;
  shoal_join_page_set_busy (self->join, FALSE);
  if (key == NULL)
    {
      shoal_join_page_set_error (self->join, error->message);
      return;
    }

  ShoalGroupItem *known = shoal_session_find (self->session, key);

  shoal_join_page_confirm (self->join, known != NULL ? shoal_group_item_get_title (known) : NULL,
                           key, FALSE);
}

static void
on_prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;

  self->engine = shoal_session_prepare_finish (SHOAL_SESSION (object), result, &error);
  if (self->engine == NULL)
    {
      shoal_join_page_set_busy (self->join, FALSE);
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        shoal_join_page_set_error (self->join, error->message);
      return;
    }
  if (self->cancellable == NULL)
    {
      shoal_setup_view_abandon (self);
      return;
    }
  shoal_engine_probe_async (self->engine, shoal_join_page_get_link (self->join), self->cancellable,
                            on_probed_cb, g_object_ref (self));
}

/* Asks the tracker for its key; only after the user has said so. */
static void
probe (ShoalSetupView *self)
{
  shoal_setup_view_abandon (self);
  shoal_join_page_set_busy (self->join, TRUE);
  shoal_session_prepare_async (self->session, shoal_setup_view_begin (self), on_prepared_cb,
                               g_object_ref (self));
}

static void
on_link_submitted_cb (ShoalSetupView *self)
{
  const ShoalLink *link = shoal_join_page_get_link (self->join);
  ShoalGroupItem *known = NULL;
  g_autoptr (GError) error = NULL;

  if (!shoal_session_check_link (self->session, link, &known, &error))
    shoal_join_page_set_error (self->join, error->message);
  else
    shoal_join_page_confirm (self->join, known != NULL ? shoal_group_item_get_title (known) : NULL,
                             link->key, link->key != NULL);
}

static void
on_link_confirmed_cb (ShoalSetupView *self)
{
  const ShoalLink *link = shoal_join_page_get_link (self->join);
  const char *key = shoal_join_page_get_key (self->join);
  ShoalGroupItem *known = key != NULL ? shoal_session_find (self->session, key) : NULL;

  if (key == NULL)
    {
      probe (self);
      return;
    }
  if (known != NULL)
    {
      shoal_setup_view_abandon (self);
      shoal_session_open (self->session, known);
      be_done (self);
      return;
    }
  g_clear_pointer (&self->link, shoal_link_free);
  self->link = shoal_link_new ((const char *const *) link->addresses, key, link->invite);
  shoal_setup_view_show (self, "sign-in");
  shoal_sign_in_page_reset (self->sign_in, NULL, NULL, link->invite != NULL);
}

/* ---- The account ---- */

static void
note_signed_in (ShoalSetupView *self, ShoalEngine *engine, gboolean done, const GError *error)
{
  gboolean is_new = self->engine == engine;

  if (!is_new && shoal_session_get_engine (self->session) != engine)
    return;
  shoal_sign_in_page_set_busy (self->sign_in, FALSE);
  if (!done)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        shoal_sign_in_page_set_error (self->sign_in, error);
      return;
    }
  if (is_new)
    shoal_setup_view_adopt (self);
  else
    shoal_session_note_signed_in (self->session);
  shoal_sign_in_page_reset (self->sign_in, NULL, NULL, FALSE);
  be_done (self);
}

static void
on_signed_up_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = shoal_engine_sign_up_finish (SHOAL_ENGINE (object), result, &error);

  note_signed_in (self, SHOAL_ENGINE (object), done, error);
}

static void
on_signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = shoal_engine_sign_in_finish (SHOAL_ENGINE (object), result, &error);

  note_signed_in (self, SHOAL_ENGINE (object), done, error);
}

/* The tracker is busy, and asked again. */
static void
on_waiting_cb (ShoalTrackerLink *link, const char *text, ShoalSetupView *self)
{
  g_autoptr (GError) error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_BUSY, text);

  shoal_sign_in_page_set_error (self->sign_in, error);
}

static void
enter (ShoalSetupView *self, ShoalEngine *engine)
{
  const char *user = shoal_sign_in_page_get_user (self->sign_in);
  const char *password = shoal_sign_in_page_get_password (self->sign_in);
  GCancellable *cancellable = shoal_setup_view_begin (self);
  g_autoptr (ShoalLink) known = NULL;
  ShoalTrackerLink *tracker = shoal_engine_get_link (engine);

  g_signal_handlers_disconnect_by_func (tracker, on_waiting_cb, self);
  g_signal_connect_object (tracker, "waiting", G_CALLBACK (on_waiting_cb), self, 0);
  if (self->link == NULL && shoal_session_get_current (self->session) != NULL)
    {
      const ShoalGroup *group
          = shoal_group_item_get_group (shoal_session_get_current (self->session));

      known = shoal_link_new ((const char *const *) group->addresses, group->key, NULL);
    }
  if (shoal_sign_in_page_get_sign_up (self->sign_in))
    shoal_engine_sign_up_async (engine, self->link != NULL ? self->link : known, NULL, user,
                                password, cancellable, on_signed_up_cb, g_object_ref (self));
  else
    shoal_engine_sign_in_async (engine, self->link, NULL, user, password, cancellable,
                                on_signed_in_cb, g_object_ref (self));
}

static void
on_prepared_to_enter_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;

  self->engine = shoal_session_prepare_finish (SHOAL_SESSION (object), result, &error);
  if (self->engine == NULL)
    {
      shoal_sign_in_page_set_busy (self->sign_in, FALSE);
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        shoal_sign_in_page_set_error (self->sign_in, error);
    }
  else if (self->cancellable == NULL)
    shoal_setup_view_abandon (self);
  else
    enter (self, self->engine);
}

static void
on_account_submitted_cb (ShoalSetupView *self)
{
  ShoalEngine *open = shoal_session_get_engine (self->session);

  shoal_sign_in_page_set_error (self->sign_in, NULL);
  shoal_sign_in_page_set_busy (self->sign_in, TRUE);
  if (self->link == NULL && open != NULL)
    enter (self, open);
  else if (self->engine != NULL)
    enter (self, self->engine);
  else
    shoal_session_prepare_async (self->session, shoal_setup_view_begin (self),
                                 on_prepared_to_enter_cb, g_object_ref (self));
}

/* ---- The way back ---- */

static void
back_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  ShoalSetupView *self = SHOAL_SETUP_VIEW (widget);
  const char *page = gtk_stack_get_visible_child_name (self->pages);

  if (!can_go_back (self, page))
    return;
  shoal_sign_in_page_set_busy (self->sign_in, FALSE);
  shoal_join_page_set_busy (self->join, FALSE);
  if (g_str_equal (page, "join") && shoal_join_page_go_back (self->join))
    {
      shoal_setup_view_abandon (self);
      return;
    }
  if (g_str_equal (page, "sign-in") && self->link != NULL)
    {
      g_cancellable_cancel (self->cancellable);
      g_clear_pointer (&self->link, shoal_link_free);
      shoal_setup_view_show (self, "join");
      return;
    }
  shoal_setup_view_abandon (self);
  if (g_str_equal (page, "welcome") || shoal_session_get_current (self->session) != NULL)
    be_done (self);
  else
    shoal_setup_view_welcome (self);
}

static void
join_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_setup_view_join (SHOAL_SETUP_VIEW (widget), NULL);
}

static void
start_group_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  shoal_setup_view_start_group (SHOAL_SETUP_VIEW (widget));
}

static void
finish_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  be_done (SHOAL_SETUP_VIEW (widget));
}

/* ---- Ways in ---- */

void
shoal_setup_view_welcome (ShoalSetupView *self)
{
  g_return_if_fail (SHOAL_IS_SETUP_VIEW (self));

  shoal_setup_view_abandon (self);
  shoal_setup_view_show (self, "welcome");
}

void
shoal_setup_view_join (ShoalSetupView *self, const char *text)
{
  g_return_if_fail (SHOAL_IS_SETUP_VIEW (self));

  shoal_setup_view_abandon (self);
  g_clear_pointer (&self->link, shoal_link_free);
  shoal_setup_view_show (self, "join");
  shoal_join_page_reset (self->join, text);
}

void
shoal_setup_view_start_group (ShoalSetupView *self)
{
  g_return_if_fail (SHOAL_IS_SETUP_VIEW (self));

  shoal_setup_view_abandon (self);
  shoal_setup_view_show (self, "start");
  shoal_start_group_page_reset (self->start);
}

void
shoal_setup_view_sign_in (ShoalSetupView *self)
{
  g_return_if_fail (SHOAL_IS_SETUP_VIEW (self));

  ShoalGroupItem *group = shoal_session_get_current (self->session);

  g_return_if_fail (group != NULL);
  if (self->link == NULL && self->engine == NULL
      && g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "sign-in") == 0)
    return;
  shoal_setup_view_abandon (self);
  g_clear_pointer (&self->link, shoal_link_free);
  shoal_setup_view_show (self, "sign-in");
  shoal_sign_in_page_reset (self->sign_in, shoal_group_item_get_title (group),
                            shoal_group_item_get_group (group)->user, FALSE);
}

GtkMenuButton *
shoal_setup_view_get_groups_button (ShoalSetupView *self)
{
  g_return_val_if_fail (SHOAL_IS_SETUP_VIEW (self), NULL);
  return self->groups_button;
}

gboolean
shoal_setup_view_is_showing_invite (ShoalSetupView *self)
{
  g_return_val_if_fail (SHOAL_IS_SETUP_VIEW (self), FALSE);
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), "invite") == 0;
}

void
shoal_setup_view_set_session (ShoalSetupView *self, ShoalSession *session)
{
  g_return_if_fail (SHOAL_IS_SETUP_VIEW (self));
  g_return_if_fail (self->session == NULL);

  self->session = g_object_ref (session);
}

/* ---- Class ---- */

static void
dispose (GObject *object)
{
  ShoalSetupView *self = SHOAL_SETUP_VIEW (object);

  if (self->session != NULL)
    shoal_setup_view_abandon (self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->link, shoal_link_free);
  G_OBJECT_CLASS (shoal_setup_view_parent_class)->dispose (object);
}

static void
shoal_setup_view_class_init (ShoalSetupViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = dispose;

  signals[SIGNAL_DONE] = g_signal_new ("done", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (SHOAL_TYPE_WELCOME_PAGE);
  g_type_ensure (SHOAL_TYPE_JOIN_PAGE);
  g_type_ensure (SHOAL_TYPE_SIGN_IN_PAGE);
  g_type_ensure (SHOAL_TYPE_START_GROUP_PAGE);
  g_type_ensure (SHOAL_TYPE_INVITE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/shoal_app/Shoal/ui/shoal-setup-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, pages);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, back_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, groups_button);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, join);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, sign_in);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, start);
  gtk_widget_class_bind_template_child (widget_class, ShoalSetupView, invite);
  gtk_widget_class_bind_template_callback (widget_class, on_link_submitted_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_link_confirmed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_account_submitted_cb);
  gtk_widget_class_bind_template_callback (widget_class, shoal_setup_view_start_submitted);

  gtk_widget_class_install_action (widget_class, "setup.join", NULL, join_cb);
  gtk_widget_class_install_action (widget_class, "setup.start-group", NULL, start_group_cb);
  gtk_widget_class_install_action (widget_class, "setup.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "setup.finish", NULL, finish_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "setup.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "setup.back",
                                       NULL);
}

static void
shoal_setup_view_init (ShoalSetupView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
