/* tracker-fixture.c: a fake tracker, and a link to it that is not connected yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "tracker-fixture.h"

void
tracker_fixture_set_up (TrackerFixture *self, FakeTrackerFunc func, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  self->tracker_key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->key = shoal_device_key_generate (&error);
  g_assert_no_error (error);
  self->tracker = fake_tracker_new (self->tracker_key, 0, func, user_data);
  self->link = shoal_tracker_link_new (self->key);
  shoal_tracker_link_set_tracker (self->link, fake_tracker_get_addresses (self->tracker),
                                  shoal_device_key_get_fingerprint (self->tracker_key));
}

void
tracker_fixture_tear_down (TrackerFixture *self)
{
  shoal_tracker_link_stop (self->link);
  g_clear_pointer (&self->tracker, fake_tracker_free);
  /* What was cancelled still calls back. */
  WAIT_UNTIL (!g_main_context_iteration (NULL, FALSE) && G_OBJECT (self->link)->ref_count == 1);
  g_assert_finalize_object (self->link);
  shoal_device_key_unref (self->key);
  shoal_device_key_unref (self->tracker_key);
}

ShoalDirectoryState
link_state (TrackerFixture *self)
{
  return shoal_tracker_link_get_state (self->link);
}

void
tracker_fixture_go_online (TrackerFixture *self)
{
  shoal_tracker_link_set_token (self->link, "token-0");
  shoal_tracker_link_start (self->link);
  WAIT_UNTIL (link_state (self) == SHOAL_DIRECTORY_ONLINE);
}

void
keep_result (GObject *object, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}
