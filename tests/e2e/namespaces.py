# namespaces.py: a network and mounts of this process alone, where the system lets us have them
#
# In a network namespace of its own the loopback device carries nothing but the test's traffic, so its
# counters say exactly what went over the wire. A mount namespace lets a test have a small disk.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import fcntl
import os
import re
import socket
import struct

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWUSER, _NEWNET = 0x00020000, 0x10000000, 0x40000000
_MS_REMOUNT, _MS_REC, _MS_PRIVATE = 0x20, 0x4000, 0x40000


def _unshare(flags):
    if _libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def enter(network=False, mounts=False):
    """Moves this process, still with one thread, into namespaces of its own. Returns None, or why not."""
    flags = (_NEWNET if network else 0) | (_NEWNS if mounts else 0)
    try:
        try:
            _unshare(flags)
        except PermissionError:
            user, group = os.getuid(), os.getgid()
            _unshare(flags | _NEWUSER)
            for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
                with open(f"/proc/self/{name}", "w") as file:
                    file.write(text)
        if mounts and _libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
            raise OSError(ctypes.get_errno(), "cannot make the mounts private")
        if network:
            _loopback_up()
    except OSError as error:
        return f"no namespaces of our own here: {error}"
    return None


def _loopback_up():
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))


def wire_bytes():
    """Bytes that loopback has carried since the namespace began."""
    with open("/proc/self/net/dev") as file:
        return int(re.search(r"lo:\s*(\d+)", file.read()).group(1))


def mount_tmpfs(folder, size, files=None, again=False):
    """Returns None, or why not. Gone with the process. files: how many it holds; again: changes the one that is there."""
    options = f"size={size}" + (f",nr_inodes={files}" if files else "")
    flags = _MS_REMOUNT if again else 0
    if _libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, options.encode()) != 0:
        return f"no tmpfs of our own here: {os.strerror(ctypes.get_errno())}"
    return None
