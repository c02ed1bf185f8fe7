/* shoal-setup-view-private.h: what the files of the way into a group share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-invite-view.h"
#include "shoal-join-page.h"
#include "shoal-setup-view.h"
#include "shoal-sign-in-page.h"
#include "shoal-start-group-page.h"
#include "shoal-welcome-page.h"

G_BEGIN_DECLS

struct _ShoalSetupView
{
  AdwBin parent_instance;

  GtkStack *pages;
  GtkButton *back_button;
  GtkMenuButton *groups_button;
  ShoalJoinPage *join;
  ShoalSignInPage *sign_in;
  ShoalStartGroupPage *start;
  ShoalInviteView *invite;

  ShoalSession *session;
  GCancellable *cancellable;    /* of what is under way */
  ShoalEngine *engine;          /* a new one, not in a group yet */
  ShoalTrackerProcess *tracker; /* of a group that is being started */
  ShoalLink *link;              /* what the account page signs up to; NULL: the open group */
};

/** shoal_setup_view_begin: a new cancellable for what begins now; what was under way is cancelled.
 * Returns: (transfer none) */
GCancellable *shoal_setup_view_begin (ShoalSetupView *self);
/** shoal_setup_view_abandon: cancels what is under way and gives up the new engine */
void shoal_setup_view_abandon (ShoalSetupView *self);
void shoal_setup_view_show (ShoalSetupView *self, const char *page);
/** shoal_setup_view_adopt: the new engine has joined: its group is opened */
void shoal_setup_view_adopt (ShoalSetupView *self);

/** shoal_setup_view_start_submitted: in shoal-setup-start.c */
void shoal_setup_view_start_submitted (ShoalSetupView *self);

G_END_DECLS
