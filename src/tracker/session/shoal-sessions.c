/* shoal-sessions.c: all connections of a tracker, and which of them is whose
 *
 * Ownership: a session is ours from its first byte until its connection has ended; jobs under way
 * keep it a little longer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-sessions"

#include "config.h"

#include "shoal-sessions.h"

#include "shoal-budgets.h"
#include "shoal-limits.h"
#include "shoal-methods.h"

struct _ShoalSessions
{
  const ShoalTrackerParts *parts; /* not owned: we are one of them */
  const ShoalSessionsEvents *events;
  gpointer user_data;
  GHashTable *methods;  /* name → const ShoalTrackerMethod, both static */
  GHashTable *sessions; /* set of ShoalTrackerSession, owned */
  ShoalBudgets *budgets;
  GHashTable *by_device; /* fingerprint (owned by the session) → signed-in session, not owned */
};

ShoalSessions *
shoal_sessions_new (const ShoalTrackerParts *parts,
                    const ShoalSessionsEvents *events,
                    gpointer user_data)
{
  ShoalSessions *self = g_new0 (ShoalSessions, 1);

  self->parts = parts;
  self->events = events;
  self->user_data = user_data;
  self->budgets = shoal_budgets_new (SHOAL_MAX_HELD);
  self->methods = g_hash_table_new (g_str_hash, g_str_equal);
  self->sessions
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) shoal_tracker_session_unref, NULL);
  self->by_device = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
shoal_sessions_free (ShoalSessions *self)
{
  g_hash_table_unref (self->by_device);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->methods);
  shoal_budgets_unref (self->budgets);
  g_free (self);
}

/* ---- Methods ------------------------------------------------------------------------------- */

void
shoal_sessions_add_methods (ShoalSessions *self, const ShoalTrackerMethod *methods)
{
  for (const ShoalTrackerMethod *method = methods; method->name != NULL; method++)
    {
      gboolean is_new
          = g_hash_table_insert (self->methods, (gpointer) method->name, (gpointer) method);

      g_return_if_fail (is_new);
    }
}

const ShoalTrackerMethod *
shoal_sessions_find_method (ShoalSessions *self, const char *name)
{
  return g_hash_table_lookup (self->methods, name);
}

/* ---- Coming and going ---------------------------------------------------------------------- */

ShoalTrackerSession *
shoal_sessions_add (ShoalSessions *self,
                    GIOStream *stream,
                    const char *fingerprint,
                    const char *address)
{
  g_autoptr (ShoalChannel) channel = shoal_channel_new (stream, SHOAL_MAX_LINE_BEFORE_SIGN_IN);
  GTlsConnection *connection = G_IS_TLS_CONNECTION (stream) ? G_TLS_CONNECTION (stream) : NULL;
  ShoalTrackerSession *session
      = shoal_tracker_session_new (self->parts, channel, connection, fingerprint, address);

  shoal_channel_set_budget (channel, self->budgets, shoal_tracker_session_get_turn (session).whose,
                            SHOAL_MAX_HELD_BY_STRANGERS);
  g_hash_table_add (self->sessions, session);
  return session;
}

static void
remove_from_devices (ShoalSessions *self, ShoalTrackerSession *session, gboolean replaced)
{
  g_hash_table_remove (self->by_device, shoal_tracker_session_get_actor (session)->device);
  if (self->events->went != NULL)
    self->events->went (session, replaced, self->user_data);
}

void
shoal_sessions_register (ShoalSessions *self, ShoalTrackerSession *session)
{
  ShoalActor *actor = shoal_tracker_session_get_actor (session);
  ShoalTrackerSession *older = shoal_sessions_find (self, actor->device);

  if (older != NULL)
    {
      /* Its end, when it comes, does not take the device offline: it is not the one in the table
       * any more. */
      remove_from_devices (self, older, TRUE);
      shoal_channel_notify (shoal_tracker_session_get_channel (older), SHOAL_NOTIFICATION_REPLACED,
                            NULL);
      shoal_tracker_session_close (older);
    }
  g_hash_table_insert (self->by_device, actor->device, session);
  shoal_channel_set_budget (shoal_tracker_session_get_channel (session), self->budgets,
                            actor->account, SHOAL_MAX_HELD_BY_ACCOUNT);
  if (self->events->came != NULL)
    self->events->came (session, self->user_data);
}

void
shoal_sessions_closed (ShoalSessions *self, ShoalTrackerSession *session)
{
  /* The session may hold the last reference to whoever owns us. */
  g_autoptr (GObject) alive = g_object_ref (self->parts->owner);

  if (shoal_sessions_find (self, shoal_tracker_session_get_actor (session)->device) == session)
    remove_from_devices (self, session, FALSE);
  if (self->events->closed != NULL)
    self->events->closed (session, self->user_data);
  g_hash_table_remove (self->sessions, session);
}

void
shoal_sessions_busy (ShoalSessions *self, ShoalTrackerSession *session, gboolean busy)
{
  if (self->events->busy != NULL)
    self->events->busy (session, busy, self->user_data);
}

ShoalTrackerSession *
shoal_sessions_find (ShoalSessions *self, const char *device)
{
  return g_hash_table_lookup (self->by_device, device);
}

guint
shoal_sessions_count (ShoalSessions *self)
{
  return g_hash_table_size (self->sessions);
}

/* ---- To many at once ----------------------------------------------------------------------- */

/* Those of an account, 0: of all accounts. Closing one, or sending to one whose other side does not
 * read, takes it out of the tables: hence a list, and references. */
static GPtrArray *
list_signed_in (ShoalSessions *self, gint64 account_row)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) shoal_tracker_session_unref);
  GHashTableIter iter;
  gpointer session = NULL;

  g_hash_table_iter_init (&iter, self->by_device);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (account_row == 0 || shoal_tracker_session_get_actor (session)->account_row == account_row)
      g_ptr_array_add (list, shoal_tracker_session_ref (session));
  return list;
}

static guint
send_to (GPtrArray *sessions, GBytes *line)
{
  guint n_sent = 0;

  for (guint i = 0; i < sessions->len; i++)
    if (!shoal_tracker_session_is_closed (sessions->pdata[i]))
      {
        shoal_channel_notify_line (shoal_tracker_session_get_channel (sessions->pdata[i]), line);
        n_sent++;
      }
  return n_sent;
}

void
shoal_sessions_close_account (ShoalSessions *self, gint64 account_row, ShoalTrackerSession *except)
{
  g_return_if_fail (account_row > 0);

  g_autoptr (GPtrArray) sessions = list_signed_in (self, account_row);

  for (guint i = 0; i < sessions->len; i++)
    if (sessions->pdata[i] != except)
      shoal_tracker_session_close (sessions->pdata[i]);
}

void
shoal_sessions_close_all (ShoalSessions *self)
{
  g_autoptr (GList) sessions = g_hash_table_get_keys (self->sessions);

  g_list_foreach (sessions, (GFunc) shoal_tracker_session_ref, NULL);
  g_list_foreach (sessions, (GFunc) shoal_tracker_session_close, NULL);
  g_list_foreach (sessions, (GFunc) shoal_tracker_session_unref, NULL);
}

guint
shoal_sessions_send (ShoalSessions *self, gint64 account_row, GBytes *line)
{
  g_return_val_if_fail (account_row > 0, 0);

  g_autoptr (GPtrArray) sessions = list_signed_in (self, account_row);

  return send_to (sessions, line);
}

void
shoal_sessions_broadcast (ShoalSessions *self, GBytes *line)
{
  g_autoptr (GPtrArray) sessions = list_signed_in (self, 0);

  send_to (sessions, line);
}
