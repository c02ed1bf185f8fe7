/* bench-lists.h: not a test: how long the main loop stands still while lists change a lot at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "gui-fixture.h"

G_BEGIN_DECLS

/** bench_lists_shares: files dropped and withdrawn, on the app that is a member of a group whose
 * tracker runs */
void bench_lists_shares (GuiApp *app, gpointer unused);
/** bench_lists_kept: history, browsing and downloads, on the app with what gui_fill() made and
 * without its tracker */
void bench_lists_kept (GuiApp *app, gpointer unused);
/** bench_lists_failed: all downloads removed, which failed; so does gui_fail_transfers() */
void bench_lists_failed (GuiApp *app, gpointer unused);

/** How much gui_fill() is to make for bench_lists_kept() */
#define BENCH_LISTS_HISTORY (100000)
#define BENCH_LISTS_ROWS (10000)

G_END_DECLS
