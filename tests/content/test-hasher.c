/* test-hasher.c: digests, the hash tree against a plain one, hashing files alone and in the pool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-limits.h"
#include "shoal-merkle.h"

#include <fcntl.h>
#include <string.h>

#include "test-folder.h"

static const guint64 sizes[] = {
  0,
  1,
  SHOAL_BLOCK_SIZE - 1,
  SHOAL_BLOCK_SIZE,
  SHOAL_BLOCK_SIZE + 1,
  3 * SHOAL_BLOCK_SIZE,
  SHOAL_PIECE_SIZE - 1,
  SHOAL_PIECE_SIZE,
  SHOAL_PIECE_SIZE + 1,
  2 * SHOAL_PIECE_SIZE,
  3 * SHOAL_PIECE_SIZE + 12345,
  5 * SHOAL_PIECE_SIZE,
  8 * SHOAL_PIECE_SIZE + 1,
};

static GBytes *
make_bytes (gsize size, guint32 seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (MAX (size, 1));

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_rand_int (random);
  return g_bytes_new_take (data, size);
}

static void
plain_hash (const guint8 *data, gsize size, guint8 out[32])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = 32;

  g_checksum_update (sum, data, (gssize) size);
  g_checksum_get_digest (sum, out, &length);
}

/* The whole tree of BEP 52 written out: leaves over the file, padded with zeros to a power of two.
 * With other hash code and another way to pad than the library's. */
static void
plain_root (const guint8 *data, gsize size, guint8 out[32])
{
  gsize leaves = (size + SHOAL_BLOCK_SIZE - 1) / SHOAL_BLOCK_SIZE;
  gsize width = 1;

  while (width < leaves)
    width *= 2;
  g_autofree guint8 *nodes = g_malloc0 (width * 32);
  for (gsize i = 0; i < leaves; i++)
    plain_hash (data + i * SHOAL_BLOCK_SIZE, MIN (size - i * SHOAL_BLOCK_SIZE, SHOAL_BLOCK_SIZE),
                nodes + i * 32);
  for (; width > 1; width /= 2)
    for (gsize i = 0; i < width / 2; i++)
      {
        guint8 parent[32];
        plain_hash (nodes + i * 64, 64, parent);
        memcpy (nodes + i * 32, parent, 32);
      }
  memcpy (out, nodes, 32);
}

