#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run-gui.sh [--service PROGRAM]… PROGRAM [ARGUMENTS]: runs PROGRAM on a desktop of its own: a home and runtime folder
# that go away afterwards, a display (Xvfb on a number that is free), a session bus that starts nothing by itself, a
# keyring in a file, settings in memory. Each --service runs beside it on that bus and is ready when it writes a line.
#
# SHOAL_BUILD_DIR is the build folder: its schema is used, and its programs come first on PATH.
# SHOAL_KEEP=1 keeps the folder. SHOAL_SCREEN is the display's size, 1280x1024x24 unless told.
set -euo pipefail

services=()
while [ "${1:-}" = --service ]; do
  services+=("$2")
  shift 2
done
[ $# -gt 0 ] || { echo "usage: run-gui.sh [--service PROGRAM]… PROGRAM [ARGUMENTS]" >&2; exit 2; }
for program in Xvfb dbus-daemon; do
  command -v "$program" >/dev/null || { echo "run-gui: $program is missing; run ./dev deps" >&2; exit 1; }
done

here=$(dirname "$(realpath -e "$0")")
build=${SHOAL_BUILD_DIR:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/shoal-gui-XXXXXX")
children=()
program=

# Runs on every way out, also when the test's time is over.
clean_up() {
  local status=$? child
  trap - EXIT INT TERM HUP
  set +e
  [ -z "$program" ] || kill -KILL "$program" 2>/dev/null
  # The last one first: the services leave the bus before it goes.
  for ((i = ${#children[@]} - 1; i >= 0; i--)); do
    child=${children[i]}
    kill -TERM "$child" 2>/dev/null
    wait "$child" 2>/dev/null
  done
  if [ -n "${SHOAL_KEEP:-}" ]; then echo "# kept $work"; else rm -rf "$work"; fi
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir -m 700 "$work"/{home,run,data,config,cache,state,tmp}
export HOME=$work/home XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config \
  XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state SHOAL_TEST_DIR=$work/tmp
export LC_ALL=C.UTF-8 TZ=UTC
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS SHOAL_PROFILE LANGUAGE XDG_CURRENT_DESKTOP \
  GTK_THEME GTK_MODULES GTK_DEBUG GDK_SCALE
export GDK_BACKEND=x11 GSK_RENDERER=cairo ADW_DISABLE_PORTAL=1 GIO_USE_VFS=local GSETTINGS_BACKEND=memory
export GTK_A11Y=${GTK_A11Y-test} G_DEBUG=${G_DEBUG-fatal-warnings}
# Leaks are looked for in every other suite. Here GLib's quark table, fontconfig's patterns and libsecret's entity tags
# stay allocated, and their stacks end at g_malloc, so that none can be told from another.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export SECRET_BACKEND=file SECRET_FILE_TEST_PATH=$work/test.keyring SECRET_FILE_TEST_PASSWORD=test
if [ -n "$build" ]; then
  build=$(realpath -e "$build")
  export GSETTINGS_SCHEMA_DIR=$build/data PATH=$build/src/programs:$PATH
fi

# Starts a command whose descriptor 3 (or, for a service, whose output) is a pipe, and reads the first line from it
# into $line. The pipe is open here from the beginning: a writer may be gone before anybody reads.
start() { # NAME COMMAND…
  local name=$1 pipe
  shift
  mkfifo "$work/$name"
  exec {pipe}<>"$work/$name"
  if [ "$name" = display ] || [ "$name" = bus ]; then
    "$@" 3>&"$pipe" >"$work/$name.log" 2>&1 {pipe}>&- &
  else
    "$@" >&"$pipe" 2>"$work/$name.log" {pipe}>&- &
  fi
  children+=($!)
  if ! IFS= read -r -t 60 -u "$pipe" line; then
    echo "run-gui: nothing came from $name" >&2
    cat "$work/$name.log" >&2
    exit 1
  fi
  exec {pipe}>&-
}

line=
start display Xvfb -displayfd 3 -screen 0 "${SHOAL_SCREEN:-1280x1024x24}" -noreset -nolisten tcp
export DISPLAY=:$line
start bus dbus-daemon --config-file="$here/session.conf" --address="unix:path=$work/run/bus" --nofork --nopidfile --print-address=3
export DBUS_SESSION_BUS_ADDRESS=$line
for service in "${services[@]}"; do
  start "$(basename "$service")" "$service"
done

# In the background, so that a signal to this script is not kept waiting.
"$@" &
program=$!
status=0
wait "$program" || status=$?
program=
exit "$status"
