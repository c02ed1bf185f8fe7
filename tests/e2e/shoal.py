# shoal.py: real processes for the end-to-end tests: a tracker, members, and a world of their own
#
# Every test gets a temporary home, ports chosen by the system, and no session bus (so that no test writes
# into somebody's keyring). Nothing here sleeps for a guessed time: it waits for a condition until a
# deadline, and the deadline is only how long a failure takes.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import filecmp
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("SHOAL_BUILD_DIR", os.path.join(TOP, "build"))
TRACKER = os.environ.get("SHOAL_TRACKER", os.path.join(BUILD, "src/programs/shoal-tracker"))
CLI = os.environ.get("SHOAL_CLI", os.path.join(BUILD, "src/programs/shoal-cli"))

# How long a condition may take before it counts as never. Sanitizers and a busy machine are slow.
PATIENCE = float(os.environ.get("SHOAL_PATIENCE", "60"))

# The documented exit codes of shoal-cli.
OK, FAILED, USAGE, NOT_SIGNED_IN, NOT_FOUND, REFUSED, WRONG_CONTENT, AMBIGUOUS = range(8)

MIB = 1024 * 1024



def use_build(folder):
    """Tests the programs of this build folder."""
    global BUILD, TRACKER, CLI
    BUILD = folder
    TRACKER, CLI = (os.path.join(folder, "src", "programs", name) for name in ("shoal-tracker", "shoal-cli"))


libc = ctypes.CDLL(None, use_errno=True)


def wait_until(condition, what, patience=None):
    """Returns the first true value of condition(); fails with what after the deadline."""
    deadline = time.monotonic() + (patience or PATIENCE)
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"gave up waiting until {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def die_with_parent():
    libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG: no orphans if the test itself is killed


