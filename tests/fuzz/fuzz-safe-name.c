/* fuzz-safe-name.c: whatever is sent, a safe name is one, and making it safe again changes nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include "shoal-disk-names.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <string.h>

static void
check_name (const char *name)
{
  gsize length = strlen (name);

  g_assert_cmpuint (length, >, 0);
  g_assert_cmpuint (length, <=, SHOAL_MAX_NAME_BYTES);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_null (strchr (name, '/'));
  g_assert_cmpstr (name, !=, ".");
  g_assert_cmpstr (name, !=, "..");
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      g_assert_true (g_unichar_type (c) != G_UNICODE_CONTROL);
      g_assert_true ((c < 0x202a || c > 0x202e) && (c < 0x2066 || c > 0x2069));
    }
  g_autofree char *again = shoal_safe_name (name);
  g_assert_cmpstr (again, ==, name);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  g_autofree char *name = shoal_safe_name (text);
  check_name (name);
  g_autofree char *numbered = shoal_name_numbered (name, 2);
  g_autofree char *folder = shoal_folder_name_numbered (name, 9999);
  check_name (numbered);
  check_name (folder);
  g_autofree char *top = shoal_safe_top_name (text);
  const ShoalDiskNames least = { SHOAL_NAMES_PORTABLE, 131 };
  g_autofree char *held = shoal_disk_name (&least, name);
  check_name (top);
  check_name (held);
  g_assert_true (top[0] != '.' && strlen (held) <= 131);

  g_autoptr (GError) error = NULL;
  g_autofree char *path = shoal_safe_path (text, &error);
  g_assert_true ((path == NULL) == (error != NULL));
  if (path != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (path, "/", -1);
      for (char **at = parts; *at != NULL; at++)
        check_name (*at);
      g_assert_cmpuint (strlen (path), <=, SHOAL_MAX_PATH_BYTES);
      shoal_safe_link_target (path, text, NULL);
    }
  shoal_safe_link_target ("a/b", text, NULL);
  if (shoal_check_account_name (text, NULL))
    {
      g_autofree char *folded = shoal_name_fold (text);
      g_assert_cmpuint (strlen (folded), >, 0);
    }
  return 0;
}
