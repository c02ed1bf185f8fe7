/* test-partial.c: pieces in any order, wrong ones refused, what is not ours left alone, full disks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-journal-private.h"
#include "shoal-partial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "test-content.h"
#include "test-folder.h"

/* A folder for the download and one for the journal, and one content. */
typedef struct
{
  TestFolder *folder;
  TestFolder *state;
  char *journal_path;
  TestContent *content;
  ShoalJournal *journal;
  guint8 *buffer;
} Fixture;

static Fixture *
fixture_new_in (TestFolder *folder, guint64 size)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->folder = folder;
  self->state = test_folder_new ();
  self->journal_path = g_build_filename (self->state->path, "journal", NULL);
  self->content = test_content_new (1, size);
  self->journal = shoal_journal_open (self->journal_path, &self->content->id, size, &error);
  g_assert_no_error (error);
  self->buffer = g_malloc (SHOAL_PIECE_SIZE);
  return self;
}

static Fixture *
fixture_new (guint64 size)
{
  return fixture_new_in (test_folder_new (), size);
}

static void
fixture_free (Fixture *self)
{
  test_folder_free (self->folder);
  test_folder_free (self->state);
  test_content_free (self->content);
  shoal_journal_unref (self->journal);
  g_free (self->journal_path);
  g_free (self->buffer);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
reopen_journal (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  shoal_journal_unref (self->journal);
  self->journal
      = shoal_journal_open (self->journal_path, &self->content->id, self->content->size, &error);
  g_assert_no_error (error);
}

static ShoalPartial *
open_content (Fixture *self, const TestContent *content, const char *name)
{
  g_autoptr (GError) error = NULL;
  ShoalPartial *partial = shoal_partial_open (self->folder->fd, name, &content->id, content->size,
                                              content->layer, self->journal, 0, NULL, NULL, &error);

  g_assert_no_error (error);
  return partial;
}

static ShoalPartial *
open_partial (Fixture *self)
{
  return open_content (self, self->content, "file.bin");
}

static gboolean
write_piece (Fixture *self, ShoalPartial *partial, guint32 piece, GError **error)
{
  gsize length = test_content_fill (self->content, piece, self->buffer);

  return shoal_partial_write_piece (partial, piece, self->buffer, length, error);
}

static void
write_all (Fixture *self, ShoalPartial *partial)
{
  for (guint32 i = 0; i < self->content->n_pieces; i++)
    {
      g_autoptr (GError) error = NULL;
      write_piece (self, partial, i, &error);
      g_assert_no_error (error);
    }
}

static void
check_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder->path, name, NULL);

  test_content_check_file (self->content, path);
}

