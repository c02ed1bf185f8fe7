/* shoal-toaster.c: says things at the bottom of a window, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-toaster"

#include "config.h"

#include "shoal-toaster.h"

struct _ShoalToaster
{
  GObject parent_instance;

  AdwToastOverlay *overlay; /* weak */
  AdwToast *toast;          /* weak: the last one that goes by itself */
  gint64 changed_us;        /* when another one may have begun to slide in */
};

/* libadwaita 1.2 frees a toast when it has faded, 300 ms after it was dismissed, though it may
 * still slide in then: that takes 500 ms if it replaced another, and goes on with freed memory. */
#define SLIDE_MS 500

typedef struct
{
  ShoalToaster *toaster;
  AdwToast *toast;
} Dismissal;

G_DEFINE_FINAL_TYPE (ShoalToaster, shoal_toaster, G_TYPE_OBJECT)

static void
dismissal_free (gpointer data)
{
  Dismissal *dismissal = data;

  g_object_unref (dismissal->toaster);
  g_object_unref (dismissal->toast);
  g_free (dismissal);
}

static gboolean
on_still_cb (gpointer data)
{
  Dismissal *dismissal = data;

  shoal_toaster_take_back (dismissal->toaster, dismissal->toast);
  return G_SOURCE_REMOVE;
}

void
shoal_toaster_take_back (ShoalToaster *self, AdwToast *toast)
{
  g_return_if_fail (SHOAL_IS_TOASTER (self));
  g_return_if_fail (ADW_IS_TOAST (toast));

  gint64 moved_ms = (g_get_monotonic_time () - self->changed_us) / 1000;

  if (moved_ms >= SLIDE_MS)
    {
      adw_toast_dismiss (toast);
      return;
    }
  Dismissal *dismissal = g_new0 (Dismissal, 1);

  dismissal->toaster = g_object_ref (self);
  dismissal->toast = g_object_ref (toast);
  g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) (SLIDE_MS - moved_ms), on_still_cb, dismissal,
                      dismissal_free);
}

static void
on_dismissed_cb (ShoalToaster *self, AdwToast *toast)
{
  self->changed_us = g_get_monotonic_time ();
  if (self->toast == toast)
    g_clear_weak_pointer (&self->toast);
}

void
shoal_toaster_dismiss (ShoalToaster *self)
{
  g_return_if_fail (SHOAL_IS_TOASTER (self));

  AdwToast *toast = self->toast;

  g_clear_weak_pointer (&self->toast);
  if (toast != NULL)
    shoal_toaster_take_back (self, toast);
}

void
shoal_toaster_add (ShoalToaster *self, AdwToast *toast)
{
  g_return_if_fail (SHOAL_IS_TOASTER (self));
  g_return_if_fail (ADW_IS_TOAST (toast));

  g_autoptr (AdwToast) owned = toast;

  if (shoal_toaster_get_window (self) == NULL)
    return;
  /* libadwaita 1.2 puts what an urgent toast replaces back into its queue while the widget still
   * fades, and aborts when it is its turn again before that is over. Here it goes for good. */
  if (adw_toast_get_priority (toast) == ADW_TOAST_PRIORITY_HIGH)
    {
      adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_NORMAL);
      shoal_toaster_dismiss (self);
    }
  /* One without an end is dismissed by whoever has made it. */
  if (adw_toast_get_timeout (toast) > 0)
    g_set_weak_pointer (&self->toast, toast);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_dismissed_cb), self,
                           G_CONNECT_SWAPPED);
  self->changed_us = g_get_monotonic_time ();
  adw_toast_overlay_add_toast (self->overlay, g_steal_pointer (&owned));
}

void
shoal_toaster_say (ShoalToaster *self, const char *text)
{
  g_return_if_fail (text != NULL);

  g_autofree char *title = g_markup_escape_text (text, -1);

  shoal_toaster_add (self, adw_toast_new (title));
}

GtkWindow *
shoal_toaster_get_window (ShoalToaster *self)
{
  g_return_val_if_fail (SHOAL_IS_TOASTER (self), NULL);

  GtkRoot *root = self->overlay != NULL ? gtk_widget_get_root (GTK_WIDGET (self->overlay)) : NULL;

  return root != NULL ? GTK_WINDOW (root) : NULL;
}

static void
dispose (GObject *object)
{
  ShoalToaster *self = SHOAL_TOASTER (object);

  g_clear_weak_pointer (&self->toast);
  g_clear_weak_pointer (&self->overlay);
  G_OBJECT_CLASS (shoal_toaster_parent_class)->dispose (object);
}

static void
shoal_toaster_class_init (ShoalToasterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
}

static void
shoal_toaster_init (ShoalToaster *self)
{
}

ShoalToaster *
shoal_toaster_new (AdwToastOverlay *overlay)
{
  g_return_val_if_fail (ADW_IS_TOAST_OVERLAY (overlay), NULL);

  ShoalToaster *self = g_object_new (SHOAL_TYPE_TOASTER, NULL);

  g_set_weak_pointer (&self->overlay, overlay);
  return self;
}
