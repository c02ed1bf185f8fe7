/* shoal-rate-plan.h: which rate limits hold now: the usual ones or the alternative ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-settings.h"

G_BEGIN_DECLS

/**
 * ShoalAlternative:
 * @SHOAL_ALTERNATIVE_OFF: never
 * @SHOAL_ALTERNATIVE_ON: always
 * @SHOAL_ALTERNATIVE_SCHEDULED: from "schedule-from" to "schedule-to", begun on one of
 * "schedule-days"
 *
 * Values of the setting "alternative-limits".
 */
typedef enum
{
  SHOAL_ALTERNATIVE_OFF,
  SHOAL_ALTERNATIVE_ON,
  SHOAL_ALTERNATIVE_SCHEDULED,
} ShoalAlternative;

/** shoal_rate_plan_is_alternative: @now: local time. Returns: whether the alternative limits hold
 */
gboolean shoal_rate_plan_is_alternative (ShoalSettings *settings, GDateTime *now);
/** shoal_rate_plan_get_upload_limit: Returns: bytes a second, 0 for no limit */
guint64 shoal_rate_plan_get_upload_limit (ShoalSettings *settings, GDateTime *now);
guint64 shoal_rate_plan_get_download_limit (ShoalSettings *settings, GDateTime *now);
/** shoal_rate_plan_dup_next: Returns: (transfer full) (nullable): when after @now other limits may
 * hold; %NULL while nothing changes by itself */
GDateTime *shoal_rate_plan_dup_next (ShoalSettings *settings, GDateTime *now);

G_END_DECLS
