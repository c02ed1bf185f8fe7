/* shoal-tracker-directory-offers.c: telling the tracker what we share
 *
 * One request is under way at a time: a batch of offers, then the entries of each folder in it,
 * then the next batch. A folder that the tracker has whole already costs one request of entries,
 * whose answer says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-directory"

#include "config.h"

#include "shoal-tracker-directory-private.h"

#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-methods.h"
#include "shoal-tracker-link-json.h"

/* Everything in an offer or entry but its name, as JSON. */
#define ITEM_OVERHEAD 320
/* The request around the items. */
#define REQUEST_OVERHEAD 1024

/* ---- Offer ---- */

typedef struct
{
  GPtrArray *offers; /* of ShoalOffer */
  GArray *answers;   /* of ShoalOfferAnswer, as many */
  guint first;       /* the batch under way: offers [first, end) */
  guint end;
  guint folder; /* while the entries of offer @folder are sent */
  guint entry;
} OfferJob;

static void send_batch (GTask *task);
static void send_entries (GTask *task);

static void
offer_job_free (gpointer data)
{
  OfferJob *job = data;

  g_ptr_array_unref (job->offers);
  g_clear_pointer (&job->answers, g_array_unref);
  g_free (job);
}

/* An upper bound of the length of @text as a JSON string. */
static gsize
json_length (const char *text)
{
  gsize length = 0;

  for (const char *c = text; *c != '\0'; c++)
    length += (guchar) *c < 0x20 || *c == 0x7f ? 6 : *c == '"' || *c == '\\' ? 2 : 1;
  return length;
}

static void
set_answer (OfferJob *job, guint index, ShoalOfferAnswer answer)
{
  g_array_index (job->answers, ShoalOfferAnswer, index) = answer;
}

static JsonObject *
offer_to_json (const ShoalOffer *offer)
{
  char id[SHOAL_DIGEST_HEX_SIZE];

  shoal_digest_to_hex (&offer->id, id);
  JsonObject *object
      = shoal_json_new ("offer", "s", offer->offer, "kind", "s", offer->folder ? "folder" : "file",
                        "name", "s", offer->name, "id", "s", id, "size", "i", (gint64) offer->size,
                        "mtime_ms", "i", offer->mtime_ms, NULL);
  if (offer->folder)
    {
      json_object_set_int_member (object, "manifest_size", (gint64) offer->manifest_size);
      json_object_set_int_member (object, "entries", offer->n_entries);
    }
  return object;
}

static JsonObject *
entry_to_json (const ShoalOfferEntry *entry)
{
  char kind[2] = { entry->kind, '\0' };
  JsonObject *object = shoal_json_new ("path", "s", entry->path, "kind", "s", kind, NULL);

  if (entry->kind == 'f' || entry->kind == 'x')
    {
      char id[SHOAL_DIGEST_HEX_SIZE];

      shoal_digest_to_hex (&entry->id, id);
      json_object_set_string_member (object, "id", id);
      json_object_set_int_member (object, "size", (gint64) entry->size);
      json_object_set_int_member (object, "mtime_ms", entry->mtime_ms);
    }
  return object;
}

/* Goes to the next folder of the batch whose entries are to be sent, or to the next batch. */
static void
next_folder (GTask *task)
{
  OfferJob *job = g_task_get_task_data (task);

  for (; job->folder < job->end; job->folder++)
    {
      const ShoalOffer *offer = g_ptr_array_index (job->offers, job->folder);

      if (offer->entries != NULL && offer->entries->len > 0
          && g_array_index (job->answers, ShoalOfferAnswer, job->folder).state == SHOAL_OFFER_TAKEN)
        {
          job->entry = 0;
          send_entries (task);
          return;
        }
    }
  job->first = job->end;
  send_batch (task);
}

