/* shoal-control-account.c: control methods: probe, sign-up, sign-in, sign-out, password, invite,
 * invites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"

#define MAX_LINK 2048

/* @needed: whether a missing link is an error. */
static gboolean
get_link (ShoalControlCall *call, gboolean needed, ShoalLink **link, GError **error)
{
  const char *text;

  *link = NULL;
  if (!shoal_json_get_optional_string (call->params, "link", MAX_LINK, &text, error))
    return FALSE;
  if (text == NULL)
    return !needed || shoal_set_field_error (error, "link", _ ("Give the tracker's link."));
  *link = shoal_link_parse (text, error);
  return *link != NULL;
}

/* ---- probe ---- */

static void
on_probed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;
  ShoalTrust trust;
  g_autofree char *key = shoal_engine_probe_finish (SHOAL_ENGINE (object), result, &trust, &error);

  if (key == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  g_autofree char *words = shoal_fingerprint_to_words (key);
  shoal_control_call_reply (call, shoal_json_new ("key", "s", key, "words", "s", words, "known",
                                                  "b", trust == SHOAL_TRUST_KNOWN, NULL));
}

static void
handle_probe (ShoalControlCall *call)
{
  g_autoptr (ShoalLink) link = NULL;
  GError *error = NULL;

  if (!get_link (call, TRUE, &link, &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  shoal_engine_probe_async (call->engine, link, call->cancellable, on_probed_cb,
                            shoal_control_call_ref (call));
}

/* ---- sign-up, sign-in ---- */

static void
reply_with_account (ShoalControlCall *call)
{
  ShoalTrackerAccount *account = shoal_engine_get_account (call->engine);
  ShoalTrackerLink *link = shoal_engine_get_link (call->engine);

  shoal_control_call_reply (
      call, shoal_json_new ("user", "s", shoal_tracker_account_get_user (account), "owner", "b",
                            shoal_tracker_account_get_owner (account), "group", "s",
                            shoal_tracker_link_get_group (link), "group_name", "s",
                            shoal_tracker_link_get_group_name (link), "device", "s",
                            shoal_engine_get_fingerprint (call->engine), "secrets", "s",
                            shoal_engine_get_secret_kind (call->engine), NULL));
}

/* The tracker is busy, and asked again. */
static void
on_waiting_cb (ShoalTrackerLink *link, const char *text, gpointer user_data)
{
  shoal_control_call_notify (user_data, "waiting", shoal_json_new ("message", "s", text, NULL));
}

static void
listen (ShoalControlCall *call)
{
  g_signal_connect_data (shoal_engine_get_link (call->engine), "waiting",
                         G_CALLBACK (on_waiting_cb), shoal_control_call_ref (call),
                         (GClosureNotify) (void (*) (void)) shoal_control_call_unref, 0);
}

static void
stop_listening (ShoalControlCall *call)
{
  g_signal_handlers_disconnect_by_func (shoal_engine_get_link (call->engine), on_waiting_cb, call);
}

static void
on_signed_up_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;

  stop_listening (call);
  if (shoal_engine_sign_up_finish (SHOAL_ENGINE (object), result, &error))
    reply_with_account (call);
  else
    shoal_control_call_fail (call, error);
}

static void
on_signed_in_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;

  stop_listening (call);
  if (shoal_engine_sign_in_finish (SHOAL_ENGINE (object), result, &error))
    reply_with_account (call);
  else
    shoal_control_call_fail (call, error);
}

static void
join (ShoalControlCall *call, gboolean sign_up)
{
  const char *user, *password, *trust;
  g_autoptr (ShoalLink) link = NULL;
  GError *error = NULL;

  if (!get_link (call, sign_up, &link, &error)
      || !shoal_json_get_optional_string (call->params, "trust", SHOAL_FINGERPRINT_LENGTH, &trust,
                                          &error)
      || !shoal_json_get_string (call->params, "user", SHOAL_MAX_ACCOUNT_NAME_CHARS * 4, &user,
                                 &error)
      || !shoal_json_get_string (call->params, "password", SHOAL_MAX_PASSWORD_BYTES, &password,
                                 &error))
    {
      shoal_control_call_fail (call, error);
      return;
    }
  if (trust != NULL && !shoal_is_fingerprint (trust))
    {
      shoal_control_call_fail (
          call, shoal_error_new_field ("trust", _ ("A key is 64 lower-case hexadecimal digits.")));
      return;
    }
  listen (call);
  if (sign_up)
    shoal_engine_sign_up_async (call->engine, link, trust, user, password, call->cancellable,
                                on_signed_up_cb, shoal_control_call_ref (call));
  else
    shoal_engine_sign_in_async (call->engine, link, trust, user, password, call->cancellable,
                                on_signed_in_cb, shoal_control_call_ref (call));
}

static void
handle_sign_up (ShoalControlCall *call)
{
  join (call, TRUE);
}

