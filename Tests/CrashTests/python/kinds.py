# SPDX-License-Identifier: Apache-2.0
"""Kinds of changes beside whole blobs that a killed region must keep: uncommitted blocks, appends, renames of a directory,
messages, transactions over a table, and a lifecycle policy that deletes meanwhile."""
import asyncio
import base64
import json
import time
import xml.etree.ElementTree as ElementTree

from crashing import Finding, content, expect, extended

BLOCKS_EACH, BLOCKS_MAX = 4, 40_000
# A log of more appends is begun anew.
APPENDS_MAX, RECORD = 500, 24
TREE_FILES = 5
ROWS = 6
MESSAGES_MAX, HIDDEN_SECONDS = 24, 1
AGED_EACH = 8
KINDS = ("staged-", "list-", "append-", "tree-", "message-", "row-", "aged-", "young-", "lent-")


def is_kind(key):
    return key.startswith(KINDS)


def record(n):
    return n.to_bytes(8) + content(n, RECORD - 8)


def block_id(number):
    return base64.b64encode(f"block-{number}".encode()).decode()


def size_of(n):
    """The length of a block says which change staged it."""
    return n % BLOCKS_MAX + 1


def part(n):
    return content(n, size_of(n))


class Kinds:
    def __init__(self, client, journal, chance):
        self.client, self.journal, self.chance = client, journal, chance

    def workers(self):
        return [self.blocks(0), self.appends(0), self.trees(0), self.messages(), self.messages(), self.rows(0), self.rows(1),
                self.aged(0)]

    async def blocks(self, worker):
        """Blocks that wait for their list, also across a kill."""
        name, keys = f"/more/list-{worker}", [f"staged-{worker}#{it}" for it in range(BLOCKS_EACH)]
        while True:
            staged = [key for key in keys if self.journal.holds(key) is not None]
            if len(staged) < 2 or self.chance.random() < 0.8:
                key = self.chance.choice(keys)
                n = self.journal.begin([key])
                query = {"comp": "block", "blockid": block_id(key.split("#")[1])}
                status, _, body = await self.client.blob("PUT", name, query, None, part(n))
                expect(f"put block {key}", status, body, 201)
            else:
                parts = [self.journal.holds(key) for key in staged]
                n = self.journal.begin([f"list-{worker}"], clears=keys, parts=parts)
                listing = "".join(f"<Uncommitted>{block_id(key.split('#')[1])}</Uncommitted>" for key in staged)
                status, _, body = await self.client.blob(
                    "PUT", name, {"comp": "blocklist"}, {"x-ms-meta-n": str(n)}, f"<BlockList>{listing}</BlockList>".encode())
                expect(f"commit {name}", status, body, 201)
            self.journal.write({"ack": n})

    async def appends(self, worker):
        """A log: every change is one record at its end."""
        key = f"append-{worker}"
        status, _, body = await self.client.blob("HEAD", "/more/" + key)
        expect(f"head {key}", status, body, 200, 404)
        while True:
            if status == 404 or len(self.journal.chains.get(key, [])) > APPENDS_MAX:
                n = self.journal.begin([key], puts=False)
                status, _, body = await self.client.blob("PUT", "/more/" + key, None, {"x-ms-blob-type": "AppendBlob"}, b"")
            else:
                n = self.journal.begin([key])
                status, _, body = await self.client.blob("PUT", "/more/" + key, {"comp": "appendblock"}, None, record(n))
            expect(f"append to {key}", status, body, 201)
            self.journal.write({"ack": n})

    async def trees(self, worker):
        """A directory with files that is renamed again and again: every change is its name."""
        key = f"tree-{worker}"
        if (await self.client.dfs("HEAD", f"/load/{tree(key, self.journal.holds(key))}"))[0] == 404:
            await self.plant(key)
        while True:
            old = tree(key, self.journal.holds(key))
            n = self.journal.begin([key])
            status, _, body = await self.client.dfs(
                "PUT", f"/load/{tree(key, n)}", None, {"x-ms-rename-source": f"/load/{old}"})
            expect(f"rename {old}", status, body, 201)
            self.journal.write({"ack": n})

    async def plant(self, key):
        """Makes the files elsewhere, and then the directory by its first rename."""
        for number in range(TREE_FILES):
            path = f"/load/new-{key}/sub/{number}"
            status, _, body = await self.client.dfs(
                "PUT", path, None, {"x-ms-blob-type": "BlockBlob"}, content(number, 1000 + number), service="blob")
            expect(f"put {path}", status, body, 201)
        n = self.journal.begin([key], puts=False)
        status, _, body = await self.client.dfs(
            "PUT", f"/load/{tree(key, None)}", None, {"x-ms-rename-source": f"/load/new-{key}"})
        expect(f"plant {key}", status, body, 201)
        self.journal.write({"ack": n})

    async def messages(self):
        while True:
            if len(self.journal.receipts) < 2 or (len(self.journal.receipts) < MESSAGES_MAX and self.chance.random() < 0.6):
                n = self.journal.next
                n = self.journal.begin([f"message-{n}"])
                status, _, body = await self.client.blob(
                    "POST", "/load/messages", {"messagettl": "-1"}, None,
                    f"<QueueMessage><MessageText>{n}</MessageText></QueueMessage>".encode(), service="queue")
                expect(f"put message {n}", status, body, 201)
                self.journal.write({"ack": n})
                self.journal.receipts |= receipts(body, n)
            else:
                it = self.chance.choice(sorted(self.journal.receipts))
                there, receipt = self.journal.receipts.pop(it)
                n = self.journal.begin([f"message-{it}"], puts=False)
                status, _, body = await self.client.blob(
                    "DELETE", f"/load/messages/{there}", {"popreceipt": receipt}, service="queue")
                expect(f"delete message {it}", status, body, 204)
                self.journal.write({"ack": n})

    async def rows(self, worker):
        """Transactions over rows of one partition: each is there whole or not at all."""
        while True:
            rows = sorted(self.chance.sample(range(ROWS), self.chance.randint(1, ROWS)))
            keys = [f"row-{worker}#{row}" for row in rows]
            gone = [key for key in keys if self.journal.holds(key) is not None and self.chance.random() < 0.3]
            put = [key for key in keys if key not in gone]
            n = self.journal.begin(put, clears=gone)
            status, _, body = await self.client.table(
                "POST", "/$batch", "multipart/mixed; boundary=batch", self.batch(worker, put, gone, n).encode())
            expect("transaction", status, body, 202)
            if body.count(b"HTTP/1.1 204") != len(keys):
                raise Finding(f"transaction {n} of {keys} without {gone}: {body[:800]!r}")
            self.journal.write({"ack": n})

    def batch(self, worker, put, gone, n):
        lines = ["--batch", "Content-Type: multipart/mixed; boundary=change", ""]
        for key in put + gone:
            row = key.split("#")[1]
            address = (f"https://{self.client.account}.table.core.{self.client.domain}"
                       f"/load(PartitionKey='{worker}',RowKey='{row}')")
            lines += ["--change", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
                      f"{'DELETE' if key in gone else 'PUT'} {address} HTTP/1.1", "Content-Type: application/json",
                      "Accept: application/json;odata=nometadata"]
            lines += ["If-Match: *", "", ""] if key in gone else ["", json.dumps({"N": n})]
        return "\r\n".join(lines + ["--change--", "--batch--", ""])

    async def aged(self, worker):
        """A lifecycle policy is due whenever the region starts: what it means goes at any time, and nothing else does."""
        path = f"/resourceGroups/crash/providers/Microsoft.Storage/storageAccounts/{self.client.account}"
        rule = {"enabled": True, "name": "aged", "type": "Lifecycle", "definition": {
            "actions": {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 0}}},
            "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["more/aged-", "more/lent-"]}}}
        status, _, body = await self.client.arm(
            "PUT", path + "/managementPolicies/default", {"properties": {"policy": {"rules": [rule]}}})
        expect("lifecycle policy", status, body, 200)
        for name in ("young", "lent"):
            key = f"{name}-{worker}"
            if self.journal.holds(key) is None:
                await self.make(key, {"x-ms-lease-duration": "-1", "x-ms-lease-action": "acquire"} if name == "lent" else None)
        while True:
            await self.make(f"aged-{worker}-{self.chance.randrange(AGED_EACH)}", None)
            await asyncio.sleep(0.02)

    async def make(self, key, lease):
        n = self.journal.begin([key])
        headers = {"x-ms-blob-type": "BlockBlob", "x-ms-meta-n": str(n)}
        status, _, body = await self.client.blob("PUT", "/more/" + key, None, headers, content(n, 100))
        expect(f"put {key}", status, body, 201)
        if lease:
            status, _, body = await self.client.blob("PUT", "/more/" + key, {"comp": "lease"}, lease, b"")
            expect(f"lease {key}", status, body, 201)
        self.journal.write({"ack": n})


