/* shoal-methods-catalogue.c: the methods of the catalogue: offer, withdraw, search, sources
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-methods-catalogue"

#include "config.h"

#include "shoal-methods-catalogue.h"

#include "shoal-catalogue-private.h"
#include "shoal-methods.h"
#include "shoal-tracker-session.h"

const ShoalTrackerMethod shoal_catalogue_methods[] = {
  { SHOAL_METHOD_OFFER, SHOAL_METHOD_MEMBERS, shoal_handle_offer },
  { SHOAL_METHOD_OFFER_ENTRIES, SHOAL_METHOD_MEMBERS, shoal_handle_offer_entries },
  { SHOAL_METHOD_WITHDRAW, SHOAL_METHOD_MEMBERS, shoal_handle_withdraw },
  { SHOAL_METHOD_OFFERS, SHOAL_METHOD_MEMBERS, shoal_handle_offers },
  { SHOAL_METHOD_PULLING, SHOAL_METHOD_MEMBERS, shoal_handle_pulling },
  { SHOAL_METHOD_SEARCH, SHOAL_METHOD_MEMBERS, shoal_handle_search },
  { SHOAL_METHOD_FIND, SHOAL_METHOD_MEMBERS, shoal_handle_find },
  { SHOAL_METHOD_SOURCES, SHOAL_METHOD_MEMBERS, shoal_handle_sources },
  { NULL },
};
