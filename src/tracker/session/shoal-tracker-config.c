/* shoal-tracker-config.c: what an operator may choose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-config"

#include "config.h"

#include "shoal-tracker-config.h"

#include "shoal-limits.h"

ShoalTrackerConfig *
shoal_tracker_config_new (const char *data)
{
  ShoalTrackerConfig *self = g_new0 (ShoalTrackerConfig, 1);

  self->data = g_strdup (data);
  self->listen = g_new0 (char *, 1);
  self->name = g_strdup ("Shoal");
  self->sign_up = SHOAL_SIGN_UP_INVITE;
  self->max_failures = SHOAL_DEFAULT_MAX_FAILURES;
  self->block_seconds = SHOAL_DEFAULT_BLOCK_SECONDS;
  self->idle_seconds = SHOAL_DEFAULT_IDLE_SECONDS;
  self->sign_in_seconds = SHOAL_SIGN_IN_TIMEOUT_MS / 1000;
  self->max_connections = SHOAL_MAX_TRACKER_CONNECTIONS;
  self->max_connections_per_address = SHOAL_MAX_STRANGERS_PER_ADDRESS;
  self->max_entries_per_member = SHOAL_MAX_ENTRIES_PER_MEMBER;
  return self;
}

ShoalTrackerConfig *
shoal_tracker_config_copy (const ShoalTrackerConfig *self)
{
  ShoalTrackerConfig *copy = g_memdup2 (self, sizeof *self);

  copy->data = g_strdup (self->data);
  copy->listen = g_strdupv (self->listen);
  copy->public_host = g_strdup (self->public_host);
  copy->name = g_strdup (self->name);
  return copy;
}

void
shoal_tracker_config_free (ShoalTrackerConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->data);
  g_strfreev (self->listen);
  g_free (self->public_host);
  g_free (self->name);
  g_free (self);
}

const char *
shoal_sign_up_to_string (ShoalSignUp sign_up)
{
  switch (sign_up)
    {
    case SHOAL_SIGN_UP_OPEN:
      return "open";
    case SHOAL_SIGN_UP_CLOSED:
      return "closed";
    case SHOAL_SIGN_UP_INVITE:
    default:
      return "invite";
    }
}
