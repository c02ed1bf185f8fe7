/* shoal-failed-tries.c: which wrong passwords are written down one by one, and which are summed up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-failed-tries"

#include "config.h"

#include "shoal-failed-tries.h"

#include "shoal-address-key.h"
#include "shoal-audit.h"
#include "shoal-limits.h"
#include "shoal-tracker-log.h"

struct _ShoalFailedTries
{
  ShoalDatabase *database; /* not owned */
  GHashTable *addresses;   /* key → Tries */
};

/* Of one address, from its first try until the time is over. */
typedef struct
{
  ShoalFailedTries *owner;
  char *key;
  char *address; /* of the first one */
  guint single;
  guint more;
  guint timer_id;
} Tries;

static void
tries_free (gpointer data)
{
  Tries *tries = data;

  g_clear_handle_id (&tries->timer_id, g_source_remove);
  g_free (tries->key);
  g_free (tries->address);
  g_free (tries);
}

ShoalFailedTries *
shoal_failed_tries_new (ShoalDatabase *database)
{
  ShoalFailedTries *self = g_new0 (ShoalFailedTries, 1);

  self->database = database;
  self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, tries_free);
  return self;
}

void
shoal_failed_tries_free (ShoalFailedTries *self)
{
  g_hash_table_unref (self->addresses);
  g_free (self);
}

/* ---- The entry for many ---- */

typedef struct
{
  ShoalActor *actor;
  char *text;
} Sum;

static void
sum_free (gpointer data)
{
  Sum *sum = data;

  shoal_actor_unref (sum->actor);
  g_free (sum->text);
  g_free (sum);
}

static gboolean
write_sum (ShoalConnection *connection, gpointer data, GError **error)
{
  const Sum *sum = data;

  return shoal_audit_append (connection, sum->actor, SHOAL_AUDIT_SIGN_IN_FAILED, sum->text, error);
}

static void
on_sum_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  shoal_database_finish (SHOAL_DATABASE (source), result, &error);
  if (error != NULL)
    g_warning ("Cannot write failed sign-ins: %s", error->message);
}

static void
write_tries (ShoalFailedTries *self, const Tries *tries)
{
  if (tries->more == 0)
    return;

  Sum *sum = g_new0 (Sum, 1);

  sum->actor = shoal_actor_new (0, 0, NULL, NULL, "", tries->address, FALSE);
  sum->text = g_strdup_printf ("%u more failed tries from %s within a minute.", tries->more,
                               tries->address);
  shoal_log_event (G_LOG_LEVEL_MESSAGE, SHOAL_AUDIT_SIGN_IN_FAILED, NULL, tries->address,
                   sum->text);
  shoal_database_write_async (self->database, write_sum, sum, sum_free, NULL, on_sum_written_cb,
                              NULL);
}

static gboolean
on_time_over_cb (gpointer user_data)
{
  Tries *tries = user_data;

  tries->timer_id = 0;
  write_tries (tries->owner, tries);
  g_hash_table_remove (tries->owner->addresses, tries->key);
  return G_SOURCE_REMOVE;
}

/* ---- Public ---- */

gboolean
shoal_failed_tries_note (ShoalFailedTries *self, const char *address)
{
  g_autofree char *key = shoal_address_key (address);
  Tries *tries = g_hash_table_lookup (self->addresses, key);

  if (tries == NULL)
    {
      tries = g_new0 (Tries, 1);
      tries->owner = self;
      tries->key = g_steal_pointer (&key);
      tries->address = g_strdup (address);
      tries->timer_id = g_timeout_add (SHOAL_SINGLE_TRIES_MS, on_time_over_cb, tries);
      g_hash_table_insert (self->addresses, tries->key, tries);
    }
  if (tries->single < SHOAL_SINGLE_TRIES)
    {
      tries->single++;
      return TRUE;
    }
  tries->more++;
  return FALSE;
}

void
shoal_failed_tries_flush (ShoalFailedTries *self)
{
  GHashTableIter iter;
  gpointer tries = NULL;

  g_hash_table_iter_init (&iter, self->addresses);
  while (g_hash_table_iter_next (&iter, NULL, &tries))
    write_tries (self, tries);
  g_hash_table_remove_all (self->addresses);
}
