/* shoal-tracker-audit.c: whether the audit log only ever grows
 *
 * The last (count, head) that was seen is remembered. At each sign-in the tracker names the present
 * pair; the entries between are fetched and must lead from the one to the other. Where they do not,
 * a warning stays, and the remembered pair with it, until the user accepts the log as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-audit"

#include "config.h"

#include "shoal-tracker-audit.h"

#include <string.h>
#include <glib/gi18n.h>

#include "shoal-audit-chain.h"
#include "shoal-audit-page-json.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

struct _ShoalTrackerAudit
{
  GObject parent_instance;

  ShoalTrackerLink *link;
  gint64 count;
  char *head;
  char *warning;
  gint64 told_count; /* at sign-in */
  char *told_head;
  guint n_checks;
  GPtrArray *readers; /* of GTask, owned: wait for the checks under way */
};

G_DEFINE_FINAL_TYPE (ShoalTrackerAudit, shoal_tracker_audit, G_TYPE_OBJECT)

static guint audit_changed;

static void begin_check (ShoalTrackerAudit *self, gint64 count, const char *head);

static void
shoal_tracker_audit_finalize (GObject *object)
{
  ShoalTrackerAudit *self = SHOAL_TRACKER_AUDIT (object);

  g_clear_object (&self->link);
  g_clear_pointer (&self->head, g_free);
  g_clear_pointer (&self->warning, g_free);
  g_clear_pointer (&self->told_head, g_free);
  g_clear_pointer (&self->readers, g_ptr_array_unref);
  G_OBJECT_CLASS (shoal_tracker_audit_parent_class)->finalize (object);
}

static void
shoal_tracker_audit_class_init (ShoalTrackerAuditClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = shoal_tracker_audit_finalize;

  audit_changed = g_signal_new ("audit-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
shoal_tracker_audit_init (ShoalTrackerAudit *self)
{
  self->readers = g_ptr_array_new ();
}

/* ---- The link's news ---- */

static void
on_signed_in_cb (ShoalTrackerLink *link, JsonObject *answer, gpointer user_data)
{
  ShoalTrackerAudit *self = user_data;
  g_autoptr (GError) error = NULL;
  const char *head = NULL;
  gint64 count = 0;
  JsonObject *audit;

  if (json_object_has_member (answer, "audit")
      && (!shoal_json_get_object (answer, "audit", &audit, &error)
          || !shoal_json_get_integer (audit, "count", 0, SHOAL_MAX_JSON_INTEGER, &count, &error)
          || !shoal_json_get_string (audit, "head", SHOAL_DIGEST_HEX_SIZE - 1, &head, &error)))
    {
      shoal_tracker_link_refuse (link, error);
      return;
    }
  if (head != NULL && !shoal_audit_is_head (head))
    {
      shoal_set_field_error (&error, "head", "The tracker told a malformed audit head.");
      shoal_tracker_link_refuse (link, error);
      return;
    }
  g_free (self->told_head);
  self->told_head = g_strdup (head);
  self->told_count = count;
}

static void
on_state_changed_cb (ShoalTrackerLink *link, gpointer user_data)
{
  ShoalTrackerAudit *self = user_data;

  if (shoal_tracker_link_get_state (link) == SHOAL_DIRECTORY_ONLINE)
    begin_check (self, self->told_count, self->told_head);
}

ShoalTrackerAudit *
shoal_tracker_audit_new (ShoalTrackerLink *link)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_LINK (link), NULL);

  ShoalTrackerAudit *self = g_object_new (SHOAL_TYPE_TRACKER_AUDIT, NULL);
  self->link = g_object_ref (link);
  g_signal_connect_object (link, "signed-in", G_CALLBACK (on_signed_in_cb), self, 0);
  g_signal_connect_object (link, "state-changed", G_CALLBACK (on_state_changed_cb), self, 0);
  return self;
}

/* ---- Fetching ---- */

static void
on_audit_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);
  ShoalAuditPage *page = reply != NULL ? shoal_audit_page_from_json (reply, &error) : NULL;

  if (page != NULL)
    g_task_return_pointer (task, page, (GDestroyNotify) shoal_audit_page_free);
  else
    g_task_return_error (task, error);
}

typedef struct
{
  gint64 after;
  guint limit;
} Fetch;

/* @task: (transfer full): with a Fetch */
static void
fetch_page (GTask *task)
{
  ShoalTrackerAudit *self = g_task_get_source_object (task);
  const Fetch *fetch = g_task_get_task_data (task);

  shoal_tracker_link_call_async (
      self->link, SHOAL_METHOD_AUDIT,
      shoal_json_new ("after", "i", fetch->after, "limit", "i", (gint64) fetch->limit, NULL),
      g_task_get_cancellable (task), on_audit_cb, task);
}

