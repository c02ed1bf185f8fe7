/* shoal-uploads-slots.h: how many answers are sent at once, shared fairly between members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalSlots: thread-safe. Of those who wait, the one whose account has the fewest answers running
 * goes first; among equals the one who came first. */
typedef struct _ShoalSlots ShoalSlots;

/** ShoalSlotFunc: called once for each shoal_slots_ask(), without any lock, in the thread in which
 * it was decided: that of the call itself, of a release, or of shoal_slots_expire(). After @granted
 * a shoal_slots_release() is due. */
typedef void (*ShoalSlotFunc) (gpointer data, gboolean granted);

/** shoal_slots_new: Returns: (transfer full): @n_slots answers may run at once */
ShoalSlots *shoal_slots_new (guint n_slots);
/** shoal_slots_free: nobody may be waiting or running */
void shoal_slots_free (ShoalSlots *self);
/** shoal_slots_set_size: what runs goes on; if there are more now, the next begin at once */
void shoal_slots_set_size (ShoalSlots *self, guint n_slots);
/** shoal_slots_ask: @deadline_us: monotonic time after which shoal_slots_expire() refuses it.
 * Returns: whether it waits now */
gboolean shoal_slots_ask (
    ShoalSlots *self, const char *account, gint64 deadline_us, ShoalSlotFunc func, gpointer data);
/** shoal_slots_release: an answer of @account has ended; the next begins */
void shoal_slots_release (ShoalSlots *self, const char *account);
/** shoal_slots_expire: refuses those whose deadline is not after @now_us; G_MAXINT64 for all.
 * Returns: whether others still wait */
gboolean shoal_slots_expire (ShoalSlots *self, gint64 now_us);
/** shoal_slots_get_n_running: Returns: answers that hold a slot */
guint shoal_slots_get_n_running (ShoalSlots *self);

G_END_DECLS
