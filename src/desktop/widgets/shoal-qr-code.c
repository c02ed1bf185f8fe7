/* shoal-qr-code.c: a text as a QR code, drawn with GtkSnapshot
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-qr-code"

#include "config.h"

#include "shoal-qr-code.h"

#include <string.h>

#include <qrencode.h>

/* The standard asks for four modules of light around the code. */
#define QUIET_ZONE (4)
#define MIN_SIZE (180)

struct _ShoalQrCode
{
  GtkWidget parent_instance;

  char *text;
  QRcode *code; /* NULL: nothing to show */
};

G_DEFINE_FINAL_TYPE (ShoalQrCode, shoal_qr_code, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  static const GdkRGBA light = { 1, 1, 1, 1 };
  static const GdkRGBA dark = { 0, 0, 0, 1 };
  ShoalQrCode *self = SHOAL_QR_CODE (widget);

  if (self->code == NULL)
    return;

  int modules = self->code->width + 2 * QUIET_ZONE;
  int side = MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  int scale = MAX (1, side / modules);
  float x = (float) (gtk_widget_get_width (widget) - scale * modules) / 2;
  float y = (float) (gtk_widget_get_height (widget) - scale * modules) / 2;

  gtk_snapshot_append_color (
      snapshot, &light,
      &GRAPHENE_RECT_INIT (x, y, (float) (scale * modules), (float) (scale * modules)));
  for (int row = 0; row < self->code->width; row++)
    for (int column = 0; column < self->code->width; column++)
      {
        int length = 0;

        /* Runs of dark modules are one rectangle. */
        while (column + length < self->code->width
               && (self->code->data[row * self->code->width + column + length] & 1) != 0)
          length++;
        if (length == 0)
          continue;
        gtk_snapshot_append_color (snapshot, &dark,
                                   &GRAPHENE_RECT_INIT (x + (float) (scale * (column + QUIET_ZONE)),
                                                        y + (float) (scale * (row + QUIET_ZONE)),
                                                        (float) (scale * length), (float) scale));
        column += length;
      }
}

static void
measure (GtkWidget *widget,
         GtkOrientation orientation,
         int for_size,
         int *minimum,
         int *natural,
         int *minimum_baseline,
         int *natural_baseline)
{
  ShoalQrCode *self = SHOAL_QR_CODE (widget);
  int modules = self->code != NULL ? self->code->width + 2 * QUIET_ZONE : 0;

  *minimum = MAX (MIN_SIZE, modules * 2);
  *natural = MAX (MIN_SIZE, modules * 4);
}

void
shoal_qr_code_set_text (ShoalQrCode *self, const char *text)
{
  g_return_if_fail (SHOAL_IS_QR_CODE (self));

  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  g_clear_pointer (&self->code, QRcode_free);
  if (text != NULL && *text != '\0')
    self->code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TEXT)
    g_value_set_string (value, SHOAL_QR_CODE (object)->text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TEXT)
    shoal_qr_code_set_text (SHOAL_QR_CODE (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
finalize (GObject *object)
{
  ShoalQrCode *self = SHOAL_QR_CODE (object);

  g_free (self->text);
  g_clear_pointer (&self->code, QRcode_free);
  G_OBJECT_CLASS (shoal_qr_code_parent_class)->finalize (object);
}

static void
shoal_qr_code_class_init (ShoalQrCodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->finalize = finalize;
  widget_class->snapshot = snapshot;
  widget_class->measure = measure;

  properties[PROP_TEXT]
      = g_param_spec_string ("text", NULL, NULL, NULL,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "qrcode");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
shoal_qr_code_init (ShoalQrCode *self)
{
}
