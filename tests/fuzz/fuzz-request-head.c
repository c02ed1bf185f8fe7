/* fuzz-request-head.c: what a peer, or a stranger, can send before anything is parsed by a library
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-client-hello.h"
#include "shoal-limits.h"
#include "shoal-request-head.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize end = shoal_request_head_find_end ((const char *) data, size);
  g_autofree char *path = NULL;
  gboolean close = FALSE;
  gsize needed = 0;

  g_assert_cmpuint (end, <=, size);
  if (end > 0 && shoal_request_head_check ((const char *) data, end, &path, &close))
    {
      g_assert_true (g_str_has_prefix (path, "/v1/"));
      g_assert_cmpuint (strlen (path), <=, SHOAL_MAX_HTTP_PATH);
      g_assert_cmpuint (strspn (path, "abcdefghijklmnopqrstuvwxyz0123456789/-"), ==, strlen (path));
    }
  else
    g_assert_null (path);

  if (shoal_client_hello_check (data, size, &needed) == SHOAL_CLIENT_HELLO_MORE)
    {
      g_assert_cmpuint (needed, >, size);
      g_assert_cmpuint (needed, <=, SHOAL_MAX_CLIENT_HELLO);
    }
  return 0;
}
