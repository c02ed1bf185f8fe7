/* shoal-kept-rows.c: the rows of the catalogue that were seen last, for when nobody can be asked
 *
 * A row is the same row if content, name and folder are. Seen again it gets a new number: the
 * number is the order in which rows were seen last, and the lowest ones go when there are too many.
 *
 * Answers are gathered for a moment, so that a face that pages through the catalogue does not cost
 * a commit for each page. A search writes what still waits first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-kept-rows"

#include "config.h"

#include "shoal-kept-rows.h"

#include <glib/gi18n.h>

#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-result-json.h"
#include "shoal-safe-name.h"

#define WRITE_DELAY_MS (1000)
#define CURSOR "kept:"

const char shoal_kept_rows_schema[]
    = "CREATE TABLE kept_rows ("
      "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
      "  same TEXT NOT NULL UNIQUE," /* what makes it the same row */
      "  seen_ms INTEGER NOT NULL,"
      "  fold TEXT NOT NULL," /* of the path: what words are looked for in */
      "  name TEXT NOT NULL," /* folded */
      "  type TEXT NOT NULL,"
      "  folder TEXT,"         /* the manifest's id; NULL: an offer */
      "  users TEXT NOT NULL," /* folded, each between line ends */
      "  size INTEGER NOT NULL,"
      "  sources INTEGER NOT NULL,"
      "  added_ms INTEGER NOT NULL,"
      "  json TEXT NOT NULL"
      ");"
      "CREATE INDEX kept_rows_by_folder ON kept_rows (folder);";

struct _ShoalKeptRows
{
  GObject parent_instance;

  ShoalDatabase *database;
  GPtrArray *answers; /* of Answer, to be written */
  guint timer;
  guint n_writing; /* jobs on their way */
};

G_DEFINE_FINAL_TYPE (ShoalKeptRows, shoal_kept_rows, G_TYPE_OBJECT)

/* What a directory has answered. */
typedef struct
{
  GPtrArray *rows; /* of ShoalResult */
  gint64 seen_ms;
  gboolean whole; /* all that is in the folder, or all offers: there is no other */
  gboolean top;
  char *folder;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_ptr_array_unref (answer->rows);
  g_free (answer->folder);
  g_free (answer);
}

static GPtrArray *
new_answers (void)
{
  return g_ptr_array_new_with_free_func (answer_free);
}

static void
shoal_kept_rows_dispose (GObject *object)
{
  ShoalKeptRows *self = SHOAL_KEPT_ROWS (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->answers, g_ptr_array_unref);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (shoal_kept_rows_parent_class)->dispose (object);
}

static void
shoal_kept_rows_class_init (ShoalKeptRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_kept_rows_dispose;
}

static void
shoal_kept_rows_init (ShoalKeptRows *self)
{
  self->answers = new_answers ();
}

ShoalKeptRows *
shoal_kept_rows_new (ShoalDatabase *database)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (database), NULL);

  ShoalKeptRows *self = g_object_new (SHOAL_TYPE_KEPT_ROWS, NULL);
  self->database = g_object_ref (database);
  return self;
}

/* ---- Writing ---- */

static const char *
get_path (ShoalResult *row)
{
  const char *path = shoal_result_get_path (row);

  return path != NULL ? path : shoal_result_get_name (row);
}

static char *
fold_users (ShoalResult *row)
{
  const char *const *users = shoal_result_get_users (row);
  g_autoptr (GString) text = g_string_new ("\n");

  for (guint i = 0; users[i] != NULL; i++)
    {
      g_autofree char *fold = shoal_name_fold (users[i]);

      g_string_append_printf (text, "%s\n", fold);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_json (ShoalResult *row)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, shoal_result_to_json (row));
  return json_to_string (node, FALSE);
}

