/* shoal-listener-private.h: one connection on its way through the guard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-listener.h"

G_BEGIN_DECLS

/* What a guest goes through:
 *
 *   PEEKING --whole ClientHello--> WAITING --slot--> HANDSHAKING --+--> GIVEN   (its key will do)
 *      |                              |                  |        +--> DRAINING (it will not)
 *      +----------- time, bad bytes or the other side has gone: dropped -------------+
 */
typedef enum
{
  GUEST_PEEKING,
  GUEST_WAITING,
  GUEST_HANDSHAKING,
  GUEST_DRAINING,
  GUEST_GIVEN,
} GuestState;

/* Counts of one IPv4 address or one IPv6 /64; lives as long as it has connections. */
typedef struct
{
  char *name;
  guint connections;
  guint strangers;
  guint handshakes;
} GuestAddress;

typedef struct
{
  ShoalListener *listener; /* borrowed; owned while HANDSHAKING */
  GuestState state;
  gboolean stranger;
  gboolean expected; /* its address was on the roster when it came */
  GuestAddress *address;
  GSocket *socket;
  GTlsConnection *tls;
  GInetSocketAddress *remote;
  GSource *watch;
  GSource *deadline;
  GCancellable *cancellable;
  gint64 since; /* monotonic µs: when it began to wait for a slot, then when the handshake began */
  gsize drained;
} Guest;

/* What the steps tell the listener, which owns the guests and counts them (shoal-listener.c) */
void shoal_listener_guest_drop (ShoalListener *self, Guest *guest);
void shoal_listener_guest_hello (ShoalListener *self, Guest *guest);
void shoal_listener_guest_handshaken (ShoalListener *self, Guest *guest, const GError *error);

/* The steps (shoal-listener-guest.c) */
Guest *shoal_guest_new (ShoalListener *listener,
                        GSocket *socket,
                        GInetSocketAddress *remote,
                        guint timeout_ms);
/** shoal_guest_peek: looks for a ClientHello; may drop @guest */
void shoal_guest_peek (Guest *guest);
/** shoal_guest_handshake: begins the handshake. Returns: %FALSE if it cannot; then nothing was
 * begun */
gboolean shoal_guest_handshake (Guest *guest, ShoalDeviceKey *key, const char *const *alpn);
/** shoal_guest_refuse: says good-bye so that the other side sees it, then drops @guest */
void shoal_guest_refuse (Guest *guest);
/** shoal_guest_settle_down: the time limit is over, the connection belongs to somebody else now */
void shoal_guest_settle_down (Guest *guest);
void shoal_guest_free (Guest *guest);

G_END_DECLS
