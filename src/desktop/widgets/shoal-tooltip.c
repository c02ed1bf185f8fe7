/* shoal-tooltip.c: what a widget says when the pointer rests on it, made to be changed often
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tooltip"

#include "config.h"

#include "shoal-tooltip.h"

struct _ShoalTooltip
{
  GObject parent_instance;

  GtkWidget *widget; /* it owns us */
  char *text;
};

G_DEFINE_FINAL_TYPE (ShoalTooltip, shoal_tooltip, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_WIDGET,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
on_query_cb (ShoalTooltip *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  if (self->text == NULL || *self->text == '\0')
    return FALSE;
  gtk_tooltip_set_text (tooltip, self->text);
  return TRUE;
}

static void
set_text (ShoalTooltip *self, const char *text)
{
  if (g_strcmp0 (text, self->text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  if (GTK_IS_BUTTON (self->widget) && text != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    text, -1);
  /* It may be what is read right now. */
  if (gtk_widget_get_state_flags (self->widget) & GTK_STATE_FLAG_PRELIGHT)
    gtk_widget_trigger_tooltip_query (self->widget);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ShoalTooltip *self = SHOAL_TOOLTIP (object);

  switch (id)
    {
    case PROP_WIDGET:
      self->widget = g_value_get_object (value);
      break;
    case PROP_TEXT:
      set_text (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
constructed (GObject *object)
{
  ShoalTooltip *self = SHOAL_TOOLTIP (object);

  G_OBJECT_CLASS (shoal_tooltip_parent_class)->constructed (object);
  g_object_set_data_full (G_OBJECT (self->widget), "shoal-tooltip", g_object_ref (self),
                          g_object_unref);
  gtk_widget_set_has_tooltip (self->widget, TRUE);
  g_signal_connect_object (self->widget, "query-tooltip", G_CALLBACK (on_query_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
finalize (GObject *object)
{
  g_free (SHOAL_TOOLTIP (object)->text);
  G_OBJECT_CLASS (shoal_tooltip_parent_class)->finalize (object);
}

static void
shoal_tooltip_class_init (ShoalTooltipClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = set_property;
  object_class->constructed = constructed;
  object_class->finalize = finalize;
  properties[PROP_WIDGET]
      = g_param_spec_object ("widget", NULL, NULL, GTK_TYPE_WIDGET, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_tooltip_init (ShoalTooltip *self)
{
}

ShoalTooltip *
shoal_tooltip_new (GtkWidget *widget)
{
  g_return_val_if_fail (GTK_IS_WIDGET (widget), NULL);

  g_autoptr (ShoalTooltip) self = g_object_new (SHOAL_TYPE_TOOLTIP, "widget", widget, NULL);
  return self;
}
