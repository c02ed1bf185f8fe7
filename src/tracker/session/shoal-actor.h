/* shoal-actor.h: who did something, as jobs and the audit log need it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ShoalActor: a member at a device, immutable, atomically reference counted
 *
 * Made at sign-in and handed to jobs in the database's threads, where the session itself must not
 * be touched. Rows are the integer keys of the tables accounts and devices; both are 0 and the
 * names empty where somebody is not (yet) known.
 */
typedef struct
{
  gint64 account_row;
  gint64 device_row;
  char *account; /* 32 hex digits, or "" */
  char *user;    /* the name as shown, or "" */
  char *device;  /* fingerprint */
  char *address; /* literal, without the port */
  gboolean owner;
} ShoalActor;

/** shoal_actor_new: @account, @user: (nullable): unknown. Returns: (transfer full) */
ShoalActor *shoal_actor_new (gint64 account_row,
                             gint64 device_row,
                             const char *account,
                             const char *user,
                             const char *device,
                             const char *address,
                             gboolean owner);
ShoalActor *shoal_actor_ref (ShoalActor *self);
void shoal_actor_unref (ShoalActor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalActor, shoal_actor_unref)

G_END_DECLS
