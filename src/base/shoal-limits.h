/* shoal-limits.h: every ceiling of the program, each with its reason
 *
 * A number that bounds what a stranger, a member or a file can make us do stands here and nowhere
 * else. Sizes are bytes and times milliseconds unless the name says otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#define SHOAL_KIB (1024)
#define SHOAL_MIB (1024 * 1024)

/* ---- Content ---------------------------------------------------------------------------- */

/* BEP 52: leaves of the tree are hashes of 16 KiB blocks. */
#define SHOAL_BLOCK_SIZE (16 * SHOAL_KIB)
/* 1 MiB pieces: 32 bytes of layer per MiB keep the layer of a 1 TiB file at 32 MiB. */
#define SHOAL_PIECE_SIZE (1 * SHOAL_MIB)
#define SHOAL_BLOCKS_PER_PIECE (SHOAL_PIECE_SIZE / SHOAL_BLOCK_SIZE)
/* Largest file: 8 TiB, so that a piece layer (256 MiB) stays allocatable and pieces fit 32 bits. */
#define SHOAL_MAX_FILE_SIZE (G_GUINT64_CONSTANT (8) << 40)
/* Threads of a hash pool: as asked for, and where nothing is said (a disk feeds no more). */
#define SHOAL_MAX_HASH_THREADS (64)
#define SHOAL_DEFAULT_MAX_HASH_THREADS (8)
/* WIRE.md: a manifest names at most this many entries in at most this many bytes. */
#define SHOAL_MAX_MANIFEST_ENTRIES (1000000)
/* Files of one journal: a manifest's entries and the manifest itself. */
#define SHOAL_MAX_JOURNAL_FILES (SHOAL_MAX_MANIFEST_ENTRIES + 1)
#define SHOAL_MAX_MANIFEST_SIZE (256 * SHOAL_MIB)

/* ---- Names ------------------------------------------------------------------------------ */

/* NAME_MAX: no file system here holds a longer one. */
#define SHOAL_MAX_NAME_BYTES (255)
/* Characters of a name that are folded though they become more than four others (U+FDFA becomes
 * eighteen); those behind them stay as they are, so that a name does not grow elevenfold. */
#define SHOAL_MAX_LONG_FOLDS (8)
/* What counts as a file's extension (with its dot) and is kept when a name is shortened. */
#define SHOAL_MAX_EXTENSION_BYTES (20)
/* "name (2)" to "name (9999)": a folder with more of them has another problem. */
#define SHOAL_MAX_NAME_TRIES (9999)
/* PATH_MAX less room for the download folder. */
#define SHOAL_MAX_PATH_BYTES (3500)
/* Deeper trees break tools that recurse. */
#define SHOAL_MAX_PATH_DEPTH (128)
#define SHOAL_MAX_ACCOUNT_NAME_CHARS (32)
#define SHOAL_MIN_PASSWORD_BYTES (8)
#define SHOAL_MAX_PASSWORD_BYTES (1024)
/* A device's own name ("Ada's laptop"), in characters. */
#define SHOAL_MAX_DEVICE_NAME_CHARS (64)

/* ---- JSON and the channel to the tracker ------------------------------------------------ */

/* Before sign-in nothing longer than a password and an invite has to fit. */
#define SHOAL_MAX_LINE_BEFORE_SIGN_IN (16 * SHOAL_KIB)
#define SHOAL_MAX_LINE (4 * SHOAL_MIB)
/* json-glib recurses; nothing of ours nests deeper than 6. */
#define SHOAL_MAX_JSON_DEPTH (32)
/* The largest roster: none of its values has less than 13 bytes of the line on average. */
#define SHOAL_MAX_JSON_VALUES (300000)
#define SHOAL_MAX_JSON_STRING (64 * SHOAL_KIB)
/* Names of members, in bytes: ours have under 32; room for what a later version adds. */
#define SHOAL_MAX_JSON_KEY (256)
/* 2^53 - 1: what every JSON reader keeps exactly. */
#define SHOAL_MAX_JSON_INTEGER (G_GINT64_CONSTANT (9007199254740991))
/* Requests of one side that wait for their answer. */
#define SHOAL_MAX_REQUESTS_IN_FLIGHT (64)
/* A client that leaves this much unread is closed. */
#define SHOAL_MAX_UNSENT (8 * SHOAL_MIB)
/* Half-read lines over all channels of a process. */
#define SHOAL_MAX_UNREAD_INPUT (64 * SHOAL_MIB)
/* What a tracker holds of half-sent lines and unread answers: for one account over all its
 * connections, for one address before sign-in, and in total, a quarter of what its service may use.
 * Channels that hold less than the last are not looked at. */
