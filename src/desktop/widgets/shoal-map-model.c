/* shoal-map-model.c: a list of what is shown for each object of another list
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-map-model"

#include "config.h"

#include "shoal-map-model.h"

#include <string.h>

struct _ShoalMapModel
{
  GObject parent_instance;

  GListModel *source;
  GtkMapListModelMapFunc func;
  gpointer user_data;
  gpointer *items; /* NULL where nobody has asked yet */
  guint n_items;
};

static GType
get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return SHOAL_MAP_MODEL (model)->n_items;
}

static gpointer
get_item (GListModel *model, guint position)
{
  ShoalMapModel *self = SHOAL_MAP_MODEL (model);

  if (position >= self->n_items)
    return NULL;
  if (self->items[position] == NULL)
    self->items[position]
        = self->func (g_list_model_get_item (self->source, position), self->user_data);
  return g_object_ref (self->items[position]);
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalMapModel,
                               shoal_map_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
on_items_changed_cb (ShoalMapModel *self, guint position, guint removed, guint added)
{
  guint after = self->n_items - position - removed;
  guint n_items = position + added + after;

  for (guint i = 0; i < removed; i++)
    g_clear_object (&self->items[position + i]);
  if (n_items > self->n_items)
    self->items = g_renew (gpointer, self->items, n_items);
  if (after > 0)
    memmove (self->items + position + added, self->items + position + removed,
             after * sizeof (gpointer));
  if (added > 0)
    memset (self->items + position, 0, added * sizeof (gpointer));
  self->n_items = n_items;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* The items are made anew, also those of objects that stay. */
void
shoal_map_model_set_source (ShoalMapModel *self, GListModel *source)
{
  guint before = self->n_items;

  g_return_if_fail (SHOAL_IS_MAP_MODEL (self));
  g_return_if_fail (source == NULL || G_IS_LIST_MODEL (source));

  for (guint i = 0; i < self->n_items; i++)
    g_clear_object (&self->items[i]);
  g_clear_pointer (&self->items, g_free);
  if (self->source != NULL)
    g_signal_handlers_disconnect_by_data (self->source, self);
  g_set_object (&self->source, source);
  self->n_items = source != NULL ? g_list_model_get_n_items (source) : 0;
  self->items = g_new0 (gpointer, self->n_items);
  if (source != NULL)
    g_signal_connect_swapped (source, "items-changed", G_CALLBACK (on_items_changed_cb), self);
  if (before > 0 || self->n_items > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, before, self->n_items);
}

static void
dispose (GObject *object)
{
  ShoalMapModel *self = SHOAL_MAP_MODEL (object);

  shoal_map_model_set_source (self, NULL);
  g_clear_pointer (&self->items, g_free);
  G_OBJECT_CLASS (shoal_map_model_parent_class)->dispose (object);
}

static void
shoal_map_model_class_init (ShoalMapModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
}

static void
shoal_map_model_init (ShoalMapModel *self)
{
}

ShoalMapModel *
shoal_map_model_new (GListModel *source, GtkMapListModelMapFunc func, gpointer user_data)
{
  ShoalMapModel *self = g_object_new (SHOAL_TYPE_MAP_MODEL, NULL);

  self->func = func;
  self->user_data = user_data;
  shoal_map_model_set_source (self, source);
  g_clear_object (&source);
  return self;
}
