/* shoal-columns.c: what the pages' tables have in common
 *
 * A cell is built once and bound by expressions to the list item's item: binding a row formats and
 * allocates nothing. Each cell knows its list item, which outlives it, so that the row under the
 * pointer can be told.
 *
 * The view's own sorter cannot be asked for its column: it is made to compare two probes, and the
 * column that is asked first writes itself down. What the view makes of the answer tells whether it
 * is turned round.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-columns"

#include "config.h"

#include "shoal-columns.h"

#include "shoal-tooltip.h"

#define LIST_ITEM_KEY "shoal-list-item"

/* ---- Cells ---- */

typedef struct
{
  GType item_type;
  char *property;
  char *tooltip;
  ShoalColumnStyle style;
  guint min_chars;
  char *details;
  char *details_if; /* a property of the owner */
  GObject *owner;   /* weak */
} Cell;

static void
cell_free (gpointer data, GClosure *closure)
{
  Cell *cell = data;

  g_clear_weak_pointer (&cell->owner);
  g_free (cell->property);
  g_free (cell->tooltip);
  g_free (cell->details);
  g_free (cell->details_if);
  g_free (cell);
}

static void
bind (GtkListItem *item, const Cell *cell, const char *from, gpointer widget, const char *to)
{
  GtkExpression *row = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *value = gtk_property_expression_new (cell->item_type, row, from);

  gtk_expression_bind (value, widget, to, item);
}

static void
set_child (GtkListItem *item, GtkWidget *child)
{
  g_object_set_data (G_OBJECT (child), LIST_ITEM_KEY, item);
  gtk_list_item_set_child (item, child);
}

static GtkWidget *
new_inscription (guint min_chars, float xalign)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), min_chars);
  gtk_inscription_set_nat_chars (GTK_INSCRIPTION (text), min_chars);
  gtk_inscription_set_xalign (GTK_INSCRIPTION (text), xalign);
  return text;
}

static void
on_setup_text_cb (GtkSignalListItemFactory *factory, GtkListItem *item, const Cell *cell)
{
  gboolean number = cell->style == SHOAL_COLUMN_NUMBER;
  GtkWidget *text = new_inscription (cell->min_chars, number ? 1.0f : 0.0f);

  if (number)
    gtk_widget_add_css_class (text, "numeric");
  if (cell->style != SHOAL_COLUMN_TEXT)
    gtk_widget_add_css_class (text, "dim-label");
  bind (item, cell, cell->property, text, "text");
  if (cell->tooltip != NULL)
    bind (item, cell, cell->tooltip, shoal_tooltip_new (text), "text");
  set_child (item, text);
}

static gboolean
to_visible (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *text = g_value_get_string (from);

  g_value_set_boolean (to, text != NULL && *text != '\0');
  return TRUE;
}

static GtkWidget *
append_line (GtkWidget *lines, GtkListItem *item, const Cell *cell, const char *property)
{
  GtkWidget *line = new_inscription (12, 0.0f);

  gtk_widget_add_css_class (line, "dim-label");
  gtk_widget_add_css_class (line, "caption");
  bind (item, cell, property, line, "text");
  gtk_box_append (GTK_BOX (lines), line);
  return line;
}

static void
on_setup_name_cb (GtkSignalListItemFactory *factory, GtkListItem *item, const Cell *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = new_inscription (12, 0.0f);

  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (lines), name);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), lines);
  bind (item, cell, "icon-name", icon, "icon-name");
  bind (item, cell, "name", name, "text");
  bind (item, cell, "label", shoal_tooltip_new (box), "text");
  if (cell->property != NULL)
    {
      GtkWidget *second = append_line (lines, item, cell, cell->property);

      g_object_bind_property_full (second, "text", second, "visible", G_BINDING_SYNC_CREATE,
                                   to_visible, NULL, NULL, NULL);
    }
  if (cell->owner != NULL)
    g_object_bind_property (cell->owner, cell->details_if,
                            append_line (lines, item, cell, cell->details), "visible",
                            G_BINDING_SYNC_CREATE);
  set_child (item, box);
}

static void
on_setup_state_cb (GtkSignalListItemFactory *factory, GtkListItem *item, const Cell *cell)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new ();
  GtkWidget *text = new_inscription (cell->min_chars, 0.0f);

  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_set_valign (text, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), text);
  bind (item, cell, "state-icon", icon, "icon-name");
  bind (item, cell, "state", text, "text");
  bind (item, cell, "state", shoal_tooltip_new (text), "text");
  set_child (item, box);
}

static GtkListItemFactory *
new_factory (Cell *cell, GCallback setup)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_data (factory, "setup", setup, cell, cell_free, 0);
  return factory;
}

GtkListItemFactory *
shoal_columns_new_text (GType item_type,
                        const char *property,
                        const char *tooltip,
                        ShoalColumnStyle style,
                        guint min_chars)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->item_type = item_type;
  cell->property = g_strdup (property);
  cell->tooltip = g_strdup (tooltip);
  cell->style = style;
  cell->min_chars = min_chars;
  return new_factory (cell, G_CALLBACK (on_setup_text_cb));
}

GtkListItemFactory *
shoal_columns_new_name (GType item_type,
                        const char *second,
                        const char *details,
                        GObject *owner,
                        const char *details_if)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->item_type = item_type;
  cell->property = g_strdup (second);
  cell->details = g_strdup (details);
  cell->details_if = g_strdup (details_if);
  g_set_weak_pointer (&cell->owner, owner);
  return new_factory (cell, G_CALLBACK (on_setup_name_cb));
}

