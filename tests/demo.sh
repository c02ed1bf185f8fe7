#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh BUILD [PATH]: the main job, for real: a tracker, two members, one shares PATH, the other downloads it.
# Everything lives in a temporary folder and is gone afterwards; exits non-zero if anything differs.
set -euo pipefail

build=${1:?usage: demo.sh BUILD [PATH]}
path=${2:-}
tracker=$build/src/programs/shoal-tracker
cli=$build/src/programs/shoal-cli
[ -x "$tracker" ] && [ -x "$cli" ] || { echo "demo: there are no programs in $build; run ./dev build" >&2; exit 1; }
# Perl's library has a thousand files and comes with the compiler; the time zones have hundreds, and links.
for folder in /usr/share/perl /usr/share/zoneinfo; do
  [ -z "$path" ] && [ "$(find "$folder" -type f 2>/dev/null | wc -l)" -ge 300 ] && path=$folder
done
[ -e "$path" ] || { echo "demo: there is no $path; give a file or folder to share" >&2; exit 1; }
path=$(realpath -e -- "$path")
name=$(basename -- "$path")

work=$(mktemp -d "${TMPDIR:-/tmp}/shoal-demo-XXXXXX")
children=()

# Runs on every way out, Ctrl-C included.
clean_up() {
  local status=$?
  trap - EXIT INT TERM HUP
  set +e
  [ ${#children[@]} -eq 0 ] || kill -TERM "${children[@]}" 2>/dev/null
  wait 2>/dev/null
  if [ "$status" -ne 0 ] && [ "$status" -lt 128 ]; then
    printf '\ndemo: failed; the last lines of the logs:\n' >&2
    tail -n 5 "$work"/*.log >&2
  fi
  chmod -R u+w "$work" 2>/dev/null
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A world of its own: no keyring and no profile of the user is touched.
export LC_ALL=C.UTF-8
export HOME=$work/home XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=$work/home/data XDG_CONFIG_HOME=$work/home/config
unset DBUS_SESSION_BUS_ADDRESS LANGUAGE
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR"

if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; else bold='' plain=''; fi
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
show() { printf '  $ %s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

# wait_for SECONDS COMMAND…: until COMMAND succeeds
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

ada() { "$cli" --profile "$work/ada" "$@"; }
ben() { "$cli" --profile "$work/ben" "$@"; }

step "1. A tracker starts on this machine, with nothing in it."
show "shoal-tracker --data DIR --listen 127.0.0.1:0 --name Demo"
"$tracker" --data "$work/tracker" --listen 127.0.0.1:0 --name Demo >"$work/ready" 2>"$work/tracker.log" &
children+=($!)
wait_for 30 grep -q '^ready shoal://' "$work/ready" || fail "the tracker did not start"
link=$(sed -n 's/^ready //p' "$work/ready")
echo "  Its address and its key are the link: $link"

step "2. Ada signs up with the owner's link; she makes an invitation for Ben."
printf 'correct horse %s\n' "$RANDOM$RANDOM" >"$work/ada-password"
printf 'battery staple %s\n' "$RANDOM$RANDOM" >"$work/ben-password"
"$tracker" link --owner --data "$work/tracker" >"$work/owner-link"
show "shoal-cli sign-up OWNER-LINK ada"
ada sign-up --password-file "$work/ada-password" - ada <"$work/owner-link" 2>&1 | sed 's/^/  /'
"$tracker" invite --data "$work/tracker" >"$work/invite"
show "shoal-cli sign-up INVITE-LINK ben"
ben sign-up --password-file "$work/ben-password" - ben <"$work/invite" 2>&1 | sed 's/^/  /'

step "3. Ada shares $path and stays online."
show "shoal-cli share $path"
ada share "$path" 2>&1 | sed 's/^/  /'
show "shoal-cli serve"
"$cli" --profile "$work/ada" serve >"$work/serve.log" 2>&1 &
children+=($!)
online() { ben users --json 2>/dev/null | grep -q '"user":"ada".*"online":true'; }
wait_for 30 online || fail "Ada does not come online"

step "4. Ben searches and finds it."
show "shoal-cli search $name"
ben search "$name" >"$work/found"
head -n 6 "$work/found" | sed 's/^/  /'

step "5. Ben downloads it from Ada, encrypted and verified piece by piece."
show "shoal-cli get $name --to DIR"
started=$(date +%s%N)
ben get "$name" --to "$work/got" >"$work/result" || fail "the download failed"
ended=$(date +%s%N)
sed 's/^/  /' "$work/result"

step "6. The summary."
# The history says what went over the network; the command's own answer how many pieces were verified.
history=$(ben --json history)
history=${history%%$'\n'*}
field() { sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p" <<<"$history"; }
files=$(find "$work/got" -type f | wc -l)
pieces=$(sed -n 's/.* \([0-9]*\) pieces\{0,1\} verified.*/\1/p' "$work/result")
awk -v files="$files" -v bytes="$(field bytes)" -v ms="$(field elapsed_ms)" -v pieces="$pieces" -v users="$(field users)" \
  -v whole="$(((ended - started) / 1000000))" 'BEGIN {
    if (ms < 1) ms = 1
    printf "  %d files, %d bytes in %.2f s: %.1f MB/s; with starting up and signing in %.2f s\n",
      files, bytes, ms / 1000, bytes / 1000 / ms, whole / 1000
    printf "  %d pieces verified, all from %s\n", pieces, users
  }'

step "7. Both are compared: names, bytes, executable bits, links."

# What cannot be shared is left out, and said: links that leave the folder, sockets, devices. Lists those of $1.
left_out() {
  find "$1" -mindepth 1 ! -type d ! -type f ! -type l -printf '%P\n'
  find "$1" -mindepth 1 -type l -printf '%P\t%l\n' | while IFS=$'\t' read -r link target; do
    resolved=$(realpath -ms -- "$1/$(dirname -- "$link")/$target")
    case $target in /*) resolved=/ ;; esac
    [[ $resolved == "$1"/* || $resolved == "$1" ]] || printf '%s\n' "$link"
  done
}
# One line for each entry of $1: kind, executable or not, path, target of a link.
listing() {
  (cd "$1" && find . -mindepth 1 \( -type f -perm -u+x -printf 'x %P\n' -o -type f -printf 'f %P\n' \
    -o -type l -printf 'l %P -> %l\n' -o -printf '%y %P\n' \) | sort)
}

if [ -d "$path" ]; then
  left_out "$path" | sort >"$work/left-out"
  listing "$path" >"$work/list-ada"
  listing "$work/got/$name" >"$work/list-ben"
  # Without those lines that name something left out.
  awk 'FILENAME == ARGV[1] { out[$0] = 1; next } { p = substr($0, 3); sub(/ -> .*/, "", p) } !(p in out)' \
    "$work/left-out" "$work/list-ada" >"$work/list-expected"
  cmp -s "$work/list-expected" "$work/list-ben" || {
    diff "$work/list-expected" "$work/list-ben" | head -n 20
    fail "the folders differ"
  }
  sed 's/^.*\///' "$work/left-out" | sort -u >"$work/ignore"
  diff -r --no-dereference "$path" "$work/got/$name" >"$work/diff" || true
  # What diff may say is that something left out is only here.
  while IFS= read -r line; do
    case $line in
      "Only in $path"*) grep -qxF -- "${line##*: }" "$work/ignore" || fail "$line" ;;
      *) fail "$line" ;;
    esac
  done <"$work/diff"
  echo "  Equal: $(wc -l <"$work/list-ben") entries. Left out, and said so above: $(wc -l <"$work/left-out")."
else
  cmp -- "$path" "$work/got/$name" || fail "the files differ"
  echo "  Equal."
fi
