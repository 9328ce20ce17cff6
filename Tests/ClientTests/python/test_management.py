# SPDX-License-Identifier: Apache-2.0
"""azure-mgmt-resource and azure-mgmt-storage."""
import uuid

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient


def test_groups_are_created_listed_tagged_and_deleted(resources):
    name = f"mgmt-{uuid.uuid4().hex[:8]}"
    made = resources.resource_groups.create_or_update(name, {"location": "francecentral", "tags": {"a": "1"}})
    assert (made.name, made.location, made.properties.provisioning_state) == (name, "francecentral", "Succeeded")
    assert resources.resource_groups.check_existence(name)
    assert name in [group.name for group in resources.resource_groups.list()]
    assert [group.name for group in resources.resource_groups.list(filter="tagName eq 'a' and tagValue eq '1'")] == [name]
    assert resources.resource_groups.update(name, {"tags": {"b": "2"}}).tags == {"b": "2"}
    resources.resource_groups.begin_delete(name).result()
    assert not resources.resource_groups.check_existence(name)
    with pytest.raises(ResourceNotFoundError) as refused:
        resources.resource_groups.get(name)
    assert refused.value.error.code == "ResourceGroupNotFound"


def test_lists_are_paged_by_links_the_sdk_follows(resources):
    names = {f"page-{uuid.uuid4().hex[:8]}" for _ in range(5)}
    for name in names:
        resources.resource_groups.create_or_update(name, {"location": "francesouth"})
    pages = [[group.name for group in page] for page in resources.resource_groups.list(top=2).by_page()]
    assert len(pages) >= 3 and all(len(page) <= 2 for page in pages)
    assert names <= {name for page in pages for name in page}
    for name in names:
        resources.resource_groups.begin_delete(name).result()


def test_a_client_given_only_the_address_asks_for_azures_audience(region):
    client = ResourceManagementClient(region.credential(), region.subscription, base_url=region.management)
    list(client.resource_groups.list())


def test_providers_and_resources_are_described(resources, account, group):
    provider = resources.providers.get("Microsoft.Storage")
    assert provider.registration_state == "Registered"
    assert "storageAccounts" in [kind.resource_type for kind in provider.resource_types]
    assert [it.name for it in resources.resources.list_by_resource_group(group)] == [account.name]
    assert resources.resources.get_by_id(account.id, api_version="2025-08-01").location == "francecentral"


def test_accounts_answer_every_read_the_sdk_offers(storage, account, group):
    accounts = storage.storage_accounts
    assert account.name in [it.name for it in accounts.list()]
    assert [it.name for it in accounts.list_by_resource_group(group)] == [account.name]
    assert accounts.get_properties(group, account.name).kind == "StorageV2"
    assert not accounts.check_name_availability({"name": account.name, "type": "Microsoft.Storage/storageAccounts"}).name_available
    assert accounts.update(group, account.name, {"tags": {"a": "1"}}).tags == {"a": "1"}
    assert "StorageAccounts" in [it.name.value for it in storage.usages.list_by_location("francecentral")]
    assert storage.blob_services.get_service_properties(group, account.name).name == "default"


def test_containers_are_managed_through_resource_manager(storage, account, group):
    containers = storage.blob_containers
    assert containers.create(group, account.name, "armmade", {"properties": {"metadata": {"a": "1"}}}).name == "armmade"
    assert "armmade" in [it.name for it in containers.list(group, account.name)]
    assert containers.get(group, account.name, "armmade").metadata == {"a": "1"}
    containers.delete(group, account.name, "armmade")
    with pytest.raises(ResourceNotFoundError):
        containers.get(group, account.name, "armmade")


def test_a_container_is_leased_through_resource_manager(storage, account, group):
    containers = storage.blob_containers
    containers.create(group, account.name, "armleased", {})
    taken = storage.blob_containers.lease(group, account.name, "armleased", {"action": "Acquire", "leaseDuration": 60})
    assert taken.lease_id and containers.get(group, account.name, "armleased").lease_state == "Leased"
    with pytest.raises(HttpResponseError) as refused:
        containers.delete(group, account.name, "armleased")
    assert refused.value.status_code == 409
    renewed = containers.lease(group, account.name, "armleased", {"action": "Renew", "leaseId": taken.lease_id})
    assert renewed.lease_id == taken.lease_id
    broken = containers.lease(group, account.name, "armleased", {"action": "Break", "breakPeriod": 0})
    assert broken.lease_time_seconds == "0"
    containers.delete(group, account.name, "armleased")


