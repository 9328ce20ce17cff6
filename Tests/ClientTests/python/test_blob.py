# SPDX-License-Identifier: Apache-2.0
"""azure-storage-blob, synchronous, by account key and by role."""
import base64
import hashlib
import os
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceModifiedError,
                                   ResourceNotFoundError)
from azure.storage.blob import (AccountSasPermissions, BlobBlock, BlobClient, BlobSasPermissions, BlobServiceClient,
                                ContainerClient, ContainerSasPermissions, ContentSettings, ResourceTypes,
                                generate_account_sas, generate_blob_sas, generate_container_sas)

MIB = 1 << 20
HOUR = timedelta(hours=1)


def until(delta=HOUR):
    return datetime.now(timezone.utc) + delta


@pytest.fixture(scope="module", params=["key", "role"])
def service(request, region, account):
    credential = account.key if request.param == "key" else region.credential()
    return BlobServiceClient(account.url, credential=credential, max_single_put_size=4 * MIB, max_block_size=2 * MIB,
                             max_single_get_size=4 * MIB, max_chunk_get_size=2 * MIB)


@pytest.fixture
def container(service):
    made = service.create_container(f"c{uuid.uuid4().hex[:10]}")
    yield made
    made.delete_container()


@pytest.mark.parametrize("size", [0, 1, 1000, 4 * MIB, 4 * MIB + 1, 9 * MIB])
def test_what_goes_up_comes_down(container, size):
    data = os.urandom(size)
    blob = container.upload_blob("it", data, max_concurrency=4)
    assert blob.get_blob_properties().size == size
    assert blob.download_blob(max_concurrency=4).readall() == data


@pytest.mark.parametrize("name", ["plain", "dir/sub/leaf.txt", "blank and é ü 漢", "a%20b+c&d=e#f", "dots..and~tilde", "q?uestion"])
def test_names_survive_their_encoding(container, name):
    container.upload_blob(name, name.encode())
    assert container.download_blob(name).readall() == name.encode()
    assert [it.name for it in container.list_blobs()] == [name]


def test_ranges_are_cut_exactly(container):
    data = os.urandom(300_000)
    container.upload_blob("it", data)
    for offset, length in [(0, 1), (1, 65_535), (65_535, 2), (131_072, 65_536), (299_999, 1), (299_990, 100)]:
        assert container.download_blob("it", offset=offset, length=length).readall() == data[offset:offset + length]
    assert container.download_blob("it", offset=200_000).readall() == data[200_000:]
    with pytest.raises(HttpResponseError) as refused:
        container.download_blob("it", offset=300_000, length=1).readall()
    assert (refused.value.status_code, refused.value.error_code) == (416, "InvalidRange")


def test_blocks_count_only_when_committed(container):
    blob = container.get_blob_client("it")
    ids = [base64.b64encode(f"{n:06d}".encode()).decode() for n in range(4)]
    for n, block in enumerate(ids):
        blob.stage_block(block, bytes([n]) * 1000)
    assert not blob.exists()
    committed, pending = blob.get_block_list("all")
    assert (len(committed), [it.id for it in pending]) == (0, ids)
    blob.commit_block_list([BlobBlock(ids[2]), BlobBlock(ids[0])])
    assert blob.download_blob().readall() == b"\2" * 1000 + b"\0" * 1000
    committed, pending = blob.get_block_list("all")
    assert ([it.id for it in committed], pending) == ([ids[2], ids[0]], [])
    with pytest.raises(HttpResponseError) as refused:
        blob.commit_block_list([BlobBlock(ids[3])])
    assert refused.value.error_code == "InvalidBlockList"


