/* test-sessions.c: who is connected, replaced, sent to and closed, without the rest of a tracker
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "test-sessions"

#include "config.h"

#include <string.h>

#include "shoal-limits.h"
#include "test-client.h"

#define METHOD_ENTER "enter"
#define NOTE "note"

/* What the rest of a tracker would be told, in order: "+ada" came, "-ada" went, "~ada" was
 * replaced, "." a connection ended. */
typedef struct
{
  ShoalTrackerParts parts;
  GString *events;
} Fixture;

/* Signs in at once, as the account with the row that it names. */
static gboolean
handle_enter (ShoalTrackerSession *session,
              ShoalRequest *request,
              JsonObject *params,
              GError **error)
{
  ShoalActor *before = shoal_tracker_session_get_actor (session);
  g_autoptr (ShoalActor) actor = shoal_actor_new (
      json_object_get_int_member (params, "row"), 1, json_object_get_string_member (params, "user"),
      json_object_get_string_member (params, "user"), before->device, before->address, FALSE);

  shoal_tracker_session_set_signed_in (session, actor);
  shoal_sessions_register (shoal_tracker_session_get_parts (session)->sessions, session);
  shoal_request_reply (request, NULL);
  return TRUE;
}

static const ShoalTrackerMethod methods[] = {
  { METHOD_ENTER, SHOAL_METHOD_BEFORE_HELLO, handle_enter },
  { NULL },
};

static void
on_came (ShoalTrackerSession *session, gpointer user_data)
{
  Fixture *fixture = user_data;
  ShoalActor *actor = shoal_tracker_session_get_actor (session);

  g_assert_true (shoal_sessions_find (fixture->parts.sessions, actor->device) == session);
  g_string_append_printf (fixture->events, "+%s", actor->user);
}

static void
on_went (ShoalTrackerSession *session, gboolean replaced, gpointer user_data)
{
  Fixture *fixture = user_data;
  ShoalActor *actor = shoal_tracker_session_get_actor (session);

  g_assert_null (shoal_sessions_find (fixture->parts.sessions, actor->device));
  g_string_append_printf (fixture->events, "%s%s", replaced ? "~" : "-", actor->user);
}

static void
on_closed (ShoalTrackerSession *session, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (shoal_tracker_session_is_closed (session));
  g_string_append_c (fixture->events, '.');
}

static const ShoalSessionsEvents events = { on_came, on_went, on_closed };

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);

  self->events = g_string_new (NULL);
  self->parts.owner = g_object_new (G_TYPE_OBJECT, NULL);
  self->parts.config = shoal_tracker_config_new ("/nowhere");
  self->parts.sessions = shoal_sessions_new (&self->parts, &events, self);
  shoal_sessions_add_methods (self->parts.sessions, methods);
  return self;
}

/* Nobody may hold the owner any more: sessions do as long as they are there. */
static void
fixture_free (Fixture *self)
{
  shoal_sessions_close_all (self->parts.sessions);
  test_wait_until (shoal_sessions_count (self->parts.sessions) == 0);
  g_assert_finalize_object (self->parts.owner);
  shoal_sessions_free (self->parts.sessions);
  shoal_tracker_config_free (self->parts.config);
  g_string_free (self->events, TRUE);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

static void
enter (TestClient *client, Fixture *fixture, gint64 row, const char *user)
{
  test_client_attach_to (client, fixture->parts.sessions, "192.0.2.1");

  g_autoptr (JsonObject) answer = test_client_call (
      client, METHOD_ENTER, shoal_json_new ("row", "i", row, "user", "s", user, NULL));
}

static GBytes *
make_note (gint64 n)
{
  return shoal_channel_make_notification (NOTE, shoal_json_new ("n", "i", n, NULL));
}

static void
assert_note (TestClient *client, gint64 n)
{
  g_autoptr (JsonObject) params = test_client_wait (client, NOTE);

  g_assert_cmpint (json_object_get_int_member (params, "n"), ==, n);
}

static void
test_methods (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();

  g_assert_true (shoal_sessions_find_method (fixture->parts.sessions, METHOD_ENTER) == methods);
  g_assert_null (shoal_sessions_find_method (fixture->parts.sessions, SHOAL_METHOD_HELLO));

  g_test_expect_message ("shoal-sessions", G_LOG_LEVEL_CRITICAL, "*is_new*");
  shoal_sessions_add_methods (fixture->parts.sessions, methods);
  g_test_assert_expected_messages ();
}

static void
test_come_and_go (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  g_autoptr (TestClient) stranger = test_client_new ();

  test_client_attach_to (stranger, fixture->parts.sessions, "192.0.2.1");
  g_assert_null (shoal_sessions_find (fixture->parts.sessions, stranger->device));
  enter (ada, fixture, 1, "ada");
  g_assert_nonnull (shoal_sessions_find (fixture->parts.sessions, ada->device));
  g_assert_cmpuint (shoal_sessions_count (fixture->parts.sessions), ==, 2);

  test_client_disconnect (ada);
  test_wait_until (shoal_sessions_count (fixture->parts.sessions) == 1);
  g_assert_null (shoal_sessions_find (fixture->parts.sessions, ada->device));
  test_client_disconnect (stranger);
  test_wait_until (shoal_sessions_count (fixture->parts.sessions) == 0);
  g_assert_cmpstr (fixture->events->str, ==, "+ada-ada..");
}

/* The end of the one that was replaced must not take the device offline. */
static void
test_replace (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  g_autoptr (TestClient) again = test_client_new ();

  again->device = ada->device;
  enter (ada, fixture, 1, "ada");
  enter (again, fixture, 1, "ada");

  g_autoptr (JsonObject) replaced = test_client_wait (ada, SHOAL_NOTIFICATION_REPLACED);

  test_client_wait_closed (ada);
  test_wait_until (shoal_sessions_count (fixture->parts.sessions) == 1);
  g_assert_nonnull (shoal_sessions_find (fixture->parts.sessions, ada->device));
  g_assert_cmpstr (fixture->events->str, ==, "+ada~ada+ada.");
}

static void
test_send (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TestClient) desk = test_client_new ();
  g_autoptr (TestClient) laptop = test_client_new ();
  g_autoptr (TestClient) ben = test_client_new ();
  g_autoptr (TestClient) stranger = test_client_new ();
  g_autoptr (GBytes) to_ada = make_note (1);
  g_autoptr (GBytes) to_all = make_note (2);
  g_autoptr (GBytes) to_nobody = make_note (3);

  test_client_attach_to (stranger, fixture->parts.sessions, "192.0.2.1");
  enter (desk, fixture, 1, "ada");
  enter (laptop, fixture, 1, "ada");
  enter (ben, fixture, 2, "ben");

  g_assert_cmpuint (shoal_sessions_send (fixture->parts.sessions, 1, to_ada), ==, 2);
  g_assert_cmpuint (shoal_sessions_send (fixture->parts.sessions, 3, to_nobody), ==, 0);
  shoal_sessions_broadcast (fixture->parts.sessions, to_all);
  assert_note (desk, 1);
  assert_note (desk, 2);
  assert_note (laptop, 1);
  assert_note (laptop, 2);
  /* The first that he gets, so nothing else was for him. */
  assert_note (ben, 2);
  /* What was sent to him would come before the end. */
  shoal_sessions_close_all (fixture->parts.sessions);
  test_client_wait_closed (stranger);
  g_assert_true (g_queue_is_empty (&stranger->notifications));
}

