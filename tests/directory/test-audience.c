/* test-audience.c: who is in an audience, and which are the same
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib.h>

#include "shoal-audience.h"

static const char *const anna_and_bert[] = { "anna", "bert", NULL };
static const char *const bert_and_anna[] = { "bert", "anna", "bert", NULL };
static const char *const anna_alone[] = { "anna", NULL };
static const char *const nobody[] = { NULL };

static void
test_has (void)
{
  g_autoptr (ShoalAudience) everyone = shoal_audience_new_everyone ();
  g_autoptr (ShoalAudience) members = shoal_audience_new_members ();
  g_autoptr (ShoalAudience) named = shoal_audience_new_accounts (bert_and_anna);
  g_autoptr (ShoalAudience) none = shoal_audience_new_accounts (nobody);

  g_assert_true (shoal_audience_has (everyone, "anna", TRUE));
  g_assert_true (shoal_audience_has (everyone, "guest", FALSE));
  g_assert_true (shoal_audience_has (members, "anna", TRUE));
  g_assert_false (shoal_audience_has (members, "guest", FALSE));
  g_assert_true (shoal_audience_has (named, "anna", TRUE));
  g_assert_true (shoal_audience_has (named, "bert", FALSE));
  g_assert_false (shoal_audience_has (named, "ann", TRUE));
  g_assert_false (shoal_audience_has (named, "anna2", TRUE));
  g_assert_false (shoal_audience_has (named, "", TRUE));
  g_assert_false (shoal_audience_has (none, "anna", TRUE));
}

/* Who is not on the roster is in no audience at all. */
static void
test_stranger (void)
{
  g_autoptr (ShoalAudience) everyone = shoal_audience_new_everyone ();
  g_autoptr (ShoalAudience) members = shoal_audience_new_members ();
  g_autoptr (ShoalAudience) named = shoal_audience_new_accounts (anna_and_bert);

  g_assert_false (shoal_audience_has (everyone, NULL, TRUE));
  g_assert_false (shoal_audience_has (members, NULL, TRUE));
  g_assert_false (shoal_audience_has (named, NULL, TRUE));
}

static void
test_equal (void)
{
  g_autoptr (ShoalAudience) everyone = shoal_audience_new_everyone ();
  g_autoptr (ShoalAudience) again = shoal_audience_new_everyone ();
  g_autoptr (ShoalAudience) members = shoal_audience_new_members ();
  g_autoptr (ShoalAudience) other_members = shoal_audience_new_members ();
  g_autoptr (ShoalAudience) two = shoal_audience_new_accounts (anna_and_bert);
  g_autoptr (ShoalAudience) same_two = shoal_audience_new_accounts (bert_and_anna);
  g_autoptr (ShoalAudience) one = shoal_audience_new_accounts (anna_alone);
  g_autoptr (ShoalAudience) none = shoal_audience_new_accounts (nobody);

  g_assert_true (shoal_audience_equal (everyone, again));
  g_assert_true (shoal_audience_equal (members, other_members));
  g_assert_true (shoal_audience_equal (two, same_two));
  g_assert_false (shoal_audience_equal (two, one));
  g_assert_false (shoal_audience_equal (none, one));
  g_assert_false (shoal_audience_equal (everyone, members));
  g_assert_false (shoal_audience_equal (none, everyone));
  g_assert_cmpint (shoal_audience_get_kind (everyone), ==, SHOAL_AUDIENCE_EVERYONE);
  g_assert_cmpint (shoal_audience_get_kind (members), ==, SHOAL_AUDIENCE_MEMBERS);
  g_assert_cmpint (shoal_audience_get_kind (none), ==, SHOAL_AUDIENCE_ACCOUNTS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audience/has", test_has);
  g_test_add_func ("/audience/stranger", test_stranger);
  g_test_add_func ("/audience/equal", test_equal);
  return g_test_run ();
}
