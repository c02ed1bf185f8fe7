/* shoal-notifier.c: tells the user about downloads that have ended
 *
 *   history "added" → pending → (a second later) joined to a note that is fresh, or a new one →
 *   sent → withdrawn when looked at, acted upon or no longer so
 *
 * A note says either what has finished or what has failed. Its id is made from its first entry, so
 * that a later process does not overwrite what an earlier one has said.
 *
 * Text that comes from the network is shown, but some desktops read the body as markup and others
 * do not, so nothing in it may look like a tag.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-notifier"

#include "config.h"

#include "shoal-notifier.h"

#include <glib/gi18n.h>

#include "shoal-display-name.h"
#include "shoal-notified.h"

/* What ends within this time is told at once. */
#define COLLECT_MS 1000
/* A note is taken to be in sight for so long after it was sent; what ends meanwhile joins it. */
#define FRESH_US (60 * G_USEC_PER_SEC)
/* A note is not withdrawn sooner: the desktop has to have given it a number. */
#define SETTLE_MS 1500
#define LEAVE_MS 250
#define MAX_NOTES 16
#define MAX_NAMES 3
#define MAX_TEXT_CHARS 200

/* A download that has ended. */
typedef struct
{
  char *uuid;
  char *profile;
  char *name;
  char *reason; /* (nullable) */
  ShoalDigest id;
  gint64 ended_ms;
  gboolean failed;
} Ended;

/* A notification that was sent. */
typedef struct
{
  char *id;
  gboolean failed;
  GPtrArray *ended;
  gint64 sent_us;
} Note;

/* A notification that is to be withdrawn. */
typedef struct
{
  char *id;
  gint64 due_us;
} Leaving;

struct _ShoalNotifier
{
  GObject parent_instance;

  GApplication *application;
  GSettings *settings;
  ShoalEngine *engine;
  GPtrArray *pending; /* of Ended */
  GPtrArray *notes;   /* of Note, oldest first */
  GPtrArray *leaving; /* of Leaving */
  guint pending_id;
  guint leave_id;
  gboolean looked_at;
};

G_DEFINE_FINAL_TYPE (ShoalNotifier, shoal_notifier, G_TYPE_OBJECT)

static void
ended_free (gpointer data)
{
  Ended *ended = data;

  g_free (ended->uuid);
  g_free (ended->profile);
  g_free (ended->name);
  g_free (ended->reason);
  g_free (ended);
}

static void
note_free (gpointer data)
{
  Note *note = data;

  g_free (note->id);
  g_ptr_array_unref (note->ended);
  g_free (note);
}

/* ---- Withdrawing ---- */

static void
leaving_free (gpointer data)
{
  Leaving *leaving = data;

  g_free (leaving->id);
  g_free (leaving);
}

static void
withdraw_due (ShoalNotifier *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->leaving->len; i > 0; i--)
    {
      const Leaving *leaving = g_ptr_array_index (self->leaving, i - 1);

      if (leaving->due_us > now)
        continue;
      g_application_withdraw_notification (self->application, leaving->id);
      g_ptr_array_remove_index (self->leaving, i - 1);
    }
}

static gboolean
on_leave_cb (gpointer user_data)
{
  ShoalNotifier *self = user_data;

  withdraw_due (self);
  if (self->leaving->len > 0)
    return G_SOURCE_CONTINUE;
  self->leave_id = 0;
  return G_SOURCE_REMOVE;
}

static void
withdraw_in (ShoalNotifier *self, const char *id, gint64 ms)
{
  Leaving *leaving = g_new0 (Leaving, 1);

  leaving->id = g_strdup (id);
  leaving->due_us = g_get_monotonic_time () + CLAMP (ms, 0, SETTLE_MS) * 1000;
  g_ptr_array_add (self->leaving, leaving);
  withdraw_due (self);
  if (self->leaving->len > 0 && self->leave_id == 0)
    self->leave_id = g_timeout_add (LEAVE_MS, on_leave_cb, self);
}

void
shoal_notifier_withdraw (ShoalNotifier *self, const char *id)
{
  g_return_if_fail (SHOAL_IS_NOTIFIER (self));
  withdraw_in (self, id, SETTLE_MS);
}

static void
withdraw (ShoalNotifier *self, const Note *note)
{
  withdraw_in (self, note->id, SETTLE_MS - (g_get_monotonic_time () - note->sent_us) / 1000);
}

static gboolean
drop_all (const Ended *ended, gconstpointer data)
{
  return TRUE;
}

static gboolean
has_uuid (const Ended *ended, gconstpointer data)
{
  return g_str_equal (ended->uuid, data);
}

static gboolean
ended_until (const Ended *ended, gconstpointer data)
{
  return ended->ended_ms <= *(const gint64 *) data;
}

/* A failure of content that is here after all. */
static gboolean
is_repaired (const Ended *ended, gconstpointer data)
{
  return ended->failed && shoal_digest_equal (&ended->id, data);
}

