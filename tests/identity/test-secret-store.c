/* test-secret-store.c: the three back ends keep, replace, forget, and refuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-secret-store.h"

#define GROUP "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* ---- Waiting -------------------------------------------------------------------------------- */

static void
on_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  gint64 deadline = g_get_monotonic_time () + 15 * G_USEC_PER_SEC;

  while (*result == NULL && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, FALSE);
  g_assert_nonnull (*result);
}

static gboolean
store (ShoalSecretStore *secrets,
       const char *kind,
       const char *group,
       const char *text,
       GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) secret = g_bytes_new (text, strlen (text));

  shoal_secret_store_store_async (secrets, kind, group, secret, NULL, on_result_cb, &result);
  wait_for (&result);
  return shoal_secret_store_store_finish (secrets, result, error);
}

static GBytes *
lookup (ShoalSecretStore *secrets,
        const char *kind,
        const char *group,
        GCancellable *cancellable,
        GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_secret_store_lookup_async (secrets, kind, group, cancellable, on_result_cb, &result);
  wait_for (&result);
  return shoal_secret_store_lookup_finish (secrets, result, error);
}

static void
clear (ShoalSecretStore *secrets, const char *kind, const char *group)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  shoal_secret_store_clear_async (secrets, kind, group, NULL, on_result_cb, &result);
  wait_for (&result);
  g_assert_true (shoal_secret_store_clear_finish (secrets, result, &error));
  g_assert_no_error (error);
}

static ShoalSecretStore *
open_store (const char *folder, const char *profile, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  shoal_secret_store_open_async (folder, profile, NULL, on_result_cb, &result);
  wait_for (&result);
  return shoal_secret_store_open_finish (result, error);
}

static void
assert_secret (ShoalSecretStore *secrets, const char *kind, const char *group, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) secret = lookup (secrets, kind, group, NULL, &error);

  if (text == NULL)
    {
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret), text, strlen (text));
}

/* ---- A folder ------------------------------------------------------------------------------- */

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("shoal-secrets-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

/* ---- The tests ------------------------------------------------------------------------------ */

static void
check_store (ShoalSecretStore *secrets)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  assert_secret (secrets, "token", GROUP, NULL);
  clear (secrets, "token", GROUP);
  g_assert_true (store (secrets, "token", GROUP, "one", &error));
  g_assert_true (store (secrets, "token", "", "two", &error));
  g_assert_true (store (secrets, "device-key", GROUP, "three", &error));
  assert_secret (secrets, "token", GROUP, "one");
  assert_secret (secrets, "token", "", "two");
  assert_secret (secrets, "device-key", GROUP, "three");
  g_assert_true (store (secrets, "token", GROUP, "four", &error));
  assert_secret (secrets, "token", GROUP, "four");
  clear (secrets, "token", GROUP);
  assert_secret (secrets, "token", GROUP, NULL);
  assert_secret (secrets, "token", "", "two");

  g_cancellable_cancel (cancelled);
  g_assert_null (lookup (secrets, "token", "", cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_memory (void)
{
  g_autoptr (ShoalSecretStore) secrets = shoal_memory_secret_store_new ();

  g_assert_cmpstr (shoal_secret_store_get_kind (secrets), ==, "memory");
  check_store (secrets);
}

static void
test_file (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "secrets", NULL);
  g_autoptr (ShoalSecretStore) secrets = shoal_file_secret_store_new (path);
  struct stat st;

  g_assert_cmpstr (shoal_secret_store_get_kind (secrets), ==, "file");
  check_store (secrets);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 07777, ==, 0600);

  g_autoptr (ShoalSecretStore) again = shoal_file_secret_store_new (path);
  assert_secret (again, "token", "", "two");
  assert_secret (again, "device-key", GROUP, "three");
  remove_folder (folder);
}

static void
assert_refuses (const char *path, int code, const char *message)
{
  g_autoptr (ShoalSecretStore) secrets = shoal_file_secret_store_new (path);
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_null (lookup (secrets, "token", "", NULL, &error));
  g_assert_error (error, SHOAL_ERROR, code);
  g_assert_nonnull (strstr (error->message, message));
  g_clear_error (&error);

  /* What cannot be read is not overwritten. */
  g_file_get_contents (path, &before, NULL, NULL);
  g_assert_false (store (secrets, "token", "", "new", &error));
  g_assert_error (error, SHOAL_ERROR, code);
  g_file_get_contents (path, &after, NULL, NULL);
  g_assert_cmpstr (before, ==, after);
}

static void
test_file_for_others (void)
{
  static const mode_t modes[] = { 0640, 0604, 0660, 0644, 0601 };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "secrets", NULL);
  g_autoptr (ShoalSecretStore) secrets = shoal_file_secret_store_new (path);
  g_autoptr (GError) error = NULL;

  g_assert_true (store (secrets, "token", "", "one", &error));
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (g_chmod (path, modes[i]), ==, 0);
      assert_refuses (path, SHOAL_ERROR_DENIED, "chmod 600");
    }
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_secret (secrets, "token", "", "one");
  remove_folder (folder);
}