#define SHOAL_MAX_HELD_BY_ACCOUNT (24 * SHOAL_MIB)
#define SHOAL_MAX_HELD_BY_STRANGERS (2 * SHOAL_MIB)
#define SHOAL_MAX_HELD (256 * SHOAL_MIB)
#define SHOAL_HELD_UNCOUNTED (64 * SHOAL_KIB)
#define SHOAL_MAX_BATCH_ENTRIES (1000)
#define SHOAL_MAX_BATCH_BYTES (1 * SHOAL_MIB)
/* How long an answer may take before the channel gives up on it. */
#define SHOAL_REQUEST_TIMEOUT_MS (60 * 1000)
/* Ids of requests are echoed: an UUID or a counter fits. In characters. */
#define SHOAL_MAX_REQUEST_ID_CHARS (64)
#define SHOAL_MAX_METHOD_CHARS (64)
/* What a message of the other side may put on somebody's screen, in characters. */
#define SHOAL_MAX_ERROR_MESSAGE_CHARS (500)
/* A channel's read buffer while nothing is being read: 1,000 members cost 4 MiB. */
#define SHOAL_READ_BUFFER (4 * SHOAL_KIB)
/* Bytes handed to the socket at once: four TLS records. */
#define SHOAL_WRITE_CHUNK (64 * SHOAL_KIB)
/* A line that has begun must end within this time: 4 MiB need 35 kB/s. */
#define SHOAL_LINE_TIMEOUT_MS (120 * 1000)
/* Above this many unsent bytes no further request is taken up, so that a client that asks for more
 * than it reads waits instead of being closed. */
#define SHOAL_UNSENT_PAUSE (1 * SHOAL_MIB)
/* A write that does not move on at all for this long closes the channel. */
#define SHOAL_WRITE_STALL_MS (60 * 1000)
/* After close: to send what is queued, and then for the other side to close too (a close with
 * unread input resets the connection and takes the last answer with it). */
#define SHOAL_CLOSE_FLUSH_MS (2 * 1000)
#define SHOAL_CLOSE_LINGER_MS (500)
/* Work on the lines of one channel before the others get their turn. */
#define SHOAL_CHANNEL_SLICE_US (4 * 1000)

/* ---- Database --------------------------------------------------------------------------- */

/* One transaction of the writer: the first waits at most this long for those behind it. */
#define SHOAL_DATABASE_GROUP_JOBS (256)
#define SHOAL_DATABASE_GROUP_US (20 * 1000)
/* Answers of the reader that wait to be taken: a few MiB each, and there may be thousands to come.
 */
#define SHOAL_DATABASE_UNDELIVERED (4)
/* Another process (a subcommand of the tracker) may be writing. */
#define SHOAL_DATABASE_BUSY_MS (10 * 1000)
/* Another process may be checking or upgrading the file. */
#define SHOAL_DATABASE_OPEN_WAIT_MS (30 * 1000)
/* Page caches, in bytes: a peer stays under 64 MiB in all. See shoal_database_set_cache(). */
#define SHOAL_DATABASE_WRITER_CACHE (8 * SHOAL_MIB)
#define SHOAL_DATABASE_READER_CACHE (16 * SHOAL_MIB)
/* Pages of 4 KiB before the log is folded into the file: 16 MiB, a good size for batches of offers.
 */
