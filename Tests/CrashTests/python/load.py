# SPDX-License-Identifier: Apache-2.0
"""Loads a region until it is killed, then, when it is back, proves that it kept what it had acknowledged.

One run: wait for the region, check it against the journal, say so in the file READY, load it until it is gone.
The journal has a line before each change and one after its acknowledgement. The process that is killed is the region's,
so what this one has handed to the kernel stands.
"""
import argparse
import asyncio
import base64
import hashlib
import json
import random
import sys
import time
import xml.etree.ElementTree as ElementTree

import aiohttp

from crashing import ACCOUNT, KIB, SOURCES, Client, Finding, Gone, Journal, content, expect
from kinds import Kinds, check_kinds, is_kind

SIZES = {0: 2, KIB: 8, 100 * KIB: 6, 3 << 20: 1}
# Longer than any test lets it run.
LOAD_SECONDS = 240
BLOB_WORKERS, BLOBS_EACH = 6, 5
GROUP_WORKERS, GROUPS_EACH = 2, 2
PAGE_WORKERS, PAGES, PAGE = 2, 8, 512
LEASE_WORKERS = 2
COPY_WORKERS, COPIES_EACH = 2, 2
# Changes after which a lifecycle policy must have taken something.
FADED_AFTER = 1000
# A token outlives the region's crashes; it is renewed only when a long run outlives the token.
TOKEN_SECONDS = 3000


