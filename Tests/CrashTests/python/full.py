# SPDX-License-Identifier: Apache-2.0
"""Fills a region's small disk, looks at what still works, and frees it; one step a run, the state is kept in a file."""
import asyncio
import json
import time

from crashing import SOURCES, Finding, content, expect
from steps import main, read as read_blobs

BLOB = 8 << 20
# More than the disk takes.
BLOBS_MAX = 100
# The service asks clients to wait and try again: the code clients retry by.
FULL = 503


async def put(client, state, size=BLOB):
    number = state.number()
    name = f"/load/blob-{number:04d}"
    status, headers, body = await client.blob(
        "PUT", name, None, {"x-ms-blob-type": "BlockBlob"}, content(number, size))
    if status == 201:
        state.stored[name] = [number, size]
    elif status != FULL or headers.get("x-ms-error-code") != "ServerBusy" or "Retry-After" not in headers:
        raise Finding(f"put of {name}: HTTP {status} {dict(headers)}, expected {FULL} ServerBusy: {body[:400]!r}")
    return status


async def fill(client, state):
    """Puts until there is no room; what was acknowledged is there, and small changes go on."""
    for _ in range(BLOBS_MAX):
        if await put(client, state) == FULL:
            break
    else:
        raise Finding("the disk does not become full")
    await read(client, state)
    if await put(client, state, 1000) != 201:
        raise Finding("a small blob, which lies in the store, is refused")


async def read(client, state):
    await read_blobs(client, state)
    status, _, body = await client.blob("GET", "/load", {"restype": "container", "comp": "list"})
    expect("list", status, body, 200)


async def free(client, state):
    """Deletes half, after which there is room again: without a restart, and within what the reclaimer takes."""
    for name in sorted(state.stored)[::2]:
        status, _, body = await client.blob("DELETE", name)
        expect(f"delete {name}", status, body, 202)
        del state.stored[name]
    await works(client, state)


async def thin(client, state):
    """Deletions pass one after the other in the reserve of the store, after a restart as well."""
    for name in sorted(state.stored)[:3]:
        status, _, body = await client.blob("DELETE", name)
        expect(f"delete {name} in the reserve", status, body, 202)
        del state.stored[name]


async def works(client, state):
    end = time.monotonic() + 60
    while await put(client, state) == FULL:
        if time.monotonic() > end:
            raise Finding("there is room again, and puts are still refused")
        await asyncio.sleep(0.2)
    await read(client, state)


async def other_writes(client, state):
    """The disk is full: blocks, pages and appends are refused as well, and leave what was there; a copy waits."""
    for _ in range(1 + (BLOB >> 20)):
        if await put(client, state, 1 << 20) == FULL:
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


def small_changes(client, number):
    """One change of each kind that needs no extent: its name, what asks for it, and how its success is told."""
    # Who holds a lease may acquire it again.
    lease = "00000000-0000-0000-0000-000000000001"
    held = {"x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1", "x-ms-proposed-lease-id": lease}
    copied_from = f"https://{client.other}.blob.core.{client.domain}/load/0"
    change = json.dumps({"PartitionKey": "p", "RowKey": f"r{number}"}).encode()
    message = f"<QueueMessage><MessageText>{number}</MessageText></QueueMessage>".encode()
    renamed = {"x-ms-rename-source": f"/load/{'dir' if number == 1 else 'kept'}-{number - 1}"}
    tags = {"location": "francecentral", "tags": {"n": str(number)}}
    page = {"x-ms-page-write": "update", "x-ms-range": "bytes=0-511"}
    return [
        ("a block", client.blob("PUT", "/more/blocks", {"comp": "block", "blockid": "AAAA"}, None, b"1"), 201),
        ("a list of blocks", client.blob("PUT", "/more/listed", {"comp": "blocklist"}, None, b"<BlockList/>"), 201),
        ("a page", client.blob("PUT", "/more/pages", {"comp": "page"}, page, bytes(512)), 201),
        ("an append", client.blob("PUT", "/more/log", {"comp": "appendblock"}, None, b"1"), 201),
        ("a lease", client.blob("PUT", "/more/leased", {"comp": "lease"}, held, b""), 201),
        ("metadata", client.blob("PUT", "/more/log", {"comp": "metadata"}, {"x-ms-meta-n": "1"}, b""), 200),
        ("tags", client.blob("PUT", "/more/log", {"comp": "tags"}, None, TAGS), 204),
        ("a snapshot", client.blob("PUT", "/more/log", {"comp": "snapshot"}, None, b""), 201),
        ("a copy", client.blob("PUT", "/more/target", None, {"x-ms-copy-source": copied_from}, b""), 202),
        ("a rename", client.dfs("PUT", f"/load/{'dir' if number == 1 else 'kept'}-{number}", None, renamed), 201),
        ("a directory", client.dfs("PUT", f"/load/made-{number}", {"resource": "directory"}), 201),
        ("a message", client.blob("POST", "/load/messages", None, None, message, service="queue"), 201),
        ("a queue", client.blob("PUT", f"/made-{number}", service="queue"), 201),
        ("an entity", client.table("POST", "/load", data=change), 201),
        ("a table", client.table("POST", "/Tables", data=json.dumps({"TableName": f"made{number}"}).encode()), 201),
        ("a container", client.blob("PUT", f"/made-{number}", {"restype": "container"}), 201),
        ("a group", client.arm("PUT", "/resourceGroups/crash", tags), 200),
    ]