class Process:
    """A program under test: its lines, its log, its end."""

    def __init__(self, arguments, environment, log_path, **options):
        self.arguments = arguments
        self.log_path = log_path
        self.lines = []
        self._changed = threading.Condition()
        self._log = open(log_path, "ab")
        self._log_start = self._log.tell()
        self.killed = False
        self.popen = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._log, preexec_fn=die_with_parent, start_new_session=True, **options)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self.popen.pid

    def _read(self):
        for line in self.popen.stdout:
            with self._changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_line(self, pattern, patience=None):
        """The first line of standard output that matches."""
        deadline = time.monotonic() + (patience or PATIENCE)
        seen = 0
        with self._changed:
            while True:
                while seen < len(self.lines):
                    match = re.search(pattern, self.lines[seen])
                    seen += 1
                    if match:
                        return match
                if self.popen.poll() is not None and not self._reader.is_alive():
                    raise AssertionError(f"{self.arguments[0]} ended with {self.popen.returncode} "
                                         f"without a line like {pattern!r}:\n{self.log()}")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no line like {pattern!r} from {self.arguments}:\n{self.log()}")
                self._changed.wait(min(left, 0.2))

    def log(self):
        with open(self.log_path, "rb") as file:
            file.seek(self._log_start)
            return file.read().decode("utf-8", "replace")

    def running(self):
        return self.popen.poll() is None

    def kill(self):
        """SIGKILL: what a power button or the kernel's memory killer does."""
        self.killed = True
        self.send(signal.SIGKILL)
        self.popen.wait(PATIENCE)
        self._finish()

    def send(self, number):
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def wait(self, patience=None):
        try:
            status = self.popen.wait(patience or PATIENCE * 5)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.arguments} did not end:\n{self.log()}") from None
        self._finish()
        return status

    def stop(self, number=signal.SIGTERM, patience=None):
        """Asks it to end; returns its status."""
        self.send(number)
        return self.wait(patience or PATIENCE)

    def _finish(self):
        self._reader.join(PATIENCE)
        self._log.close()

    def peak_memory(self):
        """VmHWM in bytes."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read()).group(1)) * 1024


class Result:
    """What a command said."""

    def __init__(self, arguments, status, output, errors):
        self.arguments = arguments
        self.status = status
        self.output = output
        self.errors = errors

    @property
    def rows(self):
        """Standard output of --json: one object per line, nothing else."""
        rows = []
        for line in self.output.splitlines():
            row = json.loads(line)
            if not isinstance(row, dict):
                raise AssertionError(f"not an object: {line!r}")
            rows.append(row)
        return rows

    def __repr__(self):
        return f"{' '.join(self.arguments)} → {self.status}\n{self.output}{self.errors}"


class World:
    """A temporary folder that is everything: home, runtime folder, data of the tracker and the members."""

    def __init__(self, where=None):
        self.folder = tempfile.mkdtemp(prefix="shoal-e2e-", dir=where)
        self.environment = dict(os.environ)
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "SHOAL_PROFILE", "LANGUAGE"):
            self.environment.pop(name, None)
        for name, folder in (("HOME", "home"), ("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "home/data"),
                             ("XDG_CONFIG_HOME", "home/config"), ("XDG_CACHE_HOME", "home/cache")):
            path = os.path.join(self.folder, folder)
            os.makedirs(path, mode=0o700, exist_ok=True)
            self.environment[name] = path
        self.environment.update(LC_ALL="C.UTF-8", G_DEBUG="fatal-criticals", NO_COLOR="1",
                                G_MESSAGES_DEBUG=os.environ.get("G_MESSAGES_DEBUG", ""))
        self.processes = []
        self.closing = []
        self._logs = 0

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make_folder(self, *parts):
        path = self.path(*parts)
        os.makedirs(path, exist_ok=True)
        return path

    def start(self, arguments, name, environment=None, **options):
        self._logs += 1
        full = dict(self.environment, **(environment or {}))
        log = self.path(f"{self._logs:03}-{name}.log")
        process = Process(arguments, full, log, **options)
        self.processes.append(process)
        return process

    def run(self, arguments, input=None, environment=None, patience=None, **options):
        try:
            done = subprocess.run(arguments, env=dict(self.environment, **(environment or {})),
                                  input=input, stdin=subprocess.DEVNULL if input is None else None,
                                  capture_output=True, timeout=patience or PATIENCE * 5,
                                  preexec_fn=die_with_parent, start_new_session=True, **options)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{arguments} did not end; it said {error.stdout} {error.stderr}") from None
        result = Result(arguments, done.returncode, done.stdout.decode("utf-8", "replace"),
                        done.stderr.decode("utf-8", "replace"))
        complain_about(" ".join(arguments), result.errors)
        if done.returncode < 0:
            raise AssertionError(f"killed by signal {-done.returncode}: {result}")
        return result

    def close(self):
        """Ends what still runs; complains about anything that crashed."""
        for close in reversed(self.closing):
            close()
        complaints = []
        for process in reversed(self.processes):
            running = process.running()
            try:
                status = process.stop() if running else process.wait()
                if not process.killed and status < 0 and -status not in (signal.SIGTERM, signal.SIGINT):
                    complaints.append(f"{process.arguments} was killed by signal {-status}:\n{process.log()[-4000:]}")
                complain_about(" ".join(process.arguments), process.log())
            except AssertionError as error:
                complaints.append(str(error))
        if os.environ.get("SHOAL_KEEP"):
            print(f"# kept {self.folder}")
        else:
            # A test may have taken away its own permissions.
            shutil.rmtree(self.folder, ignore_errors=True)
        if complaints:
            raise AssertionError("\n".join(complaints))


def complain_about(what, log):
    """Sanitizers and GLib report bugs in the log of a program that goes on."""
    for line in log.splitlines():
        if re.search(r"AddressSanitizer|LeakSanitizer|runtime error:|-CRITICAL \*\*|assertion failed", line):
            raise AssertionError(f"{what}: {log[-6000:]}")


class Tracker:
    """A real shoal-tracker on loopback. Restarted, it keeps its data and its port."""

    def __init__(self, world, *options, name="tracker", sign_up="open", host="127.0.0.1", start=True):
        self.world = world
        self.name = name
        self.data = world.path(name)
        self.options = list(options)
        self.sign_up = sign_up
        self.host = host
        self.port = 0
        self.link = None
        self.process = None
        if start:
            self.start()

    def start(self):
        arguments = [TRACKER, "--data", self.data, "--listen", f"{self.host}:{self.port}"]
        if self.sign_up:
            arguments += ["--sign-up", self.sign_up]
        self.process = self.world.start(arguments + self.options, self.name)
        self.link = self.process.wait_line(r"^ready (shoal://\S+)$").group(1)
        match = re.match(rf"shoal://{re.escape(self.host)}:(\d+)/\?key=([0-9a-f]{{64}})$", self.link)
        if not match:
            raise AssertionError(f"unexpected link {self.link}")
        self.port = int(match.group(1))
        self.key = match.group(2)
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def restart(self):
        self.stop()
        return self.start()

    def command(self, *arguments):
        """A subcommand on the same data folder."""
        return self.world.run([TRACKER, arguments[0], "--data", self.data, *arguments[1:]])


class Member:
    """A profile on this machine and what its user types."""

    def __init__(self, world, tracker, user, password=None, sign_up=True, link=None):
        self.world = world
        self.tracker = tracker
        self.user = user
        self.password = password or f"secret of {user}"
        self.profile = world.path(f"profile-{user}")
        self.password_file = world.path(f"password-{user}")
        with open(self.password_file, "w") as file:
            file.write(self.password + "\n")
        self.downloads = world.make_folder(f"downloads-{user}")
        self.serving = None
        if sign_up:
            self.run("sign-up", "--password-file", self.password_file, link or tracker.link, user)

    def arguments(self, *arguments):
        return [CLI, "--profile", self.profile, "--json", *arguments]

    def run(self, *arguments, status=OK, **options):
        """Runs a command to its end; fails unless it exits with status (None: any)."""
        result = self.world.run(self.arguments(*arguments), **options)
        if status is not None and result.status != status:
            raise AssertionError(f"expected {status}: {result}")
        return result

    def plain(self, *arguments, status=OK, **options):
        """The same without --json: what a person sees."""
        result = self.world.run([CLI, "--profile", self.profile, *arguments], **options)
        if status is not None and result.status != status:
            raise AssertionError(f"expected {status}: {result}")
        return result

    def start(self, *arguments, **options):
        return self.world.start(self.arguments(*arguments), self.user, **options)

    def sign_in(self, link=None, status=OK):
        return self.run("sign-in", "--password-file", self.password_file, link or self.tracker.link,
                        self.user, status=status)

    def serve(self, *options):
        """Stays online and serves; returns when everybody can see it."""
        self.serving = self.start("serve", *options)
        self.wait_online()
        return self.serving

    def wait_online(self):
        # Only when it has said something does it hold the profile: a command that is quicker would take it.
        self.serving.wait_line(".")

        def online():
            if not self.serving.running():
                raise AssertionError(f"serve ended:\n{self.serving.log()}")
            answer = self.run("status", status=None)
            return answer.status == OK and any(row.get("state") == "online" and row.get("port")
                                               for row in answer.rows)
        wait_until(online, f"{self.user} serves")

    def stop_serving(self, kill=False):
        if kill:
            self.serving.kill()
        else:
            self.serving.stop()
        self.serving = None

    def share(self, *paths):
        return self.run("share", *paths)

    def get(self, *arguments, to=None, status=OK, **options):
        return self.run("get", *arguments, "--to", to or self.downloads, status=status, **options)

    def start_get(self, *arguments, to=None):
        return self.start("get", *arguments, "--to", to or self.downloads)

    def history(self):
        return self.run("history").rows


class Test(unittest.TestCase):
    """A test in a world of its own."""

    maxDiff = None

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.close)

    def tracker(self, *options, **named):
        return Tracker(self.world, *options, **named)

    def member(self, tracker, user, **named):
        return Member(self.world, tracker, user, **named)

    def assert_same_file(self, expected, actual):
        self.assertTrue(os.path.isfile(actual), f"{actual} is not there")
        self.assertTrue(filecmp.cmp(expected, actual, shallow=False), f"{actual} differs from {expected}")

    def assert_same_tree(self, expected, actual):
        """Equal names, kinds, bytes, executable bits and link targets."""
        left, right = describe(expected), describe(actual)
        self.assertEqual(sorted(left), sorted(right), "other names")
        for path, kind in left.items():
            self.assertEqual(kind, right[path], path)
            if kind[0] == "file":
                self.assertTrue(filecmp.cmp(os.path.join(os.fsencode(expected), path),
                                            os.path.join(os.fsencode(actual), path), shallow=False),
                                f"{path} has other bytes")


def describe(root):
    """Path → kind of everything below root, as bytes names."""
    root = os.fsencode(root)
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, root)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                found[relative] = ("link", os.readlink(path))
            elif stat.S_ISDIR(status.st_mode):
                found[relative] = ("folder",)
            else:
                found[relative] = ("file", status.st_size, bool(status.st_mode & 0o100))
    return found


def make_file(path, size, seed=None):
    """A file of size bytes that do not compress or repeat; the same seed gives the same bytes."""
    generator = random.Random(seed if seed is not None else path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        left = size
        while left > 0:
            count = min(left, MIB)
            file.write(generator.randbytes(count))
            left -= count
    return path


class _Tap(unittest.TestResult):
    """The Test Anything Protocol, as meson reads it."""

    def __init__(self, total):
        super().__init__()
        self._bad_parts = set()
        print(f"1..{total}", flush=True)

    def _say(self, ok, test, more=""):
        words = str(test.id()).split(".", 1)[-1]
        print(f"{'ok' if ok else 'not ok'} {self.testsRun} - {words}{more}", flush=True)

    def _explain(self, test, error):
        print("\n".join("# " + line for line in self._exc_info_to_string(error, test).splitlines()),
              flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._say(True, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._explain(test, error)
        self._say(False, test)

    def addError(self, test, error):
        super().addError(test, error)
        self._explain(test, error)
        if isinstance(test, unittest.TestCase):
            self._say(False, test)
        else:
            print(f"Bail out! {test}", flush=True)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            print(f"# in {subtest}")
            self._explain(test, error)
            self._bad_parts.add(test.id())

    def stopTest(self, test):
        super().stopTest(test)
        # A test whose parts failed is reported neither as a success nor as a failure.
        if test.id() in self._bad_parts:
            self._say(False, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._say(True, test, f" # SKIP {reason}")


def main():
    """Runs the tests of the calling file; arguments choose by part of the name."""
    wanted = sys.argv[1:]
    found = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    tests = []

    def collect(suite):
        for item in suite:
            if isinstance(item, unittest.TestSuite):
                collect(item)
            elif not wanted or any(word in item.id() for word in wanted):
                tests.append(item)
    collect(found)
    result = _Tap(len(tests))
    try:
        unittest.TestSuite(tests).run(result)
    except KeyboardInterrupt:
        traceback.print_exc()
        sys.exit(1)
    sys.exit(0 if result.wasSuccessful() else 1)
