/* shoal-task.c: a GTask whose work is done in a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-task"

#include "config.h"

#include "shoal-task.h"

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Work;

static gboolean
on_work_over_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

/* What the task holds (its data, its source object) belongs to the main context and must not be
 * freed here: the reference goes home behind the result. */
static gpointer
work_thread (gpointer data)
{
  g_autofree Work *work = data;
  GTask *task = work->task;
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (task));
  g_autoptr (GSource) source = g_idle_source_new ();

  work->func (task, g_task_get_source_object (task), g_task_get_task_data (task),
              g_task_get_cancellable (task));
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_static_name (source, "shoal_task");
  g_source_set_callback (source, on_work_over_cb, task, g_object_unref);
  g_source_attach (source, context);
  return NULL;
}

void
shoal_task_run_in_own_thread (GTask *task, const char *name, GTaskThreadFunc func)
{
  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (name != NULL && func != NULL);

  Work *work = g_new (Work, 1);

  work->task = g_object_ref (task);
  work->func = func;
  g_thread_unref (g_thread_new (name, work_thread, work));
}
