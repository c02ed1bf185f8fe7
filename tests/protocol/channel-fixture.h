/* channel-fixture.h: two channels that talk to each other, or one that talks to raw bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"

/* One side: what its handlers have seen. */
typedef struct
{
  ShoalChannel *channel;
  guint n_requests;
  guint n_notifications;
  guint n_closed;
  GError *reason;
  GPtrArray *held;   /* requests of the method "hold" */
  GString *seen;     /* methods, each with a space */
  char *last_params; /* of the last notification, as JSON */
  gboolean drop_when_closed;
} Side;

/* A request: "echo" answers its params, "hold" is kept in held, "fail" fails with INVALID, "drop"
 * is never answered, "close" closes the channel, others are unknown. */
void side_set_up (Side *self, GIOStream *stream, gsize max_line);
void side_tear_down (Side *self);

/* Two ends of a socket pair. */
void make_stream_pair (GIOStream **a, GIOStream **b);
/* @b is returned as a blocking descriptor. */
int make_raw_pair (GIOStream **a);

/* Iterates the main context until @condition. */
#define WAIT_UNTIL(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    WaitGuard *wait_guard = wait_guard_new (G_STRINGIFY (condition), __LINE__);                    \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    wait_guard_free (wait_guard);                                                                  \
  }                                                                                                \
  G_STMT_END

typedef struct _WaitGuard WaitGuard;
WaitGuard *wait_guard_new (const char *what, int line);
void wait_guard_free (WaitGuard *self);

/* A call and its outcome. */
typedef struct
{
  gboolean done;
  JsonObject *result;
  GError *error;
} Outcome;

void call (ShoalChannel *channel,
           const char *method,
           JsonObject *params,
           GCancellable *cancellable,
           Outcome *outcome);
void outcome_clear (Outcome *self);

/* Raw ends. */
void raw_send (int fd, const char *text, gssize length);
/* The next line, without LF; NULL at the end. Iterates the main context while it waits. */
char *raw_read_line (int fd);
