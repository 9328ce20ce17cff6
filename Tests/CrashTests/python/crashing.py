# SPDX-License-Identifier: Apache-2.0
"""What the programs that crash, fill and disturb a region share: its clients, and what must be there afterwards."""
import asyncio
import base64
import hmac
import json
import os
import random
import ssl
import time
import urllib.parse
from email.utils import formatdate

import aiohttp
import yarl

KIB = 1 << 10
# What copies bring over from the other account: within one step of the copy, and so long that a kill comes in it.
SOURCES = {0: 1000, 1: 100 * KIB, 2: 6 << 20}
VERSION = "2024-11-04"


class Gone(Exception):
    """The region went away; what was asked of it last is unknown."""


class Finding(Exception):
    """The region broke a promise."""


class Journal:
    """What every key may hold: a set of change numbers, where None is absence.

    Of a region restored from a backup the first FIRM bytes are certain; what was begun later may be in it or not.
    """

    def __init__(self, path, firm=None):
        self.setup, self.may, self.next, self.sizes, self.open, self.is_firm = None, {}, 1, {}, {}, True
        # When the last check was done.
        self.lost, self.checked = 0, 0
        # What a change is made of, by its number.
        self.parts = {}
        # The changes of a key that grows, in order; those that are not certain apart.
        self.chains, self.later = {}, {}
        # Changes that began after what must be there was written.
        self.young = set()
        # Ids and receipts of messages, by the change that put them.
        self.receipts = {}
        # How much a lifecycle policy took.
        self.faded = 0
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                at = 0
                for line in file:
                    self.is_firm = firm is None or at < firm
                    self.apply(json.loads(line))
                    at += len(line.encode())
        self.is_firm = True
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def apply(self, line):
        if "setup" in line:
            self.setup = line["setup"]
        elif "begin" in line:
            n = line["begin"]
            self.next, self.sizes[n] = n + 1, line["size"]
            if not self.is_firm:
                self.young.add(n)
            self.open[n] = [(key, n if line["puts"] else None) for key in line["keys"]]
            self.open[n] += [(key, None) for key in line.get("clears", ())]
            if "parts" in line:
                self.parts[n] = line["parts"]
            for key, value in self.open[n]:
                self.may.setdefault(key, {None}).add(value)
        elif "checked" in line:
            # What nobody heard of is settled by what was seen.
            self.lost, self.open, self.checked = self.lost + len(self.open), {}, line.get("time", 0)
        elif "ack" in line:
            for key, value in self.open.pop(line["ack"]):
                if self.is_firm:
                    self.settle(key, value)
                else:
                    self.later.setdefault(key, []).append(value)
        else:
            self.settle(line["key"], line["seen"])

    def settle(self, key, value):
        if key.startswith("aged-") and value is None and None not in self.may[key]:
            self.faded += 1
        self.may[key] = {value}
        if key.startswith("append-"):
            self.chains[key] = extended(self.chains.get(key, []), value)

    def write(self, line):
        os.write(self.file, json.dumps(line).encode() + b"\n")
        self.apply(line)

    def begin(self, keys, size=0, puts=True, clears=(), parts=None):
        """A change puts its number under `keys`, or nothing, and nothing under `clears`; `parts` are told to the check."""
        n = self.next
        self.write({"begin": n, "keys": keys, "size": size, "puts": puts}
                   | ({"clears": list(clears)} if clears else {}) | ({"parts": parts} if parts else {}))
        return n

    def holds(self, key):
        (value,) = self.may.get(key, {None})
        return value


def extended(chain, value):
    """A chain with the change that was made last; nothing starts it anew."""
    return [] if value is None else chain if value in chain[-1:] else chain + [value]


def content(n, size):
    return random.Random(n).randbytes(size)


def mac(key, text):
    return base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), "sha256")).decode()


