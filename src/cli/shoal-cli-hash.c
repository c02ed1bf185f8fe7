/* shoal-cli-hash.c: the command hash
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shoal-error.h"
#include "shoal-hasher.h"
#include "shoal-json.h"

typedef struct
{
  gboolean done;
  ShoalContent *content;
  GError *error;
} Hash;

static void
on_hashed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Hash *hash = user_data;

  hash->content = shoal_hash_pool_hash_finish (SHOAL_HASH_POOL (object), result, &hash->error);
  hash->done = TRUE;
}

static int
open_file (const char *path, GError **error)
{
  /* A pipe without a writer must not hang. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat st;

  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot open “%s”"), path);
      return -1;
    }
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    return fd;
  close (fd);
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID, _ ("“%s” is not a file."), path);
  return -1;
}

static gboolean
hash_file (ShoalCli *cli, ShoalHashPool *pool, const char *path, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Hash hash = { 0 };
  int fd = open_file (path, error);

  if (fd < 0)
    return FALSE;
  shoal_hash_pool_hash_async (pool, fd, NULL, cancellable, on_hashed_cb, &hash);
  if (!shoal_cli_wait (cli, &hash.done))
    g_cancellable_cancel (cancellable);
  while (!hash.done)
    g_main_context_iteration (NULL, TRUE);
  if (hash.content == NULL)
    {
      g_propagate_prefixed_error (error, hash.error, "%s: ", path);
      return FALSE;
    }

  g_autoptr (ShoalContent) content = hash.content;
  char id[SHOAL_DIGEST_HEX_SIZE];
  shoal_digest_to_hex (&content->id, id);
  if (cli->json)
    {
      g_autofree char *valid = g_utf8_make_valid (path, -1);
      g_autoptr (JsonObject) line = shoal_json_new ("id", "s", id, "name", "s", valid, "size", "i",
                                                    (gint64) content->size, NULL);

      shoal_cli_print_json (line);
    }
  else
    {
      g_autofree char *safe = shoal_cli_escape (path);

      printf ("%s  %s\n", id, safe);
    }
  return TRUE;
}

int
shoal_cli_hash (ShoalCli *cli, int argc, char **argv)
{
  const char *command = argv[0];
  int status = SHOAL_CLI_OK;

  if (!shoal_cli_parse (cli, &argc, &argv, NULL,
                        _ ("The id of a file is its BitTorrent v2 pieces root (BEP 52)."), &status))
    return status;
  if (argc < 2)
    return shoal_cli_usage (command, "%s", _ ("Name at least one file."));
  g_autoptr (ShoalHashPool) pool = shoal_hash_pool_new (0);
  for (int i = 1; i < argc && !cli->interrupted; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!hash_file (cli, pool, argv[i], &error))
        {
          int code = shoal_cli_fail (cli, error);

          /* A missing or wrong file is no wrong usage. */
          if (code == SHOAL_CLI_USAGE)
            code = SHOAL_CLI_FAILED;
          if (status == SHOAL_CLI_OK)
            status = code;
        }
    }
  return status;
}
