/* shoal-device-key.h: a device's Ed25519 key, its certificate and its fingerprint
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SHOAL_FINGERPRINT_LENGTH 64 /* lower-case hex digits */

/** ShoalDeviceKey: immutable, reference counted, thread-safe. Kept as its 32-byte seed; the
 * certificate (CN=shoal, dates ignored by us) is made from it anew. */
typedef struct _ShoalDeviceKey ShoalDeviceKey;

/** shoal_device_key_generate: Returns: (transfer full): a new random key */
ShoalDeviceKey *shoal_device_key_generate (GError **error);
/** shoal_device_key_from_seed: @seed: 32 bytes. Returns: (transfer full): the key of that seed;
 * always with the same fingerprint */
ShoalDeviceKey *shoal_device_key_from_seed (GBytes *seed, GError **error);
ShoalDeviceKey *shoal_device_key_ref (ShoalDeviceKey *self);
void shoal_device_key_unref (ShoalDeviceKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShoalDeviceKey, shoal_device_key_unref)

/** shoal_device_key_dup_seed: Returns: (transfer full): 32 bytes, wiped when freed */
GBytes *shoal_device_key_dup_seed (ShoalDeviceKey *self);
/** shoal_device_key_get_fingerprint: Returns: (transfer none): SHA-256 of the DER
 * SubjectPublicKeyInfo, hex */
const char *shoal_device_key_get_fingerprint (ShoalDeviceKey *self);
/** shoal_device_key_get_certificate: Returns: (transfer none): certificate with its private key */
GTlsCertificate *shoal_device_key_get_certificate (ShoalDeviceKey *self);

/** shoal_certificate_dup_fingerprint: Returns: (transfer full) (nullable): the fingerprint of any
 * certificate somebody showed us; %NULL if it cannot be read */
char *shoal_certificate_dup_fingerprint (GTlsCertificate *certificate);
/** shoal_is_fingerprint: Returns: whether @text is 64 lower-case hex digits */
gboolean shoal_is_fingerprint (const char *text);

/** shoal_fingerprint_to_words: 96 bits of @fingerprint as six short pronounceable words (proquints,
 * arXiv:0901.4016), the same in every language, for people to compare. Returns: (transfer full) */
char *shoal_fingerprint_to_words (const char *fingerprint);

G_END_DECLS
