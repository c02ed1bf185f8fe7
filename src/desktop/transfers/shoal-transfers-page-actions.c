/* shoal-transfers-page-actions.c: what can be done with transfers, with its keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfers-page"

#include "config.h"

#include "shoal-transfers-page-private.h"

#include <glib/gi18n.h>

#include "shoal-dialogs.h"
#include "shoal-display-name.h"
#include "shoal-slices.h"
#include "shoal-units.h"

typedef void (*TransferFunc) (ShoalTransferManager *manager, ShoalTransfer *transfer);

static ShoalTransferManager *
get_manager (ShoalTransfersPage *self)
{
  return self->engine != NULL ? shoal_engine_get_transfers (self->engine) : NULL;
}

static gboolean
is_ended (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_CANCELLED
         || state == SHOAL_TRANSFER_FAILED;
}

static gboolean
can_pause (ShoalTransferState state)
{
  return !is_ended (state) && state != SHOAL_TRANSFER_PAUSED;
}

static gboolean
can_resume (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_PAUSED;
}

static gboolean
has_failed (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_FAILED;
}

static gboolean
can_cancel (ShoalTransferState state)
{
  return state != SHOAL_TRANSFER_FINISHED && state != SHOAL_TRANSFER_CANCELLED;
}

static gboolean
can_clear (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_CANCELLED;
}

/* What the actions "NAME" and "NAME-all" and their like do, and for which states. */
static const struct
{
  const char *selected; /* (nullable) */
  const char *all;      /* (nullable) */
  TransferFunc func;
  gboolean (*applies) (ShoalTransferState state);
} verbs[] = {
  { "pause", "pause-all", shoal_transfer_manager_pause, can_pause },
  { "resume", "resume-all", shoal_transfer_manager_resume, can_resume },
  { "retry", "retry-failed", shoal_transfer_manager_resume, has_failed },
  { "cancel", NULL, NULL, can_cancel },        /* on_cancel_cb() */
  { "remove", NULL, NULL, is_ended },          /* on_remove_cb() */
  { NULL, "clear-finished", NULL, can_clear }, /* on_remove_cb() */
};

/* So many are done before the clock is looked at. */
#define DONE_AT_ONCE 32

/* A verb on its way through many. */
typedef struct
{
  ShoalTransfersPage *page;
  ShoalTransferManager *manager;
  GPtrArray *transfers; /* those that are left */
  gsize verb;
} Doing;

static void
doing_free (gpointer data)
{
  Doing *self = data;

  shoal_transfers_page_update_actions (self->page);
  g_object_unref (self->page);
  g_object_unref (self->manager);
  g_ptr_array_unref (self->transfers);
  g_free (self);
}

/* From the end: nobody else gets the turn of one that is paused. */
static gboolean
do_some (gpointer data)
{
  Doing *self = data;
  guint left = self->transfers->len - MIN (self->transfers->len, DONE_AT_ONCE);

  while (self->transfers->len > left)
    {
      guint last = self->transfers->len - 1;
      ShoalTransfer *transfer = g_ptr_array_index (self->transfers, last);

      if (verbs[self->verb].applies (shoal_transfer_get_state (transfer)))
        verbs[self->verb].func (self->manager, transfer);
      g_ptr_array_set_size (self->transfers, (int) last);
    }
  return left > 0;
}

static GPtrArray *
dup_all (ShoalTransfersPage *self)
{
  GListModel *model = G_LIST_MODEL (get_manager (self));
  GPtrArray *transfers = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (transfers, g_list_model_get_item (model, i));
  return transfers;
}

static void
on_verb_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  const char *name = g_action_get_name (G_ACTION (action));
  ShoalTransferManager *manager = get_manager (self);

  for (gsize v = 0; manager != NULL && v < G_N_ELEMENTS (verbs); v++)
    {
      gboolean all = g_strcmp0 (verbs[v].all, name) == 0;

      if (!all && g_strcmp0 (verbs[v].selected, name) != 0)
        continue;

      Doing *doing = g_new0 (Doing, 1);

      doing->page = g_object_ref (self);
      doing->manager = g_object_ref (manager);
      doing->transfers = all ? dup_all (self) : shoal_transfers_page_dup_selected (self);
      doing->verb = v;
      shoal_slices_run (G_PRIORITY_DEFAULT_IDLE, do_some, doing, doing_free);
    }
}

static void
on_remove_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  ShoalTransferManager *manager = get_manager (self);
  gboolean all = g_str_equal (g_action_get_name (G_ACTION (action)), "clear-finished");
  g_autoptr (GPtrArray) transfers = all ? dup_all (self) : shoal_transfers_page_dup_selected (self);

  /* What failed is not cleared away with the rest: it may be tried again. */
  for (guint i = transfers->len; all && i > 0; i--)
    if (!can_clear (shoal_transfer_get_state (g_ptr_array_index (transfers, i - 1))))
      g_ptr_array_remove_index (transfers, i - 1);
  if (manager != NULL)
    shoal_transfer_manager_remove_many (manager, transfers);
  shoal_transfers_page_update_actions (self);
}