static void
on_entries_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  OfferJob *job = g_task_get_task_data (task);
  const ShoalOffer *offer = g_ptr_array_index (job->offers, job->folder);
  GError *error = NULL;
  gboolean complete;
  gint64 next;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply != NULL
      && (!shoal_json_get_integer (reply, "next", 0, offer->entries->len, &next, &error)
          || !shoal_json_get_optional_boolean (reply, "complete", FALSE, &complete, &error)))
    g_clear_pointer (&reply, json_object_unref);
  if (reply == NULL && (error->domain != SHOAL_ERROR || shoal_error_is_disconnect (error)))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (reply == NULL)
    {
      g_debug ("The tracker refuses the entries of “%s”: %s", offer->name, error->message);
      set_answer (job, job->folder, shoal_offer_answer_failed (error->code));
      g_error_free (error);
    }
  else if (!complete && next > (gint64) job->entry)
    {
      job->entry = (guint) next;
      if (job->entry < offer->entries->len)
        {
          send_entries (task);
          return;
        }
      /* All are there and it is still not complete: they are not what the offer says. */
      set_answer (job, job->folder, shoal_offer_answer_failed (SHOAL_ERROR_INVALID));
    }
  else if (!complete)
    set_answer (job, job->folder, shoal_offer_answer_failed (SHOAL_ERROR_INTERNAL));
  job->folder++;
  next_folder (task);
}

static void
send_entries (GTask *task)
{
  OfferJob *job = g_task_get_task_data (task);
  ShoalTrackerDirectory *self = g_task_get_source_object (task);
  const ShoalOffer *offer = g_ptr_array_index (job->offers, job->folder);
  JsonArray *entries = json_array_new ();
  gsize bytes = REQUEST_OVERHEAD;

  for (guint i = job->entry;
       i < offer->entries->len && json_array_get_length (entries) < self->max_batch; i++)
    {
      const ShoalOfferEntry *entry = g_ptr_array_index (offer->entries, i);

      bytes += ITEM_OVERHEAD + json_length (entry->path);
      if (bytes > SHOAL_MAX_BATCH_BYTES && json_array_get_length (entries) > 0)
        break;
      json_array_add_object_element (entries, entry_to_json (entry));
    }
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_OFFER_ENTRIES,
                                 shoal_json_new ("offer", "s", offer->offer, "first", "i",
                                                 (gint64) job->entry, "entries", "a", entries,
                                                 NULL),
                                 g_task_get_cancellable (task), on_entries_cb, task);
}

static gboolean
take_answer (OfferJob *job, JsonArray *results, guint index, GError **error)
{
  const ShoalOffer *offer = g_ptr_array_index (job->offers, job->first + index);
  JsonObject *row;
  const char *name;

  if (!shoal_json_array_get_object (results, index, &row, error)
      || !shoal_json_get_string (row, "offer", 32, &name, error))
    return FALSE;
  if (!g_str_equal (name, offer->offer))
    return shoal_set_field_error (error, "offer", "The tracker answers about another offer.");
  if (json_object_has_member (row, "error"))
    {
      JsonObject *refusal;
      const char *reason;

      if (!shoal_json_get_object (row, "error", &refusal, error)
          || !shoal_json_get_string (refusal, "reason", 64, &reason, error))
        return FALSE;
      set_answer (job, job->first + index,
                  shoal_offer_answer_failed (shoal_error_from_reason (reason)));
      return TRUE;
    }
  gint64 sources;
  if (!shoal_json_get_integer (row, "sources", 0, G_MAXINT, &sources, error))
    return FALSE;
  set_answer (job, job->first + index, shoal_offer_answer_taken ((guint) sources));
  return TRUE;
}

static void
on_batch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  OfferJob *job = g_task_get_task_data (task);
  GError *error = NULL;
  JsonArray *results;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);
  gboolean good
      = reply != NULL
        && shoal_json_get_array (reply, "results", SHOAL_MAX_BATCH_ENTRIES, &results, &error);

  if (good && json_array_get_length (results) != job->end - job->first)
    good = shoal_set_field_error (&error, "results", "The tracker did not answer for each offer.");
  for (guint i = 0; good && i < job->end - job->first; i++)
    good = take_answer (job, results, i, &error);
  if (!good)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  job->folder = job->first;
  next_folder (task);
}

