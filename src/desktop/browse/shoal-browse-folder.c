/* shoal-browse-folder.c: looking inside a folder, also when its owner changes it
 *
 * A folder that was changed is another content: its entries are found under another id. Whoever
 * looks inside follows it by its name and its owner.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-page"

#include "config.h"

#include "shoal-browse-page-private.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-error.h"
#include "shoal-units.h"

void
shoal_browse_folder_update (ShoalBrowsePage *self)
{
  gtk_widget_set_visible (self->folder_bar, self->folder != NULL);
  if (self->folder == NULL)
    return;
  guint n = shoal_result_get_n_entries (self->folder);
  g_autofree char *size = shoal_format_size (shoal_result_get_size (self->folder));
  g_autofree char *count = g_strdup_printf (ngettext ("%u entry", "%u entries", n), n);
  g_autofree char *details = g_strdup_printf ("%s · %s", count, size);

  g_autofree char *name = shoal_display_name (shoal_result_get_name (self->folder));

  gtk_label_set_text (self->folder_title, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->folder_title), name);
  gtk_label_set_text (self->folder_details, details);
}

void
shoal_browse_page_open_folder (ShoalBrowsePage *self, ShoalResult *folder)
{
  if (folder == self->folder)
    return;
  if (folder == NULL)
    shoal_browse_folder_forget (self);
  self->setting = TRUE;
  if (folder != NULL && self->folder == NULL)
    {
      g_free (self->words_before);
      self->words_before = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
      gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
    }
  else if (folder == NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->search_entry),
                           self->words_before != NULL ? self->words_before : "");
  self->setting = FALSE;
  g_set_object (&self->folder, folder);
  shoal_browse_folder_update (self);
  shoal_browse_filters_apply (self);
  shoal_browse_actions_update (self);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
}

/* ---- Following ---- */

void
shoal_browse_folder_forget (ShoalBrowsePage *self)
{
  if (self->following == NULL)
    return;
  g_cancellable_cancel (self->following);
  g_clear_object (&self->following);
}

/* As it is now: of the same name, by somebody who offered it before. */
static ShoalResult *
find_changed (ShoalBrowsePage *self, GPtrArray *found)
{
  const char *const *owners = shoal_result_get_users (self->folder);

  for (guint i = 0; i < found->len; i++)
    {
      ShoalResult *result = g_ptr_array_index (found, i);
      const char *const *users = shoal_result_get_users (result);

      if (!shoal_result_is_folder (result)
          || shoal_digest_equal (shoal_result_get_id (result), shoal_result_get_id (self->folder)))
        continue;
      for (guint k = 0; users[k] != NULL; k++)
        if (g_strv_contains (owners, users[k]))
          return result;
    }
  return NULL;
}

static void
on_found_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalBrowsePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found
             = shoal_directory_find_finish (SHOAL_DIRECTORY (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    return;
  g_clear_object (&self->following);
  ShoalResult *changed = found != NULL && self->folder != NULL ? find_changed (self, found) : NULL;
  if (changed != NULL)
    shoal_browse_page_open_folder (self, changed);
  else
    shoal_browse_page_update (self);
}

void
shoal_browse_folder_follow (ShoalBrowsePage *self)
{
  if (self->folder == NULL || self->directory == NULL || self->following != NULL
      || shoal_search_model_get_state (self->model) != SHOAL_SEARCH_READY
      || g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0
      || shoal_result_get_n_entries (self->folder) == 0 || shoal_browse_filters_are_set (self))
    return;
  self->following = g_cancellable_new ();
  shoal_directory_find_async (self->directory, shoal_result_get_name (self->folder), NULL,
                              self->following, on_found_cb, g_object_ref (self));
}
