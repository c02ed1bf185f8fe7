/* shoal-share.c: a file or folder that the user shares, as a face shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share"

#include "config.h"

#include "shoal-share-private.h"

#include <glib/gi18n.h>

struct _ShoalShare
{
  GObject parent_instance;

  gint64 number;
  char *path;
  char *name;
  char *offer;
  gboolean folder;
  gboolean wanted;
  ShoalShareState state;
  char *message;
  char **skipped;
  guint n_skipped;
  guint64 bytes_hashed;
  guint64 size;
  guint n_files;
  guint sources;
  gint64 added_ms;
  guint n_fetched;
  ShoalHoldingSet *set;
  ShoalHoldingSet *hidden; /* nullable */
  ShoalSwitches *switches;
  char **ignore;
  guint n_secrets;
  guint n_ignored;
  char *secrets;
};

G_DEFINE_FINAL_TYPE (ShoalShare, shoal_share, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (ShoalShareState,
                    shoal_share_state,
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_HASHING, "hashing"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_OFFERED, "offered"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_NOT_OFFERED, "not-offered"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_CHANGED, "changed"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_MISSING, "missing"),
                    G_DEFINE_ENUM_VALUE (SHOAL_SHARE_FAILED, "failed"))

typedef enum
{
  PROP_PATH = 1,
  PROP_NAME,
  PROP_FOLDER,
  PROP_STATE,
  PROP_BYTES_HASHED,
  PROP_SIZE,
  PROP_N_FILES,
  PROP_ID,
  PROP_OFFER,
  PROP_MESSAGE,
  PROP_SOURCES,
  PROP_ADDED_MS,
  PROP_N_FETCHED,
  PROP_N_HIDDEN,
} ShoalShareProperty;
static GParamSpec *properties[PROP_N_HIDDEN + 1];

static void
shoal_share_finalize (GObject *object)
{
  ShoalShare *self = SHOAL_SHARE (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->offer, g_free);
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->skipped, g_strfreev);
  g_clear_pointer (&self->set, shoal_holding_set_unref);
  g_clear_pointer (&self->hidden, shoal_holding_set_unref);
  g_clear_pointer (&self->switches, shoal_switches_free);
  g_clear_pointer (&self->ignore, g_strfreev);
  g_clear_pointer (&self->secrets, g_free);
  G_OBJECT_CLASS (shoal_share_parent_class)->finalize (object);
}

