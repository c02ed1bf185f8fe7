/* shoal-secret-bytes.h: bytes that are wiped from memory when they are freed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_secret_bytes_new: Returns: (transfer full): a copy of @size bytes at @data that is wiped
 * when its last reference goes */
GBytes *shoal_secret_bytes_new (gconstpointer data, gsize size);

/** shoal_secret_bytes_to_base64: Returns: (transfer full): the text; free it with
 * shoal_secret_text_free() */
char *shoal_secret_bytes_to_base64 (GBytes *secret);

/** shoal_secret_bytes_from_base64: Returns: (transfer full) (nullable): the bytes that @text stands
 * for, or %NULL if it is not base64 in its canonical form */
GBytes *shoal_secret_bytes_from_base64 (const char *text);

/** shoal_secret_text_free: wipes and frees a text that holds a secret */
void shoal_secret_text_free (char *text);

G_END_DECLS