def tree(key, n):
    return f"{key}-at-{n or 0}"


def receipts(body, n=None):
    """Ids and receipts by the change that put each message."""
    found = {}
    for it in ElementTree.fromstring(body).iter("QueueMessage"):
        number = n if n is not None else int(it.findtext("MessageText"))
        if number in found:
            raise Finding(f"message {number} is there twice")
        found[number] = (it.findtext("MessageId"), it.findtext("PopReceipt"))
    return found


# MARK: Checking


def allow(journal, key, seen):
    if seen not in journal.may[key]:
        raise Finding(f"{key} holds change {seen}, may hold {journal.may[key]}")


def allow_whole(journal, seen, what):
    """Of every change whose answer never came all is there, or nothing."""
    for n, changes in journal.open.items():
        # What began after the backup may be in it or not, and others wrote the same rows in between.
        if n in journal.young:
            continue
        mine = [(key, value) for key, value in changes if key in seen]
        before = [key for key, value in mine if seen[key] != value]
        # A value that was there before says nothing.
        after = [key for key, value in mine if seen[key] == value and len(journal.may[key]) > 1]
        if before and after:
            raise Finding(f"change {n} of {what} is half there: {seen}")


async def check_blocks(client, journal, keys):
    names = sorted({key.split("#")[0] for key in keys if key.startswith("staged-")})
    seen = {}
    for name in names:
        path = "/more/" + name.replace("staged-", "list-")
        status, _, body = await client.blob("GET", path, {"comp": "blocklist", "blocklisttype": "uncommitted"})
        expect(f"blocks of {path}", status, body, 200, 404)
        blocks = {} if status == 404 else {
            it.findtext("Name"): int(it.findtext("Size")) for it in ElementTree.fromstring(body).iter("Block")}
        for key in (key for key in keys if key.startswith(name + "#")):
            size = blocks.pop(block_id(key.split("#")[1]), None)
            fitting = [it for it in journal.may[key] if it is not None and size_of(it) == size]
            if size is not None and len(fitting) != 1:
                raise Finding(f"{key} is a block of {size} bytes, may be {journal.may[key]}")
            seen[key] = fitting[0] if size is not None else None
            allow(journal, key, seen[key])
        if blocks:
            raise Finding(f"{path} has blocks that nobody staged: {blocks}")
        key = name.replace("staged-", "list-")
        if key in keys:
            status, headers, body = await client.blob("GET", path)
            expect(f"get {path}", status, body[:400], 200, 404)
            seen[key] = int(headers["x-ms-meta-n"]) if status == 200 and "x-ms-meta-n" in headers else None
            allow(journal, key, seen[key])
            if seen[key] is not None and body != b"".join(part(it) for it in journal.parts[seen[key]]):
                raise Finding(f"{path} holds {len(body)} other bytes than change {seen[key]} of {journal.parts[seen[key]]}")
    allow_whole(journal, seen, "blocks")
    return seen


