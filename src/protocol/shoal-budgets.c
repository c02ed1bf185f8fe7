/* shoal-budgets.c: how much all connections of one account may make us hold for them
 *
 * Nothing is added up in advance: where a channel's part grows, those of its account are summed,
 * which are some dozens at most. Channels that are being closed hold what they hold for a moment
 * longer, and are not counted: ending one more would not make that shorter.
 *
 * Ownership: a channel holds the budgets; its account's is there as long as it has a channel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-channel"

#include "config.h"

#include "shoal-budgets.h"

#include "shoal-channel-private.h"
#include "shoal-error.h"
#include "shoal-limits.h"

struct _ShoalBudgets
{
  gsize max;
  GHashTable *budgets; /* whose (owned by the budget) → ShoalBudget */
};

struct _ShoalBudget
{
  ShoalBudgets *owner; /* not owned: its channels hold it */
  char *whose;
  gsize max;
  GPtrArray *channels; /* not owned */
};

typedef gsize (*CountFunc) (ShoalChannel *channel);

static void
budget_free (gpointer data)
{
  ShoalBudget *budget = data;

  g_ptr_array_unref (budget->channels);
  g_free (budget->whose);
  g_free (budget);
}

ShoalBudgets *
shoal_budgets_new (gsize max)
{
  ShoalBudgets *self = g_rc_box_new0 (ShoalBudgets);

  self->max = max;
  self->budgets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, budget_free);
  return self;
}

ShoalBudgets *
shoal_budgets_ref (ShoalBudgets *self)
{
  return g_rc_box_acquire (self);
}

static void
budgets_clear (gpointer data)
{
  ShoalBudgets *self = data;

  g_hash_table_unref (self->budgets);
}

void
shoal_budgets_unref (ShoalBudgets *self)
{
  g_rc_box_release_full (self, budgets_clear);
}

/* ---- Whose a channel is ---- */

void
shoal_channel_leave_budget (ShoalChannel *self)
{
  ShoalBudget *budget = g_steal_pointer (&self->budget);

  if (budget == NULL)
    return;

  g_autoptr (ShoalBudgets) owner = budget->owner;

  g_ptr_array_remove_fast (budget->channels, self);
  if (budget->channels->len == 0)
    g_hash_table_remove (owner->budgets, budget->whose);
}

void
shoal_channel_set_budget (ShoalChannel *self, ShoalBudgets *budgets, const char *whose, gsize max)
{
  g_return_if_fail (SHOAL_IS_CHANNEL (self));
  g_return_if_fail (budgets != NULL && whose != NULL);

  ShoalBudget *budget = g_hash_table_lookup (budgets->budgets, whose);

  shoal_budgets_ref (budgets);
  if (budget == NULL)
    {
      budget = g_new0 (ShoalBudget, 1);
      budget->owner = budgets;
      budget->whose = g_strdup (whose);
      budget->channels = g_ptr_array_new ();
      g_hash_table_insert (budgets->budgets, budget->whose, budget);
    }
  budget->max = max;
  g_ptr_array_add (budget->channels, self);
  shoal_channel_leave_budget (self);
  self->budget = budget;
}

/* ---- Who holds most ---- */

/* Returns: the sum; @largest: (out): the channel with the largest part */
static gsize
sum_up (const ShoalBudget *budget, CountFunc count, ShoalChannel **largest)
{
  gsize sum = 0;
  gsize most = 0;

  *largest = NULL;
  for (guint i = 0; i < budget->channels->len; i++)
    {
      ShoalChannel *channel = budget->channels->pdata[i];
      gsize part = shoal_channel_is_closed (channel) ? 0 : count (channel);

      sum += part;
      if (part <= most)
        continue;
      most = part;
      *largest = channel;
    }
  return sum;
}

/* The same over all of them; the largest is that of the account that holds most. */
static gsize
sum_up_all (ShoalBudgets *self, CountFunc count, ShoalChannel **largest)
{
  GHashTableIter iter;
  gpointer budget = NULL;
  gsize sum = 0;
  gsize most = 0;

  *largest = NULL;
  g_hash_table_iter_init (&iter, self->budgets);
  while (g_hash_table_iter_next (&iter, NULL, &budget))
    {
      ShoalChannel *channel = NULL;
      gsize part = sum_up (budget, count, &channel);

      sum += part;
      if (part <= most)
        continue;
      most = part;
      *largest = channel;
    }
  return sum;
}

static void
end_one (ShoalChannel *channel, gsize max)
{
  g_autoptr (GError) reason = shoal_error_new_limit (
      "unread", (gint64) max,
      "Too much is half-sent, or was not read, over all connections of this account. Read the "
      "answers, and ask for less at once");

  shoal_channel_refuse (channel, reason);
}

void
shoal_channel_check_budget (ShoalChannel *self)
{
  ShoalBudget *budget = self->budget;
  ShoalChannel *largest = NULL;

  /* What is small makes no difference, and is most of what there is. */
  if (budget == NULL || shoal_channel_count_held (self) <= SHOAL_HELD_UNCOUNTED)
    return;
  if (sum_up (budget, shoal_channel_count_held, &largest) > budget->max)
    end_one (largest, budget->max);
  else if (sum_up_all (budget->owner, shoal_channel_count_held, &largest) > budget->owner->max)
    end_one (largest, budget->owner->max);
}

gboolean
shoal_channel_make_room (ShoalChannel *self)
{
  ShoalChannel *largest = NULL;

  if (self->budget == NULL)
    return FALSE;
  if (sum_up_all (self->budget->owner, shoal_channel_count_input, &largest)
      <= SHOAL_MAX_UNREAD_INPUT)
    return TRUE;
  if (largest == self)
    return FALSE;
  end_one (largest, SHOAL_MAX_UNREAD_INPUT);
  return TRUE;
}
