/* shoal-share-row.c: a file or folder that is shared from here, ready to be shown
 *
 * A selection has the rows of all that is selected, looked at or not: so a row is next to nothing
 * until somebody asks for one of its properties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-share-row"

#include "config.h"

#include "shoal-share-row.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-display.h"
#include "shoal-units.h"

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ICON_NAME,
  PROP_PLACE,
  PROP_SIZE,
  PROP_WHEN,
  PROP_FETCHED,
  PROP_STATE,
  PROP_STATE_ICON,
  PROP_DETAILS,
  PROP_LABEL,
  N_PROPS
};

struct _ShoalShareRow
{
  GObject parent_instance;

  ShoalShare *share;
  gulong handler; /* 0 until looked at */
  const char *icon;
  char *place;
  char *texts[N_PROPS]; /* those that change; NULL until looked at */
  ShoalShareState state;
};

G_DEFINE_FINAL_TYPE (ShoalShareRow, shoal_share_row, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

char *
shoal_share_row_dup_state (ShoalShare *share)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (share), NULL);

  guint64 size = shoal_share_get_size (share);
  guint64 done = shoal_share_get_bytes_hashed (share);
  const char *message = shoal_share_get_message (share);
  const char *const *skipped = shoal_share_get_skipped (share);
  guint n_files = shoal_share_get_n_files (share);
  guint n_hidden = shoal_share_get_n_hidden (share);
  guint n_skipped = skipped != NULL ? g_strv_length ((char **) skipped) : 0;

  switch (shoal_share_get_state (share))
    {
    case SHOAL_SHARE_HASHING:
      if (size == 0 || done == 0)
        return g_strdup (_ ("Looking through it"));
      /* Translators: how much of a file has been read to share it */
      return g_strdup_printf (_ ("Checking, %u%%"),
                              (guint) MIN (99.0, 100.0 * (double) done / (double) size));
    case SHOAL_SHARE_WAITING:
      return g_strdup (_ ("Waiting for the group"));
    case SHOAL_SHARE_OFFERED:
      if (n_hidden > 0)
        /* Translators: so many of all files in a folder are shared */
        return g_strdup_printf (_ ("Shared: %u of %u"), n_files, n_files + n_hidden);
      if (n_skipped > 0)
        return g_strdup_printf (ngettext ("Shared, %u left out", "Shared, %u left out", n_skipped),
                                n_skipped);
      return g_strdup (_ ("Shared"));
    case SHOAL_SHARE_NOT_OFFERED:
      if (n_hidden > 0 && shoal_share_get_wanted (share))
        return g_strdup (_ ("Nothing chosen yet"));
      return g_strdup (_ ("Switched off"));
    case SHOAL_SHARE_CHANGED:
      return g_strdup (_ ("Changed on disk"));
    case SHOAL_SHARE_MISSING:
      return g_strdup (_ ("Missing"));
    case SHOAL_SHARE_FAILED:
    default:
      return g_strdup (message != NULL ? message : _ ("Cannot be shared"));
    }
}

static const char *
get_state_icon (ShoalShareRow *self)
{
  switch (shoal_share_get_state (self->share))
    {
    case SHOAL_SHARE_HASHING:
    case SHOAL_SHARE_CHANGED:
      return "emblem-synchronizing-symbolic";
    case SHOAL_SHARE_WAITING:
      return "document-open-recent-symbolic";
    case SHOAL_SHARE_OFFERED:
      return "emblem-ok-symbolic";
    case SHOAL_SHARE_NOT_OFFERED:
      return "media-playback-pause-symbolic";
    case SHOAL_SHARE_MISSING:
    case SHOAL_SHARE_FAILED:
    default:
      return "dialog-warning-symbolic";
    }
}

static const char *get_text (ShoalShareRow *self, guint id);

