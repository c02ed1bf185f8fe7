/* test-device.c: a catalogue in a database of its own, and devices that offer and search in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-device"

#include "config.h"

#include "test-device.h"

#include <glib/gstdio.h>

#include "catalogue-fixture.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-methods.h"
#include "shoal-safe-name.h"
#include "shoal-search.h"

#define MAX_ENTRIES (1000 * 1000)

/* What the catalogue asks of those who keep it. */
static const char members_schema[]
    = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, account TEXT, user TEXT, fold TEXT, "
      "files INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0);"
      "CREATE TABLE devices (id INTEGER PRIMARY KEY, device TEXT, account_id INTEGER);";

TestCatalogue *
test_catalogue_new (void)
{
  const char *const migrations[]
      = { members_schema, shoal_catalogue_schema_1, shoal_catalogue_schema_2 };
  TestCatalogue *self = g_new0 (TestCatalogue, 1);
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("shoal-catalogue-XXXXXX", &error);
  g_assert_no_error (error);

  g_autofree char *path = g_build_filename (self->folder, "catalogue.db", NULL);

  self->database = shoal_database_open (path, migrations, G_N_ELEMENTS (migrations), &error);
  g_assert_no_error (error);
  self->online = g_hash_table_new (NULL, NULL);
  return self;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

void
test_catalogue_free (TestCatalogue *self)
{
  shoal_database_close (self->database);
  g_object_unref (self->database);
  g_hash_table_unref (self->online);
  remove_folder (self->folder);
  g_free (self->folder);
  g_free (self);
}

typedef struct
{
  const char *sql;
  gint64 value;
} Count;

static gboolean
run_count (ShoalConnection *connection, gpointer data, GError **error)
{
  Count *self = data;

  return shoal_connection_query_integer (connection, -1, &self->value, error, self->sql, "");
}

gint64
test_catalogue_count (TestCatalogue *self, const char *sql)
{
  g_autoptr (GError) error = NULL;
  Count count = { sql, -1 };

  shoal_database_read (self->database, run_count, &count, &error);
  g_assert_no_error (error);
  return count.value;
}

/* ---- Devices ------------------------------------------------------------------------------- */

typedef struct
{
  const char *user;
  ShoalOfferer offerer;
} Member;

static gboolean
insert_member (ShoalConnection *connection, gpointer data, GError **error)
{
  Member *self = data;
  g_autofree char *fold = shoal_name_fold (self->user);

  if (!shoal_connection_run (connection, error,
                             "INSERT INTO accounts (account, user, fold) VALUES (?, ?, ?)", "sss",
                             fold, self->user, fold))
    return FALSE;
  self->offerer.account_row = shoal_connection_last_row_id (connection);
  if (!shoal_connection_run (connection, error,
                             "INSERT INTO devices (device, account_id) VALUES (?, ?)", "si", fold,
                             self->offerer.account_row))
    return FALSE;
  self->offerer.device_row = shoal_connection_last_row_id (connection);
  return TRUE;
}

TestDevice *
test_device_new (TestCatalogue *catalogue, const char *user)
{
  TestDevice *self = g_new0 (TestDevice, 1);
  Member member = { .user = user };
  g_autoptr (GError) error = NULL;

  shoal_database_write (catalogue->database, insert_member, &member, &error);
  g_assert_no_error (error);
  self->catalogue = catalogue;
  self->offerer = member.offerer;
  test_device_set_online (self, TRUE);
  return self;
}

void
test_device_free (TestDevice *self)
{
  g_free (self);
}

void
test_device_set_online (TestDevice *self, gboolean online)
{
  if (online)
    g_hash_table_add (self->catalogue->online, GINT_TO_POINTER (self->offerer.device_row));
  else
    g_hash_table_remove (self->catalogue->online, GINT_TO_POINTER (self->offerer.device_row));
}

/* ---- Requests ------------------------------------------------------------------------------ */

static JsonObject *
offer (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalOfferBatch) batch
             = shoal_offer_batch_new (params, &self->offerer, MAX_ENTRIES, shoal_now_ms (), error);

  if (batch == NULL
      || !shoal_database_write (self->catalogue->database, shoal_offer_batch_run, batch, error))
    return NULL;
  return shoal_offer_batch_make_answer (batch);
}

