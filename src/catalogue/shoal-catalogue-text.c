/* shoal-catalogue-text.c: names as the catalogue searches them
 *
 * The index finds candidates, and shoal_terms_match() decides: so the index may know less than the
 * text. It holds words that we make ourselves (three characters in a row, beginnings of words,
 * marks like "type4") in one table, so that one walk over it serves a search for all of them
 * together.
 *
 * A word consists of characters that SQLite's "ascii" tokenizer keeps together: ASCII letters and
 * digits, and everything beyond ASCII. Other ASCII characters are moved to U+E000…U+E07F, which
 * means that nothing somebody types is an operator.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-text"

#include "config.h"

#include "shoal-catalogue-text.h"

#include <string.h>

#include "shoal-safe-name.h"

/* Before and after a path in the index. */
#define START '/'
#define END '\001'
/* Characters of a word that are looked up as its beginning. */
#define PREFIX_CHARS (2)
#define GRAM_CHARS (3)

static const char *const type_names[] = {
  [SHOAL_TYPE_OTHER] = "other",     [SHOAL_TYPE_FOLDER] = "folder",
  [SHOAL_TYPE_AUDIO] = "audio",     [SHOAL_TYPE_VIDEO] = "video",
  [SHOAL_TYPE_IMAGE] = "image",     [SHOAL_TYPE_DOCUMENT] = "document",
  [SHOAL_TYPE_ARCHIVE] = "archive", [SHOAL_TYPE_PROGRAM] = "program",
};

static const struct
{
  ShoalType type;
  const char *extensions; /* each followed by a space */
} type_extensions[] = {
  { SHOAL_TYPE_AUDIO,
    "aac ac3 aif aifc aiff alac amr ape au caf dsf flac m4a m4b mid midi mka mod mp2 mp3 mpc oga "
    "ogg opus ra s3m snd spx tta voc wav weba wma wv xm " },
  { SHOAL_TYPE_VIDEO,
    "3g2 3gp asf avi divx f4v flv m2ts m2v m4v mkv mov mp4 mpe mpeg mpg mts mxf ogm ogv rm rmvb "
    "ts vob webm wmv y4m " },
  { SHOAL_TYPE_IMAGE,
    "ai arw avif bmp cr2 cr3 cur dds djv dng emf eps exr gif hdr heic heif ico jfif jp2 jpe jpeg "
    "jpg jxl kra nef orf pbm pcx pgm png pnm ppm psd qoi raf raw rw2 svg svgz tga tif tiff webp "
    "wmf xbm xcf xpm " },
  { SHOAL_TYPE_DOCUMENT,
    "abw adoc asc azw azw3 bib cbr cbz chm csv djvu doc docm docx dot dotx epub fb2 fodp fods "
    "fodt gdoc htm html ics key latex log lyx man markdown md mobi nfo numbers odf odg odp ods "
    "odt org ott pages pdf po pps ppsx ppt pptx prn ps rst rtf srt sub sxw tex texi tsv txt "
    "vcf vsd wpd wps xhtml xls xlsb xlsm xlsx xml xps " },
  { SHOAL_TYPE_ARCHIVE,
    "7z ace ar arj br bz bz2 cab cpio dmg gz img iso jar lha lz lz4 lzh lzma lzo mdf nrg qcow2 "
    "rar squashfs sz tar tbz tbz2 tgz tlz txz vdi vhd vmdk war xar xz z zip zoo zst " },
  { SHOAL_TYPE_PROGRAM,
    "apk app appimage bat bin c cc class cmd com cpp cs css cxx deb dll dylib ebuild elf exe f90 "
    "flatpak flatpakref go h hh hpp hs ipa java js jsx ko kt lib lua m ml msi o obj pas patch php "
    "pl pm ps1 py pyc rb rpm rs run s scala sh snap so sql swift sys tcl ts tsx vala vb vbs wasm "
    "xpi " },
};

static GHashTable *
build_types (void)
{
  GHashTable *types = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < G_N_ELEMENTS (type_extensions); i++)
    {
      g_auto (GStrv) extensions = g_strsplit (type_extensions[i].extensions, " ", -1);

      for (char **extension = extensions; *extension != NULL; extension++)
        if (**extension != '\0' && !g_hash_table_contains (types, *extension))
          g_hash_table_insert (types, (gpointer) g_intern_string (*extension),
                               GINT_TO_POINTER (type_extensions[i].type));
    }
  return types;
}

