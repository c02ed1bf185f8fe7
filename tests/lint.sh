#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lint.sh: format, SPDX lines, scripts, man pages, static analysis. Fails at the first kind of fault.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '== %s\n' "$*"; }

step "format"
mapfile -t c_files < <(git ls-files '*.c' '*.h')
clang-format-14 --dry-run -Werror "${c_files[@]}"

step "SPDX lines"
missing=$(git ls-files '*.c' '*.h' '*.sh' '*.py' '*meson.build' dev .ci/run \
  | while read -r file; do head -n 60 "$file" | grep -q SPDX-License-Identifier || echo "$file"; done)
[ -z "$missing" ] || { echo "No SPDX line in: $missing"; exit 1; }

step "scripts"
git ls-files '*.sh' dev .ci/run | xargs shellcheck -S warning

step "man pages"
for page in data/man/*.1; do
  warnings=$(MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [ -z "$warnings" ] || { echo "$page: $warnings"; exit 1; }
done

# The analyzer's core checks are left out: they take "NULL with an error set" for a NULL that nobody checked.
step "static analysis"
[ -f build-lint/build.ninja ] || /usr/bin/meson setup build-lint --buildtype=debugoptimized >/dev/null
# Only what analysis needs: the generated headers.
ninja -C build-lint config.h src/desktop/shoal-resources.h >/dev/null 2>&1 || ninja -C build-lint >/dev/null
mapfile -t sources < <(git ls-files 'src/*.c')
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 8 clang-tidy-14 -p build-lint --quiet \
  --warnings-as-errors='*' \
  --checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-implicit-widening-of-multiplication-result,-bugprone-reserved-identifier,-bugprone-assignment-in-if-condition,-bugprone-branch-clone,-bugprone-sizeof-expression,clang-analyzer-unix*,clang-analyzer-security*,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-unix.Malloc' \
  2>/dev/null
step "ok"
