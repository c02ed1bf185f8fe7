/* shoal-holdings.c: what this device has shared, as uploads look it up
 *
 * A set is filled by one thread and never changes after shoal_holding_set_end(), so that any thread
 * may read it. An entry costs its 88 bytes, its path and four bytes of index; paths lie in one
 * block. All single files together are found through one hash table, a folder through its sorted
 * index: making a new ShoalHoldings costs something for each share, nothing for the files in them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-holdings"

#include "config.h"

#include "shoal-holdings.h"

#include <string.h>

struct _ShoalHoldingSet
{
  gint64 share;
  char *path;
  char *root;
  char *name;
  gboolean folder;
  ShoalDigest manifest;
  guint64 manifest_size;
  guint64 total_size;
  guint n_files;
  GArray *entries; /* of ShoalHolding */
  GString *paths;  /* each ends in NUL */
  guint32 *by_id;  /* indexes of files that are not empty, by content id */
  guint n_by_id;
  gboolean ended;
};

struct _ShoalHoldings
{
  GArray *held;        /* of ShoalHeld: all, in the order of the shares */
  GPtrArray *folders;  /* of them, those that are folders; borrowed */
  GHashTable *singles; /* (ShoalDigest *) → GPtrArray of borrowed ShoalHeld */
  GHashTable *by_path; /* single files: absolute path → borrowed set */
};

ShoalHoldingSet *
shoal_holding_set_new (gint64 share, const char *path, gboolean folder)
{
  ShoalHoldingSet *self = g_atomic_rc_box_new0 (ShoalHoldingSet);

  self->share = share;
  self->folder = folder;
  self->path = g_strdup (path);
  self->root = folder ? g_strdup (path) : g_path_get_dirname (path);
  self->name = g_path_get_basename (path);
  self->entries = g_array_new (FALSE, FALSE, sizeof (ShoalHolding));
  self->paths = g_string_new (NULL);
  return self;
}

ShoalHoldingSet *
shoal_holding_set_ref (ShoalHoldingSet *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
shoal_holding_set_clear (ShoalHoldingSet *self)
{
  g_free (self->path);
  g_free (self->root);
  g_free (self->name);
  g_array_unref (self->entries);
  g_string_free (self->paths, TRUE);
  g_free (self->by_id);
}

void
shoal_holding_set_unref (ShoalHoldingSet *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) shoal_holding_set_clear);
}

static const ShoalHolding *
entry_at (ShoalHoldingSet *self, guint index)
{
  return &g_array_index (self->entries, ShoalHolding, index);
}

void
shoal_holding_set_add (ShoalHoldingSet *self,
                       ShoalEntryKind kind,
                       const char *path,
                       const ShoalDigest *id,
                       const ShoalFileStamp *stamp)
{
  g_return_if_fail (!self->ended);
  g_return_if_fail (self->paths->len <= G_MAXUINT32);

  ShoalHolding entry = { .kind = (guint8) kind, .path = (guint32) self->paths->len };
  if (kind == SHOAL_ENTRY_FILE || kind == SHOAL_ENTRY_EXECUTABLE)
    {
      entry.id = *id;
      entry.stamp = *stamp;
      self->n_files++;
      self->total_size += stamp->size;
      self->n_by_id += stamp->size > 0;
    }
  g_string_append_len (self->paths, path, (gssize) strlen (path) + 1);
  g_array_append_val (self->entries, entry);
}

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer user_data)
{
  ShoalHoldingSet *self = user_data;
  guint32 first = *(const guint32 *) a;
  guint32 second = *(const guint32 *) b;
  int order = memcmp (entry_at (self, first)->id.bytes, entry_at (self, second)->id.bytes,
                      SHOAL_DIGEST_SIZE);

  return order != 0 ? order : (first > second) - (first < second);
}

