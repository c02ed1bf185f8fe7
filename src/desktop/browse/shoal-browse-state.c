/* shoal-browse-state.c: what the page "Browse" tells: rows, or why there are none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-page"

#include "config.h"

#include "shoal-browse-page-private.h"

#include <glib/gi18n.h>

#include "shoal-words.h"

static gboolean
is_online (ShoalBrowsePage *self)
{
  return self->directory != NULL
         && shoal_directory_get_state (self->directory) == SHOAL_DIRECTORY_ONLINE;
}

/* Name and target are set one after the other, and GTK complains of a pair that does not fit: the
 * target changes while there is no name. */
static void
set_action (GtkActionable *actionable, const char *detailed)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  if (!g_action_parse_detailed_name (detailed, &name, &target, NULL))
    g_return_if_reached ();
  gtk_actionable_set_action_name (actionable, NULL);
  gtk_actionable_set_action_target_value (actionable, target);
  gtk_actionable_set_action_name (actionable, name);
}

static void
show_message (ShoalBrowsePage *self,
              const char *icon,
              const char *title,
              const char *description,
              const char *button,
              const char *action)
{
  g_autofree char *markup = g_markup_escape_text (description, -1);

  adw_status_page_set_icon_name (self->message, icon);
  adw_status_page_set_title (self->message, title);
  adw_status_page_set_description (self->message, markup);
  gtk_widget_set_visible (GTK_WIDGET (self->message_button), button != NULL);
  if (button != NULL)
    {
      gtk_button_set_label (self->message_button, button);
      set_action (GTK_ACTIONABLE (self->message_button), action);
    }
  gtk_stack_set_visible_child_name (self->stack, "message");
}

static void
show_nothing_found (ShoalBrowsePage *self)
{
  if (shoal_browse_filters_are_set (self))
    show_message (self, "system-search-symbolic", _ ("No Results"),
                  _ ("Try other words or fewer filters."), _ ("_Clear Search"),
                  "browse.clear-filters");
  else if (self->folder != NULL)
    show_message (self, "folder-symbolic", _ ("Nothing in This Folder"),
                  _ ("It has no files, or nobody offers it any more."), _ ("_Go Back"),
                  "browse.back");
  else
    show_message (self, "folder-publicshare-symbolic", _ ("Nothing Is Shared Yet"),
                  _ ("Be the first: drop files or folders onto this window."),
                  _ ("Go to _My Files"), "win.show-page::files");
}

static void
show_failure (ShoalBrowsePage *self)
{
  const GError *error = shoal_search_model_get_error (self->model);

  if (!is_online (self))
    show_message (self, "network-offline-symbolic", _ ("Not Connected"),
                  error != NULL ? error->message : _ ("Shoal connects again by itself."),
                  _ ("_Try Again"), "browse.retry");
  else
    show_message (self, "dialog-warning-symbolic", _ ("Could Not Search"),
                  error != NULL ? error->message : "", _ ("_Try Again"), "browse.retry");
}

static void
update_stack (ShoalBrowsePage *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0)
    {
      gtk_stack_set_visible_child_name (self->stack, "list");
      return;
    }
  switch (shoal_search_model_get_state (self->model))
    {
    case SHOAL_SEARCH_LOADING:
      /* What was not found before stays said until it is known better. */
      if (!shoal_browse_filters_are_set (self))
        gtk_stack_set_visible_child_name (self->stack, "loading");
      break;
    case SHOAL_SEARCH_READY:
      if (self->following != NULL)
        gtk_stack_set_visible_child_name (self->stack, "loading");
      else
        show_nothing_found (self);
      break;
    case SHOAL_SEARCH_FAILED:
      show_failure (self);
      break;
    case SHOAL_SEARCH_IDLE:
    default:
      show_message (self, "network-offline-symbolic", _ ("No Group Is Open"),
                    _ ("What its members share is shown here."), NULL, NULL);
      break;
    }
}

void
shoal_browse_page_update_banner (ShoalBrowsePage *self)
{
  const GError *error = shoal_search_model_get_error (self->model);
  const char *text = NULL, *button = NULL, *action = NULL;
  gboolean at_top
      = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller)) <= 0;

  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0)
    ;
  else if (error != NULL && is_online (self)) /* else the window tells it */
    {
      text = error->message;
      button = _ ("_Try Again");
      action = "browse.retry";
    }
  else if (shoal_search_model_get_stale (self->model) && !at_top)
    {
      text = _ ("The list has changed.");
      button = _ ("_Refresh");
      action = "browse.refresh";
    }
  if (text != NULL)
    gtk_label_set_text (self->banner_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->banner_button), button != NULL);
  if (button != NULL)
    {
      gtk_button_set_label (self->banner_button, button);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner_button), action);
    }
  gtk_revealer_set_reveal_child (self->banner, text != NULL);
}

static void
update_count (ShoalBrowsePage *self)
{
  gboolean at_least;
  gint64 total = shoal_search_model_get_total (self->model, &at_least);
  gboolean busy = shoal_search_model_get_state (self->model) == SHOAL_SEARCH_LOADING
                  || shoal_search_model_get_loading_more (self->model);
  gulong n = (gulong) total;
  g_autofree char *text
      = total == 0 ? g_strdup ("")
        : at_least
            ? g_strdup_printf (ngettext ("More than %'lu item", "More than %'lu items", n), n)
            : g_strdup_printf (ngettext ("%'lu item", "%'lu items", n), n);
  gint64 kept_ms = shoal_search_model_get_kept_ms (self->model);

  if (kept_ms > 0)
    {
      g_autofree char *moment = shoal_words_moment (kept_ms);
      g_autofree char *count = g_steal_pointer (&text);

      /* Translators: "12 items", and a time such as "14:05" or "Yesterday 14:05" */
      text = g_strdup_printf (_ ("%s · Not connected: as seen at %s"), count, moment);
    }
  gtk_label_set_text (self->count_label, text);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
}

void
shoal_browse_page_update (ShoalBrowsePage *self)
{
  update_stack (self);
  shoal_browse_page_update_banner (self);
  update_count (self);
  shoal_browse_actions_update (self);
}
