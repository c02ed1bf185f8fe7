/* catalogue-names.h: plausible file names, the same ones for the same seed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CatalogueNames CatalogueNames;

CatalogueNames *catalogue_names_new (guint32 seed);
void catalogue_names_free (CatalogueNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CatalogueNames, catalogue_names_free)

/** catalogue_names_add_album: appends paths ("Folder/name.ext") of files that belong together to
 * @paths */
void catalogue_names_add_album (CatalogueNames *self, GPtrArray *paths);
/** catalogue_names_make_file: Returns: (transfer full): the name of a single file */
char *catalogue_names_make_file (CatalogueNames *self);
/** catalogue_names_make_size: bytes; mostly small, a few large */
gint64 catalogue_names_make_size (CatalogueNames *self);
/** catalogue_names_pick_word: a word by how common it is: 0 is the most common one of all. Returns:
 * (transfer none) */
const char *catalogue_names_get_word (CatalogueNames *self, guint rank);
guint catalogue_names_get_n_words (CatalogueNames *self);

G_END_DECLS
