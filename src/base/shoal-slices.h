/* shoal-slices.h: much work on the main loop, a little at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalSliceFunc: does a small part, which takes well under a millisecond. Returns: whether more
 * is left */
typedef gboolean (*ShoalSliceFunc) (gpointer data);

/**
 * shoal_slices_add:
 * @priority: of the slices, such as %G_PRIORITY_DEFAULT_IDLE
 * @func: is called again and again until it returns %FALSE
 * @destroy: (nullable): for @data, in the end or when the source is removed
 *
 * Runs @func in the thread's main context, in slices so short that what comes from the user and the
 * frames of a window get their turn in between.
 *
 * Returns: the id of the source
 */
guint shoal_slices_add (int priority, ShoalSliceFunc func, gpointer data, GDestroyNotify destroy);
/** shoal_slices_run: as shoal_slices_add(), but the first slice runs now, so that little work is
 * done when this returns. Returns: the id of the source, or 0 if nothing is left to be done */
guint shoal_slices_run (int priority, ShoalSliceFunc func, gpointer data, GDestroyNotify destroy);
/** shoal_slices_free: lets go of @array and of what is in it, from its end, in slices: what has
 * many rows takes longer to be freed than a frame may take. @array: (transfer full): nobody else
 * has it; it frees its elements */
void shoal_slices_free (GPtrArray *array);

G_END_DECLS