GtkListItemFactory *
shoal_columns_new_state (GType item_type, guint min_chars)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->item_type = item_type;
  cell->min_chars = min_chars;
  return new_factory (cell, G_CALLBACK (on_setup_state_cb));
}

/* ---- The row under the pointer ---- */

static GtkListItem *
find_below (GtkWidget *widget)
{
  GtkListItem *item = g_object_get_data (G_OBJECT (widget), LIST_ITEM_KEY);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); item == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    item = find_below (child);
  return item;
}

guint
shoal_columns_get_position (GtkColumnView *view, double x, double y)
{
  g_return_val_if_fail (GTK_IS_COLUMN_VIEW (view), GTK_INVALID_LIST_POSITION);

  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (view), x, y, GTK_PICK_DEFAULT);
  while (widget != NULL && widget != GTK_WIDGET (view)
         && !g_str_equal (gtk_widget_get_css_name (widget), "row"))
    {
      GtkListItem *item = g_object_get_data (G_OBJECT (widget), LIST_ITEM_KEY);

      if (item != NULL)
        return gtk_list_item_get_position (item);
      widget = gtk_widget_get_parent (widget);
    }
  if (widget == NULL || widget == GTK_WIDGET (view))
    return GTK_INVALID_LIST_POSITION;
  GtkListItem *item = find_below (widget);
  return item != NULL ? gtk_list_item_get_position (item) : GTK_INVALID_LIST_POSITION;
}

/* ---- Order made elsewhere ---- */

static int probed = -1;

static int
on_probe_cb (gconstpointer a, gconstpointer b, gpointer user_data)
{
  if (probed < 0)
    probed = GPOINTER_TO_INT (user_data);
  return -1;
}

void
shoal_columns_set_remote_sorter (GtkColumnViewColumn *column, int number)
{
  g_return_if_fail (GTK_IS_COLUMN_VIEW_COLUMN (column));

  g_autoptr (GtkSorter) sorter
             = GTK_SORTER (gtk_custom_sorter_new (on_probe_cb, GINT_TO_POINTER (number), NULL));
  gtk_column_view_column_set_sorter (column, sorter);
}

int
shoal_columns_get_remote_order (GtkColumnView *view, gboolean *descending)
{
  g_return_val_if_fail (GTK_IS_COLUMN_VIEW (view), -1);

  g_autoptr (GObject) one = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GObject) other = g_object_new (G_TYPE_OBJECT, NULL);
  probed = -1;
  *descending
      = gtk_sorter_compare (gtk_column_view_get_sorter (view), one, other) == GTK_ORDERING_LARGER;
  return probed;
}

/* ---- Menus ---- */

static void
popup (GtkColumnView *view, double x, double y)
{
  GtkWidget *menu = g_object_get_data (G_OBJECT (view), "shoal-menu");

  gtk_popover_set_pointing_to (GTK_POPOVER (menu), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (menu));
}

static void
on_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, GtkColumnView *view)
{
  guint position = shoal_columns_get_position (view, x, y);
  GtkSelectionModel *model = gtk_column_view_get_model (view);

  if (position == GTK_INVALID_LIST_POSITION || model == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (!gtk_selection_model_is_selected (model, position))
    gtk_selection_model_select_item (model, position, TRUE);
  popup (view, x, y);
}

static gboolean
on_menu_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  double x = 24, y = 48;

  g_autoptr (GtkBitset) selected
             = gtk_column_view_get_model (view) != NULL
                   ? gtk_selection_model_get_selection (gtk_column_view_get_model (view))
                   : gtk_bitset_new_empty ();
  if (gtk_bitset_is_empty (selected))
    return GDK_EVENT_PROPAGATE;
  if (focus != NULL && focus != widget && gtk_widget_is_ancestor (focus, widget))
    gtk_widget_translate_coordinates (focus, widget, 24, gtk_widget_get_height (focus) / 2.0, &x,
                                      &y);
  popup (view, x, y);
  return GDK_EVENT_STOP;
}

static void
on_view_destroy_cb (GtkWidget *view)
{
  GtkWidget *menu = g_object_steal_data (G_OBJECT (view), "shoal-menu");

  if (menu != NULL)
    gtk_widget_unparent (menu);
}

void
shoal_columns_add_menu (GtkColumnView *view, GMenuModel *menu)
{
  g_return_if_fail (GTK_IS_COLUMN_VIEW (view));
  g_return_if_fail (G_IS_MENU_MODEL (menu));

  GtkWidget *popover = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  gtk_widget_set_parent (popover, GTK_WIDGET (view));
  g_object_set_data (G_OBJECT (view), "shoal-menu", popover);
  g_signal_connect (view, "destroy", G_CALLBACK (on_view_destroy_cb), NULL);

  GtkGesture *click = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed_cb), view);
  gtk_widget_add_controller (GTK_WIDGET (view), GTK_EVENT_CONTROLLER (click));

  GtkEventController *keys = gtk_shortcut_controller_new ();
  static const char *const triggers[] = { "Menu", "<Shift>F10" };
  for (gsize i = 0; i < G_N_ELEMENTS (triggers); i++)
    gtk_shortcut_controller_add_shortcut (
        GTK_SHORTCUT_CONTROLLER (keys),
        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (triggers[i]),
                          gtk_callback_action_new (on_menu_key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (view), keys);
}
