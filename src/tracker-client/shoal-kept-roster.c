/* shoal-kept-roster.c: the members as they were known last, for a start without the tracker
 *
 * People come and go all the time: changes are gathered for some seconds before they are written.
 * A thousand members are megabytes of JSON: it is made and read in the database's threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-kept-roster"

#include "config.h"

#include "shoal-kept-roster.h"

#include <json-glib/json-glib.h>

#include "shoal-clock.h"
#include "shoal-limits.h"
#include "shoal-roster-json.h"

const char shoal_kept_roster_schema[] = "CREATE TABLE kept_members ("
                                        "  account TEXT PRIMARY KEY,"
                                        "  json TEXT NOT NULL" /* as the tracker told it */
                                        ") WITHOUT ROWID;"
                                        "CREATE TABLE kept_roster (" /* one row */
                                        "  id INTEGER PRIMARY KEY CHECK (id = 1),"
                                        "  kept_ms INTEGER NOT NULL" /* when it was true */
                                        ");";

#define WRITE_DELAY_MS (5 * 1000)

typedef struct
{
  GPtrArray *news; /* of ShoalRosterNews, in their order */
  gint64 now_ms;
  gboolean whole; /* there is nobody but whom the first one names */
} Change;

struct _ShoalKeptRoster
{
  GObject parent_instance;

  ShoalDatabase *database;
  Change *change; /* (nullable): to be written */
  guint timer;
};

G_DEFINE_FINAL_TYPE (ShoalKeptRoster, shoal_kept_roster, G_TYPE_OBJECT)

static void change_free (gpointer data);

static void
shoal_kept_roster_dispose (GObject *object)
{
  ShoalKeptRoster *self = SHOAL_KEPT_ROSTER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->change, change_free);
  g_clear_object (&self->database);
  G_OBJECT_CLASS (shoal_kept_roster_parent_class)->dispose (object);
}

static void
shoal_kept_roster_class_init (ShoalKeptRosterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_kept_roster_dispose;
}

static void
shoal_kept_roster_init (ShoalKeptRoster *self)
{
}

ShoalKeptRoster *
shoal_kept_roster_new (ShoalDatabase *database)
{
  g_return_val_if_fail (SHOAL_IS_DATABASE (database), NULL);

  ShoalKeptRoster *self = g_object_new (SHOAL_TYPE_KEPT_ROSTER, NULL);
  self->database = g_object_ref (database);
  return self;
}

/* ---- Reading ---- */

/* Who was online when the tracker was last heard of was last seen then, at least; where it was is
 * no place to go to. */
static void
set_offline (ShoalRosterMember *member, gint64 kept_ms)
{
  if (member->online)
    member->last_seen_ms = kept_ms;
  member->online = FALSE;
  for (guint i = 0; i < member->devices->len; i++)
    {
      ShoalRosterDevice *device = g_ptr_array_index (member->devices, i);

      if (device->online)
        device->last_seen_ms = kept_ms;
      device->online = FALSE;
      g_clear_pointer (&device->seen, g_free);
      g_strfreev (device->addresses);
      device->addresses = g_new0 (char *, 1);
    }
}

static gboolean
load_rows (ShoalConnection *connection, gpointer data, GError **error)
{
  ShoalRosterNews *news = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error,
      "SELECT kept_ms, json FROM kept_members, kept_roster ORDER BY account LIMIT ?", "i",
      (gint64) SHOAL_MAX_ACCOUNTS);

  if (rows == NULL)
    return FALSE;
  while (shoal_rows_next (rows, &local_error))
    {
      g_autoptr (JsonNode) node = json_from_string (shoal_rows_string (rows, 1), NULL);

      ShoalRosterMember *member
          = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                ? shoal_roster_member_from_json (json_node_get_object (node), NULL)
                : NULL;

      if (member == NULL)
        continue;
      set_offline (member, shoal_rows_integer (rows, 0));
      g_ptr_array_add (news->members, member);
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
on_loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  ShoalRosterNews *news = shoal_database_finish (SHOAL_DATABASE (object), result, &error);

  if (news == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, shoal_roster_news_ref (news),
                           (GDestroyNotify) shoal_roster_news_unref);
}

