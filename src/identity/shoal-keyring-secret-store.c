/* shoal-keyring-secret-store.c: secrets in the desktop's keyring, through libsecret
 *
 * A locked keyring asks its user on a screen. Over ssh there is none, and the question waits for
 * ever: every call has a time limit of its own beside the caller's cancellable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-secret-store"

#include "config.h"

#include "shoal-secret-store-private.h"

#include <string.h>

#include <libsecret/secret.h>
#include <glib/gi18n.h>

#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-secret-bytes.h"

#define SHOAL_TYPE_KEYRING_SECRET_STORE (shoal_keyring_secret_store_get_type ())
G_DECLARE_FINAL_TYPE (
    ShoalKeyringSecretStore, shoal_keyring_secret_store, SHOAL, KEYRING_SECRET_STORE, GObject)

struct _ShoalKeyringSecretStore
{
  GObject parent_instance;

  char *profile_id;
};

static void shoal_keyring_secret_store_iface_init (ShoalSecretStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalKeyringSecretStore,
                               shoal_keyring_secret_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SHOAL_TYPE_SECRET_STORE,
                                                      shoal_keyring_secret_store_iface_init))

static const SecretSchema schema = {
  SHOAL_APP_ID ".Identity",
  SECRET_SCHEMA_NONE,
  {
      { "kind", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "group", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

/* ---- A call with a time limit --------------------------------------------------------------- */

/* One call to libsecret: its own cancellable is cancelled by the caller's or by the clock. The task
 * does not check the caller's cancellable by itself, so that the answer can say what happened. */
typedef void (*KeyringStart) (GTask *task);

typedef struct
{
  char *kind;
  char *profile_id;
  char *group;
  GBytes *secret;
  KeyringStart start;
  GCancellable *inner;
  GSource *timer;
  gulong handler;
  gboolean timed_out;
} KeyringCall;

static void
keyring_call_free (gpointer data)
{
  KeyringCall *call = data;

  g_clear_pointer (&call->kind, g_free);
  g_clear_pointer (&call->profile_id, g_free);
  g_clear_pointer (&call->group, g_free);
  g_clear_pointer (&call->secret, g_bytes_unref);
  g_clear_object (&call->inner);
  g_assert (call->timer == NULL);
  g_free (call);
}

static gboolean
on_keyring_timeout_cb (gpointer user_data)
{
  KeyringCall *call = user_data;

  call->timed_out = TRUE;
  g_cancellable_cancel (call->inner);
  return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled_cb (GCancellable *outer, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static GTask *
keyring_call_new (gpointer source,
                  const char *profile_id,
                  const char *kind,
                  const char *group,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);
  KeyringCall *call = g_new0 (KeyringCall, 1);

  call->kind = g_strdup (kind);
  call->profile_id = g_strdup (profile_id);
  call->group = g_strdup (group);
  call->inner = g_cancellable_new ();
  g_task_set_source_tag (task, keyring_call_new);
  g_task_set_task_data (task, call, keyring_call_free);

  call->timer = g_timeout_source_new (SHOAL_KEYRING_TIMEOUT_MS);
  g_source_set_callback (call->timer, on_keyring_timeout_cb, call, NULL);
  g_source_attach (call->timer, g_main_context_get_thread_default ());
  if (cancellable != NULL)
    call->handler = g_cancellable_connect (cancellable, G_CALLBACK (on_outer_cancelled_cb),
                                           g_object_ref (call->inner), g_object_unref);
  return task;
}

/* One call at a time: libsecret's file back end (a sandbox has no other) reads the whole file and
 * writes it anew, and two of these at once end in "The file was externally modified". The queue
 * holds the references of the tasks that wait; the one at work is not in it. */
static GQueue waiting = G_QUEUE_INIT;
static GTask *at_work;

static void
keyring_call_start (GTask *task, KeyringStart start)
{
  KeyringCall *call = g_task_get_task_data (task);

  call->start = start;
  if (at_work != NULL)
    {
      g_queue_push_tail (&waiting, task);
      return;
    }
  at_work = task;
  start (task);
}

static void
keyring_call_done (GTask *task)
{
  KeyringCall *call = g_task_get_task_data (task);

  if (at_work == task)
    {
      at_work = g_queue_pop_head (&waiting);
      if (at_work != NULL)
        ((KeyringCall *) g_task_get_task_data (at_work))->start (at_work);
    }
  g_cancellable_disconnect (g_task_get_cancellable (task), call->handler);
  call->handler = 0;
  g_source_destroy (call->timer);
  g_clear_pointer (&call->timer, g_source_unref);
}

static void
keyring_call_fail (GTask *task, const GError *cause)
{
  KeyringCall *call = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (call->timed_out)
    g_task_return_new_error (
        task, SHOAL_ERROR, SHOAL_ERROR_DENIED,
        _ ("The keyring did not answer within %d seconds: unlock it (log in to "
           "the desktop) and try again"),
        SHOAL_KEYRING_TIMEOUT_MS / 1000);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_DENIED,
                             _ ("The keyring cannot be used: %s"), cause->message);
}

