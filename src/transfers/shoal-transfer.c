/* shoal-transfer.c: one download, as a face shows it
 *
 * Holds the last values that were shown; shoal_transfer_update() compares them with the run's and
 * notifies only what changed. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-transfer"

#include "config.h"

#include "shoal-transfer-private.h"

#include "shoal-merkle.h"
#include "shoal-transfer-disk.h"

/* The speed shown is the mean over this many samples, ten a second. */
#define N_SAMPLES 30

struct _ShoalTransfer
{
  GObject parent_instance;

  ShoalTransferRow *row;
  ShoalTransferRun *run;
  gboolean wanted;
  ShoalTransferStop stop;
  gint64 turn_us;

  ShoalTransferState state;
  char *message;
  GError *error;
  guint64 bytes_done;
  guint64 bytes_fetched;
  guint64 bytes_total;
  guint64 pieces_done;
  guint64 pieces_total;
  guint n_sources;
  double speed;
  gint64 active_ms;
  char *destination;
  char *users;
  char **devices;
  GPtrArray *bad_sources;
  guint n_left_out;
  char **left_out;

  struct
  {
    gint64 time_us;
    guint64 bytes;
  } samples[N_SAMPLES];
  guint n_samples;
};

enum
{
  PROP_0,
  PROP_UUID,
  PROP_NAME,
  PROP_FOLDER,
  PROP_SIZE,
  PROP_STATE,
  PROP_BYTES_DONE,
  PROP_BYTES_FETCHED,
  PROP_SPEED,
  PROP_N_SOURCES,
  PROP_PIECES_DONE,
  PROP_PIECES_TOTAL,
  PROP_MESSAGE,
  PROP_DESTINATION,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ShoalTransfer, shoal_transfer, G_TYPE_OBJECT)

static const char *const state_names[] = {
  [SHOAL_TRANSFER_QUEUED] = "queued",       [SHOAL_TRANSFER_STARTING] = "starting",
  [SHOAL_TRANSFER_ACTIVE] = "active",       [SHOAL_TRANSFER_WAITING] = "waiting",
  [SHOAL_TRANSFER_NO_SPACE] = "no-space",   [SHOAL_TRANSFER_PAUSED] = "paused",
  [SHOAL_TRANSFER_FINISHED] = "finished",   [SHOAL_TRANSFER_FAILED] = "failed",
  [SHOAL_TRANSFER_CANCELLED] = "cancelled",
};

static void
shoal_transfer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  ShoalTransfer *self = SHOAL_TRANSFER (object);

  switch (prop_id)
    {
    case PROP_UUID:
      g_value_set_string (value, self->row->uuid);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->row->name);
      break;
    case PROP_FOLDER:
      g_value_set_boolean (value, self->row->folder);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->bytes_total);
      break;
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_BYTES_DONE:
      g_value_set_uint64 (value, self->bytes_done);
      break;
    case PROP_BYTES_FETCHED:
      g_value_set_uint64 (value, self->bytes_fetched);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    case PROP_N_SOURCES:
      g_value_set_uint (value, self->n_sources);
      break;
    case PROP_PIECES_DONE:
      g_value_set_uint64 (value, self->pieces_done);
      break;
    case PROP_PIECES_TOTAL:
      g_value_set_uint64 (value, self->pieces_total);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_DESTINATION:
      g_value_set_string (value, self->destination);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
shoal_transfer_finalize (GObject *object)
{
  ShoalTransfer *self = SHOAL_TRANSFER (object);

  g_clear_pointer (&self->run, shoal_transfer_run_unref);
  g_clear_pointer (&self->row, shoal_transfer_row_free);
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->destination, g_free);
  g_clear_pointer (&self->users, g_free);
  g_clear_pointer (&self->devices, g_strfreev);
  g_clear_pointer (&self->left_out, g_strfreev);
  g_clear_pointer (&self->bad_sources, g_ptr_array_unref);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (shoal_transfer_parent_class)->finalize (object);
}

