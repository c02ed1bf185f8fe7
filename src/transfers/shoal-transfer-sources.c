/* shoal-transfer-sources.c: what a download knows of the devices that may have something for it
 *
 * A place in the book is a number that the map of pieces has room for, so there are only so many.
 * What must outlive a place is kept beside: who sent wrong bytes, who delivered.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-sources.h"

#include "shoal-limits.h"

struct _ShoalSourceBook
{
  ShoalDigest folder;
  gboolean has_folder;
  char *device;
  gboolean apart;
  GPtrArray *peers;     /* ShoalRunPeer, by number */
  GHashTable *wanted;   /* ShoalDigest → GUINT: how often */
  GHashTable *unlisted; /* ShoalDigest → gint64: nobody is named for it, since when */
  /* Of those who lost their place. */
  GHashTable *bad;       /* device */
  GPtrArray *past_users; /* who delivered, and with which device */
  GPtrArray *past_devices;
};

/* ---- Peers ---------------------------------------------------------------------------------- */

static void
peer_free (gpointer data)
{
  ShoalRunPeer *peer = data;

  shoal_source_unref (peer->source);
  g_hash_table_unref (peer->contents);
  g_hash_table_unref (peer->lacks);
  g_free (peer);
}

static ShoalRunPeer *
peer_new (ShoalSource *source, guint number)
{
  ShoalRunPeer *peer = g_new0 (ShoalRunPeer, 1);

  peer->source = shoal_source_ref (source);
  peer->number = number;
  peer->contents = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, NULL);
  peer->lacks = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, g_free);
  return peer;
}

static gboolean
is_reachable (const ShoalSource *source)
{
  return source->online && source->addresses != NULL && source->addresses[0] != NULL;
}

gboolean
shoal_run_peer_is_reachable (const ShoalRunPeer *peer)
{
  return is_reachable (peer->source);
}

static void
set_source (ShoalRunPeer *peer, ShoalSource *source)
{
  /* Back again, or moved: worth a try at once. */
  if (is_reachable (source)
      && (!is_reachable (peer->source)
          || !g_strv_equal ((const char *const *) source->addresses,
                            (const char *const *) peer->source->addresses)))
    peer->retry_us = 0;
  shoal_source_unref (peer->source);
  peer->source = shoal_source_ref (source);
}

gboolean
shoal_run_peer_is_partial (const ShoalRunPeer *peer, const ShoalDigest *id)
{
  gpointer partial;

  return g_hash_table_lookup_extended (peer->contents, id, NULL, &partial)
         && GPOINTER_TO_INT (partial);
}

void
shoal_run_peer_lacks (ShoalRunPeer *peer, const ShoalDigest *id, gint64 until_us)
{
  g_hash_table_replace (peer->lacks, shoal_digest_dup (id), g_memdup2 (&until_us, sizeof until_us));
}

static gboolean
has_said_no (const ShoalRunPeer *peer, const ShoalDigest *id, gint64 now_us)
{
  const gint64 *until = g_hash_table_lookup (peer->lacks, id);

  return until != NULL && *until > now_us;
}

/* ---- The book ------------------------------------------------------------------------------- */

ShoalSourceBook *
shoal_source_book_new (const ShoalDigest *folder, const char *device)
{
  ShoalSourceBook *self = g_new0 (ShoalSourceBook, 1);

  self->has_folder = folder != NULL;
  if (folder != NULL)
    self->folder = *folder;
  self->device = g_strdup (device);
  self->peers = g_ptr_array_new_with_free_func (peer_free);
  self->wanted = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, NULL);
  self->unlisted = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, g_free, g_free);
  self->bad = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->past_users = g_ptr_array_new_with_free_func (g_free);
  self->past_devices = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
shoal_source_book_free (ShoalSourceBook *self)
{
  g_ptr_array_unref (self->peers);
  g_hash_table_unref (self->wanted);
  g_hash_table_unref (self->unlisted);
  g_hash_table_unref (self->bad);
  g_ptr_array_unref (self->past_users);
  g_ptr_array_unref (self->past_devices);
  g_free (self->device);
  g_free (self);
}

void
shoal_source_book_want (ShoalSourceBook *self, const ShoalDigest *id)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->wanted, id));

  g_hash_table_replace (self->wanted, shoal_digest_dup (id), GUINT_TO_POINTER (n + 1));
}

void
shoal_source_book_forget (ShoalSourceBook *self, const ShoalDigest *id)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->wanted, id));

  if (n > 1)
    g_hash_table_replace (self->wanted, shoal_digest_dup (id), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->wanted, id);
}

GPtrArray *
shoal_source_book_dup_wanted (ShoalSourceBook *self)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (ids, shoal_digest_dup (id));
  return ids;
}

guint
shoal_source_book_get_n_peers (ShoalSourceBook *self)
{
  return self->peers->len;
}

