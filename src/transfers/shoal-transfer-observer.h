/* shoal-transfer-observer.h: whom the queue of downloads tells what happens to them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-partial.h"
#include "shoal-source.h"
#include "shoal-transfer.h"

G_BEGIN_DECLS

/**
 * ShoalTransferObserver:
 * @serve: the pieces of @id that @partial has may be given to others; @layer: its piece layer. Two
 * downloads of one content serve it twice
 * @unserve: no more, as often as @serve
 * @pulling: @active: a download of @id has begun to keep pieces; %FALSE after the last one of them;
 * @manifest: it is a folder's list of files
 * @bad_source: @source sent wrong bytes, and is not asked any more
 * @ended: it has its last state, finished, failed or cancelled, and everything that is known of it;
 * what is to be kept of it is written here, for its row goes afterwards
 *
 * What a #ShoalTransferManager tells those who serve, record and report: it knows none of them. All
 * on the main thread; none may be %NULL.
 */
typedef struct
{
  void (*serve) (const ShoalDigest *id,
                 guint64 size,
                 GBytes *layer,
                 ShoalPartial *partial,
                 gpointer user_data);
  void (*unserve) (const ShoalDigest *id, gpointer user_data);
  void (*pulling) (
      const ShoalDigest *id, guint64 size, gboolean manifest, gboolean active, gpointer user_data);
  void (*bad_source) (ShoalTransfer *transfer, ShoalSource *source, gpointer user_data);
  void (*ended) (ShoalTransfer *transfer, gpointer user_data);
} ShoalTransferObserver;

G_END_DECLS
