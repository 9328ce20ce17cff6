# SPDX-License-Identifier: Apache-2.0
"""msgraph-sdk: users."""
import uuid

import pytest
from azure.identity import UsernamePasswordCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@pytest.fixture
def graph(region):
    admin = region.administrator
    credential = UsernamePasswordCredential(
        AZ, admin["userPrincipalName"], admin["password"], tenant_id="adfs", authority=region.login)
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=[f"{region.graph}/.default"], allowed_hosts=[f"graph.{region.host}"])
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{region.graph}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


async def test_users_are_created_found_changed_and_deleted(region, graph):
    name = f"ada-{uuid.uuid4().hex[:8]}"
    upn = f"{name}@{region.administrator['userPrincipalName'].split('@')[1]}"
    made = await graph.users.post(User(
        account_enabled=True, display_name="Ada Lovelace", mail_nickname=name, user_principal_name=upn,
        password_profile=PasswordProfile(password="Str0ng-Enough-4711", force_change_password_next_sign_in=False)))
    assert made.id and made.display_name == "Ada Lovelace"
    assert made.password_profile is None or made.password_profile.password is None
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(filter=f"userPrincipalName eq '{upn}'")
    found = await graph.users.get(request_configuration=RequestConfiguration(query_parameters=query))
    assert [user.id for user in found.value] == [made.id]
    assert (await graph.users.by_user_id(upn).get()).id == made.id
    await graph.users.by_user_id(made.id).patch(User(display_name="Countess"))
    assert (await graph.users.by_user_id(made.id).get()).display_name == "Countess"
    await graph.users.by_user_id(made.id).delete()
    with pytest.raises(APIError) as refused:
        await graph.users.by_user_id(made.id).get()
    assert refused.value.response_status_code == 404 and refused.value.error.code == "Request_ResourceNotFound"


async def test_me_is_who_signed_in(region, graph):
    assert (await graph.me.get()).user_principal_name == region.administrator["userPrincipalName"]
