/* shoal-qr-code.h: a text as a QR code
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/** ShoalQrCode: property "text" (nullable). Dark on light whatever the style, as cameras want it.
 */
#define SHOAL_TYPE_QR_CODE (shoal_qr_code_get_type ())
G_DECLARE_FINAL_TYPE (ShoalQrCode, shoal_qr_code, SHOAL, QR_CODE, GtkWidget)

void shoal_qr_code_set_text (ShoalQrCode *self, const char *text);

G_END_DECLS
