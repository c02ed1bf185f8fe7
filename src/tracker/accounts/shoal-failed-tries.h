/* shoal-failed-tries.h: which wrong passwords are written down one by one, and which are summed up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

/** ShoalFailedTries: counts the failed tries of each address within a minute: the first
 * %SHOAL_SINGLE_TRIES have entries of their own in the log, all further ones share one, so that
 * guessing does not fill it. What is counted at a crash is lost. Main thread. */
typedef struct _ShoalFailedTries ShoalFailedTries;

/** shoal_failed_tries_new: @database: outlives it */
ShoalFailedTries *shoal_failed_tries_new (ShoalDatabase *database);
void shoal_failed_tries_free (ShoalFailedTries *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalFailedTries, shoal_failed_tries_free)

/** shoal_failed_tries_note: one more of @address. Returns: whether it gets an entry of its own */
gboolean shoal_failed_tries_note (ShoalFailedTries *self, const char *address);
/** shoal_failed_tries_flush: queues the entries for what has been counted so far */
void shoal_failed_tries_flush (ShoalFailedTries *self);

G_END_DECLS