class Load:
    def __init__(self, client, journal, chance):
        self.client, self.journal, self.chance = client, journal, chance

    async def put(self, key):
        size = self.chance.choices(list(SIZES), list(SIZES.values()))[0]
        n = self.journal.begin([key], size)
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-n": str(n)}
        status, _, body = await self.client.blob("PUT", "/load/" + key, None, headers, content(n, size))
        expect(f"put {key}", status, body, 201)
        self.journal.write({"ack": n})

    async def put_blocks(self, key):
        size = self.chance.randint(1, 400) * KIB
        n = self.journal.begin([key], size)
        data, step = content(n, size), size // self.chance.randint(1, 4) + 1
        names = []
        for at in range(0, size, step):
            names.append(base64.b64encode(f"{n:08d}-{len(names):04d}".encode()).decode())
            status, _, body = await self.client.blob(
                "PUT", "/load/" + key, {"comp": "block", "blockid": names[-1]}, None, data[at:at + step])
            expect(f"put block of {key}", status, body, 201)
        listing = "<BlockList>" + "".join(f"<Latest>{name}</Latest>" for name in names) + "</BlockList>"
        status, _, body = await self.client.blob(
            "PUT", "/load/" + key, {"comp": "blocklist"}, {"x-ms-meta-n": str(n)}, listing.encode())
        expect(f"put block list of {key}", status, body, 201)
        self.journal.write({"ack": n})

    async def delete(self, key):
        n = self.journal.begin([key], puts=False)
        status, _, body = await self.client.blob("DELETE", "/load/" + key)
        expect(f"delete {key}", status, body, 202)
        self.journal.write({"ack": n})

    async def blobs(self, worker):
        keys = [f"blob-{worker}-{n}" for n in range(BLOBS_EACH)]
        while True:
            key, draw = self.chance.choice(keys), self.chance.random()
            if draw < 0.1 and key in self.journal.may:
                await check_blob(self.client, self.journal, key)
            elif draw < 0.25 and self.journal.holds(key) is not None:
                await self.delete(key)
            elif draw < 0.4:
                await self.put_blocks(key)
            else:
                await self.put(key)

    async def groups(self, worker):
        names = [f"crash-{worker}-{n}" for n in range(GROUPS_EACH)]
        while True:
            name, draw = self.chance.choice(names), self.chance.random()
            group, account = f"group:{name}", f"account:{name}"
            if self.journal.holds(group) is None or draw < 0.4:
                await self.put_resource(group, {"location": "francecentral"}, 200, 201)
            elif draw < 0.6:
                await self.put_resource(account, ACCOUNT, 200, 201, 202)
            else:
                n = self.journal.begin([group, account], puts=False)
                status, _, body = await self.client.arm("DELETE", path_of(group))
                expect(f"delete {name}", status, body, 200, 202)
                await until_absent(self.client, group)
                self.journal.write({"ack": n})

    async def pages(self, worker):
        """A page blob: each page is a key of its own, and a write of several of them is one change."""
        name = f"page-{worker}"
        status, _, body = await self.client.blob("HEAD", "/more/" + name)
        expect(f"head {name}", status, body, 200, 404)
        if status == 404:
            n = self.journal.begin([f"{name}#{it}" for it in range(PAGES)], puts=False)
            status, _, body = await self.client.blob(
                "PUT", "/more/" + name, None,
                {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(PAGES * PAGE)}, b"")
            expect(f"create {name}", status, body, 201)
            self.journal.write({"ack": n})
        while True:
            first = self.chance.randrange(PAGES)
            last = self.chance.randrange(first, PAGES)
            puts = self.chance.random() < 0.75
            n = self.journal.begin([f"{name}#{it}" for it in range(first, last + 1)], puts=puts)
            fields = {"x-ms-page-write": "update" if puts else "clear", "x-ms-range": f"bytes={first * PAGE}-{(last + 1) * PAGE - 1}"}
            data = b"".join(content(n, PAGE - 8) + n.to_bytes(8) for _ in range(first, last + 1)) if puts else b""
            status, _, body = await self.client.blob("PUT", "/more/" + name, {"comp": "page"}, fields, data)
            expect(f"put page of {name}", status, body, 201)
            self.journal.write({"ack": n})

    async def leases(self, worker):
        """An infinite lease of one blob, whose id is the change that acquired it."""
        key = f"lease-{worker}"
        status, _, body = await self.client.blob("HEAD", "/more/" + key)
        expect(f"head {key}", status, body, 200, 404)
        if status == 404:
            status, _, body = await self.client.blob("PUT", "/more/" + key, None, {"x-ms-blob-type": "BlockBlob"}, b"")
            expect(f"put {key}", status, body, 201)
        while True:
            holder = self.journal.holds(key)
            if holder is None:
                n = self.journal.begin([key])
                fields = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": lease_id(n)}
            elif self.chance.random() < 0.5:
                n = self.journal.begin([key])
                fields = {"x-ms-lease-action": "change", "x-ms-lease-id": lease_id(holder), "x-ms-proposed-lease-id": lease_id(n)}
            else:
                n = self.journal.begin([key], puts=False)
                fields = {"x-ms-lease-action": "release", "x-ms-lease-id": lease_id(holder)}
            status, _, body = await self.client.blob("PUT", "/more/" + key, {"comp": "lease"}, fields, b"")
            expect(f"{fields['x-ms-lease-action']} {key}", status, body, 200, 201)
            self.journal.write({"ack": n})
            if fields["x-ms-lease-action"] != "release":
                await self.refuse_without_lease(key)

    async def refuse_without_lease(self, key):
        status, _, body = await self.client.blob("PUT", "/more/" + key, None, {"x-ms-blob-type": "BlockBlob"}, b"")
        expect(f"put of {key}, which is leased", status, body, 412)

    async def copies(self, worker):
        """Copies from another account, which go on after their answer; what was begun comes to its end."""
        keys = [f"copy-{worker}-{n}" for n in range(COPIES_EACH)]
        while True:
            key = self.chance.choice(keys)
            if self.journal.holds(key) is not None:
                await check_copy(self.client, self.journal, key)
            n = self.journal.begin([key])
            headers = {"x-ms-meta-n": str(n), "x-ms-copy-source":
                       f"https://{self.client.other}.blob.core.{self.client.domain}/load/{n % len(SOURCES)}"}
            status, _, body = await self.client.blob("PUT", "/more/" + key, None, headers)
            expect(f"copy to {key}", status, body, 202)
            self.journal.write({"ack": n})

    async def put_resource(self, key, body, *wanted):
        n = self.journal.begin([key])
        status, _, answer = await self.client.arm("PUT", path_of(key), body | {"tags": {"n": str(n)}})
        expect(f"put {key}", status, answer, *wanted)
        self.journal.write({"ack": n})

    async def run(self):
        """All workers until the region is gone; the first finding ends them all."""
        workers = [self.blobs(n) for n in range(BLOB_WORKERS)] + [self.groups(n) for n in range(GROUP_WORKERS)]
        workers += [self.pages(n) for n in range(PAGE_WORKERS)] + [self.leases(n) for n in range(LEASE_WORKERS)]
        workers += [self.copies(n) for n in range(COPY_WORKERS)] + Kinds(self.client, self.journal, self.chance).workers()
        outcomes = await asyncio.gather(*(asyncio.wait_for(work, LOAD_SECONDS) for work in workers), return_exceptions=True)
        for outcome in outcomes:
            if not isinstance(outcome, Gone):
                raise outcome if isinstance(outcome, Finding) else Finding(f"the load ended with {outcome!r}")


