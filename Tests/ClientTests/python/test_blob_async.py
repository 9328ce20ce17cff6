# SPDX-License-Identifier: Apache-2.0
"""azure-storage-blob, asynchronous."""
import asyncio
import os
import uuid

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.identity.aio import ClientSecretCredential
from azure.storage.blob.aio import BlobServiceClient

MIB = 1 << 20


@pytest.fixture(params=["key", "role"])
async def container(request, region, account):
    sp = region.principal
    role = ClientSecretCredential(region.tenant, sp["clientId"], sp["clientSecret"], authority=region.login,
                                  disable_instance_discovery=True)
    credential = account.key if request.param == "key" else role
    async with role, BlobServiceClient(account.url, credential=credential, max_single_put_size=2 * MIB,
                                       max_block_size=MIB, max_chunk_get_size=MIB, max_single_get_size=MIB) as service:
        made = await service.create_container(f"a{uuid.uuid4().hex[:10]}")
        yield made
        await made.delete_container()


async def test_many_go_up_and_come_down_at_once(container):
    blobs = {f"n{n:02d}": os.urandom(n * 10_000) for n in range(24)}
    await asyncio.gather(*(container.upload_blob(name, data) for name, data in blobs.items()))
    assert [it.name async for it in container.list_blobs()] == sorted(blobs)
    async def read(name):
        return await (await container.download_blob(name)).readall()
    assert dict(zip(blobs, await asyncio.gather(*(read(name) for name in blobs)))) == blobs


async def test_blocks_and_chunks_keep_their_order(container):
    data = os.urandom(5 * MIB + 17)
    await container.upload_blob("big", data, max_concurrency=4)
    stream = await container.download_blob("big", max_concurrency=2)
    assert b"".join([chunk async for chunk in stream.chunks()]) == data
    part = await container.download_blob("big", offset=MIB - 3, length=7)
    assert await part.readall() == data[MIB - 3:MIB + 4]


async def test_of_concurrent_writers_with_one_tag_one_wins(container):
    blob = container.get_blob_client("contested")
    tag = (await blob.upload_blob(b"start"))["etag"]
    async def write(n):
        try:
            await blob.upload_blob(f"{n}".encode(), overwrite=True, etag=tag, match_condition=MatchConditions.IfNotModified)
            return n
        except ResourceModifiedError:
            return None
    winners = [n for n in await asyncio.gather(*(write(n) for n in range(8))) if n is not None]
    assert len(winners) == 1
    assert await (await blob.download_blob()).readall() == f"{winners[0]}".encode()


async def test_copy_metadata_and_deletion(container):
    source = await container.upload_blob("source", b"it", metadata={"a": "1"})
    copy = container.get_blob_client("copy")
    assert (await copy.start_copy_from_url(source.url))["copy_status"] == "success"
    assert (await copy.get_blob_properties()).metadata == {"a": "1"}
    await copy.set_blob_metadata({"b": "2"})
    assert (await source.get_blob_properties()).metadata == {"a": "1"}
    await source.delete_blob()
    with pytest.raises(ResourceNotFoundError):
        await source.download_blob()
    pages = [[it.name async for it in page] async for page in container.list_blobs(results_per_page=1).by_page()]
    assert pages[0] == ["copy"]
