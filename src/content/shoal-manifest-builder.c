/* shoal-manifest-builder.c: writes a folder's manifest, the same for the same folder in any order
 *
 * What the parser would refuse is refused when it is added, so that the caller can report that one
 * name; only what needs all entries to be there (parents) is checked at the end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-manifest"

#include "config.h"

#include "shoal-manifest-private.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <string.h>
#include <glib/gi18n.h>

typedef struct
{
  char *path; /* also the key in by_path */
  char *target;
  guint64 size;
  ShoalDigest id;
  ShoalEntryKind kind;
} Entry;

struct _ShoalManifestBuilder
{
  GPtrArray *entries;  /* of Entry */
  GHashTable *by_path; /* as they are on disk, to Entry; owns nothing */
  gsize text_size;
  guint64 total_size;
};

/* Names may come from a folder that somebody else made: a polynomial with a random base, modulo the
 * prime 2^61 - 1, so that nobody can choose names that fall together. */
guint
shoal_manifest_path_hash (gconstpointer path)
{
  static gsize base = 0;
  const guint64 prime = (G_GUINT64_CONSTANT (1) << 61) - 1;

  if (g_once_init_enter (&base))
    {
      guint64 random = (guint64) g_random_int () << 32 | g_random_int ();
      g_once_init_leave (&base, (gsize) (random % (prime - 256) + 256));
    }
  guint64 sum = 0;
  for (const guint8 *p = path; *p != '\0'; p++)
    sum = (guint64) (((unsigned __int128) sum * base + *p + 1) % prime);
  return (guint) (sum ^ sum >> 32);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
  g_free (entry->target);
  g_free (entry);
}

ShoalManifestBuilder *
shoal_manifest_builder_new (void)
{
  ShoalManifestBuilder *self = g_new0 (ShoalManifestBuilder, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->by_path = g_hash_table_new (shoal_manifest_path_hash, g_str_equal);
  self->text_size = strlen (SHOAL_MANIFEST_HEADER);
  return self;
}

void
shoal_manifest_builder_free (ShoalManifestBuilder *self)
{
  g_return_if_fail (self != NULL);
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static void
append_escaped (GString *text, const char *path)
{
  for (const char *p = path; *p != '\0'; p++)
    if (shoal_manifest_is_escaped ((guint8) *p))
      g_string_append_printf (text, "%%%02x", (guint) (guint8) *p);
    else
      g_string_append_c (text, *p);
}

static void
append_entry (GString *text, const Entry *entry)
{
  static const char kinds[] = {
    [SHOAL_ENTRY_FOLDER] = 'd',
    [SHOAL_ENTRY_FILE] = 'f',
    [SHOAL_ENTRY_EXECUTABLE] = 'x',
    [SHOAL_ENTRY_LINK] = 'l',
  };

  g_string_append_c (text, kinds[entry->kind]);
  g_string_append_c (text, ' ');
  if (entry->kind == SHOAL_ENTRY_FILE || entry->kind == SHOAL_ENTRY_EXECUTABLE)
    {
      char hex[SHOAL_DIGEST_HEX_SIZE];
      shoal_digest_to_hex (&entry->id, hex);
      g_string_append_printf (text, "%" G_GUINT64_FORMAT " %s ", entry->size, hex);
    }
  else if (entry->kind == SHOAL_ENTRY_LINK)
    {
      append_escaped (text, entry->target);
      g_string_append_c (text, ' ');
    }
  append_escaped (text, entry->path);
  g_string_append_c (text, '\n');
}

static gsize
text_size_of (const Entry *entry)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_entry (text, entry);
  return text->len;
}

/* A name to show although it may be anything. */
static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_autofree char *shown = shoal_safe_text (path, 300);

  return shoal_set_field_error (error, "path", _ ("“%s” cannot be shared: %s"), shown, why);
}