static char *
make_text (ShoalShareRow *self, guint id)
{
  g_autofree char *path = NULL;
  guint n;

  switch (id)
    {
    case PROP_SIZE:
      return shoal_format_size (shoal_share_get_size (self->share));
    case PROP_WHEN:
      return shoal_display_when (shoal_share_get_added_ms (self->share));
    case PROP_FETCHED:
      n = shoal_share_get_n_fetched (self->share);
      if (n == 0)
        return g_strdup (_ ("Never"));
      return g_strdup_printf (ngettext ("%u time", "%u times", n), n);
    case PROP_STATE:
      return shoal_share_row_dup_state (self->share);
    case PROP_DETAILS:
      n = shoal_share_get_n_fetched (self->share);
      if (n == 0)
        return g_strdup (get_text (self, PROP_SIZE));
      /* Translators: a size, and how often it was fetched */
      return g_strdup_printf (ngettext ("%s · fetched %u time", "%s · fetched %u times", n),
                              get_text (self, PROP_SIZE), n);
    case PROP_LABEL:
    default:
      path = shoal_display_name (shoal_share_get_path (self->share));
      return g_strdup_printf ("%s, %s, %s", path, get_text (self, PROP_DETAILS),
                              get_text (self, PROP_STATE));
    }
}

static const char *
get_text (ShoalShareRow *self, guint id)
{
  if (self->texts[id] == NULL)
    self->texts[id] = make_text (self, id);
  return self->texts[id];
}

/* Whatever of it was looked at and reads differently now is told. */
static void
on_notify_cb (ShoalShareRow *self)
{
  for (guint id = PROP_SIZE; id <= PROP_LABEL; id++)
    {
      g_autofree char *before = g_steal_pointer (&self->texts[id]);

      if (before != NULL && g_strcmp0 (before, get_text (self, id)) != 0)
        g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
    }
  if (self->state == shoal_share_get_state (self->share))
    return;
  self->state = shoal_share_get_state (self->share);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE_ICON]);
}

static void
begin_to_show (ShoalShareRow *self)
{
  g_autofree char *folder = g_path_get_dirname (shoal_share_get_path (self->share));

  self->state = shoal_share_get_state (self->share);
  self->icon = shoal_share_is_folder (self->share)
                   ? shoal_display_type_icon ("folder")
                   : shoal_display_name_icon (shoal_share_get_name (self->share));
  self->place = shoal_display_folder (folder);
  self->handler = g_signal_connect_object (self->share, "notify", G_CALLBACK (on_notify_cb), self,
                                           G_CONNECT_SWAPPED);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalShareRow *self = SHOAL_SHARE_ROW (object);

  if (self->handler == 0)
    begin_to_show (self);
  switch (id)
    {
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (shoal_share_get_name (self->share)));
      break;
    case PROP_ICON_NAME:
      g_value_set_static_string (value, self->icon);
      break;
    case PROP_PLACE:
      g_value_set_string (value, self->place);
      break;
    case PROP_STATE_ICON:
      g_value_set_static_string (value, get_state_icon (self));
      break;
    case PROP_SIZE:
    case PROP_WHEN:
    case PROP_FETCHED:
    case PROP_STATE:
    case PROP_DETAILS:
    case PROP_LABEL:
      g_value_set_string (value, get_text (self, id));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
shoal_share_row_finalize (GObject *object)
{
  ShoalShareRow *self = SHOAL_SHARE_ROW (object);

  for (guint id = 0; id < N_PROPS; id++)
    g_clear_pointer (&self->texts[id], g_free);
  g_clear_pointer (&self->place, g_free);
  g_clear_object (&self->share);
  G_OBJECT_CLASS (shoal_share_row_parent_class)->finalize (object);
}

static void
shoal_share_row_class_init (ShoalShareRowClass *klass)
{
  static const char *const names[] = {
    [PROP_NAME] = "name",       [PROP_ICON_NAME] = "icon-name",
    [PROP_PLACE] = "place",     [PROP_SIZE] = "size",
    [PROP_WHEN] = "when",       [PROP_FETCHED] = "fetched",
    [PROP_STATE] = "state",     [PROP_STATE_ICON] = "state-icon",
    [PROP_DETAILS] = "details", [PROP_LABEL] = "label",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = shoal_share_row_finalize;
  for (guint i = PROP_NAME; i < N_PROPS; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, NULL,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_share_row_init (ShoalShareRow *self)
{
}

ShoalShareRow *
shoal_share_row_new (ShoalShare *share)
{
  g_return_val_if_fail (SHOAL_IS_SHARE (share), NULL);

  ShoalShareRow *self = g_object_new (SHOAL_TYPE_SHARE_ROW, NULL);

  self->share = g_object_ref (share);
  return self;
}

ShoalShare *
shoal_share_row_get_share (ShoalShareRow *self)
{
  g_return_val_if_fail (SHOAL_IS_SHARE_ROW (self), NULL);
  return self->share;
}