#define SHOAL_DATABASE_CHECKPOINT_PAGES (4000)
#define SHOAL_DATABASE_LOG_BYTES (32 * SHOAL_MIB)
/* Prepared statements kept by a connection; more are searches put together from parts. */
#define SHOAL_DATABASE_STATEMENTS (128)

/* ---- Listeners -------------------------------------------------------------------------- */

/* glib-networking runs handshakes in a shared pool of 10 threads: leave four to everything else. */
#define SHOAL_HANDSHAKE_SLOTS (6)
#define SHOAL_HANDSHAKE_SLOTS_PER_ADDRESS (2)
/* From accept to a completed handshake. */
#define SHOAL_HANDSHAKE_TIMEOUT_MS (5 * 1000)
/* While others wait for a slot, a handshake that has not ended after this gives its slot up, and
 * when somebody has waited so long the newest comes first: who stalls must not keep out who does
 * not. */
#define SHOAL_HANDSHAKE_PATIENCE_MS (1000)
/* Signed-in or not, one household or one lab behind one address. */
#define SHOAL_MAX_CONNECTIONS_PER_ADDRESS (128)
/* A group's tracker; must stay below RLIMIT_NOFILE, which the program checks at start. */
#define SHOAL_MAX_TRACKER_CONNECTIONS (4096)
#define SHOAL_MAX_PEER_CONNECTIONS (256)
/* Sockets of one address (IPv6: of one /64, and four times as many of a /48) in handshake, and as
 * many that have not signed in yet. */
#define SHOAL_ADDRESSES_PER_SITE (4)
#define SHOAL_MAX_STRANGERS_PER_ADDRESS (16)
#define SHOAL_MAX_STRANGERS (512)
#define SHOAL_LISTEN_BACKLOG (512)
/* A ClientHello is under 2 KiB in practice; one that is not whole by 16 KiB is refused. */
#define SHOAL_MAX_CLIENT_HELLO (16 * SHOAL_KIB)
/* Half a ClientHello that woke us is looked at again after this. */
#define SHOAL_PEEK_AGAIN_MS (20)
/* Strangers at a peer: a quarter of its connections, so that they cannot fill them. */
#define SHOAL_MAX_PEER_STRANGERS (64)
/* What is read from somebody refused, so that our good-bye arrives before the reset. */
#define SHOAL_DRAIN_MS (1000)
#define SHOAL_MAX_DRAIN (64 * SHOAL_KIB)
/* Those that are refused and read from for that long; the oldest go first. */
#define SHOAL_MAX_DRAINING (64)
/* With so little unsent, every kernel has room for a good-bye: writing it cannot wait. */
#define SHOAL_MAX_UNSENT_AT_CLOSE (4 * SHOAL_KIB)
/* Connections taken at once before other work has its turn. */
#define SHOAL_ACCEPTS_AT_ONCE (64)
/* Out of file descriptors or memory: how long not to accept. */
#define SHOAL_ACCEPT_AGAIN_MS (500)

/* ---- Identity ---------------------------------------------------------------------------- */

/* Eight addresses of 253 bytes would not fit a QR code; real links have under 300 bytes. */
#define SHOAL_MAX_LINK_BYTES (2048)
#define SHOAL_MAX_LINK_ADDRESSES (8)
/* A locked keyring asks on a screen that may not be there (ssh) and waits for ever. */
#define SHOAL_KEYRING_TIMEOUT_MS (10 * 1000)
/* A seed has 32 bytes, a token 32; a file of them for a few hundred groups fits 1 MiB. */
#define SHOAL_MAX_SECRET_BYTES (4 * SHOAL_KIB)
#define SHOAL_MAX_SECRETS_FILE (1 * SHOAL_MIB)

/* ---- Serving pieces ---------------------------------------------------------------------- */

/* Connections of one device to one peer. */
#define SHOAL_MAX_CONNECTIONS_PER_DEVICE (4)
/* A connection that moves nothing for this long is closed. */
#define SHOAL_SERVE_IDLE_MS (60 * 1000)
/* One answer: bounds what a vanished reader costs, and keeps spans short enough to be shared out.
 */
