/* fake-tracker.h: a tracker in the test's own process that answers as the test says, over real TLS
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-channel.h"
#include "shoal-device-key.h"

typedef struct _FakeTracker FakeTracker;

/* Answers a request itself: Returns: (transfer full): the result, or NULL with @error. */
typedef JsonObject *(*FakeTrackerFunc) (
    FakeTracker *self, const char *method, JsonObject *params, gpointer user_data, GError **error);

/* Listens on loopback with @key. hello, sign-in and sign-up are answered with account 1, "ada" and
 * the token "token-1" unless @func, which is asked first, answers them; the roster is pushed after
 * sign-in. What @func does not answer gets {}. Its error DISCONNECTED: the answer is lost with the
 * connection. */
FakeTracker *
fake_tracker_new (ShoalDeviceKey *key, guint16 port, FakeTrackerFunc func, gpointer user_data);
void fake_tracker_free (FakeTracker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeTracker, fake_tracker_free)

guint16 fake_tracker_get_port (FakeTracker *self);
/* "127.0.0.1:port", NULL */
const char *const *fake_tracker_get_addresses (FakeTracker *self);
/* The channel that signed in last; NULL if there is none. */
ShoalChannel *fake_tracker_get_channel (FakeTracker *self);
guint fake_tracker_count (FakeTracker *self, const char *method);
/* Params of the last request of this method, as JSON; NULL if there was none. */
const char *fake_tracker_last (FakeTracker *self, const char *method);
/* Closes all channels without a word. */
void fake_tracker_cut (FakeTracker *self);
void fake_tracker_notify (FakeTracker *self, const char *method, const char *params);
/* What hello and sign-in say. */
void fake_tracker_set_audit (FakeTracker *self, gint64 count, const char *head);
void fake_tracker_set_roster (FakeTracker *self, const char *roster);

JsonObject *parse_json (const char *text);

/* Iterates the main context until @condition; fails after 30 s. A thread may be what makes it true,
 * so it is looked at again every 10 ms. */
#define WAIT_UNTIL(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 wait_end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;                               \
    guint wait_tick = g_timeout_add (10, fake_tracker_tick, NULL);                                 \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (g_get_monotonic_time () > wait_end)                                                    \
          g_error ("Waited in vain for %s", G_STRINGIFY (condition));                              \
        g_main_context_iteration (NULL, TRUE);                                                     \
      }                                                                                            \
    g_source_remove (wait_tick);                                                                   \
  }                                                                                                \
  G_STMT_END

gboolean fake_tracker_tick (gpointer unused);

#define ADA "00000000000000000000000000000001"
#define BEN "00000000000000000000000000000002"
#define EIGHT(digit) digit digit digit digit digit digit digit digit
#define DEVICE(digit)                                                                              \
  EIGHT (digit)                                                                                    \
  EIGHT (digit)                                                                                    \
  EIGHT (digit)                                                                                    \
  EIGHT (digit)                                                                                    \
  EIGHT (digit) EIGHT (digit) EIGHT (digit) EIGHT (digit)
