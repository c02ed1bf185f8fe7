/* shoal-look-alike.c: names that people take for one another
 *
 * An account name is of one script (shoal-account-name.c), so only whole names of different scripts
 * can look the same: "ace" in Latin and in Cyrillic letters. Each letter that is drawn like a Latin
 * one stands for it; what is drawn like it as a capital letter only (H and its like) counts there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-look-alike"

#include "config.h"

#include "shoal-look-alike.h"

static const struct
{
  const char *latin;
  const char *others; /* one for each, drawn like it */
} scripts[] = {
  { "acehijklopqsvwxyydrABCEGHIIJKMOPQSTVWXYY",
    "асеһіјкӏорԛѕѵԝхуүԁгАВСЕԌНІӀЈКМОРԚЅТѴԜХУҮ" },                 /* Cyrillic */
  { "aiknoopuvwxyABEZHIKMNOPTYX", "αικηοσρυνωχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" }, /* Greek */
  { "hnoqugOSUL", "հոօզսցՕՏՍԼ" },                                 /* Armenian */
  { "copCOPKMNHIX", "ⲥⲟⲣⲤⲞⲢⲔⲘⲚⲎⲒⲬ" },                             /* Coptic */
  { "ABCDEGHJKLMPRSTVWYZ", "ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃ" },               /* Cherokee */
  { "ABCDEFGHIJKLMNOPRSTUVWXYZ", "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ" },   /* Lisu */
};

static GHashTable *
build_table (void)
{
  GHashTable *table = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      const char *latin = scripts[i].latin;

      for (const char *p = scripts[i].others; *p != '\0'; p = g_utf8_next_char (p))
        g_hash_table_insert (table, GUINT_TO_POINTER (g_utf8_get_char (p)),
                             GUINT_TO_POINTER ((guint) (guchar) *latin++));
    }
  return table;
}

static gunichar
drawn_as (gunichar c)
{
  static gsize table = 0;

  if (c < 0x80)
    return c;
  if (g_once_init_enter (&table))
    g_once_init_leave (&table, GPOINTER_TO_SIZE (build_table ()));
  gunichar latin
      = GPOINTER_TO_UINT (g_hash_table_lookup (GSIZE_TO_POINTER (table), GUINT_TO_POINTER (c)));

  return latin != 0 ? latin : c;
}

/* In NFC, both are as many characters or do not look alike. */
static gboolean
is_drawn_alike (const char *a, const char *b, gunichar (*to_case) (gunichar))
{
  for (; *a != '\0' && *b != '\0'; a = g_utf8_next_char (a), b = g_utf8_next_char (b))
    if (drawn_as (to_case (g_utf8_get_char (a))) != drawn_as (to_case (g_utf8_get_char (b))))
      return FALSE;
  return *a == *b;
}

gboolean
shoal_names_look_alike (const char *a, const char *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return is_drawn_alike (a, b, g_unichar_tolower) || is_drawn_alike (a, b, g_unichar_toupper);
}
