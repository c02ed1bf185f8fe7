/* shoal-engine-rates.c: which rates hold now: what was asked for this once, else the settings' plan
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-engine"

#include "config.h"

#include "shoal-engine-private.h"

#include "shoal-rate-plan.h"

#define PLAN_INTERVAL_S (5)

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

static void
apply (ShoalEngine *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  shoal_token_bucket_set_rate (shoal_uploads_get_limit (self->uploads),
                               get_upload_limit (self, now));
  shoal_token_bucket_set_rate (shoal_transfer_manager_get_limit (self->transfers),
                               get_download_limit (self, now));
}

/* The schedule is in minutes; a look every few seconds is never late by much, also after a suspend.
 */
static gboolean
on_plan_cb (gpointer user_data)
{
  apply (user_data);
  return G_SOURCE_CONTINUE;
}

void
shoal_engine_start_rates (ShoalEngine *self)
{
  apply (self);
  self->plan_id = g_timeout_add_seconds (PLAN_INTERVAL_S, on_plan_cb, self);
}

void
shoal_engine_stop_rates (ShoalEngine *self)
{
  g_clear_handle_id (&self->plan_id, g_source_remove);
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
  if (self->plan_id != 0)
    apply (self);
}
