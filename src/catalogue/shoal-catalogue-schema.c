/* shoal-catalogue-schema.c: the tables of the catalogue
 *
 * offers: what a device offers, under its own id. Deleted at once when it is withdrawn.
 * items: what a search can find, one row for each content, name and folder; never changed but for
 *   its counters. A larger id is newer. Two kinds: at the top level (listing_id 0), shared by all
 *   offers of that content under that name, or a file in a listing.
 * listings: the entries of a folder, shared by all offers of it that told the same entries.
 * item_words: the words of the index (shoal-catalogue-text.c) of each item, by its id.
 *
 * refs counts the offers that need an item or listing, live those of them that are complete: only
 * what has live offers is found. What has no refs any more is deleted bit by bit when there is time
 * (shoal-catalogue-clean.c); until then its rows are there and found by nobody.
 *
 * refs of an item in a listing is always 1: the listing is counted for it. The conditions of
 * partial indexes compare no column with "=" that a query compares with a parameter: SQLite would
 * prepare such a query again for each value.
 *
 * key is the first 8 bytes of the content id: enough to look up, a quarter of the index; who looks
 * up compares the whole id too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-catalogue-schema"

#include "config.h"

#include "shoal-catalogue.h"

const char shoal_catalogue_schema_1[] =
    /* entries, done: lines of the folder, told and received. listing_shared: the listing was there
       already; the entries are only compared with it: chain is the hash of those received so far,
       last_path the path of the last one. files, bytes: what it adds to the member's. */
    "CREATE TABLE offers ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device_id INTEGER NOT NULL,"
    "  account_id INTEGER NOT NULL,"
    "  offer TEXT NOT NULL,"
    "  item_id INTEGER NOT NULL,"
    "  listing_id INTEGER NOT NULL,"
    "  listing_shared INTEGER NOT NULL,"
    "  complete INTEGER NOT NULL,"
    "  key INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL,"
    "  done INTEGER NOT NULL,"
    "  files INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL,"
    "  chain BLOB,"
    "  last_path TEXT,"
    "  added_ms INTEGER NOT NULL,"
    "  UNIQUE (device_id, offer));"
    "CREATE INDEX offers_device ON offers (device_id);"
    "CREATE INDEX offers_item ON offers (item_id);"
    "CREATE INDEX offers_listing ON offers (listing_id) WHERE listing_id != 0;"
    "CREATE INDEX offers_account ON offers (account_id, listing_id) WHERE listing_id != 0;"
    "CREATE INDEX offers_key ON offers (key, device_id);"

    /* What each member has on offer, for its limits: also what is not complete. stale: the
       member has lost a device, which the roster does not know yet. */
    "CREATE TABLE offer_counts ("
    "  account_id INTEGER PRIMARY KEY,"
    "  offers INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL,"
    "  stale INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX offer_counts_stale ON offer_counts (account_id) WHERE stale = 1;"

    /* digest, size: of the manifest. hash: of all entries, once they are there. */
    "CREATE TABLE listings ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  digest BLOB NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL,"
    "  hash BLOB,"
    "  refs INTEGER NOT NULL,"
    "  live INTEGER NOT NULL);"
    "CREATE INDEX listings_digest ON listings (digest);"
    "CREATE INDEX listings_unused ON listings (id) WHERE refs = 0;"

    /* size: of a folder the sum of its files, and manifest_size that of the content. ident: hash of
       content and name, to find an item of the top level; 0 in a listing. fold: of the path, NULL
       if it is the path itself. name_at, fold_at: where the last component starts in them, in
       bytes. */
    "CREATE TABLE items ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  listing_id INTEGER NOT NULL,"
    "  refs INTEGER NOT NULL,"
    "  live INTEGER NOT NULL,"
    "  type INTEGER NOT NULL,"
    "  key INTEGER NOT NULL,"
    "  digest BLOB NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  manifest_size INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL,"
    "  ident INTEGER NOT NULL,"
    "  mtime_ms INTEGER NOT NULL,"
    "  added_ms INTEGER NOT NULL,"
    "  name_at INTEGER NOT NULL,"
    "  fold_at INTEGER NOT NULL,"
    "  path TEXT NOT NULL,"
    "  fold TEXT);"
    "CREATE INDEX items_content ON items (key, listing_id);"
    "CREATE INDEX items_listing ON items (listing_id) WHERE listing_id != 0;"
    "CREATE INDEX items_top ON items (ident) WHERE ident != 0;"
    "CREATE INDEX items_unused ON items (id) WHERE refs = 0;"

    /* Only which items have a word is of interest, not where nor how often: the text of an item is
       looked at anyway before it is an answer. */
    "CREATE VIRTUAL TABLE item_words USING fts5 ("
    "  words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');"
    /* While entries come in, 16 segments of one size are merged at once, and nothing in between;
       two of one size when there is time (shoal-catalogue-clean.c). */
    "INSERT INTO item_words (item_words, rank) VALUES ('automerge', 0);"
    "INSERT INTO item_words (item_words, rank) VALUES ('usermerge', 2);";

/* What is offered itself, by how many offer it. */
const char shoal_catalogue_schema_2[]
    = "CREATE INDEX items_offers ON items (live, id) WHERE listing_id = 0;";