static void
drop_pending (ShoalNotifier *self,
              gboolean (*matches) (const Ended *ended, gconstpointer data),
              gconstpointer data)
{
  for (guint i = self->pending->len; i > 0; i--)
    if (matches (g_ptr_array_index (self->pending, i - 1), data))
      g_ptr_array_remove_index (self->pending, i - 1);
}

/* A note that has lost one of its entries says too much: it goes as a whole, and quietly. */
static void
drop (ShoalNotifier *self,
      gboolean (*matches) (const Ended *ended, gconstpointer data),
      gconstpointer data)
{
  drop_pending (self, matches, data);
  for (guint i = self->notes->len; i > 0; i--)
    {
      const Note *note = g_ptr_array_index (self->notes, i - 1);
      gboolean stale = FALSE;

      for (guint e = 0; e < note->ended->len && !stale; e++)
        stale = matches (g_ptr_array_index (note->ended, e), data);
      if (!stale)
        continue;
      withdraw (self, note);
      g_ptr_array_remove_index (self->notes, i - 1);
    }
}

/* ---- Sending ---- */

/* Returns: (transfer full): @text without what a desktop could take for a tag, and not endless */
static char *
make_plain (const char *text)
{
  g_autofree char *valid = shoal_display_name (text);
  GString *plain = g_string_new (NULL);
  glong n = 0;

  for (const char *at = valid; *at != '\0' && n < MAX_TEXT_CHARS; at = g_utf8_next_char (at), n++)
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (plain, c == '<' ? 0x2039 : c == '>' ? 0x203a : c);
    }
  if (n == MAX_TEXT_CHARS)
    g_string_append (plain, "…");
  return g_string_free (plain, FALSE);
}

static char *
make_body (const Note *note)
{
  const Ended *first = g_ptr_array_index (note->ended, 0);
  guint n = note->ended->len;
  GString *body;

  if (n == 1)
    {
      g_autofree char *name = make_plain (first->name);
      g_autofree char *reason = first->reason != NULL ? make_plain (first->reason) : NULL;

      /* Translators: the name of a download, and why it has failed */
      return reason != NULL ? g_strdup_printf (_ ("%s: %s"), name, reason)
                            : g_steal_pointer (&name);
    }
  /* The newest first. */
  body = g_string_new (NULL);
  for (guint i = n; i > 0 && n - i < MAX_NAMES; i--)
    {
      g_autofree char *name
          = make_plain (((const Ended *) g_ptr_array_index (note->ended, i - 1))->name);

      g_string_append_printf (body, "%s%s", i < n ? "\n" : "", name);
    }
  if (n > MAX_NAMES)
    {
      g_string_append_c (body, '\n');
      g_string_append_printf (body, ngettext ("and %u more", "and %u more", n - MAX_NAMES),
                              n - MAX_NAMES);
    }
  return g_string_free (body, FALSE);
}

static char *
make_title (const Note *note)
{
  guint n = note->ended->len;

  if (note->failed)
    return n == 1 ? g_strdup (_ ("Download Failed"))
                  : g_strdup_printf (ngettext ("%u Download Failed", "%u Downloads Failed", n), n);
  return n == 1
             ? g_strdup (_ ("Download Finished"))
             : g_strdup_printf (ngettext ("%u Download Finished", "%u Downloads Finished", n), n);
}

static void
send (ShoalNotifier *self, Note *note)
{
  g_autofree char *title = make_title (note);
  g_autofree char *body = make_body (note);
  g_autoptr (GNotification) notification = g_notification_new (title);
  const Ended *first = g_ptr_array_index (note->ended, 0);
  /* What has finished is kept in the history; what has failed can be tried again among the others.
   */
  const char *page = note->failed ? "transfers" : "history";

  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-page", "s", page);
  if (note->failed)
    g_notification_add_button_with_target (notification, _ ("Show Transfers"), "app.show-page", "s",
                                           page);
  else if (note->ended->len > 1)
    g_notification_add_button_with_target (notification, _ ("Show Downloads"), "app.show-page", "s",
                                           page);
  else
    {
      g_autoptr (GVariant) target
                 = g_variant_ref_sink (shoal_notified_make_target (first->profile, first->uuid));

      g_notification_add_button_with_target_value (notification, _ ("Open"), "app.open-download",
                                                   target);
      g_notification_add_button_with_target_value (notification, _ ("Show in Folder"),
                                                   "app.show-download", target);
    }
  note->sent_us = g_get_monotonic_time ();
  g_application_send_notification (self->application, note->id, notification);
}

static Note *
find_fresh (ShoalNotifier *self, const Ended *ended)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = self->notes->len; i > 0; i--)
    {
      Note *note = g_ptr_array_index (self->notes, i - 1);

      if (note->failed == ended->failed && now - note->sent_us < FRESH_US)
        return note;
    }
  return NULL;
}

static Note *
add_note (ShoalNotifier *self, const Ended *first)
{
  Note *note = g_new0 (Note, 1);

  note->id = g_strdup_printf ("%s-%s", first->failed ? "failed" : "finished", first->uuid);
  note->failed = first->failed;
  note->ended = g_ptr_array_new_with_free_func (ended_free);
  if (self->notes->len == MAX_NOTES)
    {
      withdraw (self, g_ptr_array_index (self->notes, 0));
      g_ptr_array_remove_index (self->notes, 0);
    }
  g_ptr_array_add (self->notes, note);
  return note;
}

