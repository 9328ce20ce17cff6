# SPDX-License-Identifier: Apache-2.0
"""Fills a region's small disk, looks at what still works, and frees it; one step a run, the state is kept in a file."""
import argparse
import asyncio
import hashlib
import json
import ssl  # noqa: F401 (the errors of load.Client name it)
import sys
import time

import aiohttp

from load import SOURCES, Client, Finding, content, expect

BLOB = 8 << 20
# More than the disk takes.
BLOBS_MAX = 100
# The service asks clients to wait and try again: the code clients retry by.
FULL = 503


class State:
    def __init__(self, path):
        self.path = path
        try:
            with open(path, encoding="utf-8") as file:
                self.setup, self.stored = json.load(file)
        except FileNotFoundError:
            self.setup, self.stored = None, {}

    def save(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump([self.setup, self.stored], file)


async def put(client, state, number, size=BLOB):
    name = f"blob-{number:04d}"
    status, headers, body = await client.blob(
        "PUT", f"/load/{name}", None, {"x-ms-blob-type": "BlockBlob"}, content(number, size))
    if status == 201:
        state.stored[name] = [number, size]
    elif status != FULL or headers.get("x-ms-error-code") != "ServerBusy" or "Retry-After" not in headers:
        raise Finding(f"put of {name}: HTTP {status} {dict(headers)}, expected {FULL} ServerBusy: {body[:400]!r}")
    return status


async def fill(client, state):
    """Puts until there is no room; what was acknowledged is there, and small changes go on."""
    number = 1 + max((it[0] for it in state.stored.values()), default=0)
    for number in range(number, number + BLOBS_MAX):
        if await put(client, state, number) == FULL:
            break
    else:
        raise Finding("the disk does not become full")
    await read(client, state)
    if await put(client, state, number + 1, 1000) != 201:
        raise Finding("a small blob, which lies in the store, is refused")


async def read(client, state):
    for name, (number, size) in state.stored.items():
        status, _, body = await client.blob("GET", f"/load/{name}")
        expect(f"get {name}", status, body[:400], 200)
        if hashlib.sha256(body).digest() != hashlib.sha256(content(number, size)).digest():
            raise Finding(f"{name} has other bytes than were put")
    status, _, body = await client.blob("GET", "/load", {"restype": "container", "comp": "list"})
    expect("list", status, body, 200)


async def free(client, state):
    """Deletes half, after which there is room again: without a restart, and within what the reclaimer takes."""
    for name in sorted(state.stored)[::2]:
        status, _, body = await client.blob("DELETE", f"/load/{name}")
        expect(f"delete {name}", status, body, 202)
        del state.stored[name]
    await works(client, state)


async def works(client, state):
    number = 1 + max((it[0] for it in state.stored.values()), default=0)
    end = time.monotonic() + 60
    while await put(client, state, number) == FULL:
        if time.monotonic() > end:
            raise Finding("there is room again, and puts are still refused")
        await asyncio.sleep(0.2)
    await read(client, state)


async def other_writes(client, state):
    """The disk is full: blocks, pages and appends are refused as well, and leave what was there; a copy waits."""
    number = 1 + max((it[0] for it in state.stored.values()), default=0)
    for number in range(number, number + 1 + (BLOB >> 20)):
        if await put(client, state, number, 1 << 20) == FULL:
            break
    block, start = {"comp": "block", "blockid": "AAAA"}, {"x-ms-blob-type": "BlockBlob"}
    pages = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(BLOB)}
    part = BLOB // 2
    writes = [
        ("blocks", start, block, {}), ("pages", pages, {"comp": "page"}, {
            "x-ms-page-write": "update", "x-ms-range": f"bytes=0-{part - 1}"}),
        ("append", {"x-ms-blob-type": "AppendBlob"}, {"comp": "appendblock"}, {}),
    ]
    for name, made, query, headers in writes:
        status, _, body = await client.blob("PUT", f"/load/{name}", None, made, b"")
        expect(f"an empty {name}", status, body, 201)
        before = await client.blob("GET", f"/load/{name}")
        status, answered, body = await client.blob("PUT", f"/load/{name}", query, headers, content(1, part))
        expect(f"{name} on a full disk", status, body, FULL)
        if answered.get("x-ms-error-code") != "ServerBusy":
            raise Finding(f"{name} on a full disk: {dict(answered)}")
        after = await client.blob("GET", f"/load/{name}")
        if (before[0], before[2]) != (after[0], after[2]):
            raise Finding(f"{name}: a refused write left something")
        status, _, body = await client.blob("DELETE", f"/load/{name}")
        expect(f"delete {name}", status, body, 202)
    source = {"x-ms-copy-source": f"https://{client.other}.blob.core.{client.domain}/load/2"}
    status, headers, body = await client.blob("PUT", "/more/copy", None, source)
    expect("a copy on a full disk", status, body, 202)
    await asyncio.sleep(1)
    status, headers, _ = await client.blob("HEAD", "/more/copy")
    if status != 200 or headers.get("x-ms-copy-status") != "pending":
        raise Finding(f"a copy on a full disk: HTTP {status} {dict(headers)}")


async def copied(client, state):
    """There is room again: the copy comes to its end by itself."""
    end = time.monotonic() + 60
    while True:
        status, headers, body = await client.blob("GET", "/more/copy")
        expect("get of the copy", status, body[:400], 200)
        if headers.get("x-ms-copy-status") == "success":
            break
        if headers.get("x-ms-copy-status") != "pending" or time.monotonic() > end:
            raise Finding(f"the copy is {headers.get('x-ms-copy-status')}")
        await asyncio.sleep(0.2)
    if body != content(2, SOURCES[2]):
        raise Finding("the copy has other bytes than its source")
    status, _, body = await client.blob("DELETE", "/more/copy")
    expect("delete of the copy", status, body, 202)


async def refused(client, state):
    """Below the reserve of the store itself: every change is refused, reads go on."""
    for size in (1000, BLOB):
        if await put(client, state, 9000, size) != FULL:
            raise Finding(f"a put of {size} bytes goes into the store's own reserve")
    status, _, body = await client.arm("PUT", "/resourceGroups/other", {"location": "francecentral"})
    expect("group on a full disk", status, body, FULL)
    await read(client, state)


STEPS = {"fill": fill, "read": read, "free": free, "works": works, "refused": refused, "other-writes": other_writes,
         "copied": copied}


async def main(options):
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)
    state = State(options.state)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        client = Client(session, credentials)
        await client.wait_until_healthy()
        if state.setup is None:
            state.setup = await client.prepare()
        client.token, client.key = state.setup["token"], state.setup["key"]
        for step in options.steps:
            await STEPS[step](client, state)
            state.save()
    print(f"{len(state.stored)} blobs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--credentials", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("steps", nargs="+", choices=STEPS)
    try:
        asyncio.run(main(parser.parse_args()))
    except Finding as finding:
        sys.exit(f"finding: {finding}")