static GHashTable *
make_attributes (const KeyringCall *call)
{
  return secret_attributes_build (&schema, "kind", call->kind, "profile", call->profile_id, "group",
                                  call->group, NULL);
}

/* ---- The back end --------------------------------------------------------------------------- */

static const char *
keyring_get_kind (ShoalSecretStore *store)
{
  return SHOAL_SECRET_STORE_KEYRING;
}

static void
on_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  gboolean stored = secret_password_store_finish (result, &error);

  keyring_call_done (task);
  if (stored)
    g_task_return_boolean (task, TRUE);
  else
    keyring_call_fail (task, error);
}

static void
store_then (GTask *task, GAsyncReadyCallback callback)
{
  KeyringCall *call = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = make_attributes (call);
  g_autofree char *label = g_strdup_printf ("Shoal: %s", call->kind);
  char *base64 = shoal_secret_bytes_to_base64 (call->secret);

  secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, base64,
                          call->inner, callback, task);
  shoal_secret_text_free (base64);
}

static void
start_store (GTask *task)
{
  store_then (task, on_stored_cb);
}

static void
keyring_store_async (ShoalSecretStore *store,
                     const char *kind,
                     const char *group,
                     GBytes *secret,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  ShoalKeyringSecretStore *self = SHOAL_KEYRING_SECRET_STORE (store);
  GTask *task
      = keyring_call_new (self, self->profile_id, kind, group, cancellable, callback, user_data);
  KeyringCall *call = g_task_get_task_data (task);

  call->secret = g_bytes_ref (secret);
  keyring_call_start (task, start_store);
}

static gboolean
keyring_boolean_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
return_found (GTask *task, const char *base64)
{
  KeyringCall *call = g_task_get_task_data (task);
  GBytes *secret = NULL;

  if (base64 == NULL)
    {
      g_task_return_error (task, shoal_secret_not_found (call->kind));
      return;
    }
  if (strlen (base64) <= SHOAL_MAX_SECRET_BYTES * 2)
    secret = shoal_secret_bytes_from_base64 (base64);
  if (secret != NULL)
    g_task_return_pointer (task, secret, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                             _ ("The “%s” in the keyring is damaged"), call->kind);
}

static void
on_looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  char *base64 = secret_password_lookup_nonpageable_finish (result, &error);

  keyring_call_done (task);
  if (error != NULL)
    keyring_call_fail (task, error);
  else
    return_found (task, base64);
  secret_password_free (base64);
}

static void
start_lookup (GTask *task)
{
  KeyringCall *call = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = make_attributes (call);

  secret_password_lookupv (&schema, attributes, call->inner, on_looked_up_cb, task);
}

static void
keyring_lookup_async (ShoalSecretStore *store,
                      const char *kind,
                      const char *group,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  ShoalKeyringSecretStore *self = SHOAL_KEYRING_SECRET_STORE (store);

  keyring_call_start (
      keyring_call_new (self, self->profile_id, kind, group, cancellable, callback, user_data),
      start_lookup);
}