static void
test_any_order (void)
{
  static const guint64 sizes[] = { 1, SHOAL_PIECE_SIZE - 1, SHOAL_PIECE_SIZE, SHOAL_PIECE_SIZE + 1,
                                   9 * SHOAL_PIECE_SIZE + 7 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (Fixture) f = fixture_new (sizes[i]);
      g_autoptr (ShoalPartial) partial = open_partial (f);
      g_autoptr (GError) error = NULL;
      guint32 n = f->content->n_pieces;
      g_assert_cmpuint (shoal_partial_get_n_pieces (partial), ==, n);
      g_assert_cmpuint (shoal_partial_get_bytes_have (partial), ==, 0);
      /* 7 has no common factor with 10, so this is every piece once; 0 comes first. */
      for (guint32 k = 0; k < n; k++)
        {
          g_assert_false (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
          g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
          g_clear_error (&error);
          guint32 piece = k * 7 % n;
          g_assert_false (shoal_partial_has_piece (partial, piece));
          g_assert_true (write_piece (f, partial, piece, &error));
          g_assert_no_error (error);
          g_assert_true (shoal_partial_has_piece (partial, piece));
          g_assert_true (write_piece (f, partial, piece, &error)); /* once more */
          g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, k + 1);
          g_autofree char *text = test_folder_read (f->folder, "file.bin");
          g_assert_null (text);
        }
      g_assert_cmpuint (shoal_partial_get_bytes_have (partial), ==, sizes[i]);
      g_autofree char *made = NULL;
      g_assert_true (shoal_partial_finish (partial, TRUE, 1234567890123, &made, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (made, ==, "file.bin");
      check_file (f, "file.bin");
      g_assert_cmpuint (test_folder_count (f->folder), ==, 1);
      struct stat st;
      g_assert_no_errno (fstatat (f->folder->fd, "file.bin", &st, 0));
      g_assert_cmpint (st.st_mtim.tv_sec, ==, 1234567890);
      g_assert_cmpint (st.st_mtim.tv_nsec, ==, 123000000);
      g_assert_cmpuint (st.st_mode & 0100, !=, 0);
      /* Once more is no harm; readers go on. */
      g_assert_true (shoal_partial_finish (partial, TRUE, -1, NULL, &error));
      g_assert_true (shoal_partial_read (partial, sizes[i] - 1, f->buffer, 1, &error));
      shoal_partial_discard (partial);
      check_file (f, "file.bin");
    }
}

static void
test_wrong_pieces (void)
{
  g_autoptr (Fixture) f = fixture_new (3 * SHOAL_PIECE_SIZE + 100);
  g_autoptr (ShoalPartial) partial = open_partial (f);
  g_autoptr (GError) error = NULL;

  gsize length = test_content_fill (f->content, 1, f->buffer);
  f->buffer[length - 1] ^= 1;
  g_assert_false (shoal_partial_write_piece (partial, 1, f->buffer, length, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);
  f->buffer[length - 1] ^= 1;
  g_assert_false (shoal_partial_write_piece (partial, 2, f->buffer, length, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
  g_clear_error (&error);

  static const struct
  {
    guint32 piece;
    gsize length;
  } cases[] = {
    { 0, 0 },   { 0, SHOAL_PIECE_SIZE - 1 },       { 3, SHOAL_PIECE_SIZE }, { 3, 99 },
    { 4, 100 }, { G_MAXUINT32, SHOAL_PIECE_SIZE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (
          shoal_partial_write_piece (partial, cases[i].piece, f->buffer, cases[i].length, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 0);
  g_assert_false (shoal_partial_has_piece (partial, G_MAXUINT32));
  struct stat st;
  g_assert_no_errno (fstatat (f->folder->fd, "file.bin.part", &st, 0));
  g_assert_cmpint (st.st_size, ==, 0);

  const struct
  {
    guint64 size;
    guint32 index;
    const char *name;
  } bad[] = {
    { 0, 0, "x" },
    { SHOAL_MAX_FILE_SIZE + 1, 0, "x" },
    { f->content->size + SHOAL_PIECE_SIZE, 0, "x" },
    { f->content->size, SHOAL_MAX_JOURNAL_FILES, "x" },
    { f->content->size, 0, "" },
    { f->content->size, 0, "../x" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (shoal_partial_open (f->folder->fd, bad[i].name, &f->content->id, bad[i].size,
                                         f->content->layer, f->journal, bad[i].index, NULL, NULL,
                                         &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
}

static void
test_read (void)
{
  g_autoptr (Fixture) f = fixture_new (3 * SHOAL_PIECE_SIZE + 100);
  g_autoptr (ShoalPartial) partial = open_partial (f);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *read = g_malloc (SHOAL_PIECE_SIZE);

  g_assert_true (write_piece (f, partial, 1, &error));
  g_assert_true (write_piece (f, partial, 3, &error));
  g_assert_true (shoal_partial_read (partial, 3 * SHOAL_PIECE_SIZE + 1, read, 99, &error));
  g_assert_cmpmem (read, 99, f->buffer + 1, 99);
  test_content_fill (f->content, 1, f->buffer);
  g_assert_true (shoal_partial_read (partial, SHOAL_PIECE_SIZE, read, SHOAL_PIECE_SIZE, &error));
  g_assert_cmpmem (read, SHOAL_PIECE_SIZE, f->buffer, SHOAL_PIECE_SIZE);

  static const struct
  {
    guint64 offset;
    gsize length;
    int code;
  } cases[] = {
    { 0, 1, SHOAL_ERROR_NOT_FOUND },
    { SHOAL_PIECE_SIZE - 1, 2, SHOAL_ERROR_NOT_FOUND },
    { 2 * SHOAL_PIECE_SIZE - 1, 2, SHOAL_ERROR_NOT_FOUND },
    { 3 * SHOAL_PIECE_SIZE, 101, SHOAL_ERROR_INVALID },
    { 3 * SHOAL_PIECE_SIZE + 101, 0, SHOAL_ERROR_INVALID },
    { G_MAXUINT64, 2, SHOAL_ERROR_INVALID },
    { 2, G_MAXSIZE, SHOAL_ERROR_INVALID },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_false (shoal_partial_read (partial, cases[i].offset, read, cases[i].length, &error));
      g_assert_error (error, SHOAL_ERROR, cases[i].code);
      g_clear_error (&error);
    }
  g_autoptr (GBytes) have = shoal_partial_dup_have (partial);
  g_assert_cmpuint (g_bytes_get_size (have), ==, 1);
  g_assert_cmphex (*(const guint8 *) g_bytes_get_data (have, NULL), ==, 0x50);
}

typedef struct
{
  const TestContent *content;
  ShoalPartial *partial;
  guint first;
} Worker;

static gpointer
write_in_thread (gpointer user_data)
{
  Worker *worker = user_data;
  g_autofree guint8 *buffer = g_malloc (SHOAL_PIECE_SIZE);

  /* All write all, from different places on: much is written twice at once. */
  for (guint32 i = 0; i < worker->content->n_pieces; i++)
    {
      g_autoptr (GError) error = NULL;
      guint32 piece = (i + worker->first) % worker->content->n_pieces;
      gsize length = test_content_fill (worker->content, piece, buffer);
      shoal_partial_write_piece (worker->partial, piece, buffer, length, &error);
      g_assert_no_error (error);
      g_assert_true (shoal_partial_read (worker->partial, (guint64) piece * SHOAL_PIECE_SIZE,
                                         buffer, length, NULL));
      if (i % 16 == 0)
        g_assert_true (shoal_partial_sync (worker->partial, NULL));
    }
  return NULL;
}

static void
test_threads (void)
{
  /* More than one sync window. */
  g_autoptr (Fixture) f = fixture_new (SHOAL_SYNC_WINDOW_BYTES + 20 * SHOAL_PIECE_SIZE + 5);
  g_autoptr (ShoalPartial) partial = open_partial (f);
  g_autoptr (GError) error = NULL;
  Worker workers[6];
  GThread *threads[G_N_ELEMENTS (workers)];

  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    {
      workers[i] = (Worker){ f->content, partial, i * 14 };
      threads[i] = g_thread_new ("worker", write_in_thread, &workers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (workers); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, f->content->n_pieces);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
}

/* What is on disk counts again: recorded at once, the rest by hashing; what is wrong does not. */
static void
test_reopen (void)
{
  g_autoptr (Fixture) f = fixture_new (6 * SHOAL_PIECE_SIZE + 3);
  g_autoptr (GError) error = NULL;
  ShoalPartial *partial = open_partial (f);

  g_assert_true (write_piece (f, partial, 0, &error));
  g_assert_true (write_piece (f, partial, 6, &error));
  g_assert_true (shoal_partial_sync (partial, &error));
  g_assert_true (write_piece (f, partial, 2, &error));
  g_assert_true (write_piece (f, partial, 3, &error));
  g_object_unref (partial);
  /* Not recorded, and damaged as by a torn write. */
  g_auto (ShoalFd) fd = shoal_dir_open_file (f->folder->fd, "file.bin.part", O_RDWR, 0, &error);
  g_assert_true (shoal_fd_write_all (fd, "torn", 4, 3 * SHOAL_PIECE_SIZE + 5000, &error));

  reopen_journal (f);
  guint8 recorded[1] = { 0 };
  shoal_journal_fill_have (f->journal, 0, recorded, 7);
  g_assert_cmphex (recorded[0], ==, 0x82);
  partial = open_partial (f);
  g_autoptr (GBytes) have = shoal_partial_dup_have (partial);
  g_assert_cmphex (*(const guint8 *) g_bytes_get_data (have, NULL), ==, 0xa2);
  g_assert_cmpuint (shoal_partial_get_bytes_have (partial), ==, 2 * SHOAL_PIECE_SIZE + 3);
  /* What was found is recorded with the next sync. */
  g_assert_true (shoal_partial_sync (partial, &error));
  reopen_journal (f);
  shoal_journal_fill_have (f->journal, 0, recorded, 7);
  g_assert_cmphex (recorded[0], ==, 0xa2);
  g_object_unref (partial);

  partial = open_partial (f);
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
  g_object_unref (partial);

  /* Killed after the last rename: it is found under its final name, also a numbered one. */
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *made = NULL;
      reopen_journal (f);
      partial = open_partial (f);
      g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 7);
      g_assert_true (shoal_partial_finish (partial, FALSE, -1, &made, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (made, ==, i == 0 ? "file.bin" : "file (2).bin");
      g_assert_cmpuint (test_folder_count (f->folder), ==, i + 1);
      g_object_unref (partial);
      if (i == 0)
        {
          g_assert_no_errno (renameat (f->folder->fd, "file.bin", f->folder->fd, "file (2).bin"));
          test_folder_write (f->folder, "file.bin", "another");
        }
    }
}

/* A cut file, or one with holes where the journal knows data: what is gone does not count, also not
 * after the file has grown again. */
static void
test_cut (void)
{
  g_autoptr (Fixture) f = fixture_new (5 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  ShoalPartial *partial = open_partial (f);

  write_all (f, partial);
  g_auto (ShoalFd) fd = shoal_dir_open_file (f->folder->fd, "file.bin.part", O_RDWR, 0, &error);
  g_assert_no_errno (ftruncate (fd, 2 * SHOAL_PIECE_SIZE + 1));
  g_assert_false (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 2);
  g_assert_true (write_piece (f, partial, 4, &error));
  g_object_unref (partial);
  reopen_journal (f);
  partial = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 3);
  g_assert_true (shoal_partial_sync (partial, &error));
  g_object_unref (partial);

  /* While nobody has it open. */
  g_assert_no_errno (ftruncate (fd, SHOAL_PIECE_SIZE));
  reopen_journal (f);
  partial = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 1);
  g_assert_true (write_piece (f, partial, 4, &error));
  g_object_unref (partial);
  reopen_journal (f);
  partial = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 2);
  write_all (f, partial);

  /* Deleted or replaced under us: nothing wrong gets the final name. */
  g_assert_no_errno (unlinkat (f->folder->fd, "file.bin.part", 0));
  test_folder_write (f->folder, "file.bin.part", "somebody else's");
  g_assert_false (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED);
  g_clear_error (&error);
  shoal_partial_discard (partial);
  g_object_unref (partial);
  g_autofree char *text = test_folder_read (f->folder, "file.bin.part");
  g_assert_cmpstr (text, ==, "somebody else's");
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);
  /* Opened anew, it starts afresh beside that. */
  reopen_journal (f);
  partial = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 0);
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  check_file (f, "file.bin");
  g_object_unref (partial);
}

static void
test_never_replaces (void)
{
  g_autoptr (Fixture) f = fixture_new (2 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autofree char *made = NULL;

  test_folder_write (f->folder, "file.bin", "old");
  test_folder_write (f->folder, "file.bin.part", "not ours");
  g_assert_no_errno (symlinkat ("/nowhere", f->folder->fd, "file (2).bin"));
  g_assert_no_errno (mkdirat (f->folder->fd, "file (2).bin.part", 0777));
  g_autoptr (ShoalPartial) partial = open_partial (f);
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, &made, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (made, ==, "file (3).bin");
  check_file (f, made);
  g_autofree char *old = test_folder_read (f->folder, "file.bin");
  g_autofree char *foreign = test_folder_read (f->folder, "file.bin.part");
  g_assert_cmpstr (old, ==, "old");
  g_assert_cmpstr (foreign, ==, "not ours");
  g_assert_cmpuint (test_folder_count (f->folder), ==, 5);
}

/* A ".part" that is of the right size but wrong; a link; one with more than the size. */
static void
test_foreign_part (void)
{
  g_autoptr (Fixture) f = fixture_new (3 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (TestContent) other = test_content_new (2, 3 * SHOAL_PIECE_SIZE);

  test_folder_write (f->folder, "target", "");
  g_assert_no_errno (symlinkat ("target", f->folder->fd, "file.bin.part"));
  int fd = openat (f->folder->fd, "file (2).bin.part", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  for (guint32 i = 0; i < 3; i++)
    g_assert_true (shoal_fd_write_all (fd, f->buffer, test_content_fill (other, i, f->buffer),
                                       (guint64) i * SHOAL_PIECE_SIZE, NULL));
  close (fd);
  g_autoptr (ShoalPartial) partial = open_partial (f);
  write_all (f, partial);
  g_autofree char *foreign = g_build_filename (f->folder->path, "file (2).bin.part", NULL);
  test_content_check_file (other, foreign);
  g_autofree char *target = test_folder_read (f->folder, "target");
  g_assert_cmpstr (target, ==, "");
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
  test_content_check_file (other, foreign);
}

/* The journal is lost: what is on disk is found by its pieces, unless somebody works on it. */
static void
test_lost_journal (void)
{
  g_autoptr (Fixture) f = fixture_new (4 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  ShoalPartial *first = open_partial (f);

  g_assert_true (write_piece (f, first, 0, &error));
  g_assert_true (write_piece (f, first, 2, &error));
  shoal_journal_remove (f->journal);
  reopen_journal (f);
  ShoalPartial *second = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (second), ==, 0);
  g_assert_cmpuint (test_folder_count (f->folder), ==, 2);
  shoal_partial_discard (second);
  g_object_unref (second);
  g_object_unref (first);
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);

  shoal_journal_remove (f->journal);
  reopen_journal (f);
  second = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (second), ==, 2);
  write_all (f, second);
  g_assert_true (shoal_partial_finish (second, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);
  g_object_unref (second);
}

/* Two contents that share pieces, with one name in one folder: neither gets the other's file. */
static void
test_versions (void)
{
  g_autoptr (Fixture) f = fixture_new (8 * SHOAL_PIECE_SIZE);
  g_autoptr (Fixture) g = fixture_new (8 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  /* The other one is the same but for its last piece. */
  ShoalDigest layer[8];
  memcpy (layer, g_bytes_get_data (g->content->layer, NULL), sizeof layer);
  gsize length = test_content_fill (g->content, 0, g->buffer);
  shoal_merkle_piece_root (g->buffer, length, g->content->size, &layer[7]);
  g_bytes_unref (g->content->layer);
  g->content->layer = g_bytes_new (layer, sizeof layer);
  shoal_merkle_root_of_layer (layer, 8, &g->content->id);
  g_clear_pointer (&g->journal, shoal_journal_unref);
  g_assert_no_errno (g_unlink (g->journal_path));
  g->journal = shoal_journal_open (g->journal_path, &g->content->id, g->content->size, &error);
  g_assert_no_error (error);

  ShoalPartial *one = open_partial (f);
  g_assert_true (write_piece (f, one, 0, &error));
  TestFolder *own = g->folder;
  g->folder = f->folder;
  ShoalPartial *two = open_partial (g);
  g_assert_cmpuint (shoal_partial_get_n_have (two), ==, 0);
  for (guint32 i = 0; i < 7; i++)
    g_assert_true (write_piece (g, two, i, &error));
  length = test_content_fill (g->content, 0, g->buffer);
  g_assert_true (shoal_partial_write_piece (two, 7, g->buffer, length, &error));
  write_all (f, one);
  g_assert_true (shoal_partial_finish (one, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
  g_autofree char *made = NULL;
  g_assert_true (shoal_partial_finish (two, FALSE, -1, &made, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (made, ==, "file (2).bin");
  check_file (f, "file.bin");
  g->folder = own;
  g_object_unref (one);
  g_object_unref (two);
}

static void
test_discard (void)
{
  g_autoptr (Fixture) f = fixture_new (2 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPartial) partial = open_partial (f);

  g_assert_true (write_piece (f, partial, 0, &error));
  shoal_partial_discard (partial);
  shoal_partial_discard (partial);
  g_assert_cmpuint (test_folder_count (f->folder), ==, 0);
}

/* The file of a download that is not open: by the journal, and only that one. */
static void
test_discard_closed (void)
{
  g_autoptr (Fixture) f = fixture_new (2 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autofree char *part = g_build_filename (f->folder->path, "file.bin.part", NULL);

  /* Nothing is recorded yet. */
  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));

  ShoalPartial *partial = open_partial (f);
  g_autoptr (GArray) parts = shoal_journal_dup_parts (f->journal);

  g_assert_cmpuint (parts->len, ==, 1);
  g_assert_cmpuint (g_array_index (parts, guint32, 0), ==, 0);
  g_assert_true (write_piece (f, partial, 0, &error));
  g_assert_false (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  g_clear_error (&error);
  g_object_unref (partial);
  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 1, &error));
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);

  /* Held open, so that nobody else gets its inode. */
  g_auto (ShoalFd) held = open (part, O_RDONLY | O_CLOEXEC);

  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));
  g_assert_cmpuint (test_folder_count (f->folder), ==, 0);

  /* Somebody else's of the same name, and a link. */
  g_assert_true (g_file_set_contents (part, "mine", 4, NULL));
  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);
  g_assert_no_errno (unlink (part));
  g_assert_no_errno (symlink ("/dev/null", part));
  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));
  g_assert_cmpuint (test_folder_count (f->folder), ==, 1);
  g_assert_no_errno (unlink (part));

  /* What is whole is the user's. */
  partial = open_partial (f);
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_object_unref (partial);
  g_assert_true (shoal_part_discard (f->folder->fd, "file.bin", f->journal, 0, &error));
  check_file (f, "file.bin");
}

static void
test_cancel_hashing (void)
{
  g_autoptr (Fixture) f = fixture_new (2 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  ShoalPartial *partial = open_partial (f);

  g_assert_true (write_piece (f, partial, 0, &error));
  g_object_unref (partial);
  g_cancellable_cancel (cancellable);
  g_assert_null (shoal_partial_open (f->folder->fd, "file.bin", &f->content->id, f->content->size,
                                     f->content->layer, f->journal, 0, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  partial = open_partial (f);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 1);
  g_object_unref (partial);
}

static void
test_long_name (void)
{
  g_autoptr (Fixture) f = fixture_new (100);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strnfill (SHOAL_MAX_NAME_BYTES, 'x');
  g_autofree char *made = NULL;

  g_assert_no_errno (mknodat (f->folder->fd, name, S_IFREG | 0666, 0));
  g_autofree char *stem = g_strnfill (SHOAL_MAX_NAME_BYTES - 12, 'x');
  g_autofree char *part = g_strconcat (stem, ".part", NULL);
  test_folder_write (f->folder, part, "somebody else's");
  g_autoptr (ShoalPartial) partial = open_content (f, f->content, name);
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, &made, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (made, "x (2)"));
  check_file (f, made);
}

/* ENOSPC for real, where a small file system may be mounted. */
static void
test_disk_full (void)
{
  TestFolder *folder = test_folder_new ();

  if (mount ("shoal-test", folder->path, "tmpfs", 0, "size=3m") < 0)
    {
      test_folder_free (folder);
      g_test_skip ("Mounting a small file system is not permitted here");
      return;
    }
  /* The folder itself, not what was below it before. */
  g_assert_no_errno (close (folder->fd));
  folder->fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (TestFolder) mounted = test_folder_new_in (folder->path);
  g_autoptr (Fixture) f = fixture_new_in (g_steal_pointer (&mounted), 6 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  ShoalPartial *partial = open_partial (f);

  guint32 piece = 0;
  while (piece < 6 && write_piece (f, partial, piece, &error))
    piece++;
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NO_SPACE);
  g_clear_error (&error);
  g_assert_cmpuint (piece, <=, 3);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, piece);
  g_assert_false (shoal_partial_has_piece (partial, piece));
  g_assert_true (shoal_partial_sync (partial, &error));

  /* There is room again. */
  g_assert_no_errno (mount ("shoal-test", folder->path, "tmpfs", MS_REMOUNT, "size=16m"));
  write_all (f, partial);
  g_assert_true (shoal_partial_finish (partial, FALSE, -1, NULL, &error));
  g_assert_no_error (error);
  check_file (f, "file.bin");
  g_object_unref (partial);
  g_assert_no_errno (unlinkat (f->folder->fd, "file.bin", 0));
  umount2 (folder->path, MNT_DETACH);
  /* The fixture's folder went with the mount: give it another to remove. */
  g_assert_no_errno (g_mkdir (f->folder->path, 0700));
  fixture_free (g_steal_pointer (&f));
  test_folder_free (folder);
}

/* The same with a limit on the size of files, in a process of its own: the file and the journal. */
static void
test_file_size_limit (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_autoptr (Fixture) f = fixture_new (4 * SHOAL_PIECE_SIZE);
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalPartial) partial = open_partial (f);
  struct rlimit limit = { 2 * SHOAL_PIECE_SIZE + 4096, RLIM_INFINITY };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_true (write_piece (f, partial, 0, &error));
  g_assert_true (write_piece (f, partial, 1, &error));
  g_assert_false (write_piece (f, partial, 2, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
  g_clear_error (&error);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 2);

  /* No room for the record of the sync: the pieces still count, and are recorded later. */
  struct stat before, after;
  g_assert_no_errno (stat (f->journal_path, &before));
  limit.rlim_cur = (rlim_t) before.st_size + 5;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_false (shoal_partial_sync (partial, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
  g_clear_error (&error);
  g_assert_no_errno (stat (f->journal_path, &after));
  g_assert_cmpint (after.st_size, ==, before.st_size);
  g_assert_cmpuint (shoal_partial_get_n_have (partial), ==, 2);
  limit.rlim_cur = RLIM_INFINITY;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_true (shoal_partial_sync (partial, &error));
  guint8 recorded[1] = { 0 };
  reopen_journal (f);
  shoal_journal_fill_have (f->journal, 0, recorded, 4);
  g_assert_cmphex (recorded[0], ==, 0xc0);
}

static void
test_journal (void)
{
  g_autoptr (Fixture) f = fixture_new (1);
  g_autoptr (GError) error = NULL;
  static const guint32 files[] = { 3, 4, 5, 9, 7, 999999 };
  struct stat st;

  g_assert_no_errno (stat (f->journal_path, &st));
  g_assert_cmpuint (st.st_mode & 07777, ==, 0600);
  g_assert_true (shoal_journal_add (f->journal, 2, 5, 3, &error));
  g_assert_true (shoal_journal_add_files (f->journal, files, G_N_ELEMENTS (files), &error));
  g_assert_true (shoal_journal_add_files (f->journal, NULL, 0, &error));
  for (guint i = 0; i < 2; i++)
    {
      guint8 have[2] = { 0 };
      shoal_journal_fill_have (f->journal, 2, have, 16);
      g_assert_cmphex (have[0], ==, 0x07);
      g_assert_cmphex (have[1], ==, 0);
      for (gsize j = 0; j < G_N_ELEMENTS (files); j++)
        g_assert_true (shoal_journal_has_file (f->journal, files[j]));
      g_assert_false (shoal_journal_has_file (f->journal, 6));
      g_assert_false (shoal_journal_has_file (f->journal, 2));
      g_assert_false (shoal_journal_has_file (f->journal, G_MAXUINT32));
      reopen_journal (f);
    }

  /* Of another content, another size; not a journal at all; cut in its header; a link. */
  ShoalDigest other = f->content->id;
  other.bytes[0] ^= 1;
  g_assert_null (shoal_journal_open (f->journal_path, &other, 1, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (shoal_journal_open (f->journal_path, &f->content->id, 2, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  g_clear_error (&error);
  test_folder_write (f->state, "letter", "Dear Ada");
  g_autofree char *letter = g_build_filename (f->state->path, "letter", NULL);
  g_assert_null (shoal_journal_open (letter, &f->content->id, 1, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
  g_clear_error (&error);
  g_autofree char *text = test_folder_read (f->state, "letter");
  g_assert_cmpstr (text, ==, "Dear Ada");
  g_assert_no_errno (symlinkat ("journal", f->state->fd, "link"));
  g_autofree char *link = g_build_filename (f->state->path, "link", NULL);
  g_assert_null (shoal_journal_open (link, &f->content->id, 1, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);

  shoal_journal_remove (f->journal);
  shoal_journal_remove (f->journal);
  g_assert_cmpint (access (f->journal_path, F_OK), ==, -1);
  reopen_journal (f);
  g_assert_false (shoal_journal_has_file (f->journal, 3));
}

/* Cut at every length, and with every byte damaged: what is before counts, and it goes on from
 * there. */
static void
test_journal_torn (void)
{
  g_autoptr (Fixture) f = fixture_new (1);
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = NULL;
  gsize size;

  for (guint i = 0; i < 5; i++)
    g_assert_true (shoal_journal_add (f->journal, i, 0, 1, &error));
  g_assert_true (g_file_get_contents (f->journal_path, &whole, &size, &error));
  g_assert_cmpuint (size, ==, 64 + 5 * 32);
  for (gsize at = 64; at < 2 * size - 64; at++)
    {
      gboolean cut = at < size;
      gsize place = cut ? at : at - size + 64;
      g_autofree char *torn = g_memdup2 (whole, size);
      if (!cut)
        torn[place] ^= 0x40;
      g_assert_true (
          g_file_set_contents (f->journal_path, torn, (gssize) (cut ? place : size), &error));
      reopen_journal (f);
      guint kept = (guint) (place - 64) / 32;
      for (guint i = 0; i < 5; i++)
        {
          guint8 have[1] = { 0 };
          shoal_journal_fill_have (f->journal, i, have, 1);
          g_assert_cmphex (have[0], ==, i < kept ? 0x80 : 0);
        }
      g_assert_true (shoal_journal_add (f->journal, 7, 0, 1, &error));
      reopen_journal (f);
      guint8 have[1] = { 0 };
      shoal_journal_fill_have (f->journal, 7, have, 1);
      g_assert_cmphex (have[0], ==, 0x80);
    }
  /* Within the header, it is not one of ours. */
  for (gsize at = 1; at < 64; at += 9)
    {
      g_assert_true (g_file_set_contents (f->journal_path, whole, (gssize) at, &error));
      g_assert_null (shoal_journal_open (f->journal_path, &f->content->id, 1, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_EXISTS);
      g_clear_error (&error);
    }
  g_assert_true (g_file_set_contents (f->journal_path, "", 0, &error));
  reopen_journal (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/basic", test_journal);
  g_test_add_func ("/journal/torn", test_journal_torn);
  g_test_add_func ("/partial/any-order", test_any_order);
  g_test_add_func ("/partial/wrong-pieces", test_wrong_pieces);
  g_test_add_func ("/partial/read", test_read);
  g_test_add_func ("/partial/threads", test_threads);
  g_test_add_func ("/partial/reopen", test_reopen);
  g_test_add_func ("/partial/cut", test_cut);
  g_test_add_func ("/partial/never-replaces", test_never_replaces);
  g_test_add_func ("/partial/foreign-part", test_foreign_part);
  g_test_add_func ("/partial/lost-journal", test_lost_journal);
  g_test_add_func ("/partial/versions", test_versions);
  g_test_add_func ("/partial/discard", test_discard);
  g_test_add_func ("/partial/discard-closed", test_discard_closed);
  g_test_add_func ("/partial/cancel-hashing", test_cancel_hashing);
  g_test_add_func ("/partial/long-name", test_long_name);
  g_test_add_func ("/partial/disk-full", test_disk_full);
  g_test_add_func ("/partial/file-size-limit", test_file_size_limit);
  return g_test_run ();
}
