/* test-pages-2.c: the pages Transfers, History and People without an engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-resources.h"

#include "shoal-history-csv.h"
#include "shoal-history-item.h"
#include "shoal-history-page.h"
#include "shoal-people-page.h"
#include "shoal-person-item.h"
#include "shoal-row.h"
#include "shoal-transfer-item.h"
#include "shoal-upload-private.h"
#include "shoal-transfers-page.h"

static void
iterate (void)
{
  for (int i = 0; i < 100 && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_page (gconstpointer data)
{
  GtkWidget *(*make) (void) = data;
  GtkWidget *window = adw_window_new ();
  GtkWidget *page = make ();

  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *) &page);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_set_default_size (GTK_WINDOW (window), 360, 600);
  gtk_window_present (GTK_WINDOW (window));
  iterate ();
  g_object_set (page, "search-mode", TRUE, NULL);
  iterate ();
  gtk_window_destroy (GTK_WINDOW (window));
  iterate ();
  g_assert_null (page);
}

static void
show_rows (const char *name, GObject *item)
{
  g_autofree char *path = g_strdup_printf ("/io/github/shoal_app/Shoal/ui/shoal-%s-row.ui", name);
  GListStore *store = g_list_store_new (G_TYPE_OBJECT);
  GtkWidget *view
      = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (store))),
                           gtk_builder_list_item_factory_new_from_resource (NULL, path));
  GtkWidget *window = gtk_window_new ();

  g_list_store_append (store, item);
  gtk_window_set_child (GTK_WINDOW (window), view);
  gtk_window_present (GTK_WINDOW (window));
  iterate ();
  g_assert_nonnull (gtk_widget_get_first_child (view));
  gtk_window_destroy (GTK_WINDOW (window));
  iterate ();
}

/* What was left out of a download is told where it is listed. */
static void
test_left_out (void)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();
  g_autofree char *outcome = NULL;

  entry->outcome = g_strdup ("finished");
  entry->reason = g_strdup ("2 left out; the first: a: b");

  g_autoptr (ShoalHistoryItem) item = shoal_history_item_new (entry);

  g_object_get (item, "outcome", &outcome, NULL);
  g_assert_cmpstr (outcome, ==, "Finished. 2 left out; the first: a: b");
}

static void
test_rows (void)
{
  ShoalHistoryEntry *entry = shoal_history_entry_new ();
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();
  ShoalMemberFields fields = { .account = "a1", .user = "Ada" };

  entry->name = g_strdup ("name");

  g_autoptr (ShoalHistoryItem) history = shoal_history_item_new (entry);
  g_autoptr (ShoalPersonItem) person
             = shoal_person_item_new (shoal_member_new (&fields, devices), NULL);
  g_autoptr (ShoalTransferItem) transfer
             = shoal_transfer_item_new (shoal_upload_new ("Ada", "d", "name", FALSE, 5), NULL);

  g_type_ensure (SHOAL_TYPE_ROW);
  show_rows ("history", G_OBJECT (history));
  show_rows ("person", G_OBJECT (person));
  show_rows ("transfer", G_OBJECT (transfer));
}

static void
test_csv (void)
{
  const struct
  {
    const char *text;
    const char *field;
  } cases[] = {
    { NULL, "" },
    { "", "" },
    { "plain", "plain" },
    { "a,b", "\"a,b\"" },
    { "say \"hi\"", "\"say \"\"hi\"\"\"" },
    { "two\nlines", "\"two\nlines\"" },
    { "=1+1", "\"'=1+1\"" },
    { "-x", "\"'-x\"" },
    { "@sum", "\"'@sum\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) csv = g_string_new (NULL);

      shoal_csv_append_field (csv, cases[i].text);
      g_assert_cmpstr (csv->str, ==, cases[i].field);
    }

  g_autoptr (ShoalHistoryEntry) entry = shoal_history_entry_new ();
  g_autoptr (GString) csv = g_string_new (NULL);

  entry->name = g_strdup ("a,b");
  entry->users = g_strdup ("ada, bo");
  entry->outcome = g_strdup ("finished");
  entry->bytes = 3000;
  entry->elapsed_ms = 1500;
  shoal_history_csv_append (csv, entry);
  g_assert_true (g_str_has_prefix (csv->str, "1970-01-01T00:00:00Z,download,\"a,b\",file,"
                                             "\"ada, bo\",finished,,3000,1.500,2000,"));
  g_assert_true (g_str_has_suffix (csv->str, ",\r\n"));
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_resources_register (shoal_get_resource ());
  g_test_add_data_func ("/pages/transfers/finalize", shoal_transfers_page_new, test_page);
  g_test_add_data_func ("/pages/history/finalize", shoal_history_page_new, test_page);
  g_test_add_data_func ("/pages/people/finalize", shoal_people_page_new, test_page);
  g_test_add_func ("/pages/rows", test_rows);
  g_test_add_func ("/pages/left-out", test_left_out);
  g_test_add_func ("/pages/history/csv", test_csv);
  return g_test_run ();
}
