/* replay-main.c: runs a fuzz target without libFuzzer: its corpus, then mutations of it
 *
 * Usage: PROGRAM CORPUS COUNT. The mutations are the same in every run, so that a failure is one
 * again. The input that was at work when the program died is written to "crash-PROGRAM".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Larger inputs only make mutations slow. */
#define MAX_INPUT_SIZE (64 * 1024)

static const guint8 *current_data;
static gsize current_size;
static char crash_name[256];

/* Of the sanitizers' run time, if it is there. */
void __sanitizer_set_death_callback (void (*callback) (void)) __attribute__ ((weak));

static void
write_crash (void)
{
  int fd = open (crash_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd < 0 || write (fd, current_data, current_size) != (gssize) current_size)
    return;
  close (fd);
}

static void
on_fatal_signal (int number)
{
  write_crash ();
  signal (number, SIG_DFL);
  raise (number);
}

static void
run (const guint8 *data, gsize size)
{
  /* Of exactly its size, so that a read past the end is found; not NULL even if empty. */
  guint8 *copy = g_malloc (MAX (size, 1));

  memcpy (copy, data, size);
  current_data = copy;
  current_size = size;
  LLVMFuzzerTestOneInput (copy, size);
  current_size = 0;
  g_free (copy);
}

static guint32
next_random (guint64 *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (guint32) (*state >> 16);
}

static const char *const tokens[] = {
  "..",
  "/",
  "\n",
  "\r\n",
  "%00",
  "%2F",
  "%",
  " ",
  "\"",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "0",
  "-1",
  "1e999",
  "9223372036854775808",
  "18446744073709551616",
  "\\u0000",
  "\xef\xbb\xbf",
  "\xff",
  "\xc0\x80",
  "\xe2\x80\xae",
  "&",
  "=",
  "?",
  "#",
  "\\",
  "\t",
  "null",
  "true",
};

static void
mutate (GByteArray *input, GPtrArray *seeds, guint64 *state)
{
  guint length = input->len;
  guint at = length > 0 ? next_random (state) % length : 0;
  guint wanted = 1 + next_random (state) % 16;
  guint span = MIN (wanted, length - at);
  guint8 byte = (guint8) next_random (state);

  switch (next_random (state) % 8)
    {
    case 0:
      if (length > 0)
        input->data[at] ^= (guint8) (1 << next_random (state) % 8);
      break;
    case 1:
      if (length > 0)
        input->data[at] = byte;
      break;
    case 2:
      g_byte_array_remove_range (input, at, span);
      break;
    case 3:
      g_byte_array_set_size (input, at);
      break;
    case 4: /* repeat a stretch at the end */
      if (span > 0)
        {
          guint8 stretch[16];
          memcpy (stretch, input->data + at, span);
          g_byte_array_append (input, stretch, span);
        }
      break;
    case 5: /* put a token or a byte in the middle */
      {
        g_autoptr (GByteArray) tail = g_byte_array_new ();
        g_byte_array_append (tail, input->data + at, length - at);
        g_byte_array_set_size (input, at);
        const char *token = tokens[next_random (state) % G_N_ELEMENTS (tokens)];
        if (byte & 1)
          g_byte_array_append (input, (const guint8 *) token, (guint) strlen (token));
        else
          g_byte_array_append (input, &byte, 1);
        g_byte_array_append (input, tail->data, tail->len);
        break;
      }
    case 6: /* go on with another seed */
      {
        GBytes *other = seeds->pdata[next_random (state) % seeds->len];
        gsize size = g_bytes_get_size (other);
        gsize from = size > 0 ? next_random (state) % size : 0;
        g_byte_array_set_size (input, at);
        g_byte_array_append (input, (const guint8 *) g_bytes_get_data (other, NULL) + from,
                             (guint) (size - from));
        break;
      }
    default: /* exchange two bytes */
      if (length > 1)
        {
          guint other = next_random (state) % length;
          guint8 kept = input->data[at];
          input->data[at] = input->data[other];
          input->data[other] = kept;
        }
    }
  if (input->len > MAX_INPUT_SIZE)
    g_byte_array_set_size (input, MAX_INPUT_SIZE);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_corpus (const char *path)
{
  g_autoptr (GPtrArray) seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      char *text;
      gsize size;
      if (g_file_get_contents (names->pdata[i], &text, &size, NULL))
        g_ptr_array_add (seeds, g_bytes_new_take (text, size));
    }
  return g_steal_pointer (&seeds);
}

int
main (int argc, char **argv)
{
  if (argc != 3)
    {
      fprintf (stderr, "Usage: %s CORPUS COUNT\n", argv[0]);
      return 2;
    }
  g_autofree char *program = g_path_get_basename (argv[0]);
  g_snprintf (crash_name, sizeof crash_name, "crash-%s", program);
  if (__sanitizer_set_death_callback != NULL)
    __sanitizer_set_death_callback (write_crash);
  static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], on_fatal_signal);

  g_autoptr (GPtrArray) seeds = read_corpus (argv[1]);
  guint count = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  printf ("TAP version 13\n1..2\n");
  for (guint i = 0; i < seeds->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (seeds->pdata[i], &size);
      run (data, size);
    }
  printf ("%s 1 - corpus of %u inputs\n", seeds->len > 0 ? "ok" : "not ok", seeds->len);
  fflush (stdout);
  if (seeds->len == 0)
    return 1;

  guint64 state = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  g_autoptr (GByteArray) input = g_byte_array_new ();
  for (guint i = 0; i < count; i++)
    {
      GBytes *seed = seeds->pdata[i % seeds->len];
      gsize size = MIN (g_bytes_get_size (seed), MAX_INPUT_SIZE);
      g_byte_array_set_size (input, 0);
      g_byte_array_append (input, g_bytes_get_data (seed, NULL), (guint) size);
      for (guint steps = 1 + next_random (&state) % 6; steps > 0; steps--)
        mutate (input, seeds, &state);
      run (input->data, input->len);
    }
  printf ("ok 2 - %u mutations\n", count);
  return 0;
}
