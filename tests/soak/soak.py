#!/usr/bin/python3
# soak.py BUILD [MINUTES] [MEMBERS]: a group that comes and goes, shares, fetches and searches, with kills and full disks
#
# Everything that happens is drawn from a seed, which is printed. At the end nothing may be lost: every share is as its
# owner left it, every finished download is equal to what was shared, the tracker's log is in order, and the memory of
# the tracker and of the members that stayed has not grown.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import concurrent.futures
import filecmp
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import namespaces  # noqa: E402
import shoal  # noqa: E402

HANDS = 6  # things that happen at once
MAX_SHARES = 5
SAMPLE_S = 15
# A download whose owner has gone waits for him; the user does not.
FETCH_S = 40
GROWTH = 1.2
SLACK = 8 * shoal.MIB


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) * 1024


class Soak:
    def __init__(self, minutes, n_members, disk):
        self.minutes = minutes
        self.disk = disk  # (or None): a small one
        self.world = shoal.World()
        self.tracker = shoal.Tracker(self.world)
        self.lock = threading.Lock()
        self.busy = set()
        self.counts = {}
        self.lost = []
        self.samples = []  # of (seconds, tracker, median of serving members)
        self.down = threading.Lock()
        # To the end: what a thread has started goes with it.
        self.pool = concurrent.futures.ThreadPoolExecutor(HANDS)
        self.members = list(self.pool.map(self.sign_up, range(n_members)))

    def sign_up(self, number):
        member = shoal.Member(self.world, self.tracker, f"m{number:03}")
        member.shares = {}  # name → path
        member.number = 0
        member.since = 0
        return member

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def lose(self, what):
        with self.lock:
            self.lost.append(what)
        print(f"LOST: {what}", flush=True)

    def take(self, chance, condition):
        """A member that nobody else has in hand."""
        with self.lock:
            free = [member for member in self.members if member.user not in self.busy and condition(member)]
            if not free:
                return None
            member = chance.choice(free)
            self.busy.add(member.user)
            return member

    def give_back(self, member):
        with self.lock:
            self.busy.discard(member.user)

    # What members do.

    def come_or_go(self, chance, member):
        if member.serving is None:
            member.serving = member.start("serve")
            member.serving.wait_line(".")
            member.since = time.monotonic()
            self.count("came")
        elif chance.random() < 0.4:
            member.stop_serving(kill=True)
            self.count("was killed")
        else:
            member.stop_serving()
            self.count("went")

    def share(self, chance, member):
        if len(member.shares) >= MAX_SHARES:
            name = chance.choice(sorted(member.shares))
            member.run("unshare", name)
            del member.shares[name]
            self.count("withdrew")
            return
        member.number += 1
        name = f"{member.user}-{member.number}"
        path = self.world.path("files", member.user, name)
        if chance.random() < 0.5:
            shoal.make_file(path, chance.randrange(1, 3 * shoal.MIB), seed=name)
        else:
            for part in range(chance.randrange(1, 40)):
                shoal.make_file(os.path.join(path, f"{part % 3}", f"{part}"), chance.randrange(0, 50000),
                                seed=f"{name}/{part}")
        member.share(path)
        with self.lock:
            member.shares[name] = path
        self.count("shared")

    def fetch(self, chance, member):
        with self.lock:
            there = [(name, path) for other in self.members if other is not member and other.serving is not None
                     for name, path in other.shares.items()]
        if not there:
            return
        name, path = chance.choice(there)
        to = member.downloads
        if self.disk is not None and chance.random() < 0.1:
            to = os.path.join(self.disk, member.user)
        get = member.start_get(name, to=to)
        killed = chance.random() < 0.15
        try:
            status = get.popen.wait(chance.random() * 2 if killed else FETCH_S)
        except subprocess.TimeoutExpired:
            if killed:
                get.kill()
                self.count("was killed while fetching")
                return
            get.send(signal.SIGINT)
            status = get.wait()
        if to != member.downloads:
            subprocess.run(["rm", "-rf", to], check=True)
            member.run("cancel", "--all", status=None)
            self.count("fetched onto a full disk" if status != shoal.OK else "fetched onto a small disk")
            return
        if status != shoal.OK:
            self.count("gave up fetching")
            return
        self.count("fetched")
        self.compare(path, os.path.join(to, name))

    def compare(self, expected, actual):
        left, right = (shoal.describe(path) if os.path.isdir(path) else {b"": os.path.isfile(path)}
                       for path in (expected, actual))
        if left != right:
            self.lose(f"{actual} has other entries than {expected}")
        elif os.path.isfile(expected) and not filecmp.cmp(expected, actual, shallow=False):
            self.lose(f"{actual} differs from {expected}")
        elif os.path.isdir(expected):
            files = [os.fsdecode(name) for name, kind in left.items() if kind[0] == "file"]
            same = filecmp.cmpfiles(expected, actual, files, shallow=False)
            if same[1] or same[2]:
                self.lose(f"{actual} differs in {same[1:]}")

    def search(self, chance, member):
        result = member.run("search", f"m{chance.randrange(len(self.members)):03}", status=None)
        if result.status not in (shoal.OK, shoal.NOT_FOUND, shoal.FAILED):
            self.lose(f"a search ended with {result}")
        self.count("searched")

    def shake_tracker(self, chance):
        """It goes, in one way or the other, and comes back."""
        if not self.down.acquire(blocking=False):
            return
        try:
            if chance.random() < 0.5:
                self.tracker.kill()
                self.count("killed the tracker")
            else:
                self.tracker.stop()
                self.count("restarted the tracker")
            self.tracker.start()
        finally:
            self.down.release()

    # The whole.

    def hand(self, seed, end):
        chance = random.Random(seed)
        actions = [(self.come_or_go, 3), (self.share, 3), (self.fetch, 6), (self.search, 2)]
        while time.monotonic() < end:
            if chance.random() < 0.004:
                self.shake_tracker(chance)
                continue
            action = chance.choices([a for a, _ in actions], [w for _, w in actions])[0]
            member = self.take(chance, lambda member: True)
            if member is None:
                continue
            try:
                action(chance, member)
            except AssertionError as error:
                # While the tracker is away a command may say so.
                if "Cannot reach the tracker" not in str(error):
                    self.lose(f"{action.__name__} of {member.user}: {error}")
            finally:
                self.give_back(member)

    def sample(self, start):
        with self.lock:
            serving = [member for member in self.members if member.serving is not None]
        sizes = []
        for member in serving:
            try:
                if time.monotonic() - member.since > 60:
                    sizes.append(resident(member.serving.pid))
            except (OSError, AttributeError):
                pass
        with self.down:
            tracker = resident(self.tracker.process.pid)
        self.samples.append((time.monotonic() - start, tracker, max(sizes, default=0)))
        print(f"{self.samples[-1][0] / 60:6.1f} min  tracker {tracker / shoal.MIB:6.1f} MiB  "
              f"largest member {self.samples[-1][2] / shoal.MIB:6.1f} MiB  online {len(serving):3}  "
              + "  ".join(f"{what} {n}" for what, n in sorted(self.counts.items())), flush=True)

    def run(self, seed):
        start = time.monotonic()
        end = start + self.minutes * 60
        hands = [self.pool.submit(self.hand, f"{seed}-{n}", end) for n in range(HANDS)]
        while any(not hand.done() for hand in hands):
            concurrent.futures.wait(hands, timeout=SAMPLE_S)
            self.sample(start)
        for hand in hands:
            hand.result()

    def check(self):
        """What every member shares is what it shared, and the log of the group is whole."""
        for member in self.members:
            if member.serving is not None:
                member.stop_serving()
            rows = member.run("shares").rows
            if sorted(row["name"] for row in rows) != sorted(member.shares):
                self.lose(f"{member.user} shares {[row['name'] for row in rows]}, not {sorted(member.shares)}")
        audit = self.members[0].plain("audit", "--verify", status=None)
        if "in order" not in audit.output:
            self.lose(f"the log is not in order: {audit}")
        for column, what in ((1, "the tracker"), (2, "a member")):
            values = [sample[column] for sample in self.samples if sample[column] > 0]
            third = len(values) // 3
            if third == 0:
                continue
            before, after = (statistics.median(values[-2 * third:-third]), statistics.median(values[-third:]))
            print(f"memory of {what}: {before / shoal.MIB:.1f} MiB in the second third, "
                  f"{after / shoal.MIB:.1f} MiB in the last")
            if after > before * GROWTH + SLACK:
                self.lose(f"{what} grows")


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: soak.py BUILD [MINUTES] [MEMBERS]")
    shoal.use_build(sys.argv[1])
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 120
    n_members = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    seed = os.environ.get("SHOAL_SEED") or str(random.randrange(1 << 32))
    print(f"{n_members} members for {minutes:g} minutes, SHOAL_SEED={seed}", flush=True)
    disk = None
    reason = namespaces.enter(mounts=True)
    if reason is None:
        disk = os.path.join("/tmp", f"shoal-soak-disk-{os.getpid()}")
        os.makedirs(disk)
        reason = namespaces.mount_tmpfs(disk, shoal.MIB)
    if reason is not None:
        print(f"without full disks: {reason}")
        disk = None
    soak = Soak(minutes, n_members, disk)
    try:
        soak.run(seed)
        soak.check()
    finally:
        soak.world.close()
        soak.pool.shutdown()
        if disk is not None:
            subprocess.run(["umount", disk], check=False)
            os.rmdir(disk)
    for what, n in sorted(soak.counts.items()):
        print(f"| {what} | {n} |")
    print(f"lost: {len(soak.lost)}")
    sys.exit(1 if soak.lost else 0)


if __name__ == "__main__":
    main()
