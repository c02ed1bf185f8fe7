/* shoal-budgets.h: how much all connections of one account may make us hold for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"

G_BEGIN_DECLS

/**
 * ShoalBudgets: what channels hold of half-sent lines and unread answers, counted for each account
 * (for each address where none is known) over all its connections, and over all of them
 *
 * Above a ceiling the connection that holds most of what is over is ended, whoever it was that came
 * last: of one account its largest, of all the largest of the account that holds most. Lines that
 * many channels share are not counted. One thread.
 */
typedef struct _ShoalBudgets ShoalBudgets;

/** shoal_budgets_new: @max: bytes over all */
ShoalBudgets *shoal_budgets_new (gsize max);
ShoalBudgets *shoal_budgets_ref (ShoalBudgets *self);
void shoal_budgets_unref (ShoalBudgets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalBudgets, shoal_budgets_unref)

/** shoal_channel_set_budget: counts the channel for @whose from now on, not for whom it was before.
 * @max: bytes of all channels of @whose */
void
shoal_channel_set_budget (ShoalChannel *self, ShoalBudgets *budgets, const char *whose, gsize max);

G_END_DECLS