ShoalRunPeer *
shoal_source_book_get_peer (ShoalSourceBook *self, guint number)
{
  return g_ptr_array_index (self->peers, number);
}

/* ---- What the directory tells ---------------------------------------------------------------- */

static ShoalRunPeer *
find_peer (ShoalSourceBook *self, const char *device)
{
  for (guint i = 0; i < self->peers->len; i++)
    {
      ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);

      if (g_str_equal (peer->source->device, device))
        return peer;
    }
  return NULL;
}

/* How well the download does without @peer; 0: not at all. */
static guint
dispensability (const ShoalRunPeer *peer, const ShoalDigest *id, gint64 now_us)
{
  gboolean named = g_hash_table_size (peer->contents) > 0;

  if (peer->n_workers > 0)
    return 0;
  if (peer->bad)
    return 5;
  if (!named && !peer->had_folder)
    return 4;
  if (!is_reachable (peer->source))
    return 3;
  if (!named)
    return 2;
  return peer->retry_us > now_us || peer->late_us > now_us || has_said_no (peer, id, now_us) ? 1
                                                                                             : 0;
}

/* Of two that are needed as little it is the one that delivered nothing, or has failed more often.
 */
static ShoalRunPeer *
find_dispensable (ShoalSourceBook *self, const ShoalDigest *id, gint64 now_us)
{
  ShoalRunPeer *found = NULL;
  guint most = 0;

  for (guint i = 0; i < self->peers->len; i++)
    {
      ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);
      guint grade = dispensability (peer, id, now_us);

      if (grade > most
          || (grade == most && found != NULL
              && ((peer->bytes == 0 && found->bytes > 0)
                  || ((peer->bytes == 0) == (found->bytes == 0)
                      && peer->n_failures > found->n_failures))))
        {
          most = grade;
          found = peer;
        }
    }
  return found;
}

static void
remember (ShoalSourceBook *self, const ShoalRunPeer *peer)
{
  if (peer->bad)
    g_hash_table_add (self->bad, g_strdup (peer->source->device));
  if (peer->bytes == 0)
    return;
  g_ptr_array_add (self->past_users, g_strdup (peer->source->user));
  g_ptr_array_add (self->past_devices, g_strdup (peer->source->device));
}

/* A place for one that has none: a free one, or that of another. */
static ShoalRunPeer *
give_place (ShoalSourceBook *self,
            ShoalSource *source,
            const ShoalDigest *id,
            gint64 now_us,
            GArray *renamed)
{
  ShoalRunPeer *peer;

  if (self->peers->len < SHOAL_MAX_SOURCES)
    {
      peer = peer_new (source, self->peers->len);
      g_ptr_array_add (self->peers, peer);
      return peer;
    }

  ShoalRunPeer *old = find_dispensable (self, id, now_us);

  if (old == NULL)
    return NULL;
  remember (self, old);
  peer = peer_new (source, old->number);
  g_ptr_array_index (self->peers, peer->number) = peer;
  g_array_append_val (renamed, peer->number);
  peer_free (old);
  return peer;
}

static void
note_offer (ShoalSourceBook *self, ShoalRunPeer *peer, ShoalSource *source, const ShoalDigest *id)
{
  g_hash_table_replace (peer->contents, shoal_digest_dup (id), GINT_TO_POINTER (source->partial));
  if (self->has_folder && !source->partial && shoal_digest_equal (id, &self->folder))
    peer->had_folder = TRUE;
}

static void
note_listing (ShoalSourceBook *self, const ShoalDigest *id, guint n_listed, gint64 now_us)
{
  if (n_listed > 0)
    g_hash_table_remove (self->unlisted, id);
  else if (!g_hash_table_contains (self->unlisted, id))
    g_hash_table_insert (self->unlisted, shoal_digest_dup (id), g_memdup2 (&now_us, sizeof now_us));
}

GArray *
shoal_source_book_list (
    ShoalSourceBook *self, const ShoalDigest *id, gint64 size, GPtrArray *sources, gint64 now_us)
{
  g_autoptr (GPtrArray) strangers = g_ptr_array_new ();
  g_autoptr (GArray) renamed = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n_listed = 0;

  for (guint i = 0; i < self->peers->len; i++)
    g_hash_table_remove (((ShoalRunPeer *) g_ptr_array_index (self->peers, i))->contents, id);
  for (guint i = 0; i < sources->len; i++)
    {
      ShoalSource *source = g_ptr_array_index (sources, i);
      ShoalRunPeer *peer = find_peer (self, source->device);

      if ((self->device != NULL && !g_str_equal (self->device, source->device))
          || (size >= 0 && source->size != (guint64) size))
        continue;
      n_listed++;
      if (peer == NULL)
        {
          g_ptr_array_add (strangers, source);
          continue;
        }
      set_source (peer, source);
      note_offer (self, peer, source, id);
    }
  /* Those who have a place are up to date when it is looked who could do without. */
  for (guint i = 0; i < strangers->len; i++)
    {
      ShoalSource *source = g_ptr_array_index (strangers, i);
      ShoalRunPeer *peer = NULL;

      if (is_reachable (source) && !g_hash_table_contains (self->bad, source->device))
        peer = give_place (self, source, id, now_us, renamed);
      if (peer != NULL)
        note_offer (self, peer, source, id);
    }
  note_listing (self, id, n_listed, now_us);
  return renamed->len > 0 ? g_steal_pointer (&renamed) : NULL;
}

