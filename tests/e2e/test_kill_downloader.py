# test_kill_downloader.py: the downloader is killed at random points; the content is right and little comes twice
#
# Runs in a network namespace of its own where it may, and counts the bytes on its loopback device: payload,
# TLS, TCP headers, everything. Elsewhere the source's own record is used.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random

import namespaces
import shoal
from shoal import MIB, OK, make_file, wait_until

REASON = namespaces.enter(network=True)
SIZE = int(os.environ.get("SHOAL_KILL_MIB", "384")) * MIB
KILLS = 12


class KillDownloader(shoal.Test):
    def test_single_file(self):
        source = make_file(self.world.path("ada", "film.mkv"), SIZE, seed="kill")
        self.kill_often(source, "film.mkv", self.assert_same_file)

    def test_folder(self):
        root = self.world.make_folder("ada", "album")
        for number in range(3000):
            make_file(os.path.join(root, f"{number % 30:02}", f"{number:04}"), 1 + number * 37 % 40000, seed=number)
        make_file(os.path.join(root, "large"), 256 * MIB, seed="large")
        self.kill_often(root, "album", self.assert_same_tree)

    def kill_often(self, source, name, compare):
        seed = int(os.environ.get("SHOAL_SEED", "0")) or random.randrange(1 << 30)
        print(f"# SHOAL_SEED={seed}")
        chance = random.Random(seed)
        size = sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(source)
                   for file in files) or os.path.getsize(source)
        group = self.tracker()
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.share(source)
        ada.serve()
        target = os.path.join(ben.downloads, name)

        def moved():
            return namespaces.wire_bytes() if REASON is None else received()

        def received():
            total = 0
            for folder, _, files in os.walk(ben.downloads):
                total += sum(os.lstat(os.path.join(folder, file)).st_blocks * 512 for file in files)
            return total

        start = moved()
        kills = 0
        finished = False
        while kills < KILLS and not finished:
            # What moves before the kill comes through is more on a fast machine: the next ones come the sooner.
            now = moved()
            goal = now + chance.randrange(max(1, 2 * (size - (now - start)) // (KILLS + 1 - kills)))
            get = ben.start_get(name)
            wait_until(lambda: moved() >= goal or not get.running(), "bytes move")
            if get.running():
                get.kill()
                kills += 1
            else:
                self.assertEqual(OK, get.wait(), get.log())
                finished = True
        self.assertGreater(kills, KILLS // 2, "not killed often enough to mean anything")
        if not finished:
            ben.get(name)
        total = moved() - start
        compare(source, target)
        self.assertEqual([name], os.listdir(ben.downloads), "something unfinished was left behind")
        if REASON is not None:
            ada.stop_serving()
            total = sum(row["bytes"] for row in ada.history() if row["direction"] == "up")
        again = total - size
        print(f"# {kills} kills, {again / MIB / kills:.2f} MiB a kill on top of {size / MIB:.0f} MiB"
              + (f" ({REASON})" if REASON else ""))
        # 2 % for TLS, TCP and the tracker's share; the promise is per kill.
        self.assertLess(again, kills * 16 * MIB + size // 50)


if __name__ == "__main__":
    shoal.main()
