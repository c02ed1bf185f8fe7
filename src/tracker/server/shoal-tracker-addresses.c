/* shoal-tracker-addresses.c: where the tracker listens, and under which addresses links name it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-addresses"

#include "config.h"

#include "shoal-tracker-addresses.h"

#include <string.h>

#include "shoal-error.h"
#include "shoal-limits.h"

#define SETTING_ADDRESSES "addresses"
#define MAX_HOST_CHARS (253)
/* What a link may name. */
#define MAX_LINK_ADDRESSES (8)

static gboolean
parse_port (const char *text, guint16 min, guint16 *port, GError **error)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, min, G_MAXUINT16, &value, NULL))
    return shoal_set_field_error (error, "port",
                                  "“%s” is not a port: give a number from %d to 65535.", text, min);
  *port = (guint16) value;
  return TRUE;
}

/* "host", "host:port", "[v6]", "[v6]:port" or a bare v6 literal. @port_text: NULL if there is none.
 */
static gboolean
split_host_port (const char *text, char **host, const char **port_text, GError **error)
{
  const char *end;

  *port_text = NULL;
  if (*text == '[')
    {
      end = strchr (text, ']');
      if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return shoal_set_field_error (error, "address",
                                      "“%s” is not an address: write [ADDRESS]:PORT.", text);
      *host = g_strndup (text + 1, (gsize) (end - text - 1));
      if (end[1] == ':')
        *port_text = end + 2;
      return TRUE;
    }
  end = strchr (text, ':');
  if (end == NULL || strchr (end + 1, ':') != NULL)
    {
      *host = g_strdup (text);
      return TRUE;
    }
  *host = g_strndup (text, (gsize) (end - text));
  *port_text = end + 1;
  return TRUE;
}

gboolean
shoal_tracker_parse_listen (const char *text, char **address, guint16 *port, GError **error)
{
  g_autofree char *host = NULL;
  const char *port_text = NULL;

  *address = NULL;
  *port = SHOAL_DEFAULT_TRACKER_PORT;
  if (!split_host_port (text, &host, &port_text, error)
      || (port_text != NULL && !parse_port (port_text, 0, port, error)))
    return FALSE;
  if (*text == '\0')
    return shoal_set_field_error (error, "address", "The address to listen on is empty.");
  if (*host == '\0' || g_str_equal (host, "*"))
    return TRUE;
  if (g_str_equal (host, "localhost"))
    {
      *address = g_strdup ("127.0.0.1");
      return TRUE;
    }
  if (!g_hostname_is_ip_address (host))
    return shoal_set_field_error (error, "address",
                                  "“%s” is not an IP address of this computer. Write for example "
                                  "0.0.0.0:%d, [::1]:%d or *:%d.",
                                  host, SHOAL_DEFAULT_TRACKER_PORT, SHOAL_DEFAULT_TRACKER_PORT,
                                  SHOAL_DEFAULT_TRACKER_PORT);
  *address = g_steal_pointer (&host);
  return TRUE;
}

static gboolean
is_host_name (const char *host)
{
  gsize length = strlen (host);

  if (g_hostname_is_ip_address (host))
    return TRUE;
  if (length == 0 || length > MAX_HOST_CHARS || host[0] == '-' || host[0] == '.')
    return FALSE;
  for (const char *at = host; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '-' && *at != '.')
      return FALSE;
  return TRUE;
}

gboolean
shoal_tracker_parse_public (const char *text, char **host, guint16 *port, GError **error)
{
  g_autofree char *name = NULL;
  const char *port_text = NULL;

  *host = NULL;
  *port = 0;
  if (!split_host_port (text, &name, &port_text, error)
      || (port_text != NULL && !parse_port (port_text, 1, port, error)))
    return FALSE;
  if (!is_host_name (name))
    return shoal_set_field_error (
        error, "address",
        "“%s” is not a host name or address. Write for example tracker.example.org:%d.", text,
        SHOAL_DEFAULT_TRACKER_PORT);
  *host = g_steal_pointer (&name);
  return TRUE;
}

static char *
format_address (const char *host, guint16 port)
{
  if (strchr (host, ':') != NULL)
    return g_strdup_printf ("[%s]:%u", host, (guint) port);
  return g_strdup_printf ("%s:%u", host, (guint) port);
}

/* What members call an address that we listen on. */
static char *
name_address (const char *address, guint16 port)
{
  g_autoptr (GInetAddress) inet = address != NULL ? g_inet_address_new_from_string (address) : NULL;
  const char *host_name = g_get_host_name ();

  if (inet != NULL && !g_inet_address_get_is_any (inet))
    return format_address (address, port);
  return format_address (is_host_name (host_name) ? host_name : "localhost", port);
}

static gboolean
listen_on (ShoalListener *listener,
           const char *text,
           GPtrArray *addresses,
           guint16 *first_port,
           GError **error)
{
  g_autofree char *address = NULL;
  guint16 port = 0;
  guint16 bound = 0;

  if (!shoal_tracker_parse_listen (text, &address, &port, error)
      || !shoal_listener_listen (listener, address, port, &bound, error))
    return FALSE;
  if (*first_port == 0)
    *first_port = bound;

  g_autofree char *name = name_address (address, bound);

  if (addresses->len < MAX_LINK_ADDRESSES
      && !g_ptr_array_find_with_equal_func (addresses, name, g_str_equal, NULL))
    g_ptr_array_add (addresses, g_steal_pointer (&name));
  return TRUE;
}

char **
shoal_tracker_bind (ShoalListener *listener, const ShoalTrackerConfig *config, GError **error)
{
  static const char *const everywhere[] = { "*", NULL };
  const char *const *listen
      = *config->listen != NULL ? (const char *const *) config->listen : everywhere;
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  guint16 first_port = 0;

  for (guint i = 0; listen[i] != NULL; i++)
    if (!listen_on (listener, listen[i], addresses, &first_port, error))
      return NULL;
  if (config->public_host != NULL)
    {
      g_autofree char *host = NULL;
      guint16 port = 0;

      if (!shoal_tracker_parse_public (config->public_host, &host, &port, error))
        return NULL;
      g_ptr_array_set_size (addresses, 0);
      g_ptr_array_add (addresses, format_address (host, port != 0 ? port : first_port));
    }
  g_ptr_array_add (addresses, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&addresses), FALSE);
}

static gboolean
write_addresses (ShoalConnection *connection, gpointer data, GError **error)
{
  return shoal_connection_run (connection, error,
                               "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", "ss",
                               SETTING_ADDRESSES, data);
}

gboolean
shoal_tracker_save_addresses (ShoalDatabase *database, const char *const *addresses, GError **error)
{
  g_autofree char *list = g_strjoinv (",", (char **) addresses);

  return shoal_database_write (database, write_addresses, list, error);
}

gboolean
shoal_tracker_load_addresses (ShoalConnection *connection, gpointer data, GError **error)
{
  char ***addresses = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (ShoalRows) rows = shoal_connection_query (
      connection, error, "SELECT value FROM settings WHERE name = ?", "s", SETTING_ADDRESSES);

  if (rows == NULL)
    return FALSE;
  if (shoal_rows_next (rows, &local_error))
    *addresses = g_strsplit (shoal_rows_string (rows, 0), ",", MAX_LINK_ADDRESSES);
  else
    *addresses = g_new0 (char *, 1);
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
