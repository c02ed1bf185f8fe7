#!/usr/bin/env python3
# check-layers.py: fails when a folder of src/ includes what the table of layers does not allow
#
#   check-layers.py SOURCE_ROOT     checks src/ below it
#   check-layers.py --self-test     plants violations in a temporary tree and sees that each is found
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import re
import sys
import tempfile

# What a page of the app may include: the engine with all that is below it, and what pages have in common; never
# another page, nor the window that shows it.
DESKTOP_PAGE = ('base content identity protocol database net history profile directory holdings tracker-client shares '
                'uploads transfers engine desktop/widgets')

# A folder may include its own headers and those of these folders; docs/architecture.md says what each is for. Of
# the folders that hold a file the longest counts.
FOLDERS = {
    'base': '',
    'content': 'base',
    'identity': 'base',
    'protocol': 'base',
    'database': 'base',
    'net': 'base identity',
    'history': 'base content database',
    'profile': 'base identity protocol',
    'directory': 'base content',
    'holdings': 'base content database directory',
    'tracker-client': 'base content identity protocol database net directory',
    'shares': 'base content database directory holdings',
    'uploads': 'base content identity database net directory holdings history',
    'transfers': 'base content identity database net directory holdings',
    'engine': 'base content identity protocol database net history profile directory holdings tracker-client shares '
              'uploads transfers',
    'control': 'base content identity protocol database net history profile directory holdings tracker-client shares '
               'uploads transfers engine',
    'cli': 'base content identity protocol profile directory engine control',
    'desktop/widgets': 'base content directory history transfers',
    'desktop/session': 'base profile tracker-client engine control',
    'desktop/browse': DESKTOP_PAGE,
    'desktop/transfers': DESKTOP_PAGE,
    'desktop/files': DESKTOP_PAGE,
    'desktop/people': DESKTOP_PAGE,
    'desktop/history': DESKTOP_PAGE,
    'desktop/setup': f'{DESKTOP_PAGE} desktop/session',
    'desktop/preferences': 'base desktop/widgets desktop/session',
    'desktop/window': 'desktop/widgets desktop/session desktop/browse desktop/transfers desktop/files desktop/people '
                      'desktop/history desktop/setup',
    'desktop/app': 'base history profile engine desktop/widgets desktop/session desktop/preferences desktop/window',
    'catalogue': 'base content protocol database',
    'tracker/session': 'base identity protocol database',
    'tracker/audit': 'base identity protocol database tracker/session',
    'tracker/presence': 'base identity protocol database tracker/session',
    'tracker/accounts': 'base identity protocol database tracker/session tracker/audit tracker/presence',
    'tracker/offers': 'base content identity protocol database catalogue tracker/session tracker/audit '
                      'tracker/presence',
    'tracker/server': 'base content identity protocol database net catalogue tracker/session tracker/audit '
                      'tracker/presence tracker/accounts tracker/offers',
    # The main() files: each may start what it is named after.
    'programs': 'base content identity protocol net profile engine control cli desktop/app tracker/session '
                'tracker/server',
}
FOLDERS = {folder: allowed.split() for folder, allowed in FOLDERS.items()}

# The rooms of the app that show something.
DESKTOP = [folder for folder in FOLDERS if folder.startswith('desktop/') and folder != 'desktop/session']

# Libraries that belong to some folders only: the beginning of what stands in <>, and who may include it. A
# folder also gets what the public headers of its lower folders include.
LIBRARIES = {
    'gnutls/': ['content', 'identity', 'net'],
    'libsecret/': ['identity'],
    'libsoup/': ['net'],
    'sodium': ['tracker/accounts', 'tracker/server'],
    'sqlite3': ['database'],
    'json-glib/': ['protocol', 'catalogue', 'tracker/presence', 'tracker/accounts', 'tracker-client', 'control', 'cli'],
    'gtk/': DESKTOP,
    'gdk/': DESKTOP,
    'gsk/': DESKTOP,
    'graphene': DESKTOP,
    'pango/': DESKTOP,
    'adwaita': DESKTOP,
    'qrencode': ['desktop/widgets', 'cli'],
}