async def check_append(client, journal, key):
    status, _, body = await client.blob("GET", "/more/" + key)
    expect(f"get {key}", status, body[:400], 200, 404)
    records = [body[at:at + RECORD] for at in range(0, len(body), RECORD)] if status == 200 else []
    found = [int.from_bytes(it[:8]) for it in records]
    seen = found[-1] if found else None
    allow(journal, key, seen)
    chains = [journal.chains.get(key, [])]
    for value in journal.later.get(key, []):
        chains.append(extended(chains[-1], value))
    if found not in chains + [extended(chains[-1], seen)] or records != [record(n) for n in found]:
        raise Finding(f"{key} has {found}, was told {chains[0]}, perhaps then {journal.later.get(key, [])}")
    return seen


async def check_tree(client, journal, key):
    """The directory is in one place, with every file in it, and nothing of it is in any other."""
    status, _, body = await client.dfs("GET", "/load", {"recursive": "true", "resource": "filesystem"})
    expect("paths", status, body, 200)
    paths = {it["name"]: int(it.get("contentLength", 0)) for it in json.loads(body)["paths"]}
    roots = {name for name in paths if "/" not in name and name.startswith(key + "-at-")}
    if not roots and journal.may[key] == {None}:
        return None
    if not roots and None in journal.may[key]:
        return None
    if len(roots) != 1:
        raise Finding(f"{key} is at {sorted(roots)}")
    root = roots.pop()
    seen = int(root.rsplit("-", 1)[1]) or None
    allow(journal, key, seen)
    files = {name.removeprefix(root + "/sub/"): length for name, length in paths.items() if name.startswith(root + "/sub/")}
    if files != {str(it): 1000 + it for it in range(TREE_FILES)}:
        raise Finding(f"{root} has {files}")
    status, _, body = await client.dfs("GET", f"/load/{root}/sub/1")
    expect(f"read in {root}", status, body[:400], 200)
    if body != content(1, 1001):
        raise Finding(f"a file in {root} has other bytes")
    return seen