void
shoal_holding_set_end (ShoalHoldingSet *self, const ShoalDigest *manifest, guint64 manifest_size)
{
  g_return_if_fail (!self->ended);

  if (manifest != NULL)
    self->manifest = *manifest;
  self->manifest_size = manifest_size;
  self->by_id = g_new (guint32, self->n_by_id);
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++)
    if (entry_at (self, i)->stamp.size > 0)
      self->by_id[n++] = i;
  if (n > 1)
    g_qsort_with_data (self->by_id, (int) n, sizeof (guint32), compare_ids, self);
  self->ended = TRUE;
}

gint64
shoal_holding_set_get_share (ShoalHoldingSet *self)
{
  return self->share;
}

gboolean
shoal_holding_set_is_folder (ShoalHoldingSet *self)
{
  return self->folder;
}

const char *
shoal_holding_set_get_name (ShoalHoldingSet *self)
{
  return self->name;
}

const char *
shoal_holding_set_get_root (ShoalHoldingSet *self)
{
  return self->root;
}

const ShoalDigest *
shoal_holding_set_get_id (ShoalHoldingSet *self)
{
  if (self->folder || self->entries->len == 0)
    return &self->manifest;
  return &entry_at (self, 0)->id;
}

guint64
shoal_holding_set_get_manifest_size (ShoalHoldingSet *self)
{
  return self->manifest_size;
}

guint64
shoal_holding_set_get_total_size (ShoalHoldingSet *self)
{
  return self->total_size;
}

guint
shoal_holding_set_get_n_files (ShoalHoldingSet *self)
{
  return self->n_files;
}

guint
shoal_holding_set_get_n_entries (ShoalHoldingSet *self)
{
  return self->entries->len;
}

const ShoalHolding *
shoal_holding_set_get_entry (ShoalHoldingSet *self, guint index)
{
  g_return_val_if_fail (index < self->entries->len, NULL);

  return entry_at (self, index);
}

const char *
shoal_holding_set_get_path (ShoalHoldingSet *self, const ShoalHolding *holding)
{
  return self->paths->str + holding->path;
}

const ShoalHolding *
shoal_holding_set_find_path (ShoalHoldingSet *self, const char *path)
{
  guint low = 0;
  guint high = self->entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const ShoalHolding *entry = entry_at (self, middle);
      int order = strcmp (path, shoal_holding_set_get_path (self, entry));
      if (order == 0)
        return entry;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

/* The files with the content @id: from @first in the order of ids, @n of them. */
static gboolean
find_id (ShoalHoldingSet *self, const ShoalDigest *id, guint *first, guint *n)
{
  guint low = 0;
  guint high = self->n_by_id;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const ShoalHolding *entry = entry_at (self, self->by_id[middle]);
      if (memcmp (id->bytes, entry->id.bytes, SHOAL_DIGEST_SIZE) <= 0)
        high = middle;
      else
        low = middle + 1;
    }
  guint end = low;
  while (end < self->n_by_id && shoal_digest_equal (&entry_at (self, self->by_id[end])->id, id))
    end++;
  *first = low;
  *n = end - low;
  return end > low;
}

gboolean
shoal_holding_set_equal (ShoalHoldingSet *a, ShoalHoldingSet *b)
{
  if (a->folder != b->folder || a->share != b->share || a->manifest_size != b->manifest_size
      || a->entries->len != b->entries->len || a->paths->len != b->paths->len
      || !shoal_digest_equal (&a->manifest, &b->manifest)
      || memcmp (a->paths->str, b->paths->str, a->paths->len) != 0)
    return FALSE;
  for (guint i = 0; i < a->entries->len; i++)
    {
      const ShoalHolding *first = entry_at (a, i);
      const ShoalHolding *second = entry_at (b, i);
      if (first->kind != second->kind || !shoal_digest_equal (&first->id, &second->id)
          || !shoal_file_stamp_equal (&first->stamp, &second->stamp))
        return FALSE;
    }
  return TRUE;
}

static void
held_clear (gpointer data)
{
  ShoalHeld *held = data;

  shoal_holding_set_unref (held->set);
  shoal_audience_unref (held->audience);
}

