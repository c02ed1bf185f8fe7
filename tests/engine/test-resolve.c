/* test-resolve.c: which contents names and ids stand for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "fake-directory.h"
#include "shoal-error.h"
#include "shoal-resolve.h"

#include <string.h>

#define SIXTY_FOUR(c) c c c c c c c c c c c c c c c c
#define ID_A SIXTY_FOUR ("aaaa")
#define ID_B SIXTY_FOUR ("bbbb")
#define ID_C SIXTY_FOUR ("cccc")

typedef struct
{
  FakeDirectory *directory;
  GPtrArray *wanted; /* what came back last */
  GPtrArray *choices;
  char *name;
  GError *error;
  gboolean done;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->directory = fake_directory_new ();
  fake_directory_set_online (self->directory, TRUE);
}

static void
forget (Fixture *self)
{
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_ptr_array_unref);
  g_clear_pointer (&self->name, g_free);
  g_clear_error (&self->error);
  self->done = FALSE;
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  forget (self);
  g_assert_finalize_object (self->directory);
}

static void
add_found (Fixture *self, const char *name, ShoalResultFields fields, const char *id)
{
  g_assert_true (shoal_digest_from_hex (&fields.id, id));
  fake_directory_add_found (self->directory, name, shoal_result_new (&fields));
}

static void
on_resolved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->wanted = shoal_resolve_finish (SHOAL_DIRECTORY (object), result, &self->choices,
                                       &self->name, &self->error);
  self->done = TRUE;
}

