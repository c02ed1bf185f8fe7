# test_ipv6.py: the main job where there is no IPv4
#
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket
import sys

import namespaces
import shoal
from shoal import MIB, REFUSED, make_file, wait_until

ALONE = namespaces.enter(network=True)


class Ipv6(shoal.Test):
    def setUp(self):
        super().setUp()
        with socket.socket(socket.AF_INET6) as probe:
            try:
                probe.bind(("::1", 0))
            except OSError as error:
                self.skipTest(f"no IPv6 here: {error}")

    def test_share_search_get(self):
        group = self.tracker(host="[::1]")
        source = make_file(self.world.path("ada", "film.mkv"), 3 * MIB + 7)
        folder = self.world.make_folder("ada", "notes")
        for number in range(20):
            make_file(os.path.join(folder, str(number)), 1000 + number)
        ada, ben, eve = (self.member(group, user) for user in ("ada", "ben", "eve"))
        ada.share(source, folder)
        ada.serve()
        identity = ben.run("search", "film").rows[0]["id"]
        port = ada.run("status").rows[0]["port"]
        addresses = ben.run("sources", identity).rows[0]["addresses"]
        # As the tracker saw it comes first; where loopback is all there is, nothing else comes.
        self.assertEqual(f"[::1]:{port}", addresses[0])
        if ALONE is None:
            self.assertEqual([f"[::1]:{port}"], addresses)
        ben.get("film.mkv")
        self.assert_same_file(source, os.path.join(ben.downloads, "film.mkv"))
        ben.get("notes")
        self.assert_same_tree(folder, os.path.join(ben.downloads, "notes"))
        # Two sources, both over IPv6.
        ben.share(os.path.join(ben.downloads, "film.mkv"))
        ben.serve()
        self.assertEqual(2, len(eve.run("sources", identity).rows))
        eve.get(identity)
        self.assert_same_file(source, os.path.join(eve.downloads, "film.mkv"))
        self.assertIn("::1", {row["address"] for row in eve.run("audit").rows})

    def test_host_and_port(self):
        """The key of a tracker given by its address, in brackets."""
        group = self.tracker(host="[::1]")
        ada = self.member(group, "ada", sign_up=False)
        address = f"[::1]:{group.port}"
        shown = ada.run("sign-up", "--password-file", ada.password_file, address, "ada", status=REFUSED)
        self.assertIn(group.key, shown.output)
        ada.run("sign-up", "--password-file", ada.password_file, "--trust", group.key, address, "ada")
        self.assertEqual([address], ada.run("status").rows[0]["tracker"])

    def test_members_come_back(self):
        group = self.tracker(host="[::1]")
        ada, ben = self.member(group, "ada"), self.member(group, "ben")
        ada.serve()
        group.kill()
        group.start()
        wait_until(lambda: any(row["user"] == "ada" and row["online"] for row in ben.run("users", status=None).rows),
                   "Ada is back")


if __name__ == "__main__":
    if ALONE is not None:
        print(f"# {ALONE}", file=sys.stderr)
    shoal.main()
