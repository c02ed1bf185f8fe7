/* shoal-tray-icon.c: an icon as pixels, for a tray that does not find it by its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tray"

#include "config.h"

#include "shoal-tray-icon.h"

#include <gtk/gtk.h>

static const int sizes[] = { 16, 22, 32, 48 };

/* Seen on a dark panel and on a light one. */
static const GdkRGBA color = { 0.13f, 0.60f, 0.66f, 1.0f };

static cairo_surface_t *
paint (GtkIconTheme *theme, const char *name, int size)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size, size);
  g_autoptr (GtkIconPaintable) icon
             = gtk_icon_theme_lookup_icon (theme, name, NULL, size, 1, GTK_TEXT_DIR_NONE, 0);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();

  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, size, size,
                                            &color, 1);

  g_autoptr (GskRenderNode) node = gtk_snapshot_to_node (snapshot);

  if (node != NULL)
    {
      cairo_t *cairo = cairo_create (surface);

      gsk_render_node_draw (node, cairo);
      cairo_destroy (cairo);
    }
  cairo_surface_flush (surface);
  return surface;
}

/* From cairo's words, multiplied by the alpha, to bytes that are not. */
static GBytes *
to_bytes (cairo_surface_t *surface, int size)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  GByteArray *bytes = g_byte_array_sized_new ((guint) (size * size * 4));

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        guint32 pixel = ((const guint32 *) (gconstpointer) (data + y * stride))[x];
        guint alpha = pixel >> 24;
        guint8 argb[4] = { (guint8) alpha };

        for (guint i = 1; i < 4 && alpha > 0; i++)
          argb[i] = (guint8) MIN (((pixel >> (24 - 8 * i)) & 0xff) * 255 / alpha, 255);
        g_byte_array_append (bytes, argb, sizeof argb);
      }
  return g_byte_array_free_to_bytes (bytes);
}

GVariant *
shoal_tray_icon_draw (const char *name)
{
  GdkDisplay *display = gdk_display_get_default ();
  GtkIconTheme *theme = display != NULL ? gtk_icon_theme_get_for_display (display) : NULL;
  GVariantBuilder builder;

  g_return_val_if_fail (name != NULL, NULL);

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(iiay)"));
  for (gsize i = 0;
       theme != NULL && gtk_icon_theme_has_icon (theme, name) && i < G_N_ELEMENTS (sizes); i++)
    {
      cairo_surface_t *surface = paint (theme, name, sizes[i]);
      g_autoptr (GBytes) bytes = to_bytes (surface, sizes[i]);

      cairo_surface_destroy (surface);
      g_variant_builder_add (&builder, "(ii@ay)", sizes[i], sizes[i],
                             g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
    }
  return g_variant_builder_end (&builder);
}
