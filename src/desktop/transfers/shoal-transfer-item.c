/* shoal-transfer-item.c: a download or an upload as its row shows it
 *
 * The source notifies up to ten times a second and property by property; the texts are made anew at
 * most every REFRESH_MS, and only of an item that somebody has asked for one, which is a row in
 * view: a selection has the items of all that is selected.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer-item"

#include "config.h"

#include "shoal-transfer-item.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-units.h"
#include "shoal-words.h"

#define REFRESH_MS 200
/* A bar that looks full although something is missing would lie. */
#define ALMOST_FULL 0.99

struct _ShoalTransferItem
{
  GObject parent_instance;

  GObject *source;
  gboolean shown; /* somebody has asked for a property */
  guint refresh_id;

  char *status;
  char *numbers;
  double fraction;
  gboolean show_bar;
  const char *toggle_icon;
  const char *toggle_label;
};

G_DEFINE_FINAL_TYPE (ShoalTransferItem, shoal_transfer_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ICON_NAME,
  PROP_STATUS,
  PROP_NUMBERS,
  PROP_FRACTION,
  PROP_SHOW_BAR,
  PROP_TOGGLE_ICON,
  PROP_TOGGLE_LABEL,
  PROP_CAN_TOGGLE,
  PROP_TARGET,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char *
get_name (ShoalTransferItem *self)
{
  return SHOAL_IS_TRANSFER (self->source) ? shoal_transfer_get_name (SHOAL_TRANSFER (self->source))
                                          : shoal_upload_get_name (SHOAL_UPLOAD (self->source));
}

static const char *
get_icon_name (ShoalTransferItem *self)
{
  gboolean folder = SHOAL_IS_TRANSFER (self->source)
                        ? shoal_transfer_is_folder (SHOAL_TRANSFER (self->source))
                        : shoal_upload_is_folder (SHOAL_UPLOAD (self->source));

  return folder ? "folder-symbolic" : "text-x-generic-symbolic";
}

static void begin_to_show (ShoalTransferItem *self);

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalTransferItem *self = SHOAL_TRANSFER_ITEM (object);

  if (!self->shown)
    begin_to_show (self);
  switch (id)
    {
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (get_name (self)));
      break;
    case PROP_ICON_NAME:
      g_value_set_static_string (value, get_icon_name (self));
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_NUMBERS:
      g_value_set_string (value, self->numbers);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_SHOW_BAR:
      g_value_set_boolean (value, self->show_bar);
      break;
    case PROP_TOGGLE_ICON:
      /* A button without an icon is hidden, but must have one. */
      g_value_set_static_string (
          value, self->toggle_icon != NULL ? self->toggle_icon : "media-playback-pause-symbolic");
      break;
    case PROP_TOGGLE_LABEL:
      g_value_set_static_string (value, self->toggle_label);
      break;
    case PROP_CAN_TOGGLE:
      g_value_set_boolean (value, self->toggle_icon != NULL);
      break;
    case PROP_TARGET:
      g_value_take_variant (value, g_variant_ref_sink (g_variant_new_string (
                                       SHOAL_IS_TRANSFER (self->source)
                                           ? shoal_transfer_get_uuid (SHOAL_TRANSFER (self->source))
                                           : "")));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* ---- Texts ---- */

/* What is asked for the first time has not changed. */
static void
notify (ShoalTransferItem *self, int property)
{
  if (self->shown)
    g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
take_text (ShoalTransferItem *self, char **field, char *text, int property)
{
  if (g_strcmp0 (*field, text) == 0)
    {
      g_free (text);
      return;
    }
  g_free (*field);
  *field = text;
  notify (self, property);
}

static void
set_bar (ShoalTransferItem *self, gboolean show, double fraction)
{
  /* A step that is seen: a thousandth of the width. */
  fraction = (double) (int) (fraction * 1000) / 1000;
  if (self->fraction != fraction)
    {
      self->fraction = fraction;
      notify (self, PROP_FRACTION);
    }
  if (self->show_bar != show)
    {
      self->show_bar = show;
      notify (self, PROP_SHOW_BAR);
    }
}

static void
set_toggle (ShoalTransferItem *self, const char *icon, const char *label)
{
  if (self->toggle_icon == icon)
    return;
  self->toggle_icon = icon;
  self->toggle_label = label;
  notify (self, PROP_TOGGLE_ICON);
  notify (self, PROP_TOGGLE_LABEL);
  notify (self, PROP_CAN_TOGGLE);
}

static char *
join_numbers (const char *amount, double speed, const char *left)
{
  g_autoptr (GString) text = g_string_new (amount);

  if (speed >= 1)
    {
      g_autofree char *rate = shoal_format_rate (speed);

      g_string_append_printf (text, " · %s", rate);
    }
  if (*left != '\0')
    g_string_append_printf (text, " · %s", left);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_toggle (ShoalTransferItem *self, ShoalTransferState state)
{
  static const char pause[] = "media-playback-pause-symbolic";
  static const char resume[] = "media-playback-start-symbolic";
  static const char retry[] = "view-refresh-symbolic";

  if (state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_CANCELLED)
    set_toggle (self, NULL, NULL);
  else if (state == SHOAL_TRANSFER_PAUSED)
    set_toggle (self, resume, _ ("Resume"));
  else if (state == SHOAL_TRANSFER_FAILED)
    set_toggle (self, retry, _ ("Try Again"));
  else
    set_toggle (self, pause, _ ("Pause"));
}

static void
show_transfer (ShoalTransferItem *self, ShoalTransfer *transfer)
{
  ShoalTransferState state = shoal_transfer_get_state (transfer);
  guint64 size = shoal_transfer_get_size (transfer);
  guint64 done = shoal_transfer_get_bytes_done (transfer);
  double speed = state == SHOAL_TRANSFER_ACTIVE ? shoal_transfer_get_speed (transfer) : 0;
  g_autofree char *left = shoal_words_time_left (size - MIN (done, size), speed);
  g_autofree char *amount
      = shoal_words_amount (state == SHOAL_TRANSFER_FINISHED ? size : MIN (done, size), size);
  gboolean ended = state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_CANCELLED;
  double fraction = size > 0 ? (double) done / (double) size : 0;

  take_text (self, &self->status, shoal_words_transfer_state (transfer), PROP_STATUS);
  take_text (self, &self->numbers, join_numbers (amount, speed, left), PROP_NUMBERS);
  set_bar (self, !ended, state == SHOAL_TRANSFER_FINISHED ? 1 : MIN (fraction, ALMOST_FULL));
  show_toggle (self, state);
}

static void
show_upload (ShoalTransferItem *self, ShoalUpload *upload)
{
  guint64 size = shoal_upload_get_size (upload);
  guint64 bytes = shoal_upload_get_bytes (upload);
  double speed = shoal_upload_get_active (upload) ? shoal_upload_get_speed (upload) : 0;
  g_autofree char *amount = shoal_format_size (bytes);
  g_autofree char *user = shoal_display_name (shoal_upload_get_user (upload));

  take_text (self, &self->status,
             g_strdup_printf (shoal_upload_get_active (upload) ? _ ("To %s")
                                                               : _ ("To %s, between two requests"),
                              user),
             PROP_STATUS);
  take_text (self, &self->numbers, join_numbers (amount, speed, ""), PROP_NUMBERS);
  /* How much of it they still want is theirs to know: the bar says what was sent. */
  set_bar (self, size > 0, size > 0 ? MIN ((double) bytes / (double) size, ALMOST_FULL) : 0);
}

static void
refresh (ShoalTransferItem *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (SHOAL_IS_TRANSFER (self->source))
    show_transfer (self, SHOAL_TRANSFER (self->source));
  else
    show_upload (self, SHOAL_UPLOAD (self->source));
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
on_refresh_cb (gpointer data)
{
  ShoalTransferItem *self = data;

  self->refresh_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_source_notify_cb (ShoalTransferItem *self, GParamSpec *pspec)
{
  /* A change of state is shown at once. */
  if (g_str_equal (pspec->name, "state"))
    {
      g_clear_handle_id (&self->refresh_id, g_source_remove);
      refresh (self);
    }
  else if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (REFRESH_MS, on_refresh_cb, self);
}

static void
begin_to_show (ShoalTransferItem *self)
{
  g_signal_connect_swapped (self->source, "notify", G_CALLBACK (on_source_notify_cb), self);
  refresh (self);
  self->shown = TRUE;
}

/* ---- Class ---- */

static void
dispose (GObject *object)
{
  ShoalTransferItem *self = SHOAL_TRANSFER_ITEM (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->source != NULL)
    g_signal_handlers_disconnect_by_data (self->source, self);
  G_OBJECT_CLASS (shoal_transfer_item_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  ShoalTransferItem *self = SHOAL_TRANSFER_ITEM (object);

  g_clear_object (&self->source);
  g_free (self->status);
  g_free (self->numbers);
  G_OBJECT_CLASS (shoal_transfer_item_parent_class)->finalize (object);
}

static void
shoal_transfer_item_class_init (ShoalTransferItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  properties[PROP_NUMBERS] = g_param_spec_string ("numbers", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_SHOW_BAR] = g_param_spec_boolean ("show-bar", NULL, NULL, FALSE, flags);
  properties[PROP_TOGGLE_ICON] = g_param_spec_string ("toggle-icon", NULL, NULL, NULL, flags);
  properties[PROP_TOGGLE_LABEL] = g_param_spec_string ("toggle-label", NULL, NULL, NULL, flags);
  properties[PROP_CAN_TOGGLE] = g_param_spec_boolean ("can-toggle", NULL, NULL, FALSE, flags);
  properties[PROP_TARGET]
      = g_param_spec_variant ("target", NULL, NULL, G_VARIANT_TYPE_STRING, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_transfer_item_init (ShoalTransferItem *self)
{
}

gpointer
shoal_transfer_item_new (gpointer source, gpointer user_data)
{
  ShoalTransferItem *self = g_object_new (SHOAL_TYPE_TRANSFER_ITEM, NULL);

  self->source = source;
  return self;
}

ShoalTransfer *
shoal_transfer_item_get_transfer (ShoalTransferItem *self)
{
  g_return_val_if_fail (SHOAL_IS_TRANSFER_ITEM (self), NULL);
  return SHOAL_IS_TRANSFER (self->source) ? SHOAL_TRANSFER (self->source) : NULL;
}

GObject *
shoal_transfer_item_get_source (ShoalTransferItem *self)
{
  g_return_val_if_fail (SHOAL_IS_TRANSFER_ITEM (self), NULL);
  return self->source;
}
