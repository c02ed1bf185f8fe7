#!/usr/bin/python3
# gui.py: how long the app's main loop stands still, how soon its window is there, and its memory
#
# Everything runs on the private desktop of tests/gui/run-gui.sh. For the memory this file runs itself there, with
# --memory BUILD, and prints one JSON object for each program.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

from sections import goal, section

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN = os.path.join(TOP, "tests", "gui", "run-gui.sh")
KIB = 1024

# Loop iterations are short enough that two frames are not lost, and a start is at once.
GOAL_LOOP_MS = 50
GOAL_START_MS = 1000
# Not one frame is lost, however many rows come or go and whatever opens or closes. Filling the pixels of a frame is not
# counted: a display card does it where there is one, and here the processor.
GOAL_FRAME_MS = 16
LIST_ROUNDS = 3
TIMES = ("longest_ms", "longest_cpu_ms", "longest_work_ms", "longest_drawing_ms")
OPENINGS = (("open", "opening a group, without a window"), ("close", "closing it"),
            ("switch", "from one group to another, in the window"))


def memory_of(pid):
    """Proportional, resident and private memory of a process, in KiB."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        text = file.read()
    numbers = {name: int(value) for name, value in re.findall(r"(\w+):\s+(\d+) kB", text)}
    return numbers["Pss"], numbers["Rss"], numbers["Private_Clean"] + numbers["Private_Dirty"]


def settled_memory(command, patience=60):
    """Starts a program with a window and waits until its memory no longer changes."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + patience
        seen = []
        while time.monotonic() < deadline:
            time.sleep(0.5)
            if process.poll() is not None:
                raise SystemExit(f"bench: {command[0]} ended with {process.returncode}")
            seen.append(memory_of(process.pid))
            last = [pss for pss, _, _ in seen[-8:]]
            if len(last) == 8 and max(last) - min(last) < 256:
                break
        return seen[-1]
    finally:
        process.terminate()
        process.wait()


def measure_memory(build):
    """Runs on the private desktop."""
    commands = {"shoal": [os.path.join(build, "src/programs/shoal")]}
    if shutil.which("gnome-text-editor"):
        commands["gnome-text-editor"] = ["gnome-text-editor", "--standalone"]
    for name, command in commands.items():
        pss, rss, private = settled_memory(command)
        print(json.dumps({"bench": "gui-memory", "program": name, "pss_kib": pss, "rss_kib": rss,
                          "private_kib": private}), flush=True)


def on_desktop(build, *command):
    """Runs a command on a private desktop; returns the JSON objects among its lines."""
    recorder = os.path.join(build, "tests/gui/notification-recorder")
    environment = dict(os.environ, SHOAL_BUILD_DIR=build, G_DEBUG="", GTK_A11Y="none", TMPDIR="/dev/shm",
                       SHOAL_TRACKER=os.path.join(build, "src/programs/shoal-tracker"),
                       SHOAL_CLI=os.path.join(build, "src/programs/shoal-cli"))
    done = subprocess.run([RUN, "--service", recorder, *command], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: {command} failed with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def cells(row):
    return " | ".join(f"{row[name]:.1f}" for name in TIMES)


def longest(what, rows):
    most = max(row["longest_work_ms"] for row in rows)
    return goal(what, f"{most:.1f}", f"under {GOAL_FRAME_MS}", most < GOAL_FRAME_MS)


@section("gui", "The app")
def bench_gui(bench):
    """The app: its main loop during a download and while lists change, its start, its memory."""
    program = os.path.join(bench.build, "tests/gui/bench-gui")
    if not os.path.exists(program):
        raise SystemExit(f"bench: there is no {program}")
    rows = on_desktop(bench.build, program)
    for _ in range(1, LIST_ROUNDS):
        rows += on_desktop(bench.build, program, "--lists")
    loop = next(row for row in rows if row["bench"] == "gui-loop")
    starts = [row for row in rows if row["bench"] == "gui-start"]
    opening = [row for row in rows if row["bench"] == "gui-opening"]

    def median(bench, what, number):
        return statistics.median(row[number] for row in rows if row["bench"] == bench and row["what"] == what)

    openings = {what: {name: median("gui-opening", what, name) for name in TIMES + ("ms",)}
                for what in ("open", "close", "switch")}
    lists = {row["what"]: {"rows": row["rows"], **{name: median("gui-list", row["what"], name) for name in TIMES}}
             for row in rows if row["bench"] == "gui-list"}
    memory = on_desktop(bench.build, "/usr/bin/python3", os.path.abspath(__file__), "--memory", bench.build)
    window, shown, cpu = (statistics.median(row[what] for row in starts) for what in ("window_ms", "rows_ms", "cpu_ms"))
    lines = [
        f"A download of {loop['bytes'] / (1 << 30):.2g} GiB while the list of {loop['rows']:,} downloads is shown and "
        f"drawn by the processor: {loop['seconds']:.1f} s, {loop['iterations']:,} iterations of the main loop, "
        f"{loop['cpu_share']:.1%} of one processor; of the longest time between two waits "
        f"{loop['longest_cpu_ms']:.1f} ms were its own, the rest is what others had the processor.",
        "",
        f"A start with {starts[0]['offers']:,} known offers and {loop['rows']:,} downloads that wait, median of "
        f"{len(starts)}: {window:.0f} ms to the drawn window, {shown:.0f} ms to the rows in it, {cpu:.0f} ms of "
        f"processor time in all threads.",
        "",
        f"Groups with {opening[0]['offers']:,} known offers and {opening[0]['members']:,} known members, whose database "
        f"each time has not been closed properly and is of an older version, and lists that change a lot at once. The "
        f"longest that the main loop is busy between two waits, in ms: by the clock, by its own processor time, of that "
        f"without filling the pixels of a frame, and the filling; medians of {len(opening) // len(OPENINGS)} and of "
        f"{LIST_ROUNDS} rounds:",
        "",
        "| | takes | clock | processor | without pixels | pixels |",
        "|---|---|---|---|---|---|",
        *(f"| {name} | {openings[what]['ms']:.0f} ms | {cells(openings[what])} |" for what, name in OPENINGS),
        *(f"| {what} | {row['rows']:,} rows | {cells(row)} |" for what, row in lists.items()),
        "",
        "| idle with its window | proportional MiB | resident MiB | private MiB |",
        "|---|---|---|---|",
    ]
    for row in memory:
        lines.append(f"| {row['program']} | {row['pss_kib'] / KIB:.1f} | {row['rss_kib'] / KIB:.1f} "
                     f"| {row['private_kib'] / KIB:.1f} |")
    return lines + [
        "",
        goal("longest time that the main loop of the app stands still, ms", f"{loop['longest_ms']:.1f}",
             f"under {GOAL_LOOP_MS}", loop["longest_ms"] < GOAL_LOOP_MS),
        longest("longest time that it works at a stretch while lists change, ms", lists.values()),
        goal("start of the app with 10,000 known offers, ms", f"{shown:.0f}", f"under {GOAL_START_MS}",
             shown < GOAL_START_MS),
        longest("the same while groups open, close and change, ms", openings.values()),
    ]


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--memory":
        raise SystemExit("usage: gui.py --memory BUILD")
    measure_memory(sys.argv[2])
