/* shoal-uploads-log.h: puts the answers to one device together to uploads, for people and for the
 * history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"
#include "shoal-history.h"

G_BEGIN_DECLS

/** ShoalUploadsLog: answers begin and end in any thread; the rest is for the main thread */
typedef struct _ShoalUploadsLog ShoalUploadsLog;
/** ShoalUploadSession: answers to one device for one content (a file, or a folder with its manifest
 * and files) */
typedef struct _ShoalUploadSession ShoalUploadSession;

/** ShoalUploadSubject: what an answer is about; copied */
typedef struct
{
  const char *device;
  const char *user;
  const char *name;
  gboolean folder;
  ShoalDigest id;            /* of the file, or of the folder's manifest */
  guint64 size;              /* of all files */
  gint64 share;              /* its number, 0 for a download of ours */
  const ShoalDigest *inside; /* (nullable): of a file in a folder: that folder's manifest. An upload
                                of the folder that is there already includes it */
} ShoalUploadSubject;

/** ShoalUploadsFetchedFunc: main thread: an upload reached the whole size */
typedef void (*ShoalUploadsFetchedFunc) (gpointer data, gint64 share);

/** shoal_uploads_log_new: @history: (nullable) */
ShoalUploadsLog *
shoal_uploads_log_new (ShoalHistory *history, ShoalUploadsFetchedFunc fetched, gpointer data);
/** shoal_uploads_log_free: no answer may be running */
void shoal_uploads_log_free (ShoalUploadsLog *self);

/** shoal_uploads_log_begin: any thread. Returns: (transfer none): valid until
 * shoal_uploads_log_end() */
ShoalUploadSession *shoal_uploads_log_begin (ShoalUploadsLog *self,
                                             const ShoalUploadSubject *subject);
/** shoal_upload_session_add: any thread: @bytes more have been read for sending */
void shoal_upload_session_add (ShoalUploadSession *self, gint64 bytes);
/** shoal_uploads_log_end: any thread. @read: what was added for this answer, of which @sent left;
 * @content: whether they were the files' bytes, not the manifest's. @reason: (nullable): why it was
 * cut by us */
void shoal_uploads_log_end (ShoalUploadsLog *self,
                            ShoalUploadSession *session,
                            gint64 read,
                            gint64 sent,
                            gboolean content,
                            gboolean complete,
                            const char *reason);

/** shoal_uploads_log_tick: shows the numbers and ends what has been quiet for long or is whole.
 * @now_us: monotonic. Returns: whether there are any left */
gboolean shoal_uploads_log_tick (ShoalUploadsLog *self, gint64 now_us);
/** shoal_uploads_log_end_all: records everything that is open */
void shoal_uploads_log_end_all (ShoalUploadsLog *self);
/** shoal_uploads_log_get_running: Returns: (transfer none): of #ShoalUpload */
GListModel *shoal_uploads_log_get_running (ShoalUploadsLog *self);

G_END_DECLS
