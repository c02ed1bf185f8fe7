#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh BUILD SECONDS: runs every libFuzzer target for SECONDS from its corpus. A new input that reaches new
# code is kept in BUILD/corpus, one that crashes in BUILD/crashes; the exit status is that of the worst.
set -euo pipefail

build=${1:?usage: run.sh BUILD SECONDS}
seconds=${2:?usage: run.sh BUILD SECONDS}
case $seconds in *[!0-9]* | '') echo "run.sh: SECONDS is a number" >&2; exit 2 ;; esac
here=$(dirname "$0")
mkdir -p "$build/crashes"
# Leaks count; objects that a library keeps for the life of the process do not.
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions="$PWD/$here/../lsan.supp":print_suppressions=0

failed=()
found=0
for target in "$build"/tests/fuzz/fuzz-*; do
  [ -f "$target" ] && [ -x "$target" ] || continue
  found=$((found + 1))
  name=$(basename "$target")
  name=${name#fuzz-}
  mkdir -p "$build/corpus/$name"
  printf '== %s for %s s\n' "$name" "$seconds"
  # The first folder is where new inputs go; the seeds of the tree are read only.
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="$build/crashes/$name-" "$build/corpus/$name" "$here/corpus/$name" 2>"$build/$name.log"; then
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "$build/$name.log" || true
  else
    failed+=("$name")
    tail -n 40 "$build/$name.log"
  fi
done

[ "$found" -gt 0 ] || { echo "run.sh: no targets in $build; is it configured with -Dfuzz=true and clang?" >&2; exit 1; }
[ ${#failed[@]} -eq 0 ] || { echo "Failed: ${failed[*]}; the inputs are in $build/crashes"; exit 1; }
echo "$found targets, no crash."
