/* shoal-uploads-slots.c: how many answers are sent at once, shared fairly between members
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-uploads"

#include "config.h"

#include "shoal-uploads-slots.h"

typedef struct
{
  char *account;
  gint64 deadline_us;
  ShoalSlotFunc func;
  gpointer data;
} Ask;

struct _ShoalSlots
{
  GMutex mutex;
  guint n_slots;
  guint n_running;
  GHashTable *running; /* account → how many, as pointer */
  GQueue waiting;      /* of Ask, in the order they came; bounded by the connections there are */
};

static void
ask_free (Ask *ask)
{
  g_free (ask->account);
  g_free (ask);
}

ShoalSlots *
shoal_slots_new (guint n_slots)
{
  ShoalSlots *self = g_new0 (ShoalSlots, 1);

  g_mutex_init (&self->mutex);
  self->n_slots = n_slots;
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->waiting);
  return self;
}

void
shoal_slots_free (ShoalSlots *self)
{
  g_assert (g_queue_is_empty (&self->waiting));
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->running);
  g_free (self);
}

static guint
running_of (ShoalSlots *self, const char *account)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->running, account));
}

static void
add_running (ShoalSlots *self, const char *account, int change)
{
  guint n = running_of (self, account) + (guint) change;

  self->n_running += (guint) change;
  if (n > 0)
    g_hash_table_insert (self->running, g_strdup (account), GUINT_TO_POINTER (n));
  else
    g_hash_table_remove (self->running, account);
}

/* Moves those whose turn it is to @granted. Call with the mutex. */
static void
grant (ShoalSlots *self, GPtrArray *granted)
{
  while (self->n_running < self->n_slots && !g_queue_is_empty (&self->waiting))
    {
      GList *best = self->waiting.head;
      for (GList *l = best->next; l != NULL; l = l->next)
        if (running_of (self, ((Ask *) l->data)->account)
            < running_of (self, ((Ask *) best->data)->account))
          best = l;
      Ask *ask = best->data;
      g_queue_delete_link (&self->waiting, best);
      add_running (self, ask->account, +1);
      g_ptr_array_add (granted, ask);
    }
}

static void
tell (GPtrArray *asks, gboolean granted)
{
  for (guint i = 0; i < asks->len; i++)
    {
      Ask *ask = g_ptr_array_index (asks, i);
      ask->func (ask->data, granted);
      ask_free (ask);
    }
}

void
shoal_slots_set_size (ShoalSlots *self, guint n_slots)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  self->n_slots = n_slots;
  grant (self, granted);
  g_mutex_unlock (&self->mutex);
  tell (granted, TRUE);
}

gboolean
shoal_slots_ask (
    ShoalSlots *self, const char *account, gint64 deadline_us, ShoalSlotFunc func, gpointer data)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new ();
  Ask *ask = g_new0 (Ask, 1);

  ask->account = g_strdup (account);
  ask->deadline_us = deadline_us;
  ask->func = func;
  ask->data = data;
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->waiting, ask);
  grant (self, granted);
  gboolean waits = !g_queue_is_empty (&self->waiting);
  g_mutex_unlock (&self->mutex);
  tell (granted, TRUE);
  return waits;
}

void
shoal_slots_release (ShoalSlots *self, const char *account)
{
  g_autoptr (GPtrArray) granted = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  g_assert (running_of (self, account) > 0);
  add_running (self, account, -1);
  grant (self, granted);
  g_mutex_unlock (&self->mutex);
  tell (granted, TRUE);
}

gboolean
shoal_slots_expire (ShoalSlots *self, gint64 now_us)
{
  g_autoptr (GPtrArray) expired = g_ptr_array_new ();

  g_mutex_lock (&self->mutex);
  for (GList *l = self->waiting.head; l != NULL;)
    {
      GList *next = l->next;
      if (((Ask *) l->data)->deadline_us <= now_us)
        {
          g_ptr_array_add (expired, l->data);
          g_queue_delete_link (&self->waiting, l);
        }
      l = next;
    }
  gboolean others = !g_queue_is_empty (&self->waiting);
  g_mutex_unlock (&self->mutex);
  tell (expired, FALSE);
  return others;
}

guint
shoal_slots_get_n_running (ShoalSlots *self)
{
  g_mutex_lock (&self->mutex);
  guint n = self->n_running;
  g_mutex_unlock (&self->mutex);
  return n;
}
