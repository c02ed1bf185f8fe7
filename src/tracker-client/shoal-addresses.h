/* shoal-addresses.h: which addresses we tell others, and which of theirs we dial first
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** ShoalAddresses: what this machine's interfaces are at one moment; immutable */
typedef struct _ShoalAddresses ShoalAddresses;

/** shoal_addresses_new: asks the system. Returns: (transfer full): may be empty, never %NULL */
ShoalAddresses *shoal_addresses_new (void);
void shoal_addresses_free (ShoalAddresses *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalAddresses, shoal_addresses_free)

/** shoal_addresses_dup_own: Returns: (transfer full) (array zero-terminated=1): up to
 * %SHOAL_MAX_ADDRESSES_PER_DEVICE literals to announce: of interfaces that are up; no loopback,
 * link-local or multicast ones and no bridges of containers and virtual machines; IPv4 and IPv6
 * take turns */
char **shoal_addresses_dup_own (ShoalAddresses *self);

/**
 * shoal_addresses_order:
 * @seen: (nullable): the literal that the tracker sees
 * @announced: (nullable) (array zero-terminated=1): the literals the device tells
 * @port: where it serves
 * @loopback: whether our own channel to the tracker is on loopback
 *
 * What to dial, best first: as seen, then of a network that we are in, then others. Everything that
 * is not a literal of an ordinary unicast address is left out; loopback counts only where it is the
 * address as seen and
 * @loopback; ports under 1024 are never dialled.
 *
 * Returns: (transfer full) (array zero-terminated=1): "literal:port"; may be empty
 */
char **shoal_addresses_order (ShoalAddresses *self,
                              const char *seen,
                              const char *const *announced,
                              guint port,
                              gboolean loopback);

/** shoal_address_parse: Returns: (transfer full) (nullable): the address @text is a literal of;
 * IPv4 in IPv6 becomes IPv4, so that no rule about addresses is passed by in disguise */
GInetAddress *shoal_address_parse (const char *text);

G_END_DECLS