static void
handle_sign_in (ShoalControlCall *call)
{
  join (call, FALSE);
}

/* ---- sign-out ---- */

static void
on_signed_out_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;

  if (shoal_engine_sign_out_finish (SHOAL_ENGINE (object), result, &error))
    shoal_control_call_reply (call, shoal_json_new ("told", "b", TRUE, NULL));
  else if (shoal_error_is_disconnect (error) && !shoal_engine_get_signed_in (call->engine))
    {
      g_error_free (error);
      shoal_control_call_reply (call, shoal_json_new ("told", "b", FALSE, NULL));
    }
  else
    shoal_control_call_fail (call, error);
}

static void
handle_sign_out (ShoalControlCall *call)
{
  gboolean everywhere, forget;
  GError *error = NULL;

  if (!shoal_json_get_optional_boolean (call->params, "everywhere", FALSE, &everywhere, &error)
      || !shoal_json_get_optional_boolean (call->params, "forget", FALSE, &forget, &error))
    shoal_control_call_fail (call, error);
  else
    shoal_engine_sign_out_async (call->engine, everywhere, forget, call->cancellable,
                                 on_signed_out_cb, shoal_control_call_ref (call));
}

/* ---- password ---- */

static void
on_password_changed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;

  if (shoal_engine_password_finish (SHOAL_ENGINE (object), result, &error))
    shoal_control_call_reply (call, NULL);
  else
    shoal_control_call_fail (call, error);
}

static void
handle_password (ShoalControlCall *call)
{
  const char *old_password, *new_password;
  GError *error = NULL;

  if (!shoal_json_get_string (call->params, "old", SHOAL_MAX_PASSWORD_BYTES, &old_password, &error)
      || !shoal_json_get_string (call->params, "new", SHOAL_MAX_PASSWORD_BYTES, &new_password,
                                 &error))
    shoal_control_call_fail (call, error);
  else
    shoal_engine_password_async (call->engine, old_password, new_password, call->cancellable,
                                 on_password_changed_cb, shoal_control_call_ref (call));
}

/* ---- invite, invites ---- */

static void
on_invited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;
  gint64 expires_ms = 0;
  g_autofree char *link = shoal_tracker_account_invite_finish (SHOAL_TRACKER_ACCOUNT (object),
                                                               result, &expires_ms, &error);

  if (link != NULL)
    shoal_control_call_reply (
        call, shoal_json_new ("link", "s", link, "expires_ms", "i", expires_ms, NULL));
  else
    shoal_control_call_fail (call, error);
}

static void
handle_invite (ShoalControlCall *call)
{
  gint64 uses, days;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "uses", 1, SHOAL_MAX_INVITE_USES, 1, &uses,
                                        &error)
      || !shoal_json_get_optional_integer (call->params, "expires_days", 1, SHOAL_MAX_INVITE_DAYS,
                                           7, &days, &error))
    shoal_control_call_fail (call, error);
  else
    shoal_tracker_account_invite_async (shoal_engine_get_account (call->engine), (guint) uses,
                                        (guint) days, call->cancellable, on_invited_cb,
                                        shoal_control_call_ref (call));
}

static void
on_invites_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) invites = shoal_tracker_account_invites_finish (
      SHOAL_TRACKER_ACCOUNT (object), result, &error);

  if (invites == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *list = json_array_new ();
  for (guint i = 0; i < invites->len; i++)
    {
      const ShoalInvite *invite = g_ptr_array_index (invites, i);

      json_array_add_object_element (list,
                                     shoal_json_new ("code_hint", "s", invite->code_hint, "uses",
                                                     "i", invite->uses, "left", "i", invite->left,
                                                     "expires_ms", "i", invite->expires_ms, NULL));
    }
  shoal_control_call_reply (call, shoal_json_new ("invites", "a", list, NULL));
}

static void
handle_invites (ShoalControlCall *call)
{
  shoal_tracker_account_invites_async (shoal_engine_get_account (call->engine), call->cancellable,
                                       on_invites_cb, shoal_control_call_ref (call));
}

const ShoalControlMethod shoal_control_account_methods[] = {
  { "probe", handle_probe, SHOAL_CONTROL_NEEDS_NOTHING },
  { "sign-up", handle_sign_up, SHOAL_CONTROL_NEEDS_NOTHING },
  { "sign-in", handle_sign_in, SHOAL_CONTROL_NEEDS_NOTHING },
  { "sign-out", handle_sign_out, SHOAL_CONTROL_NEEDS_NOTHING },
  { "password", handle_password, SHOAL_CONTROL_NEEDS_TRACKER },
  { "invite", handle_invite, SHOAL_CONTROL_NEEDS_TRACKER },
  { "invites", handle_invites, SHOAL_CONTROL_NEEDS_TRACKER },
  { NULL },
};
