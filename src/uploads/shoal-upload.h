/* shoal-upload.h: somebody fetching something from here, as a face shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-digest.h"

G_BEGIN_DECLS

/** ShoalUpload: main thread. Properties (read-only, notified at most 10 times a second): user,
 * device, name, folder, size, bytes (sent), speed (bytes a second, over the last seconds), active
 * (an answer is being sent). Requests of one device for one content within a minute are one upload.
 */
#define SHOAL_TYPE_UPLOAD (shoal_upload_get_type ())
G_DECLARE_FINAL_TYPE (ShoalUpload, shoal_upload, SHOAL, UPLOAD, GObject)

/** shoal_upload_get_user: Returns: who fetches: the name, or the account's id if it has none */
const char *shoal_upload_get_user (ShoalUpload *self);
/** shoal_upload_get_name: Returns: of what is fetched, as it is shared */
const char *shoal_upload_get_name (ShoalUpload *self);
gboolean shoal_upload_is_folder (ShoalUpload *self);
/** shoal_upload_get_size: Returns: of a folder: the sum of its files */
guint64 shoal_upload_get_size (ShoalUpload *self);
/** shoal_upload_get_bytes: Returns: how many have been sent */
guint64 shoal_upload_get_bytes (ShoalUpload *self);
/** shoal_upload_get_speed: Returns: bytes a second, over the last seconds */
double shoal_upload_get_speed (ShoalUpload *self);
/** shoal_upload_get_active: Returns: whether an answer is being sent now */
gboolean shoal_upload_get_active (ShoalUpload *self);

G_END_DECLS