static void
shoal_transfer_class_init (ShoalTransferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = shoal_transfer_get_property;
  object_class->finalize = shoal_transfer_finalize;

  properties[PROP_UUID] = g_param_spec_string ("uuid", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER] = g_param_spec_boolean ("folder", NULL, NULL, FALSE, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_STATE]
      = g_param_spec_uint ("state", NULL, NULL, 0, SHOAL_TRANSFER_CANCELLED, 0, flags);
  properties[PROP_BYTES_DONE]
      = g_param_spec_uint64 ("bytes-done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_BYTES_FETCHED]
      = g_param_spec_uint64 ("bytes-fetched", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_N_SOURCES] = g_param_spec_uint ("n-sources", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_PIECES_DONE]
      = g_param_spec_uint64 ("pieces-done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_PIECES_TOTAL]
      = g_param_spec_uint64 ("pieces-total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_DESTINATION] = g_param_spec_string ("destination", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
shoal_transfer_init (ShoalTransfer *self)
{
  self->bad_sources = g_ptr_array_new_with_free_func (g_free);
}

ShoalTransfer *
shoal_transfer_new (ShoalTransferRow *row)
{
  ShoalTransfer *self = g_object_new (SHOAL_TYPE_TRANSFER, NULL);

  self->row = row;
  self->bytes_fetched = row->bytes_fetched;
  self->active_ms = row->active_ms;
  self->bytes_total = row->total_size;
  self->pieces_total = row->folder ? 0 : shoal_piece_count (row->size);
  self->message = g_strdup (row->message);
  if (g_strcmp0 (row->state, "paused") == 0)
    self->state = SHOAL_TRANSFER_PAUSED;
  else if (g_strcmp0 (row->state, "failed") == 0)
    self->state = SHOAL_TRANSFER_FAILED;
  return self;
}

ShoalTransferRow *
shoal_transfer_get_row (ShoalTransfer *self)
{
  return self->row;
}

ShoalTransferRun *
shoal_transfer_get_run (ShoalTransfer *self)
{
  return self->run;
}

void
shoal_transfer_set_wanted (ShoalTransfer *self, gboolean wanted)
{
  self->wanted = wanted;
}

gboolean
shoal_transfer_get_wanted (ShoalTransfer *self)
{
  return self->wanted;
}

void
shoal_transfer_set_turn_us (ShoalTransfer *self, gint64 turn_us)
{
  self->turn_us = turn_us;
}

gint64
shoal_transfer_get_turn_us (ShoalTransfer *self)
{
  return self->turn_us;
}

void
shoal_transfer_set_stop (ShoalTransfer *self, ShoalTransferStop stop)
{
  self->stop = stop;
}

ShoalTransferStop
shoal_transfer_get_stop (ShoalTransfer *self)
{
  return self->stop;
}

gboolean
shoal_transfer_state_is_ended (ShoalTransferState state)
{
  return state == SHOAL_TRANSFER_FINISHED || state == SHOAL_TRANSFER_FAILED
         || state == SHOAL_TRANSFER_CANCELLED;
}

static void
set_uint64 (ShoalTransfer *self, guint64 *field, guint64 value, int property)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_string (ShoalTransfer *self, char **field, const char *value, int property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_state (ShoalTransfer *self, ShoalTransferState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
set_speed (ShoalTransfer *self, double speed)
{
  /* What is shown has three digits. */
  if (self->speed == speed || (speed > 0 && ABS (self->speed - speed) < speed / 1000))
    return;
  self->speed = speed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEED]);
}

static void
set_n_sources (ShoalTransfer *self, guint n_sources)
{
  if (self->n_sources == n_sources)
    return;
  self->n_sources = n_sources;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SOURCES]);
}

static double
sample_speed (ShoalTransfer *self, guint64 bytes, gint64 now_us)
{
  guint slot = self->n_samples % N_SAMPLES;
  guint oldest = self->n_samples < N_SAMPLES ? 0 : (slot + 1) % N_SAMPLES;

  self->samples[slot].time_us = now_us;
  self->samples[slot].bytes = bytes;
  self->n_samples++;

  gint64 elapsed = now_us - self->samples[oldest].time_us;

  if (elapsed <= 0)
    return 0;
  return (double) (bytes - self->samples[oldest].bytes) * G_USEC_PER_SEC / (double) elapsed;
}

void
shoal_transfer_update (ShoalTransfer *self, gint64 now_us)
{
  g_auto (ShoalRunProgress) progress = { 0 };

  if (self->run == NULL)
    return;
  shoal_transfer_run_get_progress (self->run, &progress);

  g_object_freeze_notify (G_OBJECT (self));
  if (progress.bytes_total > 0 || !self->row->folder)
    set_uint64 (self, &self->bytes_total, progress.bytes_total, PROP_SIZE);
  set_uint64 (self, &self->pieces_total, progress.pieces_total, PROP_PIECES_TOTAL);
  set_uint64 (self, &self->bytes_done, progress.bytes_done, PROP_BYTES_DONE);
  set_uint64 (self, &self->pieces_done, progress.pieces_done, PROP_PIECES_DONE);
  set_uint64 (self, &self->bytes_fetched, self->row->bytes_fetched + progress.bytes_fetched,
              PROP_BYTES_FETCHED);
  set_speed (self, sample_speed (self, progress.bytes_fetched, now_us));
  set_n_sources (self, progress.n_sources);
  set_string (self, &self->message, progress.message, PROP_MESSAGE);
  set_string (self, &self->destination, progress.destination, PROP_DESTINATION);
  self->active_ms = self->row->active_ms + progress.active_us / 1000;
  /* How it ended is said by the manager, which also knows why it was stopped. */
  if (!shoal_transfer_state_is_ended (progress.state) && progress.state != SHOAL_TRANSFER_PAUSED)
    set_state (self, progress.state);
  g_object_thaw_notify (G_OBJECT (self));
}

void
shoal_transfer_set_run (ShoalTransfer *self, ShoalTransferRun *run)
{
  if (self->run != NULL)
    {
      shoal_transfer_update (self, g_get_monotonic_time ());
      g_clear_pointer (&self->users, g_free);
      g_clear_pointer (&self->devices, g_strfreev);
      self->users = shoal_transfer_run_dup_users (self->run, &self->devices);
      g_clear_pointer (&self->left_out, g_strfreev);
      self->left_out = shoal_transfer_run_dup_left_out (self->run, &self->n_left_out);
      self->row->bytes_fetched = self->bytes_fetched;
      self->row->active_ms = self->active_ms;
      /* The next run goes on in the folder that this one made. */
      if (self->row->folder && self->destination != NULL)
        {
          g_free (self->row->made);
          self->row->made = g_path_get_basename (self->destination);
        }
      g_clear_pointer (&self->run, shoal_transfer_run_unref);
      set_speed (self, 0);
      set_n_sources (self, 0);
    }
  self->run = run;
  self->n_samples = 0;
}

void
shoal_transfer_set_state (ShoalTransfer *self, ShoalTransferState state, const GError *error)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  /* What is to be told of one that went well was told by its run. */
  if (error != NULL || state != SHOAL_TRANSFER_FINISHED)
    set_string (self, &self->message, error != NULL ? error->message : NULL, PROP_MESSAGE);
  set_state (self, state);
  g_object_thaw_notify (G_OBJECT (self));
}

void
shoal_transfer_add_bad_source (ShoalTransfer *self, const char *user)
{
  if (!g_ptr_array_find_with_equal_func (self->bad_sources, user, g_str_equal, NULL))
    g_ptr_array_add (self->bad_sources, g_strdup (user));
}

const char *
shoal_transfer_get_uuid (ShoalTransfer *self)
{
  return self->row->uuid;
}

const char *
shoal_transfer_get_name (ShoalTransfer *self)
{
  return self->row->name;
}

const ShoalDigest *
shoal_transfer_get_id (ShoalTransfer *self)
{
  return &self->row->id;
}

gboolean
shoal_transfer_is_folder (ShoalTransfer *self)
{
  return self->row->folder;
}

guint64
shoal_transfer_get_size (ShoalTransfer *self)
{
  return self->bytes_total;
}

ShoalTransferState
shoal_transfer_get_state (ShoalTransfer *self)
{
  return self->state;
}

const char *
shoal_transfer_state_to_string (ShoalTransferState state)
{
  g_return_val_if_fail ((gsize) state < G_N_ELEMENTS (state_names), "failed");
  return state_names[state];
}

guint64
shoal_transfer_get_manifest_size (ShoalTransfer *self)
{
  return self->row->folder ? self->row->size : 0;
}

guint64
shoal_transfer_get_bytes_done (ShoalTransfer *self)
{
  return self->bytes_done;
}

guint64
shoal_transfer_get_bytes_fetched (ShoalTransfer *self)
{
  return self->bytes_fetched;
}

double
shoal_transfer_get_speed (ShoalTransfer *self)
{
  return self->speed;
}

guint
shoal_transfer_get_n_sources (ShoalTransfer *self)
{
  return self->n_sources;
}

guint64
shoal_transfer_get_pieces_done (ShoalTransfer *self)
{
  return self->pieces_done;
}

guint64
shoal_transfer_get_pieces_total (ShoalTransfer *self)
{
  return self->pieces_total;
}

gint64
shoal_transfer_get_elapsed_ms (ShoalTransfer *self)
{
  return self->active_ms;
}

const char *
shoal_transfer_get_message (ShoalTransfer *self)
{
  return self->message;
}

const GError *
shoal_transfer_get_error (ShoalTransfer *self)
{
  return self->error;
}

const char *
shoal_transfer_get_destination (ShoalTransfer *self)
{
  return self->destination;
}

char *
shoal_transfer_dup_users (ShoalTransfer *self)
{
  if (self->run != NULL)
    return shoal_transfer_run_dup_users (self->run, NULL);
  return g_strdup (self->users != NULL ? self->users : "");
}

char **
shoal_transfer_dup_devices (ShoalTransfer *self)
{
  return g_strdupv (self->devices);
}

guint
shoal_transfer_get_n_left_out (ShoalTransfer *self)
{
  return self->n_left_out;
}

const char *const *
shoal_transfer_get_left_out (ShoalTransfer *self)
{
  return (const char *const *) self->left_out;
}

char *
shoal_transfer_dup_bad_sources (ShoalTransfer *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < self->bad_sources->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (self->bad_sources, i));
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}
