/* shoal-sources-window.h: who has a content
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "shoal-directory.h"

G_BEGIN_DECLS

/** ShoalSourcesWindow: a modal window; asks when it is made */
#define SHOAL_TYPE_SOURCES_WINDOW (shoal_sources_window_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSourcesWindow, shoal_sources_window, SHOAL, SOURCES_WINDOW, AdwWindow)

/** shoal_sources_window_new: @owner: where "win.show-person" is activated */
GtkWidget *
shoal_sources_window_new (ShoalDirectory *directory, GtkWidget *owner, ShoalResult *result);

G_END_DECLS