static void
test_close_account (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TestClient) desk = test_client_new ();
  g_autoptr (TestClient) laptop = test_client_new ();
  g_autoptr (TestClient) ben = test_client_new ();

  enter (desk, fixture, 1, "ada");
  enter (laptop, fixture, 1, "ada");
  enter (ben, fixture, 2, "ben");
  shoal_sessions_close_account (fixture->parts.sessions, 1,
                                shoal_sessions_find (fixture->parts.sessions, desk->device));
  test_client_wait_closed (laptop);
  test_wait_until (shoal_sessions_count (fixture->parts.sessions) == 2);
  g_assert_null (desk->closed);
  g_assert_null (ben->closed);

  shoal_sessions_close_account (fixture->parts.sessions, 1, NULL);
  test_client_wait_closed (desk);
  test_wait_until (shoal_sessions_count (fixture->parts.sessions) == 1);
  g_assert_nonnull (shoal_sessions_find (fixture->parts.sessions, ben->device));
}

/* Leaves nearly 4 MiB unread on the session of a client. */
static void
leave_unread (Fixture *fixture, TestClient *client)
{
  ShoalTrackerSession *session = shoal_sessions_find (fixture->parts.sessions, client->device);
  g_autofree char *filler = g_strnfill (SHOAL_MAX_JSON_STRING - 100, 'x');
  JsonArray *array = json_array_new ();

  for (gsize size = 0; size < SHOAL_MAX_LINE - 3 * SHOAL_MAX_JSON_STRING; size += strlen (filler))
    json_array_add_string_element (array, filler);
  shoal_channel_notify (shoal_tracker_session_get_channel (session), NOTE,
                        shoal_json_new ("n", "a", array, NULL));
}

/* What an account leaves unread counts over all its connections, from its sign-in on. */
static void
test_unread (void)
{
  g_autoptr (Fixture) fixture = fixture_new ();
  g_autoptr (TestClient) ada = test_client_new ();
  TestClient *bens[SHOAL_MAX_HELD_BY_ACCOUNT / SHOAL_MAX_LINE] = { NULL };

  enter (ada, fixture, 1, "ada");
  leave_unread (fixture, ada);
  for (gsize i = 0; i < G_N_ELEMENTS (bens); i++)
    {
      bens[i] = test_client_new ();
      enter (bens[i], fixture, 2, "ben");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bens); i++)
    leave_unread (fixture, bens[i]);
  leave_unread (fixture, bens[1]);
  test_client_wait_closed (bens[1]);
  g_assert_null (ada->closed);
  for (gsize i = 0; i < G_N_ELEMENTS (bens); i++)
    {
      g_assert_true (i == 1 || bens[i]->closed == NULL);
      test_client_free (bens[i]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracker/sessions/methods", test_methods);
  g_test_add_func ("/tracker/sessions/come-and-go", test_come_and_go);
  g_test_add_func ("/tracker/sessions/replace", test_replace);
  g_test_add_func ("/tracker/sessions/send", test_send);
  g_test_add_func ("/tracker/sessions/close-account", test_close_account);
  g_test_add_func ("/sessions/unread", test_unread);
  return g_test_run ();
}