#define SHOAL_MAX_SPAN_PIECES (64)
/* Small files in one answer. */
#define SHOAL_MAX_BATCH_FILES (1000)
#define SHOAL_MAX_BATCH_FILE_BYTES (16 * SHOAL_MIB)
#define SHOAL_MAX_HTTP_HEADER (8 * SHOAL_KIB)
/* Answers being sent at once; more wait this long for their turn before they are told to come
 * again. */
#define SHOAL_DEFAULT_UPLOAD_SLOTS (8)
#define SHOAL_MAX_UPLOAD_SLOTS (64)
#define SHOAL_SLOT_WAIT_MS (5 * 1000)
/* What a device is told to wait for that got no slot. */
#define SHOAL_SLOT_RETRY_S (2)
/* A device that asks for nothing more of a content for this long has ended that upload. */
#define SHOAL_UPLOAD_QUIET_MS (60 * 1000)
/* Piece layers kept in memory: of 1 TiB of files that are being fetched. */
#define SHOAL_LAYER_CACHE_BYTES (32 * SHOAL_MIB)
#define SHOAL_LAYER_CACHE_ENTRIES (64)
/* WIRE.md: well-known ports are never dialled; the random one lies where nothing else listens. */
#define SHOAL_MIN_PEER_PORT (1024)
#define SHOAL_MIN_RANDOM_PORT (20000)
#define SHOAL_MAX_RANDOM_PORT (59999)
/* Bytes a second; 10^12 is beyond any network card and far from overflow. */
#define SHOAL_MAX_RATE (G_GINT64_CONSTANT (1000000000000))

/* ---- Sharing ------------------------------------------------------------------------------ */

/* Files looked at and hashed as one job of a thread: 10,000 small ones are not 10,000 jobs. */
#define SHOAL_HASH_BATCH_FILES (64)
/* Names that are listed when a folder has files that cannot be shared; the rest is a number. */
#define SHOAL_MAX_SKIPPED_NAMES (1000)
/* Entries of a download that the disk refuses, named one by one: they travel with the row. */
#define SHOAL_MAX_LEFT_OUT_LINES (100)
/* A file that keeps changing is hashed again after 1 s, then ever more rarely. */
#define SHOAL_REHASH_DELAY_MS (1000)
#define SHOAL_MAX_REHASH_DELAY_MS (60 * 1000)
/* Folders and files that are watched for changes: the system has a limit that all programs share,
 * and each takes some microseconds of the main loop. All that is shared is looked through every
 * quarter of an hour, and when somebody comes to look, but not again within a minute. */
#define SHOAL_MAX_WATCHED_PATHS (512)
#define SHOAL_RECHECK_MS (15 * 60 * 1000)
#define SHOAL_REFRESH_MS (60 * 1000)
/* Offers, and entries of folders, told in one request to the directory; more go in the next. */
#define SHOAL_MAX_OFFERS_AT_ONCE (1000)
#define SHOAL_MAX_ENTRIES_AT_ONCE (100000)
/* A directory that refused all our offers without a time is asked again after this long. */
#define SHOAL_OFFER_RETRY_MS (30 * 1000)
/* Transfers remembered. */
#define SHOAL_MAX_HISTORY_ROWS (100000)
/* How often connections are looked at for having moved nothing. */
#define SHOAL_SERVE_SWEEP_MS (5 * 1000)
/* The longest of our routes names two ids and a range. */
#define SHOAL_MAX_HTTP_PATH (256)
/* A fifth connection of a device takes the place of one that has moved nothing for this long: after
 * a change of network the old ones are dead, but nobody has told us. */
#define SHOAL_STALE_CONNECTION_MS (10 * 1000)
/* What is read and sent at once; large enough for few system calls, small enough for the
 * processor's cache; the smaller where many download at once, so that all buffers stay under 64
 * MiB. */
