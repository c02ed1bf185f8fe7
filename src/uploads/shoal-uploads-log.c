/* shoal-uploads-log.c: puts the answers to one device together to uploads, for people and for the
 * history
 *
 * Threads: the table of sessions is under the mutex; the bytes of a session are atomic. What a face
 * sees (a ShoalUpload for each session) is made and changed by the tick, on the main thread. A
 * session is freed by the tick, and only when no answer runs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-log.h"

#include <glib/gi18n.h>

#include "shoal-limits.h"
#include "shoal-upload-private.h"

struct _ShoalUploadSession
{
  char *key;
  char *device;
  char *user;
  char *name;
  gboolean folder;
  ShoalDigest id;
  guint64 size;
  gint64 share;
  gint64 bytes; /* atomic: read for sending, less what did not get out */

  /* Under the log's mutex. */
  guint n_running;
  gint64 content; /* of the bytes, those of files */
  gint64 started_us;
  gint64 last_us;
  gboolean cut; /* the last answer did not get out whole */
  char *reason;

  /* Main thread. */
  ShoalUpload *shown;
};

struct _ShoalUploadsLog
{
  GMutex mutex;
  GHashTable *sessions; /* key → ShoalUploadSession */
  GListStore *running;  /* main thread */
  ShoalHistory *history;
  ShoalUploadsFetchedFunc fetched;
  gpointer data;
};

static void
session_free (ShoalUploadSession *self)
{
  g_free (self->key);
  g_free (self->device);
  g_free (self->user);
  g_free (self->name);
  g_free (self->reason);
  g_clear_object (&self->shown);
  g_free (self);
}

ShoalUploadsLog *
shoal_uploads_log_new (ShoalHistory *history, ShoalUploadsFetchedFunc fetched, gpointer data)
{
  ShoalUploadsLog *self = g_new0 (ShoalUploadsLog, 1);

  g_mutex_init (&self->mutex);
  self->sessions
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) session_free);
  self->running = g_list_store_new (SHOAL_TYPE_UPLOAD);
  self->history = history != NULL ? g_object_ref (history) : NULL;
  self->fetched = fetched;
  self->data = data;
  return self;
}

void
shoal_uploads_log_free (ShoalUploadsLog *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->sessions);
  g_clear_object (&self->running);
  g_clear_object (&self->history);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static char *
make_key (const char *device, const ShoalDigest *id)
{
  char hex[SHOAL_DIGEST_HEX_SIZE];

  shoal_digest_to_hex (id, hex);
  return g_strconcat (device, " ", hex, NULL);
}

ShoalUploadSession *
shoal_uploads_log_begin (ShoalUploadsLog *self, const ShoalUploadSubject *subject)
{
  g_autofree char *key = make_key (subject->device, &subject->id);
  g_autofree char *folder_key
      = subject->inside != NULL ? make_key (subject->device, subject->inside) : NULL;
  gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  ShoalUploadSession *session
      = folder_key != NULL ? g_hash_table_lookup (self->sessions, folder_key) : NULL;
  if (session == NULL)
    session = g_hash_table_lookup (self->sessions, key);
  if (session == NULL)
    {
      session = g_new0 (ShoalUploadSession, 1);
      session->key = g_steal_pointer (&key);
      session->device = g_strdup (subject->device);
      session->user = g_strdup (subject->user);
      session->name = g_strdup (subject->name);
      session->folder = subject->folder;
      session->id = subject->id;
      session->size = subject->size;
      session->share = subject->share;
      session->started_us = now_us;
      g_hash_table_insert (self->sessions, session->key, session);
    }
  session->n_running++;
  session->last_us = now_us;
  g_mutex_unlock (&self->mutex);
  return session;
}

void
shoal_upload_session_add (ShoalUploadSession *self, gint64 bytes)
{
  __atomic_fetch_add (&self->bytes, bytes, __ATOMIC_RELAXED);
}

void
shoal_uploads_log_end (ShoalUploadsLog *self,
                       ShoalUploadSession *session,
                       gint64 read,
                       gint64 sent,
                       gboolean content,
                       gboolean complete,
                       const char *reason)
{
  shoal_upload_session_add (session, sent - read);
  g_mutex_lock (&self->mutex);
  g_assert (session->n_running > 0);
  session->n_running--;
  session->last_us = g_get_monotonic_time ();
  if (content)
    session->content += sent;
  session->cut = !complete;
  g_free (session->reason);
  session->reason = complete ? NULL : g_strdup (reason);
  g_mutex_unlock (&self->mutex);
}

/* ---- Main thread ---- */

