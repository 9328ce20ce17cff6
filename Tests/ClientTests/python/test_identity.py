# SPDX-License-Identifier: Apache-2.0
"""azure-identity and MSAL against the region's sign-in service."""
import jwt
import msal
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential, DefaultAzureCredential, UsernamePasswordCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential

AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
AUDIENCES = ["https://storage.azure.com", "https://management.azure.com"]


def claims(region, token, audience):
    """The token's claims, after PyJWT has checked signature, audience and times against the published keys."""
    document = requests.get(f"{region.login}/{region.tenant}/v2.0/.well-known/openid-configuration", timeout=60).json()
    key = jwt.PyJWKClient(document["jwks_uri"]).get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], audience=audience)


def test_a_secret_gets_a_token_that_anyone_can_verify(region):
    sp = region.principal
    token = region.credential().get_token(f"{region.management}/.default").token
    it = claims(region, token, [f"{region.management}/", region.management])
    assert (it["oid"], it["tid"], it["idtyp"]) == (sp["objectId"], region.tenant, "app")
    assert sp["clientId"] in (it.get("appid"), it.get("azp"))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_fixed_audiences_are_minted(region, audience):
    claims(region, region.credential().get_token(f"{audience}/.default").token, [audience, audience + "/"])


def test_the_adfs_tenant_needs_no_client_setting(region, monkeypatch):
    sp = region.principal
    for name, value in {"AZURE_TENANT_ID": "adfs", "AZURE_CLIENT_ID": sp["clientId"], "AZURE_AUTHORITY_HOST": region.login,
                        "AZURE_CLIENT_SECRET": sp["clientSecret"]}.items():
        monkeypatch.setenv(name, value)
    scope = f"{region.management}/.default"
    assert ClientSecretCredential("adfs", sp["clientId"], sp["clientSecret"], authority=region.login).get_token(scope).token
    assert DefaultAzureCredential().get_token(scope).token


async def test_async_credentials_get_tokens(region):
    sp = region.principal
    async with AsyncClientSecretCredential(region.tenant, sp["clientId"], sp["clientSecret"], authority=region.login,
                                           disable_instance_discovery=True) as credential:
        assert (await credential.get_token("https://storage.azure.com/.default")).token


@pytest.mark.parametrize("client, secret, code", [
    (None, "wrong", "AADSTS7000215"), ("11111111-2222-4333-8444-555555555555", "x", "AADSTS700016")])
def test_a_wrong_secret_or_client_is_refused_by_its_code(region, client, secret, code):
    credential = ClientSecretCredential(region.tenant, client or region.principal["clientId"], secret,
                                        authority=region.login, disable_instance_discovery=True)
    with pytest.raises(ClientAuthenticationError, match=code):
        credential.get_token(f"{region.management}/.default")


def test_a_user_signs_in_by_password_and_a_wrong_one_is_refused(region):
    admin = region.administrator
    def credential(password):
        return UsernamePasswordCredential(AZ, admin["userPrincipalName"], password, tenant_id="adfs", authority=region.login)
    token = credential(admin["password"]).get_token(f"{region.management}/.default").token
    it = claims(region, token, [f"{region.management}/", region.management])
    assert it["upn"] == admin["userPrincipalName"] and it.get("idtyp", "user") == "user"
    with pytest.raises(ClientAuthenticationError, match="AADSTS50126"):
        credential("wrong").get_token(f"{region.management}/.default")


def test_one_refresh_token_serves_every_audience(region):
    app = msal.PublicClientApplication(AZ, authority=f"{region.login}/adfs")
    admin = region.administrator
    first = app.acquire_token_by_username_password(
        admin["userPrincipalName"], admin["password"], [f"{region.management}/.default"])
    assert "access_token" in first, first
    account = app.get_accounts()[0]
    other = app.acquire_token_silent_with_error(["https://storage.azure.com/.default"], account)
    assert other and "access_token" in other, other
    again = app.acquire_token_silent_with_error([f"{region.management}/.default"], account, force_refresh=True)
    assert again["access_token"] != first["access_token"]


def test_the_older_token_endpoint_takes_a_resource(region):
    sp = region.principal
    answer = requests.post(f"{region.login}/{region.tenant}/oauth2/token", timeout=60, data={
        "grant_type": "client_credentials", "client_id": sp["clientId"], "client_secret": sp["clientSecret"],
        "resource": f"{region.management}/"})
    assert answer.status_code == 200, answer.text
    claims(region, answer.json()["access_token"], f"{region.management}/")
