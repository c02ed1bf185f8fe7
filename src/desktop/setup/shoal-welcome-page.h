/* shoal-welcome-page.h: the first thing a new user sees: two ways into a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalWelcomePage: its buttons are "setup.join" and "setup.start-group" */
#define SHOAL_TYPE_WELCOME_PAGE (shoal_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalWelcomePage, shoal_welcome_page, SHOAL, WELCOME_PAGE, AdwBin)

G_END_DECLS