TAGS = b"<Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>"


async def picture(client):
    """All that the small changes would change."""
    query = {"restype": "container", "comp": "list", "include": "metadata,tags,snapshots,uncommittedblobs,copy"}
    message = {"peekonly": "true", "numofmessages": "32"}
    group = await client.arm("GET", "/resourceGroups/crash")
    seen = [
        await client.blob("GET", "/more", query), await client.blob("GET", "/", {"comp": "list"}),
        await client.blob("GET", "/more/pages"), await client.blob("GET", "/more/log"),
        await client.dfs("GET", "/load", {"recursive": "true", "resource": "filesystem"}),
        await client.blob("GET", "/load/messages", message, service="queue"),
        await client.blob("GET", "/", {"comp": "list"}, service="queue"),
        await client.table("GET", "/load()"), await client.table("GET", "/Tables"), group,
    ]
    for status, _, body in seen:
        expect("a look at a full disk", status, body[:400], 200)
    return [body for _, _, body in seen]


async def stage(client, state):
    """What the small changes change."""
    pages = {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "1024"}
    for name, headers in (("pages", pages), ("log", {"x-ms-blob-type": "AppendBlob"}), ("leased", {"x-ms-blob-type": "BlockBlob"})):
        status, _, body = await client.blob("PUT", f"/more/{name}", None, headers, b"")
        expect(f"put {name}", status, body, 201)
    status, _, body = await client.dfs("PUT", "/load/kept-1", {"resource": "directory"})
    expect("a directory", status, body, 201)
    for number in range(2):
        status, _, body = await client.dfs(
            "PUT", f"/load/dir-0/sub/{number}", None, {"x-ms-blob-type": "BlockBlob"}, content(number, BLOB), service="blob")
        expect("a file", status, body, 201)


async def small(client, state):
    """A disk that is full for extents goes on with all that needs none."""
    for name, asked, wanted in small_changes(client, 1):
        status, _, body = await asked
        expect(f"{name} while extents are refused", status, body, wanted)


async def small_refused(client, state):
    """Below the reserve of the store nothing that is written is taken, and nothing of it is seen."""
    before = await picture(client)
    for name, asked, _ in small_changes(client, 2):
        status, headers, body = await asked
        expect(f"{name} on a full disk", status, body, FULL)
        if "ServerBusy" not in headers.get("x-ms-error-code", "") + body.decode() or "Retry-After" not in headers:
            raise Finding(f"{name} on a full disk: {dict(headers)} {body[:400]!r}")
    after = await picture(client)
    for one, other in zip(before, after):
        if one != other:
            raise Finding(f"a refused change left something: {one[-800:]!r} became {other[-800:]!r}")
    await read(client, state)


async def fell(client, state):
    """A directory goes with what is below it although the disk is full: that gives room back."""
    status, _, body = await client.dfs("DELETE", "/load/dir-1", {"recursive": "true"})
    expect("delete of a directory on a full disk", status, body, 200)


async def refused(client, state):
    """Below the reserve of the store itself: every change is refused, reads go on."""
    for size in (1000, BLOB):
        if await put(client, state, size) != FULL:
            raise Finding(f"a put of {size} bytes goes into the store's own reserve")
    await small_refused(client, state)


STEPS = {"stage": stage, "fill": fill, "read": read, "free": free, "works": works, "refused": refused,
         "other-writes": other_writes, "small": small, "copied": copied, "small-refused": small_refused, "fell": fell,
         "thin": thin}


if __name__ == "__main__":
    main(STEPS)
