/* shoal-tracker-options.c: the command line of shoal-tracker
 *
 * A table of options: name, which commands know it, how it is checked. An option may stand before
 * or after the command.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-tracker-options"

#include "config.h"

#include "shoal-tracker-options.h"

#include <string.h>

#include "shoal-device-key.h"
#include "shoal-error.h"
#include "shoal-limits.h"
#include "shoal-text.h"
#include "shoal-tracker-addresses.h"

#define MAX_GROUP_NAME_BYTES (128)
#define MAX_LISTEN (8)
#define MAX_FAILURES (1000)
#define MIN_IDLE_SECONDS (1)
#define MAX_IDLE_SECONDS (3600)
#define MAX_CONNECTIONS (1000000)
#define MAX_ENTRIES (G_GINT64_CONSTANT (100000000))

/* Which commands know an option. */
#define SERVE (1u << SHOAL_TRACKER_SERVE)
#define INVITE (1u << SHOAL_TRACKER_INVITE)
#define LINK (1u << SHOAL_TRACKER_LINK)
#define AUDIT (1u << SHOAL_TRACKER_AUDIT_VERIFY)
#define ALL (SERVE | INVITE | LINK | AUDIT)

typedef struct
{
  const char *name;
  guint commands;
  const char *placeholder; /* of its value; NULL: a switch */
  const char *help;
  gboolean (*set) (ShoalTrackerOptions *self, const char *value, GError **error);
} Option;

static gboolean
parse_number (
    const char *option, const char *value, gint64 min, gint64 max, gint64 *number, GError **error)
{
  if (g_ascii_string_to_signed (value, 10, min, max, number, NULL))
    return TRUE;
  return shoal_set_field_error (error, option,
                                "--%s must be a number from %" G_GINT64_FORMAT
                                " to %" G_GINT64_FORMAT ", not “%s”.",
                                option, min, max, value);
}

static gboolean
parse_unsigned (
    const char *option, const char *value, guint min, guint max, guint *number, GError **error)
{
  gint64 wide = 0;

  if (!parse_number (option, value, min, max, &wide, error))
    return FALSE;
  *number = (guint) wide;
  return TRUE;
}

static gboolean
set_data (ShoalTrackerOptions *self, const char *value, GError **error)
{
  if (*value == '\0')
    return shoal_set_field_error (error, "data", "--data needs the name of a folder.");
  g_free (self->config->data);
  self->config->data = g_strdup (value);
  return TRUE;
}

static gboolean
set_listen (ShoalTrackerOptions *self, const char *value, GError **error)
{
  g_autofree char *address = NULL;
  guint16 port = 0;
  guint count = g_strv_length (self->config->listen);

  if (!shoal_tracker_parse_listen (value, &address, &port, error))
    {
      g_prefix_error (error, "--listen: ");
      return FALSE;
    }
  if (count >= MAX_LISTEN)
    return shoal_set_field_error (error, "listen", "--listen can be given %d times at most.",
                                  MAX_LISTEN);
  self->config->listen = g_renew (char *, self->config->listen, count + 2);
  self->config->listen[count] = g_strdup (value);
  self->config->listen[count + 1] = NULL;
  return TRUE;
}

static gboolean
set_public (ShoalTrackerOptions *self, const char *value, GError **error)
{
  g_autofree char *host = NULL;
  guint16 port = 0;

  if (!shoal_tracker_parse_public (value, &host, &port, error))
    {
      g_prefix_error (error, "--public: ");
      return FALSE;
    }
  g_free (self->config->public_host);
  self->config->public_host = g_strdup (value);
  return TRUE;
}

static gboolean
set_name (ShoalTrackerOptions *self, const char *value, GError **error)
{
  if (*value == '\0' || strlen (value) > MAX_GROUP_NAME_BYTES || !g_utf8_validate (value, -1, NULL))
    return shoal_set_field_error (error, "name", "--name must be a text of 1 to %d bytes.",
                                  MAX_GROUP_NAME_BYTES);
  g_free (self->config->name);
  self->config->name = shoal_text_clean (value, MAX_GROUP_NAME_BYTES);
  return TRUE;
}

static gboolean
set_sign_up (ShoalTrackerOptions *self, const char *value, GError **error)
{
  static const ShoalSignUp modes[]
      = { SHOAL_SIGN_UP_OPEN, SHOAL_SIGN_UP_INVITE, SHOAL_SIGN_UP_CLOSED };

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (value, shoal_sign_up_to_string (modes[i])))
      {
        self->config->sign_up = modes[i];
        return TRUE;
      }
  return shoal_set_field_error (error, "sign-up",
                                "--sign-up must be open, invite or closed, not “%s”.", value);
}

static gboolean
set_max_failures (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("max-failures", value, 1, MAX_FAILURES, &self->config->max_failures,
                         error);
}

