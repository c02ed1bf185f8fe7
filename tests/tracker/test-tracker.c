/* test-tracker.c: a whole tracker in the process of a test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-tracker"

#include "config.h"

#include "test-tracker.h"

TestTracker *
test_tracker_new (void)
{
  g_autoptr (GError) error = NULL;
  TestTracker *self = g_new0 (TestTracker, 1);

  self->folder = g_dir_make_tmp ("shoal-tracker-XXXXXX", &error);
  g_assert_no_error (error);
  self->config = shoal_tracker_config_new (self->folder);
  self->config->sign_up = SHOAL_SIGN_UP_OPEN;
  return self;
}

void
test_tracker_open (TestTracker *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (self->tracker);
  self->tracker = shoal_tracker_new (self->config);
  shoal_tracker_open (self->tracker, &error);
  g_assert_no_error (error);
  if (self->owner_code == NULL)
    self->owner_code = g_strdup (shoal_tracker_get_owner_code (self->tracker));
}

const ShoalTrackerParts *
test_tracker_parts (TestTracker *self)
{
  return shoal_tracker_get_parts (self->tracker);
}

void
test_tracker_close (TestTracker *self)
{
  if (self->tracker == NULL)
    return;
  shoal_tracker_stop (self->tracker);
  g_assert_finalize_object (g_steal_pointer (&self->tracker));
}

void
test_tracker_free (TestTracker *self)
{
  test_tracker_close (self);
  test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->owner_code);
  shoal_tracker_config_free (self->config);
  g_free (self);
}

void
test_client_attach_silent (TestClient *self, TestTracker *tracker, const char *address)
{
  test_client_attach_to (self, test_tracker_parts (tracker)->sessions, address);
}

void
test_client_attach (TestClient *self, TestTracker *tracker, const char *address)
{
  test_client_attach_silent (self, tracker, address);
  test_client_say_hello (self);
}

TestClient *
test_client_member (TestTracker *tracker, const char *user)
{
  TestClient *self = test_client_new ();

  test_client_attach (self, tracker, "192.0.2.1");

  g_autoptr (JsonObject) result = test_client_sign_up (self, user, NULL);

  g_assert_cmpstr (json_object_get_string_member (result, "user"), ==, user);
  return self;
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
test_tracker_count (TestTracker *tracker, const char *sql)
{
  g_autoptr (GError) error = NULL;
  Count count = { sql, -1 };

  shoal_database_read (test_tracker_parts (tracker)->database, run_count, &count, &error);
  g_assert_no_error (error);
  return count.value;
}
