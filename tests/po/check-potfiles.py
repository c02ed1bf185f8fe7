#!/usr/bin/env python3
# check-potfiles.py: fails when a file with translatable strings is missing from po/POTFILES
#
#   check-potfiles.py SOURCE_ROOT     checks src/ and data/ below it
#   check-potfiles.py --self-test     plants files in a temporary tree and sees what is found
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import re
import sys
import tempfile

C_STRING = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|C_|NC_|Q_|ngettext|gettext|dgettext|g_dngettext|g_dpgettext2)\s*\(')
# A macro between the parts of a string: xgettext sees only what stands before it.
CUT_STRING = re.compile(r'(?<![A-Za-z0-9_])(?:_|N_|ngettext)\s*\((?:\s|,|"(?:\\.|[^"\\\n])*")*?\b(G_\w+_(?:FORMAT|MODIFIER))\b')
UI_STRING = re.compile(r'\btranslatable\s*=\s*["\'](?:yes|true|1)["\']', re.IGNORECASE)


def without_comments(text):
    """Comments, strings and character constants of C: only the code around them counts."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', ' ', text, flags=re.S)


def without_defines(text):
    return re.sub(r'^[ \t]*#[ \t]*define\b(?:[^\n]*\\\n)*[^\n]*', '', text, flags=re.M)


def is_translatable(path, text):
    if path.endswith(('.c', '.h')):
        return C_STRING.search(without_defines(without_comments(text))) is not None
    if path.endswith('.ui'):
        return UI_STRING.search(re.sub(r'<!--.*?-->', '', text, flags=re.S)) is not None
    # What a merge of translations or the schema compiler reads.
    return path.endswith(('.desktop.in', '.metainfo.xml.in', '.gschema.xml'))


def complaints(root):
    found = set()
    for top in ('src', 'data'):
        for where, folders, names in os.walk(os.path.join(root, top)):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(where, name)
                if not name.endswith(('.c', '.h', '.ui', '.in', '.xml')):
                    continue
                with open(path, encoding='utf-8') as file:
                    text = file.read()
                if is_translatable(name, text):
                    found.add(os.path.relpath(path, root))
                for match in CUT_STRING.finditer(text):
                    line = text.count('\n', 0, match.start()) + 1
                    yield f'{os.path.relpath(path, root)}:{line}: {match[1]} cuts the string in two for translators'
    with open(os.path.join(root, 'po', 'POTFILES'), encoding='utf-8') as file:
        listed = [line.strip() for line in file if line.strip() and not line.startswith('#')]
    for path in sorted(found - set(listed)):
        yield f'po/POTFILES: {path} has strings and is not listed'
    for path in sorted(set(listed) - found):
        yield f'po/POTFILES: {path} is listed and ' + (
            'has no strings' if os.path.exists(os.path.join(root, path)) else 'does not exist')
    if listed != sorted(listed):
        yield 'po/POTFILES: the lines are not sorted'
    if len(listed) != len(set(listed)):
        yield 'po/POTFILES: a line is there twice'


def self_test():
    files = {
        'src/a/plain.c': '/* _("a comment") */ int x; const char *s = "_(no)";\n#define _(x) x\n',
        'src/a/defines.h': '#define T(x) \\\n  _(x)\n',
        'src/a/other.c': 'my_ ("x"); N_x ("y");\n',
        'src/a/marked.c': 'puts (_ ("Text"));\n',
        'src/a/noted.h': 'static const char *t = N_("Text");\n',
        'src/a/plural.c': 'f (ngettext ("one", "many", n));\n',
        'src/a/page.ui': '<property name="label" translatable="yes">Text</property>\n',
        'src/a/empty.ui': '<!-- translatable="yes" --><property name="label">1</property>\n',
        'data/app.desktop.in': 'Name=App\n',
        'data/app.service.in': 'Name=App\n',
        'data/app.gschema.xml': '<schema/>\n',
    }
    strings = {'src/a/marked.c', 'src/a/noted.h', 'src/a/plural.c', 'src/a/page.ui', 'data/app.desktop.in',
               'data/app.gschema.xml'}

    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, 'po'))
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                file.write(text)

        def check(lines):
            with open(os.path.join(root, 'po', 'POTFILES'), 'w', encoding='utf-8') as file:
                file.write('# a comment\n' + ''.join(line + '\n' for line in lines))
            return list(complaints(root))

        whole = sorted(strings)
        assert check(whole) == [], check(whole)
        for path in whole:
            assert check([line for line in whole if line != path]) == [
                f'po/POTFILES: {path} has strings and is not listed']
        with open(os.path.join(root, 'src/a/plural.c'), 'a', encoding='utf-8') as file:
            file.write('g (_ ("%" G_GSIZE_FORMAT " left"), n);\nh (_ ("ok"), G_GSIZE_FORMAT);\n')
        assert check(whole) == ['src/a/plural.c:2: G_GSIZE_FORMAT cuts the string in two for translators']
        with open(os.path.join(root, 'src/a/plural.c'), 'w', encoding='utf-8') as file:
            file.write(files['src/a/plural.c'])
        assert check(sorted(whole + ['src/a/other.c'])) == ['po/POTFILES: src/a/other.c is listed and has no strings']
        assert check(sorted(whole + ['src/a/gone.c'])) == ['po/POTFILES: src/a/gone.c is listed and does not exist']
        assert check(whole[::-1]) == ['po/POTFILES: the lines are not sorted']
        assert check(sorted(whole + [whole[0]])) == ['po/POTFILES: a line is there twice']


def main():
    if sys.argv[1:] == ['--self-test']:
        self_test()
        return 0
    if len(sys.argv) != 2:
        print('Usage: check-potfiles.py SOURCE_ROOT | --self-test', file=sys.stderr)
        return 2
    found = list(complaints(sys.argv[1]))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
