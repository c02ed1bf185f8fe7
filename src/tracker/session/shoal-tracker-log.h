/* shoal-tracker-log.h: the operator's log: structured, without secrets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_tracker_log_init: all levels go to standard error, or to the journal where that is the
 * journal; standard output stays for the one line that says ready */
void shoal_tracker_log_init (void);

/** shoal_log_event: logs something that somebody did, with the fields SHOAL_EVENT, SHOAL_USER and
 * SHOAL_ADDRESS. Never give it a password, token, code or link. @user, @address: (nullable) */
void shoal_log_event (GLogLevelFlags level,
                      const char *event,
                      const char *user,
                      const char *address,
                      const char *message);

G_END_DECLS
