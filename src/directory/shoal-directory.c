/* shoal-directory.c: who is there and who has what: the seam between the engine and where it learns
 * that
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-directory"

#include "config.h"

#include "shoal-directory.h"

G_DEFINE_INTERFACE (ShoalDirectory, shoal_directory, G_TYPE_OBJECT)

static void
shoal_directory_default_init (ShoalDirectoryInterface *iface)
{
  const char *const signals[] = { "state-changed", "roster-changed", "catalogue-changed" };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_new (signals[i], SHOAL_TYPE_DIRECTORY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static const char *const sort_names[] = {
  [SHOAL_SORT_NEWEST] = "newest", [SHOAL_SORT_NAME] = "name", [SHOAL_SORT_SIZE] = "size",
  [SHOAL_SORT_TYPE] = "type",     [SHOAL_SORT_WHO] = "who",
};

const char *
shoal_sort_to_string (ShoalSort sort)
{
  g_return_val_if_fail ((gsize) sort < G_N_ELEMENTS (sort_names), NULL);
  return sort_names[sort];
}

gboolean
shoal_sort_from_string (const char *text, ShoalSort *sort)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sort_names); i++)
    if (g_str_equal (text, sort_names[i]))
      {
        *sort = (ShoalSort) i;
        return TRUE;
      }
  return FALSE;
}

ShoalDirectoryState
shoal_directory_get_state (ShoalDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), SHOAL_DIRECTORY_OFFLINE);
  return SHOAL_DIRECTORY_GET_IFACE (self)->get_state (self);
}

const GError *
shoal_directory_get_error (ShoalDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->get_error (self);
}

gint64
shoal_directory_get_now_ms (ShoalDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), 0);
  return SHOAL_DIRECTORY_GET_IFACE (self)->get_now_ms (self);
}

GListModel *
shoal_directory_get_members (ShoalDirectory *self)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->get_members (self);
}

ShoalDevice *
shoal_directory_lookup_device (ShoalDirectory *self, const char *fingerprint, ShoalMember **member)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (fingerprint != NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->lookup_device (self, fingerprint, member);
}

gboolean
shoal_directory_confirm_device (ShoalDirectory *self, const char *fingerprint)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), FALSE);
  g_return_val_if_fail (fingerprint != NULL, FALSE);
  return SHOAL_DIRECTORY_GET_IFACE (self)->confirm_device (self, fingerprint);
}

void
shoal_directory_announce (ShoalDirectory *self, guint16 port)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  SHOAL_DIRECTORY_GET_IFACE (self)->announce (self, port);
}

void
shoal_directory_search_async (ShoalDirectory *self,
                              const ShoalQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (query != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->search_async (self, query, cancellable, callback, user_data);
}

ShoalPage *
shoal_directory_search_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->search_finish (self, result, error);
}

void
shoal_directory_find_async (ShoalDirectory *self,
                            const char *name,
                            const char *user,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->find_async (self, name, user, cancellable, callback, user_data);
}

GPtrArray *
shoal_directory_find_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->find_finish (self, result, error);
}

void
shoal_directory_sources_async (ShoalDirectory *self,
                               const ShoalDigest *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->sources_async (self, id, cancellable, callback, user_data);
}

GPtrArray *
shoal_directory_sources_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->sources_finish (self, result, error);
}

void
shoal_directory_offer_async (ShoalDirectory *self,
                             GPtrArray *offers,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (offers != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->offer_async (self, offers, cancellable, callback, user_data);
}

GArray *
shoal_directory_offer_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->offer_finish (self, result, error);
}

void
shoal_directory_withdraw_async (ShoalDirectory *self,
                                const char *const *offers,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->withdraw_async (self, offers, cancellable, callback, user_data);
}

gint64
shoal_directory_withdraw_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);
  return SHOAL_DIRECTORY_GET_IFACE (self)->withdraw_finish (self, result, error);
}

void
shoal_directory_offers_async (ShoalDirectory *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  SHOAL_DIRECTORY_GET_IFACE (self)->offers_async (self, cancellable, callback, user_data);
}

GHashTable *
shoal_directory_offers_finish (ShoalDirectory *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_DIRECTORY (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  return SHOAL_DIRECTORY_GET_IFACE (self)->offers_finish (self, result, error);
}

void
shoal_directory_set_pulling (
    ShoalDirectory *self, const ShoalDigest *id, guint64 size, gboolean manifest, gboolean active)
{
  g_return_if_fail (SHOAL_IS_DIRECTORY (self));
  g_return_if_fail (id != NULL);
  SHOAL_DIRECTORY_GET_IFACE (self)->set_pulling (self, id, size, manifest, active);
}
