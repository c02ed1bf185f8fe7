/* shoal-source.c: a device that has a content, as a directory tells it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-source"

#include "config.h"

#include "shoal-source.h"

static void
shoal_source_clear (gpointer data)
{
  ShoalSource *self = data;

  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->account, g_free);
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->offer_name, g_free);
}

ShoalSource *
shoal_source_new (void)
{
  return g_atomic_rc_box_new0 (ShoalSource);
}

ShoalSource *
shoal_source_ref (ShoalSource *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_atomic_rc_box_acquire (self);
}

void
shoal_source_unref (ShoalSource *self)
{
  g_return_if_fail (self != NULL);
  g_atomic_rc_box_release_full (self, shoal_source_clear);
}

G_DEFINE_BOXED_TYPE (ShoalSource, shoal_source, shoal_source_ref, shoal_source_unref)
