/* shoal-transfer.h: one download, as a face shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/**
 * ShoalTransferState:
 * @SHOAL_TRANSFER_QUEUED: waits for its turn
 * @SHOAL_TRANSFER_STARTING: asks for sources, the piece layer or the manifest
 * @SHOAL_TRANSFER_ACTIVE: bytes are moving
 * @SHOAL_TRANSFER_WAITING: no source is online, or none answers; goes on by itself
 * @SHOAL_TRANSFER_NO_SPACE: the disk is full; goes on by itself when there is room
 * @SHOAL_TRANSFER_PAUSED: by the user
 * @SHOAL_TRANSFER_FINISHED: all verified and in place
 * @SHOAL_TRANSFER_FAILED: ended with an error
 * @SHOAL_TRANSFER_CANCELLED: by the user
 */
typedef enum
{
  SHOAL_TRANSFER_QUEUED,
  SHOAL_TRANSFER_STARTING,
  SHOAL_TRANSFER_ACTIVE,
  SHOAL_TRANSFER_WAITING,
  SHOAL_TRANSFER_NO_SPACE,
  SHOAL_TRANSFER_PAUSED,
  SHOAL_TRANSFER_FINISHED,
  SHOAL_TRANSFER_FAILED,
  SHOAL_TRANSFER_CANCELLED,
} ShoalTransferState;

/** ShoalTransfer: main thread. Properties (read-only, notified at most 10 times a second and only
 * when the value changes): uuid, name, folder, size, state, bytes-done (verified), bytes-fetched
 * (over the network), speed (bytes a second, over the last seconds), n-sources (delivering now),
 * pieces-done, pieces-total, message (why it waits or failed; nullable), destination (nullable
 * until known). */
#define SHOAL_TYPE_TRANSFER (shoal_transfer_get_type ())
G_DECLARE_FINAL_TYPE (ShoalTransfer, shoal_transfer, SHOAL, TRANSFER, GObject)

/** shoal_transfer_state_is_ended: Returns: whether nothing more happens by itself */
gboolean shoal_transfer_state_is_ended (ShoalTransferState state);
/** shoal_transfer_get_uuid: Returns: what it is called in the queue, the history and the audit log
 */
const char *shoal_transfer_get_uuid (ShoalTransfer *self);
/** shoal_transfer_get_name: Returns: the safe name that it is to have; see
 * shoal_transfer_get_destination() */
const char *shoal_transfer_get_name (ShoalTransfer *self);
/** shoal_transfer_get_id: Returns: the content id, of a folder that of its list of files */
const ShoalDigest *shoal_transfer_get_id (ShoalTransfer *self);
/** shoal_transfer_is_folder: Returns: whether it is a folder with its files */
gboolean shoal_transfer_is_folder (ShoalTransfer *self);
/** shoal_transfer_get_size: Returns: bytes of all files; of a folder as it was told, until the list
 * of its files is here */
guint64 shoal_transfer_get_size (ShoalTransfer *self);
/** shoal_transfer_get_manifest_size: Returns: of a folder, the size of the list of its files; else
 * 0
 */
guint64 shoal_transfer_get_manifest_size (ShoalTransfer *self);
/** shoal_transfer_get_state: Returns: what it is at, as last notified */
ShoalTransferState shoal_transfer_get_state (ShoalTransfer *self);
/** shoal_transfer_state_to_string: Returns: "queued", "starting", "active", … for JSON */
const char *shoal_transfer_state_to_string (ShoalTransferState state);
/** shoal_transfer_get_bytes_done: Returns: bytes that are verified and on disk */
guint64 shoal_transfer_get_bytes_done (ShoalTransfer *self);
/** shoal_transfer_get_bytes_fetched: Returns: bytes that came over the network, in all runs */
guint64 shoal_transfer_get_bytes_fetched (ShoalTransfer *self);
/** shoal_transfer_get_speed: Returns: bytes a second, over the last seconds */
double shoal_transfer_get_speed (ShoalTransfer *self);
/** shoal_transfer_get_n_sources: Returns: devices that deliver now */
guint shoal_transfer_get_n_sources (ShoalTransfer *self);
/** shoal_transfer_get_pieces_done: Returns: pieces that are verified and on disk */
guint64 shoal_transfer_get_pieces_done (ShoalTransfer *self);
/** shoal_transfer_get_pieces_total: Returns: of all files; 0 while that is not known */
guint64 shoal_transfer_get_pieces_total (ShoalTransfer *self);
/** shoal_transfer_get_elapsed_ms: Returns: time in which it did not wait, in all runs */
gint64 shoal_transfer_get_elapsed_ms (ShoalTransfer *self);
/** shoal_transfer_get_message: Returns: (nullable): why it waits or failed, or what is to be told
 * of one that finished, for people */
const char *shoal_transfer_get_message (ShoalTransfer *self);
/** shoal_transfer_get_error: Returns: (nullable): why it failed */
const GError *shoal_transfer_get_error (ShoalTransfer *self);
/** shoal_transfer_get_destination: Returns: (nullable): full path of the file or folder */
const char *shoal_transfer_get_destination (ShoalTransfer *self);
/** shoal_transfer_dup_users: Returns: (transfer full): names of who delivered, comma-separated */
char *shoal_transfer_dup_users (ShoalTransfer *self);
/** shoal_transfer_dup_devices: Returns: (transfer full) (nullable) (array zero-terminated=1):
 * fingerprints of the devices that delivered in the last run */
char **shoal_transfer_dup_devices (ShoalTransfer *self);
/** shoal_transfer_get_n_left_out: Returns: how many entries of a folder that has ended are not here
 * because this disk refuses them */
guint shoal_transfer_get_n_left_out (ShoalTransfer *self);
/** shoal_transfer_get_left_out: Returns: (transfer none) (nullable) (array zero-terminated=1):
 * "path: reason" for them, at most %SHOAL_MAX_LEFT_OUT_LINES lines */
const char *const *shoal_transfer_get_left_out (ShoalTransfer *self);
/** shoal_transfer_dup_bad_sources: Returns: (transfer full) (nullable): names of who sent wrong
 * bytes */
char *shoal_transfer_dup_bad_sources (ShoalTransfer *self);

/* What shoal_transfer_dup_pieces() tells of a piece: nobody fetches it yet; here since before this
 * run; else who it comes or came from. */
#define SHOAL_PIECE_MISSING 0
#define SHOAL_PIECE_HERE 1
#define SHOAL_PIECE_COMING_FROM(user) ((guint8) (2 * (user) + 2))
#define SHOAL_PIECE_HERE_FROM(user) ((guint8) (2 * (user) + 3))
/* Whether it is verified and on disk. */
#define SHOAL_PIECE_IS_HERE(piece) (((piece) &1) != 0)
/* The number of the user, or -1. */
#define SHOAL_PIECE_USER(piece) ((int) ((piece) >> 1) - 1)

/** shoal_transfer_dup_pieces: the state of each piece now, a byte for each; of a folder, those of
 * its files one after the other. @users: (out) (transfer full) (nullable) (array
 * zero-terminated=1): the names that SHOAL_PIECE_USER() counts, one for each device. Returns:
 * (transfer full) (nullable): %NULL while it is not known, because nothing is under way or the list
 * of files is not here */
GBytes *shoal_transfer_dup_pieces (ShoalTransfer *self, char ***users);

G_END_DECLS
