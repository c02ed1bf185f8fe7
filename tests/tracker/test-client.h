/* test-client.h: a member's end of the connection to a tracker, for tests
 *
 * All functions run the default main context until what they wait for has happened, and fail the
 * test after %TEST_DEADLINE_S.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"
#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-methods.h"
#include "shoal-sessions.h"

#define TEST_DEADLINE_S (60)
#define TEST_PASSWORD "correct horse"

/** test_wait_until: runs the main context until the condition holds */
#define test_wait_until(condition)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 test_deadline = g_get_monotonic_time () + TEST_DEADLINE_S * G_USEC_PER_SEC;             \
    guint test_timer = g_timeout_add (50, test_tick_cb, NULL);                                     \
    while (!(condition) && g_get_monotonic_time () < test_deadline)                                \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (test_timer);                                                                  \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

gboolean test_tick_cb (gpointer user_data);

/** test_remove_folder: removes a folder of a test with all that is in it */
void test_remove_folder (const char *path);

/** TestClient: a device. Notifications are kept until test_client_wait(). */
typedef struct
{
  ShoalDeviceKey *key;
  const char *device;
  ShoalChannel *channel;
  GQueue notifications; /* of TestNotification */
  GError *closed;       /* why the connection ended; %NULL while it is there */
  gint64 seq;           /* of the last roster or delta */
  gboolean gap;         /* a delta was missing */
  GAsyncResult *result; /* of test_client_send() */
} TestClient;

typedef struct
{
  char *method;
  JsonObject *params;
} TestNotification;

void test_notification_free (TestNotification *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestNotification, test_notification_free)

/** test_client_new: a device with a new key, not connected */
TestClient *test_client_new (void);
void test_client_free (TestClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestClient, test_client_free)

/** test_client_attach_to: connects to sessions of this process over a socket pair, as if from
 * @address; says nothing yet */
void test_client_attach_to (TestClient *self, ShoalSessions *sessions, const char *address);
/** test_client_connect: connects with TLS to the tracker of a link ("shoal://…") and says hello */
void test_client_connect (TestClient *self, const char *link);
/** test_client_disconnect: closes the connection and forgets it; the device can connect again */
void test_client_disconnect (TestClient *self);

/** test_client_try: sends a request. @params: (transfer full) (nullable). Returns: (transfer full):
 * the result, or %NULL */
JsonObject *
test_client_try (TestClient *self, const char *method, JsonObject *params, GError **error);
/** test_client_call: the same; the test fails with the error */
JsonObject *test_client_call (TestClient *self, const char *method, JsonObject *params);
/** test_client_say_hello: the first request of all */
void test_client_say_hello (TestClient *self);
/** test_client_refused: the request must fail with @code. Returns: (transfer full): the error */
GError *test_client_refused (TestClient *self, const char *method, JsonObject *params, int code);

/** test_client_send: sends a request and does not wait; one at a time */
void test_client_send (TestClient *self, const char *method, JsonObject *params);
/** test_client_receive: waits for the answer to test_client_send(). Returns: (transfer full): the
 * result, or %NULL */
JsonObject *test_client_receive (TestClient *self, GError **error);

/** test_client_sign_up: Returns: (transfer full): the result. @invite: (nullable) */
JsonObject *test_client_sign_up (TestClient *self, const char *user, const char *invite);
JsonObject *test_client_sign_in (TestClient *self, const char *user, const char *password);
/** test_client_wait: waits for a notification and takes it. Returns: (transfer full): its params */
JsonObject *test_client_wait (TestClient *self, const char *method);
/** test_client_wait_closed: waits until the tracker has closed the connection */
void test_client_wait_closed (TestClient *self);
