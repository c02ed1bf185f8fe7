/* shoal-toaster.h: says things at the bottom of a window, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalToaster: main thread. What has something to tell while it works is given one instead of the
 * window. It may outlive the window: what it is told then is dropped. */
#define SHOAL_TYPE_TOASTER (shoal_toaster_get_type ())
G_DECLARE_FINAL_TYPE (ShoalToaster, shoal_toaster, SHOAL, TOASTER, GObject)

/** shoal_toaster_new: @overlay: not owned: where the toasts are shown */
ShoalToaster *shoal_toaster_new (AdwToastOverlay *overlay);
/** shoal_toaster_add: @toast: (transfer full): an urgent one takes the place of the last one that
 * would go by itself */
void shoal_toaster_add (ShoalToaster *self, AdwToast *toast);
/** shoal_toaster_say: @text: plain text: for a moment, after what is shown already */
void shoal_toaster_say (ShoalToaster *self, const char *text);
/** shoal_toaster_dismiss: takes away the last toast that would go by itself */
void shoal_toaster_dismiss (ShoalToaster *self);
/** shoal_toaster_take_back: takes @toast away, as soon as it does not slide in any more */
void shoal_toaster_take_back (ShoalToaster *self, AdwToast *toast);
/** shoal_toaster_get_window: Returns: (transfer none) (nullable): what a dialog about the same
 * thing stands before; %NULL once it is gone */
GtkWindow *shoal_toaster_get_window (ShoalToaster *self);

G_END_DECLS
