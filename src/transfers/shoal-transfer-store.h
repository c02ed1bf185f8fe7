/* shoal-transfer-store.h: the queue of downloads in the profile's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"
#include "shoal-digest.h"
#include "shoal-transfer.h"

G_BEGIN_DECLS

/** shoal_transfer_store_schema: SQL that makes the table */
extern const char shoal_transfer_store_schema[];
/** shoal_transfer_store_entries_schema: SQL that adds how many entries a folder was offered with */
extern const char shoal_transfer_store_entries_schema[];

/* The states of a row whose download was given up and of which something may be left on the disk:
 * its end is yet to be told, or has been. */
#define SHOAL_ROW_CANCELLED "cancelled"
#define SHOAL_ROW_REMOVED "removed"
/* The state of a row of a folder that is here but for what the disk refused: it is no download any
 * more, but the next one of the same goes on in its folder. */
#define SHOAL_ROW_LEFT_OUT "left-out"

/** ShoalTransferRow: a download as it is kept */
typedef struct
{
  char *uuid;
  gint64 position; /* order in the queue */
  char *name;
  ShoalDigest id;
  guint64 size;
  guint64 total_size;
  gint64 n_entries; /* that a folder was offered with, and with total_size; -1: nobody said */
  gboolean folder;
  char *folder_path;
  char *device; /* (nullable) */
  gint64 mtime_ms;
  char *made;    /* (nullable): the name that a folder got */
  char *state;   /* "queued", "paused", "failed", or one of those below */
  char *message; /* (nullable): why it failed */
  guint64 bytes_fetched;
  gint64 active_ms;
  gboolean renamed; /* in this run of the program: the name is not the one that was asked for */
} ShoalTransferRow;

/** shoal_transfer_row_copy: Returns: (transfer full) */
ShoalTransferRow *shoal_transfer_row_copy (const ShoalTransferRow *row);
void shoal_transfer_row_free (ShoalTransferRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalTransferRow, shoal_transfer_row_free)

/* Jobs for shoal_database_write_async() and shoal_database_read_async(). */

/** shoal_transfer_store_insert: @data: a #GPtrArray of #ShoalTransferRow: behind those that are
 * there; their positions are set, and made where an earlier download left something out */
gboolean shoal_transfer_store_insert (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_transfer_store_update: @data: a #ShoalTransferRow: state, message, bytes_fetched,
 * active_ms, position; made has its own, below */
gboolean shoal_transfer_store_update (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_transfer_store_set_made: @data: a #ShoalTransferRow of which only uuid and made count */
gboolean shoal_transfer_store_set_made (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_transfer_store_order: @data: a #GPtrArray of #ShoalTransferRow of which only uuid and
 * position count */
gboolean shoal_transfer_store_order (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_transfer_store_delete: @data: the uuid */
gboolean shoal_transfer_store_delete (ShoalConnection *connection, gpointer data, GError **error);
/** shoal_transfer_store_list: @data: a #GPtrArray that is filled with #ShoalTransferRow in order,
 * but for those of SHOAL_ROW_LEFT_OUT */
gboolean shoal_transfer_store_list (ShoalConnection *connection, gpointer data, GError **error);

G_END_DECLS
