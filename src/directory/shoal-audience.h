/* shoal-audience.h: who may know of a content and fetch it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ShoalAudienceKind:
 * @SHOAL_AUDIENCE_EVERYONE: all on the roster
 * @SHOAL_AUDIENCE_MEMBERS: members and above, no guests
 * @SHOAL_AUDIENCE_ACCOUNTS: those that are named
 */
typedef enum
{
  SHOAL_AUDIENCE_EVERYONE,
  SHOAL_AUDIENCE_MEMBERS,
  SHOAL_AUDIENCE_ACCOUNTS,
} ShoalAudienceKind;

/** ShoalAudience: who may know of a content and fetch it; immutable, reference counted,
 * thread-safe. Nobody but the keeper of offers and who serves them needs to ask what is in it. */
typedef struct _ShoalAudience ShoalAudience;

/** shoal_audience_new_everyone: Returns: (transfer full) */
ShoalAudience *shoal_audience_new_everyone (void);
/** shoal_audience_new_members: Returns: (transfer full) */
ShoalAudience *shoal_audience_new_members (void);
/** shoal_audience_new_accounts: @accounts: (array zero-terminated=1): account ids in any order;
 * none for nobody. Returns: (transfer full) */
ShoalAudience *shoal_audience_new_accounts (const char *const *accounts);
ShoalAudience *shoal_audience_ref (ShoalAudience *self);
void shoal_audience_unref (ShoalAudience *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalAudience, shoal_audience_unref)

ShoalAudienceKind shoal_audience_get_kind (const ShoalAudience *self);
/** shoal_audience_equal: Returns: whether both are the same kind and name the same accounts */
gboolean shoal_audience_equal (const ShoalAudience *a, const ShoalAudience *b);
/** shoal_audience_has: @account: (nullable): %NULL for somebody who is not on the roster, who is in
 * no audience. @member: whether that is a member or above, not a guest */
gboolean shoal_audience_has (const ShoalAudience *self, const char *account, gboolean member);

G_END_DECLS
