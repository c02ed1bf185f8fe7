/* gui-widgets.c: for tests: waiting, finding what is on the screen, and doing what a user does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "gui-widgets.h"

#include <string.h>

/* How long something may take before it counts as never: only a failing test waits that long. */
#define PATIENCE_SECONDS (60)
#define TICK_MS (10)

/* ---- Waiting ---- */

gint64
gui_deadline (void)
{
  const char *patience = g_getenv ("SHOAL_PATIENCE");
  gint64 seconds = patience != NULL ? g_ascii_strtoll (patience, NULL, 10) : PATIENCE_SECONDS;

  return g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
}

static gboolean
on_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
print_words (GtkWidget *widget, gconstpointer data)
{
  if (GTK_IS_LABEL (widget))
    g_printerr ("#   “%s”\n", gtk_label_get_text (GTK_LABEL (widget)));
  else if (GTK_IS_TEXT (widget))
    g_printerr ("#   [%s]\n", gtk_editable_get_text (GTK_EDITABLE (widget)));
  return FALSE;
}

/* For whoever reads the log of a failed test. */
static void
describe_windows (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());
  const char *build = g_getenv ("SHOAL_BUILD_DIR");

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      g_autofree char *program = g_path_get_basename (g_get_prgname ());
      g_autofree char *name = g_strdup_printf ("%s-%u.png", program, i);
      g_autofree char *path = g_build_filename (build != NULL ? build : g_get_tmp_dir (),
                                                build != NULL ? "meson-logs" : ".", name, NULL);

      g_printerr ("# %s “%s”, drawn in %s, shows:\n", G_OBJECT_TYPE_NAME (window),
                  gtk_window_get_title (window), path);
      gui_find_match (GTK_WIDGET (window), print_words, NULL);
      if (gtk_widget_get_mapped (GTK_WIDGET (window)))
        gui_picture (window, path);
    }
}

void
gui_tick (gint64 deadline, const char *what, const char *file, int line)
{
  guint id = 0;

  if (g_get_monotonic_time () > deadline)
    {
      g_autofree char *message = g_strdup_printf ("gave up waiting until %s", what);

      describe_windows ();
      g_assertion_message (G_LOG_DOMAIN, file, line, G_STRFUNC, message);
    }
  id = g_timeout_add (TICK_MS, on_tick_cb, NULL);
  g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static gboolean
on_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  guint *n_frames = user_data;

  *n_frames += 1;
  return G_SOURCE_CONTINUE;
}

void
gui_settle (GtkWidget *widget)
{
  guint n_frames = 0;
  guint id = gtk_widget_add_tick_callback (widget, on_frame_cb, &n_frames, NULL);

  /* The first frame lays out, the second one shows what laying out has caused. */
  gui_wait_until (n_frames >= 3);
  gtk_widget_remove_tick_callback (widget, id);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
gui_picture (GtkWindow *window, const char *path)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (GTK_WIDGET (window));
  int height = gtk_widget_get_height (GTK_WIDGET (window));
  GskRenderNode *node = NULL;

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    {
      g_printerr ("# Nothing is drawn in “%s”\n", gtk_window_get_title (window));
      return;
    }

  graphene_rect_t area = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (
      gtk_native_get_renderer (GTK_NATIVE (window)), node, &area);

  if (!gdk_texture_save_to_png (texture, path))
    g_printerr ("# Cannot write %s\n", path);
  gsk_render_node_unref (node);
}

/* ---- Finding ---- */

GtkWidget *
gui_find_match (GtkWidget *root, GuiMatch match, gconstpointer data)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (match (root, data))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = gui_find_match (child, match, data);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_id (GtkWidget *widget, gconstpointer data)
{
  return g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), data) == 0;
}

GtkWidget *
gui_find (GtkWidget *root, const char *id)
{
  return gui_find_match (root, has_id, id);
}

static gboolean
has_type (GtkWidget *widget, gconstpointer data)
{
  return g_type_is_a (G_OBJECT_TYPE (widget), *(const GType *) data);
}

GtkWidget *
gui_find_type (GtkWidget *root, GType type)
{
  return gui_find_match (root, has_type, &type);
}

static gboolean
has_text (GtkWidget *widget, gconstpointer data)
{
  if (GTK_IS_LABEL (widget))
    return strstr (gtk_label_get_text (GTK_LABEL (widget)), data) != NULL;
  if (GTK_IS_INSCRIPTION (widget))
    return gtk_inscription_get_text (GTK_INSCRIPTION (widget)) != NULL
           && strstr (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), data) != NULL;
  return FALSE;
}

GtkWidget *
gui_find_text (GtkWidget *root, const char *text)
{
  return gui_find_match (root, has_text, text);
}

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_SWITCH (widget) || GTK_IS_CHECK_BUTTON (widget)
         || GTK_IS_MENU_BUTTON (widget) || GTK_IS_LIST_BOX_ROW (widget);
}

static gboolean
is_control_named (GtkWidget *widget, gconstpointer data)
{
  g_autofree char *name = is_control (widget) ? gui_dup_name (widget) : NULL;

  return g_strcmp0 (name, data) == 0;
}

GtkWidget *
gui_find_control (GtkWidget *root, const char *name)
{
  return gui_find_match (root, is_control_named, name);
}

GtkWidget *
gui_find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_type_is_a (G_OBJECT_TYPE (window), type) && gtk_widget_get_mapped (window))
        return window; /* GTK keeps it */
    }
  return NULL;
}

GtkWidget *
gui_find_other_window (GtkWidget *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) other = g_list_model_get_item (windows, i);

      if (other != window && gtk_widget_get_mapped (other))
        return other; /* GTK keeps it */
    }
  return NULL;
}

