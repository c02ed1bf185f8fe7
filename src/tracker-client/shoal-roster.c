/* shoal-roster.c: the members as the tracker tells them, kept up to date from deltas
 *
 * A tracker is trusted with who is a member, not with our memory: their number is bounded, and a
 * device belongs to the first member that lists it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-roster"

#include "config.h"

#include "shoal-roster.h"

#include "shoal-addresses.h"
#include "shoal-limits.h"

struct _ShoalRoster
{
  GObject parent_instance;

  char *own;
  ShoalKnownDevices *known;
  GListStore *members;
  GHashTable *by_account;     /* account → ShoalMember (borrowed from members) */
  GHashTable *by_device;      /* fingerprint → ShoalDevice */
  GHashTable *owner_of;       /* fingerprint → ShoalMember (borrowed from members) */
  ShoalAddresses *interfaces; /* while a message is applied */
  gint64 seq;
  gboolean have_whole;
  gboolean loopback;
};

G_DEFINE_FINAL_TYPE (ShoalRoster, shoal_roster, G_TYPE_OBJECT)

static void
shoal_roster_finalize (GObject *object)
{
  ShoalRoster *self = SHOAL_ROSTER (object);

  g_clear_pointer (&self->own, g_free);
  g_clear_object (&self->known);
  g_clear_pointer (&self->by_account, g_hash_table_unref);
  g_clear_pointer (&self->by_device, g_hash_table_unref);
  g_clear_pointer (&self->owner_of, g_hash_table_unref);
  g_clear_object (&self->members);
  G_OBJECT_CLASS (shoal_roster_parent_class)->finalize (object);
}

static void
shoal_roster_class_init (ShoalRosterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_roster_finalize;
}

static void
shoal_roster_init (ShoalRoster *self)
{
  self->members = g_list_store_new (SHOAL_TYPE_MEMBER);
  self->by_account = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_device = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->owner_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

ShoalRoster *
shoal_roster_new (const char *own, ShoalKnownDevices *known)
{
  g_return_val_if_fail (own != NULL, NULL);

  ShoalRoster *self = g_object_new (SHOAL_TYPE_ROSTER, NULL);
  self->own = g_strdup (own);
  g_set_object (&self->known, known);
  return self;
}

void
shoal_roster_set_loopback (ShoalRoster *self, gboolean loopback)
{
  g_return_if_fail (SHOAL_IS_ROSTER (self));
  self->loopback = loopback;
}

GListModel *
shoal_roster_get_members (ShoalRoster *self)
{
  g_return_val_if_fail (SHOAL_IS_ROSTER (self), NULL);
  return G_LIST_MODEL (self->members);
}

ShoalDevice *
shoal_roster_lookup_device (ShoalRoster *self, const char *fingerprint, ShoalMember **member)
{
  g_return_val_if_fail (SHOAL_IS_ROSTER (self), NULL);
  g_return_val_if_fail (fingerprint != NULL, NULL);

  if (member != NULL)
    *member = g_hash_table_lookup (self->owner_of, fingerprint);
  return g_hash_table_lookup (self->by_device, fingerprint);
}

static gboolean
is_confirmed (ShoalRoster *self, const char *account, const char *fingerprint)
{
  return self->known == NULL || g_str_equal (fingerprint, self->own)
         || shoal_known_devices_is_confirmed (self->known, account, fingerprint);
}

static ShoalDevice *
make_device (ShoalRoster *self, const char *account, const ShoalRosterDevice *told)
{
  g_auto (GStrv) addresses = shoal_addresses_order (self->interfaces, told->seen,
                                                    (const char *const *) told->addresses,
                                                    told->port, self->loopback);
  ShoalDeviceFields fields = {
    .fingerprint = told->fingerprint,
    .name = told->name,
    .online = told->online,
    .addresses = (const char *const *) addresses,
    .seen = told->seen,
    .since_ms = told->since_ms,
    .last_seen_ms = told->last_seen_ms,
    .confirmed = is_confirmed (self, account, told->fingerprint),
  };

  fields.is_new = !fields.confirmed;
  return shoal_device_new (&fields);
}

/* Tells what is known about devices that they are there, before any of them is judged. */
static void
see_devices (ShoalRoster *self, const ShoalRosterMember *told)
{
  g_autoptr (GPtrArray) fingerprints = g_ptr_array_new ();

  if (self->known == NULL || told->devices->len == 0)
    return;
  for (guint i = 0; i < told->devices->len; i++)
    g_ptr_array_add (fingerprints,
                     ((ShoalRosterDevice *) g_ptr_array_index (told->devices, i))->fingerprint);
  g_ptr_array_add (fingerprints, NULL);
  shoal_known_devices_see (self->known, told->account, (const char *const *) fingerprints->pdata);
}

static void
forget_devices (ShoalRoster *self, ShoalMember *member)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->owner_of);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (value == member)
      {
        g_hash_table_remove (self->by_device, key);
        g_hash_table_iter_remove (&iter);
      }
}

