/* test-budgets.c: what all connections of one account may make us hold
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "channel-fixture.h"
#include "shoal-budgets.h"
#include "shoal-error.h"
#include "shoal-json.h"
#include "shoal-limits.h"
#include "shoal-line-reader.h"

#define PART (300 * SHOAL_KIB)

typedef struct
{
  Side side;
  int fd;
} Raw;

static void
raw_set_up (Raw *self, ShoalBudgets *budgets, const char *whose, gsize max)
{
  g_autoptr (GIOStream) stream = NULL;

  self->fd = make_raw_pair (&stream);
  side_set_up (&self->side, stream, SHOAL_MAX_LINE);
  shoal_channel_set_budget (self->side.channel, budgets, whose, max);
}

static void
raw_tear_down (Raw *self)
{
  close (self->fd);
  side_tear_down (&self->side);
}

/* Leaves @parts times 300 KiB unread, and a little. */
static void
say (Raw *raw, guint parts)
{
  g_autofree char *filler = g_strnfill (PART / 10, 'x');
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < 10; i++)
    json_array_add_string_element (array, filler);

  g_autoptr (JsonObject) params = shoal_json_new ("filler", "a", array, NULL);

  for (guint i = 0; i < parts; i++)
    shoal_channel_notify (raw->side.channel, "much", json_object_ref (params));
}

static void
assert_ended (Raw *raw)
{
  g_autofree char *line = NULL;
  g_autofree char *last = NULL;

  while ((line = raw_read_line (raw->fd)) != NULL)
    {
      g_free (last);
      last = g_steal_pointer (&line);
    }
  /* Whoever reads after all is told why. */
  g_assert_nonnull (last);
  g_assert_nonnull (strstr (last, "\"reason\":\"limit\""));
  WAIT_UNTIL (raw->side.n_closed == 1);
  g_assert_error (raw->side.reason, SHOAL_ERROR, SHOAL_ERROR_LIMIT);
}

/* Of three connections of one account the one that holds most is ended, and nobody else's. */
static void
test_one_account (void)
{
  g_autoptr (ShoalBudgets) budgets = shoal_budgets_new (64 * SHOAL_MIB);
  Raw eve[3];
  Raw ada;

  raw_set_up (&ada, budgets, "ada", SHOAL_MIB);
  for (guint i = 0; i < 3; i++)
    raw_set_up (&eve[i], budgets, "eve", SHOAL_MIB);
  say (&ada, 3);
  say (&eve[0], 2);
  say (&eve[1], 1);
  for (guint i = 0; i < 3; i++)
    g_assert_false (shoal_channel_is_closed (eve[i].side.channel));
  say (&eve[2], 1);
  g_assert_true (shoal_channel_is_closed (eve[0].side.channel));
  g_assert_false (shoal_channel_is_closed (eve[1].side.channel));
  g_assert_false (shoal_channel_is_closed (eve[2].side.channel));
  g_assert_false (shoal_channel_is_closed (ada.side.channel));
  assert_ended (&eve[0]);
  raw_tear_down (&ada);
  for (guint i = 0; i < 3; i++)
    raw_tear_down (&eve[i]);
}

/* Above the ceiling of all, the account that holds most gives way, not the one that came last. */
static void
test_all_accounts (void)
{
  g_autoptr (ShoalBudgets) budgets = shoal_budgets_new (SHOAL_MIB);
  Raw eve[2];
  Raw ada;

  raw_set_up (&ada, budgets, "ada", SHOAL_MIB);
  for (guint i = 0; i < 2; i++)
    {
      raw_set_up (&eve[i], budgets, "eve", SHOAL_MIB);
      say (&eve[i], 1);
    }
  say (&ada, 1);
  g_assert_false (shoal_channel_is_closed (ada.side.channel));
  say (&eve[1], 1);
  g_assert_true (shoal_channel_is_closed (eve[1].side.channel));
  g_assert_false (shoal_channel_is_closed (eve[0].side.channel));
  g_assert_false (shoal_channel_is_closed (ada.side.channel));
  assert_ended (&eve[1]);
  raw_tear_down (&ada);
  for (guint i = 0; i < 2; i++)
    raw_tear_down (&eve[i]);
}

/* A line that everybody gets is there once, and a channel counts for whom it is for now. */
static void
test_not_counted (void)
{
  g_autoptr (ShoalBudgets) budgets = shoal_budgets_new (64 * SHOAL_MIB);
  g_autofree char *filler = g_strnfill (PART, ' ');
  g_autoptr (GBytes) line = g_bytes_new (filler, PART);
  Raw eve[2];

  for (guint i = 0; i < 2; i++)
    {
      raw_set_up (&eve[i], budgets, "eve", SHOAL_MIB);
      for (guint j = 0; j < 5; j++)
        shoal_channel_notify_line (eve[i].side.channel, line);
      say (&eve[i], 1);
    }
  shoal_channel_set_budget (eve[0].side.channel, budgets, "ada", SHOAL_MIB);
  say (&eve[0], 2);
  say (&eve[1], 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (shoal_channel_is_closed (eve[i].side.channel));
      raw_tear_down (&eve[i]);
    }
}

/* Lines that never end are counted too. */
static void
test_half_sent (void)
{
  g_autoptr (ShoalBudgets) budgets = shoal_budgets_new (64 * SHOAL_MIB);
  g_autofree char *text = g_strnfill (2 * SHOAL_MIB, ' ');
  Raw eve[2];

  for (guint i = 0; i < 2; i++)
    raw_set_up (&eve[i], budgets, "eve", SHOAL_MIB);
  raw_send (eve[0].fd, text, PART);
  raw_send (eve[1].fd, text, 2 * SHOAL_MIB);
  assert_ended (&eve[1]);
  g_assert_cmpuint (eve[0].side.n_closed, ==, 0);
  for (guint i = 0; i < 2; i++)
    raw_tear_down (&eve[i]);
  WAIT_UNTIL (shoal_line_reader_get_total () == 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budgets/one-account", test_one_account);
  g_test_add_func ("/budgets/all-accounts", test_all_accounts);
  g_test_add_func ("/budgets/not-counted", test_not_counted);
  g_test_add_func ("/budgets/half-sent", test_half_sent);
  return g_test_run ();
}
