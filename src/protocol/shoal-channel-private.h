/* shoal-channel-private.h: what the channel's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "shoal-channel.h"

#include "shoal-line-reader.h"
#include "shoal-line-writer.h"

G_BEGIN_DECLS

/* Codes of JSON-RPC 2.0. */
#define SHOAL_RPC_PARSE_ERROR (-32700)
#define SHOAL_RPC_INVALID_REQUEST (-32600)
#define SHOAL_RPC_METHOD_NOT_FOUND (-32601)

/* What a line is. */
typedef enum
{
  SHOAL_MESSAGE_INVALID, /* answer with an error; id is set if it could be read */
  SHOAL_MESSAGE_REQUEST,
  SHOAL_MESSAGE_NOTIFICATION,
  SHOAL_MESSAGE_RESULT,
  SHOAL_MESSAGE_ERROR,
} ShoalMessageKind;

/* A line taken apart; all but error belongs to object. */
typedef struct
{
  ShoalMessageKind kind;
  JsonObject *object;
  JsonNode *id; /* NULL: none, or not one of ours */
  const char *method;
  JsonObject *params; /* NULL: none */
  JsonObject *result; /* of a result that is an object */
  GError *error;      /* why it is invalid, or what an error says */
} ShoalMessage;

/* FALSE: not JSON; then nothing is set but the error. */
gboolean shoal_message_parse (ShoalMessage *self, const char *line, gsize length, GError **error);
void shoal_message_clear (ShoalMessage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ShoalMessage, shoal_message_clear)

/* Lines, without LF; objects are (transfer full), ids are copied, NULL is null. */
GBytes *shoal_message_new_call (gint64 id, const char *method, JsonObject *params);
GBytes *shoal_message_new_result (JsonNode *id, JsonObject *result);
GBytes *shoal_message_new_error (JsonNode *id, JsonObject *error_object);

#define MS_TO_US(ms) ((gint64) (ms) *1000)

typedef enum
{
  SHOAL_CHANNEL_NEW,
  SHOAL_CHANNEL_OPEN,
  SHOAL_CHANNEL_CLOSING,
  SHOAL_CHANNEL_CLOSED,
} ShoalChannelState;

/* A request of ours. */
typedef struct
{
  gint64 id;
  GTask *task;
  gint64 deadline;
  GSource *cancel_source;
  GList link; /* in ShoalChannel.waiting */
} Call;

typedef struct _ShoalBudget ShoalBudget;

struct _ShoalChannel
{
  GObject parent_instance;
  GIOStream *stream;
  ShoalLineReader *reader;
  ShoalLineWriter *writer;
  ShoalChannelHandlers handlers;
  gpointer user_data;
  GMainContext *context;
  ShoalChannelState state;
  gboolean is_local;
  ShoalBudget *budget; /* (nullable): of its account */

  /* Ours. */
  GHashTable *calls; /* id → Call, owned */
  GQueue waiting;    /* Call, oldest first */
  gint64 last_id;
  gint64 last_output;
  gint64 ping_id; /* 0: no ping is out */
  gint64 ping_sent;

  /* Theirs. */
  guint n_in_flight;
  double tokens;
  gint64 tokens_at;
  guint rate;
  guint burst;
  GError *told; /* (nullable): the last error without an id: why they are about to close */

  gint64 request_us;
  gint64 line_us;
  gint64 stall_us;
  gint64 idle_us;
  gint64 ping_us;
  GSource *timer;
  gint64 timer_at;
  gint64 rate_at; /* when the next token comes; 0: not waiting for one */

  GError *reason;
  GSource *closer;
  gboolean flush;
  gboolean output_closing;
  gboolean output_closed;
  gboolean input_over;
  gint64 close_deadline;
};

/* shoal-channel.c */
/* @reason: (transfer full). Returns at once; the rest happens in the channel's context. */
void shoal_channel_begin_close (ShoalChannel *self, GError *reason, gboolean flush);
void shoal_channel_finish_close (ShoalChannel *self);
/* @shared: many channels have the line */
void shoal_channel_send_line (ShoalChannel *self, GBytes *line, gboolean shared);

/* shoal-budgets.c */
void shoal_channel_leave_budget (ShoalChannel *self);
/* To be called when it holds more: may end this channel, or another one. */
void shoal_channel_check_budget (ShoalChannel *self);
/* All half-sent lines are too large together. FALSE: this one's is the largest. */
gboolean shoal_channel_make_room (ShoalChannel *self);

/* For tests: other times than SHOAL_REQUEST_TIMEOUT_MS, SHOAL_LINE_TIMEOUT_MS and
 * SHOAL_WRITE_STALL_MS. */
void
shoal_channel_set_time_limits (ShoalChannel *self, guint request_ms, guint line_ms, guint stall_ms);

/* shoal-channel-calls.c */
void shoal_channel_call_free (gpointer call);
/* Takes the call out. Returns: (transfer full) (nullable) */
GTask *shoal_channel_take_call (ShoalChannel *self, gint64 id);
void shoal_channel_fail_oldest_call (ShoalChannel *self, const char *why);

/* shoal-channel-time.c */
void shoal_channel_start_timer (ShoalChannel *self);
/* To be called when a deadline has appeared. */
void shoal_channel_update_timer (ShoalChannel *self);

/* shoal-channel-input.c */
/* Bytes of half-sent lines, and of these and unread answers. */
gsize shoal_channel_count_input (ShoalChannel *self);
gsize shoal_channel_count_held (ShoalChannel *self);
/* Says why, then closes; what has not been sent yet is forgotten. */
void shoal_channel_refuse (ShoalChannel *self, const GError *reason);
extern const ShoalLineReaderHandlers shoal_channel_reader_handlers;
void shoal_channel_resume_if_ready (ShoalChannel *self);

/* shoal-request.c */
ShoalRequest *
shoal_request_new (ShoalChannel *channel, JsonNode *id, const char *method, JsonObject *params);
/* What a request calls when it is answered: @error_object or @result, both (transfer full). */
void shoal_channel_answer (ShoalChannel *self,
                           JsonNode *id,
                           JsonObject *result,
                           JsonObject *error_object);
JsonObject *shoal_channel_make_error (ShoalChannel *self, const GError *error);

G_END_DECLS
