/* shoal-browse-row.c: a row of a search, ready to be shown
 *
 * Very many rows may be loaded and few are ever looked at: texts are made at the first look, and
 * made anew only if what they tell has changed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-browse-row"

#include "config.h"

#include "shoal-browse-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"
#include "shoal-display.h"
#include "shoal-units.h"

/* The names of so many people are shown; the others are counted. */
#define MAX_NAMES (2)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ICON_NAME,
  PROP_PLACE,
  PROP_SIZE,
  PROP_TYPE,
  PROP_WHO,
  PROP_WHEN,
  PROP_DETAILS,
  PROP_STATE,
  PROP_STATE_ICON,
  PROP_LABEL,
  PROP_AVAILABLE,
  N_PROPS
};

struct _ShoalBrowseRow
{
  GObject parent_instance;

  ShoalResult *result;
  char *place;
  char *size;
  char *who;
  char *when;
  char *details;
  char *state;
  char *label;
  ShoalLocalState local;
  gboolean inside; /* its folder is the one that is shown */
};

G_DEFINE_FINAL_TYPE (ShoalBrowseRow, shoal_browse_row, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* ---- Texts ---- */

static char *
make_place (ShoalBrowseRow *self)
{
  const char *path = shoal_result_get_path (self->result);
  const char *folder = shoal_result_get_folder_name (self->result);

  if (folder == NULL)
    return g_strdup ("");
  const char *slash = path != NULL ? strrchr (path, '/') : NULL;
  g_autofree char *inner = slash != NULL ? g_strndup (path, (gsize) (slash - path)) : NULL;
  g_autofree char *place = self->inside || inner == NULL ? g_strdup (self->inside ? inner : folder)
                                                         : g_strconcat (folder, "/", inner, NULL);

  return shoal_display_name (place);
}

static char *
make_who (ShoalBrowseRow *self)
{
  const char *const *users = shoal_result_get_users (self->result);
  guint n_sources = shoal_result_get_n_sources (self->result);
  guint n_online = shoal_result_get_n_online (self->result);
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (; users[n] != NULL && n < MAX_NAMES; n++)
    {
      g_autofree char *user = shoal_display_name (users[n]);

      g_string_append_printf (names, "%s%s", n > 0 ? ", " : "", user);
    }
  if (n_sources > n && users[n] != NULL)
    g_string_append_printf (names, " +%u", n_sources - n);
  /* Our own is here, whether or not the group can be reached. */
  if (n_online == 0 && self->local.kind != SHOAL_LOCAL_SHARED)
    /* Translators: who offers a file; none of them is online */
    return g_strdup_printf (_ ("%s · offline"), names->str);
  if (n_sources > 1)
    /* Translators: who offers a file, and how many of their devices are online */
    return g_strdup_printf (_ ("%s · %u of %u online"), names->str, n_online, n_sources);
  return g_strdup (names->str);
}

static char *
make_state (ShoalLocalState local)
{
  switch (local.kind)
    {
    case SHOAL_LOCAL_FAILED:
      return g_strdup (_ ("Failed"));
    case SHOAL_LOCAL_HERE:
      return g_strdup (_ ("Downloaded"));
    case SHOAL_LOCAL_SHARED:
      return g_strdup (_ ("Yours"));
    case SHOAL_LOCAL_PAUSED:
      /* Translators: a download that is paused; how much is here */
      return g_strdup_printf (_ ("Paused, %u%%"), local.percent);
    case SHOAL_LOCAL_WAITING:
      return g_strdup (_ ("Waiting"));
    case SHOAL_LOCAL_ACTIVE:
      /* Translators: a download; how much is here */
      return g_strdup_printf (_ ("%u%%"), local.percent);
    case SHOAL_LOCAL_NONE:
    default:
      return g_strdup ("");
    }
}

guint
shoal_browse_row_count_state_chars (void)
{
  glong longest = 0;

  for (int kind = SHOAL_LOCAL_NONE; kind <= SHOAL_LOCAL_ACTIVE; kind++)
    {
      g_autofree char *state = make_state ((ShoalLocalState){ kind, 100 });

      longest = MAX (longest, g_utf8_strlen (state, -1));
    }
  return (guint) longest;
}

static const char *
get_state_icon (ShoalBrowseRow *self)
{
  switch (self->local.kind)
    {
    case SHOAL_LOCAL_FAILED:
      return "dialog-warning-symbolic";
    case SHOAL_LOCAL_HERE:
      return "emblem-ok-symbolic";
    case SHOAL_LOCAL_SHARED:
      return "emblem-shared-symbolic";
    case SHOAL_LOCAL_PAUSED:
      return "media-playback-pause-symbolic";
    case SHOAL_LOCAL_WAITING:
      return "document-open-recent-symbolic";
    case SHOAL_LOCAL_ACTIVE:
      return "folder-download-symbolic";
    case SHOAL_LOCAL_NONE:
    default:
      return NULL;
    }
}

static const char *
get_place (ShoalBrowseRow *self)
{
  if (self->place == NULL)
    self->place = make_place (self);
  return self->place;
}

static const char *
get_size (ShoalBrowseRow *self)
{
  if (self->size == NULL)
    self->size = shoal_format_size (shoal_result_get_size (self->result));
  return self->size;
}

static const char *
get_who (ShoalBrowseRow *self)
{
  if (self->who == NULL)
    self->who = make_who (self);
  return self->who;
}

static const char *
get_when (ShoalBrowseRow *self)
{
  if (self->when == NULL)
    self->when = shoal_display_when (shoal_result_get_added_ms (self->result));
  return self->when;
}

static const char *
get_details (ShoalBrowseRow *self)
{
  if (self->details == NULL)
    self->details = g_strdup_printf ("%s · %s", get_size (self), get_who (self));
  return self->details;
}

static const char *
get_state (ShoalBrowseRow *self)
{
  if (self->state == NULL)
    self->state = make_state (self->local);
  return self->state;
}

static const char *
get_label (ShoalBrowseRow *self)
{
  if (self->label == NULL)
    {
      g_autofree char *name = shoal_display_name (shoal_result_get_name (self->result));

      self->label = g_strdup_printf (
          "%s, %s, %s, %s%s%s", name,
          shoal_display_type (shoal_result_get_content_type (self->result)), get_size (self),
          get_who (self), *get_state (self) != '\0' ? ", " : "", get_state (self));
    }
  return self->label;
}

/* ---- The object ---- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ShoalBrowseRow *self = SHOAL_BROWSE_ROW (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (shoal_result_get_name (self->result)));
      break;
    case PROP_ICON_NAME:
      g_value_set_static_string (
          value, shoal_display_type_icon (shoal_result_get_content_type (self->result)));
      break;
    case PROP_PLACE:
      g_value_set_string (value, get_place (self));
      break;
    case PROP_SIZE:
      g_value_set_string (value, get_size (self));
      break;
    case PROP_TYPE:
      g_value_set_static_string (value,
                                 shoal_display_type (shoal_result_get_content_type (self->result)));
      break;
    case PROP_WHO:
      g_value_set_string (value, get_who (self));
      break;
    case PROP_WHEN:
      g_value_set_string (value, get_when (self));
      break;
    case PROP_DETAILS:
      g_value_set_string (value, get_details (self));
      break;
    case PROP_STATE:
      g_value_set_string (value, get_state (self));
      break;
    case PROP_STATE_ICON:
      g_value_set_static_string (value, get_state_icon (self));
      break;
    case PROP_LABEL:
      g_value_set_string (value, get_label (self));
      break;
    case PROP_AVAILABLE:
      g_value_set_boolean (value, shoal_result_get_n_online (self->result) > 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
shoal_browse_row_finalize (GObject *object)
{
  ShoalBrowseRow *self = SHOAL_BROWSE_ROW (object);

  g_clear_object (&self->result);
  g_clear_pointer (&self->place, g_free);
  g_clear_pointer (&self->size, g_free);
  g_clear_pointer (&self->who, g_free);
  g_clear_pointer (&self->when, g_free);
  g_clear_pointer (&self->details, g_free);
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (shoal_browse_row_parent_class)->finalize (object);
}

static void
shoal_browse_row_class_init (ShoalBrowseRowClass *klass)
{
  static const char *const names[] = {
    [PROP_NAME] = "name",   [PROP_ICON_NAME] = "icon-name",
    [PROP_PLACE] = "place", [PROP_SIZE] = "size",
    [PROP_TYPE] = "type",   [PROP_WHO] = "who",
    [PROP_WHEN] = "when",   [PROP_DETAILS] = "details",
    [PROP_STATE] = "state", [PROP_STATE_ICON] = "state-icon",
    [PROP_LABEL] = "label",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = shoal_browse_row_finalize;
  for (guint i = PROP_NAME; i <= PROP_LABEL; i++)
    properties[i] = g_param_spec_string (names[i], NULL, NULL, NULL,
                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, TRUE,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_browse_row_init (ShoalBrowseRow *self)
{
}

ShoalBrowseRow *
shoal_browse_row_new (ShoalResult *result)
{
  g_return_val_if_fail (SHOAL_IS_RESULT (result), NULL);

  ShoalBrowseRow *self = g_object_new (SHOAL_TYPE_BROWSE_ROW, NULL);
  self->result = g_object_ref (result);
  return self;
}

ShoalResult *
shoal_browse_row_get_result (ShoalBrowseRow *self)
{
  g_return_val_if_fail (SHOAL_IS_BROWSE_ROW (self), NULL);
  return self->result;
}

static gboolean
is_told_alike (ShoalResult *a, ShoalResult *b)
{
  return shoal_result_get_n_sources (a) == shoal_result_get_n_sources (b)
         && shoal_result_get_n_online (a) == shoal_result_get_n_online (b)
         && shoal_result_get_added_ms (a) == shoal_result_get_added_ms (b)
         && g_strv_equal (shoal_result_get_users (a), shoal_result_get_users (b));
}

void
shoal_browse_row_set_result (ShoalBrowseRow *self, ShoalResult *result)
{
  g_return_if_fail (SHOAL_IS_BROWSE_ROW (self));
  g_return_if_fail (SHOAL_IS_RESULT (result));

  gboolean alike = is_told_alike (self->result, result);
  g_set_object (&self->result, result);
  if (alike)
    return;
  g_clear_pointer (&self->who, g_free);
  g_clear_pointer (&self->when, g_free);
  g_clear_pointer (&self->details, g_free);
  g_clear_pointer (&self->label, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WHO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WHEN]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAILS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
}

ShoalLocalState
shoal_browse_row_get_local (ShoalBrowseRow *self)
{
  return self->local;
}

void
shoal_browse_row_set_local (ShoalBrowseRow *self, ShoalLocalState local)
{
  g_return_if_fail (SHOAL_IS_BROWSE_ROW (self));

  if (self->local.kind == local.kind && self->local.percent == local.percent)
    return;
  gboolean same_kind = self->local.kind == local.kind;
  self->local = local;
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->label, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
  if (same_kind)
    return;
  g_clear_pointer (&self->who, g_free);
  g_clear_pointer (&self->details, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WHO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAILS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE_ICON]);
}

void
shoal_browse_row_set_inside (ShoalBrowseRow *self, gboolean inside)
{
  g_return_if_fail (SHOAL_IS_BROWSE_ROW (self));

  if (!self->inside == !inside)
    return;
  self->inside = inside;
  g_clear_pointer (&self->place, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLACE]);
}

guint
shoal_browse_row_hash (gconstpointer row)
{
  ShoalResult *result = ((const ShoalBrowseRow *) row)->result;

  return shoal_digest_hash (shoal_result_get_id (result))
         ^ g_str_hash (shoal_result_get_name (result));
}

gboolean
shoal_browse_row_equal (gconstpointer a, gconstpointer b)
{
  ShoalResult *one = ((const ShoalBrowseRow *) a)->result;
  ShoalResult *other = ((const ShoalBrowseRow *) b)->result;

  return shoal_digest_equal (shoal_result_get_id (one), shoal_result_get_id (other))
         && g_str_equal (shoal_result_get_name (one), shoal_result_get_name (other))
         && g_strcmp0 (shoal_result_get_path (one), shoal_result_get_path (other)) == 0
         && g_strcmp0 (shoal_result_get_folder (one), shoal_result_get_folder (other)) == 0;
}