ShoalType
shoal_type_of_name (const char *name)
{
  static gsize types = 0;
  const char *dot = strrchr (name, '.');
  char extension[16];

  if (g_once_init_enter (&types))
    g_once_init_leave (&types, GPOINTER_TO_SIZE (build_types ()));
  if (dot == NULL || dot == name || strlen (dot + 1) >= sizeof extension)
    return SHOAL_TYPE_OTHER;

  gsize length = strlen (dot + 1);

  for (gsize i = 0; i <= length; i++)
    extension[i] = g_ascii_tolower (dot[1 + i]);
  return GPOINTER_TO_INT (g_hash_table_lookup (GSIZE_TO_POINTER (types), extension));
}

const char *
shoal_type_to_string (ShoalType type)
{
  return (guint) type < G_N_ELEMENTS (type_names) ? type_names[type] : type_names[SHOAL_TYPE_OTHER];
}

gboolean
shoal_type_from_string (const char *text, ShoalType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_str_equal (text, type_names[i]))
      {
        *type = (ShoalType) i;
        return TRUE;
      }
  return FALSE;
}

static void
append_fold (GString *out, const char *component)
{
  if (g_str_is_ascii (component))
    {
      gsize start = out->len;

      g_string_append (out, component);
      for (gsize i = start; i < out->len; i++)
        out->str[i] = g_ascii_tolower (out->str[i]);
      return;
    }

  g_autofree char *fold = shoal_name_fold (component);

  g_string_append (out, fold);
}

const char *
shoal_path_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