static void
on_toggle_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  ShoalTransferManager *manager = get_manager (self);
  ShoalTransfer *transfer
      = manager != NULL
            ? shoal_transfer_manager_lookup (manager, g_variant_get_string (parameter, NULL))
            : NULL;

  if (transfer == NULL)
    return;
  if (can_pause (shoal_transfer_get_state (transfer)))
    shoal_transfer_manager_pause (manager, transfer);
  else
    shoal_transfer_manager_resume (manager, transfer);
}

/* The places of the queue that are not left to what has ended, which is shown elsewhere. Returns:
 * (transfer full): of guint */
static GArray *
find_places (ShoalTransferManager *manager)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (manager));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ShoalTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (manager), i);

      if (!is_ended (shoal_transfer_get_state (transfer)))
        g_array_append_val (places, i);
    }
  return places;
}

/* Where among @places @transfer is; their number if it has ended. */
static guint
find_place (ShoalTransferManager *manager, GArray *places, ShoalTransfer *transfer)
{
  for (guint i = 0; i < places->len; i++)
    {
      g_autoptr (ShoalTransfer) other
                 = g_list_model_get_item (G_LIST_MODEL (manager), g_array_index (places, guint, i));

      if (other == transfer)
        return i;
    }
  return places->len;
}

static void
on_move_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  ShoalTransferManager *manager = get_manager (self);
  const char *name = g_action_get_name (G_ACTION (action));
  g_autoptr (GPtrArray) selected = shoal_transfers_page_dup_selected (self);
  gboolean down = g_str_equal (name, "move-down") || g_str_equal (name, "move-bottom");
  gboolean far = g_str_equal (name, "move-top") || g_str_equal (name, "move-bottom");
  guint done = 0;

  /* Several keep their order among each other: the one in front goes first. */
  for (guint i = 0; manager != NULL && i < selected->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (selected, down ? selected->len - 1 - i : i);
      g_autoptr (GArray) places = find_places (manager);
      guint at = find_place (manager, places, transfer);

      if (at >= places->len)
        continue;
      guint limit = down ? places->len - 1 - done : done;
      guint to = far ? limit : down ? at + 1 : at - 1;
      if (at != limit)
        shoal_transfer_manager_move (manager, transfer, g_array_index (places, guint, to));
      done++;
    }
  if (done > 0)
    shoal_transfers_page_select (self, selected);
}

/* ---- Cancel ---- */

typedef struct
{
  ShoalTransfersPage *page;
  GPtrArray *transfers;
} Question;

static void
cancel_all (ShoalTransfersPage *self, GPtrArray *transfers)
{
  ShoalTransferManager *manager = get_manager (self);

  for (guint i = 0; manager != NULL && i < transfers->len; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (transfers, i);

      /* It may have ended while the question was there. */
      if (can_cancel (shoal_transfer_get_state (transfer)))
        shoal_transfer_manager_cancel (manager, transfer);
    }
  shoal_transfers_page_update_actions (self);
}

static void
on_cancel_confirmed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (ShoalTransfersPage) self = question->page;
  g_autoptr (GPtrArray) transfers = question->transfers;

  if (shoal_dialogs_confirm_finish (result))
    cancel_all (self, transfers);
}

/* What is here of them already would have to be fetched again. */
static void
on_cancel_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  g_autoptr (GPtrArray) transfers = shoal_transfers_page_dup_selected (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  guint64 here = 0;

  for (guint i = transfers->len; i > 0; i--)
    {
      ShoalTransfer *transfer = g_ptr_array_index (transfers, i - 1);

      if (can_cancel (shoal_transfer_get_state (transfer)))
        here += shoal_transfer_get_bytes_done (transfer);
      else
        g_ptr_array_remove_index (transfers, i - 1);
    }
  if (here == 0)
    {
      cancel_all (self, transfers);
      return;
    }

  guint n = transfers->len;
  g_autofree char *size = shoal_format_size (here);
  g_autofree char *name
      = shoal_display_name (shoal_transfer_get_name (g_ptr_array_index (transfers, 0)));
  g_autofree char *heading
      = n == 1 ? g_strdup_printf (_ ("Give Up “%s”?"), name)
               : g_strdup_printf (ngettext ("Give Up %u Download?", "Give Up %u Downloads?", n), n);
  /* Translators: %s is a size, such as "12.3 MB" */
  g_autofree char *body = g_strdup_printf (
      _ ("%s of it are here already and are deleted. To go on another time, pause it instead."),
      size);
  Question *question = g_new0 (Question, 1);
  question->page = g_object_ref (self);
  question->transfers = g_steal_pointer (&transfers);
  shoal_dialogs_confirm_async (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, heading, body,
                               _ ("_Give Up"), TRUE, on_cancel_confirmed_cb, question);
}

