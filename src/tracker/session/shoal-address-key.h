/* shoal-address-key.h: what counts as one address
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_address_key: Returns: (transfer full): what an address counts as: itself for IPv4 (also
 * mapped into IPv6), its /64 for IPv6 */
char *shoal_address_key (const char *address);

G_END_DECLS
