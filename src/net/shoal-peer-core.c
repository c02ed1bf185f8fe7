/* shoal-peer-core.c: what the parts of the peer server share: posting, the buffers, the limit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-limits.h"
#include "shoal-peer-server-private.h"

typedef struct
{
  PeerCoreFunc func;
  gpointer data;
} Post;

PeerCore *
peer_core_ref (PeerCore *core)
{
  g_atomic_ref_count_inc (&core->ref_count);
  return core;
}

void
peer_core_unref (PeerCore *core)
{
  if (!g_atomic_ref_count_dec (&core->ref_count))
    return;
  g_queue_clear_full (&core->buffers, g_free);
  g_clear_pointer (&core->bucket, shoal_token_bucket_unref);
  g_clear_pointer (&core->fingerprints, g_hash_table_unref);
  g_clear_pointer (&core->addresses, g_hash_table_unref);
  g_clear_pointer (&core->context, g_main_context_unref);
  g_mutex_clear (&core->mutex);
  g_free (core);
}

static gboolean
on_post_cb (gpointer user_data)
{
  Post *post = user_data;

  post->func (post->data);
  return G_SOURCE_REMOVE;
}

gboolean
peer_core_post (PeerCore *core, PeerCoreFunc func, gpointer data)
{
  g_mutex_lock (&core->mutex);
  gboolean running = core->running;
  if (running)
    {
      g_autoptr (GSource) source = g_idle_source_new ();
      Post *post = g_new (Post, 1);

      post->func = func;
      post->data = data;
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, on_post_cb, post, g_free);
      g_source_attach (source, core->context);
    }
  g_mutex_unlock (&core->mutex);
  return running;
}

ShoalTokenBucket *
peer_core_dup_bucket (PeerCore *core)
{
  g_mutex_lock (&core->mutex);
  ShoalTokenBucket *bucket = core->bucket != NULL ? shoal_token_bucket_ref (core->bucket) : NULL;
  g_mutex_unlock (&core->mutex);
  return bucket;
}

guint8 *
peer_core_take_buffer (PeerCore *core)
{
  g_mutex_lock (&core->mutex);
  guint8 *buffer = g_queue_pop_head (&core->buffers);
  g_mutex_unlock (&core->mutex);
  return buffer != NULL ? buffer : g_malloc (SHOAL_SERVE_CHUNK);
}

void
peer_core_give_buffer (PeerCore *core, guint8 *buffer)
{
  g_mutex_lock (&core->mutex);
  gboolean keep = core->keep_buffers;
  if (keep)
    g_queue_push_head (&core->buffers, buffer);
  g_mutex_unlock (&core->mutex);
  if (!keep)
    g_free (buffer);
}

static void
set_keep_buffers (PeerCore *core, gboolean keep)
{
  g_mutex_lock (&core->mutex);
  core->keep_buffers = keep;
  if (!keep)
    g_queue_clear_full (&core->buffers, g_free);
  g_mutex_unlock (&core->mutex);
}

void
peer_core_stream_began (PeerCore *core)
{
  if (core->streams++ == 0)
    set_keep_buffers (core, TRUE);
}

void
peer_core_stream_ended (PeerCore *core)
{
  g_assert (core->streams > 0);
  core->streams--;
}

void
peer_core_attach (PeerCore *core, GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_callback (source, callback, data, NULL);
  g_source_attach (source, core->context);
}

void
peer_core_trim (PeerCore *core)
{
  if (core->streams == 0)
    set_keep_buffers (core, FALSE);
}
