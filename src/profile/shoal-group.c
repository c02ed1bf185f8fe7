/* shoal-group.c: which group a profile belongs to, in PROFILE/group.ini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-group"

#include "config.h"

#include "shoal-group.h"

#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-audit-chain.h"
#include "shoal-device-key.h"
#include "shoal-dir.h"
#include "shoal-error.h"

#define SECTION "group"

static char *
get_text (GKeyFile *file, const char *key)
{
  g_autofree char *text = g_key_file_get_string (file, SECTION, key, NULL);

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static gboolean
check (const ShoalGroup *self, const char *path, GError **error)
{
  if ((self->key != NULL && !shoal_is_fingerprint (self->key))
      || (self->key != NULL) != (self->addresses != NULL && self->addresses[0] != NULL)
      || (self->audit_head != NULL && !shoal_audit_is_head (self->audit_head))
      || self->audit_count < 0)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("“%s” is damaged. Delete it and sign in again with the tracker's link."),
                   path);
      return FALSE;
    }
  return TRUE;
}

ShoalGroup *
shoal_group_load (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;
  g_autoptr (ShoalGroup) self = g_new0 (ShoalGroup, 1);

  g_return_val_if_fail (path != NULL, NULL);

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&self);
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_IO, _ ("Cannot read “%s”: %s"), path,
                   local->message);
      return NULL;
    }
  self->addresses = g_key_file_get_string_list (file, SECTION, "addresses", NULL, NULL);
  self->key = get_text (file, "key");
  self->name = get_text (file, "name");
  self->account = get_text (file, "account");
  self->user = get_text (file, "user");
  self->signed_in = g_key_file_get_boolean (file, SECTION, "signed-in", NULL);
  self->audit_count = g_key_file_get_int64 (file, SECTION, "audit-count", NULL);
  self->audit_head = get_text (file, "audit-head");
  if (!check (self, path, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
set_text (GKeyFile *file, const char *key, const char *text)
{
  if (text != NULL)
    g_key_file_set_string (file, SECTION, key, text);
}

gboolean
shoal_group_save (const ShoalGroup *self, const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  gsize length;

  if (self->addresses != NULL)
    g_key_file_set_string_list (file, SECTION, "addresses", (const char *const *) self->addresses,
                                g_strv_length (self->addresses));
  set_text (file, "key", self->key);
  set_text (file, "name", self->name);
  set_text (file, "account", self->account);
  set_text (file, "user", self->user);
  g_key_file_set_boolean (file, SECTION, "signed-in", self->signed_in);
  g_key_file_set_int64 (file, SECTION, "audit-count", self->audit_count);
  set_text (file, "audit-head", self->audit_head);

  g_autofree char *text = g_key_file_to_data (file, &length, NULL);
  int fd = shoal_dir_open (folder, FALSE, error);
  if (fd < 0)
    return FALSE;
  gboolean done = shoal_dir_write_file (fd, name, text, length, 0600, error);
  close (fd);
  return done;
}

void
shoal_group_free (ShoalGroup *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->audit_head, g_free);
  g_free (self);
}
