#!/usr/bin/env python3
# check-translations.py: fails when a language of po/LINGUAS misses a message, or has a wrong one
#
#   check-translations.py SOURCE_ROOT     extracts the strings anew and holds every language against them
#   check-translations.py --self-test     plants mistakes in a temporary tree and sees that each is found
#
# SPDX-License-Identifier: GPL-3.0-or-later

import gettext
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

# What meson's preset "glib" gives xgettext, as far as it bears on which messages there are.
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--add-comments', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
            '--keyword=NC_:1c,2', '--keyword=g_dcgettext:2', '--keyword=g_dngettext:2,3',
            '--keyword=g_dpgettext2:2c,3', '--flag=N_:1:pass-c-format', '--flag=C_:2:pass-c-format',
            '--flag=NC_:2:pass-c-format', '--flag=g_dngettext:2:pass-c-format']
# Each language's messages are read, not this one's.
ENVIRONMENT = {**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': ''}


def run(*arguments):
    """(status, what it wrote to standard output, what it complained of)"""
    done = subprocess.run(arguments, capture_output=True, encoding='utf-8', env=ENVIRONMENT, check=False)
    return done.returncode, done.stdout, done.stderr


def must(*arguments):
    status, output, complaints = run(*arguments)
    if status != 0:
        raise SystemExit(f'{arguments[0]} failed:\n{complaints}')
    return output


def messages(path, *filters):
    """The messages that msgattrib finds, each in a line."""
    found = []
    for entry in must('msgattrib', '--no-obsolete', '--no-wrap', *filters, path).split('\n\n'):
        lines = entry.strip().split('\n')
        names = [line for line in lines if line.startswith(('msgctxt ', 'msgid '))]
        if not names or '"Content-Type: ' in entry:
            continue  # the header
        # With a line break in it, the text begins in the line after.
        if names[-1] == 'msgid ""':
            names[-1] = f'msgid {lines[lines.index(names[-1]) + 1]}…'
        where = [line[3:].split()[0] for line in lines if line.startswith('#: ')]
        found.append(f'{" ".join(names)} ({where[0] if where else "?"})')
    return found


def languages(root):
    with open(os.path.join(root, 'po', 'LINGUAS'), encoding='utf-8') as file:
        return [word for line in file if not line.startswith('#') for word in line.split()]


def menus(root):
    """(path, labels) of each menu in the .ui files; a label is (context or None, text)."""
    for where, folders, names in os.walk(os.path.join(root, 'src')):
        folders.sort()
        for name in sorted(names):
            if not name.endswith('.ui'):
                continue
            path = os.path.join(where, name)
            for menu in xml.etree.ElementTree.parse(path).getroot().iter('menu'):
                yield os.path.relpath(path, root), [
                    (label.get('context'), label.text) for label in menu.iter('attribute')
                    if label.get('name') == 'label' and label.get('translatable') == 'yes' and '_' in label.text]


def shared_mnemonics(root, language, compiled):
    """Complaints about items of one menu that are chosen by the same key."""
    with open(compiled, 'rb') as file:
        catalogue = gettext.GNUTranslations(file)
    for path, labels in menus(root):
        taken = {}
        for context, text in labels:
            label = catalogue.pgettext(context, text) if context else catalogue.gettext(text)
            key = label[label.index('_') + 1].lower()
            if taken.setdefault(key, label) != label:
                yield f'po/{language}.po: the same mnemonic in a menu of {path}: “{taken[key]}”, “{label}”'


def complaints_of(root, language, template, work):
    po = os.path.join(root, 'po', f'{language}.po')
    if not os.path.exists(po):
        yield f'po/LINGUAS: {language} is listed, and po/{language}.po does not exist'
        return
    compiled = os.path.join(work, f'{language}.mo')
    status, _, wrong = run('msgfmt', '--check', '--check-accelerators=_', f'--output-file={compiled}', po)
    if status != 0:
        yield f'po/{language}.po: msgfmt finds mistakes:\n{wrong.rstrip()}'
        return
    # What is marked as fuzzy is not used by msgfmt: it counts as missing.
    for message in messages(po, '--only-fuzzy'):
        yield f'po/{language}.po: is fuzzy: {message}'
    merged = os.path.join(work, f'{language}.po')
    must('msgmerge', '--quiet', '--no-fuzzy-matching', f'--output-file={merged}', po, template)
    for message in messages(merged, '--untranslated'):
        yield f'po/{language}.po: is not translated: {message}'
    yield from shared_mnemonics(root, language, compiled)


def complaints(root):
    with tempfile.TemporaryDirectory(prefix='shoal-po-') as work:
        template = os.path.join(work, 'shoal.pot')
        must(*XGETTEXT, f'--directory={root}', f'--files-from={os.path.join(root, "po", "POTFILES")}',
             f'--output={template}')
        for language in languages(root):
            yield from complaints_of(root, language, template, work)


HEADER = ('msgid ""\nmsgstr ""\n"Project-Id-Version: x\\n"\n"PO-Revision-Date: 2024-01-01 00:00+0000\\n"\n'
          '"Last-Translator: x\\n"\n"Language-Team: x\\n"\n"Language: de\\n"\n"MIME-Version: 1.0\\n"\n'
          '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
          '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n')
SOURCE = ('a (_("_Open"));\nb (C_("when", "%H:%M"));\nc (ngettext ("%d file", "%d files", n), n);\n'
          'd (_("A long text, "\n      "in two lines"));\n')
OPEN = 'msgid "_Open"\nmsgstr "Ö_ffnen"\n\n'
WHEN = 'msgctxt "when"\nmsgid "%H:%M"\nmsgstr "%H:%M"\n\n'
FILES = '#, c-format\nmsgid "%d file"\nmsgid_plural "%d files"\nmsgstr[0] "%d Datei"\nmsgstr[1] "%d Dateien"\n\n'
LONG = 'msgid "A long text, in two lines"\nmsgstr "Ein langer Text"\n\n'
MENU = ('<interface><menu id="menu"><section>'
        '<item><attribute name="label" translatable="yes">_Open</attribute></item>'
        '<item><attribute name="label" translatable="yes" context="speed">_Upload</attribute></item>'
        '</section></menu></interface>\n')
UPLOAD = 'msgctxt "speed"\nmsgid "_Upload"\nmsgstr "_Hochladen"\n\n'
WHOLE = HEADER + OPEN + WHEN + FILES + LONG + UPLOAD

# What is in the language's file, and what the one complaint must say; None: there must be none.
PLANTED = [
    (WHOLE, None),
    (WHOLE + 'msgid "gone since"\nmsgstr "nicht mehr da"\n', None),
    (HEADER + WHEN + FILES + LONG + UPLOAD, 'not translated: msgid "_Open" (src/a.c:1)'),
    (HEADER + OPEN + FILES + LONG + UPLOAD, 'not translated: msgctxt "when" msgid "%H:%M"'),
    (HEADER + OPEN + WHEN + FILES + UPLOAD, 'not translated: msgid "A long text'),
    (WHOLE.replace('msgstr "Ö_ffnen"', 'msgstr ""'), 'not translated: msgid "_Open"'),
    (HEADER + OPEN + WHEN + LONG + UPLOAD, 'not translated: msgid "%d file" (src/a.c:3)'),
    (WHOLE.replace('msgstr[1] "%d Dateien"', 'msgstr[1] ""'), 'msgfmt'),
    (HEADER + OPEN + WHEN + FILES + LONG.replace('Ein langer Text', '') + UPLOAD, 'not translated: msgid "A long text'),
    (WHOLE.replace('msgid "_Open"', '#, fuzzy\nmsgid "_Open"'), 'fuzzy: msgid "_Open"'),
    (WHOLE.replace('Ö_ffnen', 'Öffnen'), 'msgfmt'),
    (WHOLE.replace('%d Dateien', '%s Dateien'), 'msgfmt'),
    (WHOLE.replace('"Plural-Forms: nplurals=2', '"Plural-Forms: nplurals=3'), 'msgfmt'),
    (WHOLE.replace('msgid "_Open"', 'msgid "_Open'), 'msgfmt'),
    (WHOLE.replace('_Hochladen', '_Fortsetzen'), 'the same mnemonic in a menu of src/a.ui: “Ö_ffnen”'),
    (None, 'does not exist'),
]


def self_test():
    for text, expected in PLANTED:
        with tempfile.TemporaryDirectory(prefix='shoal-po-') as root:
            files = {'po/LINGUAS': '# a comment\nde\n', 'po/POTFILES': '# a comment\nsrc/a.c\nsrc/a.ui\n',
                     'src/a.c': SOURCE, 'src/a.ui': MENU}
            if text is not None:
                files['po/de.po'] = text
            for path, content in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                    file.write(content)
            found = list(complaints(root))
        if expected is None:
            assert not found, found
        else:
            assert found and all(expected in line for line in found[:1]), (expected, found)
    print(f'{len(PLANTED)} planted cases as expected')


def main():
    if sys.argv[1:] == ['--self-test']:
        self_test()
        return 0
    if len(sys.argv) != 2:
        print('Usage: check-translations.py SOURCE_ROOT | --self-test', file=sys.stderr)
        return 2
    found = list(complaints(sys.argv[1]))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
