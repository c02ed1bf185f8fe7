/* shoal-file-secret-store.c: secrets in a file that only its owner can read
 *
 * One secret a line: KIND, the group or "-", and the secret in base64. The file is read and written
 * as a whole, for it is small and changes rarely; the work is done in a thread, because replacing a
 * file safely waits for the disk. The mutex puts the changes of one process in order; other
 * processes are kept away by the lock of the profile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-secret-store"

#include "config.h"

#include "shoal-secret-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-secret-bytes.h"

#define SHOAL_TYPE_FILE_SECRET_STORE (shoal_file_secret_store_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalFileSecretStore, shoal_file_secret_store, SHOAL, FILE_SECRET_STORE, GObject)

struct _ShoalFileSecretStore
{
  GObject parent_instance;

  GMutex mutex; /* held while the file is read and replaced */
  char *path;
};

typedef enum
{
  FILE_JOB_STORE,
  FILE_JOB_LOOKUP,
  FILE_JOB_CLEAR,
} FileJobType;

typedef struct
{
  FileJobType type;
  char *kind;
  char *group;
  GBytes *secret;
} FileJob;

static void shoal_file_secret_store_iface_init (ShoalSecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalFileSecretStore,
                               shoal_file_secret_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_SECRET_STORE,
                                                      shoal_file_secret_store_iface_init))

static void
file_job_free (gpointer data)
{
  FileJob *job = data;

  g_clear_pointer (&job->kind, g_free);
  g_clear_pointer (&job->group, g_free);
  g_clear_pointer (&job->secret, g_bytes_unref);
  g_free (job);
}

/* ---- The file ------------------------------------------------------------------------------- */

static gboolean
check_file (ShoalFileSecretStore *self, int fd, gsize *size, GError **error)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return shoal_error_from_errno (error, errno, _ ("Cannot look at “%s”"), self->path);
  if (st.st_uid != geteuid ())
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
                   _ ("The file with the keys, “%s”, belongs to another user"), self->path);
      return FALSE;
    }
  if ((st.st_mode & 077) != 0)
    {
      g_set_error (
          error, SHOAL_ERROR, SHOAL_ERROR_DENIED,
          _ ("Other users may read the file with the keys: run “chmod 600 %s”; if somebody "
             "may have read it, make a new profile"),
          self->path);
      return FALSE;
    }
  if (st.st_size > SHOAL_MAX_SECRETS_FILE)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                   _ ("The file with the keys, “%s”, is larger than %d bytes"), self->path,
                   SHOAL_MAX_SECRETS_FILE);
      return FALSE;
    }
  *size = (gsize) st.st_size;
  return TRUE;
}

static gboolean
parse_line (GHashTable *secrets, char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", 4);

  if (g_strv_length (parts) != 3)
    return FALSE;

  const char *group = strcmp (parts[1], "-") == 0 ? "" : parts[1];
  GBytes *secret = shoal_secret_bytes_from_base64 (parts[2]);

  explicit_bzero (parts[2], strlen (parts[2]));
  if (secret == NULL)
    return FALSE;
  if (!shoal_secret_kind_is_valid (parts[0]) || !shoal_secret_group_is_valid (group))
    {
      g_bytes_unref (secret);
      return FALSE;
    }
  g_hash_table_replace (secrets, g_strdup_printf ("%s %s", parts[0], parts[1]), secret);
  return TRUE;
}

static gboolean
parse_text (ShoalFileSecretStore *self, GHashTable *secrets, char *text, GError **error)
{
  char *line = text;

  for (guint number = 1; *line != '\0'; number++)
    {
      char *end = strchrnul (line, '\n');
      gboolean last = *end == '\0';

      *end = '\0';
      if (!parse_line (secrets, line))
        {
          g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                       _ ("Line %u of the file with the keys, “%s”, is damaged"), number,
                       self->path);
          return FALSE;
        }
      line = last ? end : end + 1;
    }
  return TRUE;
}

/* A file that is not there yet holds nothing. */
static GHashTable *
load (ShoalFileSecretStore *self, int dirfd, const char *name, GError **error)
{
  g_autoptr (GHashTable) secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                          (GDestroyNotify) g_bytes_unref);
  g_autoptr (GError) local_error = NULL;
  int fd = shoal_dir_open_file (dirfd, name, O_RDONLY, 0, &local_error);

  if (fd < 0)
    {
      if (g_error_matches (local_error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND))
        return g_steal_pointer (&secrets);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  gsize size = 0;
  gboolean loaded = check_file (self, fd, &size, error);
  if (loaded)
    {
      char *text = g_malloc0 (size + 1);

      loaded
          = shoal_fd_read_all (fd, text, size, 0, error) && parse_text (self, secrets, text, error);
      explicit_bzero (text, size);
      g_free (text);
    }
  g_close (fd, NULL);
  return loaded ? g_steal_pointer (&secrets) : NULL;
}

