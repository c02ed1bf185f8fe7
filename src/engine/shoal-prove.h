/* shoal-prove.h: how large a content really is, and what it is, when those who offer it disagree
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-device-key.h"
#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalProof: what the hashes say; not what anybody says */
typedef struct
{
  guint64 size;
  gboolean manifest; /* it begins like the list of files of a folder */
} ShoalProof;

/**
 * shoal_prove_async:
 * @key: ours
 * @id: a content
 * @sources: (element-type ShoalSource): who offers it
 *
 * Lets those that are online prove the size that they tell: the piece layer of that size must have
 * the id, and the last piece its length and its root. Only true sizes can be proven, so the first
 * proof is enough.
 */
void shoal_prove_async (ShoalDeviceKey *key,
                        const ShoalDigest *id,
                        GPtrArray *sources,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/** shoal_prove_finish: %FALSE with %SHOAL_ERROR_NOT_FOUND if nobody could prove anything */
gboolean shoal_prove_finish (GAsyncResult *result, ShoalProof *proof, GError **error);

G_END_DECLS
