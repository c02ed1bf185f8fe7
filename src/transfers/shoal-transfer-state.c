/* shoal-transfer-state.c: what the parts of a run share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-state.h"

#include <glib/gi18n.h>

static gboolean
is_active_state (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_STARTING || state == SHOAL_TRANSFER_ACTIVE;
}

void
shoal_run_set_state_locked (ShoalTransferRun *self, ShoalTransferState state, const char *message)
{
  gint64 now = g_get_monotonic_time ();

  if (self->active_since_us != 0 && !is_active_state (state))
    {
      self->active_us += now - self->active_since_us;
      self->active_since_us = 0;
    }
  else if (self->active_since_us == 0 && is_active_state (state))
    self->active_since_us = now;
  self->state = state;
  if (g_strcmp0 (self->message, message) != 0)
    {
      g_free (self->message);
      self->message = g_strdup (message);
    }
}

void
shoal_run_set_no_space_locked (ShoalTransferRun *self)
{
  shoal_run_set_state_locked (self, SHOAL_TRANSFER_NO_SPACE,
                              _ ("No room on the disk. It goes on by itself when there is."));
}

void
shoal_run_set_state (ShoalTransferRun *self, ShoalTransferState state, const char *message)
{
  g_mutex_lock (&self->lock);
  shoal_run_set_state_locked (self, state, message);
  g_mutex_unlock (&self->lock);
}

void
shoal_run_note_names (ShoalTransferRun *self, guint n, const char *first)
{
  if (n == 0)
    return;
  g_mutex_lock (&self->lock);
  g_free (self->note);
  self->note = g_strdup_printf (ngettext ("%u name could not be kept here; it became “%s”.",
                                          "%u names could not be kept here; the first became “%s”.",
                                          (gulong) n),
                                n, first);
  g_mutex_unlock (&self->lock);
}

void
shoal_run_note_left_out (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  if (self->n_left_out > 0)
    {
      g_autofree char *names = g_steal_pointer (&self->note);
      const char *first = g_ptr_array_index (self->left_out, 0);
      g_autofree char *left_out = g_strdup_printf (
          ngettext ("%u left out: %s", "%u left out; the first: %s", (gulong) self->n_left_out),
          self->n_left_out, first);

      self->note
          = names != NULL ? g_strconcat (left_out, " ", names, NULL) : g_steal_pointer (&left_out);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
shoal_run_is_discarded (ShoalTransferRun *self)
{
  g_mutex_lock (&self->lock);
  gboolean discard = self->discard;
  g_mutex_unlock (&self->lock);
  return discard;
}

void
shoal_run_set_made (ShoalTransferRun *self, const char *name)
{
  g_mutex_lock (&self->lock);
  g_free (self->made);
  self->made = g_strdup (name);
  g_mutex_unlock (&self->lock);
}
