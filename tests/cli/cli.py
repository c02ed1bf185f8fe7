# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command line share: a private world, shoal-cli, a tracker, a terminal, TAP."""

import errno
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

CLI = os.environ["SHOAL_CLI"]
TRACKER = os.environ.get("SHOAL_TRACKER")
DEADLINE = float(os.environ.get("SHOAL_PATIENCE", "60"))
PASSWORD = "a long password"
# What a sanitizer writes.
FAULT = re.compile(r"(Address|Leak|UndefinedBehavior)Sanitizer|runtime error:")


class World:
    """A temporary folder with everything that the programs may look at; removed at the end."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="shoal-cli-test-")
        self.env = {key: value for key, value in os.environ.items()
                    if not key.startswith(("XDG_", "DBUS_", "G_MESSAGES", "LC_", "LANG"))}
        self.env.update({"HOME": self.path("home"), "XDG_RUNTIME_DIR": self.path("run"),
                         "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "LC_ALL": "C.UTF-8"})
        for name in ("home", "run"):
            os.mkdir(self.path(name), 0o700)
        self.running = []
        self.trackers = []
        self.write("password", PASSWORD + "\n")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return os.fsdecode(path)

    def run(self, *arguments, stdin=b"", **options):
        """Runs shoal-cli without a terminal."""
        return subprocess.run([CLI, *arguments], input=stdin, env=self.env, timeout=DEADLINE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              start_new_session=True, **options)

    def as_user(self, user, *arguments, **options):
        return self.run("--profile", self.path(user), *arguments, **options)

    def start(self, *arguments):
        process = subprocess.Popen([CLI, *arguments], env=self.env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True)
        self.running.append(process)
        return process

    def start_tracker(self, name="tracker", port=0):
        log = self.path(f"{name}-{len(self.trackers)}.log")
        with open(log, "wb") as file:
            process = subprocess.Popen(
                [TRACKER, "--data", self.path(name), "--listen", f"127.0.0.1:{port}", "--sign-up", "open"],
                env=self.env, stdout=subprocess.PIPE, stderr=file)
        self.running.append(process)
        self.trackers.append((process, log))
        line = read_line(process.stdout)
        assert line.startswith("ready shoal://"), line
        return process, line.split()[1]

    def check(self):
        """A tracker ends well, and has found no fault in itself."""
        for process, log in self.trackers:
            if process.poll() is None:
                process.terminate()
                assert process.wait(DEADLINE) == 0, f"the tracker ended with {process.returncode}"
            with open(log, errors="replace") as file:
                assert not FAULT.search(text := file.read()), text

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
        shutil.rmtree(self.folder)


def read_line(stream):
    """A line of a pipe, within the deadline."""
    data = b""
    end = time.monotonic() + DEADLINE
    while not data.endswith(b"\n"):
        ready, _, _ = select.select([stream], [], [], max(end - time.monotonic(), 0))
        assert ready, f"no line in time, only {data!r}"
        byte = os.read(stream.fileno(), 1)
        assert byte, f"the end came after {data!r}"
        data += byte
    return data.decode()


def until(condition):
    """Waits for what a program does without a word."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class Terminal:
    """shoal-cli at a terminal of its own."""

    def __init__(self, world, *arguments):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(CLI, [CLI, *arguments], world.env)
        self.seen = ""

    def expect(self, text):
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            assert self.read_before(end), f"“{text}” did not come before the end of {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def read_before(self, end):
        ready, _, _ = select.select([self.fd], [], [], max(end - time.monotonic(), 0))
        assert ready, f"nothing more came in time than {self.seen!r}"
        return self.read()

    def read(self):
        try:
            data = os.read(self.fd, 4096)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait(self):
        end = time.monotonic() + DEADLINE
        while self.read_before(end):
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status), self.seen


def expect_code(result, code, *texts):
    """The exit code, and what must stand somewhere in the output."""
    out = result.stdout.decode(errors="replace") + result.stderr.decode(errors="replace")
    assert result.returncode == code, f"{result.args[1:]} ended with {result.returncode}, not {code}: {out}"
    for text in texts:
        assert text in out, f"“{text}” is not in {out!r}"
    assert "CRITICAL" not in out and "WARNING **" not in out and not FAULT.search(out), out
    return result


def rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def main(tests):
    print("TAP version 13")
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        world = World()
        name = test.__name__.removeprefix("test_").replace("_", "-")
        try:
            test(world)
            world.check()
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # noqa: BLE001: everything is a failed test
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} - {name}", flush=True)
        finally:
            world.close()
    sys.exit(1 if failed else 0)


__all__ = ["World", "Terminal", "expect_code", "main", "read_line", "rows", "signal", "until", "PASSWORD"]
