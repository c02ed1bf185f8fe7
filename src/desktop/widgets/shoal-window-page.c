/* shoal-window-page.c: what the pages of the main window have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-window-page"

#include "config.h"

#include "shoal-window-page.h"

typedef struct
{
  GtkAdjustment *adjustment; /* (nullable): its page is as wide as what is watched */
  guint idle;
  gboolean search_mode;
  gboolean narrow;
} ShoalWindowPagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (ShoalWindowPage, shoal_window_page, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SEARCH_MODE,
  PROP_NARROW,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalWindowPagePrivate *priv
      = shoal_window_page_get_instance_private (SHOAL_WINDOW_PAGE (object));

  if (id == PROP_SEARCH_MODE)
    g_value_set_boolean (value, priv->search_mode);
  else if (id == PROP_NARROW)
    g_value_set_boolean (value, priv->narrow);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalWindowPagePrivate *priv
      = shoal_window_page_get_instance_private (SHOAL_WINDOW_PAGE (object));

  if (id != PROP_SEARCH_MODE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (priv->search_mode != g_value_get_boolean (value))
    {
      priv->search_mode = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
    }
}

static void
shoal_window_page_dispose (GObject *object)
{
  ShoalWindowPagePrivate *priv
      = shoal_window_page_get_instance_private (SHOAL_WINDOW_PAGE (object));

  g_clear_handle_id (&priv->idle, g_source_remove);
  if (priv->adjustment != NULL)
    g_signal_handlers_disconnect_by_data (priv->adjustment, object);
  g_clear_object (&priv->adjustment);
  G_OBJECT_CLASS (shoal_window_page_parent_class)->dispose (object);
}

static void
shoal_window_page_class_init (ShoalWindowPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = shoal_window_page_dispose;

  properties[PROP_SEARCH_MODE]
      = g_param_spec_boolean ("search-mode", NULL, NULL, FALSE, G_PARAM_READWRITE | flags);
  properties[PROP_NARROW]
      = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_window_page_init (ShoalWindowPage *self)
{
}

static gboolean
on_idle_cb (gpointer user_data)
{
  ShoalWindowPage *self = user_data;
  ShoalWindowPagePrivate *priv = shoal_window_page_get_instance_private (self);
  double width = gtk_adjustment_get_page_size (priv->adjustment);

  priv->idle = 0;
  if (width > 0 && SHOAL_WINDOW_PAGE_GET_CLASS (self)->width_changed != NULL)
    SHOAL_WINDOW_PAGE_GET_CLASS (self)->width_changed (self, width);
  return G_SOURCE_REMOVE;
}

static void
on_width_changed_cb (ShoalWindowPage *self)
{
  ShoalWindowPagePrivate *priv = shoal_window_page_get_instance_private (self);

  if (priv->idle == 0)
    priv->idle = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_idle_cb, self, NULL);
}

void
shoal_window_page_watch_width (ShoalWindowPage *self, GtkScrolledWindow *scroller)
{
  ShoalWindowPagePrivate *priv = shoal_window_page_get_instance_private (self);

  g_return_if_fail (SHOAL_IS_WINDOW_PAGE (self));
  g_return_if_fail (priv->adjustment == NULL);

  priv->adjustment = g_object_ref (gtk_scrolled_window_get_hadjustment (scroller));
  g_signal_connect_swapped (priv->adjustment, "notify::page-size", G_CALLBACK (on_width_changed_cb),
                            self);
}

void
shoal_window_page_set_narrow (ShoalWindowPage *self, gboolean narrow)
{
  ShoalWindowPagePrivate *priv = shoal_window_page_get_instance_private (self);

  g_return_if_fail (SHOAL_IS_WINDOW_PAGE (self));

  if (priv->narrow == narrow)
    return;
  priv->narrow = narrow;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}
