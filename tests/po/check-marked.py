#!/usr/bin/env python3
# check-marked.py: fails when a sentence that a user may read is not marked for translation
#
#   check-marked.py SOURCE_ROOT     checks the C files of src/ below it
#   check-marked.py --self-test     plants sentences in a temporary tree and sees which are found
#
# What is marked, the other tests here hold; this one looks for what should be: sentences given to the functions
# that make errors and show text.
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import re
import sys
import tempfile

# What their errors say goes over the wire, in English, to be read by programs; the faces word it anew.
SPEAK_TO_PROGRAMS = ('catalogue', 'protocol', 'tracker')

# Texts that no user reads, by the reason why. A text stands here as far as it is the same for sure.
FOR_NOBODY = {
    'the caller asked for the end, or asks again by itself': {
        'A batch ended before its length',
        'An answer is on its way',
        'Hashing was stopped before it began',
        'Menu item %d has no such property',
        'No size could be proven',
        'Signing in was cancelled.',
        'Signing in was given up.',
        'Stopped while waiting for the rate limit',
        'The connection was ended',
        'The database has been closed',
        'The piece layer of a file is gone; it must be hashed again',
        'The portal has ended',
        'The query was cancelled',
        'The share was removed',
        'The size is not true',
        'There is no database “%s”',
        'Waiting was cancelled.',
        'not taken for now',
        '“%s” is in use',
    },
    'another program is told what it did wrong, in the log or in its answer': {
        'A content id must be 64 hexadecimal digits.',
        'A device must be a fingerprint.',
        'A file of this size is not possible.',
        'A row must be of a file or a folder.',
        'A row of the catalogue has no name.',
        'An account must be 32 hexadecimal digits.',
        "An audit entry's hash must be 64 hexadecimal digits.",
        'At most %d at once',
        'No such method.',
        'Not an answer for each offer',
        'Paths must be absolute here.',
        'The device announced %',
        "The folder's list is wrong in line %u: %s",
        'The folder must be an absolute path here.',
        "The log's head must be 64 hexadecimal digits.",
        'The tracker answers about another offer.',
        'The tracker did not answer for each offer.',
        'The tracker told a malformed audit head.',
        'There are no such menu items',
        'There is no menu item %d',
        'There is not enough memory for the answer',
        'This is not a token',
    },
    'a source is left out for it, and the download says so in its own words': {
        'Another key',
        'Piece %u of % bytes is not one of this file',
        'Piece %u has wrong bytes',
        'Piece %u is not here yet',
        'The range is not within the file',
        'The size of the file and its piece hashes do not go together',
        "The link's target has “..” after a name",
        "The link's target is %s",
        "The link's target is longer than %d bytes",
        'The link leads out of the folder',
        'The path has an empty, “.” or “..” component',
        'The path is deeper than %d folders',
        'The path is absolute',
        'The path is empty',
        'The path is longer than %d bytes',
        '“%s” has wrong bytes',
        '“%s” is larger than one piece and not a small file',
        '“%s” is not a path for a file',
        '“%s” is not a plain relative path',
    },
    'it would be a mistake in the program': {
        'A database job ended its transaction',
        'A database job failed without a reason',
        'Cannot make a pair of sockets',
        'Database: ',
        'The tracker would tell everybody what is for some.',
        'This stream is never read blocking',
        'This stream is never written blocking',
    },
}

CALL = re.compile(
    r'\b(?P<name>g_set_error(?:_literal)?|g_error_new(?:_literal)?|g_task_return_new_error|g_prefix_error'
    r'|g_propagate_prefixed_error|g_dbus_method_invocation_return_error\w*|shoal_\w*(?:error|_fail|toast)\w*'
    r'|adw_toast_new|adw_status_page_set_(?:title|description)|adw_preferences_row_set_title'
    r'|adw_action_row_set_subtitle|adw_message_dialog_\w+|gtk_label_(?:new|set_label|set_text)'
    r'|gtk_button_(?:new_with_label|set_label)|gtk_widget_set_tooltip_text|gtk_window_set_title'
    r'|g_menu_(?:append|item_new)|g_notification_(?:new|set_title|set_body|add_button\w*))\s*\(')