static gboolean
set_block_seconds (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("block-seconds", value, 1, SHOAL_MAX_BLOCK_SECONDS,
                         &self->config->block_seconds, error);
}

static gboolean
set_idle_seconds (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("idle-seconds", value, MIN_IDLE_SECONDS, MAX_IDLE_SECONDS,
                         &self->config->idle_seconds, error);
}

static gboolean
set_sign_in_seconds (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("sign-in-seconds", value, 1, MAX_IDLE_SECONDS,
                         &self->config->sign_in_seconds, error);
}

static gboolean
set_max_connections (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("max-connections", value, 1, MAX_CONNECTIONS,
                         &self->config->max_connections, error);
}

static gboolean
set_max_per_address (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_unsigned ("max-connections-per-address", value, 1, MAX_CONNECTIONS,
                         &self->config->max_connections_per_address, error);
}

static gboolean
set_max_entries (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_number ("max-entries-per-member", value, 1, MAX_ENTRIES,
                       &self->config->max_entries_per_member, error);
}

static gboolean
set_uses (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_number ("uses", value, 1, SHOAL_MAX_INVITE_USES, &self->uses, error);
}

static gboolean
set_expires (ShoalTrackerOptions *self, const char *value, GError **error)
{
  return parse_number ("expires", value, 1, SHOAL_MAX_INVITE_DAYS, &self->expires_days, error);
}

static gboolean
set_owner (ShoalTrackerOptions *self, const char *value, GError **error)
{
  self->owner = TRUE;
  return TRUE;
}

static gboolean
set_head (ShoalTrackerOptions *self, const char *value, GError **error)
{
  if (!shoal_is_fingerprint (value))
    return shoal_set_field_error (error, "head",
                                  "--head must be the hash of an entry: 64 lower-case hex digits.");
  g_free (self->head);
  self->head = g_strdup (value);
  return TRUE;
}

static gboolean
set_help (ShoalTrackerOptions *self, const char *value, GError **error)
{
  self->command = SHOAL_TRACKER_HELP;
  return TRUE;
}

static gboolean
set_version (ShoalTrackerOptions *self, const char *value, GError **error)
{
  self->command = SHOAL_TRACKER_VERSION;
  return TRUE;
}

static const Option options[] = {
  { "data", ALL, "DIR", "Folder of the tracker's state", set_data },
  { "listen", SERVE, "ADDRESS:PORT", "Where to listen; may be repeated (default *:7707)",
    set_listen },
  { "public", SERVE | INVITE | LINK, "HOST[:PORT]", "What links name as the tracker's address",
    set_public },
  { "name", SERVE, "NAME", "Name of the group", set_name },
  { "sign-up", SERVE, "open|invite|closed", "Who may make an account (default invite)",
    set_sign_up },
  { "max-failures", SERVE, "N", "Wrong passwords before a block (default 5)", set_max_failures },
  { "block-seconds", SERVE, "S", "First block; doubles up to 15 min (default 10)",
    set_block_seconds },
  { "idle-seconds", SERVE, "S", "Silence after which a member is offline (default 30)",
    set_idle_seconds },
  { "sign-in-seconds", SERVE, "S", "Time to sign in after connecting (default 60)",
    set_sign_in_seconds },
  { "max-connections", SERVE, "N", "Connections in all (default 4096)", set_max_connections },
  { "max-connections-per-address", SERVE, "N",
    "Those of one address that have not signed in (default 16)", set_max_per_address },
  { "max-entries-per-member", SERVE, "N", "Files one member may offer (default 2000000)",
    set_max_entries },
  { "uses", INVITE, "N", "Accounts that can be made with it (default 1)", set_uses },
  { "expires", INVITE, "DAYS", "Days that it works (default 7)", set_expires },
  { "owner", LINK, NULL, "A new link for the owner, while there is none", set_owner },
  { "head", AUDIT, "HASH", "An entry's hash that must be in the log", set_head },
  { "help", ALL, NULL, "Show this", set_help },
  { "version", ALL, NULL, "Show the version", set_version },
};

static const Option *
find_option (const char *name, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (strlen (options[i].name) == length && strncmp (options[i].name, name, length) == 0)
      return &options[i];
  return NULL;
}

static char *
make_help (void)
{
  g_autoptr (GString) help = g_string_new (
      "Usage:\n"
      "  shoal-tracker [OPTION…]                              run the tracker of a group\n"
      "  shoal-tracker invite [--uses N] [--expires DAYS]     make a link that lets somebody join\n"
      "  shoal-tracker link [--owner]                         show the tracker's link\n"
      "  shoal-tracker audit verify [--head HASH]             check the audit log\n"
      "\n"
      "Options:\n");

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      const Option *option = &options[i];
      g_autofree char *left
          = g_strdup_printf ("--%s%s%s", option->name, option->placeholder != NULL ? " " : "",
                             option->placeholder != NULL ? option->placeholder : "");

      g_string_append_printf (help, "  %-34s %s\n", left, option->help);
    }
  g_string_append (help, "\nThe tracker prints “ready LINK” when it accepts connections. At its "
                         "first start it writes a link "
                         "for\nthe owner's account to standard error.\n");
  return g_string_free (g_steal_pointer (&help), FALSE);
}

