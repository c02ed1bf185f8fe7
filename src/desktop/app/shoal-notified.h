/* shoal-notified.h: what a button of a notification stands for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "shoal-history.h"

G_BEGIN_DECLS

/** shoal_notified_make_target: what stands for an entry of a history in the target of an action:
 * "(ss)", the profile's id and the entry's uuid. Nothing in it comes from the network. Returns:
 * (transfer floating) */
GVariant *shoal_notified_make_target (const char *profile, const char *uuid);
/** shoal_notified_look_up_async: reads the entry that @target stands for, also of a group that is
 * not open, and before any is. A target that cannot be ours is %SHOAL_ERROR_INVALID; a group or an
 * entry that is gone %SHOAL_ERROR_NOT_FOUND */
void shoal_notified_look_up_async (GVariant *target,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/** shoal_notified_look_up_finish: Returns: (transfer full) (nullable): as
 * shoal_history_peek_finish(); its destination is set */
ShoalHistoryEntry *shoal_notified_look_up_finish (GAsyncResult *result, GError **error);

G_END_DECLS
