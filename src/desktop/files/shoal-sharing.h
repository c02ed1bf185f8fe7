/* shoal-sharing.h: shares files that were dropped, pasted or chosen, and tells how it goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-engine.h"
#include "shoal-toaster.h"

G_BEGIN_DECLS

/** shoal_sharing_begin: shares @files in the group of @engine, and returns before the disk was
 * asked about any of them: a toast with Undo tells of the progress, and what cannot be shared is
 * listed with its reasons in the end. @files: (element-type GFile) */
void shoal_sharing_begin (ShoalToaster *toaster, ShoalEngine *engine, GListModel *files);
/** shoal_sharing_look_through_async: adds @folder without offering anything of it; what goes wrong
 * is told in a toast */
void shoal_sharing_look_through_async (ShoalToaster *toaster,
                                       ShoalEngine *engine,
                                       GFile *folder,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/** shoal_sharing_look_through_finish: Returns: (transfer full) (nullable): the path that it will be
 * shared as; %NULL if it cannot be */
char *shoal_sharing_look_through_finish (GAsyncResult *result);

G_END_DECLS
