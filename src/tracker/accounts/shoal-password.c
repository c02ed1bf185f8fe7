/* shoal-password.c: Argon2id in threads of its own, few at a time
 *
 * Those who wait take turns, by account or address; when there is no more room, the one that waits
 * for most gives up a place. Wrong passwords of one address are compared at a pace (the generic
 * cell rate algorithm: a table holds when the next one would be due if all had come at that pace),
 * so that guessing costs little of a core; right ones give their time back.
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
  GThreadPool *threads; /* each thing pushed is a sign to look into the queue */
  char dummy[crypto_pwhash_STRBYTES];
  gint stopping;     /* atomic */
  GHashTable *paced; /* set of Work that waits for its time; main thread */

  GMutex mutex;
  ShoalFairQueue *queue; /* of GTask, owned; under the mutex, as is: */
  GHashTable *due;       /* whose → gint64, monotonic µs */
};

typedef struct
{
  ShoalPasswordPool *pool;
  char *password;
  char *hash; /* to compare with; NULL: make one */
  char *whose;
  gboolean first;
  /* While it waits for its time. */
  GTask *task; /* owned */
  guint timer_id;
  gulong cancelled_id;
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
  g_free (work->whose);
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

/* ---- The pace of wrong passwords ---- */

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  return *(const gint64 *) value <= *(const gint64 *) user_data;
}

static void
set_due (ShoalPasswordPool *self, const char *whose, gint64 due)
{
  g_hash_table_replace (self->due, g_strdup (whose), g_memdup2 (&due, sizeof due));
}

/* Returns: in how many µs a try of @whose may be looked at */
static gint64
take_pace (ShoalPasswordPool *self, const char *whose)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 now = g_get_monotonic_time ();

  if (g_hash_table_size (self->due) >= SHOAL_MAX_PACED_ADDRESSES)
    g_hash_table_foreach_remove (self->due, is_over, &now);

  const gint64 *known = g_hash_table_lookup (self->due, whose);
  gint64 due = known != NULL ? MAX (*known, now) : now;

  set_due (self, whose, due + SHOAL_TRY_INTERVAL_US);
  return MAX (due - now - SHOAL_TRIES_BURST * SHOAL_TRY_INTERVAL_US, 0);
}

static void
give_pace_back (ShoalPasswordPool *self, const char *whose)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const gint64 *due = g_hash_table_lookup (self->due, whose);

  if (due != NULL)
    set_due (self, whose, *due - SHOAL_TRY_INTERVAL_US);
}

/* ---- In the threads ---- */

static void
fail_stopping (GTask *task)
{
  g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED, "The tracker is stopping.");
}

static GTask *
take_task (ShoalPasswordPool *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return shoal_fair_queue_pop (self->queue);
}

