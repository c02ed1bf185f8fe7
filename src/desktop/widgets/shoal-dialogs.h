/* shoal-dialogs.h: questions, lists and the about window; the one place that knows the toolkit's
 * dialogs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * shoal_dialogs_confirm_async:
 * @parent: (nullable): above which window
 * @heading: the question
 * @body: (nullable): what follows from it
 * @label: of the button that does it, with a mnemonic
 * @destructive: whether something is lost by it
 *
 * Asks a question with Cancel and one other answer.
 */
void shoal_dialogs_confirm_async (GtkWindow *parent,
                                  const char *heading,
                                  const char *body,
                                  const char *label,
                                  gboolean destructive,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/** shoal_dialogs_confirm_finish: Returns: whether it was confirmed */
gboolean shoal_dialogs_confirm_finish (GAsyncResult *result);
/** shoal_dialogs_show_list: shows @lines, as many as there are, to be read. @lines: (array
 * zero-terminated=1) */
void shoal_dialogs_show_list (GtkWindow *parent,
                              const char *heading,
                              const char *body,
                              const char *const *lines);
/** shoal_dialogs_report: the same above whatever window of @application the user sees; if he sees
 * none, in the log */
void shoal_dialogs_report (GtkApplication *application, const char *heading, const char *message);
/** shoal_dialogs_show_about: shows what Shoal is, its version and who made it. @parent: (nullable)
 */
void shoal_dialogs_show_about (GtkWindow *parent);
/** shoal_dialogs_release_focus: if the focus is in @widget it goes nowhere, before @widget is
 * hidden or made insensitive */
void shoal_dialogs_release_focus (GtkWidget *widget);
/** shoal_dialogs_close_on_escape: Escape closes @window */
void shoal_dialogs_close_on_escape (GtkWindow *window);

G_END_DECLS