/* ---- Who may have what ----------------------------------------------------------------------- */

static gboolean
may_have (ShoalSourceBook *self, const ShoalRunPeer *peer, const ShoalDigest *id, gint64 now_us)
{
  gpointer partial;

  if (has_said_no (peer, id, now_us))
    return FALSE;
  if (g_hash_table_contains (peer->contents, id))
    return TRUE;
  /* Who offers the folder as a whole has every file of it, and most of them when the folder has
   * changed. */
  if (self->apart && peer->had_folder)
    return TRUE;
  return self->has_folder
         && g_hash_table_lookup_extended (peer->contents, &self->folder, NULL, &partial)
         && !GPOINTER_TO_INT (partial);
}

/* Whether somebody who is not late can be asked for @id. */
static gboolean
has_better (ShoalSourceBook *self, const ShoalDigest *id, gint64 now_us)
{
  for (guint i = 0; i < self->peers->len; i++)
    {
      const ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);

      if (!peer->bad && peer->late_us <= now_us && peer->retry_us <= now_us
          && is_reachable (peer->source) && may_have (self, peer, id, now_us))
        return TRUE;
    }
  return FALSE;
}

gboolean
shoal_source_book_may_have (ShoalSourceBook *self,
                            const ShoalRunPeer *peer,
                            const ShoalDigest *id,
                            gint64 now_us)
{
  return may_have (self, peer, id, now_us)
         && (peer->late_us <= now_us || !has_better (self, id, now_us));
}

void
shoal_source_book_set_apart (ShoalSourceBook *self)
{
  self->apart = TRUE;
}

gboolean
shoal_source_book_is_apart (ShoalSourceBook *self)
{
  return self->apart;
}

gboolean
shoal_source_book_is_gone (ShoalSourceBook *self,
                           const ShoalDigest *id,
                           gint64 after_us,
                           gint64 now_us)
{
  const gint64 *since = g_hash_table_lookup (self->unlisted, id);

  if (since == NULL || now_us - *since < after_us)
    return FALSE;
  for (guint i = 0; i < self->peers->len; i++)
    {
      const ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);

      if (!peer->bad && shoal_source_book_may_have (self, peer, id, now_us))
        return FALSE;
    }
  return TRUE;
}

gboolean
shoal_source_book_is_unlisted (ShoalSourceBook *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->wanted);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (self->unlisted, id))
      return FALSE;
  return g_hash_table_size (self->wanted) > 0;
}

/* ---- What a face is told --------------------------------------------------------------------- */

void
shoal_source_book_count (ShoalSourceBook *self, guint *n_active, guint *n_reachable, guint *n_bad)
{
  *n_active = 0;
  *n_reachable = 0;
  *n_bad = g_hash_table_size (self->bad);
  for (guint i = 0; i < self->peers->len; i++)
    {
      const ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);

      if (peer->n_workers > 0)
        (*n_active)++;
      if (peer->bad)
        (*n_bad)++;
      else if (is_reachable (peer->source) && g_hash_table_size (peer->contents) > 0)
        (*n_reachable)++;
    }
}

char **
shoal_source_book_dup_names (ShoalSourceBook *self)
{
  char **names = g_new0 (char *, self->peers->len + 1);

  for (guint i = 0; i < self->peers->len; i++)
    names[i] = g_strdup (((ShoalRunPeer *) g_ptr_array_index (self->peers, i))->source->user);
  return names;
}

static void
add_once (GPtrArray *strings, const char *string)
{
  if (!g_ptr_array_find_with_equal_func (strings, string, g_str_equal, NULL))
    g_ptr_array_add (strings, g_strdup (string));
}

char *
shoal_source_book_dup_users (ShoalSourceBook *self, char ***devices)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) fingerprints = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->past_users->len; i++)
    {
      add_once (names, g_ptr_array_index (self->past_users, i));
      add_once (fingerprints, g_ptr_array_index (self->past_devices, i));
    }
  for (guint i = 0; i < self->peers->len; i++)
    {
      const ShoalRunPeer *peer = g_ptr_array_index (self->peers, i);

      if (peer->bytes == 0)
        continue;
      add_once (names, peer->source->user);
      add_once (fingerprints, peer->source->device);
    }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (fingerprints, NULL);
  if (devices != NULL)
    *devices = (char **) g_ptr_array_free (g_steal_pointer (&fingerprints), FALSE);
  return g_strjoinv (", ", (char **) names->pdata);
}
