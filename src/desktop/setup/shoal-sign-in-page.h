/* shoal-sign-in-page.h: asks for an account's name and password, to sign up or to sign in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/** ShoalSignInPage: main thread. Signal "submitted": there are a name and a password */
#define SHOAL_TYPE_SIGN_IN_PAGE (shoal_sign_in_page_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSignInPage, shoal_sign_in_page, SHOAL, SIGN_IN_PAGE, AdwBin)

/** shoal_sign_in_page_reset: @group: (nullable): its name; @user: (nullable): a name to begin with;
 * @sign_up: what to begin with */
void shoal_sign_in_page_reset (ShoalSignInPage *self,
                               const char *group,
                               const char *user,
                               gboolean sign_up);
/** shoal_sign_in_page_get_sign_up: Returns: whether a new account is wanted */
gboolean shoal_sign_in_page_get_sign_up (ShoalSignInPage *self);
const char *shoal_sign_in_page_get_user (ShoalSignInPage *self);
const char *shoal_sign_in_page_get_password (ShoalSignInPage *self);
void shoal_sign_in_page_set_busy (ShoalSignInPage *self, gboolean busy);
/** shoal_sign_in_page_set_error: shows it where it belongs; counts down if it says when to come
 * again. @error: (nullable) */
void shoal_sign_in_page_set_error (ShoalSignInPage *self, const GError *error);

G_END_DECLS
