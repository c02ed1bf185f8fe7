/* shoal-tracker-directory-private.h: what the files of the tracker's directory share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"
#include "shoal-roster.h"
#include "shoal-tracker-directory.h"

G_BEGIN_DECLS

/* One channel, from the dial to its end. Kept by the directory while it is the current one, by each
 * callback under way and by the channel until it has closed. */
typedef struct
{
  ShoalTrackerDirectory *directory; /* NULL when it is no longer the current one */
  ShoalChannel *channel;            /* NULL while dialling */
  GCancellable *cancellable;
  GTask *task; /* (nullable): of sign-up or sign-in by password */
  char *method;
  char *user;
  char *password;
  char *invite;
  char *uuid;
  guint tries;
  gboolean sent;
  gboolean signed_in;
  gboolean have_roster;
} ShoalDirectorySession;

struct _ShoalTrackerDirectory
{
  GObject parent_instance;

  ShoalDeviceKey *key;
  ShoalRoster *roster;
  ShoalKeptRows *kept_rows;     /* (nullable) */
  ShoalKeptRoster *kept_roster; /* (nullable) */
  ShoalDirectorySession *session;
  GNetworkMonitor *monitor;

  char **addresses;
  char *group;
  char *token;
  char *device_name;
  char *account;
  char *user;
  char *group_name;
  gboolean owner;
  gint64 clock_offset_ms;
  guint max_batch;

  ShoalDirectoryState state;
  GError *error;
  gboolean wanted; /* start() was called: come back by oneself */
  guint attempts;
  guint retry_source;

  gboolean announcing;
  guint16 port;
  char **announced; /* what the tracker was told on this channel */

  GHashTable *pulling; /* id → Pulling, both owned */
  GQueue reports;      /* of Report */
  gboolean reporting;
  guint report_source; /* waits: the tracker is busy */
  GPtrArray *flushes;  /* of GTask */

  gint64 audit_count;
  char *audit_head;
  char *audit_warning;
  gint64 told_count; /* at sign-in */
  char *told_head;
  guint n_audit_checks;
  GPtrArray *audit_readers; /* of GTask, owned: wait for the checks under way */
};

/* shoal-directory-session.c */
ShoalDirectorySession *shoal_directory_session_ref (ShoalDirectorySession *self);
void shoal_directory_session_unref (ShoalDirectorySession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalDirectorySession, shoal_directory_session_unref)
/* Dials and signs in: with the token, or with @task's credentials. Replaces the session that is
 * there. */
void shoal_directory_session_begin (ShoalTrackerDirectory *self, ShoalDirectorySession *session);
ShoalDirectorySession *shoal_directory_session_new (const char *method);
/* Drops the current session, if any; its task fails with @reason. */
void shoal_directory_session_drop (ShoalTrackerDirectory *self, const GError *reason);

/* shoal-tracker-directory.c */
void shoal_tracker_directory_set_state (ShoalTrackerDirectory *self,
                                        ShoalDirectoryState state,
                                        const GError *error);
/* @was_try: a sign-in by password that failed, which says nothing about the token that is there */
void shoal_tracker_directory_session_failed (ShoalTrackerDirectory *self,
                                             const GError *error,
                                             gboolean was_try);
void shoal_tracker_directory_session_online (ShoalTrackerDirectory *self);
gboolean shoal_tracker_directory_take_account (ShoalTrackerDirectory *self,
                                               JsonObject *reply,
                                               GError **error);
/* Sends a request if online; fails at once if not. The task's result is a JsonObject. */
void shoal_tracker_directory_call (ShoalTrackerDirectory *self,
                                   const char *method,
                                   JsonObject *params,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
JsonObject *shoal_tracker_directory_call_finish (ShoalTrackerDirectory *self,
                                                 GAsyncResult *result,
                                                 GError **error);

/* shoal-tracker-directory-roster.c */
void shoal_tracker_directory_on_notification (ShoalTrackerDirectory *self,
                                              ShoalDirectorySession *session,
                                              const char *method,
                                              JsonObject *params);

/* shoal-tracker-directory-announce.c */
void shoal_tracker_directory_send_announcement (ShoalTrackerDirectory *self, gboolean if_changed);
void shoal_tracker_directory_announce (ShoalDirectory *directory, guint16 port);

/* shoal-tracker-directory-reports.c */
void shoal_tracker_directory_set_pulling (ShoalDirectory *directory,
                                          const ShoalDigest *id,
                                          guint64 size,
                                          gboolean manifest,
                                          gboolean active);
void shoal_tracker_directory_report (ShoalDirectory *directory,
                                     const char *uuid,
                                     const char *event,
                                     const ShoalDigest *id,
                                     const char *name,
                                     guint64 bytes,
                                     gint64 elapsed_ms,
                                     const char *const *devices,
                                     const char *reason);
void shoal_tracker_directory_repeat_pulling (ShoalTrackerDirectory *self);
void shoal_tracker_directory_send_reports (ShoalTrackerDirectory *self);
void shoal_tracker_directory_end_flushes (ShoalTrackerDirectory *self);
void shoal_tracker_directory_clear_reports (ShoalTrackerDirectory *self);

/* shoal-tracker-directory-audit.c */
/* From now on who reads the log waits; shoal_tracker_directory_check_audit() must follow. */
void shoal_tracker_directory_begin_audit_check (ShoalTrackerDirectory *self);
/* @head: (nullable): the tracker has told none */
void
shoal_tracker_directory_check_audit (ShoalTrackerDirectory *self, gint64 count, const char *head);

/* shoal-tracker-directory-catalogue.c, -offers.c */
void shoal_tracker_directory_init_catalogue (ShoalDirectoryInterface *iface);
void shoal_tracker_directory_init_offers (ShoalDirectoryInterface *iface);

G_END_DECLS