static char *
default_data (void)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (state != NULL && *state != '\0')
    return g_strndup (state, strcspn (state, ":"));
  return g_build_filename (g_get_user_data_dir (), "shoal-tracker", NULL);
}

static gboolean
set_command (ShoalTrackerOptions *self, GPtrArray *words, GError **error)
{
  const char *first = words->len > 0 ? g_ptr_array_index (words, 0) : NULL;
  const char *second = words->len > 1 ? g_ptr_array_index (words, 1) : NULL;
  guint expected = 1;

  if (first == NULL)
    return TRUE;
  if (g_str_equal (first, "invite"))
    self->command = SHOAL_TRACKER_INVITE;
  else if (g_str_equal (first, "link"))
    self->command = SHOAL_TRACKER_LINK;
  else if (g_str_equal (first, "audit") && g_strcmp0 (second, "verify") == 0)
    {
      self->command = SHOAL_TRACKER_AUDIT_VERIFY;
      expected = 2;
    }
  else if (g_str_equal (first, "audit"))
    return shoal_set_field_error (error, "command", "Write “audit verify”.");
  else
    return shoal_set_field_error (
        error, "command",
        "There is no command “%s”. The commands are invite, link and audit verify.", first);
  if (words->len > expected)
    return shoal_set_field_error (error, "command", "“%s” is one word too many.",
                                  (char *) g_ptr_array_index (words, expected));
  return TRUE;
}

/* One "--name value" or "--name=value". *i: moves over a value of its own. */
static gboolean
take_option (
    ShoalTrackerOptions *self, const char *const *argv, guint *i, GPtrArray *taken, GError **error)
{
  const char *name = argv[*i] + 2;
  const char *equals = strchr (name, '=');
  const Option *option
      = find_option (name, equals != NULL ? (gsize) (equals - name) : strlen (name));
  const char *value = equals != NULL ? equals + 1 : NULL;

  if (option == NULL)
    return shoal_set_field_error (error, "option", "There is no option “%s”.", argv[*i]);
  if (option->placeholder == NULL && value != NULL)
    return shoal_set_field_error (error, option->name, "--%s takes no value.", option->name);
  if (option->placeholder != NULL && value == NULL)
    value = argv[++*i];
  if (option->placeholder != NULL && value == NULL)
    return shoal_set_field_error (error, option->name, "--%s needs a value: %s.", option->name,
                                  option->placeholder);
  g_ptr_array_add (taken, (gpointer) option);
  return option->set (self, value, error);
}

static gboolean
parse (ShoalTrackerOptions *self, const char *const *argv, GError **error)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GPtrArray) taken = g_ptr_array_new ();

  for (guint i = 1; argv[i] != NULL; i++)
    {
      if (g_str_equal (argv[i], "-h"))
        self->command = SHOAL_TRACKER_HELP;
      else if (!g_str_has_prefix (argv[i], "-"))
        g_ptr_array_add (words, (gpointer) argv[i]);
      else if (!g_str_has_prefix (argv[i], "--"))
        return shoal_set_field_error (error, "option", "There is no option “%s”.", argv[i]);
      else if (!take_option (self, argv, &i, taken, error))
        return FALSE;
      if (self->command == SHOAL_TRACKER_HELP || self->command == SHOAL_TRACKER_VERSION)
        return TRUE;
    }
  if (!set_command (self, words, error))
    return FALSE;
  for (guint i = 0; i < taken->len; i++)
    {
      const Option *option = g_ptr_array_index (taken, i);

      if ((option->commands & (1u << self->command)) == 0)
        return shoal_set_field_error (error, option->name, "--%s does not belong to this command.",
                                      option->name);
    }
  return TRUE;
}

ShoalTrackerOptions *
shoal_tracker_options_parse (const char *const *argv, GError **error)
{
  g_autoptr (ShoalTrackerOptions) self = g_new0 (ShoalTrackerOptions, 1);
  g_autofree char *data = default_data ();

  self->command = SHOAL_TRACKER_SERVE;
  self->config = shoal_tracker_config_new (data);
  self->uses = 1;
  self->expires_days = 7;
  if (!parse (self, argv, error))
    return NULL;
  if (self->command == SHOAL_TRACKER_HELP)
    self->help = make_help ();
  return g_steal_pointer (&self);
}

void
shoal_tracker_options_free (ShoalTrackerOptions *self)
{
  g_clear_pointer (&self->config, shoal_tracker_config_free);
  g_free (self->head);
  g_free (self->help);
  g_free (self);
}
