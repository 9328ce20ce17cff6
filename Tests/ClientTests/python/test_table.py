# SPDX-License-Identifier: Apache-2.0
"""azure-data-tables, synchronous, by account key and by role."""
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.core.exceptions import (ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceModifiedError,
                                   ResourceNotFoundError)
from azure.data.tables import (EdmType, EntityProperty, TableAccessPolicy, TableSasPermissions, TableServiceClient,
                               TableTransactionError, UpdateMode, generate_account_sas, generate_table_sas, ResourceTypes,
                               AccountSasPermissions, TableCorsRule)


def until(hours=1):
    return datetime.now(timezone.utc) + timedelta(hours=hours)


@pytest.fixture(scope="module")
def key(account):
    return AzureNamedKeyCredential(account.name, account.key)


@pytest.fixture(scope="module", params=["key", "role"])
def service(request, region, account, key):
    return TableServiceClient(account.tables, credential=key if request.param == "key" else region.credential())


@pytest.fixture
def table(service):
    made = service.create_table(f"t{uuid.uuid4().hex[:10]}")
    yield made
    made.delete_table()


def people(table, partitions="abc", rows=5):
    for partition in partitions:
        table.submit_transaction([
            ("create", {"PartitionKey": partition, "RowKey": f"r{row}", "Age": row, "Name": f"{partition}{row}"})
            for row in range(rows)])


def keys(entities):
    return [it["PartitionKey"] + it["RowKey"] for it in entities]


def test_tables_come_and_go(service):
    name = f"T{uuid.uuid4().hex[:10]}"
    service.create_table(name)
    with pytest.raises(ResourceExistsError) as refused:
        service.create_table(name.lower())
    assert refused.value.error_code == "TableAlreadyExists"
    assert service.create_table_if_not_exists(name).table_name == name
    assert name in [it.name for it in service.list_tables(results_per_page=1)]
    assert [it.name for it in service.query_tables(f"TableName eq '{name}'")] == [name]
    service.delete_table(name)
    assert list(service.query_tables(f"TableName eq '{name}'")) == []
    with pytest.raises(ValueError):
        service.create_table("a-b")


def test_every_type_comes_back_as_it_went(table):
    sent = {
        "PartitionKey": "a", "RowKey": "b", "text": "é 😀 \" \\ \n", "small": 7, "large": EntityProperty(2 ** 62, EdmType.INT64),
        "ratio": 1.0, "infinite": float("inf"), "no": float("nan"), "yes": True, "raw": bytes(range(256)),
        "id": uuid.UUID("c9da6455-213d-42c9-9a79-3e9149a57833"), "when": datetime(2008, 7, 10, 1, 2, 3, 456789, timezone.utc)}
    table.create_entity(sent)
    got = table.get_entity("a", "b")
    assert got.pop("no") != got.get("no") and sent.pop("no") != 0
    assert dict(got) == sent and isinstance(got["ratio"], float)
    assert got["large"] == EntityProperty(2 ** 62, EdmType.INT64)
    assert got.metadata["timestamp"] is not None and got.metadata["etag"].startswith("W/\"datetime'")


@pytest.mark.parametrize("text", ["it's", "é 😀", "a%20b+c&d=e", "a,b)('", " ", ""])
def test_keys_survive_their_encoding(table, text):
    table.create_entity({"PartitionKey": text, "RowKey": "r" + text, "n": 1})
    assert table.get_entity(text, "r" + text)["n"] == 1
    table.upsert_entity({"PartitionKey": text, "RowKey": "r" + text, "n": 2}, mode=UpdateMode.REPLACE)
    assert [it["n"] for it in table.query_entities("PartitionKey eq @k", parameters={"k": text})] == [2]
    table.delete_entity(text, "r" + text)


def test_writes_keep_to_their_conditions(table):
    entity = {"PartitionKey": "a", "RowKey": "b", "x": 1}
    made = table.create_entity(entity)
    with pytest.raises(ResourceExistsError) as refused:
        table.create_entity(entity)
    assert "EntityAlreadyExists" in str(refused.value)
    merged = table.update_entity({**entity, "x": 2, "y": 1}, mode=UpdateMode.MERGE, etag=made["etag"],
                                 match_condition=MatchConditions.IfNotModified)
    with pytest.raises(ResourceModifiedError) as refused:
        table.update_entity(entity, mode=UpdateMode.REPLACE, etag=made["etag"], match_condition=MatchConditions.IfNotModified)
    assert refused.value.error_code == "UpdateConditionNotSatisfied"
    table.upsert_entity({"PartitionKey": "a", "RowKey": "b", "z": 1}, mode=UpdateMode.MERGE)
    assert {**table.get_entity("a", "b")} == {**entity, "x": 2, "y": 1, "z": 1}
    with pytest.raises(ResourceModifiedError):
        table.delete_entity("a", "b", etag=merged["etag"], match_condition=MatchConditions.IfNotModified)
    table.delete_entity("a", "b")
    with pytest.raises(ResourceNotFoundError) as refused:
        table.get_entity("a", "b")
    assert refused.value.error_code == "ResourceNotFound"
    with pytest.raises(ResourceNotFoundError):
        table.update_entity(entity)


