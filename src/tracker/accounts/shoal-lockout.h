/* shoal-lockout.h: who has guessed wrong too often, and for how long nobody listens to him
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-database.h"

G_BEGIN_DECLS

/** ShoalLockout: counts failed sign-ins for each (account name, address), and for each name from
 * everywhere. A device that is bound to the account is counted by itself: who guesses from its
 * address, or from everywhere, does not lock it out. The table in memory decides; each change is
 * written through, so that a restart forgets nothing. Names are kept as hashes only (people type
 * passwords into the wrong field), and names that do not exist count like those that do. Both
 * tables are bounded; the oldest rows go first. Main thread. */
typedef struct _ShoalLockout ShoalLockout;

/** shoal_lockout_new: @max_failures: the failure that brings the first block; @block_seconds: how
 * long that is */
ShoalLockout *shoal_lockout_new (guint max_failures, guint block_seconds);
void shoal_lockout_free (ShoalLockout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLockout, shoal_lockout_free)

/** shoal_lockout_load: a job (@data: the ShoalLockout) that reads the table, for
 * shoal_database_read() at start */
gboolean shoal_lockout_load (ShoalConnection *connection, gpointer data, GError **error);

/**
 * shoal_lockout_begin:
 * @user: a name as somebody typed it, any valid UTF-8
 * @address: where he is
 * @known_device: (nullable): his device, if it is bound to that account already
 *
 * Asks before a password is looked at. A try that may go on is counted as under way, so that many
 * at once get no more guesses than one after the other, and must be ended by shoal_lockout_end(). A
 * refused one changes nothing.
 *
 * Returns: %FALSE with %SHOAL_ERROR_BLOCKED or %SHOAL_ERROR_BUSY and its time
 */
gboolean shoal_lockout_begin (ShoalLockout *self,
                              const char *user,
                              const char *address,
                              const char *known_device,
                              gint64 now_ms,
                              GError **error);

/** ShoalLockoutOutcome: how a try ended; @SHOAL_LOCKOUT_ABANDONED: the password was not looked at
 */
typedef enum
{
  SHOAL_LOCKOUT_RIGHT,
  SHOAL_LOCKOUT_WRONG,
  SHOAL_LOCKOUT_ABANDONED,
} ShoalLockoutOutcome;

/** ShoalLockoutRow: a changed row, to be written; @failures 0: to be deleted */
typedef struct
{
  char *key;
  gint64 failures;
  gint64 until_ms;
  gint64 last_ms;
} ShoalLockoutRow;

/** shoal_lockout_end: @blocked_ms: (out) (optional): how long the block is that this try has
 * brought, or 0. Returns: (transfer full) (element-type ShoalLockoutRow): what
 * shoal_lockout_write() has to write */
GPtrArray *shoal_lockout_end (ShoalLockout *self,
                              const char *user,
                              const char *address,
                              const char *known_device,
                              ShoalLockoutOutcome outcome,
                              gint64 now_ms,
                              gint64 *blocked_ms);

/** shoal_lockout_write: inside a write job: writes the rows of shoal_lockout_end() */
gboolean shoal_lockout_write (ShoalConnection *connection, GPtrArray *rows, GError **error);

G_END_DECLS
