/* test-manifest.c: folders there and back, and every way in which a manifest can be wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-manifest.h"

#include <string.h>

#define HEADER "shoal-manifest 1\n"
#define ID "00000000000000000000000000000000000000000000000000000000000000a1"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"

static const ShoalDigest zero;

typedef struct
{
  const char *path;
  const char *target;
  guint64 size;
  ShoalEntryKind kind;
} Item;

static const Item items[] = {
  { " leading", NULL, 1, SHOAL_ENTRY_FILE },
  { "%", NULL, 1, SHOAL_ENTRY_FILE },
  { "100%.txt", NULL, SHOAL_MAX_FILE_SIZE, SHOAL_ENTRY_FILE },
  { "a", NULL, 0, SHOAL_ENTRY_FOLDER },
  { "a b", NULL, 0, SHOAL_ENTRY_FOLDER },
  { "a b/line\nbreak\ttab\x7f", NULL, 3, SHOAL_ENTRY_FILE },
  { "a!", NULL, 3, SHOAL_ENTRY_FILE },
  { "a/empty", NULL, 0, SHOAL_ENTRY_FILE },
  { "a/run me", NULL, 5, SHOAL_ENTRY_EXECUTABLE },
  { "a/up link", "../a b", 0, SHOAL_ENTRY_LINK },
  { "a-b", NULL, 0, SHOAL_ENTRY_FOLDER },
  { "back\\slash", NULL, 9, SHOAL_ENTRY_FILE },
  { "empty folder", NULL, 0, SHOAL_ENTRY_FOLDER },
  { "link", "a b/%41\n", 0, SHOAL_ENTRY_LINK },
  { "ünï/😀", NULL, 7, SHOAL_ENTRY_FILE },
  { "ünï", NULL, 0, SHOAL_ENTRY_FOLDER },
};

static void
fill_id (const Item *item, ShoalDigest *id)
{
  memset (id, 0, sizeof *id);
  if (item->size > 0)
    id->bytes[31] = (guint8) (item - items + 1);
}

static void
add_item (ShoalManifestBuilder *builder, const Item *item)
{
  g_autoptr (GError) error = NULL;
  ShoalDigest id;

  fill_id (item, &id);
  if (item->kind == SHOAL_ENTRY_FOLDER)
    shoal_manifest_builder_add_folder (builder, item->path, &error);
  else if (item->kind == SHOAL_ENTRY_LINK)
    shoal_manifest_builder_add_link (builder, item->path, item->target, &error);
  else
    shoal_manifest_builder_add_file (builder, item->path, item->kind == SHOAL_ENTRY_EXECUTABLE,
                                     item->size, &id, &error);
  g_assert_no_error (error);
}

static GBytes *
build_in_order (const guint *order)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    add_item (builder, &items[order[i]]);
  g_autoptr (GBytes) bytes = shoal_manifest_builder_end (builder, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&bytes);
}

static void
test_round_trip (void)
{
  guint order[G_N_ELEMENTS (items)];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    order[i] = i;
  g_autoptr (GBytes) bytes = build_in_order (order);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  for (guint round = 0; round < 50; round++)
    {
      for (guint i = G_N_ELEMENTS (items) - 1; i > 0; i--)
        {
          guint j = (guint) g_rand_int_range (random, 0, (gint32) i + 1);
          guint kept = order[i];
          order[i] = order[j];
          order[j] = kept;
        }
      g_autoptr (GBytes) again = build_in_order (order);
      g_assert_true (g_bytes_equal (bytes, again));
    }

  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_manifest_get_n_entries (manifest), ==, G_N_ELEMENTS (items));
  g_assert_cmpuint (shoal_manifest_get_n_files (manifest), ==, 9);
  g_assert_cmpuint (shoal_manifest_get_total_size (manifest), ==,
                    SHOAL_MAX_FILE_SIZE + 1 + 1 + 3 + 3 + 5 + 9 + 7);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      const ShoalManifestEntry *entry = shoal_manifest_get_entry (manifest, i);
      const Item *item = NULL;
      for (guint j = 0; j < G_N_ELEMENTS (items); j++)
        if (strcmp (items[j].path, entry->path) == 0)
          item = &items[j];
      g_assert_nonnull (item);
      ShoalDigest id;
      fill_id (item, &id);
      g_assert_cmpint (entry->kind, ==, item->kind);
      g_assert_cmpstr (entry->target, ==, item->target);
      g_assert_cmpuint (entry->size, ==, item->size);
      g_assert_cmpmem (&entry->id, 32, &id, 32);
      if (i > 0)
        g_assert_cmpint (strcmp (shoal_manifest_get_entry (manifest, i - 1)->path, entry->path), <,
                         0);
    }
}

static void
test_text (void)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autoptr (GError) error = NULL;
  ShoalDigest id = { { [31] = 0xa1 } };

  g_assert_true (shoal_manifest_builder_add_file (builder, "a b/c%", TRUE, 12, &id, &error));
  g_assert_true (shoal_manifest_builder_add_folder (builder, "a b", &error));
  g_assert_true (shoal_manifest_builder_add_link (builder, "a b/l", "../e\x01", &error));
  g_assert_true (shoal_manifest_builder_add_file (builder, "e", FALSE, 0, &zero, &error));
  g_autoptr (GBytes) bytes = shoal_manifest_builder_end (builder, &error);
  g_assert_no_error (error);
  static const char expected[] = HEADER "d a%20b\n"
                                        "x 12 " ID " a%20b/c%25\n"
                                        "l ../e%01 a%20b/l\n"
                                        "f 0 " ZERO " e\n";
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected,
                   strlen (expected));

  g_autoptr (ShoalManifestBuilder) none = shoal_manifest_builder_new ();
  g_autoptr (GBytes) empty = shoal_manifest_builder_end (none, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (empty, NULL), g_bytes_get_size (empty), HEADER,
                   strlen (HEADER));
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (empty, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_manifest_get_n_entries (manifest), ==, 0);
}

static void
test_builder_refuses (void)
{
  g_autoptr (ShoalManifestBuilder) builder = shoal_manifest_builder_new ();
  g_autofree char *long_path = g_strnfill (SHOAL_MAX_PATH_BYTES + 1, 'x');
  const char *const names[]
      = { "", "/a", "a/../b", "..", ".", "a//b", "a/", "\xff", "a\xc3", long_path };
  ShoalDigest id = { { 1 } };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_false (shoal_manifest_builder_add_file (builder, names[i], FALSE, 1, &id, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_false (shoal_manifest_builder_add_folder (builder, names[i], NULL));
      g_assert_false (shoal_manifest_builder_add_link (builder, names[i], "x", NULL));
    }

  g_autoptr (GError) error = NULL;
  static const char *const targets[] = { "", "/etc/passwd", "..", "../x", "a/../x", "\xff" };
  for (gsize i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_assert_false (shoal_manifest_builder_add_link (builder, "link", targets[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_false (shoal_manifest_builder_add_file (builder, "f", FALSE, 0, &id, NULL));
  g_assert_false (shoal_manifest_builder_add_file (builder, "f", FALSE, 1, &zero, NULL));
  g_assert_false (
      shoal_manifest_builder_add_file (builder, "f", FALSE, SHOAL_MAX_FILE_SIZE + 1, &id, NULL));

  /* Twice. */
  g_assert_true (shoal_manifest_builder_add_file (builder, "f", FALSE, 1, &id, &error));
  g_assert_false (shoal_manifest_builder_add_folder (builder, "f", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  /* What was refused left no trace. */
  g_autoptr (GBytes) bytes = shoal_manifest_builder_end (builder, &error);
  g_assert_no_error (error);
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_manifest_get_n_entries (manifest), ==, 1);

  g_autoptr (ShoalManifestBuilder) orphan = shoal_manifest_builder_new ();
  g_assert_true (shoal_manifest_builder_add_file (orphan, "d/f", FALSE, 1, &id, NULL));
  g_assert_null (shoal_manifest_builder_end (orphan, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (shoal_manifest_builder_add_file (orphan, "d", FALSE, 1, &id, NULL));
  g_assert_null (shoal_manifest_builder_end (orphan, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

static void
test_parser_accepts (void)
{
  static const char *const texts[] = {
    HEADER,
    HEADER "d a\n",
    HEADER "d a\nd a-b\nf 1 " ID " a/c\n",
    HEADER "f 8796093022208 " ID " a\n",
    HEADER "l b a\n",
    HEADER "d CON\nf 1 " ID " CON/x\n",
    HEADER "d a%01\nd a%02\nd a_\n", /* one safe name for three */
    HEADER "f 1 " ID " A\nf 1 " ID " a\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (texts[i], strlen (texts[i]));
      g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);
      g_assert_no_error (error);
      g_assert_nonnull (manifest);
    }
}

static void
test_parser_refuses (void)
{
  static const struct
  {
    const char *text;
    guint line;
  } cases[] = {
    { "", 1 },
    { "shoal-manifest 1", 1 },
    { "shoal-manifest 2\n", 1 },
    { "shoal-manifest 1 \n", 1 },
    { "shoal-manifest 1\r\n", 1 },
    { "\xef\xbb\xbf" HEADER, 1 },
    { "\n" HEADER, 1 },
    { HEADER "\n", 2 },
    { HEADER "d a", 2 },
    { HEADER "d a\r\n", 2 },
    { HEADER "d a\n\n", 3 },
    { HEADER "d a\nd b", 3 },
    { HEADER "e a\n", 2 },
    { HEADER "da a\n", 2 },
    { HEADER "d\n", 2 },
    { HEADER "d \n", 2 },
    { HEADER "d  a\n", 2 },
    { HEADER " d a\n", 2 },
    { HEADER "d a \n", 2 },
    { HEADER "d a b\n", 2 },
    { HEADER "d\ta\n", 2 },
    { HEADER "d a\nd a\n", 3 },                     /* twice */
    { HEADER "d a\nf 1 " ID " a\n", 3 },            /* twice, as another kind */
    { HEADER "d b\nd a\n", 3 },                     /* out of order */
    { HEADER "d a!\nd a%20b\n", 3 },                /* ordered by the text, not by the path */
    { HEADER "f 1 " ID " a/b\n", 2 },               /* without its folder */
    { HEADER "d a\nf 1 " ID " a/b/c\n", 3 },        /* without one of them */
    { HEADER "f 1 " ID " a\nf 1 " ID " a/b\n", 3 }, /* below a file */
    { HEADER "l b a\nf 1 " ID " a/b\n", 3 },        /* below a link */
    { HEADER "l b a\nd a/b\n", 3 },
    { HEADER "d a\nd a-b\nd a-c/b\n", 4 },
    { HEADER "d %2e%2e\n", 2 },
    { HEADER "d ..\n", 2 },
    { HEADER "d .\n", 2 },
    { HEADER "d /a\n", 2 },
    { HEADER "d a/\n", 2 },
    { HEADER "d a\nd a//b\n", 3 },
    { HEADER "d a\nd a/..\n", 3 },
    { HEADER "d a\nd a/../b\n", 3 },
    { HEADER "d a%2fb\n", 2 }, /* a separator in disguise */
    { HEADER "d a%41\n", 2 },  /* need not be encoded */
    { HEADER "d a%0A\n", 2 },  /* upper case */
    { HEADER "d a%00\n", 2 },  /* NUL */
    { HEADER "d a%\n", 2 },
    { HEADER "d a%2\n", 2 },
    { HEADER "d a%zz\n", 2 },
    { HEADER "d a%80\n", 2 },
    { HEADER "d a\x01\n", 2 },
    { HEADER "d a\x7f\n", 2 },
    { HEADER "d \xff\n", 2 },
    { HEADER "d \xc0\xaf\n", 2 },
    { HEADER "d \xed\xa0\x80\n", 2 },
    { HEADER "f 1 " ID "\n", 2 },
    { HEADER "f 01 " ID " a\n", 2 },
    { HEADER "f +1 " ID " a\n", 2 },
    { HEADER "f -1 " ID " a\n", 2 },
    { HEADER "f 1e3 " ID " a\n", 2 },
    { HEADER "f 0x1 " ID " a\n", 2 },
    { HEADER "f  " ID " a\n", 2 },
    { HEADER "f 8796093022209 " ID " a\n", 2 },
    { HEADER "f 18446744073709551617 " ID " a\n", 2 },
    { HEADER "f 0 " ID " a\n", 2 },
    { HEADER "f 1 " ZERO " a\n", 2 },
    { HEADER "f 1 00000000000000000000000000000000000000000000000000000000000000A1 a\n", 2 },
    { HEADER "f 1 000000000000000000000000000000000000000000000000000000000000a1 a\n", 2 },
    { HEADER "f 1 " ID "00 a\n", 2 },
    { HEADER "f 1  a\n", 2 },
    { HEADER "l /etc/passwd a\n", 2 },
    { HEADER "l .. a\n", 2 },
    { HEADER "l ../b a\n", 2 },
    { HEADER "d a\nl ../../b a/l\n", 3 },
    { HEADER "d a\nl b/../../../c a/l\n", 3 },
    { HEADER "l b%2f..%2f..%2fc a\n", 2 },
    { HEADER "l  a\n", 2 },
    { HEADER "l b\n", 2 },
    { HEADER "d %1b[2J%0a/b\n", 2 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (cases[i].text, strlen (cases[i].text));
      g_autofree char *line = g_strdup_printf ("line %u:", cases[i].line);
      g_test_message ("case %" G_GSIZE_FORMAT, i);
      g_assert_null (shoal_manifest_parse (bytes, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, line));
      for (const char *p = error->message; *p != '\0'; p++)
        g_assert_false (g_ascii_iscntrl (*p));
    }

  /* A NUL is a control character like others. */
  g_autoptr (GBytes) nul = g_bytes_new_static (HEADER "d a\0b\n", strlen (HEADER) + 6);
  g_assert_null (shoal_manifest_parse (nul, NULL));
}

static void
test_bounds (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (HEADER "d ");

  /* A line of 32 MiB; "%20" counts once. */
  for (guint i = 0; i < 32 * SHOAL_MIB; i++)
    g_string_append_c (text, 'x');
  g_string_append_c (text, '\n');
  g_autoptr (GBytes) line = g_bytes_new (text->str, text->len);
  g_assert_null (shoal_manifest_parse (line, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);

  /* Lines of one byte: refused by their number before anything is allocated for them. */
  g_string_assign (text, HEADER);
  for (guint i = 0; i < 2 * SHOAL_MAX_MANIFEST_ENTRIES; i++)
    g_string_append_c (text, '\n');
  g_autoptr (GBytes) lines = g_bytes_new (text->str, text->len);
  g_assert_null (shoal_manifest_parse (lines, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "1000000 entries"));
  g_clear_error (&error);

  /* Too large as a whole; never touched, so it costs no memory. */
  g_autoptr (GBytes) huge = g_bytes_new_take (g_malloc0 (SHOAL_MAX_MANIFEST_SIZE + 1),
                                              SHOAL_MAX_MANIFEST_SIZE + 1);
  g_assert_null (shoal_manifest_parse (huge, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);

  /* 2,000 files of 8 TiB are more than a JSON number can say. */
  g_string_assign (text, HEADER);
  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (text, "f 8796093022208 " ID " %04u\n", i);
  g_autoptr (GBytes) sum = g_bytes_new (text->str, text->len);
  g_assert_null (shoal_manifest_parse (sum, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
}

/* As many entries as are allowed, in hostile shapes too: every path deep, or every one changed. */
static void
test_large (gconstpointer data)
{
  const char *name = data;
  g_autoptr (GString) text = g_string_new (HEADER);
  g_autoptr (GError) error = NULL;
  const guint n = g_test_thorough () ? SHOAL_MAX_MANIFEST_ENTRIES : 100000;

  g_string_append (text, "d d\n");
  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, "f %u " ID " d/%07u%s\n", i, i, name);
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (g_steal_pointer (&text));
  g_autoptr (ShoalManifest) manifest = shoal_manifest_parse (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (shoal_manifest_get_n_entries (manifest), ==, n);
  g_assert_cmpuint (shoal_manifest_get_total_size (manifest), ==, (guint64) n * (n - 1) / 2);
  g_assert_cmpuint (shoal_manifest_get_entry (manifest, n - 1)->size, ==, n - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manifest/round-trip", test_round_trip);
  g_test_add_func ("/manifest/text", test_text);
  g_test_add_func ("/manifest/builder-refuses", test_builder_refuses);
  g_test_add_func ("/manifest/parser-accepts", test_parser_accepts);
  g_test_add_func ("/manifest/parser-refuses", test_parser_refuses);
  g_test_add_func ("/manifest/bounds", test_bounds);
  g_test_add_data_func ("/manifest/large/plain", ".txt", test_large);
  g_test_add_data_func ("/manifest/large/changed", "%0a", test_large);
  return g_test_run ();
}