static GTask *
fetch_new (ShoalTrackerAudit *self,
           gint64 after,
           guint limit,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Fetch *fetch = g_new (Fetch, 1);

  fetch->after = after;
  fetch->limit = CLAMP (limit, 1, SHOAL_MAX_AUDIT_ROWS);
  g_task_set_source_tag (task, fetch_new);
  g_task_set_task_data (task, fetch, g_free);
  return task;
}

void
shoal_tracker_audit_read_async (ShoalTrackerAudit *self,
                                gint64 after,
                                guint limit,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_AUDIT (self));
  g_return_if_fail (after >= 0);

  GTask *task = fetch_new (self, after, limit, cancellable, callback, user_data);
  /* Who reads the log is told whether it goes on from the one seen before: once that is known. */
  if (self->n_checks > 0)
    g_ptr_array_add (self->readers, task);
  else
    fetch_page (task);
}

/* A check is over: what waited for it goes on. */
static void
end_check (ShoalTrackerAudit *self)
{
  if (--self->n_checks > 0)
    return;
  g_autoptr (GPtrArray) readers = g_steal_pointer (&self->readers);
  self->readers = g_ptr_array_new ();
  for (guint i = 0; i < readers->len; i++)
    fetch_page (g_ptr_array_index (readers, i));
}

ShoalAuditPage *
shoal_tracker_audit_read_finish (ShoalTrackerAudit *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  ShoalAuditPage *page = g_task_propagate_pointer (G_TASK (result), error);
  /* What was seen is remembered, once it is known to go on from what was seen before. An answer may
   * come late, so that a shorter log says nothing here. */
  if (page != NULL && page->count > self->count && self->warning == NULL && self->n_checks == 0)
    {
      begin_check (self, page->count, page->head);
    }
  return page;
}

/* ---- Checking ---- */

/* A walk over the log from one pair to another. */
typedef struct
{
  gint64 count;
  char head[SHOAL_DIGEST_HEX_SIZE];
  gint64 upto; /* -1: not known yet: what the first answer says */
  char upto_head[SHOAL_DIGEST_HEX_SIZE];
  gint64 mark_count; /* must be passed with this head, if it is above the start */
  char mark_head[SHOAL_DIGEST_HEX_SIZE];
} Walk;

static void walk_on (GTask *task);

static GError *
new_fork_error (gint64 n)
{
  return g_error_new (
      SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
      _ ("The tracker's audit log is not the one seen before: it differs at or before"
         " entry %ld. Ask the owner whether the tracker was restored from a backup."),
      (long) n);
}

/* Takes a page in; stops at the mark to compare it. */
static gboolean
walk_take (Walk *walk, const ShoalAuditPage *page, GError **error)
{
  gint64 before = walk->count;
  gboolean has_mark = walk->mark_count > before && walk->mark_count <= walk->upto;

  if (has_mark
      && !shoal_audit_page_extend (&walk->count, walk->head, page, walk->mark_count, error))
    return FALSE;
  if (has_mark && walk->count == walk->mark_count && !g_str_equal (walk->head, walk->mark_head))
    {
      g_propagate_error (error, new_fork_error (walk->mark_count));
      return FALSE;
    }
  guint used = (guint) (walk->count - before);
  if (used > 0 && used < page->entries->len)
    {
      g_autoptr (GPtrArray) rest = g_ptr_array_new ();
      ShoalAuditPage tail = { .entries = rest };

      for (guint i = used; i < page->entries->len; i++)
        g_ptr_array_add (rest, g_ptr_array_index (page->entries, i));
      if (!shoal_audit_page_extend (&walk->count, walk->head, &tail, walk->upto, error))
        return FALSE;
    }
  else if (used == 0
           && !shoal_audit_page_extend (&walk->count, walk->head, page, walk->upto, error))
    return FALSE;
  if (walk->count == before && walk->count < walk->upto)
    {
      g_set_error (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT,
                   _ ("Entry %ld of the audit log is missing."), (long) walk->count + 1);
      return FALSE;
    }
  return TRUE;
}

static void
on_walk_page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Walk *walk = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (ShoalAuditPage) page = g_task_propagate_pointer (G_TASK (result), &error);

  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (walk->upto < 0)
    {
      walk->upto = page->count;
      memcpy (walk->upto_head, page->head, sizeof walk->upto_head);
      if (walk->mark_count > walk->upto)
        {
          g_task_return_error (task, new_fork_error (walk->upto));
          return;
        }
    }
  if (walk->count < walk->upto && !walk_take (walk, page, &error))
    g_task_return_error (task, error);
  else
    walk_on (g_steal_pointer (&task));
}

static void
walk_on (GTask *task)
{
  Walk *walk = g_task_get_task_data (task);

  if (walk->upto < 0 || walk->count < walk->upto)
    {
      fetch_page (fetch_new (g_task_get_source_object (task), walk->count, SHOAL_MAX_AUDIT_ROWS,
                             g_task_get_cancellable (task), on_walk_page_cb, task));
      return;
    }
  if (g_str_equal (walk->head, walk->upto_head))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, new_fork_error (walk->upto));
  g_object_unref (task);
}

