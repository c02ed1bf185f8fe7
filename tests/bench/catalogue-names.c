/* catalogue-names.c: plausible file names, the same ones for the same seed
 *
 * Words are made of syllables; how often each one occurs follows Zipf's law, as in real names.
 * Albums are what people have: photographs, records, series, papers, source code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "catalogue-names"

#include "config.h"

#include "catalogue-names.h"

#include <math.h>

#define N_WORDS (30000)

struct _CatalogueNames
{
  GRand *rand;
  GPtrArray *words;
};

static char *
make_word (GRand *rand)
{
  static const char *const heads[]
      = { "b", "br", "c", "ch", "d",  "dr", "f", "fl", "g",  "gr", "h",  "j", "k", "l",
          "m", "n",  "p", "pr", "qu", "r",  "s", "sh", "st", "t",  "tr", "v", "w", "z" };
  static const char *const vowels[] = { "a", "e", "i", "o", "u", "ea", "ou", "ai" };
  static const char *const tails[] = { "", "", "", "n", "r", "s", "l", "t", "nd", "rk", "ng", "m" };
  GString *word = g_string_new (NULL);
  int syllables = g_rand_int_range (rand, 1, 4);

  for (int i = 0; i < syllables; i++)
    {
      g_string_append (word, heads[g_rand_int_range (rand, 0, G_N_ELEMENTS (heads))]);
      g_string_append (word, vowels[g_rand_int_range (rand, 0, G_N_ELEMENTS (vowels))]);
      g_string_append (word, tails[g_rand_int_range (rand, 0, G_N_ELEMENTS (tails))]);
    }
  return g_string_free (word, FALSE);
}

CatalogueNames *
catalogue_names_new (guint32 seed)
{
  static const char *const common[]
      = { "holiday", "family", "report", "draft", "final", "notes", "live",  "summer",
          "garden",  "music",  "letter", "photo", "night", "city",  "winter" };
  CatalogueNames *self = g_new0 (CatalogueNames, 1);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  self->rand = g_rand_new_with_seed (seed);
  self->words = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (common); i++)
    g_ptr_array_add (self->words, g_strdup (common[i]));
  while (self->words->len < N_WORDS)
    {
      g_autofree char *word = make_word (self->rand);

      if (g_hash_table_add (seen, word))
        g_ptr_array_add (self->words, g_steal_pointer (&word));
    }
  return self;
}

void
catalogue_names_free (CatalogueNames *self)
{
  g_rand_free (self->rand);
  g_ptr_array_unref (self->words);
  g_free (self);
}

const char *
catalogue_names_get_word (CatalogueNames *self, guint rank)
{
  return self->words->pdata[rank];
}

guint
catalogue_names_get_n_words (CatalogueNames *self)
{
  return self->words->len;
}

/* Zipf: the logarithm of the rank is uniform. */
static const char *
pick_word (CatalogueNames *self)
{
  double rank = exp (g_rand_double (self->rand) * log (N_WORDS)) - 1;

  return self->words->pdata[MIN ((guint) rank, N_WORDS - 1)];
}

/* @separator: between words; upper case first letters if @title */
static char *
make_phrase (CatalogueNames *self, int n_words, const char *separator, gboolean title)
{
  GString *phrase = g_string_new (NULL);

  for (int i = 0; i < n_words; i++)
    {
      const char *word = pick_word (self);

      if (i > 0)
        g_string_append (phrase, separator);
      g_string_append_c (phrase, title ? g_ascii_toupper (*word) : *word);
      g_string_append (phrase, word + 1);
    }
  return g_string_free (phrase, FALSE);
}

static int
between (CatalogueNames *self, int low, int high)
{
  return g_rand_int_range (self->rand, low, high + 1);
}

