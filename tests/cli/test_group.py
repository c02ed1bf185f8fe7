#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""shoal-cli in a group, with a real tracker: trust, passwords, prompts, and the commands that need others."""

import hashlib
import json
import os
import socket
import stat
from urllib.parse import urlsplit

from cli import PASSWORD, Terminal, expect_code, main, read_line, rows, signal, until


def split(link):
    parts = urlsplit(link)
    return parts.netloc, parts.query.partition("key=")[2]


def sign_up(world, link, user):
    expect_code(world.as_user(user, "sign-up", link, user, "--password-file", world.path("password")), 0)


def serve(world, user, *arguments):
    process = world.start("--profile", world.path(user), "--json", "serve", *arguments)
    line = json.loads(read_line(process.stdout))
    assert line["state"] == "online", line
    return process


def stop(process, number=signal.SIGTERM, code=0):
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, (process.returncode, errors)
    return errors.decode()


def test_trust_without_terminal(world):
    _, link = world.start_tracker()
    address, key = split(link)
    file = world.path("password")
    result = expect_code(world.as_user("ada", "sign-up", address, "ada", "--password-file", file), 5, "--trust")
    assert result.stdout.decode().strip() == key, result.stdout
    wrong = "0" * 64
    expect_code(world.as_user("ada", "sign-up", address, "ada", "--trust", wrong, "--password-file", file), 5)
    expect_code(world.as_user("ada", "sign-up", address, "ada", "--trust", key.upper(), "--password-file", file), 0)
    # From now on it is known.
    expect_code(world.as_user("ada", "sign-in", address, "ada", "--password-file", file), 0)
    bad = link.replace(key, wrong)
    expect_code(world.as_user("ada", "sign-in", bad, "ada", "--password-file", file), 5, "another key")


def test_prompts(world):
    _, link = world.start_tracker()
    address, key = split(link)
    arguments = ["--profile", world.path("ada"), "sign-up", address, "ada"]

    terminal = Terminal(world, *arguments)
    terminal.expect(key)
    terminal.expect("(yes/no)")
    terminal.send("no\n")
    assert terminal.wait()[0] == 5

    terminal = Terminal(world, *arguments)
    terminal.expect("(yes/no)")
    terminal.send("yes\n")
    terminal.expect("Password of ada: ")
    terminal.send("one password\n")
    terminal.expect("again: ")
    terminal.send("another password\n")
    code, seen = terminal.wait()
    assert code == 2 and "not the same" in seen, (code, seen)

    terminal = Terminal(world, *arguments)
    terminal.expect("(yes/no)")
    terminal.send("yes\n")
    terminal.expect("Password of ada: ")
    terminal.send(PASSWORD + "\n")
    terminal.expect("again: ")
    terminal.send(PASSWORD + "\n")
    code, seen = terminal.wait()
    assert code == 0, seen
    assert PASSWORD not in seen, "the password was echoed"

    # Ctrl-C at the prompt ends it.
    terminal = Terminal(world, "--profile", world.path("ada"), "sign-in", "ada")
    terminal.expect("Password of ada: ")
    terminal.send("\x03")
    assert terminal.wait()[0] == 130
    expect_code(world.as_user("ada", "sign-in", "ada"), 2, "--password-file")


def test_passwords(world):
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    sign_up(world, link, "ben")
    both = f"{link}\n{PASSWORD}\n".encode()
    expect_code(world.as_user("other", "sign-in", "-", "ada", "--password-file", "-", stdin=both), 0)
    change = f"{PASSWORD}\nthe new password\n".encode()
    expect_code(world.as_user("other", "password", "--password-file", "-", stdin=change), 0)
    # The other device of the account is out, this one goes on.
    expect_code(world.as_user("ada", "users"), 3)
    expect_code(world.as_user("other", "users"), 0)
    changed = world.write("changed", "the new password\nthe third password\n")
    expect_code(world.as_user("other", "password", "--password-file", changed), 0)
    expect_code(world.as_user("ada", "sign-in", "ada", "--password-file", changed), 3)
    expect_code(world.as_user("ada", "sign-up", link, "ada", "--password-file", world.path("password")), 1)
    expect_code(world.as_user("cy", "sign-up", link, "cy", "--password-file", world.write("short", "x\n")), 2)
    expect_code(world.as_user("ada", "sign-in", "ada", "--password-file", world.path("missing")), 4)
    wrong = world.write("wrong", "not the password\n")
    codes = [world.as_user("ada", "sign-in", "ada", "--password-file", wrong).returncode for _ in range(6)]
    assert 5 in codes and codes[0] == 3, codes


