# test_sources.py: several sources, lying ones, vanishing ones, changing files
#
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import signal

import shoal
from rawpeer import RawMember, content_id
from shoal import MIB, OK, WRONG_CONTENT, make_file, wait_until


def uploaded(member):
    """Bytes that the member's history says it has served."""
    return sum(row["bytes"] for row in member.history() if row["direction"] == "up")


def received(member, name):
    """Bytes of the unfinished file that are on the disk."""
    folder = member.downloads
    for entry in os.listdir(folder):
        if entry.startswith(name) and entry.endswith(".part"):
            return os.stat(os.path.join(folder, entry)).st_blocks * 512
    return 0


class Sources(shoal.Test):
    def setUp(self):
        super().setUp()
        self.group = self.tracker()

    def holders(self, size, *users, serve=()):
        """The same file at several members, all serving."""
        members = []
        for user in users:
            path = make_file(self.world.path("have-" + user, "film.mkv"), size, seed="film")
            member = self.member(self.group, user)
            member.share(path)
            member.serve(*serve)
            member.file = path
            members.append(member)
        return members

    def test_two_sources_one_downloader(self):
        # Slow enough that neither has given everything before the other is connected.
        ada, ben = self.holders(64 * MIB + 5, "ada", "ben", serve=("--limit", "12M"))
        cleo = self.member(self.group, "cleo")
        identity = cleo.run("search", "film").rows[0]["id"]
        self.assertEqual(2, len(cleo.run("sources", identity).rows))
        cleo.get("film.mkv")
        self.assert_same_file(ada.file, os.path.join(cleo.downloads, "film.mkv"))
        users = json.dumps(cleo.history()[0])
        self.assertIn("ada", users)
        self.assertIn("ben", users)
        ada.stop_serving()
        ben.stop_serving()
        counts = [uploaded(ada), uploaded(ben)]
        self.assertGreater(min(counts), 0, "one source gave nothing")
        self.assertLess(sum(counts), 80 * MIB, "more was fetched than there is")

    def test_a_folder_from_two_sources(self):
        for user in ("ada", "ben"):
            root = self.world.make_folder("have-" + user, "set")
            for number in range(200):
                make_file(os.path.join(root, f"{number:03}"), 1 + number * 97, seed=number)
            make_file(os.path.join(root, "large"), 9 * MIB + 1, seed="large")
            member = self.member(self.group, user)
            member.share(root)
            member.serve()
        cleo = self.member(self.group, "cleo")
        row = [row for row in cleo.run("search", "set").rows if row["name"] == "set"]
        self.assertEqual(1, len(row), "equal folders are one content")
        self.assertEqual(2, row[0]["sources"])
        cleo.get("set")
        self.assert_same_tree(root, os.path.join(cleo.downloads, "set"))

    def test_source_killed_midway_the_other_goes_on(self):
        ada, ben = self.holders(96 * MIB, "ada", "ben", serve=("--limit", "12M"))
        cleo = self.member(self.group, "cleo")
        get = cleo.start_get("film.mkv")
        wait_until(lambda: received(cleo, "film") > 8 * MIB, "bytes move")
        ada.stop_serving(kill=True)
        self.assertEqual(OK, get.wait(), get.log())
        self.assert_same_file(ben.file, os.path.join(cleo.downloads, "film.mkv"))

    def test_all_sources_vanish_and_one_returns(self):
        ada, = self.holders(48 * MIB, "ada", serve=("--limit", "16M"))
        ben = self.member(self.group, "ben")
        ben.serve()
        get = ben.start_get("film.mkv")
        wait_until(lambda: received(ben, "film") > 4 * MIB, "bytes move")
        ada.stop_serving(kill=True)
        get.wait_line('"state":"waiting"')
        ada.serve()
        self.assertEqual(OK, get.wait(), get.log())
        self.assert_same_file(ada.file, os.path.join(ben.downloads, "film.mkv"))

    def test_a_partial_downloader_is_a_source(self):
        ada, = self.holders(48 * MIB, "ada", serve=("--limit", "6M"))
        ben, cleo = self.member(self.group, "ben"), self.member(self.group, "cleo")
        ben.serve()
        first = ben.start_get("film.mkv")
        wait_until(lambda: received(ben, "film") > 6 * MIB, "Ben has some pieces")
        second = cleo.start_get("film.mkv")
        self.assertEqual(OK, first.wait(), first.log())
        self.assertEqual(OK, second.wait(), second.log())
        self.assert_same_file(ada.file, os.path.join(ben.downloads, "film.mkv"))
        self.assert_same_file(ada.file, os.path.join(cleo.downloads, "film.mkv"))
        self.assertIn("ben", json.dumps(cleo.history()[0]), "Ben's pieces were not used")

    def test_lying_source_is_dropped_and_named(self):
        ada, = self.holders(24 * MIB, "ada", serve=("--limit", "8M"))
        with open(ada.file, "rb") as file:
            content = file.read()
        identity = content_id(content)

        def corrupt(path, body):
            if path.startswith("/v1/pieces/"):
                return body[:1000] + bytes([body[1000] ^ 1]) + body[1001:]
            return body
        mallory = RawMember(self.world, self.group, "mallory")
        server = mallory.serve({identity: content}, corrupt)
        mallory.offer_file("film.mkv", identity, len(content))
        cleo = self.member(self.group, "cleo")
        self.assertEqual(2, len(cleo.run("sources", identity).rows))
        cleo.get("film.mkv")
        self.assert_same_file(ada.file, os.path.join(cleo.downloads, "film.mkv"))
        entry = cleo.history()[0]
        self.assertIn("mallory", json.dumps(entry["bad_sources"]))
        self.assertNotIn("ada", json.dumps(entry["bad_sources"]))
        pieces = [path for path in server.requests if path.startswith("/v1/pieces/")]
        self.assertTrue(pieces, "the liar was never asked")
        self.assertLess(len(pieces), 8, "the liar was asked again and again")
        wait_until(lambda: "bad-source" in cleo.run("audit").output, "the liar is in the audit log")

    def test_only_a_liar(self):
        content = os.urandom(3 * MIB)
        identity = content_id(content)

        def corrupt(path, body):
            return bytes([body[0] ^ 0x80]) + body[1:] if path.startswith("/v1/pieces/") else body
        mallory = RawMember(self.world, self.group, "mallory")
        mallory.serve({identity: content}, corrupt)
        mallory.offer_file("lie.bin", identity, len(content))
        cleo = self.member(self.group, "cleo")
        get = cleo.start_get("lie.bin")
        # Nobody else is there. It either fails with "content wrong" or waits for somebody honest.
        wait_until(lambda: not get.running() or "mallory" in get.log() or any("mallory" in line for line in get.lines),
                   "the lie is noticed")
        if not get.running():
            self.assertEqual(WRONG_CONTENT, get.wait(), get.log())
        else:
            get.stop(signal.SIGINT)
        self.assertNotIn("lie.bin", os.listdir(cleo.downloads))

    def test_lying_layer(self):
        content = os.urandom(5 * MIB)
        identity = content_id(content)
        ada = self.member(self.group, "ada")
        path = self.world.path("true.bin")
        with open(path, "wb") as file:
            file.write(content)
        mallory = RawMember(self.world, self.group, "mallory")
        mallory.serve({identity: content},
                      lambda path, body: bytes(len(body)) if path.startswith("/v1/layer/") else body)
        mallory.offer_file("true.bin", identity, len(content))
        ada.share(path)
        ada.serve()
        cleo = self.member(self.group, "cleo")
        cleo.get("true.bin")
        self.assert_same_file(path, os.path.join(cleo.downloads, "true.bin"))

    def test_short_and_long_answers(self):
        content = os.urandom(6 * MIB)
        identity = content_id(content)
        path = self.world.path("true.bin")
        with open(path, "wb") as file:
            file.write(content)
        ada = self.member(self.group, "ada")
        ada.share(path)
        ada.serve()
        for user, corrupt in (("short", lambda path, body: body[:-1]), ("long", lambda path, body: body + b"x"),
                              ("none", lambda path, body: b"")):
            liar = RawMember(self.world, self.group, user)
            liar.serve({identity: content}, corrupt)
            liar.offer_file("true.bin", identity, len(content))
        cleo = self.member(self.group, "cleo")
        cleo.get("true.bin")
        self.assert_same_file(path, os.path.join(cleo.downloads, "true.bin"))

    def test_file_changed_while_served(self):
        ada, = self.holders(32 * MIB, "ada", serve=("--limit", "8M"))
        ben = self.member(self.group, "ben")
        get = ben.start_get("film.mkv")
        wait_until(lambda: received(ben, "film") > 4 * MIB, "bytes move")
        with open(ada.file, "r+b") as file:
            file.write(b"something else")
        # The old content is nowhere any more: it must not be made up. The new one is offered by itself.
        new = make_file(self.world.path("new", "film.mkv"), 32 * MIB, seed="film")
        with open(new, "r+b") as file:
            file.write(b"something else")
        with open(new, "rb") as file:
            identity = content_id(file.read())
        wait_until(lambda: ben.run("sources", identity, status=None).status == OK, "the new content is offered")
        # Nobody offers what was being downloaded: it ends, and says what to do.
        self.assertEqual(WRONG_CONTENT, get.wait(), get.log())
        last = json.loads(get.lines[-1])
        self.assertEqual(("failed", "changed"), (last["state"], last["reason"]))
        self.assertIn("Search again", last["message"])
        self.assertNotIn("film.mkv", os.listdir(ben.downloads))
        ben.get(identity)
        self.assert_same_file(new, os.path.join(ben.downloads, "film.mkv"))

    def test_folder_changed_while_served(self):
        """What is left of it is fetched, small and large; what is gone is named."""
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        folder = self.world.make_folder("ada", "album")
        for number in range(300):
            make_file(os.path.join(folder, "notes", f"{number:03}"), 20000)
        for number in range(3):
            make_file(os.path.join(folder, f"film{number}"), 3 * MIB)
        ada.share(folder)
        ada.serve("--limit", "2M")
        get = ben.start_get("album")
        there = os.path.join(ben.downloads, "album", "notes")
        wait_until(lambda: os.path.isdir(there) and os.listdir(there), "the first notes are here")
        changed = [os.path.join("notes", f"{number:03}") for number in range(295, 300)] + ["film2"]
        for name in changed:
            with open(os.path.join(folder, name), "r+b") as file:
                file.write(b"something else")
        self.assertEqual(WRONG_CONTENT, get.wait(), get.log())
        last = json.loads(get.lines[-1])
        self.assertEqual(("failed", "changed"), (last["state"], last["reason"]))
        self.assertIn("5 more files", last["message"])
        found = {path.decode() for path in shoal.describe(os.path.join(ben.downloads, "album"))
                 if not path.endswith(b".part")}
        self.assertEqual({path.decode() for path in shoal.describe(folder)} - set(changed), found)
        for name in found - {"notes"}:
            self.assert_same_file(os.path.join(folder, name), os.path.join(ben.downloads, "album", name))
        ben.get("album", to=self.world.make_folder("second"))
        self.assert_same_tree(folder, self.world.path("second", "album"))

    def test_file_truncated_and_removed_while_served(self):
        for change in (lambda path: os.truncate(path, 10 * MIB), os.unlink):
            with self.subTest(change=change):
                user = "ada" if change is not os.unlink else "eve"
                source = make_file(self.world.path("have-" + user, user + ".bin"), 32 * MIB, seed=user)
                copy = make_file(self.world.path("copy-" + user, user + ".bin"), 32 * MIB, seed=user)
                giver, other = self.member(self.group, user), self.member(self.group, user + "2")
                giver.share(source)
                giver.serve("--limit", "8M")
                ben = self.member(self.group, user + "-friend")
                get = ben.start_get(user + ".bin")
                wait_until(lambda: received(ben, user) > 2 * MIB, "bytes move")
                # Offline, but it offers: as long as somebody does, the download waits.
                other.share(copy)
                change(source)
                other.serve()
                self.assertEqual(OK, get.wait(), get.log())
                self.assert_same_file(copy, os.path.join(ben.downloads, user + ".bin"))
                self.assertTrue(giver.serving.running(), "the source did not survive")

    def test_limits_are_kept(self):
        ada, = self.holders(6 * MIB, "ada")
        ben = self.member(self.group, "ben")
        ben.get("film.mkv", "--limit", "2M")
        entry = ben.history()[0]
        # 6 MiB at 2 MB/s take 3.1 s, less what a burst of one second may give.
        self.assertGreater(entry["elapsed_ms"], 1800)
        ada.stop_serving()
        ada.serve("--limit", "2M")
        cleo = self.member(self.group, "cleo")
        cleo.get("film.mkv")
        self.assertGreater(cleo.history()[0]["elapsed_ms"], 1800)

    def test_interrupted_and_resumed(self):
        ada, = self.holders(48 * MIB, "ada", serve=("--limit", "12M"))
        ben = self.member(self.group, "ben")
        for number in (signal.SIGINT, signal.SIGTERM):
            before = received(ben, "film")
            get = ben.start_get("film.mkv")
            wait_until(lambda: received(ben, "film") > before + 4 * MIB, "bytes move")
            status = get.stop(number)
            self.assertNotEqual(OK, status)
            self.assertNotIn("film.mkv", os.listdir(ben.downloads))
        ben.get("film.mkv")
        self.assert_same_file(ada.file, os.path.join(ben.downloads, "film.mkv"))
        ada.stop_serving()
        self.assertLess(uploaded(ada), 60 * MIB, "verified pieces were fetched again")

    def test_serve_goes_on_with_the_queue(self):
        ada, = self.holders(32 * MIB, "ada", serve=("--limit", "12M"))
        ben = self.member(self.group, "ben")
        get = ben.start_get("film.mkv")
        wait_until(lambda: received(ben, "film") > 4 * MIB, "bytes move")
        get.kill()
        ben.serve()
        target = os.path.join(ben.downloads, "film.mkv")
        wait_until(lambda: os.path.exists(target), "serve finishes the queue")
        self.assert_same_file(ada.file, target)


if __name__ == "__main__":
    shoal.main()
