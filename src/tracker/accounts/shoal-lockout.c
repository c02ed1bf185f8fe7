/* shoal-lockout.c: who has guessed wrong too often, and for how long nobody listens to him
 *
 * Two kinds of rows in one table, told apart by their keys:
 *  - "HASH ADDRESS": consecutive failures of a name at an address. From the N-th on each brings a
 * block, the first of S seconds, each further one twice as long, up to %SHOAL_MAX_BLOCK_SECONDS.
 * until_ms is its end. A right password, or a day without a failure, clears the row.
 *  - "HASH *": failures of a name from everywhere by devices that are not its own, within an hour
 * whose end is until_ms. HASH is of the folded name. Time is the wall clock, because it must
 * survive a restart; a clock that was put back cannot make a block longer than the longest there
 * is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-lockout"

#include "config.h"

#include "shoal-lockout.h"

#include <gio/gio.h>

#include "shoal-address-key.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-password.h"
#include "shoal-safe-name.h"

#define HOUR_MS (60 * 60 * 1000)
#define UNDER_WAY_RETRY_MS (1000)

typedef struct
{
  char *key;
  gint64 failures;
  gint64 until_ms;
  gint64 last_ms;
  guint under_way;
  GList link; /* in self->order */
} Row;

struct _ShoalLockout
{
  guint max_failures;
  gint64 block_ms;
  gint64 max_block_ms;
  GHashTable *rows; /* key (owned by the row) → Row */
  GQueue order;     /* of Row, the longest untouched first */
};

static void
row_free (Row *row)
{
  g_free (row->key);
  g_free (row);
}

ShoalLockout *
shoal_lockout_new (guint max_failures, guint block_seconds)
{
  ShoalLockout *self = g_new0 (ShoalLockout, 1);

  self->max_failures = MAX (max_failures, 1);
  self->block_ms = (gint64) block_seconds * 1000;
  self->max_block_ms = MAX (self->block_ms, SHOAL_MAX_BLOCK_SECONDS * 1000);
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) row_free);
  g_queue_init (&self->order);
  return self;
}

void
shoal_lockout_free (ShoalLockout *self)
{
  g_hash_table_unref (self->rows);
  g_free (self);
}

static Row *
ensure_row (ShoalLockout *self, const char *key)
{
  Row *row = g_hash_table_lookup (self->rows, key);

  if (row != NULL)
    return row;
  row = g_new0 (Row, 1);
  row->key = g_strdup (key);
  row->link.data = row;
  g_hash_table_insert (self->rows, row->key, row);
  g_queue_push_tail_link (&self->order, &row->link);
  return row;
}

static void
touch_row (ShoalLockout *self, Row *row)
{
  g_queue_unlink (&self->order, &row->link);
  g_queue_push_tail_link (&self->order, &row->link);
}

static void
remove_row (ShoalLockout *self, Row *row)
{
  g_queue_unlink (&self->order, &row->link);
  g_hash_table_remove (self->rows, row->key);
}

