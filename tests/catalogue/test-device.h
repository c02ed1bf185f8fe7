/* test-device.h: a catalogue in a database of its own, and devices that offer and search in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "shoal-catalogue.h"

/** TestCatalogue: the catalogue's tables, and no more of members than they ask for */
typedef struct
{
  char *folder;
  ShoalDatabase *database;
  GHashTable *online; /* set of device rows */
} TestCatalogue;

TestCatalogue *test_catalogue_new (void);
void test_catalogue_free (TestCatalogue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestCatalogue, test_catalogue_free)

/** test_catalogue_count: what a query says */
gint64 test_catalogue_count (TestCatalogue *self, const char *sql);

/** TestDevice: a member's only device; a caller of catalogue_test_call() */
typedef struct
{
  TestCatalogue *catalogue;
  ShoalOfferer offerer;
} TestDevice;

/** test_device_new: a new member with a device that is online */
TestDevice *test_device_new (TestCatalogue *catalogue, const char *user);
void test_device_free (TestDevice *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestDevice, test_device_free)

void test_device_set_online (TestDevice *self, gboolean online);

/** test_device_refused: the request must fail with @code. @params: (transfer full). Returns:
 * (transfer full): the error */
GError *test_device_refused (TestDevice *self, const char *method, JsonObject *params, int code);