static void
run_work (gpointer data, gpointer user_data)
{
  ShoalPasswordPool *self = user_data;
  g_autoptr (GTask) task = take_task (self);
  char hash[crypto_pwhash_STRBYTES];
  GError *error = NULL;

  /* Whoever had to give up its place has left its sign behind. */
  if (task == NULL || g_task_return_error_if_cancelled (task))
    return;

  Work *work = g_task_get_task_data (task);

  if (g_atomic_int_get (&self->stopping))
    fail_stopping (task);
  else if (work->hash != NULL)
    {
      gboolean same = verify (work->hash, work->password);

      if (same)
        give_pace_back (self, work->whose);
      g_task_return_boolean (task, same);
    }
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

  g_mutex_init (&self->mutex);
  self->queue = shoal_fair_queue_new ();
  self->paced = g_hash_table_new (NULL, NULL);
  self->due = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->threads = g_thread_pool_new (run_work, self, SHOAL_ARGON2_AT_ONCE, TRUE, error);
  if (self->threads == NULL || !make_hash (nobodys, self->dummy, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* Returns: (transfer full): its task; it does not wait for its time any more */
static GTask *
end_wait (Work *work)
{
  g_hash_table_remove (work->pool->paced, work);
  g_clear_handle_id (&work->timer_id, g_source_remove);
  if (work->cancelled_id != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (work->task), work->cancelled_id);
  work->cancelled_id = 0;
  return g_steal_pointer (&work->task);
}

static void
fail_paced (ShoalPasswordPool *self)
{
  g_autofree gpointer *waiting = g_hash_table_get_keys_as_array (self->paced, NULL);

  for (gpointer *work = waiting; *work != NULL; work++)
    {
      g_autoptr (GTask) task = end_wait (*work);

      fail_stopping (task);
    }
}

void
shoal_password_pool_stop (ShoalPasswordPool *self)
{
  GThreadPool *threads = g_steal_pointer (&self->threads);

  g_atomic_int_set (&self->stopping, TRUE);
  fail_paced (self);
  if (threads != NULL)
    g_thread_pool_free (threads, FALSE, TRUE);
}

void
shoal_password_pool_free (ShoalPasswordPool *self)
{
  shoal_password_pool_stop (self);
  g_clear_pointer (&self->queue, shoal_fair_queue_free);
  g_clear_pointer (&self->paced, g_hash_table_unref);
  g_clear_pointer (&self->due, g_hash_table_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* @task: (transfer full) */
static void
queue_task (ShoalPasswordPool *self, GTask *task)
{
  const Work *work = g_task_get_task_data (task);
  const ShoalTurn turn = { work->whose, work->first };
  g_autoptr (GTask) dropped = NULL;

  g_mutex_lock (&self->mutex);
  shoal_fair_queue_push (self->queue, &turn, task);
  if (shoal_fair_queue_get_length (self->queue) > SHOAL_ARGON2_QUEUE)
    dropped = shoal_fair_queue_pop_of_most (self->queue);
  g_mutex_unlock (&self->mutex);
  g_thread_pool_push (self->threads, self, NULL);
  if (dropped != NULL)
    g_task_return_error (dropped,
                         shoal_error_new_retry (SHOAL_ERROR_BUSY, QUEUE_RETRY_MS,
                                                "Too many people are signing in right now. Try "
                                                "again in a few seconds."));
}

static gboolean
on_time_cb (gpointer user_data)
{
  Work *work = user_data;

  work->timer_id = 0;
  queue_task (work->pool, end_wait (work));
  return G_SOURCE_REMOVE;
}

/* Who has gone does not use up the time of those who come after him. */
static void
on_paced_cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Work *work = user_data;
  g_autoptr (GTask) task = end_wait (work);

  give_pace_back (work->pool, work->whose);
  g_task_return_error_if_cancelled (task);
}

static void
push_work (ShoalPasswordPool *self,
           const ShoalTurn *turn,
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
  work->pool = self;
  work->password = g_strdup (password);
  work->hash = g_strdup (hash);
  work->whose = g_strdup (turn->whose);
  work->first = turn->first;
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  if (self->threads == NULL)
    {
      fail_stopping (task);
      return;
    }

  gint64 wait_us = hash != NULL ? take_pace (self, work->whose) : 0;

  if (wait_us == 0)
    {
      queue_task (self, g_steal_pointer (&task));
      return;
    }
  if (cancellable != NULL)
    work->cancelled_id
        = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_paced_cancelled_cb), work);
  work->task = g_steal_pointer (&task);
  work->timer_id = g_timeout_add ((guint) (wait_us / 1000) + 1, on_time_cb, work);
  g_hash_table_add (self->paced, work);
}

void
shoal_password_hash_async (ShoalPasswordPool *self,
                           const ShoalTurn *turn,
                           const char *password,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  push_work (self, turn, password, NULL, cancellable, callback, user_data,
             shoal_password_hash_async);
}

char *
shoal_password_hash_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, shoal_password_hash_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
shoal_password_verify_async (ShoalPasswordPool *self,
                             const ShoalTurn *turn,
                             const char *password,
                             const char *hash,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  push_work (self, turn, password, hash != NULL ? hash : self->dummy, cancellable, callback,
             user_data, shoal_password_verify_async);
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
