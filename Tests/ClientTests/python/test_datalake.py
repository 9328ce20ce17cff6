# SPDX-License-Identifier: Apache-2.0
"""azure-storage-file-datalake, synchronous and asynchronous, by account key and by role."""
import asyncio
import base64
import hashlib
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity.aio import ClientSecretCredential as AsyncCredential
from azure.storage.blob import ContainerClient
from azure.storage.filedatalake import CustomerProvidedEncryptionKey, DataLakeServiceClient
from azure.storage.filedatalake.aio import DataLakeServiceClient as AsyncServiceClient


@pytest.fixture(scope="module", params=["key", "role"])
def lake(request, region, lake_account):
    url = lake_account.url.replace(".blob.", ".dfs.")
    return DataLakeServiceClient(url, credential=lake_account.key if request.param == "key" else region.credential())


@pytest.fixture
def files(lake):
    made = lake.create_file_system(f"fs{uuid.uuid4().hex[:10]}", metadata={"colour": "red"})
    yield made
    made.delete_file_system()


def test_a_file_system_and_what_is_in_it(lake, files):
    assert files.get_file_system_properties().metadata == {"colour": "red"}
    assert files.file_system_name in [it.name for it in lake.list_file_systems()]
    directory = files.create_directory("a/b", metadata={"k": "v"})
    assert directory.get_directory_properties().metadata["k"] == "v"
    file = directory.create_file("c.txt")
    first, second = b"x" * 100_000, b"end"
    file.append_data(first, offset=0, length=len(first))
    file.append_data(second, offset=len(first), length=len(second))
    file.flush_data(len(first) + len(second))
    assert file.download_file().readall() == first + second
    assert file.get_file_properties().size == len(first) + len(second)
    file.set_metadata({"who": "me"})
    assert file.get_file_properties().metadata == {"who": "me"}
    file.upload_data(b"other", overwrite=True)
    assert file.download_file().readall() == b"other"
    paths = list(files.get_paths())
    assert [(it.name, it.is_directory, it.content_length) for it in paths] == [
        ("a", True, 0), ("a/b", True, 0), ("a/b/c.txt", False, 5)]
    assert [it.name for it in files.get_paths(path="a", recursive=False)] == ["a/b"]
    with pytest.raises(ResourceExistsError) as refused:
        files.get_file_client("a/b/c.txt").create_file(match_condition=MatchConditions.IfMissing)
    assert refused.value.error_code == "PathAlreadyExists"


def test_renames_and_deletes(lake, files):
    for number in range(5):
        files.get_file_client(f"old/sub/{number}").upload_data(bytes([number]), overwrite=True)
    moved = files.get_directory_client("old").rename_directory(f"{files.file_system_name}/new name")
    assert moved.exists() and not files.get_directory_client("old").exists()
    assert [it.name for it in files.get_paths(path="new name/sub")] == [f"new name/sub/{n}" for n in range(5)]
    assert files.get_file_client("new name/sub/3").download_file().readall() == b"\x03"
    file = files.get_file_client("new name/sub/3").rename_file(f"{files.file_system_name}/3")
    assert file.download_file().readall() == b"\x03"
    with pytest.raises(ResourceNotFoundError) as refused:
        files.get_file_client("none").rename_file(f"{files.file_system_name}/x")
    assert refused.value.error_code == "SourcePathNotFound"
    files.get_directory_client("new name").delete_directory()
    assert [it.name for it in files.get_paths()] == ["3"]
    file.delete_file()
    assert list(files.get_paths()) == []


def test_the_blob_client_sees_the_same(lake_account, lake, files):
    files.get_file_client("a/b").upload_data(b"1", overwrite=True)
    container = ContainerClient(lake_account.url, files.file_system_name, credential=lake_account.key)
    assert [it.name for it in container.walk_blobs()] == ["a/"]
    assert [it.name for it in container.list_blobs(name_starts_with="a/")] == ["a/b"]
    container.upload_blob("x/y/z", b"2")
    assert files.get_file_client("x/y/z").download_file().readall() == b"2"
    lease = files.get_file_client("a/b").acquire_lease()
    with pytest.raises(HttpResponseError) as refused:
        files.get_file_client("a/b").delete_file()
    assert refused.value.error_code == "LeaseIdMissing"
    files.get_file_client("a/b").delete_file(lease=lease)