GtkWidget *
gui_get (GtkWidget *root, const char *id)
{
  GtkWidget *found = NULL;

  g_test_message ("waiting for “%s”", id);
  gui_wait_until ((found = gui_find (root, id)) != NULL);
  return found;
}

GtkWidget *
gui_get_type (GtkWidget *root, GType type)
{
  GtkWidget *found = NULL;

  gui_wait_until ((found = gui_find_type (root, type)) != NULL);
  return found;
}

GtkWidget *
gui_get_window (GType type)
{
  GtkWidget *found = NULL;

  g_test_message ("waiting for a window of %s", g_type_name (type));
  gui_wait_until ((found = gui_find_window (type)) != NULL);
  return found;
}

/* ---- Names ---- */

/* The label that was set for screen readers. */
static char *
dup_set_label (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  if (!gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL))
    return NULL;
  /* There is no getter: the check says what it found instead of what it expected. */
  return gtk_test_accessible_check_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, "\x01");
}

static char *
non_empty (char *text)
{
  if (text != NULL && *g_strstrip (text) != '\0')
    return text;
  g_free (text);
  return NULL;
}

static char *
without_mnemonic (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (; text != NULL && *text != '\0'; text++)
    if (*text != '_' || text[1] == '_')
      g_string_append_c (plain, *text == '_' ? *text++ : *text);
  return g_string_free (plain, FALSE);
}

static gboolean
find_words (GtkWidget *widget, gconstpointer data)
{
  return GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0';
}

static char *
dup_label_below (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *label = gui_find_match (child, find_words, NULL);

      if (label != NULL)
        return g_strdup (gtk_label_get_text (GTK_LABEL (label)));
    }
  return NULL;
}

/* The words of what the widget says it is labelled by. A button says so of its icon, too, which has
 * none. */
static char *
dup_labelling_words (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
  g_autofree char *found = NULL;

  if (!gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return NULL;
  /* Again the check is the getter: it names the others as “GtkLabel<0x123>”. */
  found = gtk_test_accessible_check_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                              accessible, NULL);
  for (const char *at = found; at != NULL && (at = strstr (at, "<0x")) != NULL; at++)
    {
      GtkWidget *other = GTK_WIDGET (g_ascii_strtoull (at + 1, NULL, 16));

      if (GTK_IS_LABEL (other))
        return g_strdup (gtk_label_get_text (GTK_LABEL (other)));
      if (!GTK_IS_IMAGE (other))
        return gui_dup_name (other);
    }
  return NULL;
}

/* The order of the accessible name computation: what was set, a label that points here, the
 * widget's own words, its tooltip. */
char *
gui_dup_name (GtkWidget *widget)
{
  char *name = non_empty (dup_set_label (widget));
  g_autoptr (GList) mnemonics = NULL;

  if (name != NULL)
    {
      /* A button's own words come with the mark of the mnemonic. */
      g_autofree char *marked = name;

      return GTK_IS_BUTTON (widget) ? without_mnemonic (marked) : g_steal_pointer (&marked);
    }
  mnemonics = gtk_widget_list_mnemonic_labels (widget);
  if (mnemonics != NULL)
    return g_strdup (gtk_label_get_text (mnemonics->data));
  name = non_empty (dup_labelling_words (widget));
  if (name != NULL)
    return name;
  if (ADW_IS_PREFERENCES_ROW (widget))
    name = without_mnemonic (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));
  else if (GTK_IS_LABEL (widget))
    name = g_strdup (gtk_label_get_text (GTK_LABEL (widget)));
  else if (is_control (widget))
    name = dup_label_below (widget);
  name = non_empty (name);
  if (name == NULL)
    name = non_empty (g_strdup (gtk_widget_get_tooltip_text (widget)));
  return name;
}

/* ---- Doing ---- */

static void
assert_usable (GtkWidget *widget)
{
  g_assert_nonnull (widget);
  gui_wait_until (gtk_widget_get_mapped (widget) && gtk_widget_is_sensitive (widget));
}

void
gui_press (GtkWidget *widget)
{
  assert_usable (widget);
  if (GTK_IS_BUTTON (widget))
    g_signal_emit_by_name (widget, "clicked");
  else if (GTK_IS_SWITCH (widget))
    gtk_switch_set_active (GTK_SWITCH (widget), !gtk_switch_get_active (GTK_SWITCH (widget)));
  else
    g_assert_true (gtk_widget_activate (widget));
}

void
gui_press_control (GtkWidget *root, const char *name)
{
  GtkWidget *found = NULL;

  g_test_message ("waiting for the control “%s”", name);
  gui_wait_until ((found = gui_find_control (root, name)) != NULL);
  gui_press (found);
}

void
gui_type (GtkWidget *entry, const char *text)
{
  assert_usable (entry);
  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

void
gui_enter (GtkWidget *entry)
{
  assert_usable (entry);

  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (entry));

  while (!GTK_IS_TEXT (text))
    text = gtk_editable_get_delegate (text);
  g_signal_emit_by_name (text, "activate");
}

void
gui_act (GtkWidget *widget, const char *action, const char *format, ...)
{
  g_autoptr (GVariant) parameter = NULL;
  va_list arguments;

  if (format != NULL)
    {
      va_start (arguments, format);
      parameter = g_variant_ref_sink (g_variant_new_va (format, NULL, &arguments));
      va_end (arguments);
    }
  g_test_message ("action %s", action);
  g_assert_true (gtk_widget_activate_action_variant (widget, action, parameter));
}
