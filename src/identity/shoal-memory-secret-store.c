/* shoal-memory-secret-store.c: a secret store for tests and throw-away profiles
 *
 * Everything happens at once, yet answers come through the main context as from the other back
 * ends, so that no caller can grow to rely on the order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-secret-store"

#include "config.h"

#include "shoal-secret-store-private.h"

#include "shoal-secret-bytes.h"

#define SHOAL_TYPE_MEMORY_SECRET_STORE (shoal_memory_secret_store_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalMemorySecretStore, shoal_memory_secret_store, SHOAL, MEMORY_SECRET_STORE, GObject)

struct _ShoalMemorySecretStore
{
  GObject parent_instance;

  GHashTable *secrets; /* "kind group" to GBytes */
};

static void shoal_memory_secret_store_iface_init (ShoalSecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalMemorySecretStore,
                               shoal_memory_secret_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_SECRET_STORE,
                                                      shoal_memory_secret_store_iface_init))

static const char *
memory_get_kind (ShoalSecretStore *store)
{
  return SHOAL_SECRET_STORE_MEMORY;
}

static char *
make_key (const char *kind, const char *group)
{
  return g_strdup_printf ("%s %s", kind, group);
}

static void
memory_store_async (ShoalSecretStore *store,
                    const char *kind,
                    const char *group,
                    GBytes *secret,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  ShoalMemorySecretStore *self = SHOAL_MEMORY_SECRET_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (secret, &size);

  g_task_set_source_tag (task, memory_store_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  g_hash_table_replace (self->secrets, make_key (kind, group), shoal_secret_bytes_new (data, size));
  g_task_return_boolean (task, TRUE);
}

static gboolean
memory_boolean_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
memory_lookup_async (ShoalSecretStore *store,
                     const char *kind,
                     const char *group,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  ShoalMemorySecretStore *self = SHOAL_MEMORY_SECRET_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *key = make_key (kind, group);
  GBytes *secret = g_hash_table_lookup (self->secrets, key);

  g_task_set_source_tag (task, memory_lookup_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (secret != NULL)
    g_task_return_pointer (task, g_bytes_ref (secret), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, shoal_secret_not_found (kind));
}

static GBytes *
memory_lookup_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
memory_clear_async (ShoalSecretStore *store,
                    const char *kind,
                    const char *group,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  ShoalMemorySecretStore *self = SHOAL_MEMORY_SECRET_STORE (store);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *key = make_key (kind, group);

  g_task_set_source_tag (task, memory_clear_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  g_hash_table_remove (self->secrets, key);
  g_task_return_boolean (task, TRUE);
}

static void
shoal_memory_secret_store_iface_init (ShoalSecretStoreInterface *iface)
{
  iface->get_kind = memory_get_kind;
  iface->store_async = memory_store_async;
  iface->store_finish = memory_boolean_finish;
  iface->lookup_async = memory_lookup_async;
  iface->lookup_finish = memory_lookup_finish;
  iface->clear_async = memory_clear_async;
  iface->clear_finish = memory_boolean_finish;
}

static void
shoal_memory_secret_store_finalize (GObject *object)
{
  ShoalMemorySecretStore *self = SHOAL_MEMORY_SECRET_STORE (object);

  g_clear_pointer (&self->secrets, g_hash_table_unref);
  G_OBJECT_CLASS (shoal_memory_secret_store_parent_class)->finalize (object);
}

static void
shoal_memory_secret_store_class_init (ShoalMemorySecretStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_memory_secret_store_finalize;
}

static void
shoal_memory_secret_store_init (ShoalMemorySecretStore *self)
{
  self->secrets
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
}

ShoalSecretStore *
shoal_memory_secret_store_new (void)
{
  return g_object_new (SHOAL_TYPE_MEMORY_SECRET_STORE, NULL);
}
