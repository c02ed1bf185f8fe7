/* fuzz-json.c: what the strict check takes, json-glib takes too, and means the same after another
 * round
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-error.h"
#include "shoal-json.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *text = (const char *) data;
  g_autoptr (GError) error = NULL;
  gboolean good = shoal_json_check (text, size, &error);

  g_assert_true (good == (error == NULL));
  if (!good)
    {
      g_assert_true (error->domain == SHOAL_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  /* No NUL in it, as it stands or escaped; no text after the object. */
  g_assert_null (memchr (data, '\0', size));
  g_assert_true (g_utf8_validate_len (text, size, NULL));

  g_autoptr (JsonObject) object = shoal_json_parse (text, size, &error);

  g_assert_no_error (error);

  gsize length = 0;
  g_autofree char *line = shoal_json_to_line (object, &length);

  g_assert_null (memchr (line, '\n', length));

  g_autoptr (JsonObject) again = shoal_json_parse (line, length, &error);

  g_assert_no_error (error);

  g_autoptr (JsonNode) first = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonNode) second = json_node_init_object (json_node_alloc (), again);

  g_assert_true (json_node_equal (first, second));

  g_autoptr (GError) meant = shoal_json_error_to_gerror (object);

  g_assert_true (meant->domain == SHOAL_ERROR);
  g_assert_true (g_utf8_validate (meant->message, -1, NULL));
  return 0;
}
