# rawpeer.py: a member without Shoal's code: speaks to the tracker and to peers by hand, and may lie
#
# It has a real Ed25519 certificate and signs up as anybody would, so that whatever it says reaches the
# program under test. The tests use it for everything that an honest peer never does.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import http.server
import json
import os
import queue
import secrets
import select
import socket
import ssl
import subprocess
import threading
import uuid

from shoal import MIB, PATIENCE

BLOCK = 16 * 1024
EMPTY = "0" * 64


def make_certificate(folder, name):
    """An Ed25519 key and a certificate; returns its path (key included) and the fingerprint."""
    key, certificate = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out",
                    certificate, "-days", "3650", "-subj", "/CN=shoal"], check=True, capture_output=True)
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True,
                            capture_output=True).stdout
    with open(certificate, "a") as out, open(key) as source:
        out.write(source.read())
    return certificate, hashlib.sha256(public).hexdigest()


def client_context(certificate, alpn):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the tests compare keys by hand, if at all
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if alpn:
        context.set_alpn_protocols([alpn])
    if certificate:
        context.load_cert_chain(certificate)
    return context


def connect_tls(port, certificate, alpn, address="127.0.0.1"):
    raw = socket.create_connection((address, port), timeout=PATIENCE)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client_context(certificate, alpn).wrap_socket(raw)


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.code = error.get("code")
        self.data = error.get("data") or {}
        self.reason = self.data.get("reason")


class Channel:
    """JSON-RPC by lines to a tracker."""

    def __init__(self, port, certificate, hello=True):
        self.socket = connect_tls(port, certificate, "shoal-rpc/1")
        # Python's TLS does not bear reading and writing at once: now and then it reads an end that never came.
        self._tls_lock = threading.Lock()
        self._answers = {}
        self._changed = threading.Condition()
        self.notifications = queue.Queue()
        self.closed = threading.Event()
        self._next = 0
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._ping, daemon=True).start()
        if hello:
            self.hello = self.call("hello", protocol=1, min_protocol=1, software="rawpeer/1", features=[])

    def _lines(self):
        data = b""
        while True:
            if not self.socket.pending():
                select.select([self.socket], [], [])
            with self._tls_lock:
                more = self.socket.recv(65536)
            if not more:
                return
            *lines, data = (data + more).split(b"\n")
            yield from lines

    def _read(self):
        try:
            for line in self._lines():
                message = json.loads(line)
                if "method" in message and "id" in message:
                    self._send({"jsonrpc": "2.0", "id": message["id"], "result": {}})
                elif "method" in message:
                    self.notifications.put(message)
                else:
                    with self._changed:
                        self._answers[message.get("id")] = message
                        self._changed.notify_all()
        except (OSError, ValueError):
            pass
        self.closed.set()
        with self._changed:
            self._changed.notify_all()

    def _ping(self):
        while not self.closed.wait(5):
            try:
                self._send({"jsonrpc": "2.0", "id": f"ping-{secrets.token_hex(4)}", "method": "ping",
                            "params": {}})
            except OSError:
                return

    def _send(self, message):
        self.send_raw(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def send_raw(self, data):
        with self._tls_lock:
            self.socket.sendall(data)

    def call(self, method, **params):
        """The result; RpcError if it is an error; ConnectionError if the channel ends first."""
        with self._changed:
            self._next += 1
            number = self._next
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._answers or self.closed.is_set(), PATIENCE):
                raise AssertionError(f"no answer to {method}")
            if number not in self._answers:
                raise ConnectionError("closed by the tracker")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class RawMember:
    """Signed up and online, with an HTTP server that answers whatever the test says."""

    def __init__(self, world, tracker, user, password="a raw secret", invite=None):
        self.world = world
        self.user = user
        self.password = password
        self.certificate, self.fingerprint = make_certificate(world.folder, "raw-" + user)
        self.tracker = tracker
        self.server = None
        self.channel = Channel(tracker.port, self.certificate)
        params = dict(uuid=str(uuid.uuid4()), user=user, password=password, device_name=user)
        if invite:
            params["invite"] = invite
        self.account = self.channel.call("sign-up", **params)
        world.closing.append(self.close)

    def call(self, method, **params):
        return self.channel.call(method, **params)

    def offer_file(self, name, identity, size):
        offer = secrets.token_hex(16)
        answer = self.call("offer", offers=[dict(offer=offer, kind="file", name=name, id=identity, size=size,
                                                 mtime_ms=1700000000000)])
        return answer["results"][0]

    def offer_folder(self, name, manifest, entries, claimed=None):
        """entries: (kind, path, id, size) in manifest order, told to the tracker as they are."""
        offer = secrets.token_hex(16)
        told = entries if claimed is None else claimed
        files = [e for e in told if e[0] in "fx"]
        answer = self.call("offer", offers=[dict(
            offer=offer, kind="folder", name=name, id=content_id(manifest), size=sum(e[3] for e in files),
            manifest_size=len(manifest), entries=len(told), mtime_ms=1700000000000)])
        result = answer["results"][0]
        if "error" in result:
            raise RpcError(dict(data=result["error"]))
        rows = [dict(kind=kind, path=path, **(dict(id=identity, size=size) if kind in "fx" else {}))
                for kind, path, identity, size in told]
        for first in range(0, len(rows), 1000):
            self.call("offer-entries", offer=offer, first=first, entries=rows[first:first + 1000])
        return result

    def serve(self, contents, corrupt=None, delay=None, drip=None):
        """Serves {id: bytes} over TLS; corrupt (path, body) may return other bytes; what drip (path) calls
        "head" or "body" comes byte by byte from there on, for ever."""
        self.server = LyingServer(self.certificate, contents, corrupt, delay, drip)
        self.call("announce", port=self.server.port, addresses=[])
        return self.server

    def close(self):
        self.channel.close()
        if self.server:
            self.server.close()