def path_of(key):
    kind, name = key.split(":")
    group = f"/resourceGroups/{name}"
    return group if kind == "group" else f"{group}/providers/Microsoft.Storage/storageAccounts/{name.replace('-', '')}"


async def resource_state(client, key):
    """The change number of a resource and whether it is on its way out."""
    status, _, body = await client.arm("GET", path_of(key))
    expect(f"get {key}", status, body, 200, 404)
    if status == 404:
        return None, False
    it = json.loads(body)
    return int(it["tags"]["n"]), it.get("properties", {}).get("provisioningState") == "Deleting"


async def until_absent(client, key):
    """A deletion that was accepted ends, also across a crash."""
    end = time.monotonic() + 30
    while (await resource_state(client, key))[0] is not None:
        if time.monotonic() > end:
            raise Finding(f"{key} was to be deleted and is still there")
        await asyncio.sleep(0.05)


async def check_blob(client, journal, key):
    status, headers, body = await client.blob("GET", "/load/" + key)
    expect(f"get {key}", status, body, 200, 404)
    seen = None if status == 404 else int(headers.get("x-ms-meta-n", "0"))
    if seen not in journal.may[key]:
        raise Finding(f"{key} holds change {seen}, may hold {journal.may[key]}")
    if seen is not None:
        wanted = content(seen, journal.sizes[seen])
        if hashlib.sha256(body).digest() != hashlib.sha256(wanted).digest():
            raise Finding(f"{key} holds {len(body)} other bytes than the {len(wanted)} of change {seen}")
    return seen


def lease_id(n):
    return f"00000000-0000-0000-0000-{n:012d}"


async def check_lease(client, journal, key):
    """Who holds the lease: the one that may renew it."""
    status, headers, body = await client.blob("HEAD", "/more/" + key)
    expect(f"head {key}", status, body, 200, 404)
    seen = None
    if status == 200 and headers["x-ms-lease-state"] == "leased":
        for n in journal.may[key] - {None}:
            renew = {"x-ms-lease-action": "renew", "x-ms-lease-id": lease_id(n)}
            if (await client.blob("PUT", "/more/" + key, {"comp": "lease"}, renew, b""))[0] == 200:
                seen = n
        if seen is None:
            raise Finding(f"{key} is leased, and by none of {journal.may[key]}")
    if seen not in journal.may[key]:
        raise Finding(f"{key} is held by {seen}, may be held by {journal.may[key]}")
    return seen


async def check_pages(client, journal, keys):
    """Every page holds what it may, and a write that was cut short is there whole or not at all."""
    name = keys[0].split("#")[0]
    status, _, body = await client.blob("GET", "/more/" + name)
    expect(f"get {name}", status, body[:400], 200, 404)
    body = body if status == 200 else bytes(PAGES * PAGE)
    seen = {}
    for key in keys:
        page = body[int(key.split("#")[1]) * PAGE:][:PAGE]
        n = seen[key] = int.from_bytes(page[-8:]) or None
        if page != (bytes(PAGE) if n is None else content(n, PAGE - 8) + n.to_bytes(8)):
            raise Finding(f"{key} is of no write")
        if n not in journal.may[key]:
            raise Finding(f"{key} holds change {n}, may hold {journal.may[key]}")
    for n, changes in journal.open.items():
        parts = {seen[key] == value for key, value in changes if key in seen and value is not None}
        if len(parts) > 1:
            raise Finding(f"change {n} of {name} is half there: {seen}")
    return seen


