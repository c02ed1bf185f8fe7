/* shoal-methods.h: the names of the tracker's methods and notifications (docs/protocol.md)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#define SHOAL_PROTOCOL_VERSION 1

#define SHOAL_METHOD_HELLO "hello"
#define SHOAL_METHOD_SIGN_UP "sign-up"
#define SHOAL_METHOD_SIGN_IN "sign-in"
#define SHOAL_METHOD_SIGN_OUT "sign-out"
#define SHOAL_METHOD_PASSWORD "password"
#define SHOAL_METHOD_ANNOUNCE "announce"
#define SHOAL_METHOD_ROSTER "roster"
#define SHOAL_METHOD_OFFER "offer"
#define SHOAL_METHOD_OFFER_ENTRIES "offer-entries"
#define SHOAL_METHOD_WITHDRAW "withdraw"
#define SHOAL_METHOD_OFFERS "offers"
#define SHOAL_METHOD_PULLING "pulling"
#define SHOAL_METHOD_SEARCH "search"
#define SHOAL_METHOD_FIND "find"
#define SHOAL_METHOD_SOURCES "sources"
#define SHOAL_METHOD_REPORT "report"
#define SHOAL_METHOD_AUDIT "audit"
#define SHOAL_METHOD_INVITE "invite"
#define SHOAL_METHOD_INVITES "invites"

#define SHOAL_NOTIFICATION_ROSTER "roster"
#define SHOAL_NOTIFICATION_ROSTER_DELTA "roster-delta"
#define SHOAL_NOTIFICATION_CATALOGUE "catalogue"
#define SHOAL_NOTIFICATION_REPLACED "replaced"
