/* shoal-share.h: a file or folder that the user shares, as a face shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/**
 * ShoalShareState:
 * @SHOAL_SHARE_HASHING: is being looked through and hashed
 * @SHOAL_SHARE_WAITING: known; the directory hears of it as soon as it is online
 * @SHOAL_SHARE_OFFERED: the directory has it
 * @SHOAL_SHARE_NOT_OFFERED: kept, but switched off by the user
 * @SHOAL_SHARE_CHANGED: is not what was hashed any more; is hashed again shortly
 * @SHOAL_SHARE_MISSING: not there any more; looked for again at each re-check
 * @SHOAL_SHARE_FAILED: cannot be shared; the message says why
 */
typedef enum
{
  SHOAL_SHARE_HASHING,
  SHOAL_SHARE_WAITING,
  SHOAL_SHARE_OFFERED,
  SHOAL_SHARE_NOT_OFFERED,
  SHOAL_SHARE_CHANGED,
  SHOAL_SHARE_MISSING,
  SHOAL_SHARE_FAILED,
} ShoalShareState;

#define SHOAL_TYPE_SHARE_STATE (shoal_share_state_get_type ())
GType shoal_share_state_get_type (void);

/** ShoalShare: main thread. Properties (read-only, notified when the value changes, those of
 * hashing at most 10 times a second): path, name, folder, state, bytes-hashed (of size, while
 * hashing), size (the sum of the files that are switched on), n-files (likewise), n-hidden (files
 * that are switched off), id (hex; nullable until hashed), offer, message (nullable), sources,
 * added-ms, n-fetched. */
#define SHOAL_TYPE_SHARE (shoal_share_get_type ())
G_DECLARE_FINAL_TYPE (ShoalShare, shoal_share, SHOAL, SHARE, GObject)

/** shoal_share_get_path: Returns: absolute, without links; the system's bytes, which need not be
 * UTF-8: show it with g_filename_display_name() */
const char *shoal_share_get_path (ShoalShare *self);
/** shoal_share_get_name: Returns: what it is offered as, fit to be shown */
const char *shoal_share_get_name (ShoalShare *self);
/** shoal_share_is_folder: Returns: what it was when it was looked at last */
gboolean shoal_share_is_folder (ShoalShare *self);
/** shoal_share_get_state: see also shoal_share_get_message() */
ShoalShareState shoal_share_get_state (ShoalShare *self);
/** shoal_share_state_to_string: Returns: "hashing", "waiting", "offered", … for JSON */
const char *shoal_share_state_to_string (ShoalShareState state);
/** shoal_share_get_bytes_hashed: Returns: of shoal_share_get_size() */
guint64 shoal_share_get_bytes_hashed (ShoalShare *self);
/** shoal_share_get_size: Returns: the sum of the files that are switched on; while it is looked
 * through, of those found so far */
guint64 shoal_share_get_size (ShoalShare *self);
/** shoal_share_get_content_size: Returns: of what its content id stands for: a hashed folder's
 * list, else as shoal_share_get_size() */
guint64 shoal_share_get_content_size (ShoalShare *self);
/** shoal_share_get_n_files: Returns: how many these are */
guint shoal_share_get_n_files (ShoalShare *self);
/** shoal_share_get_n_hidden: Returns: how many of its files are switched off; 0 until hashed */
guint shoal_share_get_n_hidden (ShoalShare *self);
/** shoal_share_get_wanted: Returns: the user's switch of the whole share */
gboolean shoal_share_get_wanted (ShoalShare *self);
/** shoal_share_is_on: Returns: whether @path is offered when the share is; see
 * shoal_shares_switch() */
gboolean shoal_share_is_on (ShoalShare *self, const char *path);

/** shoal_share_has_file: Returns: whether there was something at @path in the folder when it was
 * looked through; always for "" */
gboolean shoal_share_has_file (ShoalShare *self, const char *path);

/** ShoalShareFile: a file, folder or link in a shared folder */
typedef struct
{
  char *path; /* relative to the share */
  gboolean folder;
  gboolean on;
  guint64 size; /* of a file */
} ShoalShareFile;

/** shoal_share_list_files: Returns: (transfer full) (element-type ShoalShareFile): what was found
 * in it last, folders before what is in them; of a single file that file, with its name as path;
 * empty until hashed */
GPtrArray *shoal_share_list_files (ShoalShare *self);
/** shoal_share_get_id: Returns: (nullable): the content id; of a folder its manifest's */
const ShoalDigest *shoal_share_get_id (ShoalShare *self);
/** shoal_share_get_offer: Returns: the offer's id: 32 hex digits, kept over restarts */
const char *shoal_share_get_offer (ShoalShare *self);
/** shoal_share_get_message: Returns: (nullable): why it is not offered, or what was left out */
const char *shoal_share_get_message (ShoalShare *self);
/** shoal_share_get_skipped: Returns: (transfer none) (array zero-terminated=1): "path: reason" for
 * what is in the folder and cannot be shared, at most %SHOAL_MAX_SKIPPED_NAMES lines, ready to be
 * shown */
const char *const *shoal_share_get_skipped (ShoalShare *self);
/** shoal_share_get_n_secrets: Returns: how much of that may hold keys or passwords and waits for
 * the user's word; 0 until it has been looked through in this run */
guint shoal_share_get_n_secrets (ShoalShare *self);
/** shoal_share_get_secrets: Returns: (transfer none): the first of these, a line each, ready to be
 * shown */
const char *shoal_share_get_secrets (ShoalShare *self);
/** shoal_share_get_n_ignored: Returns: how much of what was left out was left out on purpose, these
 * included; 0 until it has been looked through in this run */
guint shoal_share_get_n_ignored (ShoalShare *self);
/** shoal_share_get_n_skipped: Returns: all that was left out, also what shoal_share_get_skipped()
 * has no line for */
guint shoal_share_get_n_skipped (ShoalShare *self);
/** shoal_share_get_ignore: Returns: (transfer none) (array zero-terminated=1): its own patterns of
 * what is left out: see shoal_shares_set_ignore() */
const char *const *shoal_share_get_ignore (ShoalShare *self);
/** shoal_share_get_sources: Returns: how many devices offered it when it was offered, this one
 * included; 0 if not known */
guint shoal_share_get_sources (ShoalShare *self);
/** shoal_share_get_added_ms: Returns: when the user shared it, by this device's clock */
gint64 shoal_share_get_added_ms (ShoalShare *self);
/** shoal_share_get_n_fetched: Returns: how many times it was fetched whole from here */
guint shoal_share_get_n_fetched (ShoalShare *self);

G_END_DECLS