async def check_copy(client, journal, key):
    """A copy that was begun ends with the bytes of its source."""
    end = time.monotonic() + 60
    while True:
        status, headers, body = await client.blob("GET", "/more/" + key)
        expect(f"get {key}", status, body[:400], 200, 404)
        seen = None if status == 404 else int(headers.get("x-ms-meta-n", "0"))
        if seen not in journal.may[key]:
            raise Finding(f"{key} holds change {seen}, may hold {journal.may[key]}")
        if seen is None or headers.get("x-ms-copy-status") == "success":
            break
        if headers.get("x-ms-copy-status") != "pending" or time.monotonic() > end:
            raise Finding(f"the copy to {key} is {headers.get('x-ms-copy-status')} {headers.get('x-ms-copy-progress')}")
        await asyncio.sleep(0.05)
    source = (seen or 0) % len(SOURCES)
    if seen is not None and body != content(source, SOURCES[source]):
        raise Finding(f"{key} holds {len(body)} other bytes than source {source} of {SOURCES[source]}")
    return seen


async def check_resource(client, journal, key):
    seen, leaving = await resource_state(client, key)
    if leaving:
        await until_absent(client, key)
        seen = None
    if seen not in journal.may[key]:
        raise Finding(f"{key} holds change {seen}, may hold {journal.may[key]}")
    return seen


async def check_list(client, expected):
    names, marker = [], ""
    while True:
        query = {"restype": "container", "comp": "list", "maxresults": "7"} | ({"marker": marker} if marker else {})
        status, _, body = await client.blob("GET", "/load", query)
        expect("list", status, body, 200)
        page = ElementTree.fromstring(body)
        names += [it.findtext("Name") for it in page.iter("Blob")]
        marker = page.findtext("NextMarker") or ""
        if not marker:
            break
    if names != sorted(expected):
        raise Finding(f"the list says {names}, the blobs say {sorted(expected)}")


async def check(client, journal):
    """Every key holds what it may; what was open is settled by what is seen. Groups come before the accounts within."""
    await check_kinds(client, journal)
    keys = sorted((key for key in journal.may if not is_kind(key)), key=lambda key: (not key.startswith("group:"), key))
    present, pages = [], {}
    for key in keys:
        if "#" in key:
            pages.setdefault(key.split("#")[0], []).append(key)
            continue
        if key.startswith("lease-"):
            seen = await check_lease(client, journal, key)
        elif key.startswith("copy-"):
            seen = await check_copy(client, journal, key)
        elif ":" in key:
            seen = await check_resource(client, journal, key)
            if key.startswith("account:") and seen is not None and journal.holds("group:" + key.split(":")[1]) is None:
                raise Finding(f"{key} outlives its group")
        else:
            seen = await check_blob(client, journal, key)
            present += [key] if seen is not None else []
        journal.write({"key": key, "seen": seen})
    for some in pages.values():
        for key, seen in (await check_pages(client, journal, some)).items():
            journal.write({"key": key, "seen": seen})
    await check_list(client, present)
    journal.write({"checked": True, "time": time.time()})


async def main(options):
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)
    journal = Journal(options.journal, options.firm)
    chance = random.Random(options.seed)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        client = Client(session, credentials)
        await client.wait_until_healthy()
        if journal.setup:
            client.resume(journal.setup)
            if time.time() > journal.setup["time"] + TOKEN_SECONDS:
                await client.sign_in()
        else:
            journal.write({"setup": await client.prepare()})
        try:
            await check(client, journal)
        except Gone as error:
            raise Finding(f"the region went away while it was only read: {error}") from error
        if options.ready:
            with open(options.ready, "w", encoding="utf-8"):
                pass
            await Load(client, journal, chance).run()
    if not options.ready and journal.next > FADED_AFTER and not journal.faded:
        raise Finding("the lifecycle policy never took anything")
    print(f"{journal.next - 1} changes so far, {journal.lost} of them never answered; a policy took {journal.faded} blobs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--credentials", required=True)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--seed", required=True)
    parser.add_argument("--ready", help="made when the check is done and the load begins; without it the check is all")
    parser.add_argument("--firm", type=int, help="bytes of the journal that were written before the backup began")
    try:
        asyncio.run(main(parser.parse_args()))
    except Finding as finding:
        sys.exit(f"finding: {finding}")
