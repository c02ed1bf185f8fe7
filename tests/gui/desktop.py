# desktop.py: a desktop for the app in a world of its own: a display, a session bus that can start the app, and no
# keyring, portal or settings of the user
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))

import shoal  # noqa: E402
from shoal import PATIENCE, wait_until  # noqa: E402

APP_ID = "io.github.shoal_app.Shoal"
APP_PATH = "/io/github/shoal_app/Shoal"
APP = os.environ.get("SHOAL", os.path.join(shoal.BUILD, "src/programs/shoal"))

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """Xvfb and dbus-daemon. The world's environment points to them from here on."""

    def __init__(self, world, screen="1280x1024x24"):
        self.world = world
        self.services = world.make_folder("services")
        reader, writer = os.pipe()
        self.display = world.start(["Xvfb", "-displayfd", str(writer), "-screen", "0", screen, "-noreset",
                                    "-nolisten", "tcp"], "xvfb", pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise AssertionError(f"Xvfb did not start:\n{self.display.log()}")
        config = world.path("session.conf")
        # A path that is short enough for a socket, whatever the world's folder is called.
        socket = world.path("run", "bus")
        with open(config, "w", encoding="utf-8") as file:
            file.write(BUS_CONFIG.format(socket=socket, services=self.services))
        self.quiet = dict(world.environment)
        # The bus passes its environment on to what it starts.
        world.environment.update({
            "DISPLAY": f":{number}", "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GTK_A11Y": "none",
            "ADW_DISABLE_PORTAL": "1", "GIO_USE_VFS": "local", "GSETTINGS_BACKEND": "memory",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
        })
        self.bus = world.start(["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile",
                                "--print-address=1"], "bus")
        self.bus.wait_line(r"^unix:path=")
        # The app may still be closing its group when its test is over; it is waited for before the bus goes.
        world.closing.append(self.end_app)

    def call(self, path, method, *arguments, name=APP_ID):
        """A call on the bus: its answer as gdbus prints it, or None."""
        done = subprocess.run(
            ["gdbus", "call", "--session", "--dest", name, "--object-path", path, "--method", method, *arguments],
            env=self.world.environment, capture_output=True, timeout=PATIENCE, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def ask_bus(self, method, *arguments):
        return self.call("/org/freedesktop/DBus", f"org.freedesktop.DBus.{method}", *arguments,
                         name="org.freedesktop.DBus")

    def app_pid(self):
        """The process that is the app now, or None."""
        answer = self.ask_bus("GetConnectionUnixProcessID", APP_ID)
        return int(answer.split()[1].rstrip(",)")) if answer else None

    def take_action(self, name, parameter="[]"):
        """The app's answer, or None if there is none."""
        return self.call(APP_PATH, "org.freedesktop.Application.ActivateAction", name, parameter, "{}")

    def activate_action(self, name, parameter="[]"):
        """Fails unless the app has taken it; what the app said is in the log of the bus that started it."""
        answer = self.take_action(name, parameter)
        if answer is None:
            raise AssertionError(f"the app did not take “{name}”:\n{self.bus.log()[-4000:]}")
        return answer

    def end_app(self):
        # It may be gone before it has answered.
        if self.app_pid() is not None:
            self.take_action("quit")
        wait_until(lambda: self.app_pid() is None, "the app has left the bus")
