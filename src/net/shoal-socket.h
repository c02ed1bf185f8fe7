/* shoal-socket.h: sockets and addresses, as the guard and the clients need them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** shoal_socket_prepare: TCP_NODELAY and keep-alive */
void shoal_socket_prepare (GSocket *socket);

/** shoal_socket_listen: @address: (nullable): a literal, or all of them, dual-stack; see
 * shoal_listener_listen(). Returns: (transfer full): the listening socket, or %NULL with
 * %SHOAL_ERROR_EXISTS for a port that is taken */
GSocket *shoal_socket_listen (const char *address, guint16 port, guint16 *bound, GError **error);

/** shoal_socket_get_remote: Returns: (transfer full) (nullable): who is at the other end; an IPv4
 * address even where the socket shows it inside an IPv6 one */
GInetSocketAddress *shoal_socket_get_remote (GSocket *socket);

/** shoal_address_name: Returns: (transfer full): what counts as one address: whoever has an IPv6
 * address has its whole /64 */
char *shoal_address_name (GInetAddress *address);
/** shoal_address_site: Returns: (transfer full) (nullable): the /48 of an IPv6 address, which
 * whoever has a line of his own may be given; %NULL for IPv4 */
char *shoal_address_site (GInetAddress *address);

G_END_DECLS
