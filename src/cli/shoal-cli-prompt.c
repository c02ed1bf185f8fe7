/* shoal-cli-prompt.c: questions to whoever sits at the terminal, and secrets from files
 *
 * Questions go to the terminal itself (/dev/tty), so that they work while standard input and output
 * are pipes. A password is never taken from an argument, never echoed, and wiped after use.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "shoal-cli"

#include "config.h"

#include "shoal-cli.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "shoal-error.h"
#include "shoal-limits.h"

/* The longest line that is read: a link is the longest thing asked for. */
#define MAX_LINE_BYTES 4096
#define CTRL_C 3

static int
open_terminal (void)
{
  return open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

gboolean
shoal_cli_has_terminal (void)
{
  int fd = open_terminal ();

  if (fd < 0)
    return FALSE;
  close (fd);
  return TRUE;
}

/* Reads up to a line feed or the end, byte by byte, so that what follows stays for the next reader.
 * The buffer is allocated once: no copies of a password are left behind. */
static char *
read_line (int fd, gboolean terminal, GError **error)
{
  char *line = g_malloc0 (MAX_LINE_BYTES + 1);
  gsize length = 0;

  for (;;)
    {
      char c;
      ssize_t n = read (fd, &c, 1);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          shoal_error_from_errno (error, errno, _ ("Cannot read"));
          shoal_cli_free_password (line);
          return NULL;
        }
      if (n == 0 || c == '\n')
        break;
      if (terminal && c == CTRL_C)
        {
          shoal_cli_free_password (line);
          g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_CANCELLED, _ ("Interrupted."));
          return NULL;
        }
      if (length >= MAX_LINE_BYTES || c == '\0')
        {
          g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                               _ ("The line is too long, or not text."));
          shoal_cli_free_password (line);
          return NULL;
        }
      line[length++] = c;
    }
  if (length > 0 && line[length - 1] == '\r')
    line[length - 1] = '\0';
  return line;
}

static void
say (int fd, const char *text)
{
  if (write (fd, text, strlen (text)) < 0)
    g_debug ("Cannot write to the terminal");
}

/* Asks at the terminal. A signal while the echo is off would leave it off, and reading would go on
 * after it: so Ctrl-C is read as the end of the line here. */
static char *
ask (int fd, const char *question, gboolean echo, GError **error)
{
  struct termios before, during;

  if (tcgetattr (fd, &before) != 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot read the terminal's state"));
      return NULL;
    }
  during = before;
  during.c_lflag &= ~(tcflag_t) (echo ? ISIG : ECHO | ISIG);
  during.c_lflag |= ICANON;
  during.c_cc[VEOL] = CTRL_C;
  if (tcsetattr (fd, TCSAFLUSH, &during) != 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot turn off the terminal's echo"));
      return NULL;
    }
  say (fd, question);
  char *answer = read_line (fd, TRUE, error);
  tcsetattr (fd, TCSAFLUSH, &before);
  if (!echo)
    say (fd, "\n");
  return answer;
}

char *
shoal_cli_ask (const char *question, GError **error)
{
  int fd = open_terminal ();

  if (fd < 0)
    {
      g_set_error_literal (error, SHOAL_ERROR, SHOAL_ERROR_INVALID,
                           _ ("There is no terminal to ask at."));
      return NULL;
    }
  char *answer = ask (fd, question, TRUE, error);
  close (fd);
  return answer;
}

gboolean
shoal_cli_is_yes (const char *answer)
{
  return g_ascii_strcasecmp (answer, "yes") == 0 || g_ascii_strcasecmp (answer, "y") == 0
         || g_utf8_collate (answer, _ ("yes")) == 0;
}

void
shoal_cli_free_password (char *password)
{
  if (password == NULL)
    return;
  explicit_bzero (password, strlen (password));
  g_free (password);
}

char *
shoal_cli_read_line (const char *file, guint skip, GError **error)
{
  gboolean standard = g_str_equal (file, "-");
  int fd = standard ? STDIN_FILENO : open (file, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    {
      shoal_error_from_errno (error, errno, _ ("Cannot open “%s”"), file);
      return NULL;
    }
  char *line = read_line (fd, FALSE, error);
  for (; line != NULL && skip > 0; skip--)
    {
      shoal_cli_free_password (line);
      line = read_line (fd, FALSE, error);
    }
  if (!standard)
    close (fd);
  return line;
}

static gboolean
check_password (const char *password, GError **error)
{
  if (*password == '\0')
    return shoal_set_field_error (error, "password", "%s", _ ("The password is empty."));
  if (strlen (password) > SHOAL_MAX_PASSWORD_BYTES)
    return shoal_set_field_error (error, "password", "%s", _ ("The password is too long."));
  if (!g_utf8_validate (password, -1, NULL))
    return shoal_set_field_error (error, "password", "%s", _ ("The password is not UTF-8 text."));
  return TRUE;
}

char *
shoal_cli_read_password (const char *file, const char *question, gboolean twice, GError **error)
{
  char *password = NULL;

  if (file != NULL)
    password = shoal_cli_read_line (file, 0, error);
  else
    {
      int fd = open_terminal ();

      if (fd < 0)
        {
          shoal_set_field_error (
              error, "password", "%s",
              _ ("There is no terminal to ask for the password at: use --password-file."));
          return NULL;
        }
      password = ask (fd, question, FALSE, error);
      char *again
          = password != NULL && twice ? ask (fd, _ ("The same again: "), FALSE, error) : NULL;
      close (fd);
      if (again != NULL && !g_str_equal (again, password))
        shoal_set_field_error (error, "password", "%s", _ ("The two passwords are not the same."));
      if (twice && (again == NULL || !g_str_equal (again, password)))
        g_clear_pointer (&password, shoal_cli_free_password);
      shoal_cli_free_password (again);
    }
  if (password != NULL && !check_password (password, error))
    g_clear_pointer (&password, shoal_cli_free_password);
  return password;
}

char *
shoal_cli_read_link (const char *argument, GError **error)
{
  return g_str_equal (argument, "-") ? shoal_cli_read_line ("-", 0, error) : g_strdup (argument);
}
