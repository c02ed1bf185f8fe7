/* shoal-history-csv.h: the history as a table for other programs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-history.h"

G_BEGIN_DECLS

/** shoal_csv_append_field: @text: (nullable): quoted as RFC 4180 has it where needed. What a
 * spreadsheet would take for a formula gets an apostrophe in front: names come from other people */
void shoal_csv_append_field (GString *csv, const char *text);
/** shoal_history_csv_append: a line of @entry, ended by CR LF */
void shoal_history_csv_append (GString *csv, const ShoalHistoryEntry *entry);
/** shoal_history_csv_write_async: @items: (element-type ShoalHistoryItem): kept by reference */
void shoal_history_csv_write_async (GPtrArray *items,
                                    GFile *file,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
gboolean shoal_history_csv_write_finish (GAsyncResult *result, GError **error);

G_END_DECLS
