/* shoal-upload-private.h: what only ShoalUploads does to a ShoalUpload
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-upload.h"

G_BEGIN_DECLS

/** shoal_upload_new: @device: its fingerprint. @size: of a folder: the sum of its files */
ShoalUpload *shoal_upload_new (
    const char *user, const char *device, const char *name, gboolean folder, guint64 size);
/** shoal_upload_show: @now_us: monotonic */
void shoal_upload_show (ShoalUpload *self, guint64 bytes, gboolean active, gint64 now_us);

G_END_DECLS
