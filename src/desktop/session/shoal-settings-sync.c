/* shoal-settings-sync.c: what the user sets in the app reaches the engine at once, and back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-settings-sync"

#include "config.h"

#include "shoal-settings-sync.h"

#include "shoal-installation.h"

#define KILO (1000)

struct _ShoalSettingsSync
{
  GObject parent_instance;

  GSettings *settings;
  ShoalEngine *engine;
  gboolean syncing;
  guint refused; /* bits: keys whose value the engine did not take */
  guint restore_id;
};

G_DEFINE_FINAL_TYPE (ShoalSettingsSync, shoal_settings_sync, G_TYPE_OBJECT)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef enum
{
  KIND_TEXT,
  KIND_NUMBER,
  KIND_KILOBYTES, /* kB/s in the app, bytes/s in the engine */
  KIND_PORT,      /* 0 in the app: whatever the engine has chosen */
} Kind;

static const struct
{
  const char *ours;
  const char *engines;
  Kind kind;
} keys[] = {
  { "download-folder", "download-folder", KIND_TEXT },
  { "parallel-downloads", "parallel-downloads", KIND_NUMBER },
  { "upload-limit", "upload-limit", KIND_KILOBYTES },
  { "download-limit", "download-limit", KIND_KILOBYTES },
  { "alternative-limits", "alternative-limits", KIND_NUMBER },
  { "alternative-upload-limit", "alternative-upload-limit", KIND_KILOBYTES },
  { "alternative-download-limit", "alternative-download-limit", KIND_KILOBYTES },
  { "schedule-from", "schedule-from", KIND_NUMBER },
  { "schedule-to", "schedule-to", KIND_NUMBER },
  { "schedule-days", "schedule-days", KIND_NUMBER },
  { "listen-port", "port", KIND_PORT },
};

/* What the engine would call our value; NULL if it is to keep its own. */
static char *
dup_our_value (ShoalSettingsSync *self, gsize key)
{
  if (keys[key].kind == KIND_TEXT)
    {
      char *text = g_settings_get_string (self->settings, keys[key].ours);

      if (*text != '\0')
        return text;
      g_free (text);
      return NULL;
    }

  guint64 number = g_settings_get_uint (self->settings, keys[key].ours);

  if (keys[key].kind == KIND_KILOBYTES)
    number *= KILO;
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

/* Returns: whether the engine has our value now */
static gboolean
push (ShoalSettingsSync *self, gsize key)
{
  ShoalSettings *theirs = shoal_engine_get_settings (self->engine);
  g_autofree char *value = dup_our_value (self, key);
  g_autofree char *present = shoal_settings_dup_value (theirs, keys[key].engines);
  g_autoptr (GError) error = NULL;

  if (value == NULL || g_strcmp0 (value, present) == 0)
    return TRUE;
  if (shoal_settings_set (theirs, keys[key].engines, value, &error))
    return TRUE;
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
  return FALSE;
}

static void
pull (ShoalSettingsSync *self, gsize key)
{
  g_autofree char *value
      = shoal_settings_dup_value (shoal_engine_get_settings (self->engine), keys[key].engines);
  g_autofree char *present = dup_our_value (self, key);
  guint64 number = 0;

  if (value == NULL || g_strcmp0 (value, present) == 0)
    return;
  if (keys[key].kind == KIND_TEXT)
    {
      g_settings_set_string (self->settings, keys[key].ours, value);
      return;
    }
  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &number, NULL))
    return;
  if (keys[key].kind == KIND_KILOBYTES)
    number = (number + KILO - 1) / KILO;
  if (keys[key].kind == KIND_PORT && g_settings_get_uint (self->settings, keys[key].ours) == 0)
    return;
  g_settings_set_uint (self->settings, keys[key].ours, (guint) MIN (number, G_MAXINT32));
}

/* What was refused is again what holds. */
static gboolean
on_restore_cb (gpointer user_data)
{
  ShoalSettingsSync *self = user_data;

  self->restore_id = 0;
  self->syncing = TRUE;
  for (gsize i = 0; self->engine != NULL && i < G_N_ELEMENTS (keys); i++)
    if ((self->refused & (1u << i)) != 0)
      pull (self, i);
  self->syncing = FALSE;
  self->refused = 0;
  return G_SOURCE_REMOVE;
}

static void
on_ours_changed_cb (ShoalSettingsSync *self, const char *name)
{
  if (self->engine == NULL || self->syncing)
    return;
  self->syncing = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].ours, name) && !push (self, i))
      self->refused |= 1u << i;
  self->syncing = FALSE;
  /* Not at once: a widget that is bound to the setting would not see it. */
  if (self->refused != 0 && self->restore_id == 0)
    self->restore_id = g_idle_add (on_restore_cb, self);
}

static void
on_theirs_changed_cb (ShoalSettingsSync *self, const char *name)
{
  if (self->engine == NULL || self->syncing)
    return;
  self->syncing = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_str_equal (keys[i].engines, name))
      pull (self, i);
  self->syncing = FALSE;
}

void
shoal_settings_sync_set_engine (ShoalSettingsSync *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_SETTINGS_SYNC (self));

  if (self->engine == engine)
    return;
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (shoal_engine_get_settings (self->engine), self);
  g_set_object (&self->engine, engine);
  if (engine == NULL)
    return;
  self->syncing = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GVariant) set = g_settings_get_user_value (self->settings, keys[i].ours);

      if (set == NULL)
        pull (self, i);
      else if (keys[i].kind != KIND_PORT || g_settings_get_uint (self->settings, keys[i].ours) != 0)
        push (self, i);
    }
  self->syncing = FALSE;
  g_signal_connect_object (shoal_engine_get_settings (engine), "changed",
                           G_CALLBACK (on_theirs_changed_cb), self, G_CONNECT_SWAPPED);
}

/* ---- The schema ---- */

GSettings *
shoal_settings_sync_open_settings (void)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) built = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autofree char *compiled = shoal_installation_dup_built ("data/gschemas.compiled");
  g_autofree char *folder = compiled != NULL ? g_path_get_dirname (compiled) : NULL;

  if (folder != NULL)
    built = g_settings_schema_source_new_from_directory (folder, installed, TRUE, NULL);
  if (built != NULL)
    schema = g_settings_schema_source_lookup (built, SHOAL_APP_ID, FALSE);
  if (schema == NULL && installed != NULL)
    schema = g_settings_schema_source_lookup (installed, SHOAL_APP_ID, TRUE);
  if (schema == NULL)
    g_error ("The settings schema %s is not installed", SHOAL_APP_ID);
  return g_settings_new_full (schema, NULL, NULL);
}

static void
dispose (GObject *object)
{
  ShoalSettingsSync *self = SHOAL_SETTINGS_SYNC (object);

  shoal_settings_sync_set_engine (self, NULL);
  g_clear_handle_id (&self->restore_id, g_source_remove);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (shoal_settings_sync_parent_class)->dispose (object);
}

static void
shoal_settings_sync_class_init (ShoalSettingsSyncClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;

  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
shoal_settings_sync_init (ShoalSettingsSync *self)
{
}

ShoalSettingsSync *
shoal_settings_sync_new (GSettings *settings)
{
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  ShoalSettingsSync *self = g_object_new (SHOAL_TYPE_SETTINGS_SYNC, NULL);

  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_ours_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}