static void
test_damaged_file (void)
{
  static const char *const texts[] = {
    "x",
    "token\n",
    "token -\n",
    "token - !!!\n",
    "token - b25l b25l\n",
    "token - b25\n",
    "TOKEN - b25l\n",
    "token 00 b25l\n",
    "token - b25l\n\n",
    " - b25l\n",
  };
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "secrets", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_true (g_file_set_contents_full (path, texts[i], -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                               0600, NULL));
      assert_refuses (path, SHOAL_ERROR_INVALID, "damaged");
    }
  g_autofree char *huge = g_strnfill (SHOAL_MAX_SECRETS_FILE + 1, 'a');
  g_assert_true (
      g_file_set_contents_full (path, huge, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
  assert_refuses (path, SHOAL_ERROR_LIMIT, "larger");
  remove_folder (folder);
}

/* Without a keyring a new profile takes the file, and says so in its folder for ever. */
static void
test_open_without_keyring (void)
{
  char *folder = make_folder ();
  g_autofree char *record = g_build_filename (folder, "secret-store", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalSecretStore) secrets = open_store (folder, "p1", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (shoal_secret_store_get_kind (secrets), ==, "file");
  check_store (secrets);
  g_assert_true (g_file_get_contents (record, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "file\n");

  /* A keyring that comes later changes nothing. */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_autoptr (ShoalSecretStore) again = open_store (folder, "p1", &error);
  g_assert_cmpstr (shoal_secret_store_get_kind (again), ==, "file");
  assert_secret (again, "token", "", "two");
  g_unsetenv ("SECRET_BACKEND");

  g_assert_true (g_file_set_contents (record, "cloud\n", -1, NULL));
  g_assert_null (open_store (folder, "p1", &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
  remove_folder (folder);
}

#define N_AT_ONCE 6

/* Calls that overlap, of two stores that share one keyring: each is carried out. */
static void
check_many_at_once (ShoalSecretStore *one, ShoalSecretStore *other)
{
  GAsyncResult *results[N_AT_ONCE] = { NULL };

  for (guint i = 0; i < N_AT_ONCE; i++)
    {
      g_autofree char *text = g_strdup_printf ("secret %u", i);
      g_autoptr (GBytes) secret = g_bytes_new (text, strlen (text));
      g_autofree char *group = g_strdup_printf ("%064u", i);

      shoal_secret_store_store_async (i % 2 == 0 ? one : other, "token", group, secret, NULL,
                                      on_result_cb, &results[i]);
    }
  for (guint i = 0; i < N_AT_ONCE; i++)
    {
      g_autoptr (GError) error = NULL;
      ShoalSecretStore *store = i % 2 == 0 ? one : other;
      g_autofree char *text = g_strdup_printf ("secret %u", i);
      g_autofree char *group = g_strdup_printf ("%064u", i);

      wait_for (&results[i]);
      g_assert_true (shoal_secret_store_store_finish (store, results[i], &error));
      g_assert_no_error (error);
      g_object_unref (results[i]);
      assert_secret (store, "token", group, text);
    }
}

/* libsecret's own file stands for a keyring: the same calls, without a desktop. It leaks the entity
 * tags of that file (0.20.5), which are none of ours. */
static void
test_keyring (void)
{
#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  char *folder = make_folder ();
  g_autofree char *keyring = g_build_filename (folder, "keyring", NULL);
  g_autofree char *record = g_build_filename (folder, "secret-store", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_autoptr (ShoalSecretStore) secrets = open_store (folder, "p1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (shoal_secret_store_get_kind (secrets), ==, "keyring");
  g_assert_true (g_file_get_contents (record, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "keyring\n");
  check_store (secrets);
  /* The question whether it works has left nothing behind. */
  assert_secret (secrets, "probe", "", NULL);

  /* Another profile sees none of it. */
  char *other_folder = make_folder ();
  g_autoptr (ShoalSecretStore) other = open_store (other_folder, "p2", &error);
  g_assert_no_error (error);
  assert_secret (other, "token", "", NULL);
  g_assert_true (store (other, "token", "", "theirs", &error));
  assert_secret (secrets, "token", "", "two");
  check_many_at_once (secrets, other);
  remove_folder (other_folder);
  remove_folder (folder);
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable ();
#endif
}

int
main (int argc, char **argv)
{
  g_autofree char *runtime = g_dir_make_tmp ("shoal-runtime-XXXXXX", NULL);

  /* No session bus, whatever the machine has */
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_unsetenv ("SECRET_BACKEND");
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-store/memory", test_memory);
  g_test_add_func ("/secret-store/file", test_file);
  g_test_add_func ("/secret-store/file-for-others", test_file_for_others);
  g_test_add_func ("/secret-store/damaged-file", test_damaged_file);
  g_test_add_func ("/secret-store/open-without-keyring", test_open_without_keyring);
  g_test_add_func ("/secret-store/keyring", test_keyring);
  int result = g_test_run ();
  g_rmdir (runtime);
  return result;
}
