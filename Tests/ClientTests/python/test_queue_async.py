# SPDX-License-Identifier: Apache-2.0
"""azure-storage-queue, asynchronous: many senders and receivers at once."""
import asyncio
import uuid

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.identity.aio import ClientSecretCredential
from azure.storage.queue.aio import QueueServiceClient


@pytest.fixture(params=["key", "role"])
async def queue(request, region, account):
    sp = region.principal
    role = ClientSecretCredential(region.tenant, sp["clientId"], sp["clientSecret"], authority=region.login,
                                  disable_instance_discovery=True)
    credential = account.key if request.param == "key" else role
    url = account.url.replace(".blob.", ".queue.")
    async with role, QueueServiceClient(url, credential=credential) as service:
        made = await service.create_queue(f"a{uuid.uuid4().hex[:10]}")
        yield made
        await made.delete_queue()


async def test_sixteen_receivers_take_each_message_once(queue):
    texts = [f"{n}" for n in range(160)]
    await asyncio.gather(*(queue.send_message(text) for text in texts))

    async def take():
        mine = []
        while (message := await queue.receive_message(visibility_timeout=600)) is not None:
            mine.append(message.content)
            await queue.delete_message(message)
        return mine

    taken = [text for mine in await asyncio.gather(*(take() for _ in range(16))) for text in mine]
    assert sorted(taken) == sorted(texts)
    assert (await queue.get_queue_properties()).approximate_message_count == 0


async def test_what_is_not_deleted_comes_back(queue):
    await queue.send_message("again")
    first = await queue.receive_message(visibility_timeout=1)
    for _ in range(50):
        second = await queue.receive_message()
        if second is not None:
            break
        await asyncio.sleep(0.1)
    assert (second.id, second.dequeue_count) == (first.id, 2)
    await queue.delete_message(second)
    with pytest.raises(ResourceNotFoundError):
        await queue.update_message(second, visibility_timeout=0)