static gboolean
write_row (ShoalConnection *connection, ShoalResult *row, gint64 seen_ms, GError **error)
{
  char id[SHOAL_DIGEST_HEX_SIZE];
  const char *folder = shoal_result_get_folder (row);

  shoal_digest_to_hex (shoal_result_get_id (row), id);

  g_autofree char *same
      = g_strdup_printf ("%s\n%s\n%s", id, folder != NULL ? folder : "", get_path (row));
  g_autofree char *fold = shoal_name_fold (get_path (row));
  g_autofree char *name = shoal_name_fold (shoal_result_get_name (row));
  g_autofree char *users = fold_users (row);
  g_autofree char *json = make_json (row);

  return shoal_connection_run (
      connection, error,
      "INSERT OR REPLACE INTO kept_rows (same, seen_ms, fold, name, type, folder, users, size,"
      " sources, added_ms, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      "sisssssiiis", same, seen_ms, fold, name, shoal_result_get_content_type (row), folder, users,
      (gint64) shoal_result_get_size (row), (gint64) shoal_result_get_n_sources (row),
      shoal_result_get_added_ms (row), json);
}

/* What was kept of before and is not in an answer that is whole, is not there any more. */
static gboolean
forget_scope (ShoalConnection *connection, const Answer *answer, GError **error)
{
  if (!answer->whole)
    return TRUE;
  if (answer->folder != NULL)
    return shoal_connection_run (connection, error, "DELETE FROM kept_rows WHERE folder = ?", "s",
                                 answer->folder);
  if (answer->top)
    return shoal_connection_run (connection, error, "DELETE FROM kept_rows WHERE folder IS NULL",
                                 "");
  return shoal_connection_run (connection, error, "DELETE FROM kept_rows", "");
}

static gboolean
write_answers (ShoalConnection *connection, gpointer data, GError **error)
{
  GPtrArray *answers = data;

  for (guint i = 0; i < answers->len; i++)
    {
      const Answer *answer = g_ptr_array_index (answers, i);

      if (!forget_scope (connection, answer, error))
        return FALSE;
      for (guint k = 0; k < answer->rows->len; k++)
        if (!write_row (connection, g_ptr_array_index (answer->rows, k), answer->seen_ms, error))
          return FALSE;
    }
  return shoal_connection_run (
      connection, error,
      "DELETE FROM kept_rows WHERE number <="
      " (SELECT number FROM kept_rows ORDER BY number DESC LIMIT 1 OFFSET ?)",
      "i", (gint64) SHOAL_MAX_KEPT_ROWS);
}

static void
end_writing (ShoalKeptRows *self, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  self->n_writing--;
  if (shoal_database_finish (self->database, result, &error) == NULL)
    g_warning ("Cannot keep what the group offers for later: %s", error->message);
}

static void
on_written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalKeptRows) self = user_data;

  end_writing (self, result);
}

static void
write_now (ShoalKeptRows *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GPtrArray *answers = g_steal_pointer (&self->answers);

  self->answers = new_answers ();
  self->n_writing++;
  g_clear_handle_id (&self->timer, g_source_remove);
  shoal_database_write_async (self->database, write_answers, answers,
                              (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

void
shoal_kept_rows_flush (ShoalKeptRows *self)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROWS (self));

  if (self->answers->len > 0)
    write_now (self, on_written_cb, g_object_ref (self));
}

static gboolean
on_write_due_cb (gpointer user_data)
{
  ShoalKeptRows *self = user_data;

  self->timer = 0;
  shoal_kept_rows_flush (self);
  return G_SOURCE_REMOVE;
}

/* Whether an answer without a further page has everything of its folder, or all offers. */
static gboolean
asks_for_all (const ShoalQuery *query)
{
  return (query->words == NULL || *query->words == '\0') && query->type == NULL
         && query->user == NULL && query->min_size <= 0 && query->max_size < 0 && !query->available
         && query->cursor == NULL;
}

void
shoal_kept_rows_add (ShoalKeptRows *self, const ShoalQuery *query, ShoalPage *page)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROWS (self));
  g_return_if_fail (query != NULL && page != NULL);

  Answer *answer = g_new0 (Answer, 1);
  answer->rows = g_ptr_array_ref (page->rows);
  answer->seen_ms = shoal_now_ms ();
  answer->whole = asks_for_all (query) && page->cursor == NULL;
  answer->top = query->top;
  answer->folder = g_strdup (query->folder);
  g_ptr_array_add (self->answers, answer);
  if (self->timer == 0)
    self->timer = g_timeout_add (WRITE_DELAY_MS, on_write_due_cb, self);
}

