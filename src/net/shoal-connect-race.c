/* shoal-connect-race.c: which of several addresses answers first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-client"

#include "config.h"

#include "shoal-connect-race.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-limits.h"

GInetSocketAddress *
shoal_parse_peer_address (const char *text)
{
  const char *colon = strrchr (text, ':');
  guint64 port = 0;

  if (colon == NULL || colon == text
      || !g_ascii_string_to_unsigned (colon + 1, 10, SHOAL_MIN_PEER_PORT, G_MAXUINT16, &port, NULL))
    return NULL;

  gboolean brackets = text[0] == '[' && colon[-1] == ']';
  g_autofree char *literal = brackets ? g_strndup (text + 1, (gsize) (colon - text) - 2)
                                      : g_strndup (text, (gsize) (colon - text));
  if (strspn (literal, "0123456789abcdefABCDEF:.") != strlen (literal)
      || (strchr (literal, ':') != NULL) != brackets)
    return NULL;

  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (literal);
  if (address == NULL)
    return NULL;
  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new (address, (guint16) port));
}

/* One race: sockets[i] belongs to addresses[i]; %NULL before its start and after its failure */
typedef struct
{
  GPtrArray *addresses;
  GSocket **sockets;
  guint started;
  guint running;
  guint winner;
  gboolean won;
  GError *last;
} Race;

static void
race_fail (Race *race, guint i, GError *error)
{
  g_clear_error (&race->last);
  race->last = error;
  g_clear_object (&race->sockets[i]);
}

static void
race_start_next (Race *race)
{
  guint i = race->started++;
  GSocketAddress *address = race->addresses->pdata[i];
  GError *error = NULL;

  race->sockets[i] = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_TCP, &error);
  if (race->sockets[i] == NULL)
    {
      race_fail (race, i, error);
      return;
    }
  g_socket_set_blocking (race->sockets[i], FALSE);
  if (g_socket_connect (race->sockets[i], address, NULL, &error))
    {
      race->won = TRUE;
      race->winner = i;
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
    {
      g_error_free (error);
      race->running++;
    }
  else
    race_fail (race, i, error);
}

static void
race_look (Race *race, GPollFD *fds, guint count)
{
  guint next = 0;

  for (guint i = 0; i < race->started && !race->won; i++)
    {
      GError *error = NULL;

      if (race->sockets[i] == NULL)
        continue;
      g_assert (next < count);
      if (fds[next++].revents == 0)
        continue;
      if (g_socket_check_connect_result (race->sockets[i], &error))
        {
          race->won = TRUE;
          race->winner = i;
        }
      else
        {
          race->running--;
          race_fail (race, i, error);
        }
    }
}

/* Waits for something to happen to the sockets, for @timeout_ms at most. */
static void
race_wait (Race *race, gint64 timeout_ms, GCancellable *cancellable)
{
  g_autofree GPollFD *fds = g_new0 (GPollFD, race->started + 1);
  guint count = 0;

  for (guint i = 0; i < race->started; i++)
    if (race->sockets[i] != NULL)
      {
        fds[count].fd = g_socket_get_fd (race->sockets[i]);
        fds[count++].events = G_IO_OUT;
      }
  gboolean pollable = g_cancellable_make_pollfd (cancellable, &fds[count]);
  g_poll (fds, count + (pollable ? 1 : 0), (int) MAX (timeout_ms, 0));
  if (pollable)
    g_cancellable_release_fd (cancellable);
  race_look (race, fds, count);
}

static gint64
now_ms (void)
{
  return g_get_monotonic_time () / 1000;
}

gboolean
shoal_connect_race (GPtrArray *addresses, GCancellable *cancellable, guint *winner, GError **error)
{
  Race race = { .addresses = addresses };
  gint64 deadline = now_ms () + SHOAL_CONNECT_TIMEOUT_S * 1000;
  gint64 next_start = 0;
  gboolean cancelled = FALSE;

  g_return_val_if_fail (addresses->len > 0, FALSE);
  race.sockets = g_new0 (GSocket *, addresses->len);
  while (!race.won && !cancelled && now_ms () < deadline)
    {
      gboolean more = race.started < addresses->len;

      if (more && (race.running == 0 || now_ms () >= next_start))
        {
          race_start_next (&race);
          next_start = now_ms () + SHOAL_CONNECT_STAGGER_MS;
          continue;
        }
      if (race.running == 0)
        break;
      race_wait (&race, (more ? MIN (next_start, deadline) : deadline) - now_ms (), cancellable);
      cancelled = g_cancellable_is_cancelled (cancellable);
    }
  for (guint i = 0; i < addresses->len; i++)
    g_clear_object (&race.sockets[i]);
  g_free (race.sockets);

  g_autoptr (GError) last = race.last;
  if (cancelled)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  if (race.won)
    *winner = race.winner;
  else if (last != NULL)
    g_propagate_error (error, g_steal_pointer (&last));
  else
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("No address answers"));
  return race.won;
}
