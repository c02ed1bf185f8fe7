#!/usr/bin/python3
# bench.py BUILD [NAME…]: measures Shoal against real programs in the same run, on tmpfs; writes docs/performance.md
#
# Every figure is the median of several runs in which the programs take turns, so that a machine that becomes
# slower or faster meanwhile does so for all of them. The document keeps its own words; only what stands between
# <!-- bench:NAME --> and <!-- /bench:NAME --> is replaced. Texts such as "What bounds it" stand outside and stay.
#
# How to add a section: sections.py.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import datetime
import json
import os
import platform
import random
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(TOP, "docs", "performance.md")
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))

import gui  # noqa: E402, F401
import members  # noqa: E402
import shoal  # noqa: E402
from sections import GOAL, SECTIONS, goal, section  # noqa: E402

GIB = 1 << 30
MIB = 1 << 20


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """What the measurements share: folders on tmpfs, the programs, the repetitions."""

    def __init__(self, build, runs, warm=True):
        self.build = build
        self.runs = runs
        self.warm = warm
        self.world = None

    def open(self):
        self.world = shoal.World(where="/dev/shm")

    def close(self):
        if self.world:
            self.world.close()
            self.world = None

    def path(self, *parts):
        return self.world.path(*parts)

    def touch_memory(self, size=GIB + GIB // 2):
        """A virtual machine may have given free memory back to its host, and gets it page by page, at several times
        the cost of the copy itself: whoever writes a file next would pay for that, one more, one less."""
        data = os.urandom(MIB)
        path = self.path("touched")
        with open(path, "wb", buffering=0) as file:
            for _ in range(size // MIB):
                file.write(data)
        os.unlink(path)

    def repeat(self, before=None, **subjects):
        """Runs each in turn, runs times; returns name → list of Runs. before: deletes what earlier runs have
        left, before memory is touched."""
        results = {name: [] for name in subjects}
        for round_number in range(self.runs):
            for name, subject in subjects.items():
                if self.warm and before:
                    before()
                    self.touch_memory()
                results[name].append(subject())
                say(f"  {name} {round_number + 1}/{self.runs}: {results[name][-1].seconds:.3f} s")
        return results


class Run:
    """One measured run of a program."""

    def __init__(self, seconds, user=0.0, system=0.0, **more):
        self.seconds = seconds
        self.cpu = user + system
        self.__dict__.update(more)


def timed(arguments, environment=None, **more):
    """Wall time and processor time of a command as a user sees it, from start to exit."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"bench: {arguments} failed with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return Run(seconds, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime, **more)


def median(runs, what="seconds"):
    return statistics.median(getattr(run, what) for run in runs)


def spread(runs):
    values = [run.seconds for run in runs]
    return f"{min(values):.3f}–{max(values):.3f}"


def cpu_of(pid):
    """Processor seconds of a running process so far."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watch(threading.Thread):
    """The highest VmHWM of a process seen until it ended."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self.start()

    def run(self):
        try:
            while True:
                with open(f"/proc/{self.pid}/status") as file:
                    found = re.search(r"VmHWM:\s+(\d+) kB", file.read())
                if not found:
                    return
                self.peak = max(self.peak, int(found.group(1)) * 1024)
                time.sleep(0.003)
        except OSError:
            pass


class Nginx:
    """nginx over TLS 1.3 as the present user, serving a folder, with sendfile and keep-alive without end."""

    CONFIGURATION = """
daemon off; worker_processes {workers}; pid {work}/nginx.pid; error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; default_type application/octet-stream;
  keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u;
  scgi_temp_path {work}/s;
  server {{
    listen 127.0.0.1:{port} ssl; root {root};
    ssl_certificate {work}/certificate.pem; ssl_certificate_key {work}/key.pem; ssl_protocols TLSv1.3;
  }}
}}
"""

    def __init__(self, bench, root):
        work = bench.world.make_folder("nginx")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", f"{work}/key.pem", "-out", f"{work}/certificate.pem", "-days", "2", "-subj",
                        "/CN=localhost"], check=True, capture_output=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # As root nginx would change to another user, who may not read our folder.
        who = "user root;\n" if os.getuid() == 0 else ""
        with open(f"{work}/nginx.conf", "w") as file:
            file.write(who + self.CONFIGURATION.format(work=work, root=root, port=self.port, workers=os.cpu_count()))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = bench.world.start([program, "-p", work, "-e", f"{work}/error.log", "-c", f"{work}/nginx.conf"],
                                         "nginx")
        self.url = f"https://127.0.0.1:{self.port}"
        shoal.wait_until(self._answers, "nginx answers")

    def _answers(self):
        return subprocess.run(["curl", "-k", "-s", "-o", "/dev/null", self.url + "/"]).returncode == 0

    def cpu(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return sum(cpu_of(int(pid)) for pid in children)


CURL = ["curl", "-k", "-sS", "--tlsv1.3"]


def member(bench, group, user):
    return shoal.Member(bench.world, group, user)


def get(person, identity, target, serving):
    """`shoal-cli get` from start to exit."""
    shutil.rmtree(target, ignore_errors=True)
    before = sum(cpu_of(process.pid) for process in serving)
    run = timed(person.arguments("get", identity, "--to", target), bench_environment(person))
    run.server_cpu = sum(cpu_of(process.pid) for process in serving) - before
    entry = person.history()[0]
    run.transfer = entry["elapsed_ms"] / 1000
    return run


def bench_environment(person):
    environment = dict(person.world.environment)
    environment.pop("G_DEBUG", None)
    return environment


def curl(nginx, arguments, target):
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    before = nginx.cpu()
    run = timed(CURL + arguments)
    run.server_cpu = nginx.cpu() - before
    return run


def row(name, runs, size, ours=True):
    seconds = median(runs)
    return (f"| {name} | {seconds:.3f} | {spread(runs)} | {size / seconds / 1e6:,.0f} | {median(runs, 'cpu'):.2f} "
            f"| {median(runs, 'server_cpu'):.2f} |")


HEAD = ["| program | seconds | lowest–highest | MB/s | processor s, client | processor s, server |",
        "|---|---|---|---|---|---|"]


def share_and_serve(bench, group, user, path):
    person = member(bench, group, user)
    person.share(path)
    person.serve()
    return person


def check_equal(bench, left, right):
    if subprocess.run(["cmp", "-s", left, right]).returncode != 0:
        raise SystemExit("bench: the download differs")


def remove_downloads(bench):
    for folder in ("c", "s"):
        shutil.rmtree(bench.path(folder), ignore_errors=True)


@section("file", "One file of 1 GiB")
def bench_file(bench):
    """1 GiB from one peer and from three, against curl from nginx."""
    source = shoal.make_file(bench.path("one", "file.bin"), GIB, seed="bench")
    for other in ("two", "three"):
        os.makedirs(bench.path(other))
        os.link(source, bench.path(other, "file.bin"))
    nginx = Nginx(bench, bench.path("one"))
    group = shoal.Tracker(bench.world)
    reader = member(bench, group, "reader")
    first = share_and_serve(bench, group, "one", source)
    identity = reader.run("search", "file").rows[0]["id"]
    def by_curl():
        run = curl(nginx, ["-o", bench.path("c", "file.bin"), nginx.url + "/file.bin"], bench.path("c"))
        check_equal(bench, source, bench.path("c", "file.bin"))
        return run

    def by_shoal(serving):
        run = get(reader, identity, bench.path("s"), serving)
        check_equal(bench, source, bench.path("s", "file.bin"))
        return run

    one = bench.repeat(before=lambda: remove_downloads(bench), curl=by_curl, shoal=lambda: by_shoal([first.serving]))
    remove_downloads(bench)
    others = [share_and_serve(bench, group, user, bench.path(user, "file.bin")) for user in ("two", "three")]
    serving = [person.serving for person in [first] + others]
    three = bench.repeat(before=lambda: remove_downloads(bench), shoal=lambda: by_shoal(serving))
    ratio = median(one["shoal"]) / median(one["curl"])
    ratio3 = median(three["shoal"]) / median(one["shoal"])
    return HEAD + [
        row("`curl` from nginx, TLS 1.3, nothing verified", one["curl"], GIB),
        row("`shoal-cli get`, one peer, verified", one["shoal"], GIB),
        row("`shoal-cli get`, three peers, verified", three["shoal"], GIB),
        "",
        f"The transfer itself, without the start of the program and the sign-in, takes "
        f"{median(one['shoal'], 'transfer'):.3f} s.",
        "",
        goal("1 GiB from one peer, times the time of `curl`", f"{ratio:.2f}", "at most 1.00", ratio <= 1),
        goal("1 GiB from three peers, times the time of one", f"{ratio3:.2f}", "at most 1.00", ratio3 <= 1),
    ]


@section("small", "10,000 files of 1 to 64 KiB")
def bench_small(bench):
    """10,000 files of 1 to 64 KiB, against curl fetching the same list through one connection."""
    root = bench.path("many", "small")
    chance = random.Random(10000)
    total = 0
    with open(bench.world.path("list"), "w") as listing:
        for number in range(10000):
            size = chance.randint(1024, 65536)
            name = f"{number // 250:02}/{number:05}"
            shoal.make_file(os.path.join(root, name), size, seed=number)
            total += size
            listing.write(f'url = "https://127.0.0.1:PORT/{name}"\noutput = "{bench.path("c")}/{name}"\n')
    nginx = Nginx(bench, root)
    with open(bench.path("list")) as file:
        text = file.read().replace("PORT", str(nginx.port))
    with open(bench.path("list"), "w") as file:
        file.write(text)
    group = shoal.Tracker(bench.world)
    reader = member(bench, group, "reader")
    giver = share_and_serve(bench, group, "one", root)
    identity = next(r["id"] for r in reader.run("search", "small").rows if r["name"] == "small")
    results = bench.repeat(
        before=lambda: remove_downloads(bench),
        curl=lambda: curl(nginx, ["--create-dirs", "-K", bench.path("list")], bench.path("c")),
        shoal=lambda: get(reader, identity, bench.path("s"), [giver.serving]))
    if subprocess.run(["diff", "-rq", root, bench.path("s", "small")], capture_output=True).returncode != 0:
        raise SystemExit("bench: the download differs")  # the last run's; each verified itself
    ratio = median(results["shoal"]) / median(results["curl"])
    return HEAD + [
        row("`curl -K LIST` from nginx, one TLS 1.3 connection", results["curl"], total),
        row("`shoal-cli get` of the folder, verified", results["shoal"], total),
        "",
        f"The files have {total / 1e6:.0f} MB. The transfer itself takes {median(results['shoal'], 'transfer'):.3f} s.",
        "",
        goal("10,000 small files, times the time of `curl`", f"{ratio:.2f}", "at most 0.50", ratio <= 0.5),
    ]


@section("hash", "Hashing 1 GiB")
def bench_hash(bench):
    """Hashing 1 GiB, against openssl."""
    source = shoal.make_file(bench.path("file.bin"), GIB, seed="bench")
    subjects = dict(openssl=lambda: timed(["openssl", "dgst", "-sha256", source], server_cpu=0),
                    shoal=lambda: timed([shoal.CLI, "hash", source], server_cpu=0))
    for subject in subjects.values():
        subject()
    results = bench.repeat(**subjects)
    ratio = median(results["shoal"]) / median(results["openssl"])
    lines = ["| program | seconds | lowest–highest | MB/s | processor s |", "|---|---|---|---|---|"]
    for name, key in (("`openssl dgst -sha256`", "openssl"), ("`shoal-cli hash`", "shoal")):
        runs = results[key]
        lines.append(f"| {name} | {median(runs):.3f} | {spread(runs)} | {GIB / median(runs) / 1e6:,.0f} "
                     f"| {median(runs, 'cpu'):.2f} |")
    return lines + ["", goal("hashing 1 GiB, times the time of `openssl`", f"{ratio:.2f}", "at most 1.00", ratio <= 1)]


@section("memory", "Memory of a peer", times=False)
def bench_memory(bench):
    """Peak memory of peers."""
    source = shoal.make_file(bench.path("one", "file.bin"), GIB, seed="bench")
    group = shoal.Tracker(bench.world)
    giver, reader = share_and_serve(bench, group, "one", source), member(bench, group, "reader")
    peaks = []
    for _ in range(bench.runs):
        shutil.rmtree(bench.path("s"), ignore_errors=True)
        process = reader.start("get", "file.bin", "--to", bench.path("s"))
        watch = Watch(process.pid)
        if process.wait() != 0:
            raise SystemExit("bench: the download failed")
        watch.join()
        peaks.append(watch.peak)
    downloader, server = statistics.median(peaks), giver.serving.peak_memory()
    giver.stop_serving()

    root = bench.path("many", "small")
    chance = random.Random(10000)
    for number in range(10000):
        shoal.make_file(os.path.join(root, f"{number // 250:02}", f"{number:05}"), chance.randint(1024, 65536), seed=number)
    keeper = member(bench, group, "keeper")
    keeper.serve()
    keeper.share(root)
    hashed = keeper.serving.peak_memory()
    reader.run("get", "small", "--to", bench.path("s"))
    served = keeper.serving.peak_memory()
    peaks = (("downloading 1 GiB (`get`)", downloader), ("serving that 1 GiB (`serve`)", server),
             ("having hashed and offered 10,000 files (`serve`)", hashed), ("having served all of them once", served))
    lines = ["| peer | peak resident memory (VmHWM), MiB |", "|---|---|"]
    lines += [f"| {name} | {value / MIB:.1f} |" for name, value in peaks]
    return lines + [""] + [goal(f"memory of a peer {name}, MiB", f"{value / MIB:.1f}", "under 64", value < 64 * MIB)
                           for name, value in peaks]


@section("members", "A tracker with 1,000 members online")
def bench_members(bench):
    """1,000 members online: the tracker's memory."""
    group = shoal.Tracker(bench.world, "--max-connections-per-address", "4096")
    crowd = members.Crowd(bench.path("crowd"), group.port, 1000)
    try:
        empty = members.resident(group.process.pid)
        say("  signing up 1,000 members")
        seconds = crowd.sign_up()
        crowd.settle()
        resident = members.resident(group.process.pid)
        peak = group.process.peak_memory()
        started = time.perf_counter()
        crowd.ping()
        ping = time.perf_counter() - started
    finally:
        crowd.close()
    return ["| | |", "|---|---|",
            f"| tracker without members, resident | {empty / MIB:.1f} MiB |",
            f"| with 1,000 members online, resident | {resident / MIB:.1f} MiB |",
            f"| highest on the way, roster pushes included | {peak / MIB:.1f} MiB |",
            f"| signing them up (Argon2id each) | {seconds:.1f} s |",
            f"| one request and answer from each | {ping:.2f} s |", "",
            goal("memory of a tracker with 1,000 members online, MiB", f"{peak / MIB:.1f}", "under 150",
                 peak < 150 * MIB)]