static void
index_devices (ShoalRoster *self, ShoalMember *member)
{
  GListModel *devices = shoal_member_get_devices (member);

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (devices, i);
      const char *fingerprint = shoal_device_get_fingerprint (device);

      if (g_hash_table_contains (self->by_device, fingerprint))
        continue;
      g_hash_table_insert (self->owner_of, g_strdup (fingerprint), member);
      g_hash_table_insert (self->by_device, g_strdup (fingerprint), g_steal_pointer (&device));
    }
}

/* Makes or updates the member that is told of. Returns: (transfer full) */
static ShoalMember *
apply_member (ShoalRoster *self, const ShoalRosterMember *told)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func (g_object_unref);
  const ShoalMemberFields fields = {
    .account = told->account,
    .user = told->user,
    .online = told->online,
    .owner = told->owner,
    .last_seen_ms = told->last_seen_ms,
    .n_files = told->n_files,
    .bytes = told->bytes,
  };

  see_devices (self, told);
  for (guint i = 0; i < told->devices->len; i++)
    g_ptr_array_add (devices,
                     make_device (self, told->account, g_ptr_array_index (told->devices, i)));
  ShoalMember *member = g_hash_table_lookup (self->by_account, told->account);
  if (member == NULL)
    return shoal_member_new (&fields, devices);
  shoal_member_update (member, &fields, devices);
  return g_object_ref (member);
}

static gboolean
is_same_list (GListModel *have, GPtrArray *wanted)
{
  if (g_list_model_get_n_items (have) != wanted->len)
    return FALSE;
  for (guint i = 0; i < wanted->len; i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (have, i);

      if (member != g_ptr_array_index (wanted, i))
        return FALSE;
    }
  return TRUE;
}

void
shoal_roster_apply_whole (ShoalRoster *self, const ShoalRosterNews *news)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) by_account = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (ShoalAddresses) interfaces = shoal_addresses_new ();

  g_return_if_fail (SHOAL_IS_ROSTER (self));

  self->interfaces = interfaces;
  for (guint i = 0; i < news->members->len; i++)
    {
      const ShoalRosterMember *told = g_ptr_array_index (news->members, i);
      ShoalMember *member = apply_member (self, told);

      if (g_hash_table_contains (by_account, told->account))
        {
          g_object_unref (member); /* twice in one message */
          continue;
        }
      g_hash_table_insert (by_account, g_strdup (told->account), member);
      g_ptr_array_add (members, member);
    }
  self->interfaces = NULL;

  g_hash_table_remove_all (self->owner_of);
  g_hash_table_remove_all (self->by_device);
  g_hash_table_unref (self->by_account);
  self->by_account = g_steal_pointer (&by_account);
  for (guint i = 0; i < members->len; i++)
    index_devices (self, g_ptr_array_index (members, i));
  if (!is_same_list (G_LIST_MODEL (self->members), members))
    g_list_store_splice (self->members, 0, g_list_model_get_n_items (G_LIST_MODEL (self->members)),
                         members->pdata, members->len);
  self->seq = news->seq;
  self->have_whole = TRUE;
}

void
shoal_roster_apply_kept (ShoalRoster *self, const ShoalRosterNews *news)
{
  g_return_if_fail (SHOAL_IS_ROSTER (self));

  shoal_roster_apply_whole (self, news);
  self->have_whole = FALSE;
}

static void
remove_member (ShoalRoster *self, const char *account)
{
  ShoalMember *member = g_hash_table_lookup (self->by_account, account);
  guint position;

  if (member == NULL)
    return;
  forget_devices (self, member);
  g_hash_table_remove (self->by_account, account);
  if (g_list_store_find (self->members, member, &position))
    g_list_store_remove (self->members, position);
}

static void
change_members (ShoalRoster *self, GPtrArray *members)
{
  g_autoptr (ShoalAddresses) interfaces = shoal_addresses_new ();
  g_autoptr (GPtrArray) changed = g_ptr_array_new_with_free_func (g_object_unref);

  self->interfaces = interfaces;
  for (guint i = 0; i < members->len; i++)
    {
      g_autoptr (ShoalMember) member = apply_member (self, g_ptr_array_index (members, i));
      const char *account = shoal_member_get_account (member);

      if (!g_hash_table_contains (self->by_account, account))
        {
          if (g_hash_table_size (self->by_account) >= SHOAL_MAX_ACCOUNTS)
            continue;
          g_hash_table_insert (self->by_account, g_strdup (account), member);
          g_list_store_append (self->members, member);
        }
      forget_devices (self, member);
      g_ptr_array_add (changed, g_steal_pointer (&member));
    }
  self->interfaces = NULL;
  /* Only now: a device may go from one that was changed later to one before. */
  for (guint i = 0; i < changed->len; i++)
    index_devices (self, g_ptr_array_index (changed, i));
}

