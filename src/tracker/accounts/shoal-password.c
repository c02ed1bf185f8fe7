/* shoal-password.c: Argon2id in threads of its own, few at a time
 *
 * GTask's shared pool is not used: it runs every TLS handshake and name lookup of the process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-password"

#include "config.h"

#include "shoal-password.h"

#include <sodium.h>
#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"

#define SECRET_BYTES (32)
#define RANDOM_ID_BYTES (16)
/* Two at a time, some 50 ms each: a full queue is empty again after this. */
#define QUEUE_RETRY_MS (2000)

struct _ShoalPasswordPool
{
  GThreadPool *threads;
  char dummy[crypto_pwhash_STRBYTES];
  gint stopping; /* atomic */
};

typedef struct
{
  char *password;
  char *hash; /* to compare with; NULL: make one */
} Work;

static void
wipe (char *password)
{
  sodium_memzero (password, strlen (password));
  g_free (password);
}

static void
work_free (Work *work)
{
  wipe (work->password);
  g_free (work->hash);
  g_free (work);
}

/* An accented letter is one character on one keyboard and two on another.
 * Returns: (transfer full) */
static char *
compose (const char *password)
{
  char *composed = g_utf8_normalize (password, -1, G_NORMALIZE_NFC);

  return composed != NULL ? composed : g_strdup (password);
}

static gboolean
make_hash (const char *password, char hash[crypto_pwhash_STRBYTES], GError **error)
{
  char *composed = compose (password);
  gboolean made = crypto_pwhash_str (hash, composed, strlen (composed), SHOAL_ARGON2_PASSES,
                                     SHOAL_ARGON2_MEMORY)
                  == 0;

  wipe (composed);
  if (made)
    return TRUE;
  g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                       "There is not enough memory to check a password.");
  return FALSE;
}

static gboolean
matches (const char *hash, const char *password)
{
  return crypto_pwhash_str_verify (hash, password, strlen (password)) == 0;
}

/* As it is typed too: earlier versions hashed what they got. */
static gboolean
verify (const char *hash, const char *password)
{
  char *composed = compose (password);
  gboolean same
      = matches (hash, composed) || (!g_str_equal (composed, password) && matches (hash, password));

  wipe (composed);
  return same;
}

static void
run_work (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  ShoalPasswordPool *self = user_data;
  Work *work = g_task_get_task_data (task);
  char hash[crypto_pwhash_STRBYTES];
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (g_atomic_int_get (&self->stopping))
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                             "The tracker is stopping.");
  else if (work->hash != NULL)
    g_task_return_boolean (task, verify (work->hash, work->password));
  else if (make_hash (work->password, hash, &error))
    g_task_return_pointer (task, g_strdup (hash), g_free);
  else
    g_task_return_error (task, error);
}

ShoalPasswordPool *
shoal_password_pool_new (GError **error)
{
  if (sodium_init () < 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INTERNAL,
                           "The cryptography library does not start.");
      return NULL;
    }

  g_autofree char *nobodys = shoal_secret_new ();
  g_autoptr (ShoalPasswordPool) self = g_new0 (ShoalPasswordPool, 1);

  self->threads = g_thread_pool_new (run_work, self, SHOAL_ARGON2_AT_ONCE, TRUE, error);
  if (self->threads == NULL || !make_hash (nobodys, self->dummy, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
shoal_password_pool_stop (ShoalPasswordPool *self)
{
  GThreadPool *threads = g_steal_pointer (&self->threads);

  g_atomic_int_set (&self->stopping, TRUE);
  if (threads != NULL)
    g_thread_pool_free (threads, FALSE, TRUE);
}

void
shoal_password_pool_free (ShoalPasswordPool *self)
{
  shoal_password_pool_stop (self);
  g_free (self);
}

static void
push_work (ShoalPasswordPool *self,
           const char *password,
           const char *hash,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data,
           gpointer source_tag)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = g_new0 (Work, 1);

  g_task_set_source_tag (task, source_tag);
  work->password = g_strdup (password);
  work->hash = g_strdup (hash);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  if (self->threads == NULL)
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                               "The tracker is stopping.");
      return;
    }
  if (g_thread_pool_unprocessed (self->threads) >= SHOAL_ARGON2_QUEUE)
    {
      g_task_return_error (task,
                           shoal_error_new_retry (SHOAL_ERROR_BUSY, QUEUE_RETRY_MS,
                                                  "Too many people are signing in right now. Try "
                                                  "again in a few seconds."));
      return;
    }
  g_thread_pool_push (self->threads, g_steal_pointer (&task), NULL);
}

void
shoal_password_hash_async (ShoalPasswordPool *self,
                           const char *password,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  push_work (self, password, NULL, cancellable, callback, user_data, shoal_password_hash_async);
}

char *
shoal_password_hash_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, shoal_password_hash_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
shoal_password_verify_async (ShoalPasswordPool *self,
                             const char *password,
                             const char *hash,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  push_work (self, password, hash != NULL ? hash : self->dummy, cancellable, callback, user_data,
             shoal_password_verify_async);
}

gboolean
shoal_password_verify_finish (GAsyncResult *result, gboolean *matches, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (g_async_result_is_tagged (result, shoal_password_verify_async), FALSE);

  *matches = g_task_propagate_boolean (G_TASK (result), &local_error);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
shoal_password_check (const char *password, const char *field, GError **error)
{
  gsize length = strlen (password);

  if (length < SHOAL_MIN_PASSWORD_BYTES)
    return shoal_set_field_error (error, field,
                                  "The password is too short: it needs at least %d characters.",
                                  SHOAL_MIN_PASSWORD_BYTES);
  if (length > SHOAL_MAX_PASSWORD_BYTES)
    return shoal_set_field_error (error, field,
                                  "The password is too long: it may have at most %d bytes.",
                                  SHOAL_MAX_PASSWORD_BYTES);
  return TRUE;
}

static char *
random_hex (gsize size)
{
  guint8 bytes[SECRET_BYTES];
  char hex[2 * SECRET_BYTES + 1];

  g_assert (size <= sizeof bytes);
  randombytes_buf (bytes, size);
  sodium_bin2hex (hex, sizeof hex, bytes, size);
  sodium_memzero (bytes, sizeof bytes);
  return g_strdup (hex);
}

char *
shoal_secret_new (void)
{
  return random_hex (SECRET_BYTES);
}

char *
shoal_random_id (void)
{
  return random_hex (RANDOM_ID_BYTES);
}

char *
shoal_secret_digest (const char *secret)
{
  guint8 digest[crypto_hash_sha256_BYTES];
  char hex[2 * sizeof digest + 1];

  crypto_hash_sha256 (digest, (const guint8 *) secret, strlen (secret));
  sodium_bin2hex (hex, sizeof hex, digest, sizeof digest);
  return g_strdup (hex);
}
