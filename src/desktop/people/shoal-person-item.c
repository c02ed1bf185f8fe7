/* shoal-person-item.c: a member as a row shows them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-person-item"

#include "config.h"

#include "shoal-person-item.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-units.h"
#include "shoal-words.h"

struct _ShoalPersonItem
{
  GObject parent_instance;

  ShoalMember *member;
  char *presence;
  char *summary;
  gboolean warning;
};

G_DEFINE_FINAL_TYPE (ShoalPersonItem, shoal_person_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_PRESENCE,
  PROP_SUMMARY,
  PROP_WARNING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

char *
shoal_person_dup_summary (ShoalMember *member)
{
  gint64 n_files = MAX (shoal_member_get_n_files (member), 0);
  guint n_devices = g_list_model_get_n_items (shoal_member_get_devices (member));
  g_autofree char *devices
      = g_strdup_printf (ngettext ("%u device", "%u devices", n_devices), n_devices);
  g_autofree char *bytes = shoal_format_size ((guint64) MAX (shoal_member_get_bytes (member), 0));

  if (n_files == 0)
    /* Translators: %s is "2 devices" */
    return g_strdup_printf (_ ("Offers nothing · %s"), devices);
  g_autofree char *files
      = g_strdup_printf (ngettext ("%ld file", "%ld files", (gulong) n_files), (glong) n_files);
  return g_strdup_printf ("%s, %s · %s", files, bytes, devices);
}

static gboolean
has_new_device (ShoalMember *member)
{
  GListModel *devices = shoal_member_get_devices (member);

  for (guint i = 0; i < g_list_model_get_n_items (devices); i++)
    {
      g_autoptr (ShoalDevice) device = g_list_model_get_item (devices, i);

      if (!shoal_device_get_confirmed (device))
        return TRUE;
    }
  return FALSE;
}

static void
take_text (ShoalPersonItem *self, char **field, char *text, int property)
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
refresh (ShoalPersonItem *self)
{
  gboolean warning = has_new_device (self->member);

  take_text (self, &self->presence,
             shoal_words_presence (shoal_member_get_online (self->member),
                                   shoal_member_get_last_seen_ms (self->member)),
             PROP_PRESENCE);
  take_text (self, &self->summary, shoal_person_dup_summary (self->member), PROP_SUMMARY);
  if (self->warning != warning)
    {
      self->warning = warning;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WARNING]);
    }
}

static void
on_member_notify_cb (ShoalPersonItem *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "user"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
  refresh (self);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalPersonItem *self = SHOAL_PERSON_ITEM (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (shoal_member_get_user (self->member)));
      break;
    case PROP_PRESENCE:
      g_value_set_string (value, self->presence);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    case PROP_WARNING:
      g_value_set_boolean (value, self->warning);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
finalize (GObject *object)
{
  ShoalPersonItem *self = SHOAL_PERSON_ITEM (object);

  if (self->member != NULL)
    g_signal_handlers_disconnect_by_data (self->member, self);
  g_clear_object (&self->member);
  g_free (self->presence);
  g_free (self->summary);
  G_OBJECT_CLASS (shoal_person_item_parent_class)->finalize (object);
}

static void
shoal_person_item_class_init (ShoalPersonItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->finalize = finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_PRESENCE] = g_param_spec_string ("presence", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_WARNING] = g_param_spec_boolean ("warning", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_person_item_init (ShoalPersonItem *self)
{
}

gpointer
shoal_person_item_new (gpointer member, gpointer user_data)
{
  ShoalPersonItem *self = g_object_new (SHOAL_TYPE_PERSON_ITEM, NULL);

  self->member = member;
  g_signal_connect_swapped (member, "notify", G_CALLBACK (on_member_notify_cb), self);
  refresh (self);
  return self;
}

ShoalMember *
shoal_person_item_get_member (ShoalPersonItem *self)
{
  g_return_val_if_fail (SHOAL_IS_PERSON_ITEM (self), NULL);
  return self->member;
}
