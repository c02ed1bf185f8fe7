/* shoal-share-file-item.c: a file in a shared folder, with its switch
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-file-item"

#include "config.h"

#include "shoal-share-file-item.h"

#include <string.h>

#include "shoal-display-name.h"
#include "shoal-display.h"
#include "shoal-units.h"

/* A step to the right for each folder that a file is in, up to some: names need room, too. */
#define INDENT (18)
#define MAX_DEPTH (8)

enum
{
  PROP_0,
  PROP_PATH,
  PROP_NAME,
  PROP_ICON_NAME,
  PROP_SIZE,
  PROP_LABEL,
  PROP_INDENT,
  PROP_ON,
  N_PROPS
};

enum
{
  SWITCHED,
  N_SIGNALS
};

struct _ShoalShareFileItem
{
  GObject parent_instance;

  char *path;
  const char *name; /* in the path */
  const char *icon;
  guint64 size;
  int indent;
  gboolean folder;
  gboolean on;
};

G_DEFINE_FINAL_TYPE (ShoalShareFileItem, shoal_share_file_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalShareFileItem *self = SHOAL_SHARE_FILE_ITEM (object);
  g_autofree char *size = self->folder ? g_strdup ("") : shoal_format_size (self->size);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (self->name));
      break;
    case PROP_ICON_NAME:
      g_value_set_static_string (value, self->icon);
      break;
    case PROP_SIZE:
      g_value_take_string (value, g_steal_pointer (&size));
      break;
    case PROP_LABEL:
      g_value_take_string (value, self->folder ? g_strdup (self->path)
                                               : g_strdup_printf ("%s, %s", self->path, size));
      break;
    case PROP_INDENT:
      g_value_set_int (value, self->indent);
      break;
    case PROP_ON:
      g_value_set_boolean (value, self->on);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalShareFileItem *self = SHOAL_SHARE_FILE_ITEM (object);

  if (id != PROP_ON)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (!g_value_get_boolean (value) != !self->on)
    g_signal_emit (self, signals[SWITCHED], 0, g_value_get_boolean (value));
}

static void
shoal_share_file_item_finalize (GObject *object)
{
  g_free (SHOAL_SHARE_FILE_ITEM (object)->path);
  G_OBJECT_CLASS (shoal_share_file_item_parent_class)->finalize (object);
}

static void
shoal_share_file_item_class_init (ShoalShareFileItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->finalize = shoal_share_file_item_finalize;

  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, read);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, read);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, read);
  properties[PROP_SIZE] = g_param_spec_string ("size", NULL, NULL, NULL, read);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, read);
  properties[PROP_INDENT] = g_param_spec_int ("indent", NULL, NULL, 0, INDENT * MAX_DEPTH, 0, read);
  properties[PROP_ON]
      = g_param_spec_boolean ("on", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SWITCHED] = g_signal_new ("switched", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
shoal_share_file_item_init (ShoalShareFileItem *self)
{
}

ShoalShareFileItem *
shoal_share_file_item_new (const ShoalShareFile *file)
{
  ShoalShareFileItem *self = g_object_new (SHOAL_TYPE_SHARE_FILE_ITEM, NULL);
  int depth = 0;

  self->path = g_strdup (file->path);
  self->name = self->path;
  for (char *slash = strchr (self->path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      self->name = slash + 1;
      depth++;
    }
  self->folder = file->folder;
  self->icon
      = file->folder ? shoal_display_type_icon ("folder") : shoal_display_name_icon (self->name);
  self->size = file->size;
  self->indent = INDENT * MIN (depth, MAX_DEPTH);
  self->on = file->on;
  return self;
}

const char *
shoal_share_file_item_get_path (ShoalShareFileItem *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE_FILE_ITEM (self), NULL);
  return self->path;
}

gboolean
shoal_share_file_item_get_on (ShoalShareFileItem *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE_FILE_ITEM (self), FALSE);
  return self->on;
}

void
shoal_share_file_item_set_on (ShoalShareFileItem *self, gboolean on)
{
  g_return_if_fail (SHOAL_IS_SHARE_FILE_ITEM (self));

  if (!self->on == !on)
    return;
  self->on = on;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ON]);
}