static JsonObject *
offer_entries (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalEntryBatch) batch
             = shoal_entry_batch_new (params, &self->offerer, shoal_now_ms (), error);

  if (batch == NULL
      || !shoal_database_write (self->catalogue->database, shoal_entry_batch_run, batch, error))
    return NULL;
  return shoal_entry_batch_make_answer (batch);
}

static JsonObject *
withdraw (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalWithdrawal) withdrawal = shoal_withdrawal_new (params, &self->offerer, error);

  if (withdrawal == NULL)
    return NULL;
  do
    if (!shoal_database_write (self->catalogue->database, shoal_withdrawal_run, withdrawal, error))
      return NULL;
  while (!shoal_withdrawal_is_done (withdrawal));
  return shoal_withdrawal_make_answer (withdrawal);
}

static JsonObject *
list_offers (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalOfferList) list = shoal_offer_list_new (params, self->offerer.device_row, error);

  if (list == NULL
      || !shoal_database_read (self->catalogue->database, shoal_offer_list_run, list, error))
    return NULL;
  return shoal_offer_list_make_answer (list);
}

static JsonObject *
find_sources (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalSources) sources = shoal_sources_new (params, error);

  if (sources == NULL)
    return NULL;
  shoal_sources_take (sources, g_hash_table_ref (self->catalogue->online), g_ptr_array_new ());
  if (!shoal_database_read (self->catalogue->database, shoal_sources_run, sources, error))
    return NULL;
  return shoal_sources_make_answer (sources);
}

static JsonObject *
run_search (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalSearch) search = shoal_search_new ();

  search->online = g_hash_table_ref (self->catalogue->online);
  if (!shoal_search_read (search, params, error)
      || !shoal_database_read (self->catalogue->database, shoal_search_run, search, error))
    return NULL;
  return shoal_search_make_answer (search);
}

static JsonObject *
run_find (TestDevice *self, JsonObject *params, GError **error)
{
  g_autoptr (ShoalSearch) search = shoal_search_new ();

  search->online = g_hash_table_ref (self->catalogue->online);
  if (!shoal_search_read_find (search, params, error)
      || !shoal_database_read (self->catalogue->database, shoal_search_run_find, search, error))
    return NULL;
  return shoal_search_make_find_answer (search);
}

static const struct
{
  const char *method;
  JsonObject *(*run) (TestDevice *self, JsonObject *params, GError **error);
} requests[] = {
  { SHOAL_METHOD_OFFER, offer },          { SHOAL_METHOD_OFFER_ENTRIES, offer_entries },
  { SHOAL_METHOD_WITHDRAW, withdraw },    { SHOAL_METHOD_OFFERS, list_offers },
  { SHOAL_METHOD_SOURCES, find_sources }, { SHOAL_METHOD_SEARCH, run_search },
  { SHOAL_METHOD_FIND, run_find },
};

static JsonObject *
try (TestDevice *self, const char *method, JsonObject *params, GError **error)
{
  g_autoptr (JsonObject) owned = params;

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    if (g_str_equal (requests[i].method, method))
      return requests[i].run (self, params, error);
  g_error ("The catalogue does nothing for “%s”", method);
}

JsonObject *
catalogue_test_call (gpointer caller, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  JsonObject *answer = try (caller, method, params, &error);

  g_assert_no_error (error);
  g_assert_nonnull (answer);
  return answer;
}

GError *
test_device_refused (TestDevice *self, const char *method, JsonObject *params, int code)
{
  GError *error = NULL;
  g_autoptr (JsonObject) answer = try (self, method, params, &error);

  g_assert_null (answer);
  g_assert_error (error, SHOAL_ERROR, code);
  return error;
}
