/* shoal-settings.c: what the user can set, in PROFILE/settings.ini
 *
 * One table says everything about a key; numbers and texts lie in arrays beside it, by the key's
 * index. The file is written whole, under another name, and renamed: it is never half there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-settings"

#include "config.h"

#include "shoal-settings.h"

#include <string.h>
#include <unistd.h>
#include <glib/gi18n.h>

#include "shoal-dir.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-units.h"

#define GROUP "shoal"

enum
{
  KEY_DOWNLOAD_FOLDER,
  KEY_DEVICE_NAME,
  KEY_UPLOAD_LIMIT,
  KEY_DOWNLOAD_LIMIT,
  KEY_PARALLEL_DOWNLOADS,
  KEY_CONNECTIONS_PER_SOURCE,
  KEY_UPLOAD_SLOTS,
  KEY_PORT,
  KEY_ALTERNATIVE_LIMITS,
  KEY_ALTERNATIVE_UPLOAD_LIMIT,
  KEY_ALTERNATIVE_DOWNLOAD_LIMIT,
  KEY_SCHEDULE_FROM,
  KEY_SCHEDULE_TO,
  KEY_SCHEDULE_DAYS,
  N_KEYS,
};

/* The formatter loses the indentation after N_ (). */
/* clang-format off */
static const ShoalSettingKey keys[N_KEYS] = {
  [KEY_DOWNLOAD_FOLDER] = { .name = "download-folder",
                            .type = SHOAL_SETTING_FOLDER,
                            .description = N_ ("Where downloads go") },
  [KEY_DEVICE_NAME] = { .name = "device-name",
                        .type = SHOAL_SETTING_TEXT,
                        .min = 1,
                        .max = SHOAL_MAX_DEVICE_NAME_CHARS,
                        .description = N_ ("What the others see this device as") },
  [KEY_UPLOAD_LIMIT] = { .name = "upload-limit",
                         .type = SHOAL_SETTING_RATE,
                         .max = SHOAL_MAX_RATE,
                         .description = N_ ("Upload rate over all connections, 0 for no limit") },
  [KEY_DOWNLOAD_LIMIT] = { .name = "download-limit",
                           .type = SHOAL_SETTING_RATE,
                           .max = SHOAL_MAX_RATE,
                           .description = N_ ("Download rate over all connections, 0 for no limit") },
  [KEY_PARALLEL_DOWNLOADS] = { .name = "parallel-downloads",
                               .type = SHOAL_SETTING_INTEGER,
                               .fallback = SHOAL_DEFAULT_PARALLEL_DOWNLOADS,
                               .min = 1,
                               .max = SHOAL_MAX_PARALLEL_DOWNLOADS,
                               .description = N_ ("Downloads that run at the same time") },
  [KEY_CONNECTIONS_PER_SOURCE] = { .name = "connections-per-source",
                                   .type = SHOAL_SETTING_INTEGER,
                                   .fallback = SHOAL_DEFAULT_CONNECTIONS_PER_SOURCE,
                                   .min = 1,
                                   .max = SHOAL_MAX_CONNECTIONS_PER_DEVICE,
                                   .description = N_ ("Connections of a download to one device") },
  [KEY_UPLOAD_SLOTS] = { .name = "upload-slots",
                         .type = SHOAL_SETTING_INTEGER,
                         .fallback = SHOAL_DEFAULT_UPLOAD_SLOTS,
                         .min = 1,
                         .max = SHOAL_MAX_UPLOAD_SLOTS,
                         .description = N_ ("Answers that are sent at the same time") },
  [KEY_PORT] = { .name = "port",
                 .type = SHOAL_SETTING_PORT,
                 .min = SHOAL_MIN_PEER_PORT,
                 .max = G_MAXUINT16,
                 .description = N_ ("Port for the other devices, 0 to choose one at random") },
  [KEY_ALTERNATIVE_LIMITS]
  = { .name = "alternative-limits",
      .type = SHOAL_SETTING_INTEGER,
      .max = 2,
      .description = N_ ("When the alternative rates hold: 0 never, 1 always, 2 by the schedule") },
  [KEY_ALTERNATIVE_UPLOAD_LIMIT] = { .name = "alternative-upload-limit",
                                     .type = SHOAL_SETTING_RATE,
                                     .fallback = 500000,
                                     .max = SHOAL_MAX_RATE,
                                     .description = N_ ("Alternative upload rate, 0 for no limit") },
  [KEY_ALTERNATIVE_DOWNLOAD_LIMIT] = { .name = "alternative-download-limit",
                                       .type = SHOAL_SETTING_RATE,
                                       .fallback = 1000000,
                                       .max = SHOAL_MAX_RATE,
                                       .description = N_ ("Alternative download rate, 0 for no limit") },
  [KEY_SCHEDULE_FROM] = { .name = "schedule-from",
                          .type = SHOAL_SETTING_INTEGER,
                          .fallback = 8 * 60,
                          .max = 24 * 60 - 1,
                          .description = N_ ("Alternative rates begin: minutes after midnight") },
  [KEY_SCHEDULE_TO] = { .name = "schedule-to",
                        .type = SHOAL_SETTING_INTEGER,
                        .fallback = 18 * 60,
                        .max = 24 * 60 - 1,
                        .description = N_ ("Alternative rates end: minutes after midnight") },
  [KEY_SCHEDULE_DAYS]
  = { .name = "schedule-days",
      .type = SHOAL_SETTING_INTEGER,
      .fallback = 127,
      .max = 127,
      .description = N_ ("Days on which they begin: Monday 1, Tuesday 2, Wednesday 4, …, added up") },
};
/* clang-format on */

