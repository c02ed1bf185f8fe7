/* shoal-join-page.h: asks for a link, then shows what it leads to and asks for a confirmation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-link.h"

G_BEGIN_DECLS

/** ShoalJoinPage: main thread. Signals: "submitted": there is a link without mistakes, to be looked
 * at; "confirmed": its group is to be joined (or opened) with its key, shown by
 * shoal_join_page_confirm(). Neither connects by itself. */
#define SHOAL_TYPE_JOIN_PAGE (shoal_join_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalJoinPage, shoal_join_page, SHOAL, JOIN_PAGE, AdwBin)

/** shoal_join_page_reset: back to the beginning; @text: (nullable): a link to begin with */
void shoal_join_page_reset (ShoalJoinPage *self, const char *text);
/** shoal_join_page_get_link: Returns: (transfer none) (nullable): the link that was submitted */
const ShoalLink *shoal_join_page_get_link (ShoalJoinPage *self);
/** shoal_join_page_get_key: Returns: (nullable): the tracker's key that was shown and confirmed */
const char *shoal_join_page_get_key (ShoalJoinPage *self);
/** shoal_join_page_confirm: shows the group, where it is and its key. @group: (nullable): its name,
 * if it is known already;
 * @key: (nullable): %NULL: not known: the tracker is asked for it after a first confirmation;
 * @vouched: whether it came with the link */
void
shoal_join_page_confirm (ShoalJoinPage *self, const char *group, const char *key, gboolean vouched);
void shoal_join_page_set_busy (ShoalJoinPage *self, gboolean busy);
/** shoal_join_page_set_error: @message: (nullable) */
void shoal_join_page_set_error (ShoalJoinPage *self, const char *message);
/** shoal_join_page_go_back: from the confirmation to the entry. Returns: whether there was a way
 * back */
gboolean shoal_join_page_go_back (ShoalJoinPage *self);

G_END_DECLS
