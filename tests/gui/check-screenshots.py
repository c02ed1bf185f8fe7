#!/usr/bin/env python3
# check-screenshots.py METAINFO FOLDER: each picture that the metainfo names is in the folder, is a PNG of a size that
# software centres take, and is small; and no other picture lies there unused
#
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import struct
import sys
import xml.etree.ElementTree

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'README.md')
MAX_BYTES = 100 * 1024


def size_of(path):
    with open(path, 'rb') as file:
        head = file.read(24)
    if head[:8] != b'\x89PNG\r\n\x1a\n':
        return None
    return struct.unpack('>II', head[16:24])


def complaints(metainfo, folder):
    named = {os.path.basename(image.text) for image in xml.etree.ElementTree.parse(metainfo).iter('image')}
    with open(README, encoding='utf-8') as file:
        readme = file.read()
    if not named:
        yield 'the metainfo names no picture'
    for name in sorted(named):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            yield f'{name} is named and is not there'
            continue
        size = size_of(path)
        if size is None or not 300 <= size[0] <= 1600 or not 300 <= size[1] <= 1600:
            yield f'{name} is not a PNG of a useful size: {size}'
        if os.path.getsize(path) > MAX_BYTES:
            yield f'{name} has {os.path.getsize(path)} bytes, more than {MAX_BYTES}'
    for name in sorted(set(os.listdir(folder)) - named):
        if f'data/screenshots/{name}' not in readme:
            yield f'{name} is there and nobody shows it'


if __name__ == '__main__':
    found = list(complaints(sys.argv[1], sys.argv[2]))
    for line in found:
        print(line, file=sys.stderr)
    sys.exit(1 if found else 0)
