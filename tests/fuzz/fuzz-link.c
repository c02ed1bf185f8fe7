/* fuzz-link.c: what parses as a link is whole, and its canonical text is the same link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-link.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalLink) link = shoal_link_parse (text, &error);

  g_assert_true ((link == NULL) == (error != NULL));
  if (link == NULL)
    {
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_nonnull (shoal_error_get_field (error));
      return 0;
    }
  guint count = g_strv_length (link->addresses);
  g_assert_cmpuint (count, >=, 1);
  g_assert_cmpuint (count, <=, SHOAL_MAX_LINK_ADDRESSES);
  for (guint i = 0; i < count; i++)
    g_assert_nonnull (strrchr (link->addresses[i], ':'));
  g_assert_true (link->key == NULL || shoal_is_fingerprint (link->key));
  g_assert_true (link->invite == NULL || shoal_invite_is_code (link->invite));
  g_assert_true (link->invite == NULL || link->key != NULL);

  g_autofree char *canonical = shoal_link_to_string (link);
  if (strlen (canonical) > SHOAL_MAX_LINK_BYTES)
    return 0;
  g_autoptr (ShoalLink) again = shoal_link_parse (canonical, &error);
  g_assert_no_error (error);
  g_autofree char *canonical_again = shoal_link_to_string (again);
  g_assert_cmpstr (canonical, ==, canonical_again);
  return 0;
}