static void
add_photos (CatalogueNames *self, const char *folder, GPtrArray *paths)
{
  static const char *const patterns[]
      = { "%s/IMG_%05d.jpg", "%s/DSC%05d.JPG", "%s/P%07d.jpg", "%s/DSC_%05d.NEF" };
  const char *pattern = patterns[between (self, 0, G_N_ELEMENTS (patterns) - 1)];
  int first = between (self, 0, 90000);
  int count = between (self, 20, 200);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  for (int i = 0; i < count; i++)
    g_ptr_array_add (paths, g_strdup_printf (pattern, folder, first + i));
#pragma GCC diagnostic pop
}

static void
add_record (CatalogueNames *self, const char *folder, GPtrArray *paths)
{
  int count = between (self, 8, 18);
  const char *extension = between (self, 0, 2) == 0 ? "flac" : "mp3";

  for (int i = 1; i <= count; i++)
    {
      g_autofree char *title = make_phrase (self, between (self, 1, 4), " ", TRUE);

      g_ptr_array_add (paths, g_strdup_printf ("%s/%02d - %s.%s", folder, i, title, extension));
    }
  g_ptr_array_add (paths, g_strdup_printf ("%s/cover.jpg", folder));
}

static void
add_series (CatalogueNames *self, const char *folder, GPtrArray *paths)
{
  g_autofree char *title = make_phrase (self, 2, ".", TRUE);

  for (int season = 1; season <= between (self, 1, 4); season++)
    for (int episode = 1; episode <= 10; episode++)
      g_ptr_array_add (
          paths, g_strdup_printf ("%s/%s.S%02dE%02d.1080p.mkv", folder, title, season, episode));
}

static void
add_papers (CatalogueNames *self, const char *folder, GPtrArray *paths)
{
  static const char *const extensions[] = { "pdf", "docx", "odt", "txt", "xlsx", "pptx", "epub" };
  int count = between (self, 10, 80);

  for (int i = 0; i < count; i++)
    {
      g_autofree char *title = make_phrase (self, between (self, 2, 5), " ", FALSE);

      g_ptr_array_add (
          paths, g_strdup_printf ("%s/%s %d.%s", folder, title, between (self, 1990, 2024),
                                  extensions[between (self, 0, G_N_ELEMENTS (extensions) - 1)]));
    }
}

static void
add_sources (CatalogueNames *self, const char *folder, GPtrArray *paths)
{
  static const char *const extensions[] = { "c", "h", "py", "js", "html", "png", "svg", "md" };
  g_autofree char *prefix = make_phrase (self, 1, "", FALSE);
  int count = between (self, 30, 150);

  for (int i = 0; i < count; i++)
    {
      g_autofree char *title = make_phrase (self, between (self, 1, 3), "_", FALSE);

      g_ptr_array_add (
          paths, g_strdup_printf ("%s/src/%s-%s.%s", folder, prefix, title,
                                  extensions[between (self, 0, G_N_ELEMENTS (extensions) - 1)]));
    }
}

void
catalogue_names_add_album (CatalogueNames *self, GPtrArray *paths)
{
  static void (*const kinds[]) (CatalogueNames *, const char *, GPtrArray *)
      = { add_photos, add_record, add_record, add_series, add_papers, add_papers, add_sources };
  g_autofree char *title = make_phrase (self, between (self, 1, 3), " ", TRUE);
  g_autofree char *folder = g_strdup_printf ("%s %d", title, between (self, 1990, 2024));

  kinds[between (self, 0, G_N_ELEMENTS (kinds) - 1)](self, folder, paths);
}

char *
catalogue_names_make_file (CatalogueNames *self)
{
  static const char *const extensions[]
      = { "pdf", "zip", "mkv", "mp4", "iso", "tar.gz", "mp3", "jpg" };
  g_autofree char *title = make_phrase (self, between (self, 2, 5), " ", TRUE);

  return g_strdup_printf ("%s.%s", title,
                          extensions[between (self, 0, G_N_ELEMENTS (extensions) - 1)]);
}

gint64
catalogue_names_make_size (CatalogueNames *self)
{
  return 1 + (gint64) exp (g_rand_double_range (self->rand, 4, 21));
}
