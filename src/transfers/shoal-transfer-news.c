/* shoal-transfer-news.c: what a run tells the main thread
 *
 * Each piece of news is an idle source of the main context that the run was started in; they come
 * there in the order in which they were told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-news.h"

#include "shoal-transfer-state.h"

typedef struct
{
  enum
  {
    NEWS_NEED_SOURCES,
    NEWS_SERVE,
    NEWS_UNSERVE,
    NEWS_BAD_SOURCE,
    NEWS_ENDED,
  } kind;
  ShoalTransferRun *run;
  ShoalDigest id;
  guint64 size;
  GBytes *layer;
  ShoalPartial *partial;
  ShoalSource *source;
  GError *error;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_clear_pointer (&news->layer, g_bytes_unref);
  g_clear_object (&news->partial);
  g_clear_pointer (&news->source, shoal_source_unref);
  g_clear_error (&news->error);
  shoal_transfer_run_unref (news->run);
  g_free (news);
}

static gboolean
on_news_cb (gpointer data)
{
  News *news = data;
  ShoalTransferRun *self = news->run;

  switch (news->kind)
    {
    case NEWS_NEED_SOURCES:
      self->delegate.need_sources (self, &news->id, self->user_data);
      break;
    case NEWS_SERVE:
      self->delegate.serve (self, &news->id, news->size, news->layer, news->partial,
                            self->user_data);
      break;
    case NEWS_UNSERVE:
      self->delegate.unserve (self, &news->id, news->size, self->user_data);
      break;
    case NEWS_BAD_SOURCE:
      self->delegate.bad_source (self, news->source, self->user_data);
      break;
    case NEWS_ENDED:
    default:
      self->delegate.ended (self, news->error, self->user_data);
      break;
    }
  return G_SOURCE_REMOVE;
}

static News *
news_new (ShoalTransferRun *self, int kind, const ShoalDigest *id)
{
  News *news = g_new0 (News, 1);

  news->kind = kind;
  news->run = shoal_transfer_run_ref (self);
  news->id = *id;
  return news;
}

static void
tell (News *news)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_news_cb, news, news_free);
  g_source_attach (source, news->run->context);
}

/* Told under the lock: whatever thread comes first, the end follows the beginning. */
void
shoal_run_serve (ShoalTransferRun *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->lock);
  if (work->serving == SHOAL_SERVING_LATER && work->partial != NULL)
    {
      News *news = news_new (self, NEWS_SERVE, &work->id);

      news->size = work->size;
      news->layer = g_bytes_ref (work->layer);
      news->partial = g_object_ref (work->partial);
      work->serving = SHOAL_SERVING_NOW;
      tell (news);
    }
  g_mutex_unlock (&self->lock);
}

void
shoal_run_unserve (ShoalTransferRun *self, ShoalPieceWork *work)
{
  g_mutex_lock (&self->lock);
  if (work->serving == SHOAL_SERVING_NOW)
    {
      News *news = news_new (self, NEWS_UNSERVE, &work->id);

      news->size = work->size;
      tell (news);
    }
  work->serving = SHOAL_SERVING_OVER;
  g_mutex_unlock (&self->lock);
}

void
shoal_run_bad_source (ShoalTransferRun *self, ShoalSource *source)
{
  News *news = news_new (self, NEWS_BAD_SOURCE, &self->id);

  news->source = shoal_source_ref (source);
  tell (news);
}

void
shoal_run_ask_for_sources (ShoalTransferRun *self, const ShoalDigest *id)
{
  tell (news_new (self, NEWS_NEED_SOURCES, id));
}

void
shoal_run_want_sources (ShoalTransferRun *self, const ShoalDigest *id)
{
  g_mutex_lock (&self->lock);
  shoal_source_book_want (self->book, id);
  g_mutex_unlock (&self->lock);
  shoal_run_ask_for_sources (self, id);
}

void
shoal_run_ended (ShoalTransferRun *self, const GError *error)
{
  News *news = news_new (self, NEWS_ENDED, &self->id);

  if (error != NULL)
    news->error = g_error_copy (error);
  tell (news);
}
