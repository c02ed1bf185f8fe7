/* shoal-tracker-parts.c: what the parts of the tracker ask of the whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-parts"

#include "config.h"

#include "shoal-tracker-parts.h"

#include "shoal-link.h"

char *
shoal_tracker_parts_dup_link (const ShoalTrackerParts *self, const char *code)
{
  if (self->addresses == NULL)
    return NULL;

  g_autoptr (ShoalLink) link = shoal_link_new ((const char *const *) self->addresses,
                                               shoal_device_key_get_fingerprint (self->key), code);

  return shoal_link_to_string (link);
}
