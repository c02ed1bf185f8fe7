/* test-safe-name.c: hostile and ordinary names, paths, link targets and account names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

#include <string.h>

static void
test_ordinary (void)
{
  static const char *const names[] = {
    "a",
    "report.pdf",
    "Grüße aus Köln.txt",
    "写真.jpg",
    "😀.png",
    ".gitignore",
    "..a",
    "a..b",
    "a b  c",
    "foo: bar?.txt",
    "Foo::Bar.3pm.gz",
    "system-systemd\\x2dcryptsetup.slice",
    "100%",
    "-rf",
    "console.txt",
    "COM10",
    "COM",
    "nullable",
    "lpt.txt",
    "_",
    "~",
    "a\xcc\x81", /* decomposed é stays as it is */
    "Surname, A.",
    " a ",
    "...",
    "aux.h",
    "CON",
    "..\\..\\x",
    "می‌خواهم.txt", /* a joiner that its language needs */
    "👨‍👩‍👧.jpg",
    "a\xe2\x80\x8e"
    "b", /* a mark of direction */
    "a\xef\xbb\xbf"
    "b",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *safe = shoal_safe_name (names[i]);
      g_assert_cmpstr (safe, ==, names[i]);
    }
}

static void
test_hostile (void)
{
  static const struct
  {
    const char *name;
    const char *safe;
  } cases[] = {
    { "", "_" },
    { ".", "_" },
    { "..", "__" },
    { "/", "_" },
    { "../x", ".._x" },
    { "/etc/passwd", "_etc_passwd" },
    { "a/../../b", "a_.._.._b" },
    { "a\nb\tc\x7f", "a_b_c_" },
    { "\x1b[2J", "_[2J" },
    { "a\xc2\x85\x62", "a_b" }, /* C1 control */
    { "gpj.\xe2\x80\xae"
      "exe",
      "gpj._exe" }, /* right-to-left override */
    { "a\xe2\x81\xa6"
      "b",
      "a_b" }, /* isolate */
    { "a\xff"
      "b",
      "a\xef\xbf\xbd"
      "b" }, /* not UTF-8 */
    { "a\xc0\xaf"
      "b",
      "a\xef\xbf\xbd\xef\xbf\xbd"
      "b" },                                                      /* "/" in too many bytes */
    { "a\xed\xa0\x80", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* surrogate */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *safe = shoal_safe_name (cases[i].name);
      g_autofree char *again = shoal_safe_name (safe);
      g_assert_cmpstr (safe, ==, cases[i].safe);
      g_assert_cmpstr (again, ==, safe);
    }
}

static void
test_long (void)
{
  g_autofree char *huge = g_strnfill (4096, 'x');
  g_autofree char *cut = shoal_safe_name (huge);
  g_assert_cmpuint (strlen (cut), ==, SHOAL_MAX_NAME_BYTES);

  g_autofree char *video = g_strconcat (huge, ".tar.gz", NULL);
  g_autofree char *cut_video = shoal_safe_name (video);
  g_assert_cmpuint (strlen (cut_video), ==, SHOAL_MAX_NAME_BYTES);
  g_assert_true (g_str_has_suffix (cut_video, "x.tar.gz"));

  /* An "extension" that is the whole name is none. */
  g_autofree char *dotted = g_strconcat ("a.", huge, NULL);
  g_autofree char *cut_dotted = shoal_safe_name (dotted);
  g_assert_cmpuint (strlen (cut_dotted), ==, SHOAL_MAX_NAME_BYTES);

  /* Emoji of four bytes, shifted so that the limit falls on each byte of one. */
  for (guint shift = 0; shift < 4; shift++)
    {
      g_autoptr (GString) emoji = g_string_new (NULL);
      for (guint i = 0; i < shift; i++)
        g_string_append_c (emoji, 'a');
      for (guint i = 0; i < 200; i++)
        g_string_append (emoji, "😀");
      g_string_append (emoji, ".png");
      g_autofree char *safe = shoal_safe_name (emoji->str);
      g_assert_true (g_utf8_validate (safe, -1, NULL));
      g_assert_true (g_str_has_suffix (safe, "😀.png"));
      g_assert_cmpuint (strlen (safe), <=, SHOAL_MAX_NAME_BYTES);
      g_assert_cmpuint (strlen (safe), >, SHOAL_MAX_NAME_BYTES - 4);
    }

  /* 32 MiB do not cost 32 MiB of work for each step: this only has to come back. */
  g_autofree char *gigantic = g_strnfill (32 * SHOAL_MIB, '\xff');
  g_autofree char *safe = shoal_safe_name (gigantic);
  g_assert_cmpuint (strlen (safe), <=, SHOAL_MAX_NAME_BYTES);
}

static void
test_top (void)
{
  g_autofree char *hidden = shoal_safe_top_name (".bash_profile");
  g_autofree char *plain = shoal_safe_top_name ("aux.h");
  g_assert_cmpstr (hidden, ==, "_.bash_profile");
  g_assert_cmpstr (plain, ==, "aux.h");
}

static void
test_text (void)
{
  static const struct
  {
    const char *text;
    const char *safe;
  } cases[] = {
    { "", "" },
    { "a/b c.", "a/b c." },
    { "\x1b]0;x\x07\n", "_]0;x__" },
    { "a\xe2\x80\xae"
      "b\xff",
      "a_b\xef\xbf\xbd" },
    { "0123456789abcdef", "0123456789abcdef" },
    { "0123456789abcdefg", "0123456789abc…" },
    { "0123456789ab\xc3\xb6\xc3\xb6\xc3\xb6", "0123456789ab…" },
    { "\xff\xff\xff\xff\xff\xff", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd…" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *safe = shoal_safe_text (cases[i].text, 16);
      g_assert_cmpstr (safe, ==, cases[i].safe);
    }
}

static void
test_path (void)
{
  static const char *const refused[] = {
    "",    "/",     "/etc/passwd", "..", "../x", "a/..", "a/../b",
    "./a", "a/./b", "a//b",        "a/", "//a",  ".",    "a/../../b",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (shoal_safe_path (refused[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_cmpstr (shoal_error_get_field (error), ==, "path");
    }

  g_autoptr (GError) error = NULL;
  g_autofree char *plain = shoal_safe_path ("a/b c/ö.txt", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (plain, ==, "a/b c/ö.txt");
  g_autofree char *changed = shoal_safe_path ("CON/x\n/y.", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (changed, ==, "CON/x_/y.");
}

static void
test_path_bounds (void)
{
  g_autoptr (GString) deep = g_string_new ("a");
  for (guint i = 1; i < SHOAL_MAX_PATH_DEPTH; i++)
    g_string_append (deep, "/a");
  g_autofree char *allowed = shoal_safe_path (deep->str, NULL);
  g_assert_cmpstr (allowed, ==, deep->str);
  g_string_append (deep, "/a");
  g_autoptr (GError) too_deep = NULL;
  g_assert_null (shoal_safe_path (deep->str, &too_deep));
  g_assert_error (too_deep, SHOAL_ERROR, SHOAL_ERROR_INVALID);

  g_autoptr (GString) wide = g_string_new ("a");
  while (wide->len <= SHOAL_MAX_PATH_BYTES)
    g_string_append (wide, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
  g_autoptr (GError) too_wide = NULL;
  g_assert_null (shoal_safe_path (wide->str, &too_wide));
  g_assert_error (too_wide, SHOAL_ERROR, SHOAL_ERROR_INVALID);

  /* Within the bounds as sent, but not once the bytes are replaced. */
  g_autoptr (GString) growing = g_string_new ("\xff");
  for (guint i = 0; i < 20; i++)
    {
      g_string_append_c (growing, '/');
      for (guint j = 0; j < 70; j++)
        g_string_append_c (growing, '\xff');
    }
  g_autoptr (GError) grown = NULL;
  g_assert_cmpuint (growing->len, <, SHOAL_MAX_PATH_BYTES);
  g_assert_null (shoal_safe_path (growing->str, &grown));
  g_assert_error (grown, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

static void
test_link_target (void)
{
  static const struct
  {
    const char *path;
    const char *target;
    gboolean ok;
  } cases[] = {
    { "l", "a", TRUE },
    { "l", "a/b/c", TRUE },
    { "l", "./a", TRUE },
    { "l", "a/", TRUE },
    { "l", ".", TRUE },
    { "d/l", "../a", TRUE },
    { "d/l", "..", TRUE },
    { "d/l", "./../a", TRUE },
    { "d/e/l", "../../a", TRUE },
    { "l", "", FALSE },
    { "l", "/", FALSE },
    { "l", "/etc/passwd", FALSE },
    { "l", "..", FALSE },
    { "l", "../a", FALSE },
    { "l", "a/..", FALSE },
    { "l", "a/../b", FALSE },
    { "l", "a/../../b", FALSE },
    { "d/l", "../..", FALSE },
    { "d/l", "..//../a", FALSE },
    { "d/e/l", "../../../a", FALSE },
    { "d/e/l", "../a/../b", FALSE },
    { "l", ".../a", TRUE },
    { "l", "..a", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = shoal_safe_link_target (cases[i].path, cases[i].target, &error);
      g_test_message ("%s -> %s", cases[i].path, cases[i].target);
      g_assert_true (ok == cases[i].ok);
      if (!ok)
        g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
    }
  g_autofree char *huge = g_strnfill (SHOAL_MAX_PATH_BYTES + 1, 'a');
  g_assert_false (shoal_safe_link_target ("l", huge, NULL));
}

static void
test_account_name (void)
{
  static const char *const good[] = {
    "a",        "Ada",    "ada.lovelace", "a-b_c",    "user42", "42",   "Zoë",
    "Владимир", "王小明", "さくら子",     "ユーザー", "नीना",   "محمد", "한국어",
  };
  static const char *const bad[] = {
    "",
    "a b",
    " a",
    ".a",
    "a.",
    "-a",
    "a_",
    "_",
    "a/b",
    "a@b",
    "a\nb",
    "a\xe2\x80\x8b"
    "b",
    "a\xff",
    "p\xd0\xb0ypal", /* a Cyrillic a */
    "Zoe\xcc\x88",   /* not composed */
    "a\xcc\xb6"
    "b", /* struck through */
    "\xf0\x9d\x90\x80"
    "da", /* mathematical A */
    "ada😀",
    "\xe3\x85\xa4", /* a filler */
    "ab\xd9\xa1",   /* an Arabic digit after Latin letters */
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      shoal_check_account_name (good[i], &error);
      g_assert_no_error (error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_false (shoal_check_account_name (bad[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_cmpstr (shoal_error_get_field (error), ==, "user");
    }
  g_assert_true (shoal_check_account_name ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL));
}

static void
test_fold (void)
{
  g_autofree char *a = shoal_name_fold ("Stra\xc3\x9f"
                                        "e ﬁ Å");
  g_autofree char *b = shoal_name_fold ("STRASSE FI A\xcc\x8a");
  g_assert_cmpstr (a, ==, b);
}

/* No character makes a name grow more than fourfold, but for the first few of a kind. */
static void
test_fold_bounds (void)
{
  g_autofree char *one = shoal_name_fold ("\xef\xb7\xba");
  g_assert_cmpuint (g_utf8_strlen (one, -1), ==, 18);

  for (gunichar c = 1; c <= 0x10ffff; c++)
    {
      if (!g_unichar_validate (c) || g_unichar_type (c) == G_UNICODE_UNASSIGNED
          || g_unichar_type (c) == G_UNICODE_PRIVATE_USE)
        continue;

      gboolean is_long = g_unichar_fully_decompose (c, TRUE, NULL, 0) > 2;
      /* Han and Hangul are many and alike. */
      if (!is_long && c >= 0x3400 && c < 0xf900)
        continue;

      char character[6];
      int size = g_unichar_to_utf8 (c, character);
      g_autoptr (GString) name = g_string_new (NULL);
      for (guint i = 0; i < 79; i++)
        g_string_append_len (name, character, size);
      g_autofree char *fold = shoal_name_fold (name->str);
      g_assert_cmpuint (strlen (fold), <=, 4 * name->len + SHOAL_MAX_LONG_FOLDS * 33);
    }
}

static void
test_numbered (void)
{
  static const struct
  {
    const char *name;
    const char *file;
    const char *folder;
  } cases[] = {
    { "a", "a (2)", "a (2)" },
    { "a.txt", "a (2).txt", "a.txt (2)" },
    { "a.tar.gz", "a (2).tar.gz", "a.tar.gz (2)" },
    { ".profile", ".profile (2)", ".profile (2)" },
    { "v1. second", "v1. second (2)", "v1. second (2)" },
    { "a.b.c", "a.b (2).c", "a.b.c (2)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *file = shoal_name_numbered (cases[i].name, 2);
      g_autofree char *folder = shoal_folder_name_numbered (cases[i].name, 2);
      g_assert_cmpstr (file, ==, cases[i].file);
      g_assert_cmpstr (folder, ==, cases[i].folder);
    }
  g_autofree char *full = g_strnfill (SHOAL_MAX_NAME_BYTES, 'x');
  g_autofree char *numbered = shoal_name_numbered (full, 9999);
  g_assert_cmpuint (strlen (numbered), ==, SHOAL_MAX_NAME_BYTES);
  g_assert_true (g_str_has_suffix (numbered, "x (9999)"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safe-name/ordinary", test_ordinary);
  g_test_add_func ("/safe-name/hostile", test_hostile);
  g_test_add_func ("/safe-name/long", test_long);
  g_test_add_func ("/safe-name/top", test_top);
  g_test_add_func ("/safe-name/text", test_text);
  g_test_add_func ("/safe-name/path", test_path);
  g_test_add_func ("/safe-name/path-bounds", test_path_bounds);
  g_test_add_func ("/safe-name/link-target", test_link_target);
  g_test_add_func ("/safe-name/account-name", test_account_name);
  g_test_add_func ("/safe-name/fold", test_fold);
  g_test_add_func ("/safe-name/fold-bounds", test_fold_bounds);
  g_test_add_func ("/safe-name/numbered", test_numbered);
  return g_test_run ();
}