class LyingServer:
    DRIP_S = 2  # well below any time-out of a silent connection

    def __init__(self, certificate, contents, corrupt=None, delay=None, drip=None):
        self.requests = []
        self.contents = contents
        self.closing = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                outer.requests.append(self.path)
                if delay:
                    delay(self.path)
                body = outer.answer(self.path)
                if body is not None and corrupt:
                    body = corrupt(self.path, body)
                if body is None:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                what = drip(self.path) if drip else None
                if what == "head":
                    outer.drip(self, b"HTTP/1.1 200 OK\r\nX-Padding: " + bytes(1000).replace(b"\0", b"x"))
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if what == "body":
                    outer.drip(self, body)
                else:
                    self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request, address):
                request.settimeout(PATIENCE)
                with context.wrap_socket(request, server_side=True) as secure:
                    super().finish_request(secure, address)

            def handle_error(self, request, address):
                pass  # a client that hangs up is what we are here for

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(certificate)
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def drip(self, handler, data):
        handler.close_connection = True
        for byte in data:
            handler.wfile.write(bytes([byte]))
            if self.closing.wait(self.DRIP_S):
                return

    def answer(self, path):
        parts = path.split("/")
        if len(parts) < 4 or parts[1] != "v1" or parts[3] not in self.contents:
            return None
        body = self.contents[parts[3]]
        if parts[2] == "layer":
            return b"".join(piece_layer(body))
        if parts[2] == "have":
            pieces = (len(body) + MIB - 1) // MIB
            bits = bytearray((pieces + 7) // 8)
            for piece in range(pieces):
                bits[piece // 8] |= 0x80 >> piece % 8
            return bytes(bits)
        if parts[2] == "pieces":
            first, count = map(int, parts[4].split("-"))
            return body[first * MIB:(first + count) * MIB]
        if parts[2] == "entries":
            first, count = map(int, parts[4].split("-"))
            lines = body.decode().splitlines()[1 + first:1 + first + count]
            files = [line.split(" ") for line in lines if line[0] in "fx"]
            return b"".join(self.contents.get(words[2], b"") for words in files if int(words[1]) <= MIB)
        return None

    def close(self):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


# ---- BEP 52, written down a second time so that it does not share a mistake with the program --------------

def _root(leaves, pad):
    while len(leaves) & (len(leaves) - 1):
        leaves.append(pad)
    while len(leaves) > 1:
        leaves = [hashlib.sha256(leaves[i] + leaves[i + 1]).digest() for i in range(0, len(leaves), 2)]
    return leaves[0]


def _blocks(data):
    return [hashlib.sha256(data[i:i + BLOCK]).digest() for i in range(0, len(data), BLOCK)]


def piece_layer(data):
    """Hashes of the pieces; of data of one piece its root."""
    if len(data) <= MIB:
        return [_root(_blocks(data), bytes(32))] if data else []
    layer = []
    for start in range(0, len(data), MIB):
        leaves = _blocks(data[start:start + MIB])
        layer.append(_root(leaves + [bytes(32)] * (64 - len(leaves)), bytes(32)))
    return layer


def content_id(data):
    if not data:
        return EMPTY
    layer = piece_layer(data)
    if len(layer) == 1:
        return layer[0].hex()
    return _root(layer, _root([bytes(32)] * 64, bytes(32))).hex()
