/* shoal-control-audit.c: control methods: audit, verify-audit, accept-audit
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-control"

#include "config.h"

#include "shoal-control-private.h"

#include "shoal-control-json.h"
#include "shoal-json.h"
#include "shoal-limits.h"

static void
on_audit_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  ShoalTrackerAudit *audit = SHOAL_TRACKER_AUDIT (object);
  GError *error = NULL;
  g_autoptr (ShoalAuditPage) page = shoal_tracker_audit_read_finish (audit, result, &error);

  if (page == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  JsonArray *list = json_array_new ();
  for (guint i = 0; i < page->entries->len; i++)
    json_array_add_object_element (list,
                                   shoal_audit_row_to_json (g_ptr_array_index (page->entries, i)));
  shoal_control_call_reply (call, shoal_json_new ("entries", "a", list, "count", "i", page->count,
                                                  "head", "s", page->head, "warning", "s",
                                                  shoal_tracker_audit_get_warning (audit), NULL));
}

static void
handle_audit (ShoalControlCall *call)
{
  gint64 after, limit;
  GError *error = NULL;

  if (!shoal_json_get_optional_integer (call->params, "after", 0, SHOAL_MAX_JSON_INTEGER, 0, &after,
                                        &error)
      || !shoal_json_get_optional_integer (call->params, "limit", 1, SHOAL_MAX_CONTROL_ROWS,
                                           SHOAL_MAX_CONTROL_ROWS, &limit, &error))
    shoal_control_call_fail (call, error);
  else
    shoal_tracker_audit_read_async (shoal_engine_get_audit (call->engine), after, (guint) limit,
                                    call->cancellable, on_audit_cb, shoal_control_call_ref (call));
}

static void
on_verified_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  ShoalTrackerAudit *audit = SHOAL_TRACKER_AUDIT (object);
  g_autofree char *head = NULL;
  GError *error = NULL;
  gint64 count = shoal_tracker_audit_verify_finish (audit, result, &head, &error);

  if (count < 0)
    shoal_control_call_fail (call, error);
  else
    shoal_control_call_reply (call,
                              shoal_json_new ("count", "i", count, "head", "s", head, "warning",
                                              "s", shoal_tracker_audit_get_warning (audit), NULL));
}

static void
handle_verify_audit (ShoalControlCall *call)
{
  shoal_control_call_begin_job (call);
  shoal_tracker_audit_verify_async (shoal_engine_get_audit (call->engine), call->cancellable,
                                    on_verified_cb, shoal_control_call_ref (call));
}

static void
on_audit_to_accept_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (ShoalControlCall) call = user_data;
  ShoalTrackerAudit *audit = SHOAL_TRACKER_AUDIT (object);
  GError *error = NULL;
  g_autoptr (ShoalAuditPage) page = shoal_tracker_audit_read_finish (audit, result, &error);

  if (page == NULL)
    {
      shoal_control_call_fail (call, error);
      return;
    }
  shoal_tracker_audit_accept (audit);
  shoal_control_call_reply (call, NULL);
}

static void
handle_accept_audit (ShoalControlCall *call)
{
  /* A page comes when the check at sign-in is over: before that there is nothing to accept. */
  shoal_tracker_audit_read_async (shoal_engine_get_audit (call->engine), 0, 1, call->cancellable,
                                  on_audit_to_accept_cb, shoal_control_call_ref (call));
}

const ShoalControlMethod shoal_control_audit_methods[] = {
  { "audit", handle_audit, SHOAL_CONTROL_NEEDS_TRACKER },
  { "verify-audit", handle_verify_audit, SHOAL_CONTROL_NEEDS_TRACKER },
  { "accept-audit", handle_accept_audit, SHOAL_CONTROL_NEEDS_TRACKER },
  { NULL },
};
