# SPDX-License-Identifier: Apache-2.0
"""azure-data-tables, asynchronous."""
import asyncio
import uuid

import pytest
from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableTransactionError, UpdateMode
from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import ClientSecretCredential


@pytest.fixture(params=["key", "role"])
async def table(request, region, account):
    sp = region.principal
    role = ClientSecretCredential(region.tenant, sp["clientId"], sp["clientSecret"], authority=region.login,
                                  disable_instance_discovery=True)
    credential = AzureNamedKeyCredential(account.name, account.key) if request.param == "key" else role
    async with role, TableServiceClient(account.tables, credential=credential) as service:
        made = await service.create_table(f"a{uuid.uuid4().hex[:10]}")
        yield made
        await made.delete_table()


async def test_many_go_in_and_come_out_at_once(table):
    await asyncio.gather(*(table.create_entity({"PartitionKey": f"p{n % 3}", "RowKey": f"{n:02d}", "n": n}) for n in range(30)))
    found = [it["n"] async for it in table.query_entities("PartitionKey eq 'p1'", results_per_page=4)]
    assert found == [n for n in range(30) if n % 3 == 1]


async def test_of_many_writers_of_one_state_one_wins(table):
    made = await table.create_entity({"PartitionKey": "a", "RowKey": "b", "n": 0})
    async def write(n):
        try:
            await table.update_entity({"PartitionKey": "a", "RowKey": "b", "n": n}, mode=UpdateMode.REPLACE, etag=made["etag"],
                                      match_condition=MatchConditions.IfNotModified)
            return n
        except ResourceModifiedError:
            return None
    winners = [n for n in await asyncio.gather(*(write(n) for n in range(1, 9))) if n]
    assert len(winners) == 1 and (await table.get_entity("a", "b"))["n"] == winners[0]


@pytest.mark.parametrize("key", ["it's", "é 😀", "a%20b+c&d=e", "a,b)('"])
async def test_keys_survive_their_encoding(table, key):
    await table.upsert_entity({"PartitionKey": key, "RowKey": key, "n": 1})
    assert (await table.get_entity(key, key))["n"] == 1
    await table.delete_entity(key, key)
    with pytest.raises(ResourceNotFoundError):
        await table.get_entity(key, key)


async def test_transactions_run_side_by_side(table):
    async def fill(partition):
        await table.submit_transaction([("create", {"PartitionKey": partition, "RowKey": str(n)}) for n in range(100)])
    await asyncio.gather(*(fill(f"p{n}") for n in range(5)))
    assert len([it async for it in table.list_entities()]) == 500
    with pytest.raises(TableTransactionError):
        await fill("p0")
    with pytest.raises(ResourceExistsError):
        await table.create_entity({"PartitionKey": "p0", "RowKey": "0"})
