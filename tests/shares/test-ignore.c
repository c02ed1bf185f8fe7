/* test-ignore.c: what is left out of shared folders: the lists built in, and a share's own patterns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-directory.h"
#include "shares-fixture.h"
#include "shoal-error.h"
#include "shoal-ignore.h"

#define KEY                                                                                        \
  "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"                                 \
  "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"

static void
test_built_in (void)
{
  const struct
  {
    const char *path;
    ShoalIgnored expected;
  } cases[] = {
    { "notes.txt", SHOAL_IGNORED_NOT },          { "notes.txt~", SHOAL_IGNORED_JUNK },
    { "deep/.DS_Store", SHOAL_IGNORED_JUNK },    { "~$report.docx", SHOAL_IGNORED_JUNK },
    { ".~lock.table.ods#", SHOAL_IGNORED_JUNK }, { "code/.git", SHOAL_IGNORED_JUNK },
    { "code/.github", SHOAL_IGNORED_NOT },       { ".gitignore", SHOAL_IGNORED_NOT },
    { "package-lock.json", SHOAL_IGNORED_NOT },  { ".env", SHOAL_IGNORED_SECRET },
    { ".env.example", SHOAL_IGNORED_NOT },       { "home/.ssh", SHOAL_IGNORED_SECRET },
    { "family.kdbx", SHOAL_IGNORED_SECRET },     { "id_ed25519", SHOAL_IGNORED_SECRET },
    { "id_ed25519.pub", SHOAL_IGNORED_NOT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].path);
      g_assert_cmpint (shoal_ignore_look (NULL, -1, cases[i].path, FALSE), ==, cases[i].expected);
    }
}

static void
test_own (void)
{
  static const char *const own[]
      = { "*.bak", "drafts/", "/top.txt", "a/b/*.c", "!.git", "*.c", "!a/keep.c", NULL };
  const struct
  {
    const char *path;
    gboolean folder;
    ShoalIgnored expected;
  } cases[] = {
    { "x/old.bak", FALSE, SHOAL_IGNORED_OWN },   { "old.bak.txt", FALSE, SHOAL_IGNORED_NOT },
    { "x/drafts", TRUE, SHOAL_IGNORED_OWN },     { "x/drafts", FALSE, SHOAL_IGNORED_NOT },
    { "top.txt", FALSE, SHOAL_IGNORED_OWN },     { "x/top.txt", FALSE, SHOAL_IGNORED_NOT },
    { ".git", TRUE, SHOAL_IGNORED_NOT },         { "x/.git", TRUE, SHOAL_IGNORED_NOT },
    { "a/b/c.c", FALSE, SHOAL_IGNORED_OWN },     { "a/keep.c", FALSE, SHOAL_IGNORED_NOT },
    { "a/b/other~", FALSE, SHOAL_IGNORED_JUNK }, { "a/b/plain", FALSE, SHOAL_IGNORED_NOT },
    { ".hidden.bak", FALSE, SHOAL_IGNORED_OWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].path);
      g_assert_cmpint (shoal_ignore_look (own, -1, cases[i].path, cases[i].folder), ==,
                       cases[i].expected);
    }
}

static void
test_check (void)
{
  static const char *const good[] = { "*.bak", "!x", "ä/ö", NULL };
  static const char *const bad[][2]
      = { { "", NULL }, { "!", NULL }, { "a\nb", NULL }, { "\xff", NULL } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) many = g_ptr_array_new ();

  g_assert_true (shoal_ignore_check (good, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (shoal_ignore_check (bad[i], &error));
      g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID);
      g_clear_error (&error);
    }
  for (guint i = 0; i <= 500; i++)
    g_ptr_array_add (many, (gpointer) "x");
  g_ptr_array_add (many, NULL);
  g_assert_false (shoal_ignore_check ((const char *const *) many->pdata, &error));
  g_assert_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
}

static gboolean
has_file (ShoalShare *share, const char *path)
{
  return shoal_share_has_file (share, path);
}

static void
answer (SharesFixture *self, ShoalShare *share, gboolean shared)
{
  g_auto (GStrv) patterns = shoal_ignore_dup_secrets (shared);
  g_auto (GStrv) all
          = shoal_ignore_dup_added (shoal_share_get_ignore (share), (const char *const *) patterns);

  shoal_shares_set_ignore (self->shares, share, (const char *const *) all);
  shares_fixture_wait (self);
}

/* What is left out is neither in the list nor served; the user's word on it is kept. */
static void
test_share (SharesFixture *self, gconstpointer unused)
{
  static const char *const bak[] = { "*.bak", NULL };

  fake_directory_set_online (self->directory, TRUE);
  shares_fixture_write (self, "code/main.c", "main");
  shares_fixture_write (self, "code/main.c~", "before");
  shares_fixture_write (self, "code/main.bak", "before that");
  shares_fixture_write (self, "code/.git/config", "remote");
  shares_fixture_write (self, "code/.env", "PASSWORD=x");
  shares_fixture_write (self, "code/server.pem", KEY);
  shares_fixture_write (self, "code/public.pem", "-----BEGIN CERTIFICATE-----\n");

  g_autoptr (ShoalShare) share = shares_fixture_add (self, "code");
  g_assert_cmpint (shoal_share_get_state (share), ==, SHOAL_SHARE_OFFERED);
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 3);
  g_assert_true (has_file (share, "main.bak"));
  g_assert_true (has_file (share, "public.pem"));
  g_assert_false (has_file (share, ".git"));
  g_assert_false (has_file (share, "server.pem"));
  g_assert_cmpuint (shoal_share_get_n_secrets (share), ==, 2);
  g_assert_cmpstr (shoal_share_get_message (share), ==, "4 entries are not shared");

  shoal_shares_set_ignore (self->shares, share, bak);
  shares_fixture_wait (self);
  g_assert_false (has_file (share, "main.bak"));
  g_assert_cmpuint (shoal_share_get_n_files (share), ==, 2);

  /* Settled, in both ways, and over a restart. */
  answer (self, share, FALSE);
  g_assert_cmpuint (shoal_share_get_n_secrets (share), ==, 0);
  g_assert_false (has_file (share, ".env"));
  answer (self, share, TRUE);
  g_assert_cmpuint (shoal_share_get_n_secrets (share), ==, 0);
  g_assert_true (has_file (share, ".env"));
  g_assert_true (has_file (share, "server.pem"));
  shares_fixture_restart (self);
  g_autoptr (ShoalShare) again = g_list_model_get_item (G_LIST_MODEL (self->shares), 0);
  g_assert_cmpstr (shoal_share_get_ignore (again)[0], ==, "*.bak");
  shoal_shares_recheck_all (self->shares);
  shares_fixture_wait (self);
  g_assert_true (has_file (again, ".env"));
  g_assert_false (has_file (again, "main.bak"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ignore/built-in", test_built_in);
  g_test_add_func ("/ignore/own", test_own);
  g_test_add_func ("/ignore/check", test_check);
  g_test_add ("/ignore/share", SharesFixture, NULL, shares_fixture_set_up, test_share,
              shares_fixture_tear_down);
  return g_test_run ();
}
