/* shoal-sha256-pair.c: SHA-256 of two messages at a time, with the SHA instructions of x86
 *
 * SHA256RNDS2 takes four cycles and one can begin every two, but in one message each needs the
 * result of the one before: half of the processor waits. The blocks of a Merkle tree are messages
 * of one length that do not depend on each other, so two of them are run side by side in the same
 * thread, which takes little more time than one.
 *
 * Nothing here is secret: there is no key, and timing does not depend on the data. What this gives
 * must be what GnuTLS gives; it is compared once at the start, and not used if it is not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-digest"

#include "config.h"

#include "shoal-sha256-pair.h"

#include <string.h>

#define CHUNK 64 /* what the compression function takes */

static void
one_by_one (gconstpointer first, gconstpointer second, gsize size, ShoalDigest *digests)
{
  ShoalDigest results[2];

  shoal_digest_of (first, size, &results[0]);
  shoal_digest_of (second, size, &results[1]);
  memcpy (digests, results, sizeof results);
}

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>
#include <immintrin.h>

#define SHA_CODE __attribute__ ((target ("sha,sse4.1,ssse3")))

/* FIPS 180-4, 4.2.2 */
static const guint32 round_constants[64] __attribute__ ((aligned (16))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The eight words of the state as the instructions want them: F, E, B, A and H, G, D, C, the first
 * in the lowest lane. */
typedef struct
{
  __m128i feba;
  __m128i hgdc;
} State;

/* Four rounds of one message; @words are the next sixteen words of the schedule, of which this
 * uses the four in @words[i % 4], and, as long as more are needed, replaces them by those sixteen
 * further on. */
SHA_CODE static inline __attribute__ ((always_inline)) void
four_rounds (State *state, __m128i *words, int i)
{
  __m128i now = words[i & 3];
  __m128i sum = _mm_add_epi32 (
      now, _mm_load_si128 ((const __m128i *) (const void *) &round_constants[4 * i]));

  state->hgdc = _mm_sha256rnds2_epu32 (state->hgdc, state->feba, sum);
  state->feba = _mm_sha256rnds2_epu32 (state->feba, state->hgdc, _mm_shuffle_epi32 (sum, 0x0e));
  if (i < 12)
    {
      __m128i last = words[(i + 3) & 3];
      __m128i seven_back = _mm_alignr_epi8 (last, words[(i + 2) & 3], 4);
      __m128i next = _mm_add_epi32 (_mm_sha256msg1_epu32 (now, words[(i + 1) & 3]), seven_back);

      words[i & 3] = _mm_sha256msg2_epu32 (next, last);
    }
}

SHA_CODE static inline __attribute__ ((always_inline)) void
load_words (const guint8 *chunk, __m128i *words)
{
  const __m128i big_endian = _mm_set_epi64x (0x0c0d0e0f08090a0b, 0x0405060700010203);

  for (int i = 0; i < 4; i++)
    words[i] = _mm_shuffle_epi8 (
        _mm_loadu_si128 ((const __m128i *) (const void *) (chunk + 16 * i)), big_endian);
}

#define BOTH(i)                                                                                    \
  four_rounds (&a, a_words, i);                                                                    \
  four_rounds (&b, b_words, i)

SHA_CODE static void
compress (State states[2], const guint8 *first, const guint8 *second, gsize chunks)
{
  State a = states[0], b = states[1];

  for (; chunks > 0; chunks--, first += CHUNK, second += CHUNK)
    {
      const State a_before = a, b_before = b;
      __m128i a_words[4], b_words[4];

      load_words (first, a_words);
      load_words (second, b_words);
      BOTH (0);
      BOTH (1);
      BOTH (2);
      BOTH (3);
      BOTH (4);
      BOTH (5);
      BOTH (6);
      BOTH (7);
      BOTH (8);
      BOTH (9);
      BOTH (10);
      BOTH (11);
      BOTH (12);
      BOTH (13);
      BOTH (14);
      BOTH (15);
      a.feba = _mm_add_epi32 (a.feba, a_before.feba);
      a.hgdc = _mm_add_epi32 (a.hgdc, a_before.hgdc);
      b.feba = _mm_add_epi32 (b.feba, b_before.feba);
      b.hgdc = _mm_add_epi32 (b.hgdc, b_before.hgdc);
    }
  states[0] = a;
  states[1] = b;
}

SHA_CODE static void
store_digest (const State *state, ShoalDigest *digest)
{
  guint32 feba[4], hgdc[4];

  _mm_storeu_si128 ((__m128i *) (void *) feba, state->feba);
  _mm_storeu_si128 ((__m128i *) (void *) hgdc, state->hgdc);

  const guint32 words[8] = {
    GUINT32_TO_BE (feba[3]), GUINT32_TO_BE (feba[2]), GUINT32_TO_BE (hgdc[3]),
    GUINT32_TO_BE (hgdc[2]), GUINT32_TO_BE (feba[1]), GUINT32_TO_BE (feba[0]),
    GUINT32_TO_BE (hgdc[1]), GUINT32_TO_BE (hgdc[0]),
  };
  memcpy (digest, words, sizeof words);
}

/* Whole chunks only: the padding is then a chunk of its own, the same for both. */
SHA_CODE static void
side_by_side (const guint8 *first, const guint8 *second, gsize size, ShoalDigest *digests)
{
  const State begin = {
    .feba = _mm_set_epi32 (0x6a09e667, (int) 0xbb67ae85, 0x510e527f, (int) 0x9b05688c),
    .hgdc = _mm_set_epi32 (0x3c6ef372, (int) 0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
  };
  State states[2] = { begin, begin };
  const guint64 bits = GUINT64_TO_BE ((guint64) size * 8);
  guint8 padding[CHUNK] = { 0x80 };

  memcpy (padding + CHUNK - sizeof bits, &bits, sizeof bits);
  compress (states, first, second, size / CHUNK);
  compress (states, padding, padding, 1);
  store_digest (&states[0], &digests[0]);
  store_digest (&states[1], &digests[1]);
}

static gboolean
has_instructions (void)
{
  guint a, b, c, d;

  if (!__get_cpuid (1, &a, &b, &c, &d) || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0)
    return FALSE;
  return __get_cpuid_count (7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

static gboolean
agrees (void)
{
  guint8 messages[2][3 * CHUNK];
  ShoalDigest ours[2], theirs[2];

  for (gsize i = 0; i < sizeof messages; i++)
    ((guint8 *) messages)[i] = (guint8) (i * i + 7 * i);
  side_by_side (messages[0], messages[1], sizeof messages[0], ours);
  one_by_one (messages[0], messages[1], sizeof messages[0], theirs);
  return memcmp (ours, theirs, sizeof ours) == 0;
}

gboolean
shoal_sha256_pair_is_fast (void)
{
  enum
  {
    UNKNOWN,
    SLOW,
    FAST,
  };
  static gsize known = UNKNOWN;

  if (g_once_init_enter (&known))
    {
      gboolean fast = has_instructions ();

      if (fast && !agrees ())
        {
          g_critical ("The processor's instructions for SHA-256 give wrong results; not used");
          fast = FALSE;
        }
      g_once_init_leave (&known, fast ? FAST : SLOW);
    }
  return known == FAST;
}

void
shoal_sha256_pair (gconstpointer first, gconstpointer second, gsize size, ShoalDigest *digests)
{
  g_return_if_fail (first != NULL && second != NULL && digests != NULL);

  if (size % CHUNK == 0 && shoal_sha256_pair_is_fast ())
    side_by_side (first, second, size, digests);
  else
    one_by_one (first, second, size, digests);
}

#else

gboolean
shoal_sha256_pair_is_fast (void)
{
  return FALSE;
}

void
shoal_sha256_pair (gconstpointer first, gconstpointer second, gsize size, ShoalDigest *digests)
{
  g_return_if_fail (first != NULL && second != NULL && digests != NULL);

  one_by_one (first, second, size, digests);
}

#endif