struct _ShoalSettings
{
  GObject parent_instance;

  char *path;
  GKeyFile *file; /* with what others wrote into it, too */
  gint64 numbers[N_KEYS];
  char *texts[N_KEYS];
};

G_DEFINE_FINAL_TYPE (ShoalSettings, shoal_settings, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

static void
shoal_settings_finalize (GObject *object)
{
  ShoalSettings *self = SHOAL_SETTINGS (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->file, g_key_file_unref);
  for (guint i = 0; i < N_KEYS; i++)
    g_clear_pointer (&self->texts[i], g_free);
  G_OBJECT_CLASS (shoal_settings_parent_class)->finalize (object);
}

static void
shoal_settings_class_init (ShoalSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_settings_finalize;

  /**
   * ShoalSettings::changed:
   * @name: the key
   *
   * A value was set to another one, and written.
   */
  signals[SIGNAL_CHANGED]
      = g_signal_new ("changed", SHOAL_TYPE_SETTINGS, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
shoal_settings_init (ShoalSettings *self)
{
  self->file = g_key_file_new ();
}

const ShoalSettingKey *
shoal_settings_get_keys (guint *n_keys)
{
  *n_keys = N_KEYS;
  return keys;
}

/* ---- Defaults ---- */

static char *
default_download_folder (void)
{
  const char *downloads = g_get_user_special_dir (G_USER_DIRECTORY_DOWNLOAD);

  if (downloads != NULL && g_strcmp0 (downloads, g_get_home_dir ()) != 0)
    return g_build_filename (downloads, "Shoal", NULL);
  return g_build_filename (g_get_home_dir (), "Downloads", "Shoal", NULL);
}

static char *
default_device_name (void)
{
  const char *host = g_get_host_name ();

  if (host == NULL || *host == '\0' || !g_utf8_validate (host, -1, NULL)
      || g_utf8_strlen (host, -1) > SHOAL_MAX_DEVICE_NAME_CHARS)
    return g_strdup ("computer");
  return g_strdup (host);
}

static gint64
choose_port (void)
{
  return g_random_int_range (SHOAL_MIN_RANDOM_PORT, SHOAL_MAX_RANDOM_PORT + 1);
}

static void
set_default (ShoalSettings *self, guint key)
{
  g_clear_pointer (&self->texts[key], g_free);
  self->numbers[key] = keys[key].fallback;
  if (key == KEY_DOWNLOAD_FOLDER)
    self->texts[key] = default_download_folder ();
  else if (key == KEY_DEVICE_NAME)
    self->texts[key] = default_device_name ();
  else if (keys[key].type == SHOAL_SETTING_PORT)
    self->numbers[key] = choose_port ();
}

/* ---- From text and back ---- */

static gboolean
parse_text (const ShoalSettingKey *key, const char *value, char **text, GError **error)
{
  g_autofree char *stripped
      = g_utf8_validate (value, -1, NULL) ? g_strstrip (g_strdup (value)) : NULL;
  gboolean plain = stripped != NULL;

  for (const char *c = stripped; plain && *c != '\0'; c = g_utf8_next_char (c))
    plain = g_unichar_isprint (g_utf8_get_char (c));
  glong length = plain ? g_utf8_strlen (stripped, -1) : 0;
  if (length < key->min || length > key->max)
    return shoal_set_field_error (error, key->name,
                                  _ ("“%s” must be %ld to %ld printable characters"), key->name,
                                  (long) key->min, (long) key->max);
  *text = g_steal_pointer (&stripped);
  return TRUE;
}

static gboolean
parse_folder (const ShoalSettingKey *key, const char *value, char **text, GError **error)
{
  if (g_str_equal (value, "~") || g_str_has_prefix (value, "~/"))
    *text = g_build_filename (g_get_home_dir (), value + 1, NULL);
  else if (g_path_is_absolute (value))
    *text = g_canonicalize_filename (value, NULL);
  else
    return shoal_set_field_error (error, key->name,
                                  _ ("“%s” must be an absolute path, for example “%s/Shoal”"),
                                  key->name, g_get_home_dir ());
  return TRUE;
}

static gboolean
parse_rate (const ShoalSettingKey *key, const char *value, gint64 *number, GError **error)
{
  guint64 rate = 0;
  g_autoptr (GError) local = NULL;

  if (!shoal_parse_rate (value, &rate, &local))
    return shoal_set_field_error (
        error, key->name,
        _ ("“%s” must be a rate, for example “2M” or “500 kB/s”, or 0 for no limit"), key->name);
  if (rate > (guint64) key->max)
    return shoal_set_field_error (error, key->name,
                                  _ ("“%s” must be at most %ld bytes a second, or 0 for no limit"),
                                  key->name, (long) key->max);
  *number = (gint64) rate;
  return TRUE;
}

static gboolean
parse_integer (const ShoalSettingKey *key, const char *value, gint64 *number, GError **error)
{
  gboolean port = key->type == SHOAL_SETTING_PORT;
  guint64 parsed = 0;

  if (g_ascii_string_to_unsigned (value, 10, 0, (guint64) key->max, &parsed, NULL)
      && (parsed >= (guint64) key->min || (port && parsed == 0)))
    {
      *number = port && parsed == 0 ? choose_port () : (gint64) parsed;
      return TRUE;
    }
  return shoal_set_field_error (
      error, key->name,
      port ? _ ("“%s” must be a number from %ld to %ld, or 0 to choose one at random")
           : _ ("“%s” must be a number from %ld to %ld"),
      key->name, (long) key->min, (long) key->max);
}

/* @text and @number: one of them gets the value. */
static gboolean
parse (const ShoalSettingKey *key, const char *value, char **text, gint64 *number, GError **error)
{
  switch (key->type)
    {
    case SHOAL_SETTING_TEXT:
      return parse_text (key, value, text, error);
    case SHOAL_SETTING_FOLDER:
      return parse_folder (key, value, text, error);
    case SHOAL_SETTING_RATE:
      return parse_rate (key, value, number, error);
    case SHOAL_SETTING_INTEGER:
    case SHOAL_SETTING_PORT:
      return parse_integer (key, value, number, error);
    default:
      g_assert_not_reached ();
    }
}

static char *
dup_value (ShoalSettings *self, guint key)
{
  if (self->texts[key] != NULL)
    return g_strdup (self->texts[key]);
  return g_strdup_printf ("%" G_GINT64_FORMAT, self->numbers[key]);
}

static gboolean
find_key (const char *name, guint *key, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < N_KEYS; i++)
    {
      if (g_str_equal (keys[i].name, name))
        {
          *key = i;
          return TRUE;
        }
      g_string_append_printf (names, "%s%s", i == 0 ? "" : ", ", keys[i].name);
    }
  g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND,
               _ ("There is no setting “%s”. The settings are: %s"), name, names->str);
  return FALSE;
}

/* ---- The file ---- */

static gboolean
save (ShoalSettings *self, GError **error)
{
  gsize size = 0;
  g_autofree char *data = g_key_file_to_data (self->file, &size, NULL);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  int dirfd = shoal_dir_open (folder, FALSE, error);

  if (dirfd < 0)
    return FALSE;
  gboolean saved = shoal_dir_write_file (dirfd, name, data, size, 0600, error);
  close (dirfd);
  return saved;
}

static void
load_key (ShoalSettings *self, guint key)
{
  g_autofree char *value = g_key_file_get_string (self->file, GROUP, keys[key].name, NULL);
  g_autoptr (GError) error = NULL;

  set_default (self, key);
  if (value == NULL)
    return;
  char *text = NULL;
  if (!parse (&keys[key], value, &text, &self->numbers[key], &error))
    {
      g_warning ("%s: %s; the default is used", self->path, error->message);
      return;
    }
  if (text != NULL)
    {
      g_free (self->texts[key]);
      self->texts[key] = text;
    }
}

ShoalSettings *
shoal_settings_load (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);

  g_autoptr (ShoalSettings) self = g_object_new (SHOAL_TYPE_SETTINGS, NULL);
  g_autoptr (GError) local = NULL;

  self->path = g_strdup (path);
  if (!g_key_file_load_from_file (self->file, path, G_KEY_FILE_KEEP_COMMENTS, &local)
      && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
      && !g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_NOT_FOUND))
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                   _ ("Cannot read the settings in “%s”: %s. Correct the file or delete it."), path,
                   local->message);
      return NULL;
    }
  for (guint i = 0; i < N_KEYS; i++)
    load_key (self, i);
  g_autofree char *port = dup_value (self, KEY_PORT);
  g_autofree char *kept = g_key_file_get_string (self->file, GROUP, keys[KEY_PORT].name, NULL);
  if (g_strcmp0 (port, kept) != 0)
    {
      g_key_file_set_string (self->file, GROUP, keys[KEY_PORT].name, port);
      if (!save (self, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

gboolean
shoal_settings_set (ShoalSettings *self, const char *name, const char *value, GError **error)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (name != NULL && value != NULL, FALSE);

  guint key = 0;
  gint64 number = 0;
  g_autofree char *text = NULL;
  if (!find_key (name, &key, error) || !parse (&keys[key], value, &text, &number, error))
    return FALSE;

  gboolean same = g_strcmp0 (text, self->texts[key]) == 0 && number == self->numbers[key];
  g_autofree char *stored
      = text != NULL ? g_strdup (text) : g_strdup_printf ("%" G_GINT64_FORMAT, number);
  g_autofree char *before = g_key_file_get_string (self->file, GROUP, name, NULL);
  g_key_file_set_string (self->file, GROUP, name, stored);
  if (!save (self, error))
    {
      if (before != NULL)
        g_key_file_set_string (self->file, GROUP, name, before);
      else
        g_key_file_remove_key (self->file, GROUP, name, NULL);
      return FALSE;
    }
  if (same)
    return TRUE;
  g_free (self->texts[key]);
  self->texts[key] = g_steal_pointer (&text);
  self->numbers[key] = number;
  g_signal_emit (self, signals[SIGNAL_CHANGED], g_quark_from_static_string (keys[key].name),
                 keys[key].name);
  return TRUE;
}

char *
shoal_settings_dup_value (ShoalSettings *self, const char *name)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  guint key = 0;
  return find_key (name, &key, NULL) ? dup_value (self, key) : NULL;
}

gint64
shoal_settings_get_number (ShoalSettings *self, const char *name)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);
  g_return_val_if_fail (name != NULL, 0);

  guint key = 0;
  gboolean known = find_key (name, &key, NULL);

  g_return_val_if_fail (known && self->texts[key] == NULL, 0);
  return self->numbers[key];
}

const char *
shoal_settings_get_download_folder (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), NULL);

  return self->texts[KEY_DOWNLOAD_FOLDER];
}

const char *
shoal_settings_get_device_name (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), NULL);

  return self->texts[KEY_DEVICE_NAME];
}

guint64
shoal_settings_get_upload_limit (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint64) self->numbers[KEY_UPLOAD_LIMIT];
}

guint64
shoal_settings_get_download_limit (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint64) self->numbers[KEY_DOWNLOAD_LIMIT];
}

guint
shoal_settings_get_parallel_downloads (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint) self->numbers[KEY_PARALLEL_DOWNLOADS];
}

guint
shoal_settings_get_connections_per_source (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint) self->numbers[KEY_CONNECTIONS_PER_SOURCE];
}

guint
shoal_settings_get_upload_slots (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint) self->numbers[KEY_UPLOAD_SLOTS];
}

guint16
shoal_settings_get_port (ShoalSettings *self)
{
  g_return_val_if_fail (SHOAL_IS_SETTINGS (self), 0);

  return (guint16) self->numbers[KEY_PORT];
}
