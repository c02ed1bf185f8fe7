/* shoal-engine-rates.c: which rates hold now: what was asked for this once, else the settings' plan
 *
 * Without a plan nothing is looked at. With one, the kernel is asked to say when the wall clock
 * shows the next time in it: it also does so at the end of a suspend that lasted over it, and when
 * somebody sets the clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "shoal-rate-plan.h"

static guint64
get_upload_limit (ShoalEngine *self, GDateTime *now)
{
  return self->upload_override != NULL ? *self->upload_override
                                       : shoal_rate_plan_get_upload_limit (self->settings, now);
}

/* The lowest of those that are held; 0 is none. */
static guint64
get_download_limit (ShoalEngine *self, GDateTime *now)
{
  guint64 lowest = 0;
  GHashTableIter iter;
  gpointer value;

  if (self->download_limits == NULL || g_hash_table_size (self->download_limits) == 0)
    return shoal_rate_plan_get_download_limit (self->settings, now);
  g_hash_table_iter_init (&iter, self->download_limits);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      guint64 limit = *(guint64 *) value;

      if (limit != 0 && (lowest == 0 || limit < lowest))
        lowest = limit;
    }
  return lowest;
}

static gboolean on_plan_cb (int fd, GIOCondition condition, gpointer user_data);

static void
stop_waiting (ShoalEngine *self)
{
  if (self->plan_id == 0)
    return;
  g_clear_handle_id (&self->plan_id, g_source_remove);
  close (self->plan_fd);
}

/* Replaces what is waited for. */
static void
wait_for_plan (ShoalEngine *self, GDateTime *now)
{
  g_autoptr (GDateTime) next = shoal_rate_plan_dup_next (self->settings, now);
  struct itimerspec at = { 0 };

  stop_waiting (self);
  if (next == NULL)
    return;

  int fd = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

  at.it_value.tv_sec = g_date_time_to_unix (next);
  if (fd < 0 || timerfd_settime (fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &at, NULL) != 0)
    {
      g_warning ("The plan of rate limits does not go on: %s", g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return;
    }

  self->plan_fd = fd;
  self->plan_id = g_unix_fd_add (fd, G_IO_IN, on_plan_cb, self);
}

static void
apply (ShoalEngine *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  if (!self->with_rates)
    return;
  shoal_token_bucket_set_rate (shoal_uploads_get_limit (self->uploads),
                               get_upload_limit (self, now));
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (self->transfers),
                               get_download_limit (self, now));
  wait_for_plan (self, now);
}

/* The time has come, or the clock has been set. */
static gboolean
on_plan_cb (int fd, GIOCondition condition, gpointer user_data)
{
  apply (user_data);
  return G_SOURCE_REMOVE;
}

void
shoal_engine_start_rates (ShoalEngine *self)
{
  self->with_rates = TRUE;
  apply (self);
}

void
shoal_engine_stop_rates (ShoalEngine *self)
{
  self->with_rates = FALSE;
  stop_waiting (self);
  g_clear_pointer (&self->upload_override, g_free);
  g_clear_pointer (&self->download_limits, g_hash_table_unref);
}

void
shoal_engine_rate_setting_changed (ShoalEngine *self, const char *name)
{
  /* Who sets it means it from now on. */
  if (g_strcmp0 (name, "upload-limit") == 0)
    g_clear_pointer (&self->upload_override, g_free);
  if (g_strcmp0 (name, "download-limit") == 0)
    g_clear_pointer (&self->download_limits, g_hash_table_unref);
  apply (self);
}

void
shoal_engine_override_upload_limit (ShoalEngine *self, guint64 limit)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));

  if (self->upload_override == NULL)
    self->upload_override = g_new (guint64, 1);
  *self->upload_override = limit;
  apply (self);
}

void
shoal_engine_hold_download_limit (ShoalEngine *self, gconstpointer holder, guint64 limit)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));
  g_return_if_fail (holder != NULL);

  guint64 *held = g_new (guint64, 1);

  *held = limit;
  if (self->download_limits == NULL)
    self->download_limits = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_hash_table_insert (self->download_limits, (gpointer) holder, held);
  apply (self);
}

void
shoal_engine_release_download_limit (ShoalEngine *self, gconstpointer holder)
{
  g_return_if_fail (SHOAL_IS_ENGINE (self));

  if (self->download_limits == NULL || !g_hash_table_remove (self->download_limits, holder))
    return;
  apply (self);
}
