/* shoal-history-csv.c: the history as a table for other programs
 *
 * A thread makes the text of all lines and writes it; the items are immutable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-history-csv"

#include "config.h"

#include "shoal-history-csv.h"

#include <string.h>

#include "shoal-history-item.h"

/* The names of the columns are for programs, too: not translated. */
#define HEADING                                                                                    \
  "ended,direction,name,kind,people,outcome,reason,bytes,seconds,bytes_per_second,"                \
  "content_id,destination\r\n"

void
shoal_csv_append_field (GString *csv, const char *text)
{
  if (text == NULL || *text == '\0')
    return;

  gboolean formula = strchr ("=+-@\t\r", *text) != NULL;

  if (!formula && strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (csv, text);
      return;
    }
  g_string_append_c (csv, '"');
  if (formula)
    g_string_append_c (csv, '\'');
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *at);
    }
  g_string_append_c (csv, '"');
}

void
shoal_history_csv_append (GString *csv, const ShoalHistoryEntry *entry)
{
  g_autoptr (GDateTime) ended = g_date_time_new_from_unix_utc (entry->ended_ms / 1000);
  g_autofree char *when = ended != NULL ? g_date_time_format (ended, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  g_autofree char *id = shoal_digest_dup_hex (&entry->id);
  const char *const texts[] = { when,         entry->upload ? "upload" : "download",
                                entry->name,  entry->folder ? "folder" : "file",
                                entry->users, entry->outcome,
                                entry->reason };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      shoal_csv_append_field (csv, texts[i]);
      g_string_append_c (csv, ',');
    }

  char seconds[G_ASCII_DTOSTR_BUF_SIZE];
  double rate
      = entry->elapsed_ms > 0 ? (double) entry->bytes * 1000 / (double) entry->elapsed_ms : 0;

  g_ascii_formatd (seconds, sizeof seconds, "%.3f", (double) entry->elapsed_ms / 1000);
  g_string_append_printf (csv, "%" G_GUINT64_FORMAT ",%s,%" G_GUINT64_FORMAT ",%s,", entry->bytes,
                          seconds, (guint64) rate, id);
  shoal_csv_append_field (csv, entry->destination);
  g_string_append (csv, "\r\n");
}

typedef struct
{
  GPtrArray *items;
  GFile *file;
} WriteJob;

static void
write_job_free (gpointer data)
{
  WriteJob *job = data;

  g_ptr_array_unref (job->items);
  g_object_unref (job->file);
  g_free (job);
}

static void
write_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const WriteJob *job = data;
  g_autoptr (GString) csv = g_string_new (HEADING);
  GError *error = NULL;

  for (guint i = 0; i < job->items->len; i++)
    shoal_history_csv_append (csv,
                              shoal_history_item_get_entry (g_ptr_array_index (job->items, i)));
  if (g_file_replace_contents (job->file, csv->str, csv->len, NULL, FALSE, G_FILE_CREATE_PRIVATE,
                               NULL, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
shoal_history_csv_write_async (GPtrArray *items,
                               GFile *file,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  WriteJob *job = g_new0 (WriteJob, 1);

  job->items = g_ptr_array_ref (items);
  job->file = g_object_ref (file);
  g_task_set_source_tag (task, shoal_history_csv_write_async);
  g_task_set_task_data (task, job, write_job_free);
  g_task_run_in_thread (task, write_in_thread);
}

gboolean
shoal_history_csv_write_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