void
shoal_kept_roster_load_async (ShoalKeptRoster *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROSTER (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, shoal_kept_roster_load_async);
  shoal_database_read_async (self->database, load_rows, shoal_roster_news_new (),
                             (GDestroyNotify) shoal_roster_news_unref, cancellable, on_loaded_cb,
                             task);
}

ShoalRosterNews *
shoal_kept_roster_load_finish (ShoalKeptRoster *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Writing ---- */

static Change *
change_new (gboolean whole)
{
  Change *change = g_new0 (Change, 1);

  change->news = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_roster_news_unref);
  change->whole = whole;
  return change;
}

static void
change_free (gpointer data)
{
  Change *change = data;

  g_ptr_array_unref (change->news);
  g_free (change);
}

static gboolean
write_member (ShoalConnection *connection, const ShoalRosterMember *member, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, shoal_roster_member_to_json (member));
  g_autofree char *json = json_to_string (node, FALSE);
  return shoal_connection_run (connection, error,
                               "INSERT OR REPLACE INTO kept_members VALUES (?, ?)", "ss",
                               member->account, json);
}

static gboolean
write_news (ShoalConnection *connection, const ShoalRosterNews *news, GError **error)
{
  for (guint i = 0; i < news->members->len; i++)
    if (!write_member (connection, g_ptr_array_index (news->members, i), error))
      return FALSE;
  for (char **account = news->removed; *account != NULL; account++)
    if (!shoal_connection_run (connection, error, "DELETE FROM kept_members WHERE account = ?", "s",
                               *account))
      return FALSE;
  return TRUE;
}

static gboolean
write_change (ShoalConnection *connection, gpointer data, GError **error)
{
  Change *change = data;
  gboolean done
      = !change->whole || shoal_connection_run (connection, error, "DELETE FROM kept_members", "");

  for (guint i = 0; done && i < change->news->len; i++)
    done = write_news (connection, g_ptr_array_index (change->news, i), error);
  /* Here, where freeing a thousand members makes nobody wait. */
  g_ptr_array_set_size (change->news, 0);
  return done
         && shoal_connection_run (connection, error,
                                  "INSERT OR REPLACE INTO kept_roster VALUES (1, ?)", "i",
                                  change->now_ms);
}

static void
on_written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (shoal_database_finish (SHOAL_DATABASE (object), result, &error) == NULL)
    g_warning ("Cannot keep the members for later: %s", error->message);
}

void
shoal_kept_roster_flush (ShoalKeptRoster *self)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROSTER (self));

  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->change == NULL)
    return;
  self->change->now_ms = shoal_now_ms ();
  shoal_database_write_async (self->database, write_change, g_steal_pointer (&self->change),
                              change_free, NULL, on_written_cb, NULL);
}

static gboolean
on_write_due_cb (gpointer user_data)
{
  ShoalKeptRoster *self = user_data;

  self->timer = 0;
  shoal_kept_roster_flush (self);
  return G_SOURCE_REMOVE;
}

/* Returns: (transfer none): what is to be written, soon */
static Change *
begin_change (ShoalKeptRoster *self, gboolean whole)
{
  if (whole)
    g_clear_pointer (&self->change, change_free);
  if (self->change == NULL)
    self->change = change_new (whole);
  if (self->timer == 0)
    self->timer = g_timeout_add (WRITE_DELAY_MS, on_write_due_cb, self);
  return self->change;
}

void
shoal_kept_roster_take_whole (ShoalKeptRoster *self, ShoalRosterNews *news)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROSTER (self));

  g_ptr_array_add (begin_change (self, TRUE)->news, shoal_roster_news_ref (news));
}

void
shoal_kept_roster_take_delta (ShoalKeptRoster *self, ShoalRosterNews *news)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROSTER (self));

  g_ptr_array_add (begin_change (self, FALSE)->news, shoal_roster_news_ref (news));
}

void
shoal_kept_roster_clear (ShoalKeptRoster *self)
{
  g_return_if_fail (SHOAL_IS_KEPT_ROSTER (self));

  begin_change (self, TRUE);
  shoal_kept_roster_flush (self);
}
