# test_offered.py: what arrives is what was offered
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os

import shoal
from rawpeer import RawMember, content_id
from shoal import MIB, WRONG_CONTENT


class Offered(shoal.Test):
    def setUp(self):
        super().setUp()
        self.group = self.tracker()
        self.mallory = RawMember(self.world, self.group, "mallory")
        self.ben = self.member(self.group, "ben")

    def make_folder(self, *files):
        """The manifest of files and what serves it; files: (name, content)."""
        lines, entries, contents = ["shoal-manifest 1"], [], {}
        for name, content in sorted(files):
            lines.append(f"f {len(content)} {content_id(content)} {name}")
            entries.append(("f", name, content_id(content), len(content)))
            contents[content_id(content)] = content
        manifest = ("\n".join(lines) + "\n").encode()
        contents[content_id(manifest)] = manifest
        self.mallory.serve(contents)
        return manifest, entries

    def refuse(self, manifest, claimed):
        self.mallory.offer_folder("album", manifest, [], claimed=claimed)
        answer = self.ben.get("album", status=WRONG_CONTENT)
        self.assertIn("not what was offered", answer.output + answer.errors)
        self.assertEqual([], os.listdir(self.ben.downloads))

    def test_more_than_offered(self):
        manifest, _ = self.make_folder(("readme.txt", b"hello"), ("large", os.urandom(3 * MIB)))
        self.refuse(manifest, [("f", "readme.txt", content_id(b"hello"), 5)])

    def test_more_entries_than_offered(self):
        """Folders and empty files weigh nothing."""
        empty = [(f"{number:03}", b"") for number in range(300)]
        manifest, _ = self.make_folder(("readme.txt", b"hello"), *empty)
        self.refuse(manifest, [("f", "readme.txt", content_id(b"hello"), 5)])

    def test_less_than_offered(self):
        manifest, entries = self.make_folder(("readme.txt", b"hello"))
        self.refuse(manifest, entries + [("f", "zebra", content_id(b"more"), 4)])

    def test_another_offer_of_the_same(self):
        """The lie is the offer's: an honest one of the same folder is fetched."""
        manifest, entries = self.make_folder(("readme.txt", b"hello"))
        self.refuse(manifest, entries + [("f", "zebra", content_id(b"more"), 4)])
        self.mallory.offer_folder("true", manifest, entries)
        self.ben.get("true")
        with open(os.path.join(self.ben.downloads, "true", "readme.txt"), "rb") as file:
            self.assertEqual(b"hello", file.read())

    def test_by_id_with_liars(self):
        """An id is the hash of a content: who tells another size or kind of it cannot prove that."""
        for size, name in ((2 * MIB + 7, "long.bin"), (MIB // 2, "short.bin")):
            content = os.urandom(size)
            identity = content_id(content)
            # Serves what it tells as well as it can.
            self.mallory.serve({identity: content[:-1]})
            self.mallory.offer_file("other.bin", identity, size - 1)
            silent = RawMember(self.world, self.group, "silent" + name[0])
            silent.call("offer", offers=[dict(offer=os.urandom(16).hex(), kind="folder", name="folder", id=identity,
                                              size=7, manifest_size=size, entries=0)])
            honest = RawMember(self.world, self.group, "honest" + name[0])
            honest.serve({identity: content})
            honest.offer_file(name, identity, size)
            self.ben.get(identity)
            with open(os.path.join(self.ben.downloads, name), "rb") as file:
                self.assertEqual(content, file.read())

    def test_names_of_unfinished_files(self):
        """What an unfinished "a" is called may be the name of another file, which begins in the same way."""
        content = os.urandom(4 * MIB)
        files = [("a", content), ("a.part", content[:3 * MIB]), ("b", content[MIB:]), ("b.part", content[MIB:2 * MIB]),
                 ("c", content[:2 * MIB]), ("c.PART", content[:MIB])]
        manifest, entries = self.make_folder(*files)
        self.mallory.offer_folder("album", manifest, entries)
        for number in range(3):  # which one is whole first is different each time
            out = self.world.make_folder(f"out{number}")
            self.ben.get("album", to=out)
            self.assertEqual(sorted(name for name, _ in files), sorted(os.listdir(os.path.join(out, "album"))))
            for name, data in files:
                with open(os.path.join(out, "album", name), "rb") as file:
                    self.assertEqual(data, file.read(), name)


if __name__ == "__main__":
    shoal.main()
