/* shoal-growing-model.c: a list whose first rows come a few at a time, and its last ones go so
 *
 * What it has is always the beginning of its source; or, while its rows leave, some that the source
 * had.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-growing-model"

#include "config.h"

#include "shoal-growing-model.h"

#include "shoal-slices.h"

/* Beyond these a view makes no widgets for rows that come behind the others. */
#define MANY 256
/* So many come at once until then. */
#define PORTION 4
/* A view has its widgets for at most so many rows before and behind those that are seen. */
#define AROUND 200
/* So many leave at once. */
#define LEAVING_AT_ONCE 4

struct _ShoalGrowingModel
{
  GObject parent_instance;

  GListModel *source;
  guint n; /* how many of its items are here */
  guint grow_id;
  GPtrArray *leaving; /* (nullable): the rows while they leave */
  guint leave_id;
};

static GType
get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return SHOAL_GROWING_MODEL (model)->n;
}

static gpointer
get_item (GListModel *model, guint position)
{
  ShoalGrowingModel *self = SHOAL_GROWING_MODEL (model);

  if (position >= self->n)
    return NULL;
  return self->leaving != NULL ? g_object_ref (g_ptr_array_index (self->leaving, position))
                               : g_list_model_get_item (self->source, position);
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ShoalGrowingModel,
                               shoal_growing_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* Returns: whether there is more */
static gboolean
grow (gpointer data)
{
  ShoalGrowingModel *self = data;
  guint before = self->n;
  guint n_left = g_list_model_get_n_items (self->source) - before;
  guint added = before < MANY ? MIN (n_left, PORTION) : n_left;

  self->n += added;
  if (added == n_left)
    self->grow_id = 0;
  if (added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, added);
  return added < n_left;
}

static void
grow_later (ShoalGrowingModel *self)
{
  if (self->grow_id == 0 && self->n < g_list_model_get_n_items (self->source))
    self->grow_id = shoal_slices_add (G_PRIORITY_DEFAULT_IDLE, grow, self, NULL);
}

static void
begin_with (ShoalGrowingModel *self)
{
  self->n = MIN (g_list_model_get_n_items (self->source), PORTION);
  grow_later (self);
}

static void
on_items_changed_cb (ShoalGrowingModel *self, guint position, guint removed, guint added)
{
  if (self->leaving != NULL)
    return;
  if (position <= self->n)
    {
      guint gone = MIN (removed, self->n - position);
      guint behind = self->n - position - gone;

      /* What is behind many new ones comes back after them. */
      if (added > PORTION && self->n < MANY)
        {
          gone += behind;
          behind = 0;
          added = PORTION;
        }
      /* Behind what is here, and there is more that is to come first. */
      if (position == self->n && self->grow_id != 0)
        added = 0;
      self->n = position + added + behind;
      if (gone > 0 || added > 0)
        g_list_model_items_changed (G_LIST_MODEL (self), position, gone, added);
    }
  grow_later (self);
}

/* Returns: whether there are more */
static gboolean
leave (gpointer data)
{
  ShoalGrowingModel *self = data;
  guint gone = MIN (self->n, LEAVING_AT_ONCE);

  if (gone > 0)
    {
      self->n -= gone;
      g_list_model_items_changed (G_LIST_MODEL (self), self->n, gone, 0);
      g_ptr_array_set_size (self->leaving, (int) self->n);
      return TRUE;
    }
  self->leave_id = 0;
  g_clear_pointer (&self->leaving, g_ptr_array_unref);
  begin_with (self);
  if (self->n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->n);
  return FALSE;
}

void
shoal_growing_model_let_go (ShoalGrowingModel *self, GtkAdjustment *scrolled)
{
  g_return_if_fail (SHOAL_IS_GROWING_MODEL (self));
  g_return_if_fail (GTK_IS_ADJUSTMENT (scrolled));

  if (self->leaving != NULL || self->n <= PORTION)
    return;

  double seen = gtk_adjustment_get_value (scrolled) / MAX (1, gtk_adjustment_get_upper (scrolled));
  guint middle = (guint) (self->n * CLAMP (seen, 0, 1));
  guint begin = middle - MIN (middle, AROUND);
  guint end = MIN (middle + AROUND, self->n);
  guint behind = self->n - end;
  GPtrArray *leaving = g_ptr_array_new_with_free_func (g_object_unref);

  g_clear_handle_id (&self->grow_id, g_source_remove);
  for (guint i = begin; i < end; i++)
    g_ptr_array_add (leaving, g_list_model_get_item (self->source, i));
  /* Those that have no widgets go at once. */
  self->n = end;
  if (behind > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), end, behind, 0);
  self->leaving = leaving;
  self->n = leaving->len;
  if (begin > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, begin, 0);
  self->leave_id = shoal_slices_add (G_PRIORITY_DEFAULT_IDLE, leave, self, NULL);
}

static void
dispose (GObject *object)
{
  ShoalGrowingModel *self = SHOAL_GROWING_MODEL (object);

  g_clear_handle_id (&self->grow_id, g_source_remove);
  g_clear_handle_id (&self->leave_id, g_source_remove);
  g_clear_pointer (&self->leaving, g_ptr_array_unref);
  if (self->source != NULL)
    g_signal_handlers_disconnect_by_data (self->source, self);
  self->n = 0;
  g_clear_object (&self->source);
  G_OBJECT_CLASS (shoal_growing_model_parent_class)->dispose (object);
}

static void
shoal_growing_model_class_init (ShoalGrowingModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
}

static void
shoal_growing_model_init (ShoalGrowingModel *self)
{
}

ShoalGrowingModel *
shoal_growing_model_new (GListModel *source)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (source), NULL);

  ShoalGrowingModel *self = g_object_new (SHOAL_TYPE_GROWING_MODEL, NULL);

  self->source = source;
  g_signal_connect_swapped (source, "items-changed", G_CALLBACK (on_items_changed_cb), self);
  begin_with (self);
  return self;
}
