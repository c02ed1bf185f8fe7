/* offers-caller.c: who asks the catalogue in these tests: a member, over his connection
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "offers-caller"

#include "config.h"

#include "catalogue-fixture.h"
#include "test-client.h"

JsonObject *
catalogue_test_call (gpointer caller, const char *method, JsonObject *params)
{
  return test_client_call (caller, method, params);
}
