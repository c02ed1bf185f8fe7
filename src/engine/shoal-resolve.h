/* shoal-resolve.h: which contents names and ids stand for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"
#include "shoal-digest.h"
#include "shoal-directory.h"

G_BEGIN_DECLS

/** ShoalWanted: the one content that a name or an id stands for */
typedef struct
{
  char *name;         /* as it is offered */
  ShoalDigest id;     /* a file's, or a manifest's */
  guint64 size;       /* of the content itself: of a folder, its manifest's size */
  guint64 total_size; /* of a folder: the sum of its files, as told */
  gint64 mtime_ms;    /* -1 if nobody tells it */
  gboolean folder;
  gboolean offered; /* total_size and n_entries are those of an offer */
  guint n_entries;  /* of a folder */
} ShoalWanted;

void shoal_wanted_free (ShoalWanted *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalWanted, shoal_wanted_free)

/**
 * shoal_resolve_async:
 * @key: (nullable): ours: where those who offer an id disagree about its size or kind, they are
 * asked to prove what they tell; without it the first one is believed
 * @names: (array zero-terminated=1): each a content id, a name as it is offered, or FOLDER/PATH as
 * a search shows it
 * @user: (nullable): only what this member offers
 *
 * Looks all of them up, in their order. It fails with the first that is nobody's
 * (%SHOAL_ERROR_NOT_FOUND) or several contents' (%SHOAL_ERROR_AMBIGUOUS): who wants several things
 * gets none of them before that is mended.
 */
void shoal_resolve_async (ShoalDirectory *directory,
                          ShoalDeviceKey *key,
                          const char *const *names,
                          const char *user,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/** shoal_resolve_finish: @choices: (out) (optional) (nullable) (transfer full) (element-type
 * ShoalResult): with %SHOAL_ERROR_AMBIGUOUS, what the name stands for. @name: (out) (optional)
 * (nullable) (transfer full): then, which name. Returns: (transfer full) (element-type
 * ShoalWanted): one for each name, in their order */
GPtrArray *shoal_resolve_finish (ShoalDirectory *directory,
                                 GAsyncResult *result,
                                 GPtrArray **choices,
                                 char **name,
                                 GError **error);

G_END_DECLS
