/* shoal-audience.c: who may know of a content and fetch it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-audience"

#include "config.h"

#include "shoal-audience.h"

#include <string.h>

struct _ShoalAudience
{
  ShoalAudienceKind kind;
  GPtrArray *accounts; /* (nullable): of char *, sorted, each once; of those that are named */
};

static void
shoal_audience_clear (gpointer data)
{
  ShoalAudience *self = data;

  g_clear_pointer (&self->accounts, g_ptr_array_unref);
}

static ShoalAudience *
audience_new (ShoalAudienceKind kind)
{
  ShoalAudience *self = g_atomic_rc_box_new0 (ShoalAudience);

  self->kind = kind;
  return self;
}

ShoalAudience *
shoal_audience_new_everyone (void)
{
  static gsize everyone;

  /* A hundred thousand shares have it: one for all of them. */
  if (g_once_init_enter (&everyone))
    g_once_init_leave (&everyone, (gsize) audience_new (SHOAL_AUDIENCE_EVERYONE));
  return shoal_audience_ref ((ShoalAudience *) everyone);
}

ShoalAudience *
shoal_audience_new_members (void)
{
  return audience_new (SHOAL_AUDIENCE_MEMBERS);
}

static int
compare_accounts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

ShoalAudience *
shoal_audience_new_accounts (const char *const *accounts)
{
  g_return_val_if_fail (accounts != NULL, NULL);

  ShoalAudience *self = audience_new (SHOAL_AUDIENCE_ACCOUNTS);
  self->accounts = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; accounts[i] != NULL; i++)
    g_ptr_array_add (self->accounts, g_strdup (accounts[i]));
  g_ptr_array_sort (self->accounts, compare_accounts);
  for (guint i = self->accounts->len; i > 1; i--)
    if (g_str_equal (self->accounts->pdata[i - 1], self->accounts->pdata[i - 2]))
      g_ptr_array_remove_index (self->accounts, i - 1);
  return self;
}

ShoalAudience *
shoal_audience_ref (ShoalAudience *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

void
shoal_audience_unref (ShoalAudience *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, shoal_audience_clear);
}

ShoalAudienceKind
shoal_audience_get_kind (const ShoalAudience *self)
{
  g_return_val_if_fail (self != NULL, SHOAL_AUDIENCE_ACCOUNTS);

  return self->kind;
}

gboolean
shoal_audience_equal (const ShoalAudience *a, const ShoalAudience *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  if (a == b)
    return TRUE;
  if (a->kind != b->kind)
    return FALSE;
  if (a->kind != SHOAL_AUDIENCE_ACCOUNTS)
    return TRUE;
  if (a->accounts->len != b->accounts->len)
    return FALSE;
  for (guint i = 0; i < a->accounts->len; i++)
    if (!g_str_equal (a->accounts->pdata[i], b->accounts->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
names_account (const ShoalAudience *self, const char *account)
{
  guint low = 0;
  guint high = self->accounts->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      int order = strcmp (account, self->accounts->pdata[middle]);
      if (order == 0)
        return TRUE;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return FALSE;
}

gboolean
shoal_audience_has (const ShoalAudience *self, const char *account, gboolean member)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (account == NULL)
    return FALSE;
  switch (self->kind)
    {
    case SHOAL_AUDIENCE_EVERYONE:
      return TRUE;
    case SHOAL_AUDIENCE_MEMBERS:
      return member;
    case SHOAL_AUDIENCE_ACCOUNTS:
    default:
      return names_account (self, account);
    }
}
