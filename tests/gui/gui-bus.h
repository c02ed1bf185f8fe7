/* gui-bus.h: for tests: services that remember what they are asked, and calls to the app
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** GuiService: a service on the session bus, with a connection and a thread of its own, so that it
 * also answers a caller that blocks the main loop */
typedef struct _GuiService GuiService;

/** GuiReply: in the service's thread. Returns: (transfer floating) (nullable): the answer to
 * @method, a tuple; %NULL for none */
typedef GVariant *(*GuiReply) (GuiService *service,
                               const char *method,
                               GVariant *parameters,
                               gpointer user_data);

/** gui_service_new: owns @name and offers what @xml describes at @path; returns when it does.
 * @reply: (nullable) */
GuiService *gui_service_new (
    const char *name, const char *path, const char *xml, GuiReply reply, gpointer user_data);
/** gui_service_free: the name and the connection go */
void gui_service_free (GuiService *self);
/** gui_service_count: how often @method was called */
guint gui_service_count (GuiService *self, const char *method);
/** gui_service_dup_call: Returns: (transfer full): the parameters of the @n-th call of @method */
GVariant *gui_service_dup_call (GuiService *self, const char *method, guint n);
/** gui_service_dup_caller: Returns: (transfer full): who made it: a unique name */
char *gui_service_dup_caller (GuiService *self, const char *method, guint n);
/** gui_service_emit: any thread; also from a #GuiReply. @parameters: floating is taken */
void gui_service_emit (GuiService *self,
                       const char *path,
                       const char *interface,
                       const char *signal,
                       GVariant *parameters);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiService, gui_service_free)

/** gui_call: as another program: runs the main loop until the answer is here. Returns: (transfer
 * full) (nullable) */
GVariant *gui_call (const char *name,
                    const char *path,
                    const char *interface,
                    const char *method,
                    GVariant *parameters,
                    GError **error);

/** GuiSignals: what an object has emitted since */
typedef struct _GuiSignals GuiSignals;
GuiSignals *gui_signals_new (const char *sender, const char *path);
void gui_signals_free (GuiSignals *self);
guint gui_signals_count (GuiSignals *self, const char *signal);
/** gui_signals_dup_last: Returns: (transfer full) (nullable) */
GVariant *gui_signals_dup_last (GuiSignals *self, const char *signal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiSignals, gui_signals_free)

/** GuiNote: what the recording notification service shows */
typedef struct
{
  guint32 id;
  char *title;
  char *text;
  char **actions; /* keys and labels in turn */
} GuiNote;

void gui_note_free (GuiNote *self);
/** gui_notes: Returns: (transfer full) (element-type GuiNote): all that are shown now */
GPtrArray *gui_notes (void);
/** gui_wait_note: until exactly one is shown, with this title. Returns: (transfer full) */
GuiNote *gui_wait_note (const char *title);
/** gui_wait_no_note: until none is shown */
void gui_wait_no_note (void);
/** gui_press_note: presses the action labelled @label, or the notification itself for "" */
void gui_press_note (const GuiNote *note, const char *label);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiNote, gui_note_free)

G_END_DECLS