def test_queries_filter_select_and_page(table):
    people(table)
    assert keys(table.list_entities(results_per_page=4)) == [p + f"r{r}" for p in "abc" for r in range(5)]
    pages = [keys(page) for page in table.list_entities(results_per_page=7).by_page()]
    assert [len(page) for page in pages] == [7, 7, 1]
    assert keys(table.query_entities("PartitionKey eq 'b' and RowKey ge 'r1' and RowKey lt 'r3'")) == ["br1", "br2"]
    assert keys(table.query_entities("Age gt @age and not (Name eq 'c4')", parameters={"age": 3})) == ["ar4", "br4"]
    only = next(iter(table.query_entities("PartitionKey eq 'a'", select=["Name"])))
    assert dict(only) == {"Name": "a0"}
    with pytest.raises(HttpResponseError) as refused:
        list(table.query_entities("Age is 5"))
    assert refused.value.error_code == "InvalidInput"


def test_a_transaction_is_all_or_nothing(table):
    people(table, "a", 3)
    table.submit_transaction([
        ("create", {"PartitionKey": "a", "RowKey": "new"}),
        ("update", {"PartitionKey": "a", "RowKey": "r0", "Age": 9}, {"mode": UpdateMode.MERGE}),
        ("upsert", {"PartitionKey": "a", "RowKey": "r1", "only": 1}, {"mode": UpdateMode.REPLACE}),
        ("delete", {"PartitionKey": "a", "RowKey": "r2"})])
    assert keys(table.list_entities()) == ["anew", "ar0", "ar1"]
    assert table.get_entity("a", "r0")["Name"] == "a0" and "Name" not in table.get_entity("a", "r1")
    with pytest.raises(TableTransactionError) as refused:
        table.submit_transaction([
            ("create", {"PartitionKey": "a", "RowKey": "more"}), ("create", {"PartitionKey": "a", "RowKey": "r0"})])
    assert (refused.value.error_code, refused.value.index, refused.value.status_code) == ("EntityAlreadyExists", 1, 409)
    assert keys(table.list_entities()) == ["anew", "ar0", "ar1"]


def test_signatures_open_their_part_and_no_more(account, key):
    owner = TableServiceClient(account.tables, credential=key)
    table = owner.create_table(f"s{uuid.uuid4().hex[:10]}")
    people(table)
    token = generate_table_sas(key, table.table_name, permission=TableSasPermissions(read=True, add=True), expiry=until(),
                               start_pk="a", start_rk="r3", end_pk="b", end_rk="r0")
    holder = TableServiceClient(account.tables, credential=AzureSasCredential(token)).get_table_client(table.table_name)
    assert keys(holder.list_entities()) == ["ar3", "ar4", "br0"]
    holder.create_entity({"PartitionKey": "a", "RowKey": "r9"})
    for act in [lambda: holder.create_entity({"PartitionKey": "c", "RowKey": "x"}), lambda: holder.delete_entity("a", "r9"),
                lambda: holder.submit_transaction([("create", {"PartitionKey": "c", "RowKey": "x"})])]:
        with pytest.raises(HttpResponseError) as refused:
            act()
        assert refused.value.status_code == 403
    table.set_table_access_policy({"p": TableAccessPolicy(permission="r", expiry=until())})
    assert table.get_table_access_policy()["p"].permission == "r"
    named = generate_table_sas(key, table.table_name, policy_id="p")
    reader = TableServiceClient(account.tables, credential=AzureSasCredential(named)).get_table_client(table.table_name)
    assert reader.get_entity("a", "r0")["Age"] == 0
    table.set_table_access_policy({})
    with pytest.raises(ClientAuthenticationError):
        reader.get_entity("a", "r0")
    whole = generate_account_sas(key, ResourceTypes(service=True, container=True, object=True),
                                 AccountSasPermissions(read=True, list=True, write=True, add=True), until())
    other = TableServiceClient(account.tables, credential=AzureSasCredential(whole))
    assert table.table_name in [it.name for it in other.list_tables()]
    assert other.get_table_client(table.table_name).get_entity("c", "r0")["Age"] == 0
    table.delete_table()


def test_service_settings_are_kept(account, key):
    service = TableServiceClient(account.tables, credential=key)
    rule = TableCorsRule(["https://a.example"], ["GET"], max_age_in_seconds=5)
    service.set_service_properties(cors=[rule])
    kept = service.get_service_properties()
    assert [it.allowed_origins for it in kept["cors"]] == [["https://a.example"]] and not kept["hour_metrics"].enabled


def test_tables_are_managed_through_resource_manager(storage, account, group):
    assert storage.table_services.get_service_properties(group, account.name).name == "default"
    storage.table_services.set_service_properties(group, account.name, {"properties": {"cors": {"corsRules": []}}})
    assert storage.table.create(group, account.name, "ArmMade").table_name == "ArmMade"
    policy = {"properties": {"signedIdentifiers": [{"id": "p", "accessPolicy": {"permission": "raud"}}]}}
    assert storage.table.update(group, account.name, "armmade", policy).signed_identifiers[0].id == "p"
    assert "ArmMade" in [it.name for it in storage.table.list(group, account.name)]
    assert storage.table.get(group, account.name, "armmade").table_name == "ArmMade"
    storage.table.delete(group, account.name, "ArmMade")
    with pytest.raises(ResourceNotFoundError):
        storage.table.get(group, account.name, "ArmMade")