def test_a_file_is_told_when_to_end(files):
    soon = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
    file = files.get_file_client("f")
    file.create_file(expires_on=soon)
    shown = file.get_file_properties()
    assert shown.expiry_time == soon
    file.set_file_expiry("RelativeToCreation", expires_on=7_200_000)
    assert file.get_file_properties().expiry_time - shown.creation_time == timedelta(hours=2)
    ends = [it.expiry_time.replace(microsecond=0) for it in files.get_paths()]
    assert ends == [shown.creation_time + timedelta(hours=2)]
    with pytest.raises(HttpResponseError) as refused:
        file.set_file_expiry("Absolute", expires_on=soon - timedelta(hours=2))
    assert refused.value.status_code == 400
    file.set_file_expiry("NeverExpire")
    assert file.get_file_properties().expiry_time is None


def test_deleted_paths_are_listed_and_come_back(storage, group, lake_account, files):
    storage.blob_services.set_service_properties(group, lake_account.name, {"properties": {
        "deleteRetentionPolicy": {"enabled": True, "days": 7}}})
    for name in ["a/one", "a/two", "gone/three"]:
        files.get_file_client(name).upload_data(name.encode(), overwrite=True)
    files.get_file_client("a/one").delete_file()
    files.get_directory_client("gone").delete_directory()
    deleted = list(files.list_deleted_paths())
    assert [it.name for it in deleted] == ["a/one", "gone"]
    assert [it.name for it in files.list_deleted_paths(path_prefix="a/")] == ["a/one"]
    assert all(it.deletion_id and it.remaining_retention_days is not None for it in deleted)
    file = files._undelete_path("a/one", deleted[0].deletion_id)
    assert file.download_file().readall() == b"a/one"
    files._undelete_path("gone", deleted[1].deletion_id)
    assert [it.name for it in files.get_paths(path="gone")] == ["gone/three"]
    assert list(files.list_deleted_paths()) == []


def test_files_under_a_key_of_the_customer(files):
    key = bytes(range(32))
    cpk = CustomerProvidedEncryptionKey(
        base64.b64encode(key).decode(), base64.b64encode(hashlib.sha256(key).digest()).decode())
    file = files.get_file_client("sealed")
    file.create_file(cpk=cpk, encryption_context="key=1")
    file.append_data(b"secret", offset=0, length=6, cpk=cpk)
    file.flush_data(6, cpk=cpk)
    assert file.download_file(cpk=cpk).readall() == b"secret"
    assert file.get_file_properties(cpk=cpk).encryption_context == "key=1"
    assert [it.encryption_context for it in files.get_paths()] == ["key=1"]
    with pytest.raises(HttpResponseError) as refused:
        file.download_file()
    assert refused.value.error_code == "BlobUsesCustomerSpecifiedEncryption"


def test_asynchronous(region, lake_account):
    async def walk(credential):
        async with AsyncServiceClient(lake_account.url.replace(".blob.", ".dfs."), credential=credential) as service:
            files = await service.create_file_system(f"fs{uuid.uuid4().hex[:10]}")
            directory = await files.create_directory("d")
            file = await directory.create_file("f")
            await file.append_data(b"12", offset=0, length=2)
            await file.flush_data(2)
            assert await (await file.download_file()).readall() == b"12"
            await directory.rename_directory(f"{files.file_system_name}/e")
            assert [it.name async for it in files.get_paths()] == ["e", "e/f"]
            await files.get_directory_client("e").delete_directory()
            await files.delete_file_system()

    async def both():
        await walk(lake_account.key)
        sp = region.principal
        async with AsyncCredential(region.tenant, sp["clientId"], sp["clientSecret"], authority=region.login,
                                   disable_instance_discovery=True) as credential:
            await walk(credential)

    asyncio.run(both())


SOMEONE = "21cd756e-e290-4a26-9547-93e8cc1a8923"


def test_access_lists(files):
    directory = files.create_directory("d")
    acl = f"user::rwx,user:{SOMEONE}:r-x,group::r-x,other::---"
    directory.set_access_control(acl=acl)
    shown = directory.get_access_control()
    assert shown["acl"] == f"user::rwx,user:{SOMEONE}:r-x,group::r-x,mask::r-x,other::---"
    assert shown["permissions"] == "rwxr-x---+"
    directory.set_access_control(owner=SOMEONE, group=SOMEONE, permissions="0700")
    shown = directory.get_access_control()
    assert (shown["owner"], shown["group"]) == (SOMEONE, SOMEONE)
    root = files._get_root_directory_client()
    root.set_access_control(acl="user::rwx,group::r-x,other::--x")
    assert root.get_access_control()["acl"] == "user::rwx,group::r-x,other::--x"
    file = files.create_file("plain", permissions="0777", umask="0007")
    assert file.get_access_control()["permissions"] == "rwxrwx---"
    with pytest.raises(HttpResponseError) as refused:
        directory.set_access_control(acl="asdf")
    assert refused.value.error_code == "InvaldAccessControlList"


