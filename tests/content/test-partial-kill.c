/* test-partial-kill.c: SIGKILL at any point: what counts afterwards is right, and what was written
 * counts
 *
 * A child writes pieces from several threads, telling after each through a pipe, until it is killed
 * at a random moment. Whatever it has told must be there when the file is opened again, although
 * nothing was synced on the way out; everything that counts must have the right bytes; the final
 * name must not exist before everything is right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-partial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "test-content.h"
#include "test-folder.h"

#define N_PIECES (24)
#define N_THREADS (3)

typedef struct
{
  const TestContent *content;
  ShoalPartial *partial;
  const guint8 *order;
  guint index;
  int pipe;
} Writer;

static gpointer
write_in_thread (gpointer user_data)
{
  Writer *writer = user_data;
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);

  for (guint i = writer->index; i < N_PIECES; i += N_THREADS)
    {
      guint8 piece = writer->order[i];
      if (shoal_partial_has_piece (writer->partial, piece))
        continue;
      gsize length = test_content_fill (writer->content, piece, buffer);
      if (!shoal_partial_write_piece (writer->partial, piece, buffer, length, NULL)
          || (i % 5 == 0 && !shoal_partial_sync (writer->partial, NULL))
          || write (writer->pipe, &piece, 1) != 1)
        _exit (1);
    }
  return NULL;
}

/* In the child. */
static void
download (
    const TestContent *content, int dirfd, const char *journal_path, const guint8 *order, int pipe)
{
  Writer writers[N_THREADS];
  GThread *threads[N_THREADS];
  ShoalJournal *journal = shoal_journal_open (journal_path, &content->id, content->size, NULL);

  if (journal == NULL)
    _exit (2);
  ShoalPartial *partial = shoal_partial_open (dirfd, "file", &content->id, content->size,
                                              content->layer, journal, 0, NULL, NULL, NULL);
  if (partial == NULL)
    _exit (3);
  for (guint i = 0; i < N_THREADS; i++)
    {
      writers[i] = (Writer){ content, partial, order, i, pipe };
      threads[i] = g_thread_new ("writer", write_in_thread, &writers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  _exit (shoal_partial_finish (partial, FALSE, -1, NULL, NULL) ? 0 : 4);
}

/* Reads what the child tells until it has told @stop pieces, then kills it, and reads the rest. */
static gboolean
watch_and_kill (pid_t child, int pipe, guint stop, gint64 delay_us, gboolean told[N_PIECES])
{
  guint8 piece;
  int status;

  for (guint n = 0; n < stop && read (pipe, &piece, 1) == 1; n++)
    told[piece] = TRUE;
  /* Somewhere within the next piece, not only right after one. */
  for (gint64 end = g_get_monotonic_time () + delay_us; g_get_monotonic_time () < end;)
    g_thread_yield ();
  kill (child, SIGKILL);
  while (read (pipe, &piece, 1) == 1)
    told[piece] = TRUE;
  g_assert_no_errno (waitpid (child, &status, 0));
  g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 0);
  return WIFEXITED (status);
}

static void
check_after_kill (const TestContent *content,
                  TestFolder *folder,
                  const char *journal_path,
                  gboolean told[N_PIECES])
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *expected = g_malloc (SHOAL_PIECE_SIZE);
  g_autofree guint8 *there = g_malloc (SHOAL_PIECE_SIZE);
  g_autofree char *final = g_build_filename (folder->path, "file", NULL);

  if (access (final, F_OK) == 0)
    test_content_check_file (content, final);
  g_autoptr (ShoalJournal) journal
             = shoal_journal_open (journal_path, &content->id, content->size, &error);
  g_assert_no_error (error);
  g_autoptr (ShoalPartial) partial
             = shoal_partial_open (folder->fd, "file", &content->id, content->size, content->layer,
                                   journal, 0, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint32 i = 0; i < N_PIECES; i++)
    {
      gboolean have = shoal_partial_has_piece (partial, i);
      g_assert_true (have || !told[i]);
      if (!have)
        continue;
      gsize length = test_content_fill (content, i, expected);
      g_assert_true (
          shoal_partial_read (partial, (guint64) i * SHOAL_PIECE_SIZE, there, length, &error));
      g_assert_no_error (error);
      g_assert_true (memcmp (there, expected, length) == 0);
    }
  g_assert_cmpuint (test_folder_count (folder), ==, 1);
}

static void
test_kill (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int () & 0x7fffffff);
  const guint rounds = g_test_thorough () ? 1000 : 60;
  guint finished = 0, killed = 0;

  while (finished + killed < rounds)
    {
      g_autoptr (TestFolder) folder = test_folder_new ();
      g_autoptr (TestFolder) state = test_folder_new ();
      g_autofree char *journal_path = g_build_filename (state->path, "journal", NULL);
      g_autoptr (TestContent) content
                 = test_content_new (g_rand_int (random), (N_PIECES - 1) * SHOAL_PIECE_SIZE + 1000);
      gboolean told[N_PIECES] = { 0 };

      /* One download over several kills, until it is through. */
      for (gboolean done = FALSE; !done;)
        {
          guint8 order[N_PIECES];
          for (guint8 i = 0; i < N_PIECES; i++)
            order[i] = i;
          for (guint i = N_PIECES - 1; i > 0; i--)
            {
              guint j = (guint) g_rand_int_range (random, 0, (gint32) i + 1);
              guint8 kept = order[i];
              order[i] = order[j];
              order[j] = kept;
            }
          guint stop = (guint) g_rand_int_range (random, 0, 12);
          gint64 delay = g_rand_int_range (random, 0, 2500);
          int pipes[2];
          g_assert_no_errno (pipe2 (pipes, O_CLOEXEC));
          pid_t child = fork ();
          if (child == 0)
            {
              close (pipes[0]);
              download (content, folder->fd, journal_path, order, pipes[1]);
            }
          g_assert_no_errno (child);
          close (pipes[1]);
          done = watch_and_kill (child, pipes[0], stop, delay, told);
          close (pipes[0]);
          if (done)
            finished++;
          else
            killed++;
          check_after_kill (content, folder, journal_path, told);
        }
      g_autofree char *final = g_build_filename (folder->path, "file", NULL);
      test_content_check_file (content, final);
    }
  g_test_message ("%u killed, %u finished", killed, finished);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/partial/kill", test_kill);
  return g_test_run ();
}
