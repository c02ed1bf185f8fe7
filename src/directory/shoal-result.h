/* shoal-result.h: one row of a catalogue: a content under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalResult: one row of a catalogue: a content under a name; main thread, immutable */
#define SHOAL_TYPE_RESULT (shoal_result_get_type ())
G_DECLARE_FINAL_TYPE (ShoalResult, shoal_result, SHOAL, RESULT, GObject)

/** ShoalResultFields: what a row tells; strings are borrowed and may be %NULL, but for the name */
typedef struct
{
  const char *name; /* not empty */
  const char *path; /* of an entry of a folder */
  const char *type; /* "audio", "document", …; %NULL for what is not told */
  const char *folder;
  const char *folder_name;
  const char *const *users; /* (array zero-terminated=1) */
  ShoalDigest id;
  guint64 size;
  guint64 manifest_size;
  gint64 added_ms;
  gint64 mtime_ms; /* -1 if not told */
  guint n_entries;
  guint n_sources;
  guint n_online;
  gboolean is_folder;
} ShoalResultFields;

/** shoal_result_new: Returns: (transfer full) */
ShoalResult *shoal_result_new (const ShoalResultFields *fields);

const char *shoal_result_get_name (ShoalResult *self);
/** shoal_result_get_path: Returns: (nullable): of an entry of a folder */
const char *shoal_result_get_path (ShoalResult *self);
gboolean shoal_result_is_folder (ShoalResult *self);
const char *shoal_result_get_content_type (ShoalResult *self); /* "audio", "document", … */
const ShoalDigest *shoal_result_get_id (ShoalResult *self);
guint64 shoal_result_get_size (ShoalResult *self);
guint64 shoal_result_get_manifest_size (ShoalResult *self);
guint shoal_result_get_n_entries (ShoalResult *self);
const char *shoal_result_get_folder (ShoalResult *self);      /* (nullable) */
const char *shoal_result_get_folder_name (ShoalResult *self); /* (nullable) */
guint shoal_result_get_n_sources (ShoalResult *self);
guint shoal_result_get_n_online (ShoalResult *self);
const char *const *shoal_result_get_users (ShoalResult *self);
gint64 shoal_result_get_added_ms (ShoalResult *self);
/** shoal_result_get_mtime_ms: Returns: as the offer tells it, unverified; -1 if it does not */
gint64 shoal_result_get_mtime_ms (ShoalResult *self);

/** ShoalPage: an answer to a search */
typedef struct
{
  GPtrArray *rows; /* (element-type ShoalResult) */
  gint64 total;
  gboolean total_is_minimum;
  char *cursor; /* (nullable): for the next page */
  gint64
      kept_ms; /* 0: asked now; else the directory is away and this is what was seen last, then */
} ShoalPage;
/** shoal_page_new: Returns: (transfer full): without rows */
ShoalPage *shoal_page_new (void);
void shoal_page_free (ShoalPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalPage, shoal_page_free)

G_END_DECLS
