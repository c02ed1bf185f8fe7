/* shoal-methods-search.c: the methods that ask the catalogue: search, find, sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-search"

#include "config.h"

#include "shoal-methods-search.h"

#include "shoal-catalogue-keeper.h"
#include "shoal-methods.h"
#include "shoal-presence.h"
#include "shoal-search.h"

static JsonObject *
reply_search (ShoalTrackerSession *session, gpointer data)
{
  return shoal_search_make_answer (data);
}

static gboolean
handle_search (ShoalTrackerSession *session,
               ShoalRequest *request,
               JsonObject *params,
               GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  g_autoptr (ShoalSearch) search = shoal_search_new ();

  if (!shoal_search_read (search, params, error))
    return FALSE;
  search->online = shoal_presence_ref_online (parts->presence);
  shoal_tracker_session_read (session, request, shoal_search_run, g_steal_pointer (&search),
                              (GDestroyNotify) shoal_search_free, reply_search);
  return TRUE;
}

static JsonObject *
reply_find (ShoalTrackerSession *session, gpointer data)
{
  return shoal_search_make_find_answer (data);
}

static gboolean
handle_find (ShoalTrackerSession *session,
             ShoalRequest *request,
             JsonObject *params,
             GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  g_autoptr (ShoalSearch) search = shoal_search_new ();

  if (!shoal_search_read_find (search, params, error))
    return FALSE;
  search->online = shoal_presence_ref_online (parts->presence);
  shoal_tracker_session_read (session, request, shoal_search_run_find, g_steal_pointer (&search),
                              (GDestroyNotify) shoal_search_free, reply_find);
  return TRUE;
}

static JsonObject *
reply_sources (ShoalTrackerSession *session, gpointer data)
{
  return shoal_sources_make_answer (data);
}

static gboolean
handle_sources (ShoalTrackerSession *session,
                ShoalRequest *request,
                JsonObject *params,
                GError **error)
{
  const ShoalTrackerParts *parts = shoal_tracker_session_get_parts (session);
  g_autoptr (ShoalSources) sources = shoal_sources_new (params, error);

  if (sources == NULL)
    return FALSE;
  shoal_sources_take (
      sources, shoal_presence_ref_online (parts->presence),
      shoal_catalogue_keeper_get_pullers (parts->catalogue, shoal_sources_get_digest (sources)));
  shoal_tracker_session_read (session, request, shoal_sources_run, g_steal_pointer (&sources),
                              (GDestroyNotify) shoal_sources_free, reply_sources);
  return TRUE;
}

const ShoalTrackerMethod shoal_search_methods[] = {
  { SHOAL_METHOD_SEARCH, SHOAL_METHOD_MEMBERS, handle_search },
  { SHOAL_METHOD_FIND, SHOAL_METHOD_MEMBERS, handle_find },
  { SHOAL_METHOD_SOURCES, SHOAL_METHOD_MEMBERS, handle_sources },
  { NULL },
};
