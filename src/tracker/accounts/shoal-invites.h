/* shoal-invites.h: codes that let somebody make an account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-actor.h"
#include "shoal-database.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* All are jobs or parts of jobs, in the database's threads. Only hashes of codes are kept. */

/** ShoalInvite: for shoal_invites_make() */
typedef struct
{
  ShoalActor *actor; /* (nullable): who makes it; %NULL: the operator */
  gint64 uses;
  gint64 expires_days;
  gint64 now_ms;
  char *code;        /* out */
  gint64 expires_ms; /* out */
} ShoalInvite;

/** shoal_invite_new: @actor: (nullable): the operator. Returns: (transfer full): without a code yet
 */
ShoalInvite *shoal_invite_new (ShoalActor *actor, gint64 uses, gint64 expires_days, gint64 now_ms);
void shoal_invite_free (ShoalInvite *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalInvite, shoal_invite_free)
/** shoal_invites_make: a write job (@data: a ShoalInvite) */
gboolean shoal_invites_make (ShoalConnection *connection, gpointer data, GError **error);

/** ShoalOwnerInvite: for shoal_invites_make_owner(). @only_first: make one only if there has never
 * been one; then
 * @code stays %NULL */
typedef struct
{
  gboolean only_first;
  gint64 now_ms;
  char *code; /* out */
} ShoalOwnerInvite;

/** shoal_invites_make_owner: a write job (@data: a ShoalOwnerInvite): a code for the owner's
 * account, which works once; the one before stops to work. Once there is an owner it is
 * %SHOAL_ERROR_EXISTS */
gboolean shoal_invites_make_owner (ShoalConnection *connection, gpointer data, GError **error);

/** shoal_invites_check: whether an account may be made with @code now. @owner: (out): the owner's.
 * Fails with %SHOAL_ERROR_DENIED */
gboolean shoal_invites_check (
    ShoalConnection *connection, const char *code, gint64 now_ms, gboolean *owner, GError **error);
/** shoal_invites_use: counts a use, inside the write job that makes the account */
gboolean shoal_invites_use (
    ShoalConnection *connection, const char *code, gint64 now_ms, gboolean *owner, GError **error);

/** shoal_invites_list: a read job (@data: JsonArray **): those that still work */
gboolean shoal_invites_list (ShoalConnection *connection, gpointer data, GError **error);

G_END_DECLS