@section("tracker", "A tracker with 1,000,000 files")
def bench_tracker(bench):
    """A million offered files: searches and offers."""
    program = os.path.join(bench.build, "tests", "bench", "bench-catalogue")
    if not os.path.exists(program):
        raise SystemExit(f"bench: there is no {program}")
    done = subprocess.run([program, "--program", shoal.TRACKER, "--data", bench.world.make_folder("catalogue")],
                          stdout=subprocess.PIPE, text=True, preexec_fn=shoal.die_with_parent)
    if done.returncode != 0:
        raise SystemExit(f"bench: bench-catalogue failed with {done.returncode}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    lines = ["| offers | files | seconds | files a second | processor µs each, tracker |", "|---|---|---|---|---|"]
    goals = []
    for row in rows:
        if row["bench"] == "catalogue-intake":
            lines.append(f"| {row['what']} | {row['files']:,} | {row['seconds']:.1f} | {row['per_second']:,.0f} "
                         f"| {row['tracker_cpu_us_each']:.1f} |")
            goals.append(goal(f"offers taken in, {row['what']}, a second", f"{row['per_second']:,.0f}",
                              "at least 20,000", row["per_second"] >= 20000))
    lines += ["",
              "| searches | share | number | median ms | 95 % under ms | worst ms | processor ms of the tracker, 95 % |",
              "|---|---|---|---|---|---|---|"]
    names = {"rare": ("3 letters and more, at most 1,000 matches", "88 %"), "broad": ("broad, newest first", "9 %"),
             "sorted": ("broad, by name or size", "2 %"), "short": ("1 or 2 letters", "1 %"), "mix": ("all", "100 %")}
    for row in rows:
        if row["bench"] == "catalogue-search":
            what, share = names[row["class"]]
            lines.append(f"| {what} | {share} | {row['searches']} | {row['p50_ms']:.2f} | {row['p95_ms']:.2f} "
                         f"| {row['max_ms']:.1f} | {row['p95_cpu_ms']:.2f} |")
            mix = row
    goals += [goal("searches in 1,000,000 files, 95 % of the mix, ms", f"{mix['p95_ms']:.1f}", "under 20",
                   mix["p95_ms"] < 20),
              goal("the slowest of these searches, ms", f"{mix['max_ms']:.0f}", "under 300", mix["max_ms"] < 300)]
    lines.append("")
    for row in rows:
        if row["bench"] == "catalogue-database":
            lines.append(f"The database has {row['mib']:,.0f} MiB.")
        if row["bench"] == "catalogue-memory":
            lines.append(f"The tracker's memory: {row['tracker_rss_mib']:.0f} MiB resident, at most "
                         f"{row['tracker_peak_mib']:.0f} MiB.")
    return lines + [""] + goals


def processor():
    """Its name, and what it has of the instructions that matter here."""
    model, flags = platform.machine(), ""
    with open("/proc/cpuinfo") as file:
        text = file.read()
        found = re.search(r"model name\s*: (.*)", text)
        model = found.group(1) if found else model
        found = re.search(r"flags\s*: (.*)", text)
        flags = " ".join(flag for flag in ("aes", "vaes", "sha_ni", "avx2", "avx512f") if found and flag in found.group(1).split())
    return model, flags


def machine():
    """Where and with what this was measured."""
    def first(command):
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[0]
    model, flags = processor()
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1)) / MIB
    libraries = subprocess.run(["pkg-config", "--modversion", "glib-2.0", "libsoup-3.0", "gnutls", "sqlite3"],
                               capture_output=True, text=True).stdout.split()
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    return [f"- {os.cpu_count()} processors, {model} ({flags}), {memory:.0f} GiB of memory",
            f"- {system}, Linux {platform.release()}",
            "- GLib {}, libsoup {}, GnuTLS {}, SQLite {}".format(*libraries),
            f"- {first(['curl', '--version'])}; {first([shutil.which('nginx') or '/usr/sbin/nginx', '-v'])}; "
            f"{first(['openssl', 'version'])}"]