async def check_messages(client, journal, keys):
    """Every message that was acknowledged is handed out, and none that was deleted; one that is hidden soon is not."""
    seen, begun = {}, time.monotonic()
    wanted = {key for key in keys if None not in journal.may[key]}
    unsettled = {key for key in keys if len(journal.may[key]) > 1}
    while True:
        status, _, body = await client.blob(
            "GET", "/load/messages", {"numofmessages": "32", "visibilitytimeout": str(HIDDEN_SECONDS)}, service="queue")
        expect("get messages", status, body, 200)
        found = receipts(body)
        for n in found:
            key = f"message-{n}"
            if key not in journal.may:
                raise Finding(f"{key} was never put")
            allow(journal, key, n)
            seen[key] = n
        journal.receipts |= found
        # What the last check was handed may be hidden still.
        is_shown = unsettled <= seen.keys() or time.time() > journal.checked + HIDDEN_SECONDS + 1
        if not found and is_shown and wanted <= seen.keys():
            return {key: seen.get(key) for key in keys}
        if time.monotonic() > begun + 20:
            raise Finding(f"{sorted(wanted - seen.keys())} are lost")
        await asyncio.sleep(0 if found else 0.1)


async def check_rows(client, journal, keys):
    seen = dict.fromkeys(keys)
    status, _, body = await client.table("GET", "/load()")
    expect("query", status, body, 200)
    for it in json.loads(body)["value"]:
        key = f"row-{it['PartitionKey']}#{it['RowKey']}"
        if key not in seen:
            raise Finding(f"{key} was never put")
        seen[key] = int(it["N"])
    for key in keys:
        allow(journal, key, seen[key])
    allow_whole(journal, seen, "a table")
    return seen


async def check_aged(client, journal, key):
    status, headers, body = await client.blob("GET", "/more/" + key)
    expect(f"get {key}", status, body[:400], 200, 404)
    seen = int(headers["x-ms-meta-n"]) if status == 200 else None
    if key.startswith("lent-") and headers.get("x-ms-lease-state") != "leased":
        # The lease is the second half of the change; without it the policy may take the blob.
        seen = None
    # Only what the policy means may go by itself.
    if seen is not None or not key.startswith("aged-"):
        allow(journal, key, seen)
    if seen is not None and body != content(seen, 100):
        raise Finding(f"{key} has other bytes than change {seen}")
    return seen


async def check_kinds(client, journal):
    """As `check` in load.py; what was seen is settled."""
    keys = sorted(key for key in journal.may if is_kind(key))

    def of(*kinds):
        return [key for key in keys if key.startswith(kinds)]
    messages = asyncio.create_task(check_messages(client, journal, of("message-")))
    seen = await check_blocks(client, journal, of("staged-", "list-")) | await check_rows(client, journal, of("row-"))
    checks = {key: check_append for key in of("append-")} | {key: check_tree for key in of("tree-")}
    checks |= {key: check_aged for key in of("aged-", "young-", "lent-")}
    found = await asyncio.gather(*(look(client, journal, key) for key, look in checks.items()))
    seen |= dict(zip(checks, found))
    seen |= await messages
    for key, value in seen.items():
        journal.write({"key": key, "seen": value})