static gboolean
save (GHashTable *secrets, int dirfd, const char *name, GError **error)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;
  gsize size = 0;

  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    size += strlen (key) + (g_bytes_get_size (value) + 2) / 3 * 4 + 2;

  /* Sized beforehand, so that no growing leaves a copy behind */
  char *text = g_malloc (size + 1);
  char *end = text;
  *end = '\0';
  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      char *base64 = shoal_secret_bytes_to_base64 (value);

      end = stpcpy (stpcpy (stpcpy (stpcpy (end, key), " "), base64), "\n");
      shoal_secret_text_free (base64);
    }

  gboolean saved = shoal_dir_write_file (dirfd, name, text, (gsize) (end - text), 0600, error);
  shoal_secret_text_free (text);
  return saved;
}

/* ---- Jobs ----------------------------------------------------------------------------------- */

static GBytes *
run_job (ShoalFileSecretStore *self, const FileJob *job, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *key
      = g_strdup_printf ("%s %s", job->kind, *job->group != '\0' ? job->group : "-");
  int dirfd = shoal_dir_open (folder, TRUE, error);
  GBytes *found = NULL;

  if (dirfd < 0)
    return NULL;

  g_mutex_lock (&self->mutex);
  g_autoptr (GHashTable) secrets = load (self, dirfd, name, error);
  gboolean done = secrets != NULL;

  if (done && job->type == FILE_JOB_LOOKUP)
    {
      found = g_hash_table_lookup (secrets, key);
      if (found != NULL)
        g_bytes_ref (found);
      else
        g_propagate_error (error, shoal_secret_not_found (job->kind));
    }
  else if (done && job->type == FILE_JOB_STORE)
    {
      g_hash_table_replace (secrets, g_steal_pointer (&key), g_bytes_ref (job->secret));
      done = save (secrets, dirfd, name, error);
    }
  else if (done && g_hash_table_remove (secrets, key))
    done = save (secrets, dirfd, name, error);
  g_mutex_unlock (&self->mutex);
  g_close (dirfd, NULL);

  if (done && job->type != FILE_JOB_LOOKUP)
    found = g_bytes_new (NULL, 0);
  return found;
}

static void
file_job_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *found = run_job (source, task_data, &error);

  if (found != NULL)
    g_task_return_pointer (task, found, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
file_job_start (ShoalSecretStore *store,
                FileJobType type,
                const char *kind,
                const char *group,
                GBytes *secret,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);
  FileJob *job = g_new0 (FileJob, 1);

  job->type = type;
  job->kind = g_strdup (kind);
  job->group = g_strdup (group);
  job->secret = secret != NULL ? g_bytes_ref (secret) : NULL;
  g_task_set_source_tag (task, file_job_start);
  g_task_set_task_data (task, job, file_job_free);
  if (!g_task_return_error_if_cancelled (task))
    g_task_run_in_thread (task, file_job_thread);
}

static const char *
file_get_kind (ShoalSecretStore *store)
{
  return SHOAL_SECRET_STORE_FILE;
}

static void
file_store_async (ShoalSecretStore *store,
                  const char *kind,
                  const char *group,
                  GBytes *secret,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  file_job_start (store, FILE_JOB_STORE, kind, group, secret, cancellable, callback, user_data);
}

static void
file_lookup_async (ShoalSecretStore *store,
                   const char *kind,
                   const char *group,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  file_job_start (store, FILE_JOB_LOOKUP, kind, group, NULL, cancellable, callback, user_data);
}

static void
file_clear_async (ShoalSecretStore *store,
                  const char *kind,
                  const char *group,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  file_job_start (store, FILE_JOB_CLEAR, kind, group, NULL, cancellable, callback, user_data);
}

static gboolean
file_boolean_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  g_autoptr (GBytes) done = g_task_propagate_pointer (G_TASK (result), error);

  return done != NULL;
}

static GBytes *
file_lookup_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
shoal_file_secret_store_iface_init (ShoalSecretStoreInterface *iface)
{
  iface->get_kind = file_get_kind;
  iface->store_async = file_store_async;
  iface->store_finish = file_boolean_finish;
  iface->lookup_async = file_lookup_async;
  iface->lookup_finish = file_lookup_finish;
  iface->clear_async = file_clear_async;
  iface->clear_finish = file_boolean_finish;
}

static void
shoal_file_secret_store_finalize (GObject *object)
{
  ShoalFileSecretStore *self = SHOAL_FILE_SECRET_STORE (object);

  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (shoal_file_secret_store_parent_class)->finalize (object);
}

static void
shoal_file_secret_store_class_init (ShoalFileSecretStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_file_secret_store_finalize;
}

static void
shoal_file_secret_store_init (ShoalFileSecretStore *self)
{
  g_mutex_init (&self->mutex);
}

ShoalSecretStore *
shoal_file_secret_store_new (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  ShoalFileSecretStore *self = g_object_new (SHOAL_TYPE_FILE_SECRET_STORE, NULL);
  self->path = g_strdup (path);
  return SHOAL_SECRET_STORE (self);
}
