/* fuzz.h: what every fuzz target includes
 *
 * A target is one file, fuzz-NAME.c, that defines LLVMFuzzerTestOneInput(), a folder of seeds,
 * corpus/NAME, and a line in meson.build. It aborts (g_assert ()) when a property does not hold; a
 * critical warning aborts too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

__attribute__ ((constructor)) static void
fuzz_criticals_are_fatal (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
}
