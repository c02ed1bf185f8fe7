/* shoal-accounts.h: accounts, their devices and tokens in the database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-actor.h"
#include "shoal-database.h"
#include "shoal-tracker-parts.h"

G_BEGIN_DECLS

/** ShoalAccount: a row of the table accounts */
typedef struct
{
  gint64 row; /* 0: there is none */
  char *account;
  char *user;
  char *password; /* Argon2id string */
  gboolean owner;
} ShoalAccount;

/** shoal_account_clear: forgets it: its row is 0 then */
void shoal_account_clear (ShoalAccount *self);

/** ShoalBind: what a sign-in asks for; see shoal_accounts_bind() */
typedef struct
{
  const char *device;
  const char *name; /* (nullable): keep the one it has */
  gboolean with_token;
  gint64 now_ms;
  gint64 token_ms;                   /* of shoal_token_clock_now_ms() */
  const ShoalDeviceRemoved *removed; /* its first half is called here */
} ShoalBind;

/** ShoalBinding: what a sign-in leaves behind: the device's row as it is now, and a token if one
 * was made */
typedef struct
{
  gint64 device_row;
  char *name;
  char *signed_by;
  gint64 added_ms;
  gint64 last_seen_ms;
  gboolean is_removed;  /* some device was removed or moved: the hook has a second half */
  char *removed_device; /* (nullable): one that had to go to make room */
  char *token;          /* (nullable) */
  gint64 audit_count;
  char *audit_head;
} ShoalBinding;

/** shoal_binding_clear: frees what it points to */
void shoal_binding_clear (ShoalBinding *self);

/* Parts of jobs, in the database's threads. */

/** shoal_accounts_find: @fold: of the name. @account: (out): its row is 0 if there is none */
gboolean shoal_accounts_find (ShoalConnection *connection,
                              const char *fold,
                              ShoalAccount *account,
                              GError **error);
/** shoal_accounts_find_by_row: as shoal_accounts_find() */
gboolean shoal_accounts_find_by_row (ShoalConnection *connection,
                                     gint64 row,
                                     ShoalAccount *account,
                                     GError **error);
/** shoal_accounts_find_sign_up: an account made by @device with @uuid: its sign-up is being
 * repeated */
gboolean shoal_accounts_find_sign_up (ShoalConnection *connection,
                                      const char *device,
                                      const char *uuid,
                                      ShoalAccount *account,
                                      GError **error);
/** shoal_accounts_find_token: @token_ms: shoal_token_clock_now_ms(). @account: (out): whose token
 * it is, if @device may use it now; else row 0 */
gboolean shoal_accounts_find_token (ShoalConnection *connection,
                                    const char *token,
                                    const char *device,
                                    gint64 token_ms,
                                    ShoalAccount *account,
                                    GError **error);
/** shoal_accounts_insert: a new account; a name that is taken, or looks like one, is
 * %SHOAL_ERROR_EXISTS */
gboolean shoal_accounts_insert (ShoalConnection *connection,
                                const char *user,
                                const char *fold,
                                const char *password,
                                gboolean owner,
                                const char *device,
                                const char *uuid,
                                gint64 now_ms,
                                ShoalAccount *account,
                                GError **error);
/** shoal_accounts_bind: makes a device one of the account, moving it from another, with a new token
 * if that is asked for. What else goes with a device that is moved, or removed to make room, is the
 * hook's. */
gboolean shoal_accounts_bind (ShoalConnection *connection,
                              const ShoalAccount *account,
                              const ShoalBind *bind,
                              ShoalBinding *binding,
                              GError **error);
/** shoal_accounts_set_password: @password: Argon2id string */
gboolean shoal_accounts_set_password (ShoalConnection *connection,
                                      gint64 account_row,
                                      const char *password,
                                      GError **error);
/** shoal_accounts_make_token: replaces the device's token. @token_ms: shoal_token_clock_now_ms().
 * Returns: (transfer full) */
char *shoal_accounts_make_token (ShoalConnection *connection,
                                 gint64 account_row,
                                 gint64 device_row,
                                 gint64 token_ms,
                                 GError **error);
/** shoal_accounts_void_tokens: those of the account, or with @device_row only that device's */
gboolean shoal_accounts_void_tokens (ShoalConnection *connection,
                                     gint64 account_row,
                                     gint64 device_row,
                                     GError **error);

/* Main thread. */

/** shoal_accounts_note_online: writes, without waiting, since when a device is on- or offline */
void shoal_accounts_note_online (ShoalDatabase *database,
                                 ShoalActor *actor,
                                 gboolean online,
                                 gint64 now_ms);
/** shoal_accounts_clean_up: at start: forgets what has run out, and ends what a killed server left
 * online. @token_ms: shoal_token_clock_now_ms(). Blocking */
gboolean
shoal_accounts_clean_up (ShoalDatabase *database, gint64 now_ms, gint64 token_ms, GError **error);

G_END_DECLS
