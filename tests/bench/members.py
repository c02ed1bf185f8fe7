# members.py: a crowd of signed-in members that do nothing, to see what they cost the tracker
#
# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import concurrent.futures
import json
import os
import re
import threading
import time
import uuid

from rawpeer import client_context, make_certificate

# Half of what the tracker lets one address have before sign-in.
AT_ONCE = 8


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) * 1024


class _Member:
    async def connect(self, port, certificate):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=client_context(certificate, "shoal-rpc/1"), limit=8 << 20)
        self.answers = {}
        self.count = 0
        self.tasks = [asyncio.create_task(self.read()), asyncio.create_task(self.keep())]

    async def keep(self):
        """Presence is the connection and a word now and then."""
        while True:
            await asyncio.sleep(10)
            await self.call("ping")

    async def read(self):
        while True:
            line = await self.reader.readline()
            if not line:
                break
            # Pushes are read and dropped: only answers are short and begin like one.
            if b'"method":' in line[:200]:
                message = json.loads(line) if len(line) < 4096 else {}
                if "id" in message and "method" in message:
                    self.writer.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {}}).encode() + b"\n")
                continue
            message = json.loads(line)
            future = self.answers.pop(message.get("id"), None)
            if future:
                future.set_result(message)
        for future in self.answers.values():
            if not future.done():
                future.set_exception(ConnectionError("closed by the tracker"))

    async def call(self, method, **params):
        self.count += 1
        future = asyncio.get_running_loop().create_future()
        self.answers[self.count] = future
        self.writer.write(json.dumps({"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}).encode()
                          + b"\n")
        answer = await asyncio.wait_for(future, 120)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]


class Crowd:
    def __init__(self, folder, port, number):
        os.makedirs(folder)
        self.port = port
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            self.certificates = [certificate for certificate, _ in
                                 pool.map(lambda i: make_certificate(folder, f"m{i}"), range(number))]
        self.members = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def sign_up(self):
        started = time.perf_counter()
        self.run(self._sign_up_all())
        return time.perf_counter() - started

    async def _sign_up_all(self):
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(number, certificate):
            async with turn:
                member = _Member()
                await member.connect(self.port, certificate)
                await member.call("hello", protocol=1, min_protocol=1, software="crowd/1", features=[])
                await member.call("sign-up", uuid=str(uuid.uuid4()), user=f"member{number}",
                                  password="one of a thousand", device_name=f"device {number}")
                await member.call("announce", port=20000 + number, addresses=["192.0.2.7", "2001:db8::7"])
                self.members.append(member)
        await asyncio.gather(*(one(number, certificate) for number, certificate in enumerate(self.certificates)))

    def ping(self):
        """One request from each at once."""
        async def all():
            await asyncio.gather(*(member.call("ping") for member in self.members))
        self.run(all())

    def settle(self):
        """Until the last roster has been pushed: two rounds of answers come after it."""
        for _ in range(3):
            self.ping()
            time.sleep(1.1)  # rosters are pushed once a second
        self.ping()

    def close(self):
        async def all():
            tasks = [task for member in self.members for task in member.tasks]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for member in self.members:
                member.writer.transport.abort()
        self.run(all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
