/* shoal-settings.h: what the user can set, in PROFILE/settings.ini
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SHOAL_SETTING_TEXT,
  SHOAL_SETTING_FOLDER,  /* an absolute path; "~" stands for the home folder when it is set */
  SHOAL_SETTING_RATE,    /* bytes a second, 0 for no limit; set as "2M", "500 kB/s", "off" */
  SHOAL_SETTING_INTEGER, /* from min to max */
  SHOAL_SETTING_PORT,    /* min to max, or 0: choose one at random now, and keep it */
} ShoalSettingType;

/** ShoalSettingKey: one thing that can be set */
typedef struct
{
  const char *name;
  ShoalSettingType type;
  gint64 fallback; /* of numbers */
  gint64 min;
  gint64 max;
  const char *description;
} ShoalSettingKey;

/** shoal_settings_get_keys: Returns: (array length=n_keys): the table of all keys */
const ShoalSettingKey *shoal_settings_get_keys (guint *n_keys);

/** ShoalSettings: main thread; signal "changed" (const char *name) with the name as detail */
#define SHOAL_TYPE_SETTINGS (shoal_settings_get_type ())
G_DECLARE_FINAL_TYPE (ShoalSettings, shoal_settings, SHOAL, SETTINGS, GObject)

/** shoal_settings_load: reads @path; a missing file means the defaults, a value out of its range is
 * reported in the log and replaced by the default. Chooses the port at first start, and writes it
 * down. Blocking. Only the holder of the profile's lock should write. */
ShoalSettings *shoal_settings_load (const char *path, GError **error);

/** shoal_settings_set: checks @value, writes the file, then emits "changed" if it is another one. A
 * bad value is %SHOAL_ERROR_INVALID that says what would be right; an unknown @name
 * %SHOAL_ERROR_NOT_FOUND that lists the keys. */
gboolean
shoal_settings_set (ShoalSettings *self, const char *name, const char *value, GError **error);
/** shoal_settings_dup_value: Returns: (transfer full) (nullable): @name's value as
 * shoal_settings_set() takes it; %NULL for an unknown name */
char *shoal_settings_dup_value (ShoalSettings *self, const char *name);

/** shoal_settings_get_number: Returns: @name's value, of a key that is a number */
gint64 shoal_settings_get_number (ShoalSettings *self, const char *name);

/** shoal_settings_get_download_folder: Returns: an absolute path; valid until it is set anew */
const char *shoal_settings_get_download_folder (ShoalSettings *self);
/** shoal_settings_get_device_name: Returns: valid until it is set anew */
const char *shoal_settings_get_device_name (ShoalSettings *self);
/** shoal_settings_get_upload_limit: Returns: bytes a second; 0 for none */
guint64 shoal_settings_get_upload_limit (ShoalSettings *self);
/** shoal_settings_get_download_limit: as shoal_settings_get_upload_limit() */
guint64 shoal_settings_get_download_limit (ShoalSettings *self);
/** shoal_settings_get_parallel_downloads: Returns: how many may move at once, at least 1 */
guint shoal_settings_get_parallel_downloads (ShoalSettings *self);
/** shoal_settings_get_connections_per_source: Returns: 1 to %SHOAL_MAX_CONNECTIONS_PER_DEVICE */
guint shoal_settings_get_connections_per_source (ShoalSettings *self);
/** shoal_settings_get_upload_slots: Returns: how many answers are sent at once, at least 1 */
guint shoal_settings_get_upload_slots (ShoalSettings *self);
/** shoal_settings_get_port: Returns: the wished one; 0 for any */
guint16 shoal_settings_get_port (ShoalSettings *self);

G_END_DECLS