def test_new_device_is_marked(world):
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    sign_up(world, link, "ben")
    expect_code(world.as_user("ben", "users"), 0)
    expect_code(world.as_user("ada2", "sign-in", link, "ada", "--password-file", world.path("password")), 0)
    expect_code(world.as_user("ben", "users"), 0, "NEW DEVICE")
    device = rows(world.as_user("ada2", "status", "--json"))[0]["device"]
    expect_code(world.as_user("ben", "users", "--confirm", "0" * 64), 4)
    expect_code(world.as_user("ben", "users", "--confirm", device), 0)
    assert b"NEW DEVICE" not in expect_code(world.as_user("ben", "users"), 0).stdout


def test_share_many(world):
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    names = [world.write(f"many/{number}.txt", str(number)) for number in range(1100)]
    shared = expect_code(world.as_user("ada", "share", *names), 0, "1099.txt")
    assert shared.stdout.count(b"Shared ") == len(names)
    assert shared.stderr.count(b"shoal-cli serve") == 1, shared.stderr


def test_share_search_get(world):
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    tricky = "re\u202eport\x1b[2J.txt"
    world.write(b"docs/plan.pdf", os.urandom(300000))
    world.write(b"docs/deep/notes.txt", "notes")
    world.write("docs/" + tricky, "tricky")
    single = world.write("single.bin", os.urandom(3 << 20))
    expect_code(world.as_user("ada", "share", world.path("docs"), single), 0, "3 files", "shoal-cli serve")
    expect_code(world.as_user("ada", "share", world.path("missing")), 4)
    expect_code(world.as_user("ada", "shares"), 0, "docs", "single.bin")
    server = serve(world, "ada")

    expect_code(world.as_user("ben", "search", "nothing-like-this"), 4)
    result = expect_code(world.as_user("ben", "search", "re"), 0, "\\u{202e}", "\\x1b")
    assert b"\x1b" not in result.stdout
    found = rows(expect_code(world.as_user("ben", "search", "--json", "--type", "folder"), 0))
    assert [row["name"] for row in found] == ["docs"], found
    expect_code(world.as_user("ben", "search", "--available", "--user", "ada", "--min-size", "1M"), 0, "single.bin")
    sources = rows(expect_code(world.as_user("ben", "sources", found[0]["id"], "--json"), 0))
    assert [source["user"] for source in sources] == ["ada"] and sources[0]["online"], sources
    # Through the process that serves, of what is its own.
    own = rows(expect_code(world.as_user("ada", "sources", found[0]["id"], "--json"), 0))
    assert own[0]["own"] and own[0]["size"] == sources[0]["size"], own

    target = world.path("downloads", "new")
    expect_code(world.as_user("ben", "get", "docs", "plan.pdf", "--to", target), 0, "from ada")
    for name in ("docs/plan.pdf", "docs/deep/notes.txt"):
        with open(world.path(name), "rb") as one, open(os.path.join(target, name), "rb") as other:
            assert one.read() == other.read(), name
    assert os.path.exists(os.path.join(target, "plan.pdf"))
    expect_code(world.as_user("ben", "get", "docs", "--to", target), 0, "already there")
    expect_code(world.as_user("ben", "get", "docs/deep/notes.txt", "--to", world.path("downloads", "one")), 0, "notes.txt")
    expect_code(world.as_user("ben", "get", "docs/deep/none.txt", "--to", world.path("downloads", "one")), 4)
    by_id = rows(expect_code(world.as_user("ben", "get", "--json", rows(world.as_user(
        "ben", "search", "single", "--json"))[0]["id"], "--to", target), 0))
    assert by_id[-1]["state"] == "finished" and by_id[-1]["destination"].endswith("/single.bin"), by_id
    expect_code(world.as_user("ben", "get", "no-such-name"), 4)
    expect_code(world.as_user("ben", "get", "docs", "--user", "ben"), 4)
    expect_code(world.as_user("ben", "get", "f" * 64), 4)
    history = rows(expect_code(world.as_user("ben", "history", "--json"), 0))
    assert [row["outcome"] for row in history] == ["finished"] * 5, history
    expect_code(world.as_user("ben", "history"), 0, "ada")
    expect_code(world.as_user("ada", "unshare", "nothing"), 4)
    expect_code(world.as_user("ada", "unshare", "docs"), 0)
    expect_code(world.as_user("ben", "get", "docs"), 4)
    expect_code(world.as_user("ben", "audit"), 0, "download-finished")
    expect_code(world.as_user("ben", "audit", "--verify"), 0, "in order")
    expect_code(world.as_user("ada", "serve"), 1, "already runs")
    stop(server)


