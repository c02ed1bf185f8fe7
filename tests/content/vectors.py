#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares our content ids and piece layers with those that libtorrent computes for the same files.

Usage: vectors.py PRINT_CONTENT; prints TAP."""

import os
import random
import subprocess
import sys
import tempfile

try:
    import libtorrent
except ImportError:
    print("TAP version 13\n1..0 # SKIP python3-libtorrent is not installed")
    sys.exit(0)

KIB, MIB = 1024, 1024 * 1024
SIZES = [1, 31, 16 * KIB - 1, 16 * KIB, 16 * KIB + 1, 32 * KIB, 48 * KIB, 100 * KIB, 513 * KIB,
         MIB - 1, MIB, MIB + 1, MIB + 16 * KIB, 2 * MIB, 2 * MIB + 1, 3 * MIB, 3 * MIB + 12345,
         4 * MIB, 5 * MIB + 1, 7 * MIB - 1, 8 * MIB + 16 * KIB + 1]


def libtorrent_hashes(folder, name):
    """The pieces root and the piece layer of one file, as libtorrent puts them into a v2 torrent."""
    storage = libtorrent.file_storage()
    path = os.path.join(folder, name)
    libtorrent.add_files(storage, path)
    torrent = libtorrent.create_torrent(storage, piece_size=MIB,
                                        flags=libtorrent.create_torrent_flags_t.v2_only)
    libtorrent.set_piece_hashes(torrent, folder)
    made = torrent.generate()
    assert made[b"info"][b"piece length"] == MIB
    root = made[b"info"][b"file tree"][name.encode()][b""][b"pieces root"]
    return root, made.get(b"piece layers", {}).get(root)


def main():
    print("TAP version 13")
    print(f"1..{len(SIZES) + 1}")
    random.seed(20260101)
    failed = False
    with tempfile.TemporaryDirectory(prefix="shoal-vectors-") as folder:
        for number, size in enumerate(SIZES, 1):
            name = f"file-{size}"
            with open(os.path.join(folder, name), "wb") as file:
                file.write(random.randbytes(size))
            root, layer = libtorrent_hashes(folder, name)
            # BEP 52 has no layer for a file of one piece; ours is the root itself.
            expected = f"{root.hex()} {size} {(layer or root).hex()}"
            assert (layer is not None) == (size > MIB)
            ours = subprocess.run([sys.argv[1], os.path.join(folder, name)], check=True,
                                  capture_output=True, text=True).stdout.strip()
            if ours != expected:
                print(f"# libtorrent: {expected}\n# ours:       {ours}")
                failed = True
            print(f"{'ok' if ours == expected else 'not ok'} {number} - {size} bytes")

        empty = os.path.join(folder, "empty")
        open(empty, "wb").close()
        ours = subprocess.run([sys.argv[1], empty], check=True, capture_output=True,
                              text=True).stdout.strip()
        print(f"{'ok' if ours == '0' * 64 + ' 0' else 'not ok'} {len(SIZES) + 1} - the empty file")
    return 1 if failed else 0


sys.exit(main())
