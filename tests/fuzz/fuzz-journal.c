/* fuzz-journal.c: the record of a transfer after a kill: a byte says what happened to it
 *
 * 0: the rest of the input is the whole file. 1: the rest follows a good header. Else the rest are
 * records that are made, and then the file is cut and a byte of it is turned, as a torn write does:
 * what is read then must be the records up to there, and adding must go on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fuzz.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "shoal-bitmap-private.h"
#include "shoal-error.h"
#include "shoal-journal-private.h"
#include "shoal-limits.h"

#define N_FILES 4
#define N_PIECES 64
#define MAX_OPERATIONS 8
#define OPERATION_BYTES 4
#define HEADER_BYTES 64
#define RECORD_BYTES 32

static const ShoalDigest content = { .bytes = { 1, 2, 3 } };
static const guint64 content_size = 1000000;

typedef struct
{
  guint8 have[N_FILES][N_PIECES / 8];
  gboolean whole[N_FILES];
  guint32 part[N_FILES];
} State;

/* Nothing here has to survive the machine. */
static char *
get_path (void)
{
  static char *path = NULL;

  if (path == NULL)
    {
      const char *where = g_access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir ();
      g_autofree char *name = g_strdup_printf ("shoal-fuzz-journal-%d", (int) getpid ());
      path = g_build_filename (where, name, NULL);
    }
  return path;
}

static void
read_state (ShoalJournal *journal, State *state)
{
  guint64 inode = 0;

  memset (state, 0, sizeof *state);
  for (guint32 file = 0; file < N_FILES; file++)
    {
      shoal_journal_fill_have (journal, file, state->have[file], N_PIECES);
      state->whole[file] = shoal_journal_has_file (journal, file);
      if (!shoal_journal_get_part (journal, file, &state->part[file], &inode))
        state->part[file] = G_MAXUINT32;
    }
}

static ShoalJournal *
open_it (GError **error)
{
  return shoal_journal_open (get_path (), &content, content_size, error);
}

/* In place of what is there. */
static void
write_file (const char *text, gsize size)
{
  g_unlink (get_path ());
  g_assert_true (g_file_set_contents_full (get_path (), text, (gssize) size,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* Any file at all: opened, or refused and left alone. */
static void
check_file (const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *after = NULL;
  gsize length = 0;
  State once, twice;

  write_file (text, size);
  g_autoptr (ShoalJournal) journal = open_it (&error);
  g_assert_true ((journal == NULL) == (error != NULL));
  if (journal == NULL)
    {
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
      g_assert_true (g_file_get_contents (get_path (), &after, &length, NULL));
      g_assert_true (length == size && memcmp (after, text, size) == 0);
      return;
    }
  /* What was cut off does not come back. */
  read_state (journal, &once);
  g_clear_pointer (&journal, shoal_journal_unref);
  journal = open_it (&error);
  g_assert_no_error (error);
  read_state (journal, &twice);
  g_assert_true (memcmp (&once, &twice, sizeof once) == 0);
}

static void
operate (ShoalJournal *journal, const guint8 *bytes)
{
  guint32 file = bytes[1] % N_FILES;
  guint32 first = bytes[2] % N_PIECES;
  guint32 files[N_FILES];

  switch (bytes[0] % 4)
    {
    case 0:
      g_assert_true (
          shoal_journal_add (journal, file, first, 1 + bytes[3] % (N_PIECES - first), NULL));
      break;
    case 1:
      for (guint32 i = 0; i < N_FILES; i++)
        files[i] = bytes[i] % N_FILES;
      g_assert_true (shoal_journal_add_files (journal, files, bytes[3] % N_FILES, NULL));
      break;
    case 2:
      g_assert_true (shoal_journal_set_part (journal, file, bytes[2], bytes[3], NULL));
      break;
    default:
      g_assert_true (shoal_journal_add_bitmap (journal, file, bytes, 8 * OPERATION_BYTES, NULL));
      break;
    }
}

static gsize
size_of_file (void)
{
  GStatBuf st;

  g_assert_cmpint (g_stat (get_path (), &st), ==, 0);
  return (gsize) st.st_size;
}

static void
check_torn (guint8 where, guint8 turn, const guint8 *data, gsize size)
{
  State states[MAX_OPERATIONS + 1];
  gsize ends[MAX_OPERATIONS + 1];
  guint n = 0;
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  g_unlink (get_path ());
  g_autoptr (ShoalJournal) journal = open_it (&error);
  g_assert_no_error (error);
  read_state (journal, &states[0]);
  ends[0] = size_of_file ();
  g_assert_cmpuint (ends[0], ==, HEADER_BYTES);
  for (; n < MAX_OPERATIONS && size >= OPERATION_BYTES;
       data += OPERATION_BYTES, size -= OPERATION_BYTES)
    {
      operate (journal, data);
      n++;
      read_state (journal, &states[n]);
      ends[n] = size_of_file ();
      g_assert_cmpuint ((ends[n] - ends[n - 1]) % RECORD_BYTES, ==, 0);
    }
  g_clear_pointer (&journal, shoal_journal_unref);

  g_assert_true (g_file_get_contents (get_path (), &text, &length, NULL));
  gsize cut = HEADER_BYTES + (length - HEADER_BYTES) * where / 255;
  gsize good = cut;
  if (turn != 0 && cut > HEADER_BYTES)
    {
      good = HEADER_BYTES + (cut - HEADER_BYTES) * turn / 256;
      text[good] = (char) (text[good] ^ turn);
    }
  write_file (text, cut);
  journal = open_it (&error);
  g_assert_no_error (error);
  gsize left = size_of_file ();
  g_assert_cmpuint (left, ==, good - good % RECORD_BYTES);

  /* Operations that stand there whole count, all of them and in order; of one of several records
   * those that do. */
  State now;
  guint whole = 0;
  read_state (journal, &now);
  while (whole < n && ends[whole + 1] <= left)
    whole++;
  if (ends[whole] == left)
    g_assert_true (memcmp (&now, &states[whole], sizeof now) == 0);
  g_assert_true (shoal_journal_add (journal, 0, 5, 2, NULL));
  g_assert_cmpuint (size_of_file (), ==, left + RECORD_BYTES);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 3)
    return 0;
  if (data[0] == 0)
    check_file ((const char *) data + 1, size - 1);
  else if (data[0] == 1)
    {
      g_autofree char *header = NULL;
      g_autoptr (GError) error = NULL;
      gsize length = 0;

      g_unlink (get_path ());
      shoal_journal_unref (open_it (&error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (get_path (), &header, &length, NULL));
      g_autofree char *text = g_malloc (length + size - 1);
      memcpy (text, header, length);
      memcpy (text + length, data + 1, size - 1);
      check_file (text, length + size - 1);
    }
  else
    check_torn (data[1], data[2], data + 3, size - 3);
  g_unlink (get_path ());
  return 0;
}
