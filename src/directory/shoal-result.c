/* shoal-result.c: one row of a catalogue: a content under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-result"

#include "config.h"

#include "shoal-result.h"

struct _ShoalResult
{
  GObject parent_instance;

  char *name;
  char *path;
  char *type;
  char *folder;
  char *folder_name;
  char **users;
  ShoalDigest id;
  guint64 size;
  guint64 manifest_size;
  gint64 added_ms;
  gint64 mtime_ms;
  guint n_entries;
  guint n_sources;
  guint n_online;
  gboolean is_folder;
};

G_DEFINE_FINAL_TYPE (ShoalResult, shoal_result, G_TYPE_OBJECT)

static void
shoal_result_finalize (GObject *object)
{
  ShoalResult *self = SHOAL_RESULT (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->folder_name, g_free);
  g_clear_pointer (&self->users, g_strfreev);
  G_OBJECT_CLASS (shoal_result_parent_class)->finalize (object);
}

static void
shoal_result_class_init (ShoalResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_result_finalize;
}

static void
shoal_result_init (ShoalResult *self)
{
}

ShoalResult *
shoal_result_new (const ShoalResultFields *fields)
{
  static const char *const nobody[] = { NULL };

  g_return_val_if_fail (fields != NULL, NULL);
  g_return_val_if_fail (fields->name != NULL && *fields->name != '\0', NULL);

  ShoalResult *self = g_object_new (SHOAL_TYPE_RESULT, NULL);
  const char *type = fields->is_folder ? "folder" : "other";

  self->name = g_strdup (fields->name);
  self->path = g_strdup (fields->path);
  self->type = g_strdup (fields->type != NULL ? fields->type : type);
  self->folder = g_strdup (fields->folder);
  self->folder_name = g_strdup (fields->folder_name);
  self->users = g_strdupv ((char **) (fields->users != NULL ? fields->users : nobody));
  self->id = fields->id;
  self->size = fields->size;
  self->manifest_size = fields->manifest_size;
  self->added_ms = fields->added_ms;
  self->mtime_ms = fields->mtime_ms;
  self->n_entries = fields->n_entries;
  self->n_sources = fields->n_sources;
  self->n_online = fields->n_online;
  self->is_folder = fields->is_folder;
  return self;
}

const char *
shoal_result_get_name (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->name;
}

const char *
shoal_result_get_path (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->path;
}

gboolean
shoal_result_is_folder (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), FALSE);
  return self->is_folder;
}

const char *
shoal_result_get_content_type (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->type;
}

const ShoalDigest *
shoal_result_get_id (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return &self->id;
}

guint64
shoal_result_get_size (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->size;
}

guint64
shoal_result_get_manifest_size (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->manifest_size;
}

guint
shoal_result_get_n_entries (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_entries;
}

const char *
shoal_result_get_folder (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->folder;
}

const char *
shoal_result_get_folder_name (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return self->folder_name;
}

guint
shoal_result_get_n_sources (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_sources;
}

guint
shoal_result_get_n_online (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->n_online;
}

const char *const *
shoal_result_get_users (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), NULL);
  return (const char *const *) self->users;
}

gint64
shoal_result_get_added_ms (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), 0);
  return self->added_ms;
}

gint64
shoal_result_get_mtime_ms (ShoalResult *self)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (self), -1);
  return self->mtime_ms;
}

ShoalPage *
shoal_page_new (void)
{
  ShoalPage *self = g_new0 (ShoalPage, 1);

  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
shoal_page_free (ShoalPage *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->cursor, g_free);
  g_free (self);
}
