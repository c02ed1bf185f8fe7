/* shoal-setup-start.c: starting a group on this computer
 *
 * A chain: a new profile with its engine; the tracker as a child with its data in that profile; the
 * owner's link; an account made with it. Whatever fails, everything made so far is taken back, and
 * the form says why.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-setup-view"

#include "config.h"

#include "shoal-setup-view-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-safe-name.h"

static void
fail (ShoalSetupView *self, const GError *error)
{
  shoal_setup_view_abandon (self);
  shoal_start_group_page_set_busy (self->start, NULL);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      && !g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED))
    shoal_start_group_page_set_error (self->start, error);
}

static gboolean
was_given_up (ShoalSetupView *self)
{
  return self->cancellable == NULL || self->engine == NULL || self->tracker == NULL;
}

static void
on_signed_up_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!shoal_engine_sign_up_finish (SHOAL_ENGINE (object), result, &error))
    {
      if (self->engine == SHOAL_ENGINE (object))
        fail (self, error);
      return;
    }
  if (self->engine != SHOAL_ENGINE (object))
    return;
  shoal_start_group_page_set_busy (self->start, NULL);

  g_autoptr (ShoalEngine) engine = g_object_ref (SHOAL_ENGINE (object));

  /* First, so that the window stays here when the group opens. */
  shoal_setup_view_show (self, "invite");
  shoal_setup_view_adopt (self);
  shoal_invite_view_set_engine (self->invite, engine);
}

/* This computer's own way to its tracker stays the same whatever network it is in. */
static ShoalLink *
make_local (const char *text, guint16 port, GError **error)
{
  g_autoptr (ShoalLink) link = shoal_link_parse (text, error);
  g_autofree char *local = g_strdup_printf ("127.0.0.1:%u", (guint) port);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();

  if (link == NULL)
    return NULL;
  g_ptr_array_add (addresses, local);
  g_ptr_array_add (addresses, NULL);
  return shoal_link_new ((const char *const *) addresses->pdata, link->key, link->invite);
}

static void
on_owner_link_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  ShoalTrackerProcess *tracker = SHOAL_TRACKER_PROCESS (object);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = shoal_tracker_process_owner_link_finish (tracker, result, &error);

  if (was_given_up (self))
    return;

  g_autoptr (ShoalLink) link
             = text != NULL ? make_local (text, shoal_tracker_process_get_port (tracker), &error)
                            : NULL;

  if (link == NULL)
    {
      fail (self, error);
      return;
    }
  shoal_start_group_page_set_busy (self->start, _ ("Making your account…"));
  shoal_engine_sign_up_async (self->engine, link, NULL,
                              shoal_start_group_page_get_user (self->start),
                              shoal_start_group_page_get_password (self->start), self->cancellable,
                              on_signed_up_cb, g_object_ref (self));
}

static void
on_tracker_ready_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!shoal_tracker_process_wait_finish (SHOAL_TRACKER_PROCESS (object), result, &error))
    {
      if (!was_given_up (self))
        fail (self, error);
      return;
    }
  if (was_given_up (self))
    return;
  shoal_tracker_process_owner_link_async (self->tracker, self->cancellable, on_owner_link_cb,
                                          g_object_ref (self));
}

static void
on_prepared_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalSetupView) self = user_data;
  g_autoptr (GError) error = NULL;

  self->engine = shoal_session_prepare_finish (SHOAL_SESSION (object), result, &error);
  if (self->engine == NULL)
    {
      fail (self, error);
      return;
    }
  if (self->cancellable == NULL)
    {
      shoal_setup_view_abandon (self);
      return;
    }

  ShoalProfile *profile = shoal_engine_get_profile (self->engine);

  self->tracker = shoal_tracker_process_create (
      shoal_profile_get_folder (profile), shoal_start_group_page_get_group_name (self->start),
      shoal_start_group_page_get_port (self->start),
      shoal_start_group_page_get_public (self->start), &error);
  if (self->tracker == NULL)
    {
      fail (self, error);
      return;
    }
  shoal_start_group_page_set_busy (self->start, _ ("Starting the tracker…"));
  shoal_tracker_process_start (self->tracker);
  shoal_tracker_process_wait_async (self->tracker, self->cancellable, on_tracker_ready_cb,
                                    g_object_ref (self));
}

static gboolean
check_password (const char *password, GError **error)
{
  if (strlen (password) >= SHOAL_MIN_PASSWORD_BYTES)
    return TRUE;
  return shoal_set_field_error (error, "password",
                                _ ("The password is too short. Use at least %d characters."),
                                SHOAL_MIN_PASSWORD_BYTES);
}

void
shoal_setup_view_start_submitted (ShoalSetupView *self)
{
  g_autoptr (GError) error = NULL;
  const char *user = shoal_start_group_page_get_user (self->start);
  const char *password = shoal_start_group_page_get_password (self->start);

  /* What the tracker would refuse is said before anything is made. */
  if (!shoal_check_account_name (user, &error) || !check_password (password, &error))
    {
      shoal_start_group_page_set_error (self->start, error);
      return;
    }
  shoal_setup_view_abandon (self);
  shoal_start_group_page_set_error (self->start, NULL);
  shoal_start_group_page_set_busy (self->start, _ ("Making keys…"));
  shoal_session_prepare_async (self->session, shoal_setup_view_begin (self), on_prepared_cb,
                               g_object_ref (self));
}
