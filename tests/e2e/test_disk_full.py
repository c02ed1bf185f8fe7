# test_disk_full.py: a full disk pauses a download with a clear reason, and it goes on when there is room
#
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import unittest

import namespaces
import shoal
from shoal import MIB, OK, make_file

REASON = namespaces.enter(mounts=True)


@unittest.skipIf(REASON is not None, REASON)
class DiskFull(shoal.Test):
    def setUp(self):
        super().setUp()
        self.disk = self.world.make_folder("disk")
        reason = namespaces.mount_tmpfs(self.disk, 24 * MIB)
        if reason:
            self.skipTest(reason)
        self.group = self.tracker()
        self.ada, self.ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        self.ben.serve()

    def run_out(self, source, name, compare):
        self.ada.share(source)
        self.ada.serve()
        ballast = make_file(os.path.join(self.disk, "ballast"), 18 * MIB)
        get = self.ben.start_get(name, to=self.disk)
        get.wait_line('"state":"no-space"')
        self.assertTrue(get.running(), f"it gave up: {get.log()}")
        self.assertNotIn(name, [entry for entry in os.listdir(self.disk)
                                if os.path.isfile(os.path.join(self.disk, entry))])
        os.unlink(ballast)
        self.assertEqual(OK, get.wait(), get.log())
        compare(source, os.path.join(self.disk, name))

    def test_file(self):
        source = make_file(self.world.path("ada", "film.mkv"), 16 * MIB)
        self.run_out(source, "film.mkv", self.assert_same_file)

    def test_small_files(self):
        root = self.world.make_folder("ada", "set")
        for number in range(600):
            make_file(os.path.join(root, f"{number:03}"), 20000, seed=number)
        self.run_out(root, "set", self.assert_same_tree)

    def test_files_run_out(self):
        """Bytes are free, but no file can be made: what is there is not fetched again and again."""
        root = self.world.make_folder("ada", "set")
        for number in range(600):
            make_file(os.path.join(root, f"{number:03}"), 20000, seed=number)
        self.ada.share(root)
        self.ada.serve()
        self.assertIsNone(namespaces.mount_tmpfs(self.disk, 24 * MIB, files=200, again=True))
        get = self.ben.start_get("set", to=self.disk)
        get.wait_line('"state":"no-space"')
        self.assertIsNone(namespaces.mount_tmpfs(self.disk, 24 * MIB, files=2000, again=True))
        self.assertEqual(OK, get.wait(), get.log())
        self.assert_same_tree(root, os.path.join(self.disk, "set"))
        fetched = shoal.wait_until(self.ben.history, "it is in the history")[0]["bytes"]
        self.assertLess(fetched, 2 * 600 * 20000, "what found no room was fetched again and again")

    def begin_full(self, source, compare):
        self.ada.share(source)
        self.ada.serve()
        self.assertIsNone(namespaces.mount_tmpfs(self.disk, 24 * MIB, files=1, again=True))
        get = self.ben.start_get(os.path.basename(source), to=self.disk)
        get.wait_line('"state":"no-space"')
        self.assertTrue(get.running(), f"it gave up: {get.log()}")
        self.assertIsNone(namespaces.mount_tmpfs(self.disk, 24 * MIB, files=1000, again=True))
        self.assertEqual(OK, get.wait(), get.log())
        compare(source, os.path.join(self.disk, os.path.basename(source)))

    def test_folder_begins_full(self):
        root = self.world.make_folder("ada", "set")
        for name in ("a/b/one", "a/two", "c/empty"):
            make_file(os.path.join(root, name), 0 if name == "c/empty" else 20000)
        make_file(os.path.join(root, "big"), 3 * MIB)
        os.symlink("big", os.path.join(root, "link"))
        self.begin_full(root, self.assert_same_tree)

    def test_empty_file_begins_full(self):
        self.begin_full(make_file(self.world.path("ada", "nothing"), 0), self.assert_same_file)

    def test_left_out(self):
        """What cannot be made here is left out and said everywhere; getting it again tries only that."""
        root = self.world.make_folder("ada", "set")
        make_file(os.path.join(root, "first"), MIB)
        make_file(os.path.join(root, "sub", "file"), 20000)
        os.symlink("file", os.path.join(root, "sub", "link"))
        self.ada.share(root)
        self.ada.serve()
        # So slow that the file in the folder is nowhere near while its place is taken.
        self.ben.run("set", "download-limit", "2k")
        get = self.ben.start_get("set", to=self.disk)
        sub = os.path.join(self.disk, "set", "sub")
        shoal.wait_until(lambda: os.path.isdir(sub), "the folders are made")
        os.rmdir(sub)
        os.symlink("..", sub)
        self.ben.run("set", "download-limit", "0")
        self.assertEqual(shoal.FAILED, get.wait(), get.log())
        last = [row for row in map(json.loads, get.lines) if row.get("n_left_out")][-1]
        self.assertEqual(("finished", 2), (last["state"], last["n_left_out"]))
        self.assertEqual(["sub/file", "sub/link"], sorted(line.split(":")[0] for line in last["left_out"]))
        row = shoal.wait_until(self.ben.history, "it is in the history")[0]
        self.assertEqual("finished", row["outcome"])
        self.assertIn("2 left out", row["reason"])
        os.unlink(sub)
        self.ben.get("set", to=self.disk)
        self.assert_same_tree(root, os.path.join(self.disk, "set"))
        self.assertNotIn("set (2)", os.listdir(self.disk))


if __name__ == "__main__":
    shoal.main()