static void
add_single (ShoalHoldings *self, const ShoalHeld *held)
{
  ShoalHoldingSet *set = held->set;

  g_hash_table_insert (self->by_path, set->path, set);
  if (set->n_by_id == 0)
    return;
  const ShoalDigest *id = shoal_holding_set_get_id (set);
  GPtrArray *same = g_hash_table_lookup (self->singles, id);
  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (self->singles, (gpointer) id, same);
    }
  g_ptr_array_add (same, (gpointer) held);
}

ShoalHoldings *
shoal_holdings_new (const ShoalHeld *held, guint n_held)
{
  g_return_val_if_fail (held != NULL || n_held == 0, NULL);

  ShoalHoldings *self = g_atomic_rc_box_new0 (ShoalHoldings);
  self->held = g_array_sized_new (FALSE, FALSE, sizeof (ShoalHeld), n_held);
  g_array_set_clear_func (self->held, held_clear);
  self->folders = g_ptr_array_new ();
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->singles = g_hash_table_new_full (shoal_digest_hash, shoal_digest_equal, NULL,
                                         (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < n_held; i++)
    {
      ShoalHeld own
          = { shoal_holding_set_ref (held[i].set), shoal_audience_ref (held[i].audience) };
      g_array_append_val (self->held, own);
    }
  /* From here on the array does not move any more. */
  for (guint i = 0; i < n_held; i++)
    {
      ShoalHeld *own = &g_array_index (self->held, ShoalHeld, i);
      if (own->set->folder)
        g_ptr_array_add (self->folders, own);
      else
        add_single (self, own);
    }
  return self;
}

ShoalHoldings *
shoal_holdings_ref (ShoalHoldings *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
shoal_holdings_clear (ShoalHoldings *self)
{
  g_hash_table_unref (self->by_path);
  g_hash_table_unref (self->singles);
  g_ptr_array_unref (self->folders);
  g_array_unref (self->held);
}

void
shoal_holdings_unref (ShoalHoldings *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) shoal_holdings_clear);
}

static void
add_match (GArray *matches, const ShoalHeld *held, const ShoalHolding *holding)
{
  ShoalHoldingMatch match = { held->set, holding, held->audience };

  g_array_append_val (matches, match);
}

GArray *
shoal_holdings_lookup (ShoalHoldings *self, const ShoalDigest *id)
{
  GArray *matches = g_array_new (FALSE, FALSE, sizeof (ShoalHoldingMatch));
  GPtrArray *singles = g_hash_table_lookup (self->singles, id);

  if (shoal_digest_is_zero (id))
    return matches;
  for (guint i = 0; singles != NULL && i < singles->len; i++)
    {
      const ShoalHeld *held = g_ptr_array_index (singles, i);
      add_match (matches, held, entry_at (held->set, 0));
    }
  for (guint i = 0; i < self->folders->len; i++)
    {
      const ShoalHeld *held = g_ptr_array_index (self->folders, i);
      guint first = 0;
      guint n = 0;
      if (shoal_digest_equal (&held->set->manifest, id))
        add_match (matches, held, NULL);
      if (find_id (held->set, id, &first, &n))
        for (guint j = first; j < first + n; j++)
          add_match (matches, held, entry_at (held->set, held->set->by_id[j]));
    }
  return matches;
}

const ShoalHolding *
shoal_holdings_find_file (ShoalHoldings *self, const char *path)
{
  ShoalHoldingSet *single = g_hash_table_lookup (self->by_path, path);

  if (single != NULL && single->entries->len > 0)
    return entry_at (single, 0);
  for (guint i = 0; i < self->folders->len; i++)
    {
      ShoalHoldingSet *set = ((const ShoalHeld *) g_ptr_array_index (self->folders, i))->set;
      gsize length = strlen (set->path);
      if (strncmp (path, set->path, length) != 0 || path[length] != '/')
        continue;
      const ShoalHolding *entry = shoal_holding_set_find_path (set, path + length + 1);
      if (entry != NULL
          && (entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE))
        return entry;
    }
  return NULL;
}