void
shoal_kept_rows_clear (ShoalKeptRows *self)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROWS (self));

  g_clear_handle_id (&self->timer, g_source_remove);
  g_ptr_array_set_size (self->answers, 0);

  /* As if nothing had been found. */
  static const ShoalQuery all = { .min_size = -1, .max_size = -1 };
  g_autoptr (ShoalPage) none = shoal_page_new ();

  shoal_kept_rows_add (self, &all, none);
  shoal_kept_rows_flush (self);
}

/* ---- Searching ---- */

typedef struct
{
  ShoalQuery query; /* with strings of its own */
  char *fold;       /* the words together, as a name would have them */
  char **words;     /* folded */
  char *user;       /* folded, between line ends */
  gint64 offset;
  ShoalPage *page;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free ((char *) search->query.type);
  g_free ((char *) search->query.folder);
  g_free (search->fold);
  g_strfreev (search->words);
  g_free (search->user);
  g_clear_pointer (&search->page, shoal_page_free);
  g_free (search);
}

gboolean
shoal_kept_rows_is_cursor (const char *cursor)
{
  return cursor != NULL && g_str_has_prefix (cursor, CURSOR);
}

static gboolean
read_offset (Search *search, const char *cursor, GError **error)
{
  guint64 offset = 0;

  if (cursor != NULL
      && (!shoal_kept_rows_is_cursor (cursor)
          || !g_ascii_string_to_unsigned (cursor + strlen (CURSOR), 10, 0, SHOAL_MAX_KEPT_ROWS,
                                          &offset, NULL)))
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_DISCONNECTED,
                           _ ("Not connected to the tracker: the rest of the list is not here."));
      return FALSE;
    }
  search->offset = (gint64) offset;
  return TRUE;
}

static Search *
search_new (const ShoalQuery *query, GError **error)
{
  Search *search = g_new0 (Search, 1);

  if (!read_offset (search, query->cursor, error))
    {
      search_free (search);
      return NULL;
    }

  search->fold = g_strstrip (shoal_name_fold (query->words != NULL ? query->words : ""));
  search->query = *query;
  search->query.type = g_strdup (query->type);
  search->query.folder = g_strdup (query->folder);
  search->words = g_strsplit_set (search->fold, " \t\n", -1);
  if (query->user != NULL)
    {
      g_autofree char *user = shoal_name_fold (query->user);

      search->user = g_strdup_printf ("\n%s\n", user);
    }
  if (search->query.limit == 0)
    search->query.limit = SHOAL_SEARCH_PAGE_ROWS;
  return search;
}