def test_a_container_s_policy_is_set_locked_extended_and_migrated(resources, storage):
    # What it makes cannot be deleted any more: it stays in a group of its own.
    name = group = f"worm{uuid.uuid4().hex[:12]}"
    resources.resource_groups.create_or_update(group, {"location": "francecentral"})
    wish = {"location": "francecentral", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    storage.storage_accounts.begin_create(group, name, wish).result()
    containers = storage.blob_containers
    containers.create(group, name, "kept", {})
    days = {"properties": {"immutabilityPeriodSinceCreationInDays": 3}}
    policy = containers.create_or_update_immutability_policy(group, name, "kept", parameters=days)
    assert policy.immutability_period_since_creation_in_days == 3 and policy.state == "Unlocked"
    storage.blob_services.set_service_properties(group, name, {"properties": {"isVersioningEnabled": True}})
    storage.blob_containers.begin_object_level_worm(group, name, "kept").result()
    assert containers.get(group, name, "kept").immutable_storage_with_versioning.enabled
    asked = {"match_condition": MatchConditions.IfNotModified}
    locked = containers.lock_immutability_policy(group, name, "kept", etag=policy.etag, **asked)
    assert locked.state == "Locked"
    days["properties"]["immutabilityPeriodSinceCreationInDays"] = 4
    longer = containers.extend_immutability_policy(group, name, "kept", parameters=days, etag=locked.etag, **asked)
    assert longer.immutability_period_since_creation_in_days == 4


def test_inventory_policies_are_set_listed_and_removed(storage, account, group):
    storage.blob_containers.create(group, account.name, "reports", {})
    filters = {"blobTypes": ["blockBlob"], "prefixMatch": ["docs/"]}
    definition = {"format": "Csv", "schedule": "Weekly", "objectType": "Blob", "schemaFields": ["Name"], "filters": filters}
    rule = {"enabled": True, "name": "all", "destination": "reports", "definition": definition}
    wish = {"properties": {"policy": {"enabled": True, "type": "Inventory", "rules": [rule]}}}
    policies = storage.blob_inventory_policies
    made = policies.create_or_update(group, account.name, "default", wish)
    assert made.policy.rules[0].definition.schedule == "Weekly"
    assert [it.policy.rules[0].name for it in policies.list(group, account.name)] == ["all"]
    definition["format"] = "Orc"
    with pytest.raises(HttpResponseError) as refused:
        policies.create_or_update(group, account.name, "default", wish)
    assert refused.value.status_code == 400
    policies.delete(group, account.name, "default")
    with pytest.raises(ResourceNotFoundError):
        policies.get(group, account.name, "default")


def test_the_actions_of_the_namespace_are_listed(storage):
    names = [it.name for it in storage.operations.list()]
    assert "Microsoft.Storage/storageAccounts/read" in names


@pytest.mark.parametrize("change, code", [
    ({"location": "eastus"}, "LocationNotAvailable"), ({"sku": {"name": "Standard_Nonsense"}}, "SkuNotAvailable"),
    ({"kind": "Nonsense"}, "Invalid")])
def test_an_account_that_may_not_be_is_refused(storage, group, change, code):
    wish = {"location": "francecentral", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}} | change
    name = f"bad{uuid.uuid4().hex[:12]}"
    with pytest.raises(HttpResponseError) as refused:
        storage.storage_accounts.begin_create(group, name, wish).result()
    assert refused.value.status_code == 400 and code in refused.value.error.code
    assert storage.storage_accounts.check_name_availability({"name": name, "type": "Microsoft.Storage/storageAccounts"}).name_available


def test_another_subscription_is_not_there(region):
    foreign = StorageManagementClient(region.credential(), str(uuid.uuid4()), base_url=region.management,
                                      credential_scopes=[f"{region.management}/.default"])
    with pytest.raises(HttpResponseError) as refused:
        list(foreign.storage_accounts.list())
    assert refused.value.error.code in ("SubscriptionNotFound", "InvalidAuthenticationTokenTenant", "AuthorizationFailed")
