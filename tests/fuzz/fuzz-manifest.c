/* fuzz-manifest.c: what the parser accepts, the builder writes again byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-limits.h"
#include "shoal-manifest.h"
#include "shoal-safe-name.h"

static void
add_entry (ShoalManifestBuilder *builder, const ShoalManifestEntry *entry)
{
  g_autoptr (GError) error = NULL;

  switch (entry->kind)
    {
    case SHOAL_ENTRY_FOLDER:
      shoal_manifest_builder_add_folder (builder, entry->path, &error);
      break;
    case SHOAL_ENTRY_LINK:
      shoal_manifest_builder_add_link (builder, entry->path, entry->target, &error);
      break;
    case SHOAL_ENTRY_FILE:
    case SHOAL_ENTRY_EXECUTABLE:
      shoal_manifest_builder_add_file (builder, entry->path, entry->kind == SHOAL_ENTRY_EXECUTABLE,
                                       entry->size, &entry->id, &error);
      break;
    default:
      g_assert_not_reached ();
    }
  g_assert_no_error (error);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);

  g_assert_true ((manifest == NULL) == (error != NULL));
  if (manifest == NULL)
    return 0;

  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  for (guint i = shoal_manifest_get_n_entries (manifest); i > 0; i--)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (manifest, i - 1);
      G_GNUC_UNUSED g_autofree char *safe = shoal_safe_path (entry->path, &error);
      g_assert_no_error (error);
      g_assert_true (entry->size <= SHOAL_MAX_FILE_SIZE);
      g_assert_true ((entry->target != NULL) == (entry->kind == SHOAL_ENTRY_LINK));
      add_entry (builder, entry);
    }
  g_autoptr (GBytes) again = shoal_manifest_builder_end (builder, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, again));
  return 0;
}