# A header shows JSON to everybody who includes it: on the members' side only one that is about JSON does, by
# its name; values do not know the wire.
WIRE = 'json-glib/'
WIRE_FOLDERS = ['tracker', 'catalogue']
WIRE_HEADER = re.compile(r'-(json|channel)\.h$|^shoal-cli\.h$')

# What every folder has: C, POSIX and Linux headers, GLib and GIO.
COMMON = re.compile(
    r'^(glib(-object|-unix)?\.h|glib/.*|gobject/.*|gio/.*|gmodule\.h|'
    r'(sys|linux|netinet|arpa|net|asm|bits)/.*|[a-z0-9_]+\.h)$')

INCLUDE = re.compile(r'^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*(?:"([^"]+)"|<([^>]+)>|([A-Za-z_].*))')


def room_of(folder):
    """The longest of FOLDERS that is @folder, a path below src/, or holds it; None where none does."""
    while folder and folder not in FOLDERS:
        folder = folder.rpartition('/')[0]
    return folder or None


def source_files(root):
    """(folder, path) of each C file; the folder is one of FOLDERS, or None."""
    for where, folders, names in os.walk(os.path.join(root, 'src')):
        folders.sort()
        for name in sorted(names):
            if name.endswith(('.c', '.h', '.inc', '.h.in', '.c.in')):
                path = os.path.join(where, name)
                yield room_of(os.path.relpath(where, os.path.join(root, 'src'))), path


def includes(path):
    """(line number, quoted, text) of each #include, with comments and continued lines undone."""
    with open(path, encoding='utf-8') as file:
        text = file.read()

    def blank(match):
        return '\n' * match.group(0).count('\n') or ' '

    text = text.replace('\\\n', ' ')
    text = re.sub(r'/\*.*?\*/', blank, text, flags=re.S)
    for number, line in enumerate(text.split('\n'), 1):
        match = INCLUDE.match(line)
        if match:
            if match.group(3):
                yield number, None, match.group(3)
            else:
                yield number, match.group(1) is not None, match.group(1) or match.group(2)


# Headers that the build makes: no file in the tree, but a folder that they belong to.
GENERATED = {'shoal-resources.h': 'desktop/app'}


def check_project_header(folder, header, owners):
    """The complaint about one of our own headers, or None."""
    if '/' in header:
        return f'"{header}" must be included by its name alone'
    owner = owners.get(header) or GENERATED.get(header)
    if owner is None:
        return f'"{header}" is no header of src/'
    if owner != folder and owner not in FOLDERS[folder]:
        return f'{folder}/ may not use {owner}/ ("{header}")'
    return None


def check_system_header(folder, name, header, owners):
    """The complaint about a header in <> that the file @name includes, or None."""
    base = os.path.basename(header)
    if base in owners:
        return f'<{header}> is a header of ours: include it in quotes'
    if (header.startswith(WIRE) and name.endswith('.h') and folder.split('/')[0] not in WIRE_FOLDERS
            and not WIRE_HEADER.search(name)):
        return f'<{header}> in a header whose name does not say that it is about JSON'
    for begin, allowed in LIBRARIES.items():
        if header.startswith(begin):
            return None if folder in allowed else f'{folder}/ may not use <{header}>'
    if '..' in header or header.startswith('/') or not COMMON.match(header):
        return f'<{header}> is of a library that no folder may use; if one may, say so in {os.path.basename(__file__)}'
    return None


def check(root):
    """All complaints about the tree."""
    complaints = []
    owners = {}
    places = {}
    files = list(source_files(root))

    for folder, path in files:
        where, name = os.path.split(path)
        if folder is None:
            complaints.append(f'{path}: not in one of the folders that the table knows')
            continue
        if name.endswith(('.h', '.h.in')):
            owners[name.removesuffix('.in')] = folder
        if places.setdefault(name.partition('.')[0], where) != where:
            complaints.append(f'{path}: another folder has a file of this name')
    for folder, path in files:
        if folder is None:
            continue
        for number, quoted, header in includes(path):
            if quoted is None:
                complaint = f'#include {header}: the name of the header must stand there'
            elif quoted and header == 'config.h':
                complaint = None
            elif quoted:
                complaint = check_project_header(folder, header, owners)
            else:
                complaint = check_system_header(folder, os.path.basename(path), header, owners)
            if complaint:
                complaints.append(f'{path}:{number}: {complaint}')
    return complaints


