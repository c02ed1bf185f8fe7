/* bench-net.c: how fast one peer serves and another fetches, on this machine
 *
 * bench-net [CONNECTIONS [MIB [REQUESTS]]]: two processes over loopback; a file on tmpfs is read by
 * the server, nothing is hashed. Not a test: run it by hand, with everything else quiet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net-test.h"
#include "shoal-limits.h"
#include "shoal-tls.h"

#define SPAN (16 * SHOAL_MIB)

static guint64 span = SPAN;

static int file = -1;
static int waiting = 0;
static char *address;
static guint64 to_fetch;

static gboolean
read_file (gpointer data, guint64 offset, guint8 *buffer, gsize length, GError **error)
{
  return pread (file, buffer, length, (off_t) (offset % SPAN)) == (gssize) length;
}

static void
on_request (ShoalPeerServer *server, ShoalPeerRequest *request, gpointer user_data)
{
  if (g_str_has_suffix (shoal_peer_request_get_path (request), "/small"))
    {
      g_autoptr (GBytes) body = g_bytes_new_static ("0123456789abcdef", 16);

      shoal_peer_request_respond (request, 200, body);
      return;
    }
  shoal_peer_request_respond_stream (request, span, read_file, NULL, NULL, NULL, NULL);
}

static void
print_usage (const char *who)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  g_print ("%s: %.2f s user, %.2f s system, %ld KiB at most\n", who,
           (double) usage.ru_utime.tv_sec + (double) usage.ru_utime.tv_usec / 1e6,
           (double) usage.ru_stime.tv_sec + (double) usage.ru_stime.tv_usec / 1e6, usage.ru_maxrss);
}

static void
run_server (int write_fd, int read_fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ShoalDeviceKey) key = net_test_key (1);
  g_autoptr (ShoalDeviceKey) client = net_test_key (2);
  g_autoptr (GHashTable) known = net_test_set (shoal_device_key_get_fingerprint (client), NULL);
  g_autofree guint8 *data = g_malloc (SPAN);
  guint16 port = 0;
  char byte = 0;

  g_assert_true (shoal_tls_init (&error));
  file = memfd_create ("bench", 0);
  for (gsize i = 0; i < SPAN; i++)
    data[i] = net_test_byte (i);
  g_assert_true (write (file, data, SPAN) == SPAN);
  g_autoptr (ShoalPeerServer) server = shoal_peer_server_new (key, on_request, NULL);
  shoal_peer_server_set_known (server, known, NULL);
  g_assert_true (shoal_peer_server_start (server, "127.0.0.1", 0, &port, &error));
  g_assert_true (write (write_fd, &port, sizeof port) == sizeof port);
  g_assert_true (read (read_fd, &byte, 1) >= 0);

  print_usage ("server");
}

static ShoalPeerClient *
make_client (void)
{
  const char *const addresses[] = { address, NULL };
  g_autoptr (ShoalDeviceKey) key = net_test_key (2);
  g_autoptr (ShoalDeviceKey) server = net_test_key (1);

  return shoal_peer_client_new (key, shoal_device_key_get_fingerprint (server), addresses);
}

static gpointer
fetch_thread (gpointer data)
{
  g_autoptr (ShoalPeerClient) client = make_client ();
  g_autofree guint8 *buffer = g_malloc (SHOAL_MIB);

  while ((guint64) g_atomic_int_add (&waiting, 1) * span < to_fetch)
    {
      g_autoptr (GError) error = NULL;
      guint64 length = 0;

      shoal_peer_client_open (client, "/v1/big", (gint64) span, span, NULL, &length, &error);
      g_assert_no_error (error);
      for (guint64 done = 0; done < length; done += SHOAL_MIB)
        {
          shoal_peer_client_read (client, buffer, SHOAL_MIB, NULL, &error);
          g_assert_no_error (error);
        }
      shoal_peer_client_close_body (client);
    }
  return NULL;
}

static void
bench_big (guint connections)
{
  g_autofree GThread **threads = g_new0 (GThread *, connections);
  gint64 start = g_get_monotonic_time ();

  waiting = 0;
  for (guint i = 0; i < connections; i++)
    threads[i] = g_thread_new ("fetch", fetch_thread, NULL);
  for (guint i = 0; i < connections; i++)
    g_thread_join (threads[i]);

  double seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  g_print ("%u connection%s: %.2f GB/s\n", connections, connections == 1 ? "" : "s",
           (double) to_fetch / seconds / 1e9);
}

static void
bench_small (guint requests)
{
  g_autoptr (ShoalPeerClient) client = make_client ();
  gint64 start = g_get_monotonic_time ();
  gint64 first = 0;

  for (guint i = 0; i < requests; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/small", 16, 16, NULL, &error);

      g_assert_no_error (error);
      if (i == 0)
        first = g_get_monotonic_time () - start;
    }
  g_print ("%u small requests: %.2f s, the first %.1f ms\n", requests,
           (double) (g_get_monotonic_time () - start) / 1e6, (double) first / 1e3);
}

static void
bench_connect (void)
{
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ShoalPeerClient) client = make_client ();
      g_autoptr (GBytes) body = shoal_peer_client_get (client, "/v1/small", 16, 16, NULL, &error);

      g_assert_no_error (error);
    }
  g_print ("a new connection and a request: %.2f ms\n",
           (double) (g_get_monotonic_time () - start) / 50e3);
}

int
main (int argc, char **argv)
{
  int to_parent[2];
  int to_child[2];
  guint16 port = 0;
  guint connections = argc > 1 ? (guint) atoi (argv[1]) : 1;
  guint64 mib = argc > 2 ? (guint64) atoi (argv[2]) : 4096;
  guint requests = argc > 3 ? (guint) atoi (argv[3]) : 10000;

  g_assert_true (pipe (to_parent) == 0 && pipe (to_child) == 0);
  pid_t child = fork ();
  if (child == 0)
    {
      close (to_child[1]);
      run_server (to_parent[1], to_child[0]);
      return 0;
    }

  g_autoptr (GError) error = NULL;
  g_assert_true (read (to_parent[0], &port, sizeof port) == sizeof port);
  g_assert_true (shoal_tls_init (&error));
  address = g_strdup_printf ("127.0.0.1:%u", port);
  to_fetch = mib * SHOAL_MIB;
  if (requests > 0)
    {
      bench_small (requests);
      bench_connect ();
    }
  if (mib > 0)
    bench_big (connections);
  print_usage ("client");
  close (to_child[1]);
  waitpid (child, NULL, 0);
  g_free (address);
  return 0;
}