static void
on_open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;
  gboolean open = g_str_equal (g_action_get_name (G_ACTION (action)), "open");
  g_autoptr (GPtrArray) selected = shoal_transfers_page_dup_selected (self);

  for (guint i = 0; i < selected->len; i++)
    {
      const char *path = shoal_transfer_get_destination (g_ptr_array_index (selected, i));

      if (path != NULL)
        gtk_widget_activate_action (GTK_WIDGET (self),
                                    open ? "win.open-path" : "win.show-in-folder", "s", path);
    }
}

static void
on_select_all_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ShoalTransfersPage *self = data;

  if (self->selection != NULL)
    gtk_selection_model_select_all (GTK_SELECTION_MODEL (self->selection));
}

static void
on_details_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  g_simple_action_set_state (action, state);
  shoal_transfers_page_show_details (data, g_variant_get_boolean (state));
}

static void
enable (ShoalTransfersPage *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  if (g_action_get_enabled (action) != enabled)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static guint
states_of (GPtrArray *transfers)
{
  guint states = 0;

  for (guint i = 0; i < transfers->len; i++)
    states |= 1u << shoal_transfer_get_state (g_ptr_array_index (transfers, i));
  return states;
}

static gboolean
any_applies (guint states, gboolean (*applies) (ShoalTransferState state))
{
  for (int state = SHOAL_TRANSFER_QUEUED; state <= SHOAL_TRANSFER_CANCELLED; state++)
    if ((states & (1u << state)) != 0 && applies ((ShoalTransferState) state))
      return TRUE;
  return FALSE;
}

void
shoal_transfers_page_update_actions (ShoalTransfersPage *self)
{
  g_autoptr (GPtrArray) selected = shoal_transfers_page_dup_selected (self);
  g_autoptr (GPtrArray) all = dup_all (self);
  guint selected_states = states_of (selected);
  guint all_states = states_of (all);
  gboolean openable = FALSE, there = FALSE;

  for (gsize v = 0; v < G_N_ELEMENTS (verbs); v++)
    {
      if (verbs[v].selected != NULL)
        enable (self, verbs[v].selected, any_applies (selected_states, verbs[v].applies));
      if (verbs[v].all != NULL)
        enable (self, verbs[v].all, any_applies (all_states, verbs[v].applies));
    }
  for (guint i = 0; i < selected->len && !openable; i++)
    {
      ShoalTransfer *transfer = g_ptr_array_index (selected, i);

      there |= shoal_transfer_get_destination (transfer) != NULL;
      openable = shoal_transfer_get_state (transfer) == SHOAL_TRANSFER_FINISHED
                 && shoal_transfer_get_destination (transfer) != NULL;
    }
  enable (self, "open", openable);
  enable (self, "show-in-folder", openable || there);
  enable (self, "move-top", selected->len > 0);
  enable (self, "move-up", selected->len > 0);
  enable (self, "move-down", selected->len > 0);
  enable (self, "move-bottom", selected->len > 0);
}

void
shoal_transfers_page_add_actions (ShoalTransfersPage *self)
{
  static const GActionEntry entries[] = {
    { .name = "pause", .activate = on_verb_cb },
    { .name = "pause-all", .activate = on_verb_cb },
    { .name = "resume", .activate = on_verb_cb },
    { .name = "resume-all", .activate = on_verb_cb },
    { .name = "retry", .activate = on_verb_cb },
    { .name = "retry-failed", .activate = on_verb_cb },
    { .name = "cancel", .activate = on_cancel_cb },
    { .name = "remove", .activate = on_remove_cb },
    { .name = "clear-finished", .activate = on_remove_cb },
    { .name = "toggle", .activate = on_toggle_cb, .parameter_type = "s" },
    { .name = "move-top", .activate = on_move_cb },
    { .name = "move-up", .activate = on_move_cb },
    { .name = "move-down", .activate = on_move_cb },
    { .name = "move-bottom", .activate = on_move_cb },
    { .name = "open", .activate = on_open_cb },
    { .name = "show-in-folder", .activate = on_open_cb },
    { .name = "select-all", .activate = on_select_all_cb },
    { .name = "details", .state = "true", .change_state = on_details_cb },
  };

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "transfers", G_ACTION_GROUP (self->actions));
  shoal_transfers_page_update_actions (self);
}

static gboolean
on_menu_key_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  gtk_menu_button_popup (SHOAL_TRANSFERS_PAGE (widget)->menu_button);
  return TRUE;
}

void
shoal_transfers_page_add_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Up, GDK_ALT_MASK, "transfers.move-up",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Down, GDK_ALT_MASK,
                                       "transfers.move-down", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Home, GDK_ALT_MASK,
                                       "transfers.move-top", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_End, GDK_ALT_MASK,
                                       "transfers.move-bottom", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, GDK_SHIFT_MASK,
                                       "transfers.cancel", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "transfers.remove", NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, on_menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, on_menu_key_cb, NULL);
}
