# SPDX-License-Identifier: Apache-2.0
"""What the programs that walk a region step by step share: what was acknowledged, kept in a file, and how a run goes."""
import argparse
import asyncio
import hashlib
import json
import sys

import aiohttp

from crashing import Client, Finding, content, expect


class State:
    """The region's setup, the next number, and what must be there: path to number and size of the content."""

    def __init__(self, path):
        self.path = path
        try:
            with open(path, encoding="utf-8") as file:
                self.setup, self.next, self.stored = json.load(file)
        except FileNotFoundError:
            self.setup, self.next, self.stored = None, 1, {}

    def save(self):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump([self.setup, self.next, self.stored], file)

    def number(self):
        self.next += 1
        return self.next - 1


async def read(client, state):
    """All that was acknowledged is there."""
    for name, (number, size) in state.stored.items():
        status, _, body = await client.blob("GET", name)
        expect(f"get {name}", status, body[:400], 200)
        if hashlib.sha256(body).digest() != hashlib.sha256(content(number, size)).digest():
            raise Finding(f"{name} has other bytes than were acknowledged")


async def walk(steps, options):
    with open(options.credentials, encoding="utf-8") as file:
        credentials = json.load(file)
    state = State(options.state)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        client = Client(session, credentials)
        if state.setup is None:
            await client.wait_until_healthy()
            state.setup = await client.prepare()
        client.resume(state.setup)
        for step in options.steps:
            try:
                await steps[step](client, state)
            except Finding as finding:
                raise Finding(f"{step}: {finding}") from finding
            finally:
                state.save()
    print(f"{len(state.stored)} blobs")


def main(steps):
    """Takes the steps that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--credentials", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("steps", nargs="+", choices=steps)
    try:
        asyncio.run(walk(steps, parser.parse_args()))
    except Finding as finding:
        sys.exit(f"finding: {finding}")
