/* shoal-background.h: asks a sandbox whether Shoal may run without a window and start at sign-in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** shoal_background_is_sandboxed: Returns: whether this process runs in one (Flatpak's) */
gboolean shoal_background_is_sandboxed (void);

/**
 * shoal_background_request_async:
 * @connection: the session bus
 * @reason: why, for the user
 * @autostart: whether Shoal is to start at sign-in; what was asked for before is replaced
 *
 * Calls org.freedesktop.portal.Background. The user may be asked, so it can take as long as that;
 * @cancellable counts until the portal has taken the question.
 */
void shoal_background_request_async (GDBusConnection *connection,
                                     const char *reason,
                                     gboolean autostart,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
/** shoal_background_request_finish: @background: (out): whether it may run without a window;
 * @autostart: (out): whether it will start at sign-in. Returns: %FALSE with an error if there is
 * nobody who could be asked; a refusal is an answer */
gboolean shoal_background_request_finish (GAsyncResult *result,
                                          gboolean *background,
                                          gboolean *autostart,
                                          GError **error);

G_END_DECLS
