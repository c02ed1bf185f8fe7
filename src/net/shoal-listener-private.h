/* shoal-listener-private.h: one connection on its way through the guard
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-known.h"
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

/* Counts of one IPv4 address, one IPv6 /64 or one IPv6 /48; lives as long as it has connections. */
typedef struct _GuestAddress GuestAddress;
struct _GuestAddress
{
  char *name;
  GuestAddress *site; /* (nullable): the /48 that it is in */
  guint connections;  /* those that are refused and drain are not counted */
  guint arriving;
  guint strangers;
  guint handshakes;
};

typedef struct
{
  ShoalListener *listener; /* borrowed; owned while HANDSHAKING */
  GuestState state;
  gboolean arriving;     /* its handshake has not ended */
  gboolean stranger;     /* it has been handed over, and nobody knows it yet */
  gboolean settled;      /* it has signed in */
  gboolean busy;         /* a stranger whose request is under way */
  gboolean expected;     /* its address was on the roster when it came */
  char *fingerprint;     /* (nullable): when it has been handed over */
  GuestAddress *address; /* NULL: not counted any more */
  GSocket *socket;
  GTlsConnection *tls;
  GInetSocketAddress *remote;
  GSource *watch;
  GSource *deadline;
  GCancellable *cancellable;
  gint64 since; /* monotonic µs: when it began to wait for a slot, then when the handshake began,
                   then since when it has been idle */
  gsize drained;
} Guest;

struct _ShoalListener
{
  GObject parent_instance;

  ShoalDeviceKey *key;
  ShoalListenerConfig config;
  char **alpn;
  ShoalListenerFunc callback;
  gpointer user_data;

  GMainContext *context;
  GPtrArray *sockets;
  GPtrArray *sources;    /* empty while not accepting */
  GSource *accept_again; /* after a failed accept() */
  GSource *patience;     /* while somebody waits for a slot */
  gboolean stopped;

  GMutex mutex;
  ShoalKnown *known; /* (nullable), under the mutex */

  GHashTable *guests;    /* all of them */
  GHashTable *given;     /* GTlsConnection to guest */
  GHashTable *addresses; /* name to GuestAddress */
  GQueue peeking;        /* oldest first */
  GQueue waiting;        /* for a handshake slot, first come first served */
  GQueue draining;       /* oldest first */
  guint arriving;
  guint unexpected_arriving;
  guint strangers;
  guint unexpected_strangers;
  guint handshakes;
  guint unexpected_handshakes; /* of those, from addresses that are not on the roster */
};

/* Who may come in, and who makes room (shoal-listener-crowd.c) */
GHashTable *shoal_crowd_new_addresses (void);
/* Whether the roster has the device. */
gboolean shoal_crowd_is_known (ShoalListener *self, const char *fingerprint);
/* Makes room for one more who arrives from @remote. FALSE: nobody goes. */
gboolean shoal_crowd_make_room (ShoalListener *self, GInetSocketAddress *remote);
/* Counts a guest who arrives, and who leaves (or is not to be counted any more). */
void shoal_crowd_enter (ShoalListener *self, Guest *guest);
void shoal_crowd_leave (ShoalListener *self, Guest *guest);
gboolean shoal_crowd_has_slot (ShoalListener *self, const Guest *guest);
void shoal_crowd_take_slot (ShoalListener *self, Guest *guest);
void shoal_crowd_release_slot (ShoalListener *self, Guest *guest);
/* The handshake has ended: known ones are settled, others count as strangers. FALSE: there are too
 * many, and none of them is idle. */
gboolean shoal_crowd_admit (ShoalListener *self, Guest *guest, const char *fingerprint);
void shoal_crowd_settle (ShoalListener *self, Guest *guest);

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
/** shoal_guest_refuse: says @last_words (nullable) and good-bye so that the other side sees it,
 * then drops @guest */
void shoal_guest_refuse (Guest *guest, const char *last_words);
/** shoal_guest_settle_down: the time limit is over, the connection belongs to somebody else now */
void shoal_guest_settle_down (Guest *guest);
void shoal_guest_free (Guest *guest);

G_END_DECLS
