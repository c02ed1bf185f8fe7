/* shoal-task.h: a GTask whose work is done in a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * shoal_task_run_in_own_thread:
 * @task: a task that @func ends with one of the g_task_return functions
 * @name: the thread's, 15 bytes at most
 * @func: what is done there; it gets the task's own data and cancellable
 *
 * As g_task_run_in_thread(), for work that may last: GLib's pool for tasks has ten threads, and
 * what waits in all of them for a lock or a sleeping disk holds up every file dialog and every name
 * lookup of the process. Unlike there, @func goes on when the task is cancelled, until it looks.
 * The callback is called and the last reference to @task is dropped in the task's main context.
 */
void shoal_task_run_in_own_thread (GTask *task, const char *name, GTaskThreadFunc func);

G_END_DECLS