def test_ambiguous(world):
    _, link = world.start_tracker()
    for user in ("ada", "ben", "cy"):
        sign_up(world, link, user)
    for user in ("ada", "ben"):
        path = world.write(f"of-{user}/same.txt", user)
        expect_code(world.as_user(user, "share", path), 0)
    server = serve(world, "ben")
    result = expect_code(world.as_user("cy", "get", "same.txt", "--to", world.path("out")), 7, "--user")
    assert len(result.stdout.splitlines()) == 2, result.stdout
    expect_code(world.as_user("cy", "get", "same.txt", "--user", "ben", "--to", world.path("out")), 0)
    with open(world.path("out", "same.txt"), encoding="utf-8") as file:
        assert file.read() == "ben"
    # Two shares of one name here.
    expect_code(world.as_user("ada", "share", world.write("again/same.txt", "again")), 0)
    expect_code(world.as_user("ada", "unshare", "same.txt"), 7, "again/same.txt")
    expect_code(world.as_user("ada", "unshare", world.path("again", "same.txt")), 0)
    expect_code(world.as_user("ada", "unshare", "--all"), 0, "1 share")
    stop(server, signal.SIGINT)


def test_get_waits_and_goes_on(world):
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    path = world.write("file.bin", os.urandom(2 << 20))
    expect_code(world.as_user("ada", "share", path), 0)
    arguments = ["--profile", world.path("ben"), "--json", "get", "file.bin", "--to", world.path("out")]
    getter = world.start(*arguments)
    while json.loads(read_line(getter.stdout))["state"] != "waiting":
        pass
    # Another command of the profile works through it meanwhile.
    expect_code(world.as_user("ben", "status"), 0, "online")
    stop(getter, signal.SIGINT, 130)
    assert not os.path.exists(world.path("out", "file.bin"))

    getter = world.start(*arguments)
    while json.loads(read_line(getter.stdout))["state"] != "waiting":
        pass
    server = serve(world, "ada")
    while json.loads(read_line(getter.stdout))["state"] != "finished":
        pass
    getter.wait(60)
    assert getter.returncode == 0
    assert os.path.getsize(world.path("out", "file.bin")) == 2 << 20
    stop(server)


def test_pause_and_resume(world):
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    path = world.write("file.bin", os.urandom(3 << 20))
    expect_code(world.as_user("ada", "share", path), 0)
    server = serve(world, "ada", "--limit", "200k")
    getter = world.start("--profile", world.path("ben"), "--json", "get", "file.bin", "--to", world.path("out"))
    row = {}
    while row.get("state") != "active":
        row = json.loads(read_line(getter.stdout))
    expect_code(world.as_user("ben", "pause", "other.bin"), 4, "not among the downloads")
    expect_code(world.as_user("ben", "pause"), 2, "--all")
    expect_code(world.as_user("ben", "pause", "file.bin"), 0, "1 download is paused")
    while json.loads(read_line(getter.stdout))["state"] != "paused":
        pass
    assert rows(world.as_user("ben", "status", "--json"))[0]["paused"] == 1
    expect_code(world.as_user("ben", "status"), 0, "Paused:")
    expect_code(world.as_user("ben", "pause", "--all"), 0, "0 downloads")
    expect_code(world.as_user("ben", "resume", row["id"]), 0, "1 download goes on")
    while json.loads(read_line(getter.stdout))["state"] != "finished":
        pass
    getter.wait(60)
    assert getter.returncode == 0
    stop(server)


