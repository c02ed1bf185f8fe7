/* fake-directory.c: a directory in memory that takes offers and finds what it is told, for tests
 *
 * Answers come from the main loop, as a real one's do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-directory.h"

#include "shoal-error.h"

struct _FakeDirectory
{
  GObject parent_instance;

  gboolean online;
  GHashTable *offers;
  int failure;
  char *refused_name;
  int refused_code;
  guint n_offered;
  guint n_withdrawals;
  GHashTable *found;   /* name → GPtrArray of ShoalResult */
  GHashTable *sources; /* hex id → GPtrArray of ShoalSource */
  char *asked_user;
  gboolean slow;
  GQueue late; /* of GTask: offers that are not answered yet */
};

static void fake_directory_iface_init (ShoalDirectoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeDirectory,
                               fake_directory,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_DIRECTORY,
                                                      fake_directory_iface_init))

static void
fake_directory_finalize (GObject *object)
{
  FakeDirectory *self = FAKE_DIRECTORY (object);

  g_assert_cmpuint (self->late.length, ==, 0);
  g_hash_table_unref (self->offers);
  g_hash_table_unref (self->found);
  g_hash_table_unref (self->sources);
  g_free (self->asked_user);
  g_free (self->refused_name);
  G_OBJECT_CLASS (fake_directory_parent_class)->finalize (object);
}

static void
fake_directory_class_init (FakeDirectoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_directory_finalize;
}

static void
fake_directory_init (FakeDirectory *self)
{
  self->failure = -1;
  self->found
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->sources
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->offers
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) shoal_offer_free);
}

static ShoalDirectoryState
get_state (ShoalDirectory *directory)
{
  return FAKE_DIRECTORY (directory)->online ? SHOAL_DIRECTORY_ONLINE : SHOAL_DIRECTORY_OFFLINE;
}

static gboolean
fails (FakeDirectory *self, GTask *task)
{
  if (self->online && self->failure < 0)
    return FALSE;
  g_task_return_new_error (task, SHOAL_ERROR,
                           self->online ? self->failure : SHOAL_ERROR_DISCONNECTED, "No");
  return TRUE;
}

static void
take_offers (FakeDirectory *self, GTask *task)
{
  GPtrArray *offers = g_task_get_task_data (task);

  if (fails (self, task))
    return;
  g_autoptr (GArray) answers = g_array_new (FALSE, FALSE, sizeof (ShoalOfferAnswer));
  for (guint i = 0; i < offers->len; i++)
    {
      ShoalOffer *offer = g_ptr_array_index (offers, i);
      ShoalOfferAnswer answer = shoal_offer_answer_taken (1);
      if (offer->folder)
        g_assert_cmpuint (offer->entries->len, ==, offer->n_entries);
      if (g_strcmp0 (offer->name, self->refused_name) == 0)
        answer = shoal_offer_answer_failed (self->refused_code);
      else
        {
          ShoalOffer *copy = shoal_offer_copy (offer);

          copy->sources = 1;
          if (offer->entries != NULL)
            copy->entries = g_ptr_array_ref (offer->entries);
          g_hash_table_replace (self->offers, g_strdup (offer->offer), copy);
        }
      g_array_append_val (answers, answer);
      self->n_offered++;
    }
  g_task_return_pointer (task, g_steal_pointer (&answers), (GDestroyNotify) g_array_unref);
}

static void
offer_async (ShoalDirectory *directory,
             GPtrArray *offers,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_task_data (task, g_ptr_array_ref (offers), (GDestroyNotify) g_ptr_array_unref);
  if (self->slow)
    g_queue_push_tail (&self->late, g_steal_pointer (&task));
  else
    take_offers (self, task);
}

static GArray *
offer_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
withdraw_async (ShoalDirectory *directory,
                const char *const *offers,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  int n = 0;

  self->n_withdrawals++;
  if (fails (self, task))
    return;
  for (gsize i = 0; offers[i] != NULL; i++)
    n += g_hash_table_remove (self->offers, offers[i]);
  g_task_return_int (task, n);
}

static gint64
withdraw_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
offers_async (ShoalDirectory *directory,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GHashTableIter iter;
  gpointer value = NULL;

  if (fails (self, task))
    return;
  GHashTable *copy
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) shoal_offer_free);
  g_hash_table_iter_init (&iter, self->offers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_hash_table_insert (copy, g_strdup (((ShoalOffer *) value)->offer), shoal_offer_copy (value));
  g_task_return_pointer (task, copy, (GDestroyNotify) g_hash_table_unref);
}

