/* shoal-cli-search.c: the command search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-units.h"

typedef struct
{
  char *type;
  char *min_size;
  char *max_size;
  char *user;
  char *sort;
  int limit;
  gboolean available;
  gboolean reverse;
  gboolean ids;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->type);
  g_free (options->min_size);
  g_free (options->max_size);
  g_free (options->user);
  g_free (options->sort);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
add_size (JsonObject *params, const char *name, const char *text, GError **error)
{
  guint64 bytes;

  if (text == NULL)
    return TRUE;
  if (!shoal_parse_size (text, &bytes, error))
    return FALSE;
  json_object_set_int_member (params, name, (gint64) MIN (bytes, (guint64) SHOAL_MAX_JSON_INTEGER));
  return TRUE;
}

/* Returns: (transfer full) (nullable): the query; the number of rows is asked for page by page */
static JsonObject *
make_query (const Options *options, int argc, char **argv, GError **error)
{
  static const char *const types[]
      = { "folder", "audio", "video", "image", "document", "archive", "program", "other", NULL };
  static const char *const sorts[] = { "newest", "name", "size", "type", "who", NULL };
  g_autofree char *words = argc > 1 ? g_strjoinv (" ", argv + 1) : NULL;

  if (words != NULL && !g_utf8_validate (words, -1, NULL))
    {
      shoal_set_field_error (error, "words", "%s", _ ("The words are not UTF-8 text."));
      return NULL;
    }
  if (options->type != NULL && !g_strv_contains (types, options->type))
    {
      g_autofree char *all = g_strjoinv (", ", (char **) types);

      shoal_set_field_error (error, "type", _ ("The type must be one of: %s."), all);
      return NULL;
    }
  if (options->sort != NULL && !g_strv_contains (sorts, options->sort))
    {
      shoal_set_field_error (error, "sort", "%s",
                             _ ("Sort by “newest”, “name”, “size”, “type” or “who”."));
      return NULL;
    }
  g_autoptr (JsonObject) params
             = shoal_json_new ("words", "s", words, "type", "s", options->type, "user", "s",
                               options->user, "sort", "s", options->sort, "available", "b",
                               options->available, "descending", "b", options->reverse, NULL);
  if (!add_size (params, "min_size", options->min_size, error)
      || !add_size (params, "max_size", options->max_size, error))
    return NULL;
  return g_steal_pointer (&params);
}

