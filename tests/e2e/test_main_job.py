# test_main_job.py: sign up, share, search, get: what everybody does, from the command line
#
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import json
import os
import resource
import shutil
import socket
import stat

import shoal
from rawpeer import content_id
from shoal import AMBIGUOUS, MIB, NOT_FOUND, NOT_SIGNED_IN, OK, USAGE, make_file, wait_until


class MainJob(shoal.Test):
    def setUp(self):
        super().setUp()
        self.group = self.tracker("--name", "Testers")

    def test_one_file(self):
        source = make_file(self.world.path("ada", "plan.bin"), 3 * MIB + 12345)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(source)
        ada.serve()

        rows = ben.run("search", "plan").rows
        self.assertEqual(["plan.bin"], [row["name"] for row in rows])
        with open(source, "rb") as file:
            self.assertEqual(content_id(file.read()), rows[0]["id"])
        self.assertEqual(os.path.getsize(source), rows[0]["size"])

        ben.get("plan.bin")
        self.assert_same_file(source, os.path.join(ben.downloads, "plan.bin"))
        self.assertEqual(["plan.bin"], os.listdir(ben.downloads), "something unfinished was left behind")

        entry = ben.history()[0]
        self.assertEqual(("plan.bin", "finished"), (entry["name"], entry["outcome"]))
        self.assertIn("ada", json.dumps(entry))
        self.assertGreaterEqual(entry["bytes"], os.path.getsize(source))

    def test_a_folder_keeps_everything(self):
        root = self.world.make_folder("ada", "project")
        for path, size in (("a.txt", 10), ("empty", 0), ("sub/one", 1), ("sub/deep/er/piece", MIB),
                           ("sub/block", 16384), ("sub/big", 2 * MIB + 1), ("sub/also empty", 0),
                           ("übung/ナマエ.txt", 99), ("spaces and %25/100%", 5), ("sub/-rf", 7),
                           ("emoji 🐟.md", 1234), ("e\u0301 decomposed", 2)):
            make_file(os.path.join(root, path), size)
        os.makedirs(os.path.join(root, "empty folder", "inside"))
        os.chmod(os.path.join(root, "sub/one"), 0o755)
        os.chmod(os.path.join(root, "sub/big"), 0o700)
        os.symlink("a.txt", os.path.join(root, "link"))
        os.symlink("../sub/big", os.path.join(root, "übung/up and down"))
        os.symlink("not there", os.path.join(root, "dangling"))
        os.symlink("sub", os.path.join(root, "link to folder"))
        expected = self.world.path("expected", "project")
        shutil.copytree(root, expected, symlinks=True)

        # A name that would steer a terminal arrives as one that does not.
        make_file(os.path.join(root, "newline\nin name"), 3, seed=1)
        make_file(os.path.join(expected, "newline_in name"), 3, seed=1)
        # What cannot be shared is left out and said, the rest goes on.
        os.symlink("/etc/passwd", os.path.join(root, "absolute"))
        os.symlink("../../outside", os.path.join(root, "sub/outside"))
        os.mkfifo(os.path.join(root, "pipe"))
        with open(os.path.join(os.fsencode(root), b"latin1 \xe9"), "wb") as file:
            file.write(b"not UTF-8")
        door = socket.socket(socket.AF_UNIX)
        self.addCleanup(door.close)
        door.bind(os.path.join(root, "door"))

        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        shared = ada.share(root)
        ada.serve()
        said = shared.output + shared.errors
        for name in ("absolute", "outside", "pipe", "door", "latin1"):
            self.assertIn(name, said, "what was left out is not reported")

        ben.get("project")
        self.assert_same_tree(expected, os.path.join(ben.downloads, "project"))

    def size_of(self, member, folder):
        return next(row["size"] for row in member.run("search", folder).rows if row["name"] == folder)

    def test_names_are_kept(self):
        """What is ordinary here arrives as it was, although other systems refuse it; what is not is told."""
        root = self.world.make_folder("ada", "names")
        for number, name in enumerate(("Surname, A./letter", "Mail./note", "Mail_/note", " leading", "trailing ", "aux.h", "CON",
                                       "dots...", "می\u200cخواهم.txt", "👨\u200d👩\u200d👧.jpg", "a\u200eb", "nbsp\u00a0", "a:b?",
                                       "C:\\x", "漢" * 85)):
            make_file(os.path.join(root, name), 100, seed=number)
        make_file(os.path.join(root, "k" * 255), 2 * MIB, seed=100)
        os.symlink("aux.h", os.path.join(root, "link"))
        hidden = make_file(self.world.path("ada", ".bash_profile"), 50)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(root)
        ada.share(hidden)
        ada.serve()
        got = ben.plain("get", "names", "--to", ben.downloads)
        self.assert_same_tree(root, os.path.join(ben.downloads, "names"))
        self.assertNotIn("could not be kept", got.errors)

        # A program would read it at its next start.
        got = ben.plain("get", ".bash_profile", "--to", ben.downloads)
        self.assertEqual(["_.bash_profile", "names"], sorted(os.listdir(ben.downloads)))
        self.assertIn("1 name could not be kept here; it became “_.bash_profile”", got.errors)

        # Links follow what they point to, and nothing takes the place of something else.
        before = self.size_of(ben, "names")
        make_file(os.path.join(root, "bell\x07"), 60, seed=101)
        os.symlink("bell\x07", os.path.join(root, "to the bell"))
        make_file(os.path.join(root, "bell_"), 60, seed=102)

        wait_until(lambda: self.size_of(ben, "names") == before + 120, "the folder is offered as it is now")
        got = ben.plain("get", "names", "--to", self.world.path("again"))
        again = self.world.path("again", "names")
        self.assertEqual("bell_ (2)", os.readlink(os.path.join(again, "to the bell")))
        self.assert_same_file(os.path.join(root, "bell\x07"), os.path.join(again, "bell_ (2)"))
        self.assert_same_file(os.path.join(root, "bell_"), os.path.join(again, "bell_"))
        self.assertIn("1 name could not be kept here; it became “bell_ (2)”", got.errors)

    def test_single_entry_of_a_folder(self):
        root = self.world.make_folder("ada", "music")
        song = make_file(os.path.join(root, "album", "song.flac"), 70000)
        make_file(os.path.join(root, "album", "other.flac"), 50000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(root)
        ada.serve()
        self.assertEqual({"song.flac"}, {row["name"] for row in ben.run("search", "song").rows})
        ben.get("song.flac")
        self.assert_same_file(song, os.path.join(ben.downloads, "song.flac"))

    def test_by_id_and_twice(self):
        source = make_file(self.world.path("ada", "twice.bin"), 200000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(source)
        ada.serve()
        identity = ben.run("search", "twice").rows[0]["id"]
        ben.get(identity)
        target = os.path.join(ben.downloads, "twice.bin")
        self.assert_same_file(source, target)
        before = os.stat(target)
        ben.get(identity)  # already there: nothing is fetched, nothing is made
        self.assertEqual(["twice.bin"], os.listdir(ben.downloads))
        self.assertEqual(before.st_ino, os.stat(target).st_ino)

    def test_existing_names_are_never_replaced(self):
        source = make_file(self.world.path("ada", "report.txt"), 5000)
        folder = self.world.make_folder("ada", "stuff")
        make_file(os.path.join(folder, "inner"), 100)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(source, folder)
        ada.serve()
        mine = os.path.join(ben.downloads, "report.txt")
        with open(mine, "w") as file:
            file.write("my own report")
        my_folder = os.path.join(ben.downloads, "stuff")
        os.mkdir(my_folder)
        with open(os.path.join(my_folder, "inner"), "w") as file:
            file.write("mine")
        ben.get("report.txt")
        ben.get("stuff")
        with open(mine) as file:
            self.assertEqual("my own report", file.read())
        with open(os.path.join(my_folder, "inner")) as file:
            self.assertEqual("mine", file.read())
        self.assertEqual({"report.txt", "report (2).txt", "stuff", "stuff (2)"}, set(os.listdir(ben.downloads)))
        self.assert_same_file(source, os.path.join(ben.downloads, "report (2).txt"))
        self.assert_same_tree(folder, os.path.join(ben.downloads, "stuff (2)"))

    def test_a_link_in_the_way_is_not_followed(self):
        source = make_file(self.world.path("ada", "trap"), 5000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(source)
        ada.serve()
        victim = make_file(self.world.path("victim"), 10)
        os.symlink(victim, os.path.join(ben.downloads, "trap"))
        os.symlink(victim, os.path.join(ben.downloads, "trap.part"))
        ben.get("trap")
        self.assertEqual(10, os.path.getsize(victim))
        self.assertTrue(os.path.islink(os.path.join(ben.downloads, "trap")))
        self.assert_same_file(source, os.path.join(ben.downloads, "trap (2)"))

    def test_ambiguous_and_missing_names(self):
        one = make_file(self.world.path("ada", "same.txt"), 1000, seed=1)
        two = make_file(self.world.path("ben", "same.txt"), 1000, seed=2)
        ada, ben, cleo = (self.member(self.group, user) for user in ("ada", "ben", "cleo"))
        ada.share(one)
        ben.share(two)
        ada.serve()
        ben.serve()
        listed = cleo.get("same.txt", status=AMBIGUOUS)
        for row in cleo.run("search", "same").rows:
            self.assertIn(row["id"], listed.output + listed.errors)
        self.assertEqual([], os.listdir(cleo.downloads))
        cleo.get("same.txt", "--user", "ben")
        self.assert_same_file(two, os.path.join(cleo.downloads, "same.txt"))
        cleo.get("sam", status=NOT_FOUND)  # never a substring
        cleo.get("f" * 64, status=NOT_FOUND)
        cleo.run("search", "nothing like this", status=NOT_FOUND)
        cleo.run("sources", "f" * 64, status=NOT_FOUND)

    def test_search_filters(self):
        folder = self.world.make_folder("ada", "f")
        small = make_file(os.path.join(folder, "holiday small.jpg"), 1000)
        large = make_file(os.path.join(folder, "holiday large.jpg"), 300000)
        paper = make_file(os.path.join(folder, "holiday paper.pdf"), 2000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(small, large, paper)
        ada.serve()

        def names(*arguments):
            return sorted(row["name"] for row in ben.run("search", *arguments).rows)
        self.assertEqual(["holiday large.jpg", "holiday paper.pdf", "holiday small.jpg"], names("HOLIDAY"))
        self.assertEqual(["holiday large.jpg", "holiday small.jpg"], names("holiday", "--type", "image"))
        self.assertEqual(["holiday large.jpg"], names("holiday", "--min-size", "100k"))
        self.assertEqual(["holiday small.jpg"], names("--max-size", "1500"))
        self.assertEqual(["holiday paper.pdf"], names("holi", "pap", "--user", "ada"))
        self.assertEqual(3, len(names("holiday", "--available")))
        ada.stop_serving()

        def gone():
            return ben.run("search", "holiday", "--available", status=None).status == NOT_FOUND
        wait_until(gone, "the offers of a member who left are not available")
        self.assertEqual(3, len(names("holiday")), "offers of offline members stay")

    def test_without_an_account(self):
        stranger = self.member(self.group, "nobody", sign_up=False)
        for command in (["search", "x"], ["share", "/etc/hostname"], ["users"], ["get", "x"], ["serve"], ["audit"]):
            stranger.run(*command, status=NOT_SIGNED_IN)

    def test_usage(self):
        ada = self.member(self.group, "ada", sign_up=False)
        for wrong in ([], ["dance"], ["get"], ["search", "--no-such-option"], ["share"], ["sign-up"],
                      ["search", "--min-size", "many"], ["set", "no-such-key", "1"], ["hash"]):
            result = ada.run(*wrong, status=None)
            self.assertEqual(USAGE, result.status, result)
        for command in ("sign-up", "sign-in", "sign-out", "password", "status", "users", "share", "unshare", "shares",
                        "serve", "search", "sources", "get", "history", "hash", "audit", "set"):
            result = self.world.run([shoal.CLI, command, "--help"])
            self.assertEqual(OK, result.status, result)
            self.assertIn(command, result.output)

    def test_hash_needs_no_profile(self):
        sizes = (0, 1, 16383, 16384, 16385, MIB - 1, MIB, MIB + 1, 3 * MIB + 77)
        files = [make_file(self.world.path("h", str(size)), size) for size in sizes]
        result = self.world.run([shoal.CLI, "hash", *files])
        expected = []
        for path in files:
            with open(path, "rb") as file:
                expected.append(f"{content_id(file.read())}  {path}")
        self.assertEqual(expected, result.output.splitlines())
        self.assertEqual(NOT_FOUND, self.world.run([shoal.CLI, "hash", self.world.path("h", "none")]).status)
        self.assertFalse(os.path.exists(os.path.join(self.world.environment["XDG_DATA_HOME"], "shoal")))

    def test_shares_and_unshare(self):
        one = make_file(self.world.path("ada", "one.txt"), 1000)
        two = make_file(self.world.path("ada", "two.txt"), 1000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.share(one, two)
        self.assertEqual({"one.txt", "two.txt"}, {row["name"] for row in ada.run("shares").rows})
        ada.serve()
        ada.run("unshare", "one.txt")

        def only_two():
            rows = ben.run("search", "txt", status=None).rows
            return {row["name"] for row in rows} == {"two.txt"}
        wait_until(only_two, "what is unshared is not found")
        ben.get("one.txt", status=NOT_FOUND)
        ada.run("unshare", "nonsense", status=NOT_FOUND)
        ada.run("unshare", "--all")
        wait_until(lambda: ben.run("search", "txt", status=None).status == NOT_FOUND, "nothing is found")
        self.assertTrue(os.path.exists(one), "unshare must not delete")

    def test_commands_work_through_serve(self):
        source = make_file(self.world.path("ada", "late.bin"), 500000)
        ada, ben = self.member(self.group, "ada"), self.member(self.group, "ben")
        ada.serve()
        ben.serve()
        ada.share(source)
        wait_until(lambda: ben.run("search", "late", status=None).status == OK, "it is found")
        ben.get("late.bin")
        self.assert_same_file(source, os.path.join(ben.downloads, "late.bin"))
        self.assertEqual("late.bin", ben.history()[0]["name"])
        self.assertTrue(any(row["name"] == "late.bin" for row in ada.run("shares").rows))
        users = {row["user"]: row["online"] for row in ben.run("users").rows}
        self.assertEqual({"ada": True, "ben": True}, users)
        ben.run("set", "download-limit", "10M")
        ben.run("set", "download-limit", "nonsense", status=USAGE)
        # A second holder of the profile is refused, not confused.
        self.assertNotEqual(OK, ben.run("serve", status=None).status)
        self.assertTrue(ben.serving.running())

    def test_private_files(self):
        ada = self.member(self.group, "ada")
        for folder, folders, files in os.walk(ada.profile):
            for name in [""] + files:
                mode = os.stat(os.path.join(folder, name)).st_mode
                if folder == ada.profile or name:
                    self.assertEqual(0, stat.S_IMODE(os.stat(ada.profile).st_mode) & 0o077)
        for folder, folders, files in os.walk(self.group.data):
            for name in files:
                mode = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
                self.assertEqual(0, mode & 0o007, f"others may read {name}")
        secrets = [ada.password.encode(), hashlib.sha256(ada.password.encode()).hexdigest().encode()]
        for root in (ada.profile, self.group.data):
            for folder, folders, files in os.walk(root):
                for name in files:
                    path = os.path.join(folder, name)
                    if stat.S_ISREG(os.lstat(path).st_mode):
                        with open(path, "rb") as file:
                            content = file.read()
                        for secret in secrets:
                            self.assertNotIn(secret, content, f"the password is in {path}")
        self.assertNotIn(ada.password, self.group.process.log())

    def test_crashes_leave_no_secrets(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        try:
            self.group.stop()
            self.group.start()
            ada = self.member(self.group, "ada")
            ada.serve()
        finally:
            resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
        for pid in (self.group.process.pid, ada.serving.pid):
            with open(f"/proc/{pid}/limits") as file:
                line = next(line for line in file if line.startswith("Max core file size"))
            self.assertIn(line.split()[4], ("0", "1"))

    def test_two_profiles_of_one_account(self):
        source = make_file(self.world.path("ada", "mine.bin"), 100000)
        laptop = self.member(self.group, "ada")
        desktop = self.member(self.group, "ada", sign_up=False)
        desktop.profile = self.world.path("profile-second")
        desktop.sign_in()
        laptop.share(source)
        laptop.serve()
        desktop.get("mine.bin")
        self.assert_same_file(source, os.path.join(desktop.downloads, "mine.bin"))
        rows = [row for row in desktop.run("users").rows if row["user"] == "ada"]
        self.assertEqual(1, len(rows), "two devices are one member")


class TenThousand(shoal.Test):
    def test_ten_thousand_files(self):
        import random
        generator = random.Random(1)
        root = self.world.make_folder("ada", "many")
        data = generator.randbytes(300000)
        for number in range(10000):
            if number % 100 == 0:
                os.makedirs(os.path.join(root, f"d{number // 100:03}"))
            size = 0 if number % 500 == 0 else generator.randrange(1, 3000)
            start = generator.randrange(len(data) - size)
            path = os.path.join(root, f"d{number // 100:03}", f"f{number:05}")
            with open(path, "wb") as file:
                file.write(data[start:start + size])
            if number % 7 == 0:
                os.chmod(path, 0o755)
        group = self.tracker()
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.share(root)
        ada.serve()
        ben.get("many")
        self.assert_same_tree(root, os.path.join(ben.downloads, "many"))
        # A second time: every file is there already.
        ben.get("many")
        self.assertEqual(["many"], os.listdir(ben.downloads))


if __name__ == "__main__":
    shoal.main()