static void
resolve (Fixture *self, const char *const *names, const char *user, GCancellable *cancellable)
{
  forget (self);
  shoal_resolve_async (SHOAL_DIRECTORY (self->directory), NULL, names, user, cancellable,
                       on_resolved_cb, self);
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
resolve_one (Fixture *self, const char *name)
{
  const char *const names[] = { name, NULL };

  resolve (self, names, NULL, NULL);
}

static const ShoalWanted *
get_wanted (Fixture *self, guint index)
{
  g_assert_no_error (self->error);
  g_assert_cmpuint (index, <, self->wanted->len);
  return g_ptr_array_index (self->wanted, index);
}

static void
assert_id (const ShoalWanted *wanted, const char *id)
{
  g_autofree char *hex = shoal_digest_dup_hex (&wanted->id);

  g_assert_cmpstr (hex, ==, id);
}

static void
assert_not_found (Fixture *self)
{
  g_assert_null (self->wanted);
  g_assert_null (self->choices);
  g_assert_null (self->name);
  g_assert_error (self->error, SHOAL_ERROR, SHOAL_ERROR_NOT_FOUND);
}

static void
test_names (Fixture *self, gconstpointer unused)
{
  const char *const names[] = { "song", "photos", NULL };

  add_found (self, "song", (ShoalResultFields){ .name = "song", .size = 10, .mtime_ms = 5 }, ID_A);
  /* The same content with another member. */
  add_found (self, "song", (ShoalResultFields){ .name = "song", .size = 10, .mtime_ms = 6 }, ID_A);
  add_found (
      self, "photos",
      (ShoalResultFields){
          .name = "photos", .size = 1000, .manifest_size = 200, .mtime_ms = -1, .is_folder = TRUE },
      ID_B);
  resolve (self, names, "ada", NULL);
  g_assert_cmpstr (fake_directory_get_asked_user (self->directory), ==, "ada");
  const ShoalWanted *song = get_wanted (self, 0);
  const ShoalWanted *photos = get_wanted (self, 1);
  g_assert_cmpuint (self->wanted->len, ==, 2);
  g_assert_cmpstr (song->name, ==, "song");
  assert_id (song, ID_A);
  g_assert_cmpuint (song->size, ==, 10);
  g_assert_cmpuint (song->total_size, ==, 10);
  g_assert_cmpint (song->mtime_ms, ==, 5);
  g_assert_false (song->folder);
  assert_id (photos, ID_B);
  g_assert_cmpuint (photos->size, ==, 200);
  g_assert_cmpuint (photos->total_size, ==, 1000);
  g_assert_true (photos->folder);

  const char *const none[] = { NULL };
  resolve (self, none, NULL, NULL);
  g_assert_no_error (self->error);
  g_assert_cmpuint (self->wanted->len, ==, 0);
}

static void
test_ambiguous (Fixture *self, gconstpointer unused)
{
  const char *const names[] = { "good", "x", NULL };

  add_found (self, "good", (ShoalResultFields){ .name = "good", .size = 1 }, ID_A);
  add_found (self, "x", (ShoalResultFields){ .name = "x", .size = 1 }, ID_A);
  add_found (self, "x", (ShoalResultFields){ .name = "x", .size = 1 }, ID_B);
  add_found (self, "size", (ShoalResultFields){ .name = "size", .size = 1 }, ID_A);
  add_found (self, "size", (ShoalResultFields){ .name = "size", .size = 2 }, ID_A);
  resolve (self, names, NULL, NULL);
  g_assert_null (self->wanted);
  g_assert_error (self->error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS);
  g_assert_cmpstr (self->name, ==, "x");
  g_assert_cmpuint (self->choices->len, ==, 2);
  resolve_one (self, "size");
  g_assert_error (self->error, SHOAL_ERROR, SHOAL_ERROR_AMBIGUOUS);
}

/* FOLDER/PATH, as a search shows it; never the same path of another folder. */
static void
test_inside (Fixture *self, gconstpointer unused)
{
  const ShoalResultFields other
      = { .name = "plan", .path = "deep/plan", .folder_name = "other", .size = 1 };
  const ShoalResultFields docs
      = { .name = "plan", .path = "deep/plan", .folder_name = "docs", .size = 1 };

  add_found (self, "deep/plan", other, ID_A);
  add_found (self, "deep/plan", docs, ID_B);
  resolve_one (self, "docs/deep/plan");
  assert_id (get_wanted (self, 0), ID_B);
  resolve_one (self, "nothing/deep/plan");
  assert_not_found (self);
  resolve_one (self, "/plan");
  assert_not_found (self);
  resolve_one (self, "docs/");
  assert_not_found (self);
}

static ShoalSource *
make_source (const char *user, const char *offer_name, gboolean partial)
{
  ShoalSource *source = shoal_source_new ();

  source->user = g_strdup (user);
  source->offer_name = g_strdup (offer_name);
  source->partial = partial;
  source->manifest = !partial;
  source->size = 400;
  return source;
}

static void
test_ids (Fixture *self, gconstpointer unused)
{
  const char *const names[] = { ID_C, NULL };

  /* Who is downloading it knows neither its name nor whether it is a folder. */
  fake_directory_add_source (self->directory, ID_C, make_source ("ada", NULL, TRUE));
  fake_directory_add_source (self->directory, ID_C, make_source ("ben", "photos", FALSE));
  resolve (self, names, NULL, NULL);
  g_assert_cmpstr (get_wanted (self, 0)->name, ==, "photos");
  g_assert_true (get_wanted (self, 0)->folder);
  g_assert_cmpuint (get_wanted (self, 0)->size, ==, 400);
  g_assert_cmpint (get_wanted (self, 0)->mtime_ms, ==, -1);
  resolve (self, names, "ada", NULL);
  g_assert_cmpstr (get_wanted (self, 0)->name, ==, ID_C);
  g_assert_false (get_wanted (self, 0)->folder);
  resolve (self, names, "eve", NULL);
  assert_not_found (self);
  g_assert_nonnull (strstr (self->error->message, "eve"));
  resolve_one (self, ID_A);
  assert_not_found (self);
}

static void
test_failing (Fixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const char *const names[] = { "song", NULL };

  add_found (self, "song", (ShoalResultFields){ .name = "song", .size = 10 }, ID_A);
  fake_directory_set_failure (self->directory, SHOAL_ERROR_BUSY);
  resolve_one (self, "song");
  g_assert_error (self->error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  resolve_one (self, ID_A);
  g_assert_error (self->error, SHOAL_ERROR, SHOAL_ERROR_BUSY);
  fake_directory_set_failure (self->directory, -1);
  g_cancellable_cancel (cancellable);
  resolve (self, names, NULL, cancellable);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/resolve/names", test_names);
  add ("/resolve/ambiguous", test_ambiguous);
  add ("/resolve/inside", test_inside);
  add ("/resolve/ids", test_ids);
  add ("/resolve/failing", test_failing);
  return g_test_run ();
}