#define SHOAL_SERVE_CHUNK (512 * SHOAL_KIB)
#define SHOAL_SERVE_CHUNK_CROWDED (256 * SHOAL_KIB)
/* What is in memory already is copied in steps of this size, which stay in the cache. */
#define SHOAL_SERVE_CHUNK_CACHED (256 * SHOAL_KIB)
/* Up to so many answers at once are read one chunk ahead, in large chunks. */
#define SHOAL_SERVE_UNCROWDED (32)
/* Threads that read from disks for all answers. */
#define SHOAL_SERVE_READERS (2)
/* Under an upload limit answers go out in slices of an eighth of a second, at least this. */
#define SHOAL_MIN_SERVE_SLICE (4 * SHOAL_KIB)

/* ---- Tracker ------------------------------------------------------------------------------ */

#define SHOAL_DEFAULT_TRACKER_PORT (7707)
/* A connection must be signed in within this time, or it is closed. */
#define SHOAL_SIGN_IN_TIMEOUT_MS (60 * 1000)
#define SHOAL_DEFAULT_MAX_FAILURES (5)
#define SHOAL_DEFAULT_BLOCK_SECONDS (10)
#define SHOAL_MAX_BLOCK_SECONDS (15 * 60)
#define SHOAL_DEFAULT_IDLE_SECONDS (30)
/* Failed sign-ins of one account from everywhere, per hour, before strangers' tries are refused. */
#define SHOAL_MAX_ACCOUNT_FAILURES_PER_HOUR (100)
/* Counters of names and addresses that failed; the oldest go first. */
#define SHOAL_MAX_LOCKOUT_ROWS (50000)
/* Consecutive failures of a name at an address are forgotten after a day without another. */
#define SHOAL_LOCKOUT_FORGET_MS (24 * 60 * 60 * 1000)
/* Argon2id at 19 MiB each (OWASP's second choice): two at a time stay under 40 MiB. */
#define SHOAL_ARGON2_MEMORY (19 * SHOAL_MIB)
#define SHOAL_ARGON2_PASSES (2)
#define SHOAL_ARGON2_AT_ONCE (2)
/* Sign-ins that wait for their turn; above it the one that waits for most gets "busy". */
#define SHOAL_ARGON2_QUEUE (64)
/* Wrong passwords of one address (or of one known device): a classroom's mistakes at once, then
 * four a second, which is some 6 % of a core. */
#define SHOAL_TRIES_BURST (40)
#define SHOAL_TRY_INTERVAL_US (G_USEC_PER_SEC / 4)
/* Addresses whose pace is remembered before those that are at rest are forgotten. */
#define SHOAL_MAX_PACED_ADDRESSES (1024)
/* Wrong passwords of one address in the log, each by itself; more within the time are one entry. */
#define SHOAL_SINGLE_TRIES (10)
#define SHOAL_SINGLE_TRIES_MS (60 * 1000)
#define SHOAL_TOKEN_IDLE_DAYS (90)
#define SHOAL_MAX_DEVICES_PER_ACCOUNT (32)
/* The whole roster travels in one line: members with one device take some 400 bytes of it. Nobody
 * is let in above this; what grows later (addresses, names) is left out of it then. */
#define SHOAL_MAX_ACCOUNTS (10000)
#define SHOAL_MAX_ROSTER_BYTES (SHOAL_MAX_LINE - 512 * SHOAL_KIB)
#define SHOAL_MAX_ADDRESSES_PER_DEVICE (8)
/* Requests of one connection: a steady rate and a burst. Offers come in batches of 1,000. */
#define SHOAL_REQUESTS_PER_SECOND (200)
#define SHOAL_REQUESTS_BURST (600)
/* Before sign-in nobody needs more than hello, a few tries and a ping. */
#define SHOAL_STRANGER_REQUESTS_PER_SECOND (5)
#define SHOAL_STRANGER_REQUESTS_BURST (20)
/* A whole roster may be 1 MB: one a second, after a burst. */
#define SHOAL_ROSTERS_PER_SECOND (1)
#define SHOAL_ROSTERS_BURST (10)
/* What one member may offer, entries of folders included. */
#define SHOAL_MAX_ENTRIES_PER_MEMBER (2000000)
#define SHOAL_MAX_OFFERS_PER_MEMBER (200000)
#define SHOAL_MAX_SEARCH_ROWS (500)
#define SHOAL_MAX_SEARCH_TERMS (16)
#define SHOAL_SEARCH_TOTAL_CEILING (10000)
/* The app's list: a page is a few screens; typing waits for the next key; a list that follows the
 * catalogue does not ask more often than somebody can read. */
