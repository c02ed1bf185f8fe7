/* shoal-sharing.h: shares files that were dropped, pasted or chosen, and tells how it goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-window.h"

G_BEGIN_DECLS

/** shoal_sharing_begin: shares @files in the group of @engine: a toast with Undo tells of the
 * progress, and what cannot be shared is listed with its reasons in the end. @files: (element-type
 * GFile) */
void shoal_sharing_begin (ShoalWindow *window, ShoalEngine *engine, GListModel *files);

G_END_DECLS
