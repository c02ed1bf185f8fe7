# test_drip.py: a source that sends a byte now and then, beside one that is honest
#
# The dripping one is asked first, because it is alone until it has begun. What it sends would take hours; it
# never falls silent for long enough to be cut off.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os

import shoal
from rawpeer import RawMember, content_id
from shoal import MIB, OK, make_file, wait_until


class Drip(shoal.Test):
    def setUp(self):
        super().setUp()
        self.group = self.tracker()
        self.ada = self.member(self.group, "ada")
        self.ben = self.member(self.group, "ben")
        self.mallory = RawMember(self.world, self.group, "mallory")

    def begin(self, name, contents, route, what):
        """Ben's download, once it has begun at Mallory; then Ada comes."""
        server = self.mallory.serve(contents, drip=lambda path: what if path.startswith(route) else None)
        get = self.ben.start_get(name)
        wait_until(lambda: any(path.startswith(route) for path in server.requests), f"{route} drips")
        self.ada.serve()
        return get

    def fetch_file(self, route, what, size=3 * MIB + 1):
        path = make_file(self.world.path("ada", "film.mkv"), size, seed="film")
        with open(path, "rb") as file:
            content = file.read()
        self.ada.share(path)
        self.mallory.offer_file("film.mkv", content_id(content), len(content))
        get = self.begin("film.mkv", {content_id(content): content}, route, what)
        self.assertEqual(OK, get.wait(), get.log())
        self.assert_same_file(path, os.path.join(self.ben.downloads, "film.mkv"))

    def fetch_folder(self, route, what):
        root = self.world.make_folder("ada", "album")
        lines, entries, contents = ["shoal-manifest 1"], [], {}
        for number in range(20):
            path = make_file(os.path.join(root, f"{number:02}"), 5000 + number, seed=number)
            with open(path, "rb") as file:
                content = file.read()
            contents[content_id(content)] = content
            entries.append(("f", f"{number:02}", content_id(content), len(content)))
            lines.append(f"f {len(content)} {content_id(content)} {number:02}")
        manifest = ("\n".join(lines) + "\n").encode()
        contents[content_id(manifest)] = manifest
        self.ada.share(root)
        self.mallory.offer_folder("album", manifest, entries)
        get = self.begin("album", contents, route, what)
        self.assertEqual(OK, get.wait(), get.log())
        # A file that two have sent is there once.
        self.assert_same_tree(root, os.path.join(self.ben.downloads, "album"))

    def test_piece_layer(self):
        self.fetch_file("/v1/layer/", "body")

    def test_head_of_an_answer(self):
        self.fetch_file("/v1/layer/", "head")

    def test_pieces(self):
        self.fetch_file("/v1/pieces/", "body", MIB // 2)

    def test_manifest(self):
        self.fetch_folder("/v1/pieces/", "body")

    def test_small_files(self):
        self.fetch_folder("/v1/entries/", "body")

    def test_head_of_small_files(self):
        self.fetch_folder("/v1/entries/", "head")


if __name__ == "__main__":
    shoal.main()
