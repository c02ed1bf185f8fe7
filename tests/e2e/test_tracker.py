# test_tracker.py: the tracker killed, moved, replaced; lock-out, sign-out, audit, invitations
#
# SPDX-License-Identifier: GPL-3.0-or-later
import glob
import os
import random
import secrets
import shutil
import sqlite3
import threading
import time
import uuid

import shoal
from rawpeer import Channel, RpcError, make_certificate
from shoal import FAILED, NOT_SIGNED_IN, OK, REFUSED, WRONG_CONTENT, make_file, wait_until


class Killed(shoal.Test):
    def test_nothing_acknowledged_is_lost(self):
        """SIGKILL at random moments while members sign up and offer; every answer given must stay true."""
        seed = int(os.environ.get("SHOAL_SEED", "0")) or random.randrange(1 << 30)
        print(f"# SHOAL_SEED={seed}")
        chance = random.Random(seed)
        group = self.tracker()
        accounts = []  # (user, password, certificate) that the tracker has confirmed
        offers = {}    # certificate → offers that the tracker has confirmed
        entries = {}   # certificate → {folder offer: confirmed entries}
        progress = [0]
        stop = threading.Event()

        def writer(number):
            certificate, _ = make_certificate(self.world.folder, f"w{number}")
            user, password, pending = f"writer{number}", "password of a writer", str(uuid.uuid4())
            signed_up = False
            mine = offers.setdefault(certificate, [])
            folders = entries.setdefault(certificate, {})
            while not stop.is_set():
                try:
                    channel = Channel(group.port, certificate)
                except OSError:
                    stop.wait(0.02)
                    continue
                except ConnectionError:
                    continue
                try:
                    if not signed_up:
                        # Repeated with the same uuid after a lost answer: takes effect once.
                        channel.call("sign-up", uuid=pending, user=user, password=password, device_name="w")
                        signed_up = True
                        accounts.append((user, password, certificate))
                        progress[0] += 1
                    else:
                        channel.call("sign-in", user=user, password=password, device_name="w")
                    while not stop.is_set():
                        batch = [dict(offer=secrets.token_hex(16), kind="file", name=f"{user} {i}",
                                      id=secrets.token_hex(32), size=1000 + i, mtime_ms=1) for i in range(20)]
                        answer = channel.call("offer", offers=batch)
                        for told, result in zip(batch, answer["results"]):
                            self.assertNotIn("error", result)
                            mine.append(told["offer"])
                        progress[0] += 1
                        folder = secrets.token_hex(16)
                        channel.call("offer", offers=[dict(
                            offer=folder, kind="folder", name="f", id=secrets.token_hex(32), size=50,
                            manifest_size=1000, entries=50, mtime_ms=1)])
                        mine.append(folder)
                        rows = [dict(path=f"{i:03}", kind="f", id=secrets.token_hex(32), size=1) for i in range(50)]
                        for first in (0, 25):
                            answer = channel.call("offer-entries", offer=folder, first=first,
                                                  entries=rows[first:first + 25])
                            folders[folder] = answer["next"]
                except (OSError, ValueError):
                    pass
                except RpcError as error:
                    if error.reason not in ("busy", "blocked", "limit"):
                        raise
                finally:
                    channel.close()

        failures = []
        threading.excepthook = lambda arguments: failures.append(arguments.exc_value)
        threads = [threading.Thread(target=writer, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(10):
            goal = progress[0] + chance.randrange(1, 25)
            wait_until(lambda: progress[0] >= goal or failures, "the members get on")
            group.kill()
            group.start()
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual([], failures)
        self.assertEqual(4, len(accounts))
        for user, password, certificate in accounts:
            channel = Channel(group.port, certificate)
            channel.call("sign-in", user=user, password=password, device_name="w")
            found, cursor = {}, None
            while True:
                page = channel.call("offers", **({"cursor": cursor} if cursor else {}))
                found.update((row["offer"], row) for row in page["offers"])
                cursor = page.get("cursor")
                if not cursor:
                    break
            self.assertEqual([], [offer for offer in offers[certificate] if offer not in found])
            for folder, known in entries[certificate].items():
                if known == 50:
                    self.assertTrue(found[folder]["complete"], "entries that were taken are gone")
            channel.close()
        group.stop()
        self.assertEqual(OK, group.command("audit", "verify").status)

    def test_members_come_back_by_themselves(self):
        group = self.tracker()
        source = make_file(self.world.path("ada", "a.bin"), 300000)
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.share(source)
        ada.serve()
        group.kill()
        group.start()
        wait_until(lambda: any(row["user"] == "ada" and row["online"] for row in ben.run("users", status=None).rows),
                   "Ada is back")
        ben.get("a.bin")
        self.assert_same_file(source, os.path.join(ben.downloads, "a.bin"))

    def test_download_goes_on_without_the_tracker(self):
        group = self.tracker()
        source = make_file(self.world.path("ada", "film.mkv"), 32 * shoal.MIB)
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.share(source)
        ada.serve("--limit", "12M")
        get = ben.start_get("film.mkv")
        part = os.path.join(ben.downloads, "film.mkv.part")
        wait_until(lambda: os.path.exists(part) and os.stat(part).st_blocks * 512 > 4 * shoal.MIB, "bytes move")
        group.kill()
        target = os.path.join(ben.downloads, "film.mkv")
        wait_until(lambda: os.path.exists(target), "the download ends without the tracker")
        group.start()
        self.assertEqual(OK, get.wait(), get.log())
        self.assert_same_file(source, target)


class Trust(shoal.Test):
    def test_changed_key_is_refused(self):
        group = self.tracker()
        ada = self.member(group, "ada")
        group.stop()
        shutil.rmtree(group.data)
        old = group.link
        group.start()
        self.assertNotEqual(old, group.link)
        source = make_file(self.world.path("ada", "a.bin"), 1000)
        for command in (["users"], ["search", "x"], ["get", "x"], ["share", source], ["audit"], ["serve"]):
            result = ada.run(*command, status=REFUSED)
            self.assertIn("key", result.errors)
        self.assertEqual([], ada.run("shares").rows, "nothing waits for a tracker that is not trusted")
        self.assertEqual("untrusted", ada.run("status", status=REFUSED).rows[0]["state"])
        # A link for a known group with another key is never adopted.
        self.assertEqual(REFUSED, ada.sign_in(link=old, status=None).status)

    def test_host_and_port_need_a_known_key(self):
        group = self.tracker()
        ada = self.member(group, "ada", sign_up=False)
        address = f"127.0.0.1:{group.port}"
        result = ada.run("sign-up", "--password-file", ada.password_file, address, "ada", status=REFUSED)
        self.assertIn(group.key, result.output + result.errors, "the key is shown")
        ada.run("sign-up", "--password-file", ada.password_file, "--trust", "0" * 64, address, "ada", status=REFUSED)
        ada.run("sign-up", "--password-file", ada.password_file, "--trust", group.key, address, "ada")
        ada.run("users")

    def test_bad_links(self):
        ada = self.member(self.tracker(), "ada", sign_up=False)
        for link in ("shoal://", "http://x/", "shoal://127.0.0.1:99999/?key=00", "shoal://h/?key=" + "g" * 64, ""):
            self.assertNotEqual(OK, ada.sign_in(link=link, status=None).status, link)

    def test_lock_out(self):
        group = self.tracker("--max-failures", "3", "--block-seconds", "2")
        ada = self.member(group, "ada")
        ada.run("sign-out")
        wrong = self.world.path("wrong")
        with open(wrong, "w") as file:
            file.write("not her password\n")
        other = self.member(group, "ada", sign_up=False)
        other.profile = self.world.path("profile-thief")

        def attempt(file, user="ada"):
            return other.run("sign-in", "--password-file", file, group.link, user, status=None)
        for _ in range(3):
            self.assertEqual(NOT_SIGNED_IN, attempt(wrong).status)
        blocked = attempt(other.password_file)
        self.assertEqual(REFUSED, blocked.status, "the right password must not help during a block")
        self.assertRegex(blocked.errors, r"\d", "the error says for how long")
        group.kill()  # a block survives a restart
        group.start()
        again = attempt(other.password_file)
        self.assertIn(again.status, (REFUSED, OK))
        wait_until(lambda: attempt(other.password_file).status == OK, "the block ends")
        # Unknown names are treated alike.
        answers = [attempt(wrong, user="nobody").status for _ in range(4)]
        self.assertEqual([NOT_SIGNED_IN] * 3 + [REFUSED], answers)
        group.stop()
        self.assertEqual(OK, group.command("audit", "verify").status)

    def test_sign_out_everywhere(self):
        group = self.tracker()
        first = self.member(group, "ada")
        second = self.member(group, "ada", sign_up=False)
        second.profile = self.world.path("profile-second")
        second.sign_in()
        second.serve()
        first.run("sign-out", "--everywhere")
        first.run("users", status=NOT_SIGNED_IN)
        self.wait_signed_out(second)
        source = make_file(self.world.path("ada", "a.bin"), 1000)
        self.assertIn("ign in", second.run("share", source, status=NOT_SIGNED_IN).errors)
        second.sign_in()
        second.run("users")

    def wait_signed_out(self, member):
        wait_until(lambda: not member.serving or not member.serving.running()
                   or member.run("users", status=None).status == NOT_SIGNED_IN, "the other device is signed out")
        if member.serving and member.serving.running():
            member.stop_serving()
        member.run("users", status=NOT_SIGNED_IN)

    def test_change_of_password(self):
        group = self.tracker()
        ada = self.member(group, "ada")
        new = self.world.path("new-password")
        with open(new, "w") as file:
            file.write(ada.password + "\n" + "a new secret\n")
        ada.run("password", "--password-file", new)
        ada.run("users")
        ada.run("sign-out")
        ada.sign_in(status=NOT_SIGNED_IN)
        with open(ada.password_file, "w") as file:
            file.write("a new secret\n")
        ada.sign_in()


class Class(shoal.Test):
    def test_thirty_sign_up_at_once(self):
        """From one address, within a second: more than it has places for. Each comes in, by itself."""
        tracker = self.tracker()
        members = [self.member(tracker, f"pupil{number}", sign_up=False) for number in range(30)]
        signing = [member.start("sign-up", "--password-file", member.password_file, tracker.link, member.user)
                   for member in members]
        for process in signing:
            self.assertEqual(OK, process.wait(), process.log())


class Operators(shoal.Test):
    def test_invitations(self):
        group = self.tracker(sign_up="invite")
        owner_link = group.command("link", "--owner").output.strip()
        self.assertRegex(owner_link, r"^shoal://\S+invite=")
        ada = self.member(group, "ada", link=owner_link)
        self.assertNotEqual(OK, group.command("link", "--owner").status, "there is an owner now")
        ben = self.member(group, "ben", sign_up=False)
        ben.run("sign-up", "--password-file", ben.password_file, group.link, "ben", status=REFUSED)
        invite = group.command("invite", "--uses", "1", "--expires", "1").output.strip()
        ben.run("sign-up", "--password-file", ben.password_file, "-", "ben", input=invite.encode() + b"\n")
        cleo = self.member(group, "cleo", sign_up=False)
        cleo.run("sign-up", "--password-file", cleo.password_file, invite, "cleo", status=REFUSED)
        # The owner invites from her own device too, nobody else does.
        self.assertEqual([], ada.run("invite", "--list").rows)
        made = ada.run("invite", "--uses", "2", "--expires", "3").rows[0]
        self.assertEqual([(2, 2, made["expires_ms"])],
                         [(row["uses"], row["left"], row["expires_ms"]) for row in ada.run("invite", "--list").rows])
        ben.run("invite", status=REFUSED)
        ben.run("invite", "--list", status=REFUSED)
        cleo.run("sign-up", "--password-file", cleo.password_file, made["link"], "cleo")
        self.assertEqual([1], [row["left"] for row in ada.run("invite", "--list").rows])
        printed = ada.plain("invite")
        self.assertRegex(printed.output, r"^shoal://\S+invite=\S+\n$")
        code = invite.split("invite=")[1]
        for text in (group.process.log(), ada.run("audit").output, cleo.run("audit", status=None).output):
            self.assertNotIn(code, text, "an invitation is a secret")
        for path in glob.glob(group.data + "/*"):
            with open(path, "rb") as file:
                self.assertNotIn(code.encode(), file.read(), path)

    def test_list_of_shares_says_what_the_tracker_has(self):
        group = self.tracker()
        ada = self.member(group, "ada")
        ada.share(make_file(self.world.path("ada", "a.bin"), 1000))
        self.assertEqual(["offered"], [row["state"] for row in ada.run("shares").rows])
        group.stop()
        self.assertEqual(["waiting"], [row["state"] for row in ada.run("shares").rows])

    def test_closed(self):
        group = self.tracker(sign_up="closed")
        ada = self.member(group, "ada", sign_up=False)
        ada.run("sign-up", "--password-file", ada.password_file, group.link, "ada", status=REFUSED)

    def test_default_is_by_invitation_and_owner_link_is_in_the_log(self):
        group = self.tracker(sign_up=None)
        self.assertRegex(group.process.log(), r"shoal://\S+invite=\S+")
        ada = self.member(group, "ada", sign_up=False)
        ada.run("sign-up", "--password-file", ada.password_file, group.link, "ada", status=REFUSED)

    def test_audit(self):
        group = self.tracker()
        source = make_file(self.world.path("ada", "a.bin"), 1000)
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.share(source)
        ada.serve()
        ben.get("a.bin")
        ada.run("unshare", "--all")
        rows = ben.run("audit").rows
        events = [row["event"] for row in rows if "event" in row]
        for event in ("sign-up", "offer", "download-finished", "withdraw"):
            self.assertIn(event, events)
        ada.stop_serving()
        group.stop()
        good = group.command("audit", "verify")
        self.assertEqual(OK, good.status, good)
        self.tamper(group, "UPDATE {table} SET text = text || '!' WHERE n = 2")
        self.assertNotEqual(OK, group.command("audit", "verify").status)

    def test_removed_entries_are_noticed(self):
        for change in ("DELETE FROM {table} WHERE n = 3", "DELETE FROM {table} WHERE n >= (SELECT max(n) FROM {table})"):
            with self.subTest(change=change):
                name = secrets.token_hex(4)
                group = self.tracker(name=name)
                ada = self.member(group, f"u{name}")
                self.member(group, f"v{name}")
                ada.run("audit")  # remembers count and head
                head = self.head(group)
                group.stop()
                self.tamper(group, change)
                self.assertNotEqual(OK, group.command("audit", "verify", "--head", head).status)
                group.start()
                self.assertIn("log", ada.run("audit", "--verify", status=WRONG_CONTENT).errors)
                numbers = [row["n"] for row in ada.run("audit").rows]
                self.assertEqual(sorted(set(numbers)), numbers, "each entry once, in order")

    def test_log_from_a_backup_is_noticed(self):
        group = self.tracker()
        ada = self.member(group, "ada")
        group.stop()
        shutil.copytree(group.data, self.world.path("backup"))
        group.start()
        ada.run("audit")  # remembers count and head
        group.stop()
        shutil.rmtree(group.data)
        shutil.copytree(self.world.path("backup"), group.data)
        group.start()
        warnings = [row["warning"] for row in ada.run("audit", status=WRONG_CONTENT).rows if "warning" in row]
        self.assertEqual(1, len(warnings), "the client must say that the log does not extend what it saw")
        self.assertIn("not the one seen before", warnings[0])
        self.assertIn("not the one seen before", ada.plain("audit", status=WRONG_CONTENT).errors)
        self.assertIn("not the one seen before", ada.run("audit", "--verify", status=WRONG_CONTENT).errors)
        ada.run("audit", "--accept")
        ada.run("audit")
        ada.run("audit", "--verify")

    def head(self, group):
        database = sqlite3.connect(self.database(group))
        try:
            table = self.audit_table(database)
            return database.execute(f"SELECT hash FROM {table} ORDER BY n DESC LIMIT 1").fetchone()[0]
        finally:
            database.close()

    def tamper(self, group, statement):
        database = sqlite3.connect(self.database(group))
        table = self.audit_table(database)
        with database:
            changed = database.execute(statement.format(table=table)).rowcount
        database.close()
        self.assertGreater(changed, 0)

    def database(self, group):
        return next(path for path in glob.glob(group.data + "/*") if open(path, "rb").read(6) == b"SQLite"
                    and self.has_audit(path))

    def has_audit(self, path):
        database = sqlite3.connect(path)
        try:
            return self.audit_table(database) is not None
        finally:
            database.close()

    def audit_table(self, database):
        row = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'").fetchone()
        return row and row[0]

    def test_stops_cleanly(self):
        group = self.tracker()
        ada = self.member(group, "ada")
        ada.serve()
        started = time.monotonic()
        self.assertEqual(0, group.stop())
        self.assertLess(time.monotonic() - started, shoal.PATIENCE)
        self.assertTrue(ada.serving.running())
        self.assertEqual(1, len(group.process.lines), "exactly one line on standard output")

    def test_second_server_on_the_same_data_is_refused(self):
        group = self.tracker()
        again = group.world.run([shoal.TRACKER, "--data", group.data, "--listen", "127.0.0.1:0"])
        self.assertEqual(FAILED, again.status)
        self.assertTrue(group.process.running())

    def test_silent_member_goes_offline(self):
        group = self.tracker("--idle-seconds", "3")
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.serve()

        def state():
            return {row["user"]: row["online"] for row in ben.run("users").rows}["ada"]
        self.assertTrue(state())
        ada.serving.send(19)  # SIGSTOP: the connection stays, nobody speaks
        try:
            wait_until(lambda: not state(), "Ada counts as offline")
        finally:
            ada.serving.send(18)
        wait_until(state, "Ada is online again")


if __name__ == "__main__":
    shoal.main()