char *
shoal_path_fold (const char *path, gsize *name_at)
{
  const char *name = shoal_path_name (path);
  g_autoptr (GString) out = g_string_sized_new (strlen (path) + 1);

  if (name > path)
    {
      g_autofree char *folders = g_strndup (path, (gsize) (name - path) - 1);

      append_fold (out, folders);
      g_string_append_c (out, '/');
    }
  *name_at = out->len;
  append_fold (out, name);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* ---- Characters and words ----------------------------------------------------------------- */

/* Scripts that put no space between words: each character may start one. */
static gboolean
is_without_spaces (gunichar c)
{
  static const GUnicodeScript scripts[]
      = { G_UNICODE_SCRIPT_HAN,    G_UNICODE_SCRIPT_HIRAGANA, G_UNICODE_SCRIPT_KATAKANA,
          G_UNICODE_SCRIPT_THAI,   G_UNICODE_SCRIPT_LAO,      G_UNICODE_SCRIPT_KHMER,
          G_UNICODE_SCRIPT_MYANMAR };

  /* The first of them begins here. */
  if (c < 0x0e00)
    return FALSE;

  GUnicodeScript script = g_unichar_get_script (c);

  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    if (script == scripts[i])
      return TRUE;
  return FALSE;
}

static gboolean
is_word_char (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalnum (c);
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

static gboolean
is_digit (gunichar c)
{
  return c < 0x80 ? g_ascii_isdigit (c) : g_unichar_isdigit (c);
}

/* @before: the character before it; 0: none */
static gboolean
is_word_start (gunichar before, gunichar c)
{
  return is_word_char (c)
         && (before == 0 || !is_word_char (before) || is_digit (before) != is_digit (c)
             || is_without_spaces (c));
}

static void
append_char (GString *out, gunichar c)
{
  if (c < 0x80 && !g_ascii_isalnum (c))
    c += 0xe000;
  if (c < 0x80)
    g_string_append_c (out, (char) c);
  else
    g_string_append_unichar (out, c);
}

static void
append_chars (GString *out, const gunichar *chars, gsize count)
{
  for (gsize i = 0; i < count; i++)
    append_char (out, chars[i]);
}

/* "/", the text, U+0001. @count: with both */
static gunichar *
with_ends (const char *fold, glong *count)
{
  gunichar *chars = g_new (gunichar, strlen (fold) + 2);
  glong n = 0;

  chars[n++] = START;
  for (const char *p = fold; *p != '\0'; p = g_utf8_next_char (p))
    chars[n++] = (guchar) *p < 0x80 ? (guchar) *p : g_utf8_get_char (p);
  chars[n++] = END;
  *count = n;
  return chars;
}

void
shoal_tokens_of_path (const char *fold, GString *out)
{
  glong count = 0;
  g_autofree gunichar *chars = with_ends (fold, &count);

  for (glong i = 0; i + GRAM_CHARS <= count; i++)
    {
      append_chars (out, chars + i, GRAM_CHARS);
      g_string_append_c (out, ' ');
    }
  for (glong i = 1; i + 1 < count; i++)
    if (is_word_start (chars[i - 1], chars[i]))
      {
        append_char (out, chars[i]);
        g_string_append_c (out, ' ');
        if (is_word_char (chars[i + 1]))
          {
            append_chars (out, chars + i, PREFIX_CHARS);
            g_string_append_c (out, ' ');
          }
      }
}

void
shoal_tokens_append (GString *out, const char *kind, gint64 value)
{
  g_string_append_printf (out, "%s%" G_GINT64_FORMAT " ", kind, value);
}

int
shoal_size_class (gint64 size)
{
  int class = 0;

  for (; size > 0; size >>= 1)
    class ++;
  return class;
}

/* ---- Terms -------------------------------------------------------------------------------- */

static void
term_clear (gpointer data)
{
  g_free (((ShoalTerm *) data)->text);
}

/* A short term counts from its first letter or digit on. */
static const char *
skip_to_word (const char *text)
{
  while (*text != '\0' && !is_word_char (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return text;
}

static gboolean
has_symbol (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_type (g_utf8_get_char (text)) == G_UNICODE_OTHER_SYMBOL)
      return TRUE;
  return FALSE;
}

GArray *
shoal_terms_parse (const char *words)
{
  GArray *terms = g_array_new (FALSE, FALSE, sizeof (ShoalTerm));
  g_autofree char *fold = shoal_name_fold (words);
  const char *p = fold;

  g_array_set_clear_func (terms, term_clear);
  while (*p != '\0')
    {
      const char *start = p;

      while (*p != '\0' && !g_unichar_isspace (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (p > start)
        {
          g_autofree char *text = g_strndup (start, (gsize) (p - start));
          gboolean prefix = g_utf8_strlen (text, -1) < GRAM_CHARS;
          const char *word = prefix ? skip_to_word (text) : text;

          /* An emoji is no word, and can stand anywhere. */
          if (*word == '\0' && has_symbol (text))
            {
              prefix = FALSE;
              word = text;
            }
          ShoalTerm term = { g_strdup (word), prefix };

          g_array_append_val (terms, term);
        }
      if (*p != '\0')
        p = g_utf8_next_char (p);
    }
  return terms;
}

static gboolean
has_word_beginning (const char *fold, const char *text)
{
  gunichar first = g_utf8_get_char (text);

  for (const char *p = strstr (fold, text); p != NULL; p = strstr (p + 1, text))
    {
      gunichar before = p > fold ? g_utf8_get_char (g_utf8_prev_char (p)) : 0;

      if (is_word_start (before, first))
        return TRUE;
    }
  return FALSE;
}

gboolean
shoal_terms_match (GArray *terms, const char *fold)
{
  for (guint i = 0; i < terms->len; i++)
    {
      const ShoalTerm *term = &g_array_index (terms, ShoalTerm, i);

      /* Of a term without a letter or digit nothing is left, and nothing begins with it. */
      if (*term->text == '\0')
        return FALSE;
      if (term->prefix ? !has_word_beginning (fold, term->text) : strstr (fold, term->text) == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
query_chars (GString *out, const gunichar *chars, gsize count)
{
  g_string_append_c (out, '"');
  append_chars (out, chars, count);
  g_string_append (out, "\" ");
}

/* Each third three, and the last: what they leave out, the look at the text finds. For fewer than
 * three the index does not help. */
static void
query_grams (GString *out, const gunichar *chars, glong count)
{
  for (glong i = 0; i + GRAM_CHARS <= count; i += GRAM_CHARS)
    query_chars (out, chars + i, GRAM_CHARS);
  if (count > GRAM_CHARS && count % GRAM_CHARS != 0)
    query_chars (out, chars + count - GRAM_CHARS, GRAM_CHARS);
}

void
shoal_terms_query (GArray *terms, GString *out)
{
  for (guint i = 0; i < terms->len; i++)
    {
      const ShoalTerm *term = &g_array_index (terms, ShoalTerm, i);
      glong count = 0;
      g_autofree gunichar *chars = g_utf8_to_ucs4_fast (term->text, -1, &count);

      if (!term->prefix)
        query_grams (out, chars, count);
      else if (count > 0)
        query_chars (out, chars, count > 1 && is_word_char (chars[1]) ? 2 : 1);
    }
}

void
shoal_name_query (const char *fold, GString *out)
{
  glong count = 0;
  g_autofree gunichar *chars = with_ends (fold, &count);

  query_grams (out, chars, count);
}

void
shoal_query_append (GString *out, const char *kind, gint64 value)
{
  g_string_append_printf (out, "\"%s%" G_GINT64_FORMAT "\" ", kind, value);
}
