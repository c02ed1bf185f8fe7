/* shoal-roster-news.c: what a tracker tells of the members, as values
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-roster-news"

#include "config.h"

#include "shoal-roster-news.h"

void
shoal_roster_device_free (ShoalRosterDevice *self)
{
  if (self == NULL)
    return;
  g_free (self->fingerprint);
  g_free (self->name);
  g_free (self->seen);
  g_strfreev (self->addresses);
  g_free (self);
}

ShoalRosterMember *
shoal_roster_member_new (void)
{
  ShoalRosterMember *self = g_new0 (ShoalRosterMember, 1);

  self->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_roster_device_free);
  return self;
}

void
shoal_roster_member_free (ShoalRosterMember *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->user);
  g_ptr_array_unref (self->devices);
  g_free (self);
}

ShoalRosterNews *
shoal_roster_news_new (void)
{
  ShoalRosterNews *self = g_new0 (ShoalRosterNews, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_roster_member_free);
  self->removed = g_new0 (char *, 1);
  return self;
}

ShoalRosterNews *
shoal_roster_news_ref (ShoalRosterNews *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
shoal_roster_news_unref (ShoalRosterNews *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->members);
  g_strfreev (self->removed);
  g_free (self);
}
