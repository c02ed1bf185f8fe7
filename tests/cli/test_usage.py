#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""shoal-cli without a group: help, wrong usage, exit codes, hash, settings, what is printed."""

import hashlib
import os
import stat

from cli import expect_code, main, rows

COMMANDS = ["sign-up", "sign-in", "sign-out", "password", "status", "users", "invite", "share", "unshare", "shares",
            "switch", "serve", "search", "sources", "get", "pause", "resume", "cancel", "history", "hash", "audit", "set"]
KEY = "a" * 64


def test_help(world):
    overview = expect_code(world.run("--help"), 0, "Exit codes", "130")
    for command in COMMANDS:
        assert f"  {command} " in overview.stdout.decode(), command
        expect_code(world.run(command, "--help"), 0, f"shoal-cli {command}", "Exit codes", "--json")
    expect_code(world.run("--version"), 0, "shoal-cli ")
    assert not os.path.exists(world.path("home", ".local")), "help made a profile"


def test_wrong_usage(world):
    wrong = [[], ["nonsense"], ["--nonsense"], ["get"], ["get", "--limit", "banana", "x"], ["get", ""],
             ["get", "--nonsense", "x"], ["search", "--type", "nonsense"], ["search", "--limit", "0"],
             ["search", "--limit", "99999999"], ["search", "--min-size", "-1"], ["search", "--sort", "x"],
             ["serve", "--port", "80"], ["serve", "--port", "65536"], ["serve", "--limit", "x"],
             ["serve", "something"], ["set", "a", "b", "c"], ["sources"], ["sources", "zz"],
             ["sources", KEY.upper()], ["hash"], ["share"], ["unshare"], ["unshare", "--all", "x"],
             ["cancel"], ["cancel", "--all", "x"], ["switch"], ["switch", "on"], ["switch", "maybe", "x"], ["shares", "a", "b"],
             ["sign-up", "only-a-user"], ["sign-up"], ["sign-in", "a", "b", "c"],
             ["sign-in", "http://example/", "ada"], ["sign-in", "shoal://h:7707/?key=12", "ada"],
             ["sign-in", "host:99999", "ada"], ["sign-in", "--trust", "12", "host:1", "ada"],
             ["status", "x"], ["users", "--confirm", "x"], ["history", "--limit", "0"], ["audit", "x"],
             ["audit", "--verify", "--accept"], ["audit", "--limit", "-3"], ["password", "secret"],
             ["invite", "x"], ["invite", "--uses", "0"], ["invite", "--expires", "366"], ["get", b"\xff\xfe"], ["search", b"\xff\xfe"]]
    for arguments in wrong:
        expect_code(world.run(*arguments), 2, "shoal-cli: ", "--help")


def test_hash(world):
    # Leaves of 16 KiB, an odd one padded with zeros (BEP 52).
    block = os.urandom(16384)
    leaves = hashlib.sha256(block).digest() + hashlib.sha256(b"x").digest()
    known = {"empty": (b"", "0" * 64),
             "one": (b"a", hashlib.sha256(b"a").hexdigest()),
             "block": (block, hashlib.sha256(block).hexdigest()),
             "block and one": (block + b"x", hashlib.sha256(leaves).hexdigest())}
    paths = [world.write(name, data) for name, (data, _) in known.items()]
    result = expect_code(world.run("hash", *paths), 0)
    expected = [f"{id}  {path}" for path, (_, id) in zip(paths, known.values())]
    assert result.stdout.decode().splitlines() == expected, result.stdout
    objects = rows(expect_code(world.run("hash", "--json", paths[1]), 0))
    assert objects == [{"id": known["one"][1], "name": paths[1], "size": 1}], objects


def test_hash_of_what_is_no_file(world):
    good = world.write("good", "x")
    os.mkfifo(world.path("pipe"))
    result = expect_code(world.run("hash", world.path("missing"), good), 4)
    assert result.stdout.decode().endswith(f"{good}\n"), "the others were not hashed"
    expect_code(world.run("hash", world.folder), 1, "is not a file")
    expect_code(world.run("hash", world.path("pipe")), 1, "is not a file")


def test_output_is_safe(world):
    names = [b"clear\x1b[2Jscreen", "right\u202eto left".encode(), b"c1\xc2\x9bcsi", b"line\nfeed",
             b"not\xffutf8", "zero\u200bwidth".encode()]
    shown = ["clear\\x1b[2Jscreen", "right\\u{202e}to left", "c1\\x9bcsi", "line\\x0afeed", "not\\xffutf8",
             "zero\\u{200b}width"]
    for name, visible in zip(names, shown):
        path = world.write(name, "x")
        result = expect_code(world.run("hash", path), 0, visible)
        assert name not in result.stdout
        result = expect_code(world.run("hash", path + ".missing"), 4)
        assert name not in result.stderr
        assert name not in expect_code(world.run(path), 2).stderr


def test_not_signed_in(world):
    file = world.write("file", "x")
    for arguments in (["search", "x"], ["users"], ["get", "x"], ["share", file], ["sources", KEY], ["serve"],
                      ["audit"], ["invite"], ["invite", "--list"], ["sign-out"], ["status"], ["password", "--password-file", file]):
        expect_code(world.as_user("ada", *arguments), 3)
    status = rows(expect_code(world.as_user("ada", "--json", "status"), 3))[0]
    assert status["signed_in"] is False and status["secrets"] == "file", status
    error = rows(expect_code(world.as_user("ada", "search", "--json"), 3))[0]
    assert error["error"]["reason"] == "auth", error
    assert stat.S_IMODE(os.stat(world.path("ada")).st_mode) == 0o700


def test_settings(world):
    listed = rows(expect_code(world.as_user("ada", "set", "--json"), 0))
    assert {"port", "download-folder", "upload-limit"} <= {row["name"] for row in listed}
    expect_code(world.as_user("ada", "set", "upload-limit", "2M"), 0, "upload-limit")
    assert rows(world.as_user("ada", "--json", "status"))[0]["upload_limit"] == 2 << 20
    expect_code(world.as_user("ada", "set", "upload-limit"), 0, "upload-limit")
    expect_code(world.as_user("ada", "set", "port", "22"), 2)
    expect_code(world.as_user("ada", "set", "nonsense", "1"), 2)
    expect_code(world.as_user("ada", "set", "nonsense"), 2)


def test_unusable_profile(world):
    expect_code(world.run("--profile", world.write("a-file", "x"), "status"), 1)
    os.mkdir(world.path("damaged"), 0o700)
    world.write("damaged/group.ini", "[group]\nkey=zz\n")
    expect_code(world.as_user("damaged", "status"), 2, "group.ini")


main([test_help, test_wrong_usage, test_hash, test_hash_of_what_is_no_file, test_output_is_safe,
      test_not_signed_in, test_settings, test_unusable_profile])
