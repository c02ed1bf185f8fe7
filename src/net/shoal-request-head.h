/* shoal-request-head.h: checks the head of a request before an HTTP library sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** shoal_request_head_find_end: Returns: the length of the head at the start of @data, its empty
 * line included, or 0 if it is not whole */
gsize shoal_request_head_find_end (const char *data, gsize size);

/** shoal_request_head_check: @head: a whole head. Only "GET /v1/… HTTP/1.1" without a body passes,
 * with a path of at most 256 of [a-z0-9/-] and header lines of the form that RFC 9112 asks for.
 * @path: (out): the path; @close: (out): whether the connection ends with this request.
 * Returns: whether it may be answered */
gboolean shoal_request_head_check (const char *head, gsize size, char **path, gboolean *close);

G_END_DECLS
