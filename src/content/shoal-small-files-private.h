/* shoal-small-files-private.h: for the tests of file systems that this machine does not have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-small-files.h"

G_BEGIN_DECLS

/** shoal_small_file_writer_use_names: as on a file system that has no files without a name */
void shoal_small_file_writer_use_names (ShoalSmallFileWriter *self);

G_END_DECLS