static void
set_mark (ShoalTrackerAudit *self, gint64 count, const char *head)
{
  g_clear_pointer (&self->warning, g_free);
  if (self->count != count || g_strcmp0 (self->head, head) != 0)
    {
      g_free (self->head);
      self->head = g_strdup (head);
      self->count = count;
    }
  g_signal_emit (self, audit_changed, 0);
}

static void
set_warning (ShoalTrackerAudit *self, const GError *error)
{
  g_free (self->warning);
  self->warning = g_strdup (error->message);
  g_info ("%s", error->message);
  g_signal_emit (self, audit_changed, 0);
}

static void
on_checked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  ShoalTrackerAudit *self = SHOAL_TRACKER_AUDIT (object);
  g_autoptr (GError) error = NULL;
  const Walk *walk = g_task_get_task_data (G_TASK (result));

  if (g_task_propagate_boolean (G_TASK (result), &error))
    set_mark (self, walk->count, walk->head);
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT) && walk->count == self->count)
    {
      /* The very next entry does not fit: it is what came before that is another. */
      g_autoptr (GError) fork = new_fork_error (walk->count);
      set_warning (self, fork);
    }
  else if (g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_CORRUPT)
           || g_error_matches (error, SHOAL_ERROR, SHOAL_ERROR_INVALID))
    set_warning (self, error);
  end_check (self);
}

/* @head: (nullable): the tracker has told none. Returns: whether the pair says enough */
static gboolean
check_pair (ShoalTrackerAudit *self, gint64 count, const char *head)
{
  if (head == NULL)
    return TRUE;
  if (self->head == NULL)
    {
      set_mark (self, count, head);
      return TRUE;
    }
  if (count < self->count || (count == self->count && !g_str_equal (head, self->head)))
    {
      g_autoptr (GError) error = new_fork_error (count);

      set_warning (self, error);
      return TRUE;
    }
  if (count == self->count && self->warning != NULL)
    set_mark (self, count, head);
  return count == self->count;
}

/* From now on who reads the log waits, until it is known whether it leads to this pair. */
static void
begin_check (ShoalTrackerAudit *self, gint64 count, const char *head)
{
  self->n_checks++;
  if (check_pair (self, count, head))
    {
      end_check (self);
      return;
    }
  GTask *task = g_task_new (self, NULL, on_checked_cb, NULL);
  g_task_set_source_tag (task, begin_check);
  Walk *walk = g_new0 (Walk, 1);
  walk->count = self->count;
  walk->upto = count;
  g_strlcpy (walk->head, self->head, sizeof walk->head);
  g_strlcpy (walk->upto_head, head, sizeof walk->upto_head);
  g_task_set_task_data (task, walk, g_free);
  walk_on (task);
}

void
shoal_tracker_audit_verify_async (ShoalTrackerAudit *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_return_if_fail (SHOAL_IS_TRACKER_AUDIT (self));

  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, shoal_tracker_audit_verify_async);
  Walk *walk = g_new0 (Walk, 1);
  g_strlcpy (walk->head, SHOAL_AUDIT_NO_HASH, sizeof walk->head);
  walk->upto = -1;
  if (self->head != NULL)
    {
      walk->mark_count = self->count;
      g_strlcpy (walk->mark_head, self->head, sizeof walk->mark_head);
    }
  g_task_set_task_data (task, walk, g_free);
  walk_on (task);
}

gint64
shoal_tracker_audit_verify_finish (ShoalTrackerAudit *self,
                                   GAsyncResult *result,
                                   char **head,
                                   GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  const Walk *walk = g_task_get_task_data (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return -1;
  if (head != NULL)
    *head = g_strdup (walk->head);
  return walk->count;
}

/* ---- What is remembered ---- */

void
shoal_tracker_audit_set_mark (ShoalTrackerAudit *self, gint64 count, const char *head)
{
  g_return_if_fail (SHOAL_IS_TRACKER_AUDIT (self));
  g_return_if_fail (head == NULL || shoal_audit_is_head (head));

  char *copy = g_strdup (head);
  g_free (self->head);
  self->head = copy;
  self->count = head != NULL ? count : 0;
}

const char *
shoal_tracker_audit_get_mark (ShoalTrackerAudit *self, gint64 *count)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_AUDIT (self), NULL);

  *count = self->count;
  return self->head;
}

const char *
shoal_tracker_audit_get_warning (ShoalTrackerAudit *self)
{
  g_return_val_if_fail (SHOAL_IS_TRACKER_AUDIT (self), NULL);
  return self->warning;
}

void
shoal_tracker_audit_accept (ShoalTrackerAudit *self)
{
  g_return_if_fail (SHOAL_IS_TRACKER_AUDIT (self));

  if (self->warning != NULL && self->told_head != NULL)
    set_mark (self, self->told_count, self->told_head);
}
