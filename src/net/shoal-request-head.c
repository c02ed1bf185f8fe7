/* shoal-request-head.c: checks the head of a request before an HTTP library sees it
 *
 * What a peer may ask is one line. Everything else that HTTP can express is refused here, so that
 * the library behind only ever sees heads that we wrote ourselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-peer-server"

#include "config.h"

#include "shoal-request-head.h"

#include <string.h>

#include "shoal-limits.h"

#define METHOD "GET "
#define PREFIX "/v1/"
#define VERSION " HTTP/1.1"
#define END "\r\n\r\n"

gsize
shoal_request_head_find_end (const char *data, gsize size)
{
  if (size == 0)
    return 0;

  const char *end = memmem (data, size, END, strlen (END));

  return end != NULL ? (gsize) (end - data) + strlen (END) : 0;
}

static gboolean
check_path (const char *path, gsize size)
{
  if (size > SHOAL_MAX_HTTP_PATH || size < strlen (PREFIX)
      || memcmp (path, PREFIX, strlen (PREFIX)) != 0)
    return FALSE;
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_islower (path[i]) && !g_ascii_isdigit (path[i]) && path[i] != '/'
        && path[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean
check_request_line (const char *line, gsize size, char **path)
{
  gsize method = strlen (METHOD);
  gsize version = strlen (VERSION);

  if (size < method + version || memcmp (line, METHOD, method) != 0
      || memcmp (line + size - version, VERSION, version) != 0
      || !check_path (line + method, size - method - version))
    return FALSE;
  *path = g_strndup (line + method, size - method - version);
  return TRUE;
}

static gboolean
is_token (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (text[i])
        && (text[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return FALSE;
  return size > 0;
}

static gboolean
is_name (const char *text, gsize size, const char *name)
{
  return size == strlen (name) && g_ascii_strncasecmp (text, name, size) == 0;
}

static gboolean
check_header_line (const char *line, gsize size, gboolean *close)
{
  const char *colon = memchr (line, ':', size);

  if (colon == NULL || !is_token (line, (gsize) (colon - line)))
    return FALSE;
  for (const char *p = colon + 1; p < line + size; p++)
    if (g_ascii_iscntrl (*p) && *p != '\t')
      return FALSE;

  gsize name_size = (gsize) (colon - line);
  g_autofree char *value = g_strndup (colon + 1, (gsize) (line + size - colon - 1));
  g_strstrip (value);
  if (is_name (line, name_size, "Content-Length"))
    return strcmp (value, "0") == 0;
  if (is_name (line, name_size, "Transfer-Encoding") || is_name (line, name_size, "Expect"))
    return FALSE;
  if (is_name (line, name_size, "Connection") && g_ascii_strcasecmp (value, "close") == 0)
    *close = TRUE;
  return TRUE;
}

gboolean
shoal_request_head_check (const char *head, gsize size, char **path, gboolean *close)
{
  g_autofree char *found = NULL;
  const char *end = head + size - 2; /* without the empty line */

  *close = FALSE;
  if (size < strlen (END) || memcmp (head + size - strlen (END), END, strlen (END)) != 0)
    return FALSE;
  for (const char *line = head; line < end;)
    {
      const char *line_end = memmem (line, (gsize) (end - line), "\r\n", 2);

      if (line_end == NULL)
        return FALSE;

      gsize line_size = (gsize) (line_end - line);

      if (line == head ? !check_request_line (line, line_size, &found)
                       : !check_header_line (line, line_size, close))
        return FALSE;
      line = line_end + 2;
    }
  *path = g_steal_pointer (&found);
  return *path != NULL;
}
