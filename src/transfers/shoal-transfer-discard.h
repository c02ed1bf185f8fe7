/* shoal-transfer-discard.h: deleting what a download that was given up has left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-transfer-store.h"

G_BEGIN_DECLS

/**
 * shoal_transfer_discard:
 * @row: a download that no run works at
 * @journals: the folder of journals
 * @error: where to put an error
 *
 * Deletes its unfinished files, which are those that its journal names, and its state in @journals.
 * What has its final name stays. Blocking.
 *
 * Returns: whether nothing is left; else, because a disk is away or a file is in use, its state
 *   stays, and the row has to stay as well, so that it can be tried again
 */
gboolean shoal_transfer_discard (const ShoalTransferRow *row, const char *journals, GError **error);

/** shoal_transfer_list_state: Returns: (transfer full) (element-type utf8): names of files in
 * @journals that have a name such as downloads give to their state. Blocking */
GPtrArray *shoal_transfer_list_state (const char *journals);
/** shoal_transfer_uuid_of_state: Returns: (transfer full) (nullable): the uuid of the download
 * whose state a file of this @name is */
char *shoal_transfer_uuid_of_state (const char *name);
/** shoal_transfer_delete_state: deletes these files in @journals; links, and whatever is no file,
 * stay. @names: (element-type utf8). Blocking */
void shoal_transfer_delete_state (const char *journals, GPtrArray *names);

G_END_DECLS
