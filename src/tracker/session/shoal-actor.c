/* shoal-actor.c: who did something, as jobs and the audit log need it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-actor"

#include "config.h"

#include "shoal-actor.h"

ShoalActor *
shoal_actor_new (gint64 account_row,
                 gint64 device_row,
                 const char *account,
                 const char *user,
                 const char *device,
                 const char *address,
                 gboolean owner)
{
  ShoalActor *self = g_atomic_rc_box_new0 (ShoalActor);

  self->account_row = account_row;
  self->device_row = device_row;
  self->account = g_strdup (account != NULL ? account : "");
  self->user = g_strdup (user != NULL ? user : "");
  self->device = g_strdup (device);
  self->address = g_strdup (address);
  self->owner = owner;
  return self;
}

ShoalActor *
shoal_actor_ref (ShoalActor *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
shoal_actor_clear (ShoalActor *self)
{
  g_free (self->account);
  g_free (self->user);
  g_free (self->device);
  g_free (self->address);
}

void
shoal_actor_unref (ShoalActor *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) shoal_actor_clear);
}
