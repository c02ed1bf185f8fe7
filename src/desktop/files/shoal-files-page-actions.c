/* shoal-files-page-actions.c: what can be done with what is shared
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-files-page"

#include "config.h"

#include "shoal-files-page-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-display-name.h"
#include "shoal-left-out.h"

/* ---- What is selected ---- */

/* Of ShoalShare. */
static GPtrArray *
dup_selected (ShoalFilesPage *self)
{
  GPtrArray *shares = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GtkBitset) selected
             = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;

  for (gboolean valid = gtk_bitset_iter_init_first (&iter, selected, &position); valid;
       valid = gtk_bitset_iter_next (&iter, &position))
    {
      /* Rows may stay a little longer than what they show. */
      ShoalShare *share = g_list_model_get_item (G_LIST_MODEL (self->sorted), position);

      if (share != NULL)
        g_ptr_array_add (shares, share);
    }
  return shares;
}

static GtkWindow *
get_window (ShoalFilesPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

void
shoal_files_page_update_actions (ShoalFilesPage *self)
{
  static const char *const one[] = { "open", "show-in-folder", "details" };
  static const char *const any[] = { "withdraw", "recheck", "switch-off", "switch-on" };
  g_autoptr (GtkBitset) selected
             = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint64 n = gtk_bitset_get_size (selected);
  GActionMap *map = G_ACTION_MAP (self->actions);

  for (gsize i = 0; i < G_N_ELEMENTS (one); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, one[i])),
                                 n == 1);
  for (gsize i = 0; i < G_N_ELEMENTS (any); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, any[i])), n > 0);
  g_autoptr (GPtrArray) shares = n == 1 ? dup_selected (self) : NULL;
  gboolean folder
      = shares != NULL && shares->len == 1 && shoal_share_is_folder (g_ptr_array_index (shares, 0));
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "choose")),
                               folder);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "left-out")),
                               folder);
  /* The window takes the key where nothing is open. */
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "back")),
                               shoal_share_view_get_share (self->share_view) != NULL);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (map, "withdraw-all")),
                               self->shares != NULL
                                   && g_list_model_get_n_items (G_LIST_MODEL (self->shares)) > 0);
}

/* ---- Actions ---- */

static void
on_removed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalFilesPage) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 n = shoal_shares_remove_finish (SHOAL_SHARES (object), result, &error);
  g_autofree char *text
      = n < 0 ? g_strdup (error->message)
              : g_strdup_printf (ngettext ("%lu item is no longer shared",
                                           "%lu items are no longer shared", (gulong) n),
                                 (gulong) n);

  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

static void
withdraw_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalFilesPage *self = user_data;
  g_autoptr (GPtrArray) shares = dup_selected (self);

  if (self->shares != NULL && shares->len > 0)
    shoal_shares_remove_async (self->shares, shares, NULL, on_removed_cb, g_object_ref (self));
}

static void
on_confirmed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalFilesPage) self = user_data;

  if (shoal_dialogs_confirm_finish (result) && self->shares != NULL)
    shoal_shares_remove_async (self->shares, NULL, NULL, on_removed_cb, g_object_ref (self));
}

static void
withdraw_all_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalFilesPage *self = user_data;

  shoal_dialogs_confirm_async (get_window (self), _ ("Withdraw Everything?"),
                               _ ("The group can no longer get anything from this computer. The "
                                  "files themselves stay where they are."),
                               _ ("_Withdraw All"), TRUE, on_confirmed_cb, g_object_ref (self));
}

static void
set_offered (ShoalFilesPage *self, gboolean offered)
{
  g_autoptr (GPtrArray) shares = dup_selected (self);

  for (guint i = 0; self->shares != NULL && i < shares->len; i++)
    shoal_shares_set_offered (self->shares, g_ptr_array_index (shares, i), offered);
}

static void
switch_on_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  set_offered (user_data, TRUE);
}

static void
switch_off_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  set_offered (user_data, FALSE);
}

static void
recheck_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalFilesPage *self = user_data;
  g_autoptr (GPtrArray) shares = dup_selected (self);

  for (guint i = 0; self->shares != NULL && i < shares->len; i++)
    shoal_shares_recheck (self->shares, g_ptr_array_index (shares, i));
}

/* Activates an action of the window with the path of the one that is selected. */
static void
pass_path (ShoalFilesPage *self, const char *action)
{
  g_autoptr (GPtrArray) shares = dup_selected (self);

  if (shares->len == 1)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "s",
                                shoal_share_get_path (g_ptr_array_index (shares, 0)));
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  pass_path (user_data, "win.open-path");
}

static void
show_in_folder_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  pass_path (user_data, "win.show-in-folder");
}

static void
details_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GPtrArray) shares = dup_selected (user_data);

  if (shares->len != 1)
    return;
  ShoalShare *share = g_ptr_array_index (shares, 0);
  const char *message = shoal_share_get_message (share);
  const char *const *skipped = shoal_share_get_skipped (share);
  static const char *const none[] = { NULL };
  g_autofree char *name = shoal_display_name (shoal_share_get_name (share));
  g_autofree char *path = shoal_display_name (shoal_share_get_path (share));
  shoal_dialogs_show_list (get_window (user_data), name, message != NULL ? message : path,
                           skipped != NULL ? skipped : none);
}

static void
choose_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GPtrArray) shares = dup_selected (user_data);

  if (shares->len == 1 && shoal_share_is_folder (g_ptr_array_index (shares, 0)))
    shoal_files_page_open_share (user_data, g_ptr_array_index (shares, 0));
}

static void
left_out_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ShoalFilesPage *self = user_data;
  g_autoptr (GPtrArray) shares = dup_selected (self);

  if (self->shares != NULL && shares->len == 1)
    shoal_left_out_edit (get_window (self), self->shares, g_ptr_array_index (shares, 0));
}

static void
back_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  shoal_files_page_open_share (user_data, NULL);
}

void
shoal_files_page_add_actions (ShoalFilesPage *self)
{
  static const GActionEntry entries[] = {
    { "withdraw", withdraw_cb, NULL, NULL, NULL, { 0 } },
    { "withdraw-all", withdraw_all_cb, NULL, NULL, NULL, { 0 } },
    { "switch-on", switch_on_cb, NULL, NULL, NULL, { 0 } },
    { "switch-off", switch_off_cb, NULL, NULL, NULL, { 0 } },
    { "recheck", recheck_cb, NULL, NULL, NULL, { 0 } },
    { "open", open_cb, NULL, NULL, NULL, { 0 } },
    { "show-in-folder", show_in_folder_cb, NULL, NULL, NULL, { 0 } },
    { "details", details_cb, NULL, NULL, NULL, { 0 } },
    { "choose", choose_cb, NULL, NULL, NULL, { 0 } },
    { "left-out", left_out_cb, NULL, NULL, NULL, { 0 } },
    { "back", back_cb, NULL, NULL, NULL, { 0 } },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "files", G_ACTION_GROUP (self->actions));
}
