# test_launch.py: the app is one instance; what a later start, a link or the bus hands over arrives in it
#
# SPDX-License-Identifier: GPL-3.0-or-later
import glob
import os
import re
import socket

from desktop import APP, APP_ID, APP_PATH, Desktop, shoal
from shoal import make_file, wait_until

SERVICE = os.environ["SHOAL_DBUS_SERVICE"]  # the service file as it is installed


class Launch(shoal.Test):
    def setUp(self):
        super().setUp()
        # As in run-gui.sh, which says why.
        options = self.world.environment.get("ASAN_OPTIONS")
        self.world.environment["ASAN_OPTIONS"] = f"{options}:detect_leaks=0" if options else "detect_leaks=0"
        self.group = self.tracker()
        # The group that the app finds when it starts, and the command line that looks into it.
        self.ada = self.member(self.group, "ada", sign_up=False)
        self.ada.profile = os.path.join(self.world.environment["XDG_DATA_HOME"], "shoal", "default")
        self.ada.run("sign-up", "--password-file", self.ada.password_file, self.group.link, "ada")
        self.desktop = Desktop(self.world)

    def start(self, *arguments, **options):
        return self.world.start([APP, *arguments], "app", **options)

    def file(self, name):
        path = self.world.path("files", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make_file(path, 4096)
        return path

    def offered(self):
        # Only when the app holds the profile: a command that is quicker would take it.
        if not glob.glob(os.path.join(self.world.environment["XDG_RUNTIME_DIR"], "shoal", "*.sock")):
            return set()
        answer = self.ada.run("shares", status=None)
        return {row["path"] for row in answer.rows if row.get("state") == "offered"} if answer.status == 0 else set()

    def wait_offered(self, *paths):
        wait_until(lambda: set(paths) <= self.offered(), f"{paths} are offered")

    def test_files_of_the_first_start(self):
        """What comes with the start is shared although the group is only being opened."""
        first, second = self.file("Meeting notes.odt"), self.file("-strange, name.txt")
        app = self.start(first, "./" + os.path.basename(second), cwd=os.path.dirname(second))
        self.wait_offered(first, second)
        self.assertEqual(self.desktop.app_pid(), app.pid)

    def test_umask_is_the_users(self):
        """Downloads and what the app opens are as private as the user says; the profile is private anyhow."""
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)
        app = self.start()
        wait_until(lambda: self.desktop.app_pid() == app.pid, "the app is on the bus")
        with open(f"/proc/{app.pid}/status", encoding="utf-8") as file:
            self.assertRegex(file.read(), r"\nUmask:\t0022\n")
        wait_until(lambda: glob.glob(os.path.join(self.world.environment["XDG_RUNTIME_DIR"], "shoal", "*.sock")),
                   "the app has the profile")
        self.assertEqual(os.stat(self.ada.profile).st_mode & 0o077, 0)

    def test_later_starts_hand_over(self):
        app = self.start()
        wait_until(lambda: self.desktop.app_pid() == app.pid, "the app is on the bus")
        absolute, relative = self.file("a/Photo.jpg"), self.file("b/Photo 2.jpg")
        self.assertEqual(self.world.run([APP, absolute]).status, 0)
        # Relative to where the later start was, not to where the app runs.
        self.assertEqual(self.world.run([APP, "Photo 2.jpg"], cwd=os.path.dirname(relative)).status, 0)
        self.wait_offered(absolute, relative)
        self.assertTrue(app.running())
        self.assertEqual(self.desktop.app_pid(), app.pid)

    def test_a_link_is_only_shown(self):
        """Nothing connects to where a link points before the user has said so."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            link = f"shoal://127.0.0.1:{port}/?key={'ab' * 32}"
            app = self.start(link)
            wait_until(lambda: self.desktop.app_pid() == app.pid, "the app is on the bus")
            self.assertEqual(self.world.run([APP, link]).status, 0)
            # When this has arrived, so has the link before it.
            later = self.file("later.txt")
            self.assertEqual(self.world.run([APP, later]).status, 0)
            self.wait_offered(later)
            listener.setblocking(False)
            self.assertRaises(BlockingIOError, listener.accept)

    def test_the_bus_starts_it(self):
        with open(SERVICE, encoding="utf-8") as file:
            text = file.read()
        # Installed it is started from where it is installed; here from the build folder.
        text, count = re.subn(r"^Exec=\S*/shoal( .*)$", lambda match: f"Exec={APP}{match[1]}", text, flags=re.M)
        self.assertEqual(count, 1, text)
        self.assertIn(f"Name={APP_ID}\n", text)
        with open(os.path.join(self.desktop.services, os.path.basename(SERVICE)), "w", encoding="utf-8") as file:
            file.write(text)
        self.assertIsNotNone(self.desktop.ask_bus("ReloadConfig"))
        self.assertIsNone(self.desktop.app_pid())

        path = self.file("Over the bus.pdf")
        self.assertIsNotNone(self.desktop.call(APP_PATH, "org.freedesktop.Application.Open",
                                               f"['file://{path.replace(' ', '%20')}']", "{}"))
        self.wait_offered(path)
        pid = self.desktop.app_pid()
        # What the desktop entry offers beside opening.
        for action in ("add-files", "preferences", "show"):
            self.assertIsNotNone(self.desktop.activate_action(action))
        self.assertEqual(self.desktop.app_pid(), pid)
        self.assertIsNotNone(self.desktop.activate_action("quit"))
        wait_until(lambda: self.desktop.app_pid() is None, "the app has ended")

    def test_actions_of_the_desktop_entry(self):
        """Desktops that do not activate over the bus start these commands."""
        app = self.start("--background")
        wait_until(lambda: self.desktop.app_pid() == app.pid, "the app is on the bus")
        for option in ("--preferences", "--add-files"):
            self.assertEqual(self.world.run([APP, option]).status, 0)
        self.assertTrue(app.running())
        self.assertEqual(self.world.run([APP, "--version"]).output.split()[0], "shoal")


if __name__ == "__main__":
    shoal.main()