gboolean
shoal_lockout_load (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalLockout *self = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows
             = shoal_connection_query (connection, error,
                                       "SELECT key, failures, until_ms, last_ms FROM "
                                       "(SELECT * FROM lockouts ORDER BY last_ms DESC LIMIT ?) "
                                       "ORDER BY last_ms",
                                       "i", (gint64) SHOAL_MAX_LOCKOUT_ROWS);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      Row *row = ensure_row (self, shoal_rows_string (rows, 0));

      row->failures = shoal_rows_integer (rows, 1);
      row->until_ms = shoal_rows_integer (rows, 2);
      row->last_ms = shoal_rows_integer (rows, 3);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
make_keys (const char *user,
           const char *address,
           const char *known_device,
           char **pair_key,
           char **total_key)
{
  g_autofree char *fold = shoal_name_fold (user);
  g_autofree char *hash = shoal_secret_digest (fold);
  g_autofree char *where = known_device != NULL ? g_strconcat ("device ", known_device, NULL)
                                                : shoal_address_key (address);

  *pair_key = g_strconcat (hash, " ", where, NULL);
  *total_key = g_strconcat (hash, " *", NULL);
}

/* What time has done to a row since it was last looked at. */
static void
age_row (ShoalLockout *self, Row *row, gboolean total, gint64 now_ms)
{
  gint64 longest = total ? HOUR_MS : self->max_block_ms;

  if (row->until_ms > now_ms + longest)
    row->until_ms = now_ms + longest;
  if (total ? now_ms >= row->until_ms : now_ms - row->last_ms > SHOAL_LOCKOUT_FORGET_MS)
    row->failures = 0;
}

static gboolean
refuse (GError **error, gint64 retry_ms)
{
  g_autofree char *message = g_strdup_printf (
      "Too many failed sign-ins. Try again in %" G_GINT64_FORMAT " s.", (retry_ms + 999) / 1000);

  g_propagate_error (error, shoal_error_new_retry (SHOAL_ERROR_BLOCKED, retry_ms, message));
  return FALSE;
}

static gboolean
refuse_for_now (GError **error)
{
  g_propagate_error (error,
                     shoal_error_new_retry (
                         SHOAL_ERROR_BUSY, UNDER_WAY_RETRY_MS,
                         "Other sign-ins with this name are under way. Try again in a second."));
  return FALSE;
}

gboolean
shoal_lockout_begin (ShoalLockout *self,
                     const char *user,
                     const char *address,
                     const char *known_device,
                     gint64 now_ms,
                     GError **error)
{
  g_autofree char *pair_key = NULL;
  g_autofree char *total_key = NULL;

  make_keys (user, address, known_device, &pair_key, &total_key);

  Row *pair = g_hash_table_lookup (self->rows, pair_key);
  Row *total = g_hash_table_lookup (self->rows, total_key);

  if (pair != NULL)
    {
      age_row (self, pair, FALSE, now_ms);
      if (pair->failures >= self->max_failures && now_ms < pair->until_ms)
        return refuse (error, pair->until_ms - now_ms);
      if (pair->under_way > 0 && pair->failures + pair->under_way >= self->max_failures)
        return refuse_for_now (error);
    }
  if (total != NULL && known_device == NULL)
    {
      age_row (self, total, TRUE, now_ms);
      if (total->failures >= SHOAL_MAX_ACCOUNT_FAILURES_PER_HOUR)
        return refuse (error, total->until_ms - now_ms);
      if (total->failures + total->under_way >= SHOAL_MAX_ACCOUNT_FAILURES_PER_HOUR)
        return refuse_for_now (error);
    }
  ensure_row (self, pair_key)->under_way++;
  if (known_device == NULL)
    ensure_row (self, total_key)->under_way++;
  return TRUE;
}

static void
lockout_row_free (ShoalLockoutRow *row)
{
  g_free (row->key);
  g_free (row);
}

static void
add_change (GPtrArray *changes, const Row *row)
{
  ShoalLockoutRow *change = g_new0 (ShoalLockoutRow, 1);

  change->key = g_strdup (row->key);
  change->failures = row->failures;
  change->until_ms = row->until_ms;
  change->last_ms = row->last_ms;
  g_ptr_array_add (changes, change);
}

static void
count_pair (ShoalLockout *self, Row *row, gint64 now_ms, gint64 *blocked_ms)
{
  age_row (self, row, FALSE, now_ms);
  row->failures++;
  row->last_ms = now_ms;
  if (row->failures < self->max_failures)
    return;

  gint64 doublings = MIN (row->failures - self->max_failures, 30);

  *blocked_ms = MIN (self->block_ms << doublings, self->max_block_ms);
  row->until_ms = now_ms + *blocked_ms;
}

static void
count_total (ShoalLockout *self, Row *row, gint64 now_ms)
{
  age_row (self, row, TRUE, now_ms);
  if (row->failures == 0)
    row->until_ms = now_ms + HOUR_MS;
  row->failures++;
  row->last_ms = now_ms;
}

/* Rows of tries that are under way stay: they are at most as many as connections. */
static void
drop_oldest (ShoalLockout *self, GPtrArray *changes)
{
  GList *l = self->order.head;

  while (l != NULL && g_hash_table_size (self->rows) > SHOAL_MAX_LOCKOUT_ROWS)
    {
      Row *row = l->data;

      l = l->next;
      if (row->under_way > 0)
        continue;
      row->failures = 0;
      add_change (changes, row);
      remove_row (self, row);
    }
}

static void
end_row (ShoalLockout *self,
         const char *key,
         gboolean total,
         ShoalLockoutOutcome outcome,
         gint64 now_ms,
         gint64 *blocked_ms,
         GPtrArray *changes)
{
  Row *row = g_hash_table_lookup (self->rows, key);

  g_return_if_fail (row != NULL && row->under_way > 0);

  gint64 before = row->failures;

  row->under_way--;
  if (outcome == SHOAL_LOCKOUT_WRONG && total)
    count_total (self, row, now_ms);
  else if (outcome == SHOAL_LOCKOUT_WRONG)
    count_pair (self, row, now_ms, blocked_ms);
  else if (outcome == SHOAL_LOCKOUT_RIGHT && !total)
    row->failures = 0;
  touch_row (self, row);
  if (row->failures != before)
    add_change (changes, row);
  if (row->failures == 0 && row->under_way == 0)
    remove_row (self, row);
}

GPtrArray *
shoal_lockout_end (ShoalLockout *self,
                   const char *user,
                   const char *address,
                   const char *known_device,
                   ShoalLockoutOutcome outcome,
                   gint64 now_ms,
                   gint64 *blocked_ms)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) lockout_row_free);
  g_autofree char *pair_key = NULL;
  g_autofree char *total_key = NULL;
  gint64 blocked = 0;

  make_keys (user, address, known_device, &pair_key, &total_key);
  end_row (self, pair_key, FALSE, outcome, now_ms, &blocked, changes);
  if (known_device == NULL)
    end_row (self, total_key, TRUE, outcome, now_ms, &blocked, changes);
  drop_oldest (self, changes);
  if (blocked_ms != NULL)
    *blocked_ms = blocked;
  return changes;
}

gboolean
shoal_lockout_write (ShoalConnection *connection, GPtrArray *rows, GError **error)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const ShoalLockoutRow *row = g_ptr_array_index (rows, i);

      if (row->failures == 0)
        {
          if (!shoal_connection_run (connection, error, "DELETE FROM lockouts WHERE key = ?", "s",
                                     row->key))
            return FALSE;
          continue;
        }
      if (!shoal_connection_run (
              connection, error,
              "INSERT OR REPLACE INTO lockouts (key, failures, until_ms, last_ms) "
              "VALUES (?, ?, ?, ?)",
              "siii", row->key, row->failures, row->until_ms, row->last_ms))
        return FALSE;
    }
  return TRUE;
}
