/* gui-peers.h: for tests: a real tracker and real members beside the app, each a process
 *
 * Everything here runs the main loop while it waits, so that the app in this process goes on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** gui_dup_path: @name in the folder of this test, which goes away afterwards. Returns: (transfer
 * full) */
char *gui_dup_path (const char *name);
/** gui_make_file: writes @size bytes that do not repeat; @name decides which. Returns: (transfer
 * full): the path */
char *gui_make_file (const char *folder, const char *name, gsize size);
void gui_assert_same_file (const char *expected, const char *actual);
/** gui_spawn: a program on the app's desktop that ends with this one. @first, …: its arguments, to
 * %NULL */
GSubprocess *gui_spawn (GSubprocessFlags flags, const char *first, ...) G_GNUC_NULL_TERMINATED;
GSubprocess *gui_spawnv (GSubprocessFlags flags, const char *const *arguments);
/** gui_wait_for_line: that @process writes. Returns: (transfer full): the line that begins with
 * @start */
char *gui_wait_for_line (GSubprocess *process, const char *start);

typedef struct _GuiTracker GuiTracker;

/** gui_tracker_new: starts one on a port that the system chooses; returns when it accepts
 * connections. @sign_up: "open", "invite" or "closed". @more: (nullable): further options */
GuiTracker *gui_tracker_new (const char *sign_up, const char *const *more);
void gui_tracker_free (GuiTracker *self);
const char *gui_tracker_get_link (GuiTracker *self);
/** gui_tracker_stop: SIGTERM, and waits for its end */
void gui_tracker_stop (GuiTracker *self);
/** gui_tracker_start: again, with its data and on its port */
void gui_tracker_start (GuiTracker *self);
void gui_tracker_signal (GuiTracker *self, int number);
/** gui_tracker_run: a command on its data, such as "link". Returns: (transfer full): what it wrote
 */
char *gui_tracker_run (GuiTracker *self, const char *first, ...) G_GNUC_NULL_TERMINATED;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiTracker, gui_tracker_free)

typedef struct _GuiPeer GuiPeer;

/** gui_peer_new: signs @user up with @link, password “secret of USER” */
GuiPeer *gui_peer_new (const char *link, const char *user);
void gui_peer_free (GuiPeer *self);
/** gui_peer_run: runs a command to its end, which must be success. Returns: (transfer full): what
 * it wrote */
char *gui_peer_run (GuiPeer *self, const char *first, ...) G_GNUC_NULL_TERMINATED;
/** gui_peer_sees: whether a search for @words finds anything */
gboolean gui_peer_sees (GuiPeer *self, const char *words);
/** gui_peer_start: begins a command and does not wait for it; it ends with this program at the
 * latest */
GSubprocess *gui_peer_start (GuiPeer *self, const char *first, ...) G_GNUC_NULL_TERMINATED;
/** gui_peer_serve: stays online and serves; returns when it is */
void gui_peer_serve (GuiPeer *self);
void gui_peer_stop (GuiPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiPeer, gui_peer_free)

G_END_DECLS