static gboolean
check_name (ShoalManifestBuilder *self, const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!g_utf8_validate (path, -1, NULL))
    return refuse (error, path, _ ("its name is not UTF-8; rename it"));
  g_autofree char *safe = shoal_safe_path (path, &local_error);
  if (safe == NULL)
    return refuse (error, path, local_error->message);
  if (g_hash_table_contains (self->by_path, path))
    return refuse (error, path, _ ("it was added twice"));
  return TRUE;
}

static gboolean
add (ShoalManifestBuilder *self,
     const char *path,
     const char *target,
     const Entry *filled,
     GError **error)
{
  Entry entry = *filled;
  entry.path = (char *) path;
  entry.target = (char *) target;

  if (!check_name (self, path, error))
    return FALSE;
  gsize size = text_size_of (&entry);
  if (self->entries->len >= SHOAL_MAX_MANIFEST_ENTRIES
      || size > SHOAL_MAX_MANIFEST_SIZE - self->text_size
      || entry.size > (guint64) SHOAL_MAX_JSON_INTEGER - self->total_size)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
                   _ ("The folder has too many entries; share at most %d at once"),
                   SHOAL_MAX_MANIFEST_ENTRIES);
      return FALSE;
    }

  entry.path = g_strdup (path);
  entry.target = g_strdup (target);
  Entry *kept = g_memdup2 (&entry, sizeof entry);
  g_ptr_array_add (self->entries, kept);
  g_hash_table_insert (self->by_path, kept->path, kept);
  self->text_size += size;
  self->total_size += entry.size;
  return TRUE;
}

gboolean
shoal_manifest_builder_add_file (ShoalManifestBuilder *self,
                                 const char *path,
                                 gboolean executable,
                                 guint64 size,
                                 const ShoalDigest *id,
                                 GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL && id != NULL, FALSE);

  if (size > SHOAL_MAX_FILE_SIZE || (size == 0) != shoal_digest_is_zero (id))
    return refuse (error, path, _ ("its size does not go with its content id"));
  Entry entry = {
    .kind = executable ? SHOAL_ENTRY_EXECUTABLE : SHOAL_ENTRY_FILE,
    .size = size,
    .id = *id,
  };
  return add (self, path, NULL, &entry, error);
}

gboolean
shoal_manifest_builder_add_folder (ShoalManifestBuilder *self, const char *path, GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  Entry entry = { .kind = SHOAL_ENTRY_FOLDER };
  return add (self, path, NULL, &entry, error);
}

gboolean
shoal_manifest_builder_add_link (ShoalManifestBuilder *self,
                                 const char *path,
                                 const char *target,
                                 GError **error)
{
  g_return_val_if_fail (self != NULL && path != NULL && target != NULL, FALSE);

  g_autoptr (GError) local_error = NULL;
  if (!g_utf8_validate (target, -1, NULL))
    return refuse (error, path, _ ("its target is not UTF-8"));
  if (!shoal_safe_link_target (path, target, &local_error))
    return refuse (error, path, local_error->message);
  Entry entry = { .kind = SHOAL_ENTRY_LINK };
  return add (self, path, target, &entry, error);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Entry *const *) a)->path, (*(const Entry *const *) b)->path);
}

static gboolean
check_parent (ShoalManifestBuilder *self, const Entry *entry, GError **error)
{
  gsize length = shoal_manifest_parent_length (entry->path);

  if (length == 0)
    return TRUE;
  g_autofree char *parent = g_strndup (entry->path, length);
  const Entry *folder = g_hash_table_lookup (self->by_path, parent);
  if (folder != NULL && folder->kind == SHOAL_ENTRY_FOLDER)
    return TRUE;
  return refuse (error, entry->path, _ ("its folder was not added"));
}

GBytes *
shoal_manifest_builder_end (ShoalManifestBuilder *self, GError **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ptr_array_sort (self->entries, compare_entries);
  g_autoptr (GString) text = g_string_sized_new (self->text_size + 1);
  g_string_append (text, SHOAL_MANIFEST_HEADER);
  for (guint i = 0; i < self->entries->len; i++)
    {
      if (!check_parent (self, self->entries->pdata[i], error))
        return NULL;
      append_entry (text, self->entries->pdata[i]);
    }
  g_assert (text->len == self->text_size);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}