#define SHOAL_SEARCH_PAGE_ROWS (200)
#define SHOAL_SEARCH_DELAY_MS (150)
#define SHOAL_SEARCH_FOLLOW_MS (2000)
/* Rows of the catalogue that are kept for when the tracker is away: what somebody has looked at in
 * weeks, about 8 MB. */
#define SHOAL_MAX_KEPT_ROWS (10000)
/* Invites that can still be used. */
#define SHOAL_MAX_INVITES (1000)
/* The words of a search, in characters, and a cursor: a key of 512 bytes in base64 with its
 * company. */
#define SHOAL_MAX_SEARCH_CHARS (256)
#define SHOAL_MAX_CURSOR_CHARS (1024)
/* What two names are compared by when a search is sorted by name; longer names of one beginning
 * stay in the order in which they came. */
#define SHOAL_SORT_KEY_BYTES (512)
/* Candidates that are looked at for one answer, 0.3 s of work; what costs more (asking who has an
 * item, or its bytes) counts for as many of them as it takes time. */
#define SHOAL_SEARCH_CANDIDATES (200000)
#define SHOAL_SEARCH_COST_OFFERS (3)
#define SHOAL_SEARCH_COST_HOLDERS (10)
/* Folders of a member that the index is asked for by name when a search is for his things only. */
#define SHOAL_MAX_USER_LISTINGS (500)
/* A row of an answer without its names: ids, numbers, five members. An answer ends at
 * SHOAL_MAX_BATCH_BYTES of rows. */
#define SHOAL_SEARCH_ROW_BYTES (900)
/* Names of members in a row of a search; the number of sources says how many more there are. */
#define SHOAL_MAX_ROW_USERS (5)
/* Rows of one answer to "find" and "sources". */
#define SHOAL_MAX_FIND_ROWS (50)
#define SHOAL_MAX_SOURCE_ROWS (256)
/* Devices, and folders, that are looked at when the sources of a content are counted. */
#define SHOAL_MAX_HOLDERS (1000)
/* Contents that one device is downloading, as far as others are told. */
#define SHOAL_MAX_PULLING (1000)
/* The tracker's page caches, in bytes: the inner pages of the indexes of 1,000,000 files, and the
 * pages that a batch of entries touches. */
#define SHOAL_CATALOGUE_WRITER_CACHE (32 * SHOAL_MIB)
#define SHOAL_CATALOGUE_READER_CACHE (32 * SHOAL_MIB)
/* Offers that go in one transaction when a device withdraws all of them, and files that are deleted
 * in one when nobody offers them any more: 20 ms, so that nobody waits for longer. */
#define SHOAL_WITHDRAW_AT_ONCE (1000)
#define SHOAL_CLEAN_AT_ONCE (300)
/* Pages of the index that are merged in one transaction, and how long nobody must have changed the
 * catalogue before. */
#define SHOAL_MERGE_PAGES (64)
#define SHOAL_TIDY_DELAY_MS (2000)
#define SHOAL_MAX_INVITE_USES (1000)
#define SHOAL_MAX_INVITE_DAYS (365)
#define SHOAL_MAX_AUDIT_ROWS (1000)
/* Text of one audit entry, in bytes, and entries in one answer: both well below a line. */
#define SHOAL_MAX_AUDIT_TEXT (2 * SHOAL_KIB)
#define SHOAL_MAX_AUDIT_BYTES (2 * SHOAL_MIB)
/* Reports of one connection, each of which makes the log longer; 10,000 single files at once are
 * fine. */