static void
test_digest (void)
{
  ShoalDigest digest;
  char hex[SHOAL_DIGEST_HEX_SIZE];
  static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  shoal_digest_of ("abc", 3, &digest);
  shoal_digest_to_hex (&digest, hex);
  g_assert_cmpstr (hex, ==, abc);
  ShoalDigest parsed;
  g_assert_true (shoal_digest_from_hex (&parsed, abc));
  g_assert_true (shoal_digest_equal (&parsed, &digest));
  g_assert_cmpuint (shoal_digest_hash (&parsed), ==, shoal_digest_hash (&digest));
  g_assert_false (shoal_digest_is_zero (&parsed));

  g_autofree char *upper = g_ascii_strup (abc, -1);
  g_autofree char *longer = g_strconcat (abc, "0", NULL);
  g_autofree char *spaced = g_strconcat (" ", abc + 1, NULL);
  const char *const bad[] = { NULL,
                              "",
                              abc + 1,
                              upper,
                              longer,
                              spaced,
                              "ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (shoal_digest_from_hex (&parsed, bad[i]));
}

static void
test_merkle (void)
{
  for (gsize i = 1; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = make_bytes (sizes[i], (guint32) i);
      g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
      guint8 expected[32];
      plain_root (g_bytes_get_data (bytes, NULL), sizes[i], expected);
      g_test_message ("%" G_GUINT64_FORMAT " bytes", sizes[i]);
      g_assert_cmpmem (content->id.bytes, 32, expected, 32);
      g_assert_cmpuint (content->size, ==, sizes[i]);
      g_assert_cmpuint (g_bytes_get_size (content->layer), ==, shoal_piece_count (sizes[i]) * 32);
      if (sizes[i] <= SHOAL_PIECE_SIZE)
        g_assert_cmpmem (g_bytes_get_data (content->layer, NULL), 32, expected, 32);
    }
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (ShoalContent) empty = shoal_hash_bytes (nothing);
  g_assert_true (shoal_digest_is_zero (&empty->id));
  g_assert_cmpuint (g_bytes_get_size (empty->layer), ==, 0);
}

/* Against a plain tree over the layer, for all shapes of its right edge. */
static void
test_root_of_layer (void)
{
  ShoalDigest layer[70], filler[64] = { 0 }, plain[128];

  for (guint width = 64; width > 1; width /= 2)
    for (guint i = 0; i < width / 2; i++)
      plain_hash (filler[2 * i].bytes, 64, filler[i].bytes);
  for (guint i = 0; i < G_N_ELEMENTS (layer); i++)
    shoal_digest_of (&i, sizeof i, &layer[i]);

  for (guint n = 1; n <= G_N_ELEMENTS (layer); n++)
    {
      guint width = 1;
      while (width < n)
        width *= 2;
      for (guint i = 0; i < width; i++)
        plain[i] = i < n ? layer[i] : filler[0];
      for (; width > 1; width /= 2)
        for (guint i = 0; i < width / 2; i++)
          plain_hash (plain[2 * i].bytes, 64, plain[i].bytes);
      ShoalDigest root;
      shoal_merkle_root_of_layer (layer, n, &root);
      g_assert_cmpmem (&root, 32, &plain[0], 32);
    }
}

static void
test_pieces (void)
{
  g_assert_cmpuint (shoal_piece_count (0), ==, 0);
  g_assert_cmpuint (shoal_piece_count (1), ==, 1);
  g_assert_cmpuint (shoal_piece_count (SHOAL_PIECE_SIZE), ==, 1);
  g_assert_cmpuint (shoal_piece_count (SHOAL_PIECE_SIZE + 1), ==, 2);
  g_assert_cmpuint (shoal_piece_count (SHOAL_MAX_FILE_SIZE), ==, 8 * 1024 * 1024);
  g_assert_cmpuint (shoal_piece_length (SHOAL_PIECE_SIZE + 1, 0), ==, SHOAL_PIECE_SIZE);
  g_assert_cmpuint (shoal_piece_length (SHOAL_PIECE_SIZE + 1, 1), ==, 1);
  g_assert_cmpuint (shoal_piece_length (SHOAL_MAX_FILE_SIZE, 8 * 1024 * 1024 - 1), ==,
                    SHOAL_PIECE_SIZE);
}

static void
test_check_layer (void)
{
  g_autoptr (GBytes) bytes = make_bytes (3 * SHOAL_PIECE_SIZE + 5, 7);
  g_autoptr (ShoalContent) content = shoal_hash_bytes (bytes);
  g_autoptr (GError) error = NULL;

  g_assert_true (shoal_merkle_check_layer (content->layer, &content->id, content->size, &error));
  g_assert_no_error (error);

  g_autoptr (GBytes) shorter = g_bytes_new_from_bytes (content->layer, 0, 96);
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (content->layer, NULL), 128);
  data[127] ^= 1;
  g_autoptr (GBytes) wrong = g_bytes_new (data, 128);
  ShoalDigest zero = { 0 };
  const struct
  {
    GBytes *layer;
    const ShoalDigest *id;
    guint64 size;
  } cases[] = {
    { shorter, &content->id, content->size },
    { none, &content->id, content->size },
    { wrong, &content->id, content->size },
    { content->layer, &zero, content->size },
    { content->layer, &content->id, 4 * SHOAL_PIECE_SIZE + 1 },
    { content->layer, &content->id, 3 * SHOAL_PIECE_SIZE },
    { content->layer, &content->id, 0 },
    { content->layer, &content->id, SHOAL_MAX_FILE_SIZE + 1 },
    { content->layer, &content->id, G_MAXUINT64 },
    { none, &content->id, 0 },
    { none, &zero, 1 },
    { none, &zero, G_MAXUINT64 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) bad = NULL;
      g_assert_false (shoal_merkle_check_layer (cases[i].layer, cases[i].id, cases[i].size, &bad));
      g_assert_error (bad, SHOAL_ERROR, SHOAL_ERROR_CORRUPT);
    }
  g_assert_true (shoal_merkle_check_layer (none, &zero, 0, NULL));
}

static int
make_file (TestFolder *folder, const char *name, GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  int fd = shoal_dir_open_file (folder->fd, name, O_RDWR | O_CREAT | O_TRUNC, 0644, &error);

  g_assert_no_error (error);
  shoal_fd_write_all (fd, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0, &error);
  g_assert_no_error (error);
  return fd;
}