# Each: a file, what it includes, and a part of the complaint, or None where it is allowed.
PLANTED = [
    ('src/engine/shoal-a.c', '#include "shoal-tracker-server.h"', 'may not use tracker/server/'),
    ('src/tracker/server/shoal-a.c', '#include "shoal-engine.h"', 'may not use engine/'),
    ('src/tracker/session/shoal-a.c', '#include "shoal-tracker-presence.h"', 'may not use tracker/presence/'),
    ('src/tracker/accounts/shoal-a.c', '#include "shoal-catalogue.h"', 'may not use catalogue/'),
    ('src/tracker/accounts/deep/shoal-a.c', '#include "shoal-tracker-audit.h"', None),
    ('src/tracker/shoal-a.c', '', 'the table knows'),
    ('src/catalogue/shoal-a.c', '#include "shoal-tracker-session.h"', 'may not use tracker/session/'),
    ('src/base/shoal-a.c', '#include "shoal-content.h"', 'may not use content/'),
    ('src/base/shoal-a.h', '#include "shoal-net.h"', 'may not use net/'),
    ('src/content/shoal-a.c', '#include "shoal-protocol.h"', 'may not use protocol/'),
    ('src/net/shoal-a.c', '#include "shoal-protocol.h"', 'may not use protocol/'),
    ('src/net/shoal-a.c', '#include "shoal-content.h"', 'may not use content/'),
    ('src/cli/shoal-a.c', '#include "shoal-tracker-server.h"', 'may not use tracker/server/'),
    ('src/desktop/app/deep/shoal-a.c', '#include "shoal-cli.h"', 'may not use cli/'),
    ('src/cli/shoal-a.c', '#include "shoal-desktop-app.h"', 'may not use desktop/app/'),
    ('src/engine/shoal-a.c', '#include "shoal-desktop-session.h"', 'may not use desktop/session/'),
    ('src/desktop/shoal-a.c', '', 'the table knows'),
    ('src/desktop/browse/shoal-a.c', '#include "shoal-desktop-people.h"', 'may not use desktop/people/'),
    ('src/desktop/files/shoal-a.h', '#include "shoal-desktop-window.h"', 'may not use desktop/window/'),
    ('src/desktop/history/shoal-a.c', '#include "shoal-desktop-session.h"', 'may not use desktop/session/'),
    ('src/desktop/setup/shoal-a.c', '#include "shoal-desktop-session.h"', None),
    ('src/desktop/window/shoal-a.h', '#include "shoal-desktop-app.h"', 'may not use desktop/app/'),
    ('src/desktop/preferences/shoal-a.h', '#include "shoal-desktop-app.h"', 'may not use desktop/app/'),
    ('src/desktop/widgets/shoal-a.c', '#include "shoal-engine.h"', 'may not use engine/'),
    ('src/desktop/widgets/shoal-a.c', '#include "shoal-desktop-transfers.h"', 'may not use desktop/transfers/'),
    ('src/desktop/session/shoal-a.c', '#include <gtk/gtk.h>', 'may not use <gtk'),
    ('src/desktop/window/shoal-a.c', '#include "shoal-resources.h"', 'may not use desktop/app/'),
    ('src/database/shoal-a.c', '#  include   "shoal-net.h"', 'may not use net/'),
    ('src/engine/shoal-a.c', '#include \\\n "shoal-tracker-server.h"', 'may not use tracker/'),
    ('src/engine/shoal-a.c', '#include /* x */ "shoal-tracker-server.h"', 'may not use tracker/'),
    ('src/engine/shoal-a.c', '#include "../tracker/shoal-tracker-server.h"', 'by its name alone'),
    ('src/engine/shoal-a.c', '#include "tracker/shoal-tracker-server.h"', 'by its name alone'),
    ('src/engine/shoal-a.c', '#include <shoal-tracker-server.h>', 'in quotes'),
    ('src/engine/shoal-a.c', '#include <../tracker/shoal-tracker-server.h>', 'in quotes'),
    ('src/engine/shoal-a.c', '#include SOME_HEADER', 'must stand there'),
    ('src/engine/shoal-a.c', '#include "shoal-nowhere.h"', 'no header of src/'),
    ('src/net/shoal-base.h', '', 'another folder has a file of this name'),
    ('src/net/shoal-base.c', '', 'another folder has a file of this name'),
    ('src/net/shoal-a.h', '#include "shoal-a.h"', None),
    ('src/elsewhere/shoal-a.c', '', 'the table knows'),
    ('src/shoal-a.c', '', 'the table knows'),
    ('src/engine/shoal-a.c', '#include <libsoup/soup.h>', 'may not use <libsoup'),
    ('src/engine/shoal-a.c', '#include <gtk/gtk.h>', 'may not use <gtk'),
    ('src/cli/shoal-a.c', '#include <adwaita.h>', 'may not use <adwaita'),
    ('src/engine/shoal-a.c', '#include <sodium.h>', 'may not use <sodium'),
    ('src/protocol/shoal-a.c', '#include <gnutls/gnutls.h>', 'may not use <gnutls'),
    ('src/net/shoal-a.c', '#include <json-glib/json-glib.h>', 'may not use <json-glib'),
    ('src/tracker-client/shoal-a.h', '#include <json-glib/json-glib.h>', 'about JSON'),
    ('src/tracker-client/shoal-a-json.h', '#include <json-glib/json-glib.h>', None),
    ('src/tracker-client/shoal-a.c', '#include <json-glib/json-glib.h>', None),
    ('src/content/shoal-a.c', '#include <sqlite3.h>', 'may not use <sqlite3'),
    ('src/history/shoal-a.c', '#include <sqlite3.h>', 'may not use <sqlite3'),
    ('src/engine/shoal-a.c', '#include <libsecret/secret.h>', 'may not use <libsecret'),
    ('src/base/shoal-a.c', '#include <curl/curl.h>', 'of a library'),
    ('src/engine/shoal-a.c', '#include "shoal-net.h"\n#include "config.h"\n#include <gio/gio.h>', None),
    ('src/engine/shoal-a.c', '/* #include "shoal-tracker-server.h" */\n// #include "shoal-tracker-server.h"', None),
    ('src/programs/shoal-a.c', '#include "shoal-tracker-server.h"', None),
    ('src/net/shoal-a.c', '#include <libsoup/soup.h>\n#include <gnutls/x509.h>\n#include <sys/socket.h>', None),
    ('src/tracker/accounts/shoal-a.c', '#include <sodium.h>\n#include "shoal-database.h"', None),
    ('src/tracker/session/shoal-a.c', '#include <sodium.h>', 'may not use <sodium'),
    ('src/tracker/server/shoal-a.c', '#include <sqlite3.h>', 'may not use <sqlite3'),
    ('src/desktop/browse/shoal-a.c', '#include <gtk/gtk.h>\n#include "shoal-engine.h"', None),
    ('src/desktop/app/shoal-a.c', '#include "shoal-resources.h"\n#include "shoal-desktop-window.h"', None),
]


