/* shoal-welcome-page.c: the first thing a new user sees: two ways into a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-welcome-page"

#include "config.h"

#include "shoal-welcome-page.h"

struct _ShoalWelcomePage
{
  AdwBin parent_instance;
};

G_DEFINE_FINAL_TYPE (ShoalWelcomePage, shoal_welcome_page, ADW_TYPE_BIN)

static void
shoal_welcome_page_class_init (ShoalWelcomePageClass *klass)
{
  gtk_widget_class_set_template_from_resource (
      GTK_WIDGET_CLASS (klass), "/io/github/shoal_app/Shoal/ui/shoal-welcome-page.ui");
}

static void
shoal_welcome_page_init (ShoalWelcomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