class Client:
    """The two ways into the region: Resource Manager by bearer token, blobs by shared key."""

    def __init__(self, session, credentials):
        domain = f"{credentials['domain']}:{credentials['port']}"
        self.session, self.it, self.domain = session, credentials, domain
        self.token = self.key = None
        self.account, self.other, self.tree = "crashload", "crashfrom", "crashtree"
        self.tree_key = None

    async def send(self, method, url, headers=None, data=None):
        try:
            async with self.session.request(method, yarl.URL(url, encoded=True), headers=headers, data=data) as answer:
                return answer.status, answer.headers, await answer.read()
        except asyncio.TimeoutError as error:
            raise Finding(f"{method} {url} got no answer in time") from error
        except (aiohttp.ClientError, ConnectionError, ssl.SSLError) as error:
            raise Gone(repr(error)) from error

    async def arm(self, method, path, body=None, version="2025-08-01"):
        return await self.send(
            method, f"https://management.{self.domain}/subscriptions/{self.it['subscriptionId']}{path}?api-version={version}",
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            None if body is None else json.dumps(body).encode())

    async def blob(self, method, path, query=None, headers=None, data=None, service="blob"):
        """SharedKey of the Blob and Queue services: string to sign as in the REST reference."""
        return await self.signed(self.account, self.key, service, method, path, query, headers, data)

    async def dfs(self, method, path, query=None, headers=None, data=None, service="dfs"):
        """The account with a hierarchical namespace."""
        return await self.signed(self.tree, self.tree_key, service, method, path, query, headers, data)

    async def signed(self, account, key, service, method, path, query, headers, data):
        query = query or {}
        fields = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION} | (headers or {})
        resource = f"/{account}{path}" + "".join(f"\n{name}:{query[name]}" for name in sorted(query))
        conditions = [fields.get("If-Match", ""), fields.get("If-None-Match", "")]
        lines = [method, "", "", str(len(data)) if data else "", "", "application/octet-stream", "", ""] + conditions + ["", ""]
        text = "\n".join(lines + [f"{name}:{fields[name]}" for name in sorted(fields) if name.startswith("x-ms-")] + [resource])
        fields |= {"Authorization": f"SharedKey {account}:{mac(key, text)}", "Content-Type": "application/octet-stream"}
        encoded = "&".join(f"{name}={urllib.parse.quote(str(query[name]), safe='')}" for name in query)
        url = f"https://{account}.{service}.core.{self.domain}{path}" + ("?" + encoded if encoded else "")
        return await self.send(method, url, fields, data if data is not None else b"" if method == "PUT" else None)

    async def table(self, method, path, kind="application/json", data=None):
        """SharedKeyLite of the Table service."""
        date = formatdate(usegmt=True)
        fields = {"x-ms-date": date, "x-ms-version": VERSION, "Content-Type": kind, "DataServiceVersion": "3.0",
                  "Accept": "application/json;odata=nometadata",
                  "Authorization": f"SharedKeyLite {self.account}:{mac(self.key, f'{date}{chr(10)}/{self.account}{path}')}"}
        return await self.send(method, f"https://{self.account}.table.core.{self.domain}{path}", fields, data)

    async def wait_until_healthy(self):
        end = time.monotonic() + 90
        while True:
            try:
                answer = await self.send("GET", f"https://management.{self.domain}/metadata/endpoints?api-version=2022-09-01")
                if answer[0] == 200:
                    return
            except Gone:
                pass
            if time.monotonic() > end:
                raise Finding("the region does not answer after its restart")
            await asyncio.sleep(0.05)

    async def sign_in(self):
        principal = self.it["servicePrincipal"]
        status, _, body = await self.send(
            "POST", f"https://login.{self.domain}/{self.it['tenantId']}/oauth2/v2.0/token", data={
                "grant_type": "client_credentials", "client_id": principal["clientId"],
                "client_secret": principal["clientSecret"], "scope": f"https://management.{self.domain}//.default"})
        expect("token", status, body, 200)
        self.token = json.loads(body)["access_token"]

    def resume(self, setup):
        """Goes on with what an earlier run prepared."""
        self.token, self.key, self.tree_key = setup["token"], setup["key"], setup["tree"]

    async def prepare(self):
        """Signs in and makes the account; nothing kills the region meanwhile."""
        await self.sign_in()
        account = f"/resourceGroups/crash/providers/Microsoft.Storage/storageAccounts/{self.account}"
        expect("group", *self.bare(await self.arm("PUT", "/resourceGroups/crash", {"location": "francecentral"})), 200, 201)
        expect("account", *self.bare(await self.arm("PUT", account, ACCOUNT)), 200, 201)
        status, _, body = await self.arm("POST", account + "/listKeys", {})
        expect("keys", status, body, 200)
        self.key = json.loads(body)["keys"][0]["value"]
        for name in ("/load", "/more"):
            expect("container", *self.bare(await self.blob("PUT", name, {"restype": "container"})), 201)
        expect("queue", *self.bare(await self.blob("PUT", "/load", service="queue")), 201)
        expect("table", *self.bare(await self.table("POST", "/Tables", data=b'{"TableName":"load"}')), 201)
        await self.prepare_sources()
        await self.prepare_tree()
        return {"token": self.token, "key": self.key, "tree": self.tree_key, "time": time.time()}

    async def prepare_tree(self):
        """An account with a hierarchical namespace."""
        path = f"/resourceGroups/crash/providers/Microsoft.Storage/storageAccounts/{self.tree}"
        expect("account", *self.bare(await self.arm("PUT", path, ACCOUNT | {"properties": {"isHnsEnabled": True}})), 200, 201)
        status, _, body = await self.arm("POST", path + "/listKeys", {})
        expect("keys", status, body, 200)
        self.tree_key = json.loads(body)["keys"][0]["value"]
        expect("filesystem", *self.bare(await self.dfs("PUT", "/load", {"resource": "filesystem"})), 201)

    async def prepare_sources(self):
        """Another account, whose blobs anybody may read."""
        path = f"/resourceGroups/crash/providers/Microsoft.Storage/storageAccounts/{self.other}"
        body = ACCOUNT | {"properties": {"allowBlobPublicAccess": True}}
        expect("account", *self.bare(await self.arm("PUT", path, body)), 200, 201)
        status, _, body = await self.arm("POST", path + "/listKeys", {})
        expect("keys", status, body, 200)
        there = Client(self.session, self.it)
        there.account, there.key = self.other, json.loads(body)["keys"][0]["value"]
        public = {"x-ms-blob-public-access": "blob"}
        expect("container", *self.bare(await there.blob("PUT", "/load", {"restype": "container"}, public)), 201)
        for number, size in SOURCES.items():
            headers = {"x-ms-blob-type": "BlockBlob"}
            expect("source", *self.bare(await there.blob("PUT", f"/load/{number}", None, headers, content(number, size))), 201)

    @staticmethod
    def bare(answer):
        return answer[0], answer[2]


ACCOUNT = {"location": "francecentral", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}


def expect(what, status, body, *wanted):
    if status not in wanted:
        raise Finding(f"{what}: HTTP {status}, expected {wanted}: {body[:600]!r}")