def test_access_lists_of_a_tree(files):
    top = files.create_directory("t")
    for number in range(12):
        top.create_file(f"f{number}")
    top.create_sub_directory("s")
    seen = []
    done = top.set_access_control_recursive(
        f"user::rwx,user:{SOMEONE}:rwx,group::r--,other::---", batch_size=5,
        progress_hook=lambda it: seen.append(it.batch_counters.files_successful))
    assert (done.counters.directories_successful, done.counters.files_successful, done.counters.failure_count) == (2, 12, 0)
    assert len(seen) == 3 and done.continuation is None
    assert top.update_access_control_recursive(f"user:{SOMEONE}:r-x").counters.files_successful == 12
    assert f"user:{SOMEONE}:r-x" in top.get_file_client("f3").get_access_control()["acl"]
    assert top.remove_access_control_recursive(f"mask,user:{SOMEONE}").counters.files_successful == 12
    assert top.get_file_client("f3").get_access_control()["acl"] == "user::rwx,group::r--,other::---"


def test_access_lists_asynchronously(lake_account):
    async def run():
        url = lake_account.url.replace(".blob.", ".dfs.")
        async with AsyncServiceClient(url, credential=lake_account.key) as lake:
            files = await lake.create_file_system(f"fs{uuid.uuid4().hex[:10]}")
            top = await files.create_directory("t")
            await top.create_file("f")
            await top.set_access_control(permissions="0750")
            assert (await top.get_access_control())["permissions"] == "rwxr-x---"
            done = await top.update_access_control_recursive(f"user:{SOMEONE}:r-x")
            assert (done.counters.directories_successful, done.counters.files_successful) == (1, 1)
            await files.delete_file_system()

    asyncio.run(run())


def test_a_hold_keeps_files_and_what_they_lie_in(storage, group, lake, lake_account, files):
    files.get_file_client("a/b/kept").upload_data(b"kept", overwrite=True)
    files.create_directory("a/empty")
    hold = (group, lake_account.name, files.file_system_name)
    storage.blob_containers.set_legal_hold(*hold, {"tags": ["case1"]})
    try:
        for change in [
            lambda: files.get_file_client("a/b/kept").delete_file(),
            lambda: files.get_file_client("a/b/kept").upload_data(b"other", overwrite=True),
            lambda: files.get_directory_client("a").delete_directory(),
            lambda: files.get_directory_client("a/b").rename_directory(f"{files.file_system_name}/c"),
        ]:
            with pytest.raises(HttpResponseError) as refused:
                change()
            assert refused.value.error_code == "PathImmutableDueToPolicy"
        assert files.get_file_client("a/b/kept").download_file().readall() == b"kept"
        files.get_directory_client("a/empty").delete_directory()
    finally:
        storage.blob_containers.clear_legal_hold(*hold, {"tags": ["case1"]})
    files.get_directory_client("a").delete_directory()


def test_snapshots_of_a_file(lake_account, files):
    files.get_file_client("d/f").upload_data(b"first", overwrite=True)
    container = ContainerClient(lake_account.url, files.file_system_name, credential=lake_account.key)
    moment = container.get_blob_client("d/f").create_snapshot()["snapshot"]
    files.get_file_client("d/f").upload_data(b"second", overwrite=True)
    assert container.get_blob_client("d/f", snapshot=moment).download_blob().readall() == b"first"
    listed = [(it.name, it.snapshot) for it in container.list_blobs(include=["snapshots"])]
    assert listed == [("d", None), ("d/f", moment), ("d/f", None)]
    with pytest.raises(HttpResponseError) as refused:
        files.get_file_client("d/f").delete_file()
    assert refused.value.error_code == "SnapshotsPresent"
    container.delete_blob("d/f", delete_snapshots="include")
    assert [it.name for it in files.get_paths()] == ["d"]