static gboolean
is_whole (const ShoalUploadSession *session)
{
  return session->size > 0 && session->content >= (gint64) session->size;
}

static void
record (ShoalUploadsLog *self, ShoalUploadSession *session)
{
  gboolean whole = is_whole (session);
  guint position = 0;

  if (session->shown != NULL && g_list_store_find (self->running, session->shown, &position))
    g_list_store_remove (self->running, position);
  if (whole && session->share != 0)
    self->fetched (self->data, session->share);
  gint64 bytes = __atomic_load_n (&session->bytes, __ATOMIC_RELAXED);
  if (self->history == NULL || bytes <= 0)
    return; /* it only asked, and left */
  ShoalHistoryEntry *entry = shoal_history_entry_new ();
  entry->uuid = g_uuid_string_random ();
  entry->upload = TRUE;
  entry->name = g_strdup (session->name);
  entry->folder = session->folder;
  entry->id = session->id;
  entry->size = session->size;
  entry->bytes = (guint64) bytes;
  /* Rounded up: what took less than a millisecond has a speed too. */
  entry->elapsed_ms = MAX ((session->last_us - session->started_us + 999) / 1000, 1);
  entry->ended_ms = (g_get_real_time () - (g_get_monotonic_time () - session->last_us)) / 1000;
  entry->users = g_strdup (session->user);
  if (whole || !session->cut)
    entry->outcome = g_strdup ("finished");
  else if (session->reason != NULL)
    {
      entry->outcome = g_strdup ("failed");
      entry->reason = g_strdup (session->reason);
    }
  else
    {
      entry->outcome = g_strdup ("cancelled");
      entry->reason = g_strdup (_ ("The other side ended it"));
    }
  shoal_history_add (self->history, entry);
}

static void
show (ShoalUploadsLog *self, ShoalUploadSession *session, gboolean active, gint64 now_us)
{
  gint64 bytes = __atomic_load_n (&session->bytes, __ATOMIC_RELAXED);

  if (session->shown == NULL)
    {
      session->shown = shoal_upload_new (session->user, session->device, session->name,
                                         session->folder, session->size);
      g_list_store_append (self->running, session->shown);
    }
  shoal_upload_show (session->shown, (guint64) MAX (bytes, 0), active, now_us);
}

static int
compare_sessions (gconstpointer a, gconstpointer b)
{
  const ShoalUploadSession *first = *(ShoalUploadSession *const *) a;
  const ShoalUploadSession *second = *(ShoalUploadSession *const *) b;

  return (first->started_us > second->started_us) - (first->started_us < second->started_us);
}

/* Takes out what has ended; leaves the others in @open. */
static GPtrArray *
take_ended (ShoalUploadsLog *self, gint64 now_us, gboolean all, GPtrArray *open)
{
  GPtrArray *ended = g_ptr_array_new_with_free_func ((GDestroyNotify) session_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      ShoalUploadSession *session = value;
      gint64 quiet_us = now_us - session->last_us;
      gboolean over = all || is_whole (session)
                      || quiet_us >= G_GINT64_CONSTANT (1000) * SHOAL_UPLOAD_QUIET_MS;
      if (session->n_running == 0 && over)
        {
          g_hash_table_iter_steal (&iter);
          g_ptr_array_add (ended, session);
        }
      else
        g_ptr_array_add (open, session);
    }
  g_mutex_unlock (&self->mutex);
  g_ptr_array_sort (ended, compare_sessions);
  g_ptr_array_sort (open, compare_sessions);
  return ended;
}

gboolean
shoal_uploads_log_tick (ShoalUploadsLog *self, gint64 now_us)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GPtrArray) ended = take_ended (self, now_us, FALSE, open);

  /* Only this thread frees sessions: those in the table stay while we look at them. */
  for (guint i = 0; i < open->len; i++)
    {
      ShoalUploadSession *session = g_ptr_array_index (open, i);
      g_mutex_lock (&self->mutex);
      gboolean active = session->n_running > 0;
      g_mutex_unlock (&self->mutex);
      show (self, session, active, now_us);
    }
  for (guint i = 0; i < ended->len; i++)
    record (self, g_ptr_array_index (ended, i));
  return open->len > 0;
}

void
shoal_uploads_log_end_all (ShoalUploadsLog *self)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GPtrArray) ended = take_ended (self, g_get_monotonic_time (), TRUE, open);

  for (guint i = 0; i < ended->len; i++)
    record (self, g_ptr_array_index (ended, i));
}

GListModel *
shoal_uploads_log_get_running (ShoalUploadsLog *self)
{
  return G_LIST_MODEL (self->running);
}