def busy(seconds=2):
    """The share of the processors that is in use while we do nothing."""
    def read():
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
        return sum(fields), fields[3] + fields[4]
    total, idle = read()
    time.sleep(seconds)
    total_now, idle_now = read()
    return 1 - (idle_now - idle) / max(total_now - total, 1)


def commit():
    done = subprocess.run(["git", "-C", TOP, "log", "-1", "--format=%h"], capture_output=True, text=True)
    return done.stdout.strip()


def list_goals():
    """The table at the beginning, from all that the document has now."""
    with open(DOCUMENT) as file:
        found = GOAL.findall(file.read())
    return ["| goal | measured | limit | |", "|---|---|---|---|"] + [f"| {' | '.join(cells)} |" for cells in found]


def write(name, lines):
    """Replaces one part of the document."""
    with open(DOCUMENT) as file:
        text = file.read()
    start, end = f"<!-- bench:{name} -->\n", f"<!-- /bench:{name} -->"
    if start not in text and name in SECTIONS:
        text = f"{text.rstrip()}\n\n## {SECTIONS[name][1]}\n\n{start}{end}\n"
    if start not in text or end not in text:
        raise SystemExit(f"bench: docs/performance.md has no place for {name}")
    before, rest = text.split(start, 1)
    after = rest.split(end, 1)[1]
    with open(DOCUMENT, "w") as file:
        file.write(before + start + "\n".join(lines) + "\n" + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage="bench.py BUILD [NAME…]")
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SECTIONS))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true", help="do not touch the machine's memory before each run")
    parser.add_argument("--dry", action="store_true", help="print the results, do not write the document")
    options = parser.parse_intermixed_args()
    unknown = [name for name in options.names if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    shoal.use_build(os.path.abspath(options.build))
    for name in options.names or SECTIONS:
        function, _, times = SECTIONS[name]
        say(f"{name}: {function.__doc__}")
        others = busy()
        bench = Bench(os.path.abspath(options.build), options.runs, not options.cold)
        try:
            bench.open()
            lines = function(bench)
        finally:
            bench.close()
        if others > 0.2 and times:
            lines += ["", f"Other programs took {others:.0%} of the processors just before this: the times say little."]
        date = datetime.date.today().isoformat()
        lines = [f"`./dev bench {name}`, {date}, commit {commit()}, {processor()[0]}:", ""] + lines
        print("\n".join(lines) + "\n", flush=True)
        if not options.dry:
            write(name, lines)
            write("machine", machine())
            write("goals", list_goals())


if __name__ == "__main__":
    main()