static void
test_hash_fd (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = make_bytes (sizes[i], (guint32) i);
      g_autoptr (ShoalContent) expected = shoal_hash_bytes (bytes);
      g_auto (ShoalFd) fd = make_file (folder, "file", bytes);
      gint64 progress = 0;
      g_autoptr (ShoalContent) content = shoal_hash_fd (fd, &progress, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (&content->id, 32, &expected->id, 32);
      g_assert_true (g_bytes_equal (content->layer, expected->layer));
      g_assert_cmpuint (content->size, ==, sizes[i]);
      g_assert_cmpint (progress, ==, (gint64) sizes[i]);
      struct stat st;
      ShoalFileStamp stamp;
      g_assert_no_errno (fstat (fd, &st));
      shoal_file_stamp_from_stat (&stamp, &st);
      g_assert_true (shoal_file_stamp_equal (&stamp, &content->stamp));
      g_assert_false (content->executable);
      g_assert_no_errno (fchmod (fd, 0755));
      g_autoptr (ShoalContent) again = shoal_hash_fd (fd, NULL, NULL, &error);
      g_assert_true (again->executable);
      g_assert_no_errno (unlinkat (folder->fd, "file", 0));
    }

  g_autoptr (GError) error = NULL;
  g_assert_null (shoal_hash_fd (folder->fd, NULL, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (shoal_hash_fd (-1, NULL, NULL, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_IO);
  g_clear_error (&error);

  /* Sparse, larger than is allowed. */
  g_auto (ShoalFd) huge = open (folder->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (huge >= 0 && ftruncate (huge, (off_t) SHOAL_MAX_FILE_SIZE + 1) == 0)
    {
      g_assert_null (shoal_hash_fd (huge, NULL, NULL, &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
    }
}

/* Changes a file once hashing has got to a certain place, as another program could. */
typedef struct
{
  int fd;
  gint64 progress;
  gboolean shorten;
  gint stop;
} Changer;

static gpointer
change_in_thread (gpointer user_data)
{
  Changer *changer = user_data;

  while (__atomic_load_n (&changer->progress, __ATOMIC_RELAXED) == 0)
    g_thread_yield ();
  if (changer->shorten)
    g_assert_no_errno (ftruncate (changer->fd, SHOAL_PIECE_SIZE));
  else
    while (!g_atomic_int_get (&changer->stop))
      g_assert_cmpint (pwrite (changer->fd, "x", 1, 0), ==, 1);
  return NULL;
}

static void
test_changed (gconstpointer data)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GBytes) bytes = make_bytes (32 * SHOAL_PIECE_SIZE, 1);
  g_autoptr (GError) error = NULL;
  g_auto (ShoalFd) fd = make_file (folder, "file", bytes);
  Changer changer = { .fd = fd, .shorten = GPOINTER_TO_INT (data) };

  GThread *thread = g_thread_new ("changer", change_in_thread, &changer);
  g_autoptr (ShoalContent) content = shoal_hash_fd (fd, &changer.progress, NULL, &error);
  g_atomic_int_set (&changer.stop, TRUE);
  g_thread_join (thread);
  g_assert_null (content);
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_CHANGED);
}

typedef struct
{
  ShoalContent *content;
  GError *error;
  guint *left;
} Answer;

static void
on_hashed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->content = shoal_hash_pool_hash_finish (SHOAL_HASH_POOL (source), result, &answer->error);
  --*answer->left;
}

static void
wait_for (guint *left)
{
  while (*left > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* The worker that gave the last answer may hold the pool for a moment longer. */
static void
assert_pool_ends (ShoalHashPool *pool)
{
  GWeakRef weak;

  g_weak_ref_init (&weak, pool);
  g_object_unref (pool);
  for (GObject *alive; (alive = g_weak_ref_get (&weak)) != NULL; g_object_unref (alive))
    g_thread_yield ();
  g_weak_ref_clear (&weak);
}

static void
test_pool (gconstpointer data)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  ShoalHashPool *pool = shoal_hash_pool_new (GPOINTER_TO_UINT (data));
  Answer answers[4 * G_N_ELEMENTS (sizes)] = { 0 };
  guint left = G_N_ELEMENTS (answers);
  gint64 progress = 0;
  gint64 sum = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%" G_GSIZE_FORMAT, i);
      g_autoptr (GBytes) bytes = make_bytes (sizes[i / 4], (guint32) i);
      answers[i].left = &left;
      sum += (gint64) sizes[i / 4];
      shoal_hash_pool_hash_async (pool, make_file (folder, name, bytes), &progress, NULL,
                                  on_hashed_cb, &answers[i]);
    }
  wait_for (&left);
  g_assert_cmpint (progress, ==, sum);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GBytes) bytes = make_bytes (sizes[i / 4], (guint32) i);
      g_autoptr (ShoalContent) expected = shoal_hash_bytes (bytes);
      g_assert_no_error (answers[i].error);
      g_assert_cmpmem (&answers[i].content->id, 32, &expected->id, 32);
      g_assert_true (g_bytes_equal (answers[i].content->layer, expected->layer));
      shoal_content_free (answers[i].content);
    }
  assert_pool_ends (pool);
}

