# test_disk_full.py: a full disk pauses a download with a clear reason, and it goes on when there is room
#
# SPDX-License-Identifier: GPL-3.0-or-later
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


if __name__ == "__main__":
    shoal.main()
