/* shoal-methods-invite.c: the methods of invites: invite, invites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-invite"

#include "config.h"

#include "shoal-methods-invite.h"

#include "shoal-clock.h"
#include "shoal-invites.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

#define DEFAULT_INVITE_USES (1)
#define DEFAULT_INVITE_DAYS (7)

static JsonObject *
reply_invite (ShoalTrackerSession *session, gpointer data)
{
  ShoalInvite *invite = data;
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  g_autofree char *link = shoal_tracker_parts_dup_link (parts, invite->code);

  return shoal_json_new ("link", "s", link, "code", "s", invite->code, "expires_ms", "i",
                         invite->expires_ms, NULL);
}

static gboolean
handle_invite (ShoalTrackerSession *session,
               ShoalRequest *request,
               JsonObject *params,
               GError **error)
{
  gint64 uses = 0;
  gint64 days = 0;

  if (!shoal_json_get_optional_integer (params, "uses", 1, SHOAL_MAX_INVITE_USES,
                                        DEFAULT_INVITE_USES, &uses, error)
      || !shoal_json_get_optional_integer (params, "expires_days", 1, SHOAL_MAX_INVITE_DAYS,
                                           DEFAULT_INVITE_DAYS, &days, error))
    return FALSE;

  ShoalInvite *invite
      = shoal_invite_new (shoal_tracker_session_get_actor (session), uses, days, shoal_now_ms ());

  shoal_tracker_session_write (session, request, shoal_invites_make, invite,
                               (GDestroyNotify) shoal_invite_free, reply_invite);
  return TRUE;
}

static void
invite_list_free (JsonArray **list)
{
  g_clear_pointer (list, json_array_unref);
  g_free (list);
}

static JsonObject *
reply_invites (ShoalTrackerSession *session, gpointer data)
{
  JsonArray **list = data;

  return shoal_json_new ("invites", "a", g_steal_pointer (list), NULL);
}

static gboolean
handle_invites (ShoalTrackerSession *session,
                ShoalRequest *request,
                JsonObject *params,
                GError **error)
{
  shoal_tracker_session_read (session, request, shoal_invites_list, g_new0 (JsonArray *, 1),
                              (GDestroyNotify) invite_list_free, reply_invites);
  return TRUE;
}

const ShoalTrackerMethod shoal_invite_methods[] = {
  { SHOAL_METHOD_INVITE, SHOAL_METHOD_OWNER, handle_invite },
  { SHOAL_METHOD_INVITES, SHOAL_METHOD_OWNER, handle_invites },
  { NULL },
};
