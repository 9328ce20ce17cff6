# SPDX-License-Identifier: Apache-2.0
"""Changes and reads a region whose disk fails now and then; one step a run, what was acknowledged is kept in a file."""
import asyncio
import base64
import time

from crashing import Finding, Gone, content, expect
from steps import main, read

MIB = 1 << 20
SMALL, MIDDLE, LONG = 1000, 100_000, 3 * MIB
PAGES = 256 << 10


async def whole(client, name, data):
    return await client.blob("PUT", name, None, {"x-ms-blob-type": "BlockBlob"}, data)


async def blocks(client, name, data):
    step, names = len(data) // 2 + 1, []
    for at in range(0, len(data), step):
        names.append(base64.b64encode(f"{len(names):04d}".encode()).decode())
        answer = await client.blob("PUT", name, {"comp": "block", "blockid": names[-1]}, None, data[at:at + step])
        if answer[0] != 201:
            return answer
    listing = "<BlockList>" + "".join(f"<Latest>{it}</Latest>" for it in names) + "</BlockList>"
    return await client.blob("PUT", name, {"comp": "blocklist"}, None, listing.encode())


async def pages(client, name, data):
    answer = await client.blob(
        "PUT", name, None, {"x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": str(len(data))}, b"")
    if answer[0] != 201:
        return answer
    for at in range(0, len(data), PAGES):
        part = data[at:at + PAGES]
        answer = await client.blob(
            "PUT", name, {"comp": "page"}, {"x-ms-page-write": "update", "x-ms-range": f"bytes={at}-{at + len(part) - 1}"},
            part)
        if answer[0] != 201:
            return answer
    return answer


async def append(client, name, data):
    answer = await client.blob("PUT", name, None, {"x-ms-blob-type": "AppendBlob"}, b"")
    for at in range(0, len(data), MIB):
        if answer[0] != 201:
            return answer
        answer = await client.blob("PUT", name, {"comp": "appendblock"}, None, data[at:at + MIB])
    return answer


WAYS = {"whole": whole, "blocks": blocks, "pages": pages, "append": append}


def sizes(way, some):
    return [size // 512 * 512 for size in some] if way == "pages" else some


async def change(client, state, some, *wanted):
    """One change in each way and of each size; gives the answers, and keeps what was acknowledged."""
    for way, run in WAYS.items():
        for size in sizes(way, some):
            number = state.number()
            name = f"/load/{way}-{number:05d}"
            status, headers, body = await run(client, name, content(number, size))
            if status == 201:
                state.stored[name] = [number, size]
            elif "x-ms-error-code" not in headers or "x-lazuli-entry" in headers:
                raise Finding(f"{name}: HTTP {status} without a code, or with an entry: {dict(headers)}")
            expect(f"{name} of {size} bytes", status, body[:400], *wanted)


async def works(client, state):
    """Every way works, now or soon."""
    end = time.monotonic() + 30
    while True:
        try:
            await change(client, state, [SMALL, MIDDLE, LONG], 201)
            break
        except Finding:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.2)
    await read(client, state)


async def long_refused(client, state):
    """What needs an extent is refused with a code clients retry by; what lies in the store goes on."""
    await change(client, state, [MIDDLE, LONG], 503)
    await change(client, state, [SMALL], 201)
    await read(client, state)


async def refused(client, state):
    """Nothing is acknowledged: each change is refused, and says that it is."""
    await change(client, state, [SMALL, MIDDLE, LONG], 503)


async def unread(client, state):
    """Bytes in extents cannot be read: an error and no byte, whatever the length; the store's own are there."""
    for name, (number, size) in state.stored.items():
        status, headers, body = await client.blob("GET", name)
        is_inline = size <= SMALL
        expect(f"get {name}", status, body[:400], *((200,) if is_inline else (500, 503)))
        if not is_inline and "x-ms-error-code" not in headers:
            raise Finding(f"{name}: HTTP {status} without a code")


async def damaged(client, state):
    """One long blob is damaged in its middle: it is cut off there, and never has other bytes."""
    cut = 0
    for name, (number, size) in state.stored.items():
        try:
            status, _, body = await client.blob("GET", name)
        except Gone:
            cut += 1
            continue
        expect(f"get {name}", status, body[:400], 200, 500)
        if status == 200 and body != content(number, size):
            raise Finding(f"{name} has other bytes than were acknowledged")
    if cut != 1:
        raise Finding(f"{cut} answers were cut off, expected one")


async def one(client, state):
    """One long blob and nothing else."""
    number = state.number()
    status, _, body = await whole(client, f"/load/whole-{number:05d}", content(number, LONG))
    expect("put", status, body, 201)
    state.stored[f"/load/whole-{number:05d}"] = [number, LONG]


STEPS = {"works": works, "refused": refused, "long-refused": long_refused, "read": read, "unread": unread,
         "damaged": damaged, "one": one}


if __name__ == "__main__":
    main(STEPS)