static void
shoal_share_get_property (GObject *object, guint property, GValue *value, GParamSpec *pspec)
{
  ShoalShare *self = SHOAL_SHARE (object);

  switch ((ShoalShareProperty) property)
    {
    case PROP_PATH:
      g_value_take_string (value, g_filename_display_name (self->path));
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_FOLDER:
      g_value_set_boolean (value, self->folder);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_BYTES_HASHED:
      g_value_set_uint64 (value, self->bytes_hashed);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_N_FILES:
      g_value_set_uint (value, self->n_files);
      break;
    case PROP_ID:
      {
        const ShoalDigest *id = shoal_share_get_id (self);
        g_value_take_string (value, id != NULL ? shoal_digest_dup_hex (id) : NULL);
        break;
      }
    case PROP_OFFER:
      g_value_set_string (value, self->offer);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_SOURCES:
      g_value_set_uint (value, self->sources);
      break;
    case PROP_ADDED_MS:
      g_value_set_int64 (value, self->added_ms);
      break;
    case PROP_N_FETCHED:
      g_value_set_uint (value, self->n_fetched);
      break;
    case PROP_N_HIDDEN:
      g_value_set_uint (value, shoal_share_get_n_hidden (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
shoal_share_class_init (ShoalShareClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = shoal_share_finalize;
  object_class->get_property = shoal_share_get_property;

  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER] = g_param_spec_boolean ("folder", NULL, NULL, FALSE, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, shoal_share_state_get_type (),
                                              SHOAL_SHARE_HASHING, flags);
  properties[PROP_BYTES_HASHED]
      = g_param_spec_uint64 ("bytes-hashed", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_FILES] = g_param_spec_uint ("n-files", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_OFFER] = g_param_spec_string ("offer", NULL, NULL, NULL, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_SOURCES] = g_param_spec_uint ("sources", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ADDED_MS]
      = g_param_spec_int64 ("added-ms", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_N_FETCHED] = g_param_spec_uint ("n-fetched", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_HIDDEN] = g_param_spec_uint ("n-hidden", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
shoal_share_init (ShoalShare *self)
{
  self->skipped = g_new0 (char *, 1);
}

static void
notify (ShoalShare *self, ShoalShareProperty property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_size (ShoalShare *self, guint64 size, guint n_files)
{
  gboolean size_changed = size != self->size;
  gboolean n_files_changed = n_files != self->n_files;

  self->size = size;
  self->n_files = n_files;
  if (size_changed)
    notify (self, PROP_SIZE);
  if (n_files_changed)
    notify (self, PROP_N_FILES);
}

static void
set_bytes_hashed (ShoalShare *self, guint64 bytes_hashed)
{
  if (bytes_hashed == self->bytes_hashed)
    return;
  self->bytes_hashed = bytes_hashed;
  notify (self, PROP_BYTES_HASHED);
}

static void
set_set (ShoalShare *self, ShoalHoldingSet *set, ShoalHoldingSet *hidden)
{
  guint n_hidden = shoal_share_get_n_hidden (self);

  gboolean same_id = self->set != NULL
                     && shoal_digest_equal (shoal_holding_set_get_id (self->set),
                                            shoal_holding_set_get_id (set));
  gboolean folder = shoal_holding_set_is_folder (set);

  g_clear_pointer (&self->set, shoal_holding_set_unref);
  self->set = shoal_holding_set_ref (set);
  g_clear_pointer (&self->hidden, shoal_holding_set_unref);
  self->hidden = hidden != NULL ? shoal_holding_set_ref (hidden) : NULL;
  if (shoal_share_get_n_hidden (self) != n_hidden)
    notify (self, PROP_N_HIDDEN);
  if (!same_id)
    notify (self, PROP_ID);
  if (folder != self->folder)
    {
      self->folder = folder;
      notify (self, PROP_FOLDER);
    }
  set_size (self, shoal_holding_set_get_total_size (set), shoal_holding_set_get_n_files (set));
  set_bytes_hashed (self, self->size);
}

/* What is told of a share that is fine otherwise. */
static char *
dup_skipped_message (ShoalShare *self)
{
  if (self->n_skipped == 0)
    return NULL;
  if (self->n_skipped == 1)
    return g_strdup_printf (_ ("Not shared: %s"),
                            self->skipped[0] != NULL ? self->skipped[0] : _ ("1 entry"));
  return g_strdup_printf (
      ngettext ("%u entry is not shared", "%u entries are not shared", self->n_skipped),
      self->n_skipped);
}

static void
take_message (ShoalShare *self, char *message)
{
  if (g_strcmp0 (message, self->message) == 0)
    {
      g_free (message);
      return;
    }
  g_free (self->message);
  self->message = message;
  notify (self, PROP_MESSAGE);
}

ShoalShare *
shoal_share_new (const ShoalStoredShare *stored)
{
  ShoalShare *self = g_object_new (SHOAL_TYPE_SHARE, NULL);

  self->number = stored->number;
  self->path = g_strdup (stored->path);
  self->name = g_filename_display_basename (stored->path);
  self->offer = g_strdup (stored->offer);
  self->folder = stored->folder;
  self->wanted = stored->offered;
  self->added_ms = stored->added_ms;
  self->n_fetched = stored->n_fetched;
  self->n_skipped = stored->n_skipped;
  self->switches = shoal_switches_copy (stored->switches);
  self->ignore = g_strdupv (stored->ignore);
  if (stored->skipped != NULL)
    {
      g_strfreev (self->skipped);
      self->skipped = g_strdupv (stored->skipped);
    }
  if (stored->set != NULL)
    set_set (self, stored->set, stored->hidden);
  self->message = dup_skipped_message (self);
  return self;
}

gint64
shoal_share_get_number (ShoalShare *self)
{
  return self->number;
}

void
shoal_share_set_number (ShoalShare *self, gint64 number)
{
  self->number = number;
}

ShoalHoldingSet *
shoal_share_get_set (ShoalShare *self)
{
  return self->set;
}

ShoalHoldingSet *
shoal_share_get_hidden (ShoalShare *self)
{
  return self->hidden;
}

ShoalSwitches *
shoal_share_get_switches (ShoalShare *self)
{
  return self->switches;
}

guint
shoal_share_get_n_secrets (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->n_secrets;
}

const char *
shoal_share_get_secrets (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), "");

  return self->secrets != NULL ? self->secrets : "";
}

guint
shoal_share_get_n_ignored (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->n_ignored;
}

const char *const *
shoal_share_get_ignore (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return (const char *const *) self->ignore;
}

void
shoal_share_set_ignore (ShoalShare *self, const char *const *ignore)
{
  char **before = self->ignore;

  self->ignore = g_strdupv ((char **) ignore);
  g_strfreev (before);
}

guint
shoal_share_get_n_skipped (ShoalShare *self)
{
  return self->n_skipped;
}

void
shoal_share_take_result (ShoalShare *self, ShoalShareTarget *target)
{
  if (target->set == NULL)
    return;
  g_strfreev (self->skipped);
  GPtrArray *lines = g_ptr_array_copy (target->skipped->lines, (GCopyFunc) g_strdup, NULL);
  g_ptr_array_set_free_func (lines, NULL);
  g_ptr_array_add (lines, NULL);
  self->skipped = (char **) g_ptr_array_free (lines, FALSE);
  self->n_skipped = target->skipped->n;
  self->n_secrets = target->skipped->n_secrets;
  self->n_ignored = target->skipped->n_ignored;
  g_free (self->secrets);
  self->secrets = g_strdup (target->skipped->secrets->str);
  set_set (self, target->set, target->hidden);
}

void
shoal_share_set_state (ShoalShare *self, ShoalShareState state, const char *message)
{
  take_message (self, message != NULL ? g_strdup (message) : dup_skipped_message (self));
  if (state == self->state)
    return;
  self->state = state;
  notify (self, PROP_STATE);
}

gboolean
shoal_share_get_wanted (ShoalShare *self)
{
  return self->wanted;
}

void
shoal_share_set_wanted (ShoalShare *self, gboolean wanted)
{
  self->wanted = wanted;
}

void
shoal_share_set_sources (ShoalShare *self, guint sources)
{
  if (sources == self->sources)
    return;
  self->sources = sources;
  notify (self, PROP_SOURCES);
}

void
shoal_share_count_fetched (ShoalShare *self)
{
  self->n_fetched++;
  notify (self, PROP_N_FETCHED);
}

void
shoal_share_show_progress (ShoalShare *self, ShoalShareTarget *target)
{
  gint64 bytes = __atomic_load_n (&target->n_bytes, __ATOMIC_RELAXED);
  gint64 hashed = __atomic_load_n (&target->n_hashed, __ATOMIC_RELAXED);

  if (self->state != SHOAL_SHARE_HASHING || bytes == 0)
    return;
  set_size (self, (guint64) bytes, (guint) g_atomic_int_get (&target->n_files));
  set_bytes_hashed (self, (guint64) MIN (hashed, bytes));
}

const char *
shoal_share_get_path (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return self->path;
}

const char *
shoal_share_get_name (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return self->name;
}

gboolean
shoal_share_is_folder (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), FALSE);

  return self->folder;
}

ShoalShareState
shoal_share_get_state (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), SHOAL_SHARE_FAILED);

  return self->state;
}

const char *
shoal_share_state_to_string (ShoalShareState state)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (shoal_share_state_get_type ());
  const GEnumValue *value = g_enum_get_value (klass, (int) state);

  return value != NULL ? value->value_nick : "failed";
}

guint64
shoal_share_get_bytes_hashed (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->bytes_hashed;
}

guint64
shoal_share_get_size (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->size;
}

guint64
shoal_share_get_content_size (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->set != NULL && shoal_share_is_folder (self)
             ? shoal_holding_set_get_manifest_size (self->set)
             : self->size;
}

guint
shoal_share_get_n_files (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->n_files;
}

const ShoalDigest *
shoal_share_get_id (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return self->set != NULL ? shoal_holding_set_get_id (self->set) : NULL;
}

const char *
shoal_share_get_offer (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return self->offer;
}

const char *
shoal_share_get_message (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return self->message;
}

const char *const *
shoal_share_get_skipped (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), NULL);

  return (const char *const *) self->skipped;
}

guint
shoal_share_get_sources (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->sources;
}

gint64
shoal_share_get_added_ms (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->added_ms;
}

guint
shoal_share_get_n_fetched (ShoalShare *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (self), 0);

  return self->n_fetched;
}