static gboolean
has_words (const Search *search, const char *fold)
{
  for (guint i = 0; search->words[i] != NULL; i++)
    if (strstr (fold, search->words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static const char *
get_sql (const ShoalQuery *query)
{
#define SELECT                                                                                     \
  "SELECT fold, seen_ms, json, name != ?7 AS differs FROM kept_rows WHERE (?1 IS NULL OR type = "  \
  "?1)"                                                                                            \
  " AND (?2 IS NULL OR folder = ?2) AND (?3 = 0 OR folder IS NULL)"                                \
  " AND (?4 IS NULL OR instr (users, ?4) > 0)"                                                     \
  " AND size >= ?5 AND (?6 < 0 OR size <= ?6) ORDER BY "
/* With words exact names first, then what is offered itself. */
#define NEWEST "?7 != '' AND differs, ?7 != '' AND folder IS NOT NULL, added_ms DESC, number"
#define TYPES "instr ('folder audio video image document archive program other', type)"
  static const char *const statements[][2] = {
    /* Newest first, whichever way: as at the tracker. */
    [SHOAL_SORT_NEWEST] = { SELECT NEWEST, SELECT NEWEST },
    [SHOAL_SORT_NAME] = { SELECT "name, same", SELECT "name DESC, same DESC" },
    [SHOAL_SORT_SIZE] = { SELECT "size, same", SELECT "size DESC, same DESC" },
    /* In the tracker's order of types. */
    [SHOAL_SORT_TYPE] = { SELECT TYPES ", name, same", SELECT TYPES " DESC, name DESC, same DESC" },
    [SHOAL_SORT_WHO] = { SELECT "sources, same", SELECT "sources DESC, same DESC" },
  };
#undef SELECT
#undef NEWEST
#undef TYPES

  return statements[query->sort][query->descending ? 1 : 0];
}

/* Nobody can be known to be online. */
static ShoalResult *
parse_row (const char *json)
{
  g_autoptr (JsonNode) node = json_from_string (json, NULL);
  g_autoptr (GError) error = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  json_object_set_int_member (json_node_get_object (node), "online", 0);
  return shoal_result_new_from_json (json_node_get_object (node), &error);
}

static void
take_row (Search *search, ShoalRows *rows)
{
  ShoalPage *page = search->page;
  gint64 at = page->total++;

  if (at < search->offset)
    return;
  if (page->rows->len >= search->query.limit)
    {
      if (page->cursor == NULL)
        page->cursor = g_strdup_printf (CURSOR "%" G_GINT64_FORMAT, at);
      return;
    }

  ShoalResult *row = parse_row (shoal_rows_string (rows, 2));

  if (row != NULL)
    g_ptr_array_add (page->rows, row);
}

static gboolean
search_rows (ShoalConnection *connection, gpointer data, GError **error)
{
  Search *search = data;
  const ShoalQuery *query = &search->query;
  g_autoptr (GError) local_error = NULL;

  search->page = shoal_page_new ();
  if (!shoal_connection_query_integer (connection, 0, &search->page->kept_ms, error,
                                       "SELECT seen_ms FROM kept_rows ORDER BY number DESC LIMIT 1",
                                       ""))
    return FALSE;
  if (query->available)
    return TRUE;

  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, get_sql (query), "ssisiis", query->type, query->folder,
      (gint64) (query->top && query->folder == NULL), search->user, MAX (query->min_size, 0),
      query->max_size, search->fold);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    if (has_words (search, shoal_rows_string (rows, 0)))
      take_row (search, rows);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
on_searched_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  Search *search = shoal_database_finish (SHOAL_DATABASE (object), result, &error);

  if (search == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&search->page), (GDestroyNotify) shoal_page_free);
}

static void
start_search (ShoalKeptRows *self, GTask *task, Search *search)
{
  shoal_database_read_async (self->database, search_rows, search, search_free,
                             g_task_get_cancellable (task), on_searched_cb, task);
}

/* What was written is seen from now on; if it could not be, the rest is. */
static void
on_written_first_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  ShoalKeptRows *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);

  end_writing (self, result);
  g_task_set_task_data (task, NULL, NULL);
  start_search (self, g_steal_pointer (&task), search);
}

void
shoal_kept_rows_search_async (ShoalKeptRows *self,
                              const ShoalQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GError *error = NULL;

  g_return_if_fail (SHOAL_IS_KEPT_ROWS (self));
  g_return_if_fail (query != NULL);

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_kept_rows_search_async);

  Search *search = search_new (query, &error);
  if (search == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (self->answers->len == 0 && self->n_writing == 0)
    {
      start_search (self, task, search);
      return;
    }
  /* Jobs are done in their order, so this one ends after those that are on their way. */
  g_task_set_task_data (task, search, NULL);
  write_now (self, on_written_first_cb, task);
}

ShoalPage *
shoal_kept_rows_search_finish (ShoalKeptRows *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