static GBytes *
keyring_lookup_finish (ShoalSecretStore *store, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  /* FALSE without an error: there was nothing to clear */
  secret_password_clear_finish (result, &error);
  keyring_call_done (task);
  if (error != NULL)
    keyring_call_fail (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
start_clear (GTask *task)
{
  KeyringCall *call = g_task_get_task_data (task);
  g_autoptr (GHashTable) attributes = make_attributes (call);

  secret_password_clearv (&schema, attributes, call->inner, on_cleared_cb, task);
}

static void
keyring_clear_async (ShoalSecretStore *store,
                     const char *kind,
                     const char *group,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  ShoalKeyringSecretStore *self = SHOAL_KEYRING_SECRET_STORE (store);

  keyring_call_start (
      keyring_call_new (self, self->profile_id, kind, group, cancellable, callback, user_data),
      start_clear);
}

/* ---- Is there a keyring? -------------------------------------------------------------------- */

#define PROBE_KIND "probe"
#define SECRETS_NAME "org.freedesktop.secrets"
#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"

static void
probe_fail (GTask *task, const GError *cause)
{
  keyring_call_done (task);
  keyring_call_fail (task, cause);
  g_object_unref (task);
}

static void
probe_fail_literal (GTask *task, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (SHOAL_ERROR, SHOAL_ERROR_DENIED, message);

  probe_fail (task, error);
}

static void
on_probe_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    start_clear (task);
  else
    probe_fail (task, error);
}

static void
start_probe (GTask *task)
{
  store_then (task, on_probe_stored_cb);
}

/* Nothing but keeping something shows that a keyring can keep something. */
static void
probe_by_storing (GTask *task)
{
  KeyringCall *call = g_task_get_task_data (task);

  call->secret = g_bytes_new_static ("probe", 5);
  keyring_call_start (task, start_probe);
}

static void
on_activatable_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
             = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply == NULL)
    {
      probe_fail (task, error);
      return;
    }

  g_autofree const char **names = NULL;
  g_variant_get (reply, "(^a&s)", &names);
  if (g_strv_contains (names, SECRETS_NAME))
    probe_by_storing (task);
  else
    probe_fail_literal (task, "no keyring service is installed");
}

static void
on_owner_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  GDBusConnection *bus = G_DBUS_CONNECTION (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (bus, result, &error);
  gboolean owned = FALSE;

  if (reply == NULL)
    {
      probe_fail (task, error);
      return;
    }
  g_variant_get (reply, "(b)", &owned);
  if (owned)
    probe_by_storing (task);
  else
    g_dbus_connection_call (bus, DBUS_NAME, DBUS_PATH, DBUS_NAME, "ListActivatableNames", NULL,
                            G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE, -1, call->inner,
                            on_activatable_cb, task);
}

static void
on_bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  KeyringCall *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL)
    probe_fail (task, error);
  else
    g_dbus_connection_call (bus, DBUS_NAME, DBUS_PATH, DBUS_NAME, "NameHasOwner",
                            g_variant_new ("(s)", SECRETS_NAME), G_VARIANT_TYPE ("(b)"),
                            G_DBUS_CALL_FLAGS_NONE, -1, call->inner, on_owner_cb, task);
}

/* GLib would start a bus of its own where there is none. */
static gboolean
has_session_bus (void)
{
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || g_file_test (socket, G_FILE_TEST_EXISTS);
}

void
shoal_keyring_probe_async (const char *profile_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task
      = keyring_call_new (NULL, profile_id, PROBE_KIND, "", cancellable, callback, user_data);
  KeyringCall *call = g_task_get_task_data (task);

  /* libsecret's own file, or the portal: neither needs the service on the bus */
  if (g_strcmp0 (g_getenv ("SECRET_BACKEND"), "file") == 0
      || g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    probe_by_storing (task);
  else if (has_session_bus ())
    g_bus_get (G_BUS_TYPE_SESSION, call->inner, on_bus_cb, task);
  else
    probe_fail_literal (task, "there is no desktop session");
}

gboolean
shoal_keyring_probe_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- The object ----------------------------------------------------------------------------- */

static void
shoal_keyring_secret_store_iface_init (ShoalSecretStoreInterface *iface)
{
  iface->get_kind = keyring_get_kind;
  iface->store_async = keyring_store_async;
  iface->store_finish = keyring_boolean_finish;
  iface->lookup_async = keyring_lookup_async;
  iface->lookup_finish = keyring_lookup_finish;
  iface->clear_async = keyring_clear_async;
  iface->clear_finish = keyring_boolean_finish;
}

static void
shoal_keyring_secret_store_finalize (GObject *object)
{
  ShoalKeyringSecretStore *self = SHOAL_KEYRING_SECRET_STORE (object);

  g_clear_pointer (&self->profile_id, g_free);
  G_OBJECT_CLASS (shoal_keyring_secret_store_parent_class)->finalize (object);
}

static void
shoal_keyring_secret_store_class_init (ShoalKeyringSecretStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_keyring_secret_store_finalize;
}

static void
shoal_keyring_secret_store_init (ShoalKeyringSecretStore *self)
{
}

ShoalSecretStore *
shoal_keyring_secret_store_new (const char *profile_id)
{
  ShoalKeyringSecretStore *self = g_object_new (SHOAL_TYPE_KEYRING_SECRET_STORE, NULL);

  self->profile_id = g_strdup (profile_id);
  return SHOAL_SECRET_STORE (self);
}
