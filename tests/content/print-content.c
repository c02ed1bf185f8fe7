/* print-content.c: prints "ID SIZE LAYER" of each file named, in hex; for vectors.py
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "shoal-hasher.h"

#include <fcntl.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (ShoalFd) fd = open (argv[i], O_RDONLY | O_CLOEXEC);
      g_autoptr (ShoalContent) content = shoal_hash_fd (fd, NULL, NULL, &error);
      if (content == NULL)
        {
          fprintf (stderr, "%s: %s\n", argv[i], error->message);
          return 1;
        }

      gsize length;
      const ShoalDigest *layer = g_bytes_get_data (content->layer, &length);
      char hex[SHOAL_DIGEST_HEX_SIZE];
      shoal_digest_to_hex (&content->id, hex);
      printf ("%s %" G_GUINT64_FORMAT " ", hex, content->size);
      for (gsize j = 0; j < length / sizeof *layer; j++)
        {
          shoal_digest_to_hex (&layer[j], hex);
          printf ("%s", hex);
        }
      printf ("\n");
    }
  return 0;
}
