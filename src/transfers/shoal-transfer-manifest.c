/* shoal-transfer-manifest.c: the list of files of a folder, fetched and kept while it is needed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-manifest.h"

#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-transfer-news.h"
#include "shoal-transfer-one.h"
#include "shoal-transfer-state.h"

/* The manifest's number in the journal, after the entries' own numbers. */
#define MANIFEST_INDEX SHOAL_MAX_MANIFEST_ENTRIES

static char *
manifest_path (ShoalTransferRun *run)
{
  g_autofree char *name = g_strconcat (run->uuid, ".manifest", NULL);

  return g_build_filename (run->journals, name, NULL);
}

static ShoalManifest *
read_manifest (ShoalTransferRun *run, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;

  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), length);
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);

  if (content->size != run->size || !shoal_digest_equal (&content->id, &run->id))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                   _ ("The list of files of “%s” is damaged."), run->name);
      return NULL;
    }
  return shoal_manifest_parse (bytes, error);
}

/* Fetches the manifest like any content, into the folder of journals, and goes on serving it. */
static gboolean
fetch_manifest (ShoalTransferRun *run, const char *path, ShoalPieceWork **served, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *layer_name = g_strconcat (run->uuid, ".layer", NULL);
  int dirfd = shoal_dir_open (run->journals, TRUE, error);

  if (dirfd < 0)
    return FALSE;
  unlink (path);

  g_autoptr (ShoalPieceWork) work
             = shoal_run_open_work (run, dirfd, name, MANIFEST_INDEX, layer_name, error);

  close (dirfd);
  if (work == NULL)
    return FALSE;
  work->keep_serving = TRUE;
  if (work->partial != NULL)
    {
      /* Pieces of a manifest do not count as progress of the folder's files. */
      __atomic_store_n (&run->bytes_done, 0, __ATOMIC_RELAXED);
      __atomic_store_n (&run->pieces_done, 0, __ATOMIC_RELAXED);
    }
  work->counted = FALSE;

  if (!shoal_run_fetch_one (run, work, FALSE, -1, NULL, error))
    return FALSE;
  *served = g_steal_pointer (&work);
  return TRUE;
}

/* What is in the list is right, as its hash is the folder's id; what was said of it need not be. */
static gboolean
is_as_offered (ShoalTransferRun *run, GError **error)
{
  guint n_entries = shoal_manifest_get_n_entries (run->manifest);
  guint64 size = shoal_manifest_get_total_size (run->manifest);

  if (run->offered_entries < 0 || (run->offered_entries == n_entries && run->offered_size == size))
    return TRUE;

  g_autofree char *offered = g_format_size (run->offered_size);
  g_autofree char *real = g_format_size (size);

  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
               _ ("“%s” is not what was offered (size %s instead of %s, entries %u instead of %u)."
                  " Nothing of it was fetched: look for another offer."),
               run->name, real, offered, n_entries, (guint) run->offered_entries);
  return FALSE;
}

gboolean
shoal_run_open_manifest (ShoalTransferRun *run, ShoalPieceWork **served, GError **error)
{
  g_autofree char *path = manifest_path (run);

  if (run->size == 0 || run->size > SHOAL_MAX_MANIFEST_SIZE)
    return shoal_set_field_error (
        error, "size", _ ("The list of files of “%s” has an impossible size."), run->name);
  shoal_run_want_sources (run, &run->id);
  run->manifest = read_manifest (run, path, NULL);
  if (run->manifest == NULL && fetch_manifest (run, path, served, error))
    run->manifest = read_manifest (run, path, error);
  return run->manifest != NULL && is_as_offered (run, error);
}

void
shoal_run_close_manifest (ShoalTransferRun *run, ShoalPieceWork *served, gboolean keep)
{
  g_autofree char *path = manifest_path (run);

  if (served != NULL)
    shoal_run_unserve (run, served);
  if (!keep)
    unlink (path);
}
