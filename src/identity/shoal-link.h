/* shoal-link.h: the link that invites to a group: shoal://HOST:PORT[,HOST:PORT]/?key=…&invite=…
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalLink: a parsed link; immutable. A link with an invite is a secret: it is never logged. */
typedef struct
{
  char **addresses; /* "host:port", "[v6]:port"; at least one, at most 8; port always there */
  char *key;        /* (nullable): the tracker's fingerprint; %NULL in a bare HOST:PORT */
  char *invite;     /* (nullable): base32 of 128 bits, lower case, 26 characters */
} ShoalLink;

/** shoal_link_parse: @text: a link, or HOST[:PORT] alone (port 7707 if missing); surrounding white
 * space is dropped; at most 2,048 bytes. Returns: (transfer full): the link, or %NULL with
 * %SHOAL_ERROR_INVALID that says in words what is wrong with it */
ShoalLink *shoal_link_parse (const char *text, GError **error);
/** shoal_link_new: Returns: (transfer full): without an address, a key or an invite */
ShoalLink *shoal_link_new (const char *const *addresses, const char *key, const char *invite);
/** shoal_link_to_string: Returns: (transfer full): the canonical text */
char *shoal_link_to_string (const ShoalLink *self);
/** shoal_link_is_local: Returns: whether it works in its own network only: all of its addresses are
 * numbers that are private (RFC 1918, RFC 4193), of a link or of one machine */
gboolean shoal_link_is_local (const ShoalLink *self);
void shoal_link_free (ShoalLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalLink, shoal_link_free)

/** shoal_invite_new_code: Returns: (transfer full): 128 random bits, base32 */
char *shoal_invite_new_code (void);
/** shoal_invite_is_code: Returns: whether @text has the form of a code */
gboolean shoal_invite_is_code (const char *text);

G_END_DECLS
