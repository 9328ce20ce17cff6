# SPDX-License-Identifier: Apache-2.0
"""Many clients, each with a connection of its own, write a few blobs on conditions and lease them; what they asked and were
told, and when, is written down, one call a line."""
import argparse
import asyncio
import json
import random
import sys
import time

import aiohttp

from crashing import Client, Finding, Gone

LONG = 40_000


def lease_id(holder):
    return f"00000000-0000-0000-0000-{holder:012d}"


class Races:
    def __init__(self, options, file):
        self.options, self.file = options, file
        # The write each ETag stands for, of each blob.
        self.etags = [{} for _ in range(options.blobs)]
        self.writes = 0

    async def race(self, client, holder):
        chance = random.Random(self.options.seed * 1000 + holder)
        for _ in range(self.options.calls):
            blob = chance.randrange(self.options.blobs)
            call, method, query, headers, data = self.draw(chance, blob, holder)
            asked = time.monotonic_ns()
            try:
                status, answered, body = await client.blob(method, f"/load/race-{blob}", query, headers, data)
            except Gone as error:
                raise Finding(f"the region hung up: {error}") from error
            told = time.monotonic_ns()
            self.note(blob, call, asked, told, self.answer(blob, call, status, answered, body))

    def note(self, blob, call, asked, told, answer):
        self.file.write(json.dumps({"blob": blob, "asked": asked, "told": told, "call": call, "answer": answer}) + "\n")

    def draw(self, chance, blob, holder):
        """One call: as the checker knows it, and as it is sent."""
        draw = chance.randrange(14)
        if draw < 4:
            return {"kind": "get"}, "GET", None, None, None
        if draw < 10:
            mine = holder if chance.randrange(3) == 0 else None
            over, headers = self.condition(chance, blob, mine, draw < 9)
            if mine is not None:
                headers["x-ms-lease-id"] = lease_id(mine)
            if draw == 9:
                return {"kind": "delete", "over": over, "as": mine}, "DELETE", None, headers, None
            self.writes += 1
            write = self.writes
            data = f"{write} ".encode()
            if write % 3 == 0:
                data += bytes([write % 256]) * (LONG - len(data))
            headers["x-ms-blob-type"] = "BlockBlob"
            return {"kind": "put", "write": write, "over": over, "as": mine}, "PUT", None, headers, data
        action, call = {
            10: ("acquire", {"kind": "acquire", "as": holder}),
            11: ("acquire", {"kind": "acquire", "as": holder}),
            12: ("release", {"kind": "release", "as": holder}),
        }.get(draw, ("break", {"kind": "break"}))
        headers = {"x-ms-lease-action": action}
        if action == "acquire":
            headers |= {"x-ms-proposed-lease-id": lease_id(holder), "x-ms-lease-duration": "-1"}
        elif action == "release":
            headers["x-ms-lease-id"] = lease_id(holder)
        return call, "PUT", {"comp": "lease"}, headers, b""

    def condition(self, chance, blob, mine, puts):
        known = sorted(self.etags[blob].items(), key=lambda it: it[1])[-3:]
        draw = chance.randrange(4)
        if draw in (1, 2) and known:
            etag, write = chance.choice(known)
            return write, {"If-Match": etag}
        if draw == 3 and puts and mine is None:
            return "absent", {"If-None-Match": "*"}
        return None, {}

    def answer(self, blob, call, status, headers, body):
        if status == 503:
            return {"void": True}
        if status >= 500 or status not in (200, 201, 202, 404, 409, 412):
            raise Finding(f"{call}: HTTP {status} {body[:400]!r}")
        if call["kind"] == "get":
            if status == 404:
                return {"found": None}
            write = int(body.split(b" ", 1)[0])
            if body not in (f"{write} ".encode(), f"{write} ".encode().ljust(LONG, bytes([write % 256]))):
                raise Finding(f"the blob has {len(body)} bytes that nobody put")
            self.learn(blob, headers["ETag"], write)
            return {"found": write}
        if status >= 400:
            return {"refused": True}
        if call["kind"] == "put":
            self.learn(blob, headers["ETag"], call["write"])
        return {"done": True}

    def learn(self, blob, etag, write):
        if self.etags[blob].setdefault(etag, write) != write:
            raise Finding(f"{etag} stands for writes {self.etags[blob][etag]} and {write}")


async def main(options):
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)

    def session():
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=1))
    async with session() as first:
        client = Client(first, credentials)
        setup = await client.prepare()
    with open(options.history, "w", encoding="utf-8") as file:
        races = Races(options, file)

        async def one(holder):
            async with session() as mine:
                racer = Client(mine, credentials)
                racer.resume(setup)
                await races.race(racer, holder)
        await asyncio.gather(*(one(holder) for holder in range(options.clients)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--credentials", required=True)
    parser.add_argument("--history", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True, help="of each client")
    parser.add_argument("--blobs", type=int, required=True)
    try:
        asyncio.run(main(parser.parse_args()))
    except Finding as finding:
        sys.exit(f"finding: {finding}")