MARK = re.compile(r'\b(?:_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2)\s*\(')
SENTENCE = re.compile(r'[^\W\d_]{2,}[”"’\']? [^\W\d_]{2,}|“%s” [^\W\d_]{2,}')
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[()]|[^()"\'/]+|/', re.S)


def end_of_call(text, start):
    """Where the parenthesis that was opened before @start is closed."""
    depth = 1
    for token in TOKEN.finditer(text, start):
        depth += {'(': 1, ')': -1}.get(token[0], 0)
        if depth == 0:
            return token.start()
    return len(text)


def without_marked(text):
    """The arguments without what is marked for translation."""
    while True:
        match = MARK.search(text)
        if match is None:
            return text
        text = text[:match.start()] + text[end_of_call(text, match.end()) + 1:]


def literals(text):
    """Each string of C; those that stand beside each other are one, also with a macro between them."""
    joined = None
    for token in TOKEN.finditer(text):
        if token[0].startswith('"'):
            joined = (joined or '') + token[0][1:-1]
        elif joined is not None and re.search(r'[,?:;=(){}]', token[0]) and not token[0].startswith('/'):
            yield joined
            joined = None
    if joined is not None:
        yield joined


def sentences(text):
    """(line, sentence) of each that is given to one of the functions and not marked."""
    code = re.sub(r'/\*.*?\*/', lambda match: re.sub(r'[^\n]', ' ', match[0]), text, flags=re.S)
    for call in CALL.finditer(code):
        arguments = without_marked(code[call.end():end_of_call(code, call.end())])
        for literal in literals(arguments):
            if SENTENCE.search(literal):
                yield code.count('\n', 0, call.start()) + 1, literal


def complaints(root):
    known = {begin for texts in FOR_NOBODY.values() for begin in texts}
    used = set()
    for where, folders, names in os.walk(os.path.join(root, 'src')):
        folders.sort()
        below = os.path.relpath(where, os.path.join(root, 'src'))
        if below.split(os.sep)[0] in SPEAK_TO_PROGRAMS:
            continue
        for name in sorted(names):
            if not name.endswith('.c'):
                continue
            with open(os.path.join(where, name), encoding='utf-8') as file:
                found = list(sentences(file.read()))
            for line, sentence in found:
                begins = {begin for begin in known if sentence.startswith(begin)}
                used |= begins
                if not begins:
                    yield f'src/{below}/{name}:{line}: is not marked for translation: “{sentence}”'
    for begin in sorted(known - used):
        yield f'{os.path.basename(__file__)}: nothing says “{begin}” any more'


# A file, what stands in it, and the sentence that must be found; None: nothing.
PLANTED = [
    ('net/a.c', 'g_set_error (error, D, C, "The key is %s", s);', 'The key is %s'),
    ('net/a.c', 'g_set_error (error, D, C, _ ("The key is %s"), s);', None),
    ('net/a.c', 'g_set_error (error, D, C,\n  "The key has %" G_GSIZE_FORMAT\n  " bytes", n);', 'The key has % bytes'),
    ('net/a.c', 'g_set_error (error, D, C, "The file “" NAME "” in the profile", n);', 'The file “” in the profile'),
    ('net/a.c', 'g_prefix_error (&error, "%s is not the one: ", s);', '%s is not the one: '),
    ('net/a.c', 'shoal_set_field_error (error, "size", "“%s” has " "no size", s);', '“%s” has no size'),
    ('net/a.c', 'shoal_set_field_error (error, "size", "size");', None),
    ('net/a.c', 'g_set_error (e, D, C, n == 1 ? _ ("One (1) file") : "Many other files");', 'Many other files'),
    ('net/a.c', 'g_set_error (e, D, C, ngettext ("%d file is", "%d files are", f (n)), n);', None),
    ('desktop/files/a.c', 'gtk_label_set_label (l, "Not here");', 'Not here'),
    ('desktop/files/a.c', 'shoal_toaster_toast (t, "It is done");', 'It is done'),
    ('tracker/accounts/a.c', 'g_set_error (error, D, C, "The key is %s", s);', None),
    ('net/a.c', '/* g_set_error (error, D, C, "The key is %s", s); */', None),
    ('net/a.c', 'g_debug ("The key is %s", s);', None),
    ('net/a.h', 'g_set_error (error, D, C, "The key is %s", s);', None),
]


def self_test():
    for path, text, expected in PLANTED:
        with tempfile.TemporaryDirectory(prefix='shoal-po-') as root:
            full = os.path.join(root, 'src', path)
            os.makedirs(os.path.dirname(full))
            with open(full, 'w', encoding='utf-8') as file:
                file.write(text + '\n')
            found = [line for line in complaints(root) if 'nothing says' not in line]
        wanted = [] if expected is None else [f'“{expected}”']
        assert len(found) == len(wanted) and all(line.endswith(end) for line, end in zip(found, wanted)), (text, found)
    with tempfile.TemporaryDirectory(prefix='shoal-po-') as root:
        assert len(list(complaints(root))) == sum(len(texts) for texts in FOR_NOBODY.values())
    print(f'{len(PLANTED)} planted cases as expected')


def main():
    if sys.argv[1:] == ['--self-test']:
        self_test()
        return 0
    if len(sys.argv) != 2:
        print('Usage: check-marked.py SOURCE_ROOT | --self-test', file=sys.stderr)
        return 2
    found = list(complaints(sys.argv[1]))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
