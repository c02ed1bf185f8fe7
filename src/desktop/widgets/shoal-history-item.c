/* shoal-history-item.c: an ended transfer as its row shows it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history-item"

#include "config.h"

#include "shoal-history-item.h"

#include <glib/gi18n.h>
#include <string.h>

#include "shoal-display-name.h"
#include "shoal-units.h"
#include "shoal-words.h"

struct _ShoalHistoryItem
{
  GObject parent_instance;

  ShoalHistoryEntry *entry;
  char *folded;
};

G_DEFINE_FINAL_TYPE (ShoalHistoryItem, shoal_history_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ICON_NAME,
  PROP_WITH,
  PROP_NUMBERS,
  PROP_WHEN,
  PROP_OUTCOME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
has_outcome (const ShoalHistoryEntry *entry, const char *outcome)
{
  return g_strcmp0 (entry->outcome, outcome) == 0;
}

static char *
dup_with (const ShoalHistoryEntry *entry)
{
  if (entry->users == NULL || *entry->users == '\0')
    return g_strdup (entry->upload ? _ ("Upload") : _ ("Download"));
  /* Translators: %s are names of people */

  g_autofree char *users = shoal_display_name (entry->users);
  return g_strdup_printf (entry->upload ? _ ("To %s") : _ ("From %s"), users);
}

static char *
dup_numbers (const ShoalHistoryEntry *entry)
{
  g_autofree char *bytes = shoal_format_size (entry->bytes);
  g_autofree char *elapsed = shoal_format_duration (entry->elapsed_ms);

  if (entry->elapsed_ms <= 0 || entry->bytes == 0)
    return g_steal_pointer (&bytes);
  g_autofree char *rate
      = shoal_format_rate ((double) entry->bytes * 1000 / (double) entry->elapsed_ms);
  /* Translators: an amount, a length of time and a speed: "1.2 GB in 34 s, 35 MB/s" */
  return g_strdup_printf (_ ("%s in %s, %s"), bytes, elapsed, rate);
}

static char *
dup_outcome (const ShoalHistoryEntry *entry)
{
  if (has_outcome (entry, "cancelled"))
    return g_strdup (_ ("Cancelled"));
  if (has_outcome (entry, "failed"))
    return entry->reason != NULL ? g_strdup_printf (_ ("Failed: %s"), entry->reason)
                                 : g_strdup (_ ("Failed"));
  if (entry->bad_sources != NULL && *entry->bad_sources != '\0')
    /* Translators: %s are names of people */
    return g_strdup_printf (_ ("Finished; wrong data from %s was thrown away"), entry->bad_sources);
  return entry->reason != NULL ? g_strdup_printf (_ ("Finished. %s"), entry->reason)
                               : g_strdup (_ ("Finished"));
}

static const char *
get_icon_name (const ShoalHistoryEntry *entry)
{
  if (has_outcome (entry, "failed"))
    return "dialog-warning-symbolic";
  if (has_outcome (entry, "cancelled"))
    return "process-stop-symbolic";
  return entry->upload ? "network-transmit-symbolic" : "network-receive-symbolic";
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const ShoalHistoryEntry *entry = SHOAL_HISTORY_ITEM (object)->entry;

  switch (id)
    {
    case PROP_NAME:
      g_value_take_string (value, shoal_display_name (entry->name));
      break;
    case PROP_ICON_NAME:
      g_value_set_static_string (value, get_icon_name (entry));
      break;
    case PROP_WITH:
      g_value_take_string (value, dup_with (entry));
      break;
    case PROP_NUMBERS:
      g_value_take_string (value, dup_numbers (entry));
      break;
    case PROP_WHEN:
      g_value_take_string (value, shoal_words_moment (entry->ended_ms));
      break;
    case PROP_OUTCOME:
      g_value_take_string (value, dup_outcome (entry));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
finalize (GObject *object)
{
  ShoalHistoryItem *self = SHOAL_HISTORY_ITEM (object);

  g_clear_pointer (&self->entry, shoal_history_entry_free);
  g_free (self->folded);
  G_OBJECT_CLASS (shoal_history_item_parent_class)->finalize (object);
}

static void
shoal_history_item_class_init (ShoalHistoryItemClass *klass)
{
  static const char *const names[N_PROPS] = {
    [PROP_NAME] = "name",       [PROP_ICON_NAME] = "icon-name", [PROP_WITH] = "with",
    [PROP_NUMBERS] = "numbers", [PROP_WHEN] = "when",           [PROP_OUTCOME] = "outcome",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = finalize;
  for (guint id = 1; id < N_PROPS; id++)
    properties[id] = g_param_spec_string (names[id], NULL, NULL, NULL,
                                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_history_item_init (ShoalHistoryItem *self)
{
}

ShoalHistoryItem *
shoal_history_item_new (ShoalHistoryEntry *entry)
{
  ShoalHistoryItem *self = g_object_new (SHOAL_TYPE_HISTORY_ITEM, NULL);

  self->entry = entry;
  return self;
}

const ShoalHistoryEntry *
shoal_history_item_get_entry (ShoalHistoryItem *self)
{
  g_return_val_if_fail (SHOAL_IS_HISTORY_ITEM (self), NULL);
  return self->entry;
}

gboolean
shoal_history_item_matches (ShoalHistoryItem *self, const char *needle)
{
  g_return_val_if_fail (SHOAL_IS_HISTORY_ITEM (self), FALSE);

  if (self->folded == NULL)
    {
      g_autofree char *text
          = g_strconcat (self->entry->name != NULL ? self->entry->name : "", "\n",
                         self->entry->users != NULL ? self->entry->users : "", NULL);

      self->folded = g_utf8_casefold (text, -1);
    }
  return strstr (self->folded, needle) != NULL;
}