static char *
join_users (JsonObject *row)
{
  JsonArray *users = shoal_cli_array (row, "users");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; users != NULL && i < json_array_get_length (users); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            json_array_get_string_element (users, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_row (ShoalCliTable *table, JsonObject *row, gint64 now_ms, gboolean ids)
{
  gboolean folder = g_str_equal (shoal_cli_string (row, "kind"), "folder");
  const char *path = shoal_cli_string (row, "path");
  const char *in = shoal_cli_string (row, "folder_name");
  g_autofree char *name = *in != '\0' && *path != '\0' ? g_strdup_printf ("%s/%s", in, path)
                          : folder ? g_strdup_printf ("%s/", shoal_cli_string (row, "name"))
                                   : g_strdup (shoal_cli_string (row, "name"));
  g_autofree char *size = shoal_format_size ((guint64) shoal_cli_integer (row, "size"));
  g_autofree char *users = join_users (row);
  g_autofree char *sources = g_strdup_printf ("%d/%d", (int) shoal_cli_integer (row, "online"),
                                              (int) shoal_cli_integer (row, "sources"));
  g_autofree char *age = shoal_cli_format_age (now_ms - shoal_cli_integer (row, "added_ms"));

  shoal_cli_table_add (table, name, size, users, sources, age,
                       ids ? shoal_cli_string (row, "id") : NULL, NULL);
}

static ShoalCliTable *
make_table (gboolean ids)
{
  const char *const header[] = { _ ("NAME"),   _ ("SIZE"), _ ("USERS"),
                                 _ ("ONLINE"), _ ("AGE"),  ids ? _ ("ID") : NULL,
                                 NULL };

  return shoal_cli_table_new (header);
}

/* Each row tells by itself that it is not of now. */
static void
mark_kept (JsonArray *rows, guint n, gint64 kept_ms)
{
  for (guint i = 0; kept_ms > 0 && i < n; i++)
    json_object_set_int_member (json_array_get_object_element (rows, i), "kept_ms", kept_ms);
}

static void
note_kept (ShoalCli *cli, gint64 kept_ms, const char *offline)
{
  g_autofree char *when = shoal_cli_format_time (kept_ms);

  if (kept_ms == 0)
    return;
  if (*offline != '\0')
    shoal_cli_note (cli, "%s", offline);
  shoal_cli_note (cli, _ ("The tracker is away: these are kept results, last seen %s."), when);
}

static int
search (ShoalCli *cli, const Options *options, JsonObject *query)
{
  g_autofree char *offline = NULL;
  gint64 kept_ms = 0;
  g_autoptr (GError) error = NULL;
  ShoalCliTable *table = make_table (options->ids);
  gint64 left = options->limit, total = 0, shown = 0;
  gboolean minimum = FALSE;

  for (gboolean more = TRUE; more && left > 0;)
    {
      json_object_set_int_member (query, "limit", MIN (left, SHOAL_MAX_SEARCH_ROWS));
      g_autoptr (JsonObject) reply
                 = shoal_cli_call (cli, "search", json_object_ref (query), &error);
      if (reply == NULL)
        break;
      JsonArray *rows = shoal_cli_array (reply, "rows");
      guint n = rows != NULL ? json_array_get_length (rows) : 0;
      kept_ms = shoal_cli_integer (reply, "kept_ms");
      g_free (offline);
      offline = g_strdup (shoal_cli_string (reply, "offline"));
      mark_kept (rows, n, kept_ms);
      if (cli->json)
        shoal_cli_print_rows (rows);
      for (guint i = 0; !cli->json && i < n; i++)
        add_row (table, json_array_get_object_element (rows, i),
                 shoal_cli_integer (reply, "time_ms"), options->ids);
      shown += n;
      left -= n;
      total = shoal_cli_integer (reply, "total");
      minimum = shoal_cli_boolean (reply, "total_is_minimum");
      more = n > 0 && *shoal_cli_string (reply, "cursor") != '\0';
      json_object_set_string_member (query, "cursor", shoal_cli_string (reply, "cursor"));
    }
  if (error != NULL || cli->json || shown == 0)
    shoal_cli_table_free (table);
  else
    shoal_cli_table_print (table);
  if (error != NULL)
    return shoal_cli_fail (cli, error);
  note_kept (cli, kept_ms, offline);
  if (shown == 0)
    shoal_cli_note (cli, "%s", _ ("Nothing found."));
  else if (total > shown)
    shoal_cli_note (cli, _ ("Showing %d of %d%s; --limit shows more."), (int) shown, (int) total,
                    minimum ? "+" : "");
  return shown > 0 ? SHOAL_CLI_OK : SHOAL_CLI_NOT_FOUND;
}

int
shoal_cli_search (ShoalCli *cli, int argc, char **argv)
{
  g_auto (Options) options = { .limit = 100 };
  g_autoptr (GError) error = NULL;
  const char *command = argv[0];
  int status;
  const GOptionEntry entries[] = {
    { "type", 0, 0, G_OPTION_ARG_STRING, &options.type,
      N_ ("folder, audio, video, image, document, archive, program or other"), N_ ("TYPE") },
    { "min-size", 0, 0, G_OPTION_ARG_STRING, &options.min_size, N_ ("At least this big (10M)"),
      N_ ("SIZE") },
    { "max-size", 0, 0, G_OPTION_ARG_STRING, &options.max_size, N_ ("At most this big"),
      N_ ("SIZE") },
    { "user", 0, 0, G_OPTION_ARG_FILENAME, &options.user, N_ ("Shared by this member"),
      N_ ("USER") },
    { "available", 0, 0, G_OPTION_ARG_NONE, &options.available,
      N_ ("Only what somebody online has"), NULL },
    { "sort", 0, 0, G_OPTION_ARG_STRING, &options.sort,
      N_ ("By newest, name, size, type or who (how many offer it)"), N_ ("ORDER") },
    { "reverse", 0, 0, G_OPTION_ARG_NONE, &options.reverse, N_ ("In descending order"), NULL },
    { "limit", 0, 0, G_OPTION_ARG_INT, &options.limit, N_ ("Show at most N (default 100)"),
      N_ ("N") },
    { "ids", 0, 0, G_OPTION_ARG_NONE, &options.ids, N_ ("Show content ids"), NULL },
    { NULL },
  };

  if (!shoal_cli_parse (cli, &argc, &argv, entries,
                        _ ("All words must be in the name or path; without words all is listed,"
                           " newest first. ONLINE is how many of all who have it are online."),
                        &status))
    return status;
  if (options.user != NULL && !g_utf8_validate (options.user, -1, NULL))
    return shoal_cli_usage (command, _ ("“%s” is not a name."), options.user);
  if (options.limit < 1 || options.limit > SHOAL_SEARCH_TOTAL_CEILING)
    return shoal_cli_usage (command, _ ("The limit must be between 1 and %d."),
                            SHOAL_SEARCH_TOTAL_CEILING);
  g_autoptr (JsonObject) query = make_query (&options, argc, argv, &error);
  if (error != NULL)
    return shoal_cli_usage (command, "%s", error->message);
  if (!shoal_cli_connect (cli, FALSE, &error))
    return shoal_cli_fail (cli, error);
  return search (cli, &options, query);
}
