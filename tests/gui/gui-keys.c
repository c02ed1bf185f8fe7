/* gui-keys.c: for tests: keys as the X server reports them, pressed by nobody
 *
 * They go the whole way that a real key goes: server, GDK, focus, shortcuts. There is no window
 * manager on the test's display, so the keyboard is given to a window here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-keys.h"

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <gdk/x11/gdkx.h>

#include "gui-widgets.h"

static Display *
get_display (void)
{
  static Display *display = NULL;

  if (display == NULL)
    display = XOpenDisplay (NULL);
  g_assert_nonnull (display);
  return display;
}

void
gui_keys_focus (GtkWindow *window)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  Window id = gdk_x11_surface_get_xid (surface);
  G_GNUC_END_IGNORE_DEPRECATIONS

  /* Mapped for GTK is not yet seen by the server; only then can it have the keyboard. */
  gui_settle (GTK_WIDGET (window));
  gui_wait_until (gtk_widget_get_mapped (GTK_WIDGET (window)));
  if (!gtk_window_is_active (window))
    {
      XSetInputFocus (get_display (), id, RevertToParent, CurrentTime);
      XSync (get_display (), False);
    }
  gui_wait_until (gtk_window_is_active (window));
}

static void
send (KeySym symbol, gboolean down)
{
  KeyCode code = XKeysymToKeycode (get_display (), symbol);

  g_assert_cmpuint (code, !=, 0);
  XTestFakeKeyEvent (get_display (), code, down, CurrentTime);
}

/* Whether the key's symbol is the one with Shift on it, as “?” is. */
static gboolean
needs_shift (guint key)
{
  KeyCode code = XKeysymToKeycode (get_display (), key);
  int n = 0;
  KeySym *symbols = XGetKeyboardMapping (get_display (), code, 1, &n);
  gboolean shifted = n > 1 && symbols[0] != key && symbols[1] == key;

  XFree (symbols);
  return shifted;
}

void
gui_key (const char *accelerator)
{
  GdkModifierType modifiers = 0;
  guint key = 0;

  g_assert_true (gtk_accelerator_parse (accelerator, &key, &modifiers));
  if (needs_shift (key))
    modifiers |= GDK_SHIFT_MASK;

  const struct
  {
    GdkModifierType modifier;
    KeySym symbol;
  } held[] = {
    { GDK_CONTROL_MASK, GDK_KEY_Control_L },
    { GDK_SHIFT_MASK, GDK_KEY_Shift_L },
    { GDK_ALT_MASK, GDK_KEY_Alt_L },
  };

  g_test_message ("key %s", accelerator);
  for (gsize i = 0; i < G_N_ELEMENTS (held); i++)
    if ((modifiers & held[i].modifier) != 0)
      send (held[i].symbol, TRUE);
  send (key, TRUE);
  send (key, FALSE);
  for (gsize i = G_N_ELEMENTS (held); i > 0; i--)
    if ((modifiers & held[i - 1].modifier) != 0)
      send (held[i - 1].symbol, FALSE);
  XSync (get_display (), False);
}
