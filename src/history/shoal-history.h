/* shoal-history.h: every transfer that ended, kept in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-database.h"
#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalHistoryEntry: one ended transfer */
typedef struct
{
  gint64 number; /* in the database; 0: not from there */
  char *uuid;
  gboolean upload;
  char *name;
  gboolean folder;
  ShoalDigest id;
  guint64 size;
  guint64 bytes;     /* that were moved over the network in this transfer */
  gint64 elapsed_ms; /* while it was active */
  gint64 ended_ms;   /* Unix time */
  char *outcome;     /* "finished", "failed", "cancelled" */
  char *reason;      /* (nullable): in words */
  char *users;       /* names, comma-separated: from or to whom */
  char *bad_sources; /* (nullable): names of those who sent wrong bytes */
  char *destination; /* (nullable): full path of what was made */
} ShoalHistoryEntry;

/** shoal_history_entry_new: Returns: (transfer full): all zero */
ShoalHistoryEntry *shoal_history_entry_new (void);
/** shoal_history_entry_dup: Returns: (transfer full): a copy */
ShoalHistoryEntry *shoal_history_entry_dup (const ShoalHistoryEntry *self);
void shoal_history_entry_free (ShoalHistoryEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalHistoryEntry, shoal_history_entry_free)

/** ShoalHistory: main thread; signals "added" (#ShoalHistoryEntry pointer,
 * static scope) and "cleared" (gint64: what ended then or before is gone) */
#define SHOAL_TYPE_HISTORY (shoal_history_get_type ())
G_DECLARE_FINAL_TYPE (ShoalHistory, shoal_history, SHOAL, HISTORY, GObject)

/** shoal_history_schema: the SQL that makes its table, for the profile's first migration */
extern const char shoal_history_schema[];

/** shoal_history_new: @database: the profile's, with %shoal_history_schema in it; main thread */
ShoalHistory *shoal_history_new (ShoalDatabase *database);
/** shoal_history_add: records and forgets; @entry: (transfer full). The same uuid twice counts
 * once. Above %SHOAL_MAX_HISTORY_ROWS the oldest go of the kind of which there are more, uploads or
 * downloads */
void shoal_history_add (ShoalHistory *self, ShoalHistoryEntry *entry);
/** shoal_history_list_async: newest first; @limit: 1 to 100,000 */
void shoal_history_list_async (ShoalHistory *self,
                               guint limit,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** shoal_history_list_before_async: the @limit entries before @entry, newest first, so that a long
 * history can be read in parts; ends with shoal_history_list_finish(). @entry: (nullable): one that
 * was listed; %NULL for the newest */
void shoal_history_list_before_async (ShoalHistory *self,
                                      const ShoalHistoryEntry *entry,
                                      guint limit,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/** shoal_history_list_finish: Returns: (transfer full) (element-type ShoalHistoryEntry) */
GPtrArray *shoal_history_list_finish (ShoalHistory *self, GAsyncResult *result, GError **error);
/** shoal_history_clear_async: all of it */
void shoal_history_clear_async (ShoalHistory *self,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/** shoal_history_clear_until_async: what ended at @ended_ms (Unix time) or before, so that what
 * ends while a face still offers to undo stays; ends with shoal_history_clear_finish() */
void shoal_history_clear_until_async (ShoalHistory *self,
                                      gint64 ended_ms,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean shoal_history_clear_finish (ShoalHistory *self, GAsyncResult *result, GError **error);
/** shoal_history_peek_async: looks one entry up in the database @path of a profile that need not be
 * open here, and may be in use by another process: what somebody clicks on may be older than this
 * process */
void shoal_history_peek_async (const char *path,
                               const char *uuid,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/** shoal_history_peek_finish: Returns: (transfer full) (nullable): with uuid, upload, name, folder,
 * outcome and destination only; %NULL with %SHOAL_ERROR_NOT_FOUND if it is not there */
ShoalHistoryEntry *shoal_history_peek_finish (GAsyncResult *result, GError **error);

G_END_DECLS