static GHashTable *
offers_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* A copy: who asks may take rows out. */
static void
return_rows (GTask *task, GPtrArray *rows, GCopyFunc copy, GDestroyNotify unref)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func (unref);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    g_ptr_array_add (copies, copy (g_ptr_array_index (rows, i), NULL));
  g_task_return_pointer (task, copies, (GDestroyNotify) g_ptr_array_unref);
}

static void
find_async (ShoalDirectory *directory,
            const char *name,
            const char *user,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_free (self->asked_user);
  self->asked_user = g_strdup (user);
  if (!fails (self, task))
    return_rows (task, g_hash_table_lookup (self->found, name), (GCopyFunc) g_object_ref,
                 g_object_unref);
}

static GPtrArray *
find_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sources_async (ShoalDirectory *directory,
               const ShoalDigest *id,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  FakeDirectory *self = FAKE_DIRECTORY (directory);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *hex = shoal_digest_dup_hex (id);

  if (!fails (self, task))
    return_rows (task, g_hash_table_lookup (self->sources, hex), (GCopyFunc) shoal_source_ref,
                 (GDestroyNotify) shoal_source_unref);
}

static GPtrArray *
sources_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_directory_iface_init (ShoalDirectoryInterface *iface)
{
  iface->find_async = find_async;
  iface->find_finish = find_finish;
  iface->sources_async = sources_async;
  iface->sources_finish = sources_finish;
  iface->get_state = get_state;
  iface->offer_async = offer_async;
  iface->offer_finish = offer_finish;
  iface->withdraw_async = withdraw_async;
  iface->withdraw_finish = withdraw_finish;
  iface->offers_async = offers_async;
  iface->offers_finish = offers_finish;
}

FakeDirectory *
fake_directory_new (void)
{
  return g_object_new (FAKE_TYPE_DIRECTORY, NULL);
}

void
fake_directory_set_online (FakeDirectory *self, gboolean online)
{
  self->online = online;
  g_signal_emit_by_name (self, "state-changed");
}

GHashTable *
fake_directory_get_offers (FakeDirectory *self)
{
  return self->offers;
}

void
fake_directory_plant (FakeDirectory *self, const char *offer, const char *name)
{
  ShoalOffer *planted = shoal_offer_new ();

  planted->offer = g_strdup (offer);
  planted->name = g_strdup (name);
  g_hash_table_replace (self->offers, g_strdup (offer), planted);
}

void
fake_directory_set_failure (FakeDirectory *self, int code)
{
  self->failure = code;
}

void
fake_directory_refuse (FakeDirectory *self, const char *name, int code)
{
  g_free (self->refused_name);
  self->refused_name = g_strdup (name);
  self->refused_code = code;
}

void
fake_directory_set_slow (FakeDirectory *self, gboolean slow)
{
  self->slow = slow;
  while (!slow && self->late.length > 0)
    {
      g_autoptr (GTask) task = g_queue_pop_head (&self->late);

      take_offers (self, task);
    }
}

guint
fake_directory_get_n_late (FakeDirectory *self)
{
  return self->late.length;
}

guint
fake_directory_get_n_withdrawals (FakeDirectory *self)
{
  return self->n_withdrawals;
}

guint
fake_directory_get_n_offered (FakeDirectory *self)
{
  return self->n_offered;
}

static void
add_row (GHashTable *table, const char *key, gpointer row, GDestroyNotify unref)
{
  GPtrArray *rows = g_hash_table_lookup (table, key);

  if (rows == NULL)
    {
      rows = g_ptr_array_new_with_free_func (unref);
      g_hash_table_insert (table, g_strdup (key), rows);
    }
  g_ptr_array_add (rows, row);
}

void
fake_directory_add_found (FakeDirectory *self, const char *name, ShoalResult *result)
{
  add_row (self->found, name, result, g_object_unref);
}

void
fake_directory_add_source (FakeDirectory *self, const char *id, ShoalSource *source)
{
  add_row (self->sources, id, source, (GDestroyNotify) shoal_source_unref);
}

const char *
fake_directory_get_asked_user (FakeDirectory *self)
{
  return self->asked_user;
}
