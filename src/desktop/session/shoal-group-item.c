/* shoal-group-item.c: one of the groups that this user is in, or was
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-group-item"

#include "config.h"

#include "shoal-group-item.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"

struct _ShoalGroupItem
{
  GObject parent_instance;

  char *folder;
  ShoalGroup *group;
  ShoalTrackerProcess *tracker;
  char *title;
  char *subtitle;
};

G_DEFINE_FINAL_TYPE (ShoalGroupItem, shoal_group_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_SUBTITLE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_text (ShoalGroupItem *self, char **field, char *text, guint property)
{
  if (g_strcmp0 (*field, text) == 0)
    {
      g_free (text);
      return;
    }
  g_free (*field);
  *field = text;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
update_texts (ShoalGroupItem *self)
{
  const ShoalGroup *group = self->group;
  const char *where
      = group->addresses != NULL && group->addresses[0] != NULL ? group->addresses[0] : "?";
  const char *name = group->name != NULL && *group->name != '\0' ? group->name : where;
  g_autofree char *user = shoal_display_name (group->user != NULL ? group->user : "?");

  set_text (self, &self->title, shoal_display_name (name), PROP_TITLE);
  if (!group->signed_in)
    set_text (self, &self->subtitle, g_strdup (_ ("Signed out")), PROP_SUBTITLE);
  else if (self->tracker != NULL)
    /* Translators: %s is an account's name */
    set_text (self, &self->subtitle, g_strdup_printf (_ ("%s · runs on this computer"), user),
              PROP_SUBTITLE);
  else
    set_text (self, &self->subtitle, g_strdup (user), PROP_SUBTITLE);
}

gboolean
shoal_group_item_reload (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), FALSE);

  g_autofree char *path = g_build_filename (self->folder, "group.ini", NULL);
  g_autoptr (GError) error = NULL;
  ShoalGroup *group = shoal_group_load (path, &error);

  if (group == NULL)
    {
      g_warning ("%s", error->message);
      return self->group != NULL;
    }
  g_clear_pointer (&self->group, shoal_group_free);
  self->group = group;
  update_texts (self);
  return group->key != NULL;
}

ShoalGroupItem *
shoal_group_item_load (const char *folder)
{
  g_return_val_if_fail (folder != NULL, NULL);

  g_autoptr (ShoalGroupItem) self = g_object_new (SHOAL_TYPE_GROUP_ITEM, NULL);

  self->folder = g_strdup (folder);
  self->tracker = shoal_tracker_process_load (folder);
  return shoal_group_item_reload (self) ? g_steal_pointer (&self) : NULL;
}

const char *
shoal_group_item_get_folder (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), NULL);
  return self->folder;
}

const char *
shoal_group_item_get_title (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), NULL);
  return self->title;
}

const char *
shoal_group_item_get_subtitle (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), NULL);
  return self->subtitle;
}

const ShoalGroup *
shoal_group_item_get_group (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), NULL);
  return self->group;
}

ShoalTrackerProcess *
shoal_group_item_get_tracker (ShoalGroupItem *self)
{
  g_return_val_if_fail (SHOAL_IS_GROUP_ITEM (self), NULL);
  return self->tracker;
}

void
shoal_group_item_set_tracker (ShoalGroupItem *self, ShoalTrackerProcess *tracker)
{
  g_return_if_fail (SHOAL_IS_GROUP_ITEM (self));

  if (g_set_object (&self->tracker, tracker))
    update_texts (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalGroupItem *self = SHOAL_GROUP_ITEM (object);

  if (id == PROP_TITLE)
    g_value_set_string (value, self->title);
  else if (id == PROP_SUBTITLE)
    g_value_set_string (value, self->subtitle);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
finalize (GObject *object)
{
  ShoalGroupItem *self = SHOAL_GROUP_ITEM (object);

  g_free (self->folder);
  g_clear_pointer (&self->group, shoal_group_free);
  g_clear_object (&self->tracker);
  g_free (self->title);
  g_free (self->subtitle);
  G_OBJECT_CLASS (shoal_group_item_parent_class)->finalize (object);
}

static void
shoal_group_item_class_init (ShoalGroupItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = finalize;

  properties[PROP_TITLE]
      = g_param_spec_string ("title", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SUBTITLE]
      = g_param_spec_string ("subtitle", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_group_item_init (ShoalGroupItem *self)
{
}
