/* shoal-methods-account.c: the methods of the account: hello, sign-up, sign-in, sign-out, password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-account"

#include "config.h"

#include "shoal-methods-account.h"

#include "shoal-audit.h"
#include "shoal-clock.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-presence.h"
#include "shoal-sessions.h"
#include "shoal-sign-in.h"

#define MAX_SOFTWARE_CHARS (128)
#define MAX_FEATURES (64)

static gboolean
handle_hello (ShoalTrackerSession *session,
              ShoalRequest *request,
              JsonObject *params,
              GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  const ShoalTrackerConfig *config = parts->config;
  gint64 protocol = 0;
  gint64 min_protocol = 0;
  const char *software = NULL;
  JsonArray *features = NULL;

  if (!shoal_json_get_integer (params, "protocol", 1, G_MAXINT32, &protocol, error)
      || !shoal_json_get_optional_integer (params, "min_protocol", 1, protocol, protocol,
                                           &min_protocol, error)
      || !shoal_json_get_optional_string (params, "software", MAX_SOFTWARE_CHARS, &software, error)
      || !shoal_json_get_optional_array (params, "features", MAX_FEATURES, &features, error))
    return FALSE;
  if (min_protocol > SHOAL_PROTOCOL_VERSION || protocol < SHOAL_PROTOCOL_VERSION)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_VERSION,
                   "This tracker speaks version %d of the protocol, your program %s. Update the "
                   "older of the "
                   "two.",
                   SHOAL_PROTOCOL_VERSION,
                   min_protocol > SHOAL_PROTOCOL_VERSION ? "only newer ones" : "only older ones");
      return FALSE;
    }
  shoal_tracker_session_set_hello (session);
  shoal_request_reply (
      request, shoal_json_new ("protocol", "i", (gint64) SHOAL_PROTOCOL_VERSION, "software", "s",
                               "shoal-tracker/" SHOAL_VERSION, "features", "a", json_array_new (),
                               "group", "s", shoal_device_key_get_fingerprint (parts->key), "name",
                               "s", config->name, "time_ms", "i", shoal_now_ms (), "sign_up", "s",
                               shoal_sign_up_to_string (config->sign_up), "idle_ms", "i",
                               (gint64) config->idle_seconds * 1000, NULL));
  return TRUE;
}

typedef struct
{
  ShoalActor *actor;
  gboolean everywhere;
} SignOut;

static void
sign_out_free (SignOut *self)
{
  shoal_actor_unref (self->actor);
  g_free (self);
}

static gboolean
write_sign_out (ShoalConnection *connection, gpointer data, GError **error)
{
  SignOut *self = data;

  return shoal_accounts_void_tokens (connection, self->actor->account_row,
                                     self->everywhere ? 0 : self->actor->device_row, error)
         && shoal_audit_append (connection, self->actor, SHOAL_AUDIT_SIGN_OUT,
                                self->everywhere ? "Signed out everywhere." : "Signed out.", error);
}

static JsonObject *
reply_sign_out (ShoalTrackerSession *session, gpointer data)
{
  SignOut *self = data;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);

  if (self->everywhere)
    {
      shoal_sessions_close_account (parts->sessions, self->actor->account_row, session);
      shoal_presence_sign_out_member (parts->presence, self->actor->account_row, NULL);
    }
  else
    shoal_presence_sign_out_device (parts->presence, self->actor->device);
  shoal_tracker_session_close_after_reply (session);
  return NULL;
}

static gboolean
handle_sign_out (ShoalTrackerSession *session,
                 ShoalRequest *request,
                 JsonObject *params,
                 GError **error)
{
  gboolean everywhere = FALSE;

  if (!shoal_json_get_optional_boolean (params, "everywhere", FALSE, &everywhere, error))
    return FALSE;

  SignOut *self = g_new0 (SignOut, 1);

  self->actor = shoal_actor_ref (shoal_tracker_session_get_actor (session));
  self->everywhere = everywhere;
  shoal_tracker_session_write (session, request, write_sign_out, self,
                               (GDestroyNotify) sign_out_free, reply_sign_out);
  return TRUE;
}

const ShoalTrackerMethod shoal_account_methods[] = {
  { SHOAL_METHOD_HELLO, SHOAL_METHOD_BEFORE_HELLO, handle_hello },
  { SHOAL_METHOD_SIGN_UP, SHOAL_METHOD_STRANGERS, shoal_sign_up_handle },
  { SHOAL_METHOD_SIGN_IN, SHOAL_METHOD_STRANGERS, shoal_sign_in_handle },
  { SHOAL_METHOD_SIGN_OUT, SHOAL_METHOD_MEMBERS, handle_sign_out },
  { SHOAL_METHOD_PASSWORD, SHOAL_METHOD_MEMBERS, shoal_password_handle },
  { NULL },
};