static void
send_batch (GTask *task)
{
  OfferJob *job = g_task_get_task_data (task);
  ShoalTrackerDirectory *self = g_task_get_source_object (task);
  gsize bytes = REQUEST_OVERHEAD;

  if (job->first >= job->offers->len)
    {
      g_task_return_pointer (task, g_steal_pointer (&job->answers), (GDestroyNotify) g_array_unref);
      g_object_unref (task);
      return;
    }
  JsonArray *offers = json_array_new ();
  for (job->end = job->first;
       job->end < job->offers->len && job->end - job->first < self->max_batch; job->end++)
    {
      const ShoalOffer *offer = g_ptr_array_index (job->offers, job->end);

      bytes += ITEM_OVERHEAD + json_length (offer->name);
      if (bytes > SHOAL_MAX_BATCH_BYTES && job->end > job->first)
        break;
      json_array_add_object_element (offers, offer_to_json (offer));
    }
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_OFFER,
                                 shoal_json_new ("offers", "a", offers, NULL),
                                 g_task_get_cancellable (task), on_batch_cb, task);
}

/* The protocol does not know any other audience yet. */
static gboolean
is_for_everyone (GPtrArray *offers)
{
  for (guint i = 0; i < offers->len; i++)
    {
      const ShoalOffer *offer = g_ptr_array_index (offers, i);

      if (shoal_audience_get_kind (offer->audience) != SHOAL_AUDIENCE_EVERYONE)
        return FALSE;
    }
  return TRUE;
}

static void
offer_async (ShoalDirectory *directory,
             GPtrArray *offers,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  GTask *task = g_task_new (directory, cancellable, callback, user_data);
  OfferJob *job = g_new0 (OfferJob, 1);

  g_task_set_source_tag (task, offer_async);
  job->offers = g_ptr_array_ref (offers);
  job->answers = g_array_new (FALSE, TRUE, sizeof (ShoalOfferAnswer));
  g_array_set_size (job->answers, offers->len);
  g_task_set_task_data (task, job, offer_job_free);
  if (!is_for_everyone (offers))
    {
      g_task_return_new_error (task, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                               "The tracker would tell everybody what is for some.");
      g_object_unref (task);
      return;
    }
  send_batch (task);
}

static GArray *
offer_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Withdraw ---- */

typedef struct
{
  char **offers; /* NULL: all */
  guint next;
  guint end;
  gint64 withdrawn;
} WithdrawJob;

static void send_withdrawal (GTask *task);

static void
withdraw_job_free (gpointer data)
{
  WithdrawJob *job = data;

  g_strfreev (job->offers);
  g_free (job);
}

static void
on_withdrawn_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  WithdrawJob *job = g_task_get_task_data (task);
  GError *error = NULL;
  gint64 n;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);

  if (reply == NULL
      || !shoal_json_get_integer (reply, "withdrawn", 0, SHOAL_MAX_JSON_INTEGER, &n, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  job->withdrawn += n;
  job->next = job->end;
  if (job->offers != NULL && job->offers[job->next] != NULL)
    {
      send_withdrawal (task);
      return;
    }
  g_task_return_int (task, job->withdrawn);
  g_object_unref (task);
}

static void
send_withdrawal (GTask *task)
{
  WithdrawJob *job = g_task_get_task_data (task);
  ShoalTrackerDirectory *self = g_task_get_source_object (task);
  JsonObject *params = json_object_new ();

  if (job->offers == NULL)
    json_object_set_boolean_member (params, "all", TRUE);
  else
    {
      JsonArray *offers = json_array_new ();

      for (job->end = job->next;
           job->offers[job->end] != NULL && job->end - job->next < self->max_batch; job->end++)
        json_array_add_string_element (offers, job->offers[job->end]);
      json_object_set_array_member (params, "offers", offers);
    }
  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_WITHDRAW, params,
                                 g_task_get_cancellable (task), on_withdrawn_cb, task);
}

static void
withdraw_async (ShoalDirectory *directory,
                const char *const *offers,
                GCancellable *cancellable,
                GAsyncReadyCallback callback,
                gpointer user_data)
{
  GTask *task = g_task_new (directory, cancellable, callback, user_data);
  WithdrawJob *job = g_new0 (WithdrawJob, 1);

  g_task_set_source_tag (task, withdraw_async);
  job->offers = g_strdupv ((char **) offers);
  g_task_set_task_data (task, job, withdraw_job_free);
  if (offers != NULL && offers[0] == NULL)
    {
      g_task_return_int (task, 0);
      g_object_unref (task);
      return;
    }
  send_withdrawal (task);
}