static void
send_kind (ShoalNotifier *self, gboolean failed)
{
  Note *note = NULL;

  for (guint i = 0; i < self->pending->len;)
    {
      Ended *ended = g_ptr_array_index (self->pending, i);

      if (ended->failed != failed)
        {
          i++;
          continue;
        }
      if (note == NULL)
        note = find_fresh (self, ended);
      if (note == NULL)
        note = add_note (self, ended);
      g_ptr_array_add (note->ended, g_ptr_array_steal_index (self->pending, i));
    }
  if (note != NULL)
    send (self, note);
}

static gboolean
on_collected_cb (gpointer user_data)
{
  ShoalNotifier *self = user_data;

  self->pending_id = 0;
  send_kind (self, FALSE);
  send_kind (self, TRUE);
  return G_SOURCE_REMOVE;
}

/* ---- What ends ---- */

static void
on_added_cb (ShoalHistory *history, const ShoalHistoryEntry *entry, ShoalNotifier *self)
{
  gboolean failed = g_strcmp0 (entry->outcome, "failed") == 0;
  gboolean finished = g_strcmp0 (entry->outcome, "finished") == 0;
  Ended *ended;

  if (entry->upload || self->engine == NULL || !(failed || finished))
    return;
  if (finished)
    drop (self, is_repaired, &entry->id);
  if (self->looked_at
      || !g_settings_get_boolean (self->settings, failed ? "notify-failed" : "notify-finished"))
    return;
  ended = g_new0 (Ended, 1);
  ended->uuid = g_strdup (entry->uuid);
  ended->profile = g_strdup (shoal_profile_get_id (shoal_engine_get_profile (self->engine)));
  ended->name = g_strdup (entry->name);
  ended->reason = failed ? g_strdup (entry->reason) : NULL;
  ended->id = entry->id;
  ended->ended_ms = entry->ended_ms;
  ended->failed = failed;
  g_ptr_array_add (self->pending, ended);
  if (self->pending_id == 0)
    self->pending_id = g_timeout_add (COLLECT_MS, on_collected_cb, self);
}

static void
on_cleared_cb (ShoalHistory *history, gint64 until_ms, ShoalNotifier *self)
{
  drop (self, ended_until, &until_ms);
}

void
shoal_notifier_set_engine (ShoalNotifier *self, ShoalEngine *engine)
{
  g_return_if_fail (SHOAL_IS_NOTIFIER (self));

  if (self->engine == engine)
    return;
  if (self->engine != NULL)
    g_signal_handlers_disconnect_by_data (shoal_engine_get_history (self->engine), self);
  g_set_object (&self->engine, engine);
  if (engine == NULL)
    return;
  g_signal_connect_object (shoal_engine_get_history (engine), "added", G_CALLBACK (on_added_cb),
                           self, 0);
  g_signal_connect_object (shoal_engine_get_history (engine), "cleared", G_CALLBACK (on_cleared_cb),
                           self, 0);
}

void
shoal_notifier_set_looked_at (ShoalNotifier *self, gboolean looked_at)
{
  g_return_if_fail (SHOAL_IS_NOTIFIER (self));

  self->looked_at = looked_at;
  if (looked_at)
    drop (self, drop_all, NULL);
}

void
shoal_notifier_forget (ShoalNotifier *self, const char *uuid)
{
  g_return_if_fail (SHOAL_IS_NOTIFIER (self));
  drop (self, has_uuid, uuid);
}

/* ---- Class ---- */

static void
shoal_notifier_dispose (GObject *object)
{
  ShoalNotifier *self = SHOAL_NOTIFIER (object);

  g_clear_handle_id (&self->pending_id, g_source_remove);
  g_clear_handle_id (&self->leave_id, g_source_remove);
  if (self->settings != NULL)
    shoal_notifier_set_engine (self, NULL);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (shoal_notifier_parent_class)->dispose (object);
}

static void
shoal_notifier_finalize (GObject *object)
{
  ShoalNotifier *self = SHOAL_NOTIFIER (object);

  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->notes);
  g_ptr_array_unref (self->leaving);
  G_OBJECT_CLASS (shoal_notifier_parent_class)->finalize (object);
}

static void
shoal_notifier_class_init (ShoalNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = shoal_notifier_dispose;
  G_OBJECT_CLASS (klass)->finalize = shoal_notifier_finalize;
}

static void
shoal_notifier_init (ShoalNotifier *self)
{
  self->pending = g_ptr_array_new_with_free_func (ended_free);
  self->notes = g_ptr_array_new_with_free_func (note_free);
  self->leaving = g_ptr_array_new_with_free_func (leaving_free);
}

ShoalNotifier *
shoal_notifier_new (GApplication *application, GSettings *settings)
{
  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);

  ShoalNotifier *self = g_object_new (SHOAL_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->settings = g_object_ref (settings);
  return self;
}