static void
test_pool_cancel (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GBytes) bytes = make_bytes (4 * SHOAL_PIECE_SIZE, 1);
  ShoalHashPool *pool = shoal_hash_pool_new (1);

  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Answer answers[8] = { 0 };
      guint left = G_N_ELEMENTS (answers);
      for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
        {
          /* Every other one is cancelled; one of them before it is asked for. */
          answers[i].left = &left;
          if (i == 6)
            g_cancellable_cancel (cancellable);
          shoal_hash_pool_hash_async (pool, make_file (folder, "file", bytes), NULL,
                                      i % 2 == 0 ? cancellable : NULL, on_hashed_cb, &answers[i]);
        }
      wait_for (&left);
      guint cancelled = 0;
      for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
        {
          if (answers[i].error != NULL)
            {
              /* The file is made anew meanwhile, so it may also have changed. */
              gboolean was_cancelled
                  = g_error_matches (answers[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
              g_assert_true (
                  was_cancelled
                  || g_error_matches (answers[i].error, SHOAL_ERROR, SHOAL_ERROR_CHANGED));
              g_assert_true (i % 2 == 0 || !was_cancelled);
              cancelled += was_cancelled;
            }
          g_clear_error (&answers[i].error);
          g_clear_pointer (&answers[i].content, shoal_content_free);
        }
      g_assert_cmpuint (cancelled, >=, 1);
    }
  assert_pool_ends (pool);
}

/* A cancelled job does not wait for its turn behind one that never ends. */
static void
test_pool_cancel_queued (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (GCancellable) stop_first = g_cancellable_new ();
  g_autoptr (GCancellable) stop_second = g_cancellable_new ();
  ShoalHashPool *pool = shoal_hash_pool_new (1);
  guint first_left = 1, second_left = 1;
  Answer first = { .left = &first_left }, second = { .left = &second_left };
  g_autofree char *path = g_build_filename (folder->path, "huge", NULL);
  gint64 progress = 0;

  int huge = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (ftruncate (huge, (off_t) 1 << 42) < 0)
    {
      close (huge);
      g_object_unref (pool);
      g_test_skip ("No sparse file of 4 TiB here");
      return;
    }
  shoal_hash_pool_hash_async (pool, dup (huge), &progress, stop_first, on_hashed_cb, &first);
  while (__atomic_load_n (&progress, __ATOMIC_RELAXED) == 0)
    g_thread_yield ();
  shoal_hash_pool_hash_async (pool, dup (huge), NULL, stop_second, on_hashed_cb, &second);
  g_cancellable_cancel (stop_second);
  g_assert_cmpuint (second_left, ==, 1); /* not from inside g_cancellable_cancel () */
  wait_for (&second_left);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (first_left, ==, 1);
  g_cancellable_cancel (stop_first);
  wait_for (&first_left);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&first.error);
  g_clear_error (&second.error);
  close (huge);
  assert_pool_ends (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest", test_digest);
  g_test_add_func ("/merkle/root", test_merkle);
  g_test_add_func ("/merkle/root-of-layer", test_root_of_layer);
  g_test_add_func ("/merkle/pieces", test_pieces);
  g_test_add_func ("/merkle/check-layer", test_check_layer);
  g_test_add_func ("/hasher/fd", test_hash_fd);
  g_test_add_data_func ("/hasher/changed", GINT_TO_POINTER (FALSE), test_changed);
  g_test_add_data_func ("/hasher/shortened", GINT_TO_POINTER (TRUE), test_changed);
  g_test_add_data_func ("/hasher/pool/1", GUINT_TO_POINTER (1), test_pool);
  g_test_add_data_func ("/hasher/pool/5", GUINT_TO_POINTER (5), test_pool);
  g_test_add_data_func ("/hasher/pool/default", GUINT_TO_POINTER (0), test_pool);
  g_test_add_func ("/hasher/pool/cancel", test_pool_cancel);
  g_test_add_func ("/hasher/pool/cancel-queued", test_pool_cancel_queued);
  return g_test_run ();
}
