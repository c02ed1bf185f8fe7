/* shoal-switches.h: which files of a shared folder are offered
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** ShoalSwitches: of one folder. A switch holds for its path and all below it that has no switch of
 * its own; the path "" is the folder itself. Without any, everything is on. */
typedef struct _ShoalSwitches ShoalSwitches;

/** shoal_switches_new: Returns: (transfer full): everything on */
ShoalSwitches *shoal_switches_new (void);
/** shoal_switches_copy: Returns: (transfer full): for a thread */
ShoalSwitches *shoal_switches_copy (const ShoalSwitches *self);
void shoal_switches_free (ShoalSwitches *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalSwitches, shoal_switches_free)

/** shoal_switches_is_on: @path: relative, "/" between components */
gboolean shoal_switches_is_on (const ShoalSwitches *self, const char *path);
/** shoal_switches_set: @path and all below it. Returns: whether that changes anything */
gboolean shoal_switches_set (ShoalSwitches *self, const char *path, gboolean on);
/** shoal_switches_is_empty: Returns: whether everything is on */
gboolean shoal_switches_is_empty (const ShoalSwitches *self);

/** shoal_switches_restore: a switch as shoal_switches_list() has told it */
void shoal_switches_restore (ShoalSwitches *self, const char *path, gboolean on);
/** shoal_switches_list: Returns: (transfer container) (element-type utf8): the paths of all
 * switches, each valid as long as it is there */
GPtrArray *shoal_switches_list (const ShoalSwitches *self);

G_END_DECLS