gboolean
shoal_roster_apply_delta (ShoalRoster *self, const ShoalRosterNews *news)
{
  g_return_val_if_fail (SHOAL_IS_ROSTER (self), FALSE);

  if (self->have_whole && news->seq <= self->seq)
    return TRUE; /* older than the whole that was asked for meanwhile */
  if (!self->have_whole || news->seq != self->seq + 1)
    return FALSE;
  for (guint i = 0; news->removed[i] != NULL; i++)
    remove_member (self, news->removed[i]);
  if (news->members->len > 0)
    change_members (self, news->members);
  self->seq = news->seq;
  return TRUE;
}

typedef void (*ChangeFunc) (ShoalDeviceFields *fields, gint64 now_ms);

static void
set_confirmed (ShoalDeviceFields *fields, gint64 now_ms)
{
  fields->confirmed = TRUE;
  fields->is_new = FALSE;
}

static void
set_offline (ShoalDeviceFields *fields, gint64 now_ms)
{
  if (fields->online)
    fields->last_seen_ms = now_ms;
  fields->online = FALSE;
}

/* Returns: (transfer full): @device, with @change made to it */
static ShoalDevice *
change_device (ShoalDevice *device, ChangeFunc change, gint64 now_ms)
{
  ShoalDeviceFields fields = {
    .fingerprint = shoal_device_get_fingerprint (device),
    .name = shoal_device_get_name (device),
    .online = shoal_device_get_online (device),
    .addresses = shoal_device_get_addresses (device),
    .seen = shoal_device_get_seen (device),
    .since_ms = shoal_device_get_since_ms (device),
    .last_seen_ms = shoal_device_get_last_seen_ms (device),
    .confirmed = shoal_device_get_confirmed (device),
  };

  fields.is_new = !fields.confirmed;
  change (&fields, now_ms);
  return shoal_device_new (&fields);
}

/* Changes the device @fingerprint of @member, or all. */
static void
change_member (ShoalRoster *self,
               ShoalMember *member,
               const char *fingerprint,
               ChangeFunc change,
               gint64 now_ms)
{
  GListModel *list = shoal_member_get_devices (member);
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (list, i);

      if (fingerprint == NULL || g_str_equal (shoal_device_get_fingerprint (device), fingerprint))
        g_ptr_array_add (devices, change_device (device, change, now_ms));
      else
        g_ptr_array_add (devices, g_steal_pointer (&device));
    }

  ShoalMemberFields fields = {
    .account = shoal_member_get_account (member),
    .user = shoal_member_get_user (member),
    .online = shoal_member_get_online (member),
    .owner = shoal_member_get_owner (member),
    .last_seen_ms = shoal_member_get_last_seen_ms (member),
    .n_files = shoal_member_get_n_files (member),
    .bytes = shoal_member_get_bytes (member),
  };
  if (change == set_offline)
    {
      if (fields.online)
        fields.last_seen_ms = now_ms;
      fields.online = FALSE;
    }
  shoal_member_update (member, &fields, devices);
  for (guint i = 0; i < devices->len; i++)
    {
      ShoalDevice *device = g_ptr_array_index (devices, i);
      const char *key = shoal_device_get_fingerprint (device);

      if (g_hash_table_lookup (self->owner_of, key) == member)
        g_hash_table_insert (self->by_device, g_strdup (key), g_object_ref (device));
    }
}

gboolean
shoal_roster_confirm_device (ShoalRoster *self, const char *fingerprint)
{
  ShoalMember *member;

  g_return_val_if_fail (SHOAL_IS_ROSTER (self), FALSE);

  if (shoal_roster_lookup_device (self, fingerprint, &member) == NULL)
    return FALSE;
  if (self->known != NULL)
    shoal_known_devices_confirm (self->known, shoal_member_get_account (member), fingerprint);
  change_member (self, member, fingerprint, set_confirmed, 0);
  return TRUE;
}

void
shoal_roster_lose (ShoalRoster *self, gint64 now_ms)
{
  g_return_if_fail (SHOAL_IS_ROSTER (self));

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->members)); i++)
    {
      g_autoptr (ShoalMember) member = g_list_model_get_item (G_LIST_MODEL (self->members), i);

      if (shoal_member_get_online (member))
        change_member (self, member, NULL, set_offline, now_ms);
    }
}