#define SHOAL_REPORTS_PER_SECOND (5)
#define SHOAL_REPORTS_BURST (20000)
/* A repeated report is recognised for this long. */
#define SHOAL_REPORT_DAYS (30)

/* ---- Downloading -------------------------------------------------------------------------- */

#define SHOAL_DEFAULT_PARALLEL_DOWNLOADS (3)
#define SHOAL_MAX_PARALLEL_DOWNLOADS (16)
/* Two: one decrypts while the other hashes and writes. */
#define SHOAL_DEFAULT_CONNECTIONS_PER_SOURCE (2)
/* Worker threads of one download over all its sources; each can lose one piece and what is in its
 * socket. */
#define SHOAL_MAX_WORKERS_PER_DOWNLOAD (6)
#define SHOAL_MAX_SOURCES (64)
/* Pieces of which a face is shown the state, a byte each: those of the largest file. */
#define SHOAL_MAX_MAP_PIECES (SHOAL_MAX_FILE_SIZE / SHOAL_PIECE_SIZE)
/* A busy source's own idea of when to come again is believed up to here. */
#define SHOAL_MAX_RETRY_MS (15 * 60 * 1000)
/* A rate limit's burst: small rates must still pass one read at a time. */
#define SHOAL_MIN_RATE_BURST (64 * SHOAL_KIB)
/* A source that delivers nothing for this long loses its span. */
#define SHOAL_STALL_MS (15 * 1000)
/* Bytes a second of one connection, over SHOAL_STALL_MS: below this a second source may do the same
 * work, and the first of both that has verified it wins. Nothing that has come is given up for it,
 * so it may be higher than what a slow line at home sends: a batch of small files (2 MiB) is held
 * up for two minutes at most. */
#define SHOAL_LEAST_RATE (16 * SHOAL_KIB)
/* A source that was slower comes after the others for this long. */
#define SHOAL_LATE_MS (60 * 1000)
/* Data is synced before its pieces are recorded: a power cut costs at most one window. */
#define SHOAL_SYNC_WINDOW_BYTES (64 * SHOAL_MIB)
#define SHOAL_SYNC_WINDOW_MS (1000)
#define SHOAL_CONNECT_TIMEOUT_S (10)

/* Sources that are asked at once to prove the size that they tell, where they disagree, and for how
 * long: a layer and two pieces from each. Of the largest files (512 GiB and more) the layers would
 * fill the memory. */
#define SHOAL_MAX_PROBES (16)
#define SHOAL_PROVE_MS (30 * 1000)
#define SHOAL_MAX_PROVEN_PIECES (512 * 1024)

/* ---- A peer and its faces ------------------------------------------------------------------ */

/* Reports to the audit log that wait for the tracker, in memory; the oldest go first. */
#define SHOAL_MAX_REPORTS (1000)
/* Devices a peer remembers: every device of the largest group would be 3.2 million; a lying tracker
 * that invents them must not fill the disk. Those above stay unconfirmed. */
#define SHOAL_MAX_KNOWN_DEVICES (200000)
/* Commands and apps that work through one engine at a time. */
#define SHOAL_MAX_CONTROL_CLIENTS (32)
/* Rows in one answer on the control socket (members and their devices count as one each): must fit
 * a line with the longest names. */
#define SHOAL_MAX_CONTROL_ROWS (500)
/* At exit, for the last reports to reach the tracker. */
#define SHOAL_STOP_FLUSH_MS (2000)
/* For a command that needs the tracker: a dial to each of two addresses and a busy sign-in. */
#define SHOAL_WAIT_ONLINE_MS (30 * 1000)
/* RFC 8305, 5: the next address is dialled after this. */
#define SHOAL_CONNECT_STAGGER_MS (250)
/* Eight announced, the one as seen, and some that a device had before. */
#define SHOAL_MAX_DIALLED_ADDRESSES (16)
/* A busy peer may ask for an hour of patience, not more. */
#define SHOAL_MAX_RETRY_AFTER_S (3600)