def test_cancel(world):
    """A download that was given up goes with its unfinished file, one that waits for the next serve as one that runs."""
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    for name in ("file.bin", "more.bin"):
        expect_code(world.as_user("ada", "share", world.write(name, os.urandom(8 << 20))), 0)
    server = serve(world, "ada", "--limit", "200k")
    getter = world.start("--profile", world.path("ben"), "--json", "get", "file.bin", "more.bin",
                         "--to", world.path("out"))
    active = set()
    while active != {"file.bin", "more.bin"}:
        row = json.loads(read_line(getter.stdout))
        assert row["state"] != "finished", row
        if row["state"] == "active":
            active.add(row["name"])
    until(lambda: os.path.exists(world.path("out", "file.bin.part")))
    stop(getter, signal.SIGINT, 130)
    assert os.path.exists(world.path("out", "file.bin.part")), os.listdir(world.path("out"))
    expect_code(world.as_user("ben", "cancel", "other.bin"), 4, "not among the downloads")
    expect_code(world.as_user("ben", "cancel"), 2, "--all")
    expect_code(world.as_user("ben", "cancel", "file.bin"), 0, "1 download is cancelled")
    assert not os.path.exists(world.path("out", "file.bin.part"))
    # Of one that runs, its own command hears.
    getter = world.start("--profile", world.path("ben"), "--json", "get", "more.bin", "--to", world.path("out"))
    while json.loads(read_line(getter.stdout))["state"] != "active":
        pass
    expect_code(world.as_user("ben", "cancel", "--all"), 0, "1 download is cancelled")
    while json.loads(read_line(getter.stdout))["state"] != "cancelled":
        pass
    getter.wait(60)
    assert getter.returncode == 1, getter.returncode
    assert os.listdir(world.path("out")) == [], os.listdir(world.path("out"))
    expect_code(world.as_user("ben", "cancel", "--all"), 0, "0 downloads")
    stop(server)


def test_interrupted_share(world):
    """What was not shared yet is taken back, alone and through the process that serves."""
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    os.mkdir(world.path("private"))
    with open(world.path("private", "diary"), "wb") as file:
        file.truncate(1 << 40)  # takes longer than the test

    def interrupt():
        share = world.start("--profile", world.path("ada"), "share", world.path("private"))
        # A command that comes before it holds the profile, and waits for it to end.
        until(lambda: os.listdir(world.path("run", "shoal")))
        states = []
        while states != ["hashing"]:
            assert share.poll() is None, share.communicate()
            states = [row["state"] for row in rows(expect_code(world.as_user("ada", "--json", "shares"), 0))]
        assert "taken back" in stop(share, signal.SIGINT, 130)
        assert rows(world.as_user("ada", "--json", "shares")) == []
    interrupt()
    server = serve(world, "ada")
    interrupt()
    stop(server)


def test_names_that_look_like_options(world):
    """Behind “--” everything is a name."""
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    for name in ("-rf", "--"):
        world.write("s/" + name, name)
    expect_code(world.as_user("ada", "share", "--", "-rf", "--", cwd=world.path("s")), 0)
    server = serve(world, "ada")
    expect_code(world.as_user("ben", "search", "--", "-rf"), 0, "-rf")
    expect_code(world.as_user("ben", "get", "--to", world.path("out"), "--", "-rf", "--"), 0)
    assert sorted(os.listdir(world.path("out"))) == ["--", "-rf"]
    expect_code(world.run("hash", "--", "-rf", cwd=world.path("s")), 0, "-rf")
    expect_code(world.as_user("ada", "unshare", "--", "-rf"), 0, "1 share")
    stop(server)


def test_plain_locale(world):
    """Where the locale knows ASCII only, members still have their names."""
    world.env["LC_ALL"] = "C"
    _, link = world.start_tracker()
    sign_up(world, link, "Žofie")
    sign_up(world, link, "ben")
    expect_code(world.as_user("Žofie", "share", world.write("Grüße.txt", "x")), 0)
    server = serve(world, "Žofie")
    expect_code(world.as_user("ben", "search", "--user", "Žofie"), 0)
    expect_code(world.as_user("ben", "search", "--user", b"\xff"), 2)
    expect_code(world.as_user("ben", "get", "Grüße.txt", "--user", "Žofie", "--to", world.path("out")), 0)
    assert os.listdir(os.fsencode(world.path("out"))) == ["Grüße.txt".encode()]
    stop(server)


