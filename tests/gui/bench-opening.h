/* bench-opening.h: not a test: how long the main loop waits while groups open, close and change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/** bench_opening: prints a line for each; removes the app's profiles */
void bench_opening (void);