static gint64
withdraw_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), -1);
  return g_task_propagate_int (G_TASK (result), error);
}

/* ---- What the tracker has of ours ---- */

static void send_offers (GTask *task, const char *cursor);

static gboolean
take_offer (GHashTable *offers, JsonObject *row, GError **error)
{
  g_autoptr (ShoalOffer) offer = shoal_offer_new ();
  const char *id, *kind, *name, *hex;
  gint64 size, n_entries, n_sources;
  gboolean complete;

  if (!shoal_json_get_string (row, "offer", 32, &id, error)
      || !shoal_json_get_string (row, "kind", 16, &kind, error)
      || !shoal_json_get_string (row, "name", SHOAL_MAX_PATH_BYTES, &name, error)
      || !shoal_json_get_string (row, "id", SHOAL_DIGEST_HEX_SIZE - 1, &hex, error)
      || !shoal_json_get_integer (row, "size", 0, SHOAL_MAX_JSON_INTEGER, &size, error)
      || !shoal_json_get_optional_integer (row, "sources", 0, G_MAXINT, 0, &n_sources, error)
      || !shoal_json_get_optional_boolean (row, "complete", TRUE, &complete, error))
    return FALSE;
  if (!shoal_digest_from_hex (&offer->id, hex))
    return shoal_set_field_error (error, "id", "A content id must be 64 hexadecimal digits.");
  offer->folder = g_str_equal (kind, "folder");
  if (offer->folder
      && !shoal_json_get_optional_integer (row, "entries", 0, SHOAL_MAX_MANIFEST_ENTRIES, 0,
                                           &n_entries, error))
    return FALSE;
  if (!complete)
    return TRUE;
  offer->n_entries = offer->folder ? (guint32) n_entries : 0;
  offer->offer = g_strdup (id);
  offer->name = g_strdup (name);
  offer->size = (guint64) size;
  offer->sources = (guint) n_sources;
  g_hash_table_replace (offers, offer->offer, offer);
  g_steal_pointer (&offer);
  return TRUE;
}

static void
on_offers_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GHashTable *offers = g_task_get_task_data (task);
  GError *error = NULL;
  JsonArray *rows;
  const char *cursor = NULL;
  g_autoptr (JsonObject) reply
             = shoal_tracker_link_call_finish (SHOAL_TRACKER_LINK (object), result, &error);
  gboolean good = reply != NULL
                  && shoal_json_get_array (reply, "offers", SHOAL_MAX_JSON_VALUES, &rows, &error)
                  && shoal_json_get_optional_string (reply, "cursor", 4096, &cursor, &error);

  for (guint i = 0; good && i < json_array_get_length (rows); i++)
    {
      JsonObject *row;

      good
          = shoal_json_array_get_object (rows, i, &row, &error) && take_offer (offers, row, &error);
    }
  if (good && cursor != NULL && json_array_get_length (rows) > 0
      && g_hash_table_size (offers) <= SHOAL_MAX_OFFERS_PER_MEMBER)
    {
      send_offers (task, cursor);
      return;
    }
  if (good)
    g_task_return_pointer (task, g_hash_table_ref (offers), (GDestroyNotify) g_hash_table_unref);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
send_offers (GTask *task, const char *cursor)
{
  ShoalTrackerDirectory *self = g_task_get_source_object (task);

  shoal_tracker_link_call_async (self->link, SHOAL_METHOD_OFFERS,
                                 shoal_json_new ("cursor", "s", cursor, NULL),
                                 g_task_get_cancellable (task), on_offers_cb, task);
}

static void
offers_async (ShoalDirectory *directory,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (directory, cancellable, callback, user_data);

  g_task_set_source_tag (task, offers_async);
  g_task_set_task_data (
      task,
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) shoal_offer_free),
      (GDestroyNotify) g_hash_table_unref);
  send_offers (task, NULL);
}

static GHashTable *
offers_finish (ShoalDirectory *directory, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, directory), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
shoal_tracker_directory_init_offers (ShoalDirectoryInterface *iface)
{
  iface->offer_async = offer_async;
  iface->offer_finish = offer_finish;
  iface->withdraw_async = withdraw_async;
  iface->withdraw_finish = withdraw_finish;
  iface->offers_async = offers_async;
  iface->offers_finish = offers_finish;
}
