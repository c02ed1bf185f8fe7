/* shoal-ignore.c: what is in a shared folder and not meant for others
 *
 * The lists are what synchronisers and version control leave out by default: whoever shares a
 * folder means what is in it for people. A user's own patterns are matched by fnmatch().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-ignore"

#include "config.h"

#include "shoal-ignore.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"

#define MAX_PATTERNS 500
#define MAX_PATTERN_BYTES 1024
/* So much of a file is looked at for a private key: certificates may stand before it. */
#define KEY_FILE_BYTES 16384

static const char *const junk[] = {
  /* Desktops and systems. */
  ".DS_Store", "._*", ".AppleDouble", ".Spotlight-V100", ".Trashes", ".fseventsd",
  ".TemporaryItems", "Thumbs.db", "thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini",
  "$RECYCLE.BIN", "System Volume Information", ".Trash", ".Trash-*", "lost+found", ".directory",
  ".nfs*", ".fuse_hidden*", ".goutputstream-*", ".thumbnails",
  /* Editors and office programs: locks and versions from before. */
  "*~", "~$*", ".~lock.*", "*.swp", ".#*", "*.tmp", "*.crdownload",
  /* Version control and caches. */
  ".git", ".hg", ".svn", ".bzr", ".cache", ".ccache", "__pycache__", "*.pyc", ".mypy_cache",
  ".pytest_cache", ".stversions", ".stfolder", NULL
};

static const char *const secrets[] = { ".env",
                                       ".env.local",
                                       ".env.production",
                                       ".ssh",
                                       ".gnupg",
                                       ".aws",
                                       ".netrc",
                                       ".pgpass",
                                       ".git-credentials",
                                       ".password-store",
                                       "*.kdbx",
                                       "*.kdb",
                                       "*.ppk",
                                       "*.p12",
                                       "*.pfx",
                                       "*.jks",
                                       "id_rsa",
                                       "id_dsa",
                                       "id_ecdsa",
                                       "id_ed25519",
                                       "wallet.dat",
                                       "key4.db",
                                       "logins.json",
                                       NULL };

/* Of these names some hold a private key, others a certificate or a presentation. */
static const char *const maybe_secrets[] = { "*.pem", "*.key", NULL };

/* A list, ready to be matched. */
typedef struct
{
  GPtrArray *specs; /* of GPatternSpec */
} List;

static void
list_fill (List *list, const char *const *patterns)
{
  list->specs = g_ptr_array_new ();
  for (guint i = 0; patterns[i] != NULL; i++)
    g_ptr_array_add (list->specs, g_pattern_spec_new (patterns[i]));
}

static gboolean
list_matches (const List *list, const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; i < list->specs->len; i++)
    if (g_pattern_spec_match (g_ptr_array_index (list->specs, i), length, name, NULL))
      return TRUE;
  return FALSE;
}

static gboolean
holds_private_key (int dirfd, const char *name)
{
  char text[KEY_FILE_BYTES];
  g_auto (ShoalFd) fd = openat (dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read (fd, text, sizeof text) : -1;

  return length > 0 && memmem (text, (gsize) length, "PRIVATE KEY-----", 16) != NULL;
}

static const char *
get_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static gboolean
own_matches (const char *pattern, const char *path, gboolean folder)
{
  g_autofree char *bare = g_strdup (pattern);
  gsize length = strlen (bare);

  if (length > 1 && bare[length - 1] == '/')
    {
      if (!folder)
        return FALSE;
      bare[length - 1] = '\0';
    }
  if (strchr (bare, '/') == NULL)
    return fnmatch (bare, get_name (path), 0) == 0;
  return fnmatch (*bare == '/' ? bare + 1 : bare, path, FNM_PATHNAME) == 0;
}

ShoalIgnored
shoal_ignore_look (const char *const *own, int dirfd, const char *path, gboolean folder)
{
  static gsize ready = 0;
  static List junk_list, secret_list, maybe_list;
  const char *name = get_name (path);

  g_return_val_if_fail (path != NULL, SHOAL_IGNORED_NOT);

  if (g_once_init_enter (&ready))
    {
      list_fill (&junk_list, junk);
      list_fill (&secret_list, secrets);
      list_fill (&maybe_list, maybe_secrets);
      g_once_init_leave (&ready, 1);
    }
  for (guint i = own != NULL ? g_strv_length ((char **) own) : 0; i > 0; i--)
    {
      gboolean shared = *own[i - 1] == '!';

      if (own_matches (own[i - 1] + shared, path, folder))
        return shared ? SHOAL_IGNORED_NOT : SHOAL_IGNORED_OWN;
    }
  if (list_matches (&junk_list, name))
    return SHOAL_IGNORED_JUNK;
  if (list_matches (&secret_list, name)
      || (!folder && list_matches (&maybe_list, name) && holds_private_key (dirfd, name)))
    return SHOAL_IGNORED_SECRET;
  return SHOAL_IGNORED_NOT;
}

static gboolean
is_pattern (const char *pattern)
{
  const char *text = pattern + (*pattern == '!');

  if (*text == '\0' || strlen (pattern) > MAX_PATTERN_BYTES || !g_utf8_validate (pattern, -1, NULL))
    return FALSE;
  for (const char *c = pattern; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      return FALSE;
  return TRUE;
}

gboolean
shoal_ignore_check (const char *const *patterns, GError **error)
{
  g_return_val_if_fail (patterns != NULL, FALSE);

  for (guint i = 0; patterns[i] != NULL; i++)
    if (!is_pattern (patterns[i]))
      {
        g_autofree char *shown = g_utf8_make_valid (patterns[i], MIN (strlen (patterns[i]), 100));

        g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                     _ ("“%s” is no pattern of names: write for example *.bak or drafts/"), shown);
        return FALSE;
      }
  if (g_strv_length ((char **) patterns) <= MAX_PATTERNS)
    return TRUE;
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_LIMIT,
               _ ("A share can have %d patterns of what is left out. Write fewer, with * in them."),
               MAX_PATTERNS);
  return FALSE;
}

char **
shoal_ignore_dup_added (const char *const *own, const char *const *added)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (added != NULL, NULL);

  /* The last one counts: what is said again moves to the end. */
  for (guint i = 0; own != NULL && own[i] != NULL; i++)
    if (!g_strv_contains (added, own[i]))
      g_strv_builder_add (builder, own[i]);
  g_strv_builder_addv (builder, (const char **) added);
  return g_strv_builder_end (builder);
}

char **
shoal_ignore_dup_secrets (gboolean shared)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *const *const lists[] = { secrets, maybe_secrets };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint k = 0; lists[i][k] != NULL; k++)
      {
        g_autofree char *pattern = g_strconcat (shared ? "!" : "", lists[i][k], NULL);
        g_strv_builder_add (builder, pattern);
      }
  return g_strv_builder_end (builder);
}