def self_test():
    failures = 0
    for path, text, expected in PLANTED:
        with tempfile.TemporaryDirectory(prefix='shoal-layers-') as root:
            for folder in FOLDERS:
                os.makedirs(os.path.join(root, 'src', folder), exist_ok=True)
                header = f'shoal-{folder.replace("/", "-")}.h'
                with open(os.path.join(root, 'src', folder, header), 'w', encoding='utf-8') as file:
                    file.write('#pragma once\n#include <glib.h>\n')
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                file.write(text + '\n')
            complaints = check(root)
        good = (not complaints) if expected is None else (
            len(complaints) == 1 and expected in complaints[0])
        if not good:
            failures += 1
            print(f'self-test: {path!r}, {text!r}: expected {expected!r}, got {complaints!r}')
    print(f'self-test: {len(PLANTED) - failures} of {len(PLANTED)} planted cases as expected')
    return failures == 0


def main():
    if sys.argv[1:] == ['--self-test']:
        return 0 if self_test() else 1
    if len(sys.argv) != 2 or not os.path.isdir(os.path.join(sys.argv[1], 'src')):
        print('usage: check-layers.py SOURCE_ROOT | --self-test', file=sys.stderr)
        return 2
    complaints = check(sys.argv[1])
    for complaint in complaints:
        print(complaint)
    print(f'{len(complaints)} violations of the layers')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
