# SPDX-License-Identifier: Apache-2.0
"""What every SDK test stands on: the region's addresses, its identities, and storage accounts to work in."""
import json
import os
import uuid
from dataclasses import dataclass

import pytest
import requests
from azure.identity import ClientSecretCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

BLOB_DATA_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUE_DATA_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
TABLE_DATA_CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"


class Region:
    """The running region as its credentials file describes it."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            it = json.load(file)
        domain = it["domain"] if it["port"] == 443 else f"{it['domain']}:{it['port']}"
        self.host = it["domain"]
        self.management, self.login = f"https://management.{domain}", f"https://login.{domain}"
        self.graph, self.storage_suffix = f"https://graph.{domain}", f"core.{domain}"
        self.tenant, self.subscription = it["tenantId"], it["subscriptionId"]
        self.principal, self.administrator = it["servicePrincipal"], it["administrator"]

    def credential(self):
        sp = self.principal
        return ClientSecretCredential(
            self.tenant, sp["clientId"], sp["clientSecret"], authority=self.login, disable_instance_discovery=True)

    def arm(self, client):
        """A management client of the region, with the scope of its own Resource Manager."""
        return client(self.credential(), self.subscription, base_url=self.management,
                      credential_scopes=[f"{self.management}/.default"])


@dataclass
class Account:
    name: str
    key: str
    url: str
    id: str

    @property
    def tables(self):
        """Where its Table service answers."""
        return self.url.replace(".blob.", ".table.", 1)


@pytest.fixture(scope="session")
def region():
    return Region(os.environ["LAZULI_CREDENTIALS"])


@pytest.fixture(scope="session")
def resources(region):
    return region.arm(ResourceManagementClient)


@pytest.fixture(scope="session")
def storage(region):
    return region.arm(StorageManagementClient)


@pytest.fixture(scope="module")
def group(resources):
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    resources.resource_groups.create_or_update(name, {"location": "francecentral"})
    yield name
    resources.resource_groups.begin_delete(name).result()


@pytest.fixture(scope="module")
def account(region, storage, group):
    """An account whose data the service principal may use by key and by role."""
    return make_account(region, storage, group)


@pytest.fixture(scope="module")
def lake_account(region, storage, group):
    """The same with a hierarchical namespace."""
    return make_account(region, storage, group, is_hns_enabled=True)


def make_account(region, storage, group, is_hns_enabled=False):
    name = f"sdk{uuid.uuid4().hex[:12]}"
    made = storage.storage_accounts.begin_create(
        group, name, {"location": "francecentral", "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
                      "properties": {"isHnsEnabled": is_hns_enabled}}).result()
    key = storage.storage_accounts.list_keys(group, name).keys_property[0].value
    token = region.credential().get_token(f"{region.management}/.default").token
    for role in [BLOB_DATA_OWNER, QUEUE_DATA_CONTRIBUTOR, TABLE_DATA_CONTRIBUTOR]:
        roles = f"/subscriptions/{region.subscription}/providers/Microsoft.Authorization/roleDefinitions"
        answer = requests.put(
            f"{region.management}{made.id}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}",
            params={"api-version": "2022-04-01"}, headers={"Authorization": f"Bearer {token}"}, timeout=60,
            json={"properties": {"roleDefinitionId": f"{roles}/{role}", "principalId": region.principal["objectId"],
                                 "principalType": "ServicePrincipal"}})
        assert answer.status_code == 201, answer.text
    return Account(name, key, made.primary_endpoints.blob.rstrip("/"), made.id)