def test_get_many(world):
    """More than fit into one request, and by their ids: each has the name that it has in its folder."""
    _, link = world.start_tracker()
    for user in ("ada", "ben"):
        sign_up(world, link, user)
    ids = []
    for number in range(1001):
        text = str(number)
        world.write(f"many/sub/{number}.txt", text)
        # Most of them are there already: flushing each to the disk is not what this is about.
        if number % 50 > 0:
            world.write(f"out/{number}.txt", text)
        ids.append(hashlib.sha256(text.encode()).hexdigest())
    expect_code(world.as_user("ada", "share", world.path("many")), 0)
    server = serve(world, "ada")
    expect_code(world.as_user("ben", "get", "--to", world.path("out"), *ids), 0)
    assert sorted(os.listdir(world.path("out"))) == sorted(f"{number}.txt" for number in range(1001))
    stop(server)


def test_taken_port(world):
    """Somebody who has opened the set port in the router hears that it is another one now."""
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        expect_code(world.as_user("ada", "set", "port", str(port)), 0)
        process = world.start("--profile", world.path("ada"), "serve")
        assert b"Online" in read_line(process.stdout).encode()
        errors = stop(process)
    assert f"Port {port} is taken" in errors and "set port" in errors, errors


def test_control_socket(world):
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    server = serve(world, "ada")
    sockets = os.listdir(world.path("run", "shoal"))
    assert len(sockets) == 1, sockets
    path = world.path("run", "shoal", sockets[0])
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    # A client that sends nonsense hurts only itself.
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"nonsense\n")
    expect_code(world.as_user("ada", "share", world.write("x", "x")), 0)
    expect_code(world.as_user("ada", "sign-out"), 0)
    server.wait(60)
    assert server.returncode == 3, server.returncode
    assert not os.path.exists(path)


def test_changed_tracker_key(world):
    tracker, link = world.start_tracker()
    address, _ = split(link)
    sign_up(world, link, "ada")
    tracker.terminate()
    tracker.wait(60)
    expect_code(world.as_user("ada", "users"), 1, "Cannot reach the tracker")
    _, other = world.start_tracker("other", address.rpartition(":")[2])
    expect_code(world.as_user("ada", "users"), 5)
    expect_code(world.as_user("ada", "status"), 5, "another key")
    expect_code(world.as_user("ada", "sign-in", other, "ada", "--password-file", world.path("password")), 5,
                "--forget")
    expect_code(world.as_user("ada", "sign-out", "--forget"), 0)
    sign_up(world, other, "ada")


def test_reconnect(world):
    tracker, link = world.start_tracker()
    sign_up(world, link, "ada")
    process = serve(world, "ada")
    tracker.kill()
    tracker.wait(60)
    assert json.loads(read_line(process.stdout))["state"] == "offline"
    world.start_tracker(port=split(link)[0].rpartition(":")[2])
    assert json.loads(read_line(process.stdout))["state"] == "online"
    stop(process)


def test_kept_results(world):
    """What was seen is found while the tracker is away, and marked."""
    tracker, link = world.start_tracker()
    sign_up(world, link, "ada")
    sign_up(world, link, "ben")
    expect_code(world.as_user("ada", "share", world.write("files/report.pdf", "r"),
                              world.write("files/song.flac", "ss")), 0)
    found = rows(expect_code(world.as_user("ben", "--json", "search"), 0))
    assert [row["name"] for row in found] and all("kept_ms" not in row for row in found), found
    tracker.terminate()
    tracker.wait(60)
    # Somebody who has seen nothing yet has nothing.
    expect_code(world.as_user("ada", "search"), 1, "Cannot reach the tracker")
    kept = rows(expect_code(world.as_user("ben", "--json", "search", "--sort", "name"), 0))
    assert [row["name"] for row in kept] == ["report.pdf", "song.flac"], kept
    assert all(row["kept_ms"] > 0 and row["online"] == 0 for row in kept), kept
    expect_code(world.as_user("ben", "search", "REPORT"), 0, "report.pdf", "kept results, last seen", "ada",
                "Cannot reach the tracker")
    expect_code(world.as_user("ben", "search", "nothing like it"), 4, "kept results")
    expect_code(world.as_user("ben", "search", "--available"), 4)
    expect_code(world.as_user("ben", "sign-out"), 0)
    expect_code(world.as_user("ben", "search"), 3)


