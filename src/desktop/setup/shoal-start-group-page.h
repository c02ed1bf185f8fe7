/* shoal-start-group-page.h: asks for what a new group on this computer needs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalStartGroupPage: main thread. Signal "submitted": everything is filled in */
#define SHOAL_TYPE_START_GROUP_PAGE (shoal_start_group_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalStartGroupPage, shoal_start_group_page, SHOAL, START_GROUP_PAGE, AdwBin)

void shoal_start_group_page_reset (ShoalStartGroupPage *self);
const char *shoal_start_group_page_get_group_name (ShoalStartGroupPage *self);
const char *shoal_start_group_page_get_user (ShoalStartGroupPage *self);
const char *shoal_start_group_page_get_password (ShoalStartGroupPage *self);
/** shoal_start_group_page_get_port: Returns: 0 for the usual one */
guint16 shoal_start_group_page_get_port (ShoalStartGroupPage *self);
/** shoal_start_group_page_get_public: Returns: (nullable): the name or address that the others
 * reach this computer by */
const char *shoal_start_group_page_get_public (ShoalStartGroupPage *self);
/** shoal_start_group_page_set_busy: @what: (nullable): what is being done; %NULL: nothing */
void shoal_start_group_page_set_busy (ShoalStartGroupPage *self, const char *what);
/** shoal_start_group_page_set_error: @error: (nullable) */
void shoal_start_group_page_set_error (ShoalStartGroupPage *self, const GError *error);

G_END_DECLS
