# SPDX-License-Identifier: Apache-2.0
"""Gives a region a ledger of more than one bundle, and blobs that lie in a segment; or one blob, slowly."""
import argparse
import asyncio
import json
import sys

import aiohttp

from crashing import KIB, Client, Finding, content, expect

SMALL, LARGE = 280, 4
# A slow body: its parts, the rest between two, and after how many it has begun.
PARTS, PART_BYTES, REST_SECONDS, BEGUN = 4096, 4 * KIB, 0.1, 10


class Slow:
    """A body that comes little by little until the region takes no connection any more, and then at once.

    Makes the file BEGUN after its first parts.
    """

    def __init__(self, data, begun, port):
        self.data, self.begun, self.port = data, begun, port

    def __len__(self):
        return len(self.data)

    async def __aiter__(self):
        is_stopping = False
        for part in range(PARTS):
            yield self.data[part * PART_BYTES:(part + 1) * PART_BYTES]
            if part == BEGUN:
                with open(self.begun, "w", encoding="utf-8"):
                    pass
            if not is_stopping:
                await asyncio.sleep(REST_SECONDS)
                is_stopping = part > BEGUN and await self.is_refused()
        if not is_stopping:
            raise Finding("the region took connections to the end")

    async def is_refused(self):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return True
        writer.close()
        return False


async def put_slowly(client, begun):
    await client.prepare()
    body = Slow(content(1, PARTS * PART_BYTES), begun, client.it["port"])
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Length": str(len(body))}
    status, _, answer = await client.blob("PUT", "/load/slow", None, headers, body)
    expect("put slowly", status, answer, 201)


async def main(options):
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)) as session:
        client = Client(session, credentials)
        await client.wait_until_healthy()
        if options.slow:
            return await put_slowly(client, options.slow)
        await client.prepare()
        for n in range(1, SMALL + LARGE + 1):
            body = content(n, 100 if n <= SMALL else 100 * KIB)
            status, _, answer = await client.blob("PUT", f"/load/fill-{n}", None, {"x-ms-blob-type": "BlockBlob"}, body)
            expect(f"put {n}", status, answer, 201)
    # What was acknowledged has its number within a second.
    await asyncio.sleep(2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--credentials", required=True)
    parser.add_argument("--slow", help="puts one blob slowly, and makes this file when it has begun")
    try:
        asyncio.run(main(parser.parse_args()))
    except Finding as finding:
        sys.exit(f"finding: {finding}")