def test_single_files(world):
    """A folder is looked through unoffered, and only what is switched on gets out."""
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    sign_up(world, link, "ben")
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        world.write("Notes/" + name, name)
    folder = world.path("Notes")
    server = serve(world, "ada")
    expect_code(world.as_user("ada", "share", "--unoffered", folder), 0, "3 files", "nothing new is offered")
    expect_code(world.as_user("ben", "search"), 4)
    files = rows(expect_code(world.as_user("ada", "--json", "shares", "Notes"), 0))
    assert [(file["path"], file["on"]) for file in files] == [
        ("a.txt", False), ("b.txt", False), ("sub", False), ("sub/c.txt", False)], files
    expect_code(world.as_user("ada", "switch", "on", "Notes", "nonsense.txt"), 4, "nonsense.txt")
    expect_code(world.as_user("ada", "switch", "on", "Notes", "b.txt", "sub"), 0, "2 of 3 files are offered")
    expect_code(world.as_user("ben", "get", "Notes", "--to", world.path("got")), 0)
    got = sorted(os.path.relpath(os.path.join(at, name), world.path("got", "Notes"))
                 for at, _, names in os.walk(world.path("got", "Notes")) for name in names)
    assert got == ["b.txt", "sub/c.txt"], got
    # Neither the name nor the bytes of the rest have reached anybody.
    expect_code(world.as_user("ben", "search", "a.txt"), 4)
    expect_code(world.as_user("ben", "get", hashlib.sha256(b"a.txt").hexdigest(), "--to", world.path("x")), 4)
    expect_code(world.as_user("ada", "switch", "off", "Notes"), 0, "nothing of it")
    expect_code(world.as_user("ben", "search"), 4)
    expect_code(world.as_user("ada", "switch", "on", "Notes"), 0, "3 of 3")
    expect_code(world.as_user("ben", "search", "a.txt"), 0)
    stop(server)


def test_left_out(world):
    """Junk stays here without a word from the user, keys until he has been asked, once."""
    _, link = world.start_tracker()
    sign_up(world, link, "ada")
    for name in ("main.c", "main.c~", ".git/config", ".env", "old.bak", "drafts/one.txt"):
        world.write("code/" + name, name)
    folder = world.path("code")

    def listed():
        files = rows(expect_code(world.as_user("ada", "--json", "shares", "code"), 0))
        return sorted(file["path"] for file in files)

    expect_code(world.as_user("ada", "share", "--ignore", "*.bak", "--ignore", "drafts/", folder), 0,
                ".git: junk", ".env: may hold", "old.bak: you left it out", "--secrets=yes")
    assert listed() == ["main.c"], listed()
    terminal = Terminal(world, "--profile", world.path("ada"), "share", folder)
    terminal.expect("may hold keys or passwords")
    terminal.expect("(yes/no)")
    terminal.send("no\n")
    assert terminal.wait()[0] == 0
    # Asked once; and what was said before still holds.
    terminal = Terminal(world, "--profile", world.path("ada"), "share", folder)
    code, seen = terminal.wait()
    assert code == 0 and "yes/no" not in seen, (code, seen)
    assert listed() == ["main.c"], listed()
    expect_code(world.as_user("ada", "share", "--secrets=yes", "--ignore", "!.git", folder), 0, "3 files")
    assert listed() == [".env", ".git", ".git/config", "main.c"], listed()
    expect_code(world.as_user("ada", "share", "--secrets=maybe", folder), 2, "yes or no")
    expect_code(world.as_user("ada", "share", "--ignore", "", folder), 2, "*.bak")


main([test_trust_without_terminal, test_prompts, test_passwords, test_new_device_is_marked,
      test_share_many, test_share_search_get, test_ambiguous, test_get_waits_and_goes_on, test_pause_and_resume,
      test_cancel, test_interrupted_share,
      test_names_that_look_like_options, test_plain_locale, test_get_many, test_taken_port,
      test_control_socket, test_changed_tracker_key, test_reconnect,
      test_kept_results, test_single_files, test_left_out])