def test_metadata_and_headers_are_kept_and_replaced(container):
    metadata = {"a_b": "1", "a1": "two  words", "A": "x", "z": ""}
    blob = container.upload_blob("it", b"x", metadata={**metadata, "z": "z"}, content_settings=ContentSettings(
        content_type="text/plain", content_language="fr", cache_control="no-store", content_disposition="inline"))
    it = blob.get_blob_properties()
    assert {name.lower(): value for name, value in it.metadata.items()} == {"a_b": "1", "a1": "two  words", "a": "x", "z": "z"}
    assert (it.content_settings.content_type, it.content_settings.cache_control) == ("text/plain", "no-store")
    blob.set_blob_metadata({"only": "this"})
    blob.set_http_headers(ContentSettings(content_type="text/html"))
    it = blob.get_blob_properties()
    assert (it.metadata, it.content_settings.content_type, it.content_settings.content_language) == ({"only": "this"}, "text/html", None)
    assert list(container.list_blobs(include=["metadata"]))[0].metadata == {"only": "this"}


def test_conditions_decide(container):
    blob = container.get_blob_client("it")
    first = blob.upload_blob(b"1")["etag"]
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"2")
    second = blob.upload_blob(b"2", overwrite=True, etag=first, match_condition=MatchConditions.IfNotModified)["etag"]
    assert second != first
    with pytest.raises(ResourceModifiedError) as refused:
        blob.upload_blob(b"3", overwrite=True, etag=first, match_condition=MatchConditions.IfNotModified)
    assert (refused.value.status_code, refused.value.error_code) == (412, "ConditionNotMet")
    with pytest.raises(HttpResponseError) as refused:
        blob.download_blob(etag=second, match_condition=MatchConditions.IfModified)
    assert refused.value.status_code == 304
    with pytest.raises(HttpResponseError) as refused:
        blob.delete_blob(if_unmodified_since=datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert refused.value.status_code == 412
    assert blob.download_blob(if_modified_since=datetime(2020, 1, 1, tzinfo=timezone.utc)).readall() == b"2"


def test_lists_are_cut_by_prefix_delimiter_and_page(container):
    names = sorted([f"dir{d}/leaf{n}" for d in range(3) for n in range(4)] + ["top1", "top2"])
    for name in names:
        container.upload_blob(name, b"")
    assert [it.name for it in container.list_blobs()] == names
    assert [it.name for it in container.list_blobs(name_starts_with="dir1/")] == [n for n in names if n.startswith("dir1/")]
    pages = [[it.name for it in page] for page in container.list_blobs(results_per_page=5).by_page()]
    assert [len(page) for page in pages] == [5, 5, 4] and sum(pages, []) == names
    walked = [it.name for it in container.walk_blobs(delimiter="/", results_per_page=2)]
    assert walked == ["dir0/", "dir1/", "dir2/", "top1", "top2"]
    with pytest.raises(HttpResponseError) as refused:
        next(container.list_blobs().by_page(continuation_token="not-a-marker"))
    assert refused.value.status_code == 400


def test_containers_are_listed_described_and_unique(service, container):
    with pytest.raises(ResourceExistsError) as refused:
        container.create_container()
    assert refused.value.error_code == "ContainerAlreadyExists"
    container.set_container_metadata({"a": "1"})
    assert container.get_container_properties().metadata == {"a": "1"}
    found = list(service.list_containers(name_starts_with=container.container_name, include_metadata=True))
    assert [(it.name, it.metadata) for it in found] == [(container.container_name, {"a": "1"})]
    with pytest.raises(ResourceNotFoundError) as refused:
        service.get_container_client("nowhere").get_container_properties()
    assert refused.value.error_code == "ContainerNotFound"


def test_a_copy_is_equal_and_independent(container):
    source = container.upload_blob("source", b"first", metadata={"a": "1"}, content_settings=ContentSettings(content_type="text/plain"))
    copy = container.get_blob_client("copy")
    assert copy.start_copy_from_url(source.url)["copy_status"] == "success"
    source.upload_blob(b"second", overwrite=True)
    it = copy.get_blob_properties()
    assert (copy.download_blob().readall(), it.metadata, it.content_settings.content_type) == (b"first", {"a": "1"}, "text/plain")
    with pytest.raises(ResourceNotFoundError):
        copy.start_copy_from_url(container.get_blob_client("nowhere").url)


def test_checksums_are_kept_and_enforced(container):
    data = os.urandom(100_000)
    digest = hashlib.md5(data).digest()
    blob = container.upload_blob("it", data, validate_content="md5")
    assert bytes(blob.get_blob_properties().content_settings.content_md5) == digest
    assert blob.download_blob(validate_content="md5").readall() == data
    blob.stage_block("YQ==", b"a" * 10, validate_content="md5")
    with pytest.raises(HttpResponseError) as refused:
        blob.upload_blob(data, overwrite=True, headers={"Content-MD5": base64.b64encode(b"\0" * 16).decode()})
    assert (refused.value.status_code, refused.value.error_code) == (400, "Md5Mismatch")
    assert blob.download_blob().readall() == data


def test_deleted_is_gone(container):
    blob = container.upload_blob("it", b"x")
    blob.delete_blob()
    assert not blob.exists() and list(container.list_blobs()) == []
    for act in (blob.delete_blob, blob.download_blob, blob.get_blob_properties):
        with pytest.raises(ResourceNotFoundError) as refused:
            act()
        assert refused.value.error_code == "BlobNotFound"


def sas_cases(account, container):
    who = {"account_name": account.name, "account_key": account.key}
    read, name = BlobSasPermissions(read=True), container.container_name
    def blob(**change):
        return generate_blob_sas(**({"container_name": name, "blob_name": "it", "permission": read, "expiry": until()} | who | change))
    foreign_key = base64.b64encode(b"\1" * 64).decode()
    return {
        "blob": (blob(), None),
        "blob with every field": (blob(start=until(-HOUR), protocol="https", content_type="text/x",
                                       cache_control="no-cache", content_language="fr"), None),
        "container": (generate_container_sas(
            container_name=name, permission=ContainerSasPermissions(read=True), expiry=until(), **who), None),
        "account": (generate_account_sas(resource_types=ResourceTypes(object=True), permission=AccountSasPermissions(read=True),
                                         expiry=until(), **who), None),
        "expired": (blob(expiry=until(-HOUR)), "AuthenticationFailed"),
        "not yet": (blob(start=until(HOUR), expiry=until(2 * HOUR)), "AuthenticationFailed"),
        "foreign key": (blob(account_key=foreign_key), "AuthenticationFailed"),
        "another blob": (blob(blob_name="other"), "AuthenticationFailed"),
        "no read": (blob(permission=BlobSasPermissions(write=True)), "AuthorizationPermissionMismatch"),
        "another place": (blob(ip="203.0.113.7"), "AuthorizationSourceIPMismatch"),
        "services only": (generate_account_sas(
            resource_types=ResourceTypes(service=True), permission=AccountSasPermissions(read=True), expiry=until(), **who),
            "AuthorizationResourceTypeMismatch"),
    }


def test_signatures_open_what_they_name_and_nothing_else(account, container):
    url = container.upload_blob("it", b"open").url
    for case, (sas, code) in sas_cases(account, container).items():
        client = BlobClient.from_blob_url(url, credential=sas)
        if code is None:
            assert client.download_blob().readall() == b"open", case
            with pytest.raises(HttpResponseError) as refused:
                client.upload_blob(b"x", overwrite=True)
            assert refused.value.status_code == 403, case
        else:
            with pytest.raises((ClientAuthenticationError, HttpResponseError)) as refused:
                client.download_blob()
            assert (refused.value.status_code, refused.value.error_code) == (403, code), case


def test_a_wrong_key_or_no_key_is_refused(account, container):
    wrong = base64.b64encode(b"\2" * 64).decode()
    with pytest.raises(ClientAuthenticationError) as refused:
        list(ContainerClient(account.url, container.container_name,
                             credential={"account_name": account.name, "account_key": wrong}).list_blobs())
    assert refused.value.error_code == "AuthenticationFailed"
    with pytest.raises(HttpResponseError) as refused:
        list(ContainerClient(account.url, container.container_name).list_blobs())
    assert refused.value.status_code in (401, 403, 404, 409)


@pytest.mark.parametrize("name", ["UPPER", "a", "-dash", "two--dashes", "x" * 64, "under_score"])
def test_container_names_follow_the_rules(service, name):
    with pytest.raises(HttpResponseError) as refused:
        service.create_container(name)
    assert refused.value.status_code == 400 and refused.value.error_code in ("InvalidResourceName", "OutOfRangeInput")
