#!/usr/bin/env python3
# check-manifest.py MANIFEST: flatpak-builder can read the manifest, everything it fetches is pinned, and the sandbox
# gives away no more than docs/desktop.md says
#
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import re
import subprocess
import sys
import tempfile

# Everything here has its reason in the manifest; another line needs one, and a line here.
ALLOWED = {
    '--share=network', '--share=ipc', '--socket=wayland', '--socket=fallback-x11', '--device=dri',
    '--filesystem=xdg-download', '--talk-name=org.kde.StatusNotifierWatcher',
}


def complaints(manifest):
    for argument in sorted(set(manifest['finish-args']) - ALLOWED):
        yield f'finish-args: {argument} is not among what the sandbox may have'
    for module in manifest['modules']:
        for source in module['sources']:
            kind = source['type']
            if kind == 'dir':
                if source['path'] != '..':
                    yield f'{module["name"]}: only this tree may come from a folder'
            elif kind == 'git':
                if not source.get('tag') or not re.fullmatch(r'[0-9a-f]{40}', source.get('commit', '')):
                    yield f'{module["name"]}: a git source needs a tag and a commit'
            elif not source['url'].startswith('https://'):
                yield f'{module["name"]}: {source["url"]} is not fetched over TLS'
            elif not re.fullmatch(r'[0-9a-f]{64}', source.get('sha256', '')):
                yield f'{module["name"]}: {source["url"]} has no sha256'


def main():
    path = sys.argv[1]
    # What --show-manifest prints is what flatpak-builder has understood, as JSON; a bad key fails or warns.
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(['flatpak-builder', '--show-manifest', path], capture_output=True, text=True, cwd=home,
                              env={'PATH': '/usr/local/bin:/usr/bin:/bin', 'HOME': home, 'LC_ALL': 'C.UTF-8'})
    if done.returncode != 0 or done.stderr.strip():
        print(done.stderr or f'flatpak-builder ended with {done.returncode}', file=sys.stderr)
        return 1
    manifest = json.loads(done.stdout)
    found = list(complaints(manifest))
    if manifest.get('id', manifest.get('app-id')) != 'io.github.shoal_app.Shoal':
        found.append('the id is another one')
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
