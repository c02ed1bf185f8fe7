/* shoal-tracker-log.c: the operator's log: structured, without secrets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker"

#include "config.h"

#include "shoal-tracker-log.h"

#include <stdio.h>
#include <unistd.h>

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (GPOINTER_TO_INT (user_data)
      && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, NULL);
}

void
shoal_tracker_log_init (void)
{
  gboolean journal = g_log_writer_is_journald (fileno (stderr));

  g_log_writer_default_set_use_stderr (TRUE);
  g_log_set_writer_func (write_log, GINT_TO_POINTER (journal), NULL);
}

static const char *
priority_of (GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK)
    {
    case G_LOG_LEVEL_WARNING:
      return "4";
    case G_LOG_LEVEL_MESSAGE:
      return "5";
    case G_LOG_LEVEL_INFO:
      return "6";
    default:
      return "7";
    }
}

void
shoal_log_event (GLogLevelFlags level,
                 const char *event,
                 const char *user,
                 const char *address,
                 const char *message)
{
  g_autofree char *text
      = g_strdup_printf ("%s: %s (%s, %s)", event, message, user != NULL ? user : "nobody",
                         address != NULL ? address : "here");
  const GLogField fields[] = {
    { "MESSAGE", text, -1 },
    { "PRIORITY", priority_of (level), -1 },
    { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
    { "SHOAL_EVENT", event, -1 },
    { "SHOAL_USER", user != NULL ? user : "", -1 },
    { "SHOAL_ADDRESS", address != NULL ? address : "", -1 },
  };

  g_log_structured_array (level, fields, G_N_ELEMENTS (fields));
}
