/* catalogue-fixture.h: short ways to offer and to search, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

/** catalogue_test_call: what each test that links this has of its own: asks the catalogue on behalf
 * of @caller, a device as the test has it; what fails ends the test. @params: (transfer full).
 * Returns: (transfer full): the answer */
JsonObject *catalogue_test_call (gpointer caller, const char *method, JsonObject *params);

/** make_id: the id of a content that is named by a number. Returns: (transfer full): 64 hex digits
 */
char *make_id (guint n);
/** make_offer_id: Returns: (transfer full): 32 hex digits */
char *make_offer_id (guint n);

/** file_offer: Returns: (transfer full): an element of “offers”; the content is make_id (@content)
 */
JsonObject *file_offer (guint offer, const char *name, guint content, gint64 size);
JsonObject *
folder_offer (guint offer, const char *name, guint content, gint64 size, gint64 entries);
/** offer_params: @first: (transfer full): elements of “offers”, %NULL at the end */
JsonObject *offer_params (JsonObject *first, ...) G_GNUC_NULL_TERMINATED;
/** offer_one: offers one file. Returns: (transfer full): its result */
JsonObject *offer_one (gpointer caller, guint offer, const char *name, guint content, gint64 size);
/** offer_folder: offers one folder, without its entries. Returns: (transfer full): its result */
JsonObject *
offer_folder (gpointer caller, guint offer, const char *name, guint content, gint64 entries);

/** entry: Returns: (transfer full): a file, size 10, of the content make_id (@content) */
JsonObject *entry (const char *path, guint content);
/** entries_params: @entry: (transfer full): the entries, %NULL at the end */
JsonObject *
entries_params (guint offer, gint64 first, JsonObject *entry, ...) G_GNUC_NULL_TERMINATED;
/** send_entries: Returns: (transfer full): the answer to entries_params() */
#define send_entries(caller, offer, first, ...)                                                    \
  catalogue_test_call (caller, SHOAL_METHOD_OFFER_ENTRIES,                                         \
                       entries_params (offer, first, __VA_ARGS__, NULL))

/** search: @json: the parameters. Returns: (transfer full): */
JsonObject *search (gpointer caller, const char *json);
/** found: Returns: (transfer full): names (or paths) of the rows, with commas between them */
char *found (gpointer caller, const char *json);
/** names_of: the same for an answer */
char *names_of (JsonObject *answer);
/** search_all: page by page. Returns: (transfer full): as found() */
char *
search_all (gpointer caller, const char *words, const char *sort, gboolean descending, int limit);
/** sources_of: Returns: (transfer full): “sources” of make_id (@content) */
JsonArray *sources_of (gpointer caller, guint content);
/** withdraw_one: Returns: how many */
gint64 withdraw_one (gpointer caller, guint offer);
gint64 withdraw_all (gpointer caller);

#define assert_found(caller, json, names)                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *assert_names = found (caller, json);                                          \
    g_assert_cmpstr (assert_names, ==, names);                                                     \
  }                                                                                                \
  G_STMT_END

/** drop: forgets an answer */
#define drop(object) json_object_unref (object)
