/* shoal-control-private.h: what the files of the control service share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"
#include "shoal-control.h"

G_BEGIN_DECLS

typedef struct _ShoalControlClient ShoalControlClient;

/** ShoalControlCall: one request of one client, until it is answered; reference counted. A call
 * that takes long becomes a job: the request is answered with {job: n} at once, and the end comes
 * as notification "done". */
typedef struct
{
  ShoalControlClient *client; /* NULL when the client has gone: answers go nowhere */
  ShoalEngine *engine;
  ShoalControl *control;
  ShoalRequest *request;
  JsonObject *params;
  GCancellable *cancellable; /* the client has gone, or asks to stop */
  GError *offline;           /* (nullable): why the tracker is away */
  gint64 job;                /* 0: not a job */
  gboolean answered;
} ShoalControlCall;

ShoalControlCall *shoal_control_call_ref (ShoalControlCall *self);
void shoal_control_call_unref (ShoalControlCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalControlCall, shoal_control_call_unref)
/** shoal_control_call_begin_job: answers {job: n} */
void shoal_control_call_begin_job (ShoalControlCall *self);
/** shoal_control_call_notify: to the client of a job; @params: (transfer full): gets the member
 * "job" */
void shoal_control_call_notify (ShoalControlCall *self, const char *method, JsonObject *params);
/** shoal_control_call_reply: @result: (transfer full) (nullable) */
void shoal_control_call_reply (ShoalControlCall *self, JsonObject *result);
/** shoal_control_call_fail: @error: (transfer full) */
void shoal_control_call_fail (ShoalControlCall *self, GError *error);
/** shoal_control_call_fail_with: as shoal_control_call_fail() of a job, with more members in
 * "done"; @more: (transfer full) */
void shoal_control_call_fail_with (ShoalControlCall *self, GError *error, JsonObject *more);

/**
 * ShoalControlNeeds:
 * @SHOAL_CONTROL_NEEDS_NOTHING: handled at once
 * @SHOAL_CONTROL_NEEDS_TRACKER: waits for the tracker first, and fails without
 * @SHOAL_CONTROL_NEEDS_ANSWER: waits until it is known whether the tracker is there; without, it is
 *   handled with the call's @offline set
 */
typedef enum
{
  SHOAL_CONTROL_NEEDS_NOTHING,
  SHOAL_CONTROL_NEEDS_TRACKER,
  SHOAL_CONTROL_NEEDS_ANSWER,
} ShoalControlNeeds;

/** ShoalControlMethod: @handle must answer the call, now or later */
typedef struct
{
  const char *name;
  void (*handle) (ShoalControlCall *call);
  ShoalControlNeeds needs;
} ShoalControlMethod;

/* One table for each file of methods, ended by a NULL name. */
extern const ShoalControlMethod shoal_control_account_methods[];
extern const ShoalControlMethod shoal_control_status_methods[];
extern const ShoalControlMethod shoal_control_share_methods[];
extern const ShoalControlMethod shoal_control_switch_methods[];
extern const ShoalControlMethod shoal_control_catalogue_methods[];
extern const ShoalControlMethod shoal_control_get_methods[];
extern const ShoalControlMethod shoal_control_audit_methods[];
extern const ShoalControlMethod shoal_control_queue_methods[];

/* shoal-control-shares.c */
/* @strings: (out) (transfer full): at least one */
gboolean
shoal_control_get_strings (JsonObject *params, const char *name, char ***strings, GError **error);
/* Adds what @what stands for to @found, of ShoalShare. A name must stand for one share; an id or a
 * path says what is meant. */
gboolean
shoal_control_find_shares (ShoalShares *shares, const char *what, GPtrArray *found, GError **error);

/* shoal-control-client.c */
ShoalControlClient *shoal_control_client_new (ShoalControl *control,
                                              ShoalEngine *engine,
                                              GIOStream *stream,
                                              gboolean local);
void shoal_control_client_close (ShoalControlClient *self);
gboolean shoal_control_client_is_busy (ShoalControlClient *self);

/* shoal-control.c */
void shoal_control_client_gone (ShoalControl *self, ShoalControlClient *client);
void shoal_control_call_ended (ShoalControl *self);
void shoal_control_request_stop (ShoalControl *self);

G_END_DECLS
