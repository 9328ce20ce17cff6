# SPDX-License-Identifier: Apache-2.0
"""azure-storage-blob: append blobs, page blobs, and copies from addresses."""
import base64
import os
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import (BlobClient, BlobServiceClient, BlobType, ContainerSasPermissions, SequenceNumberAction,
                                generate_container_sas)

KIB = 1 << 10
MIB = 1 << 20


@pytest.fixture(scope="module")
def service(account):
    return BlobServiceClient(account.url, credential=account.key, max_block_size=2 * MIB, max_page_size=2 * MIB)


@pytest.fixture
def container(service):
    made = service.create_container(f"k{uuid.uuid4().hex[:10]}")
    yield made
    made.delete_container()


def signed(blob, account):
    token = generate_container_sas(account.name, blob.container_name, account.key,
                                   permission=ContainerSasPermissions(read=True),
                                   expiry=datetime.now(timezone.utc) + timedelta(hours=1))
    return blob.url + ("&" if "?" in blob.url else "?") + token


def settled(blob):
    for _ in range(100):
        copy = blob.get_blob_properties().copy
        if copy.status != "pending":
            return copy
        time.sleep(0.1)
    raise AssertionError("the copy is still pending")


def test_an_append_blob_grows_until_it_is_sealed(container):
    blob = container.get_blob_client("log")
    data = os.urandom(5 * MIB)
    blob.upload_blob(data, blob_type=BlobType.AppendBlob)
    assert blob.append_block(b"end", validate_content="md5")["blob_append_offset"] == str(len(data))
    with pytest.raises(HttpResponseError) as refused:
        blob.append_block(b"x", appendpos_condition=0)
    assert refused.value.error_code == "AppendPositionConditionNotMet"
    assert blob.download_blob().readall() == data + b"end"
    assert blob.seal_append_blob()["blob_sealed"]
    with pytest.raises(HttpResponseError) as refused:
        blob.append_block(b"x")
    assert refused.value.error_code == "BlobIsSealed"


def test_a_page_blob_is_written_anywhere(container):
    blob = container.get_blob_client("disk")
    blob.create_page_blob(size=1 << 40, sequence_number=3)
    data = os.urandom(4 * MIB)
    blob.upload_page(data, offset=1 << 30, length=len(data))
    blob.upload_page(data[:512], offset=(1 << 40) - 512, length=512)
    blob.clear_page(offset=(1 << 30) + 512, length=512)
    assert [(it.start, it.end) for it in blob.list_page_ranges(results_per_page=1)] == [
        (1 << 30, (1 << 30) + 511), ((1 << 30) + 1024, (1 << 30) + 4 * MIB - 1), ((1 << 40) - 512, (1 << 40) - 1)]
    expected = data[:512] + bytes(512) + data[1024:]
    assert blob.download_blob(offset=1 << 30, length=4 * MIB).readall() == expected
    blob.set_sequence_number(SequenceNumberAction.Increment)
    with pytest.raises(HttpResponseError) as refused:
        blob.upload_page(data[:512], offset=0, length=512, if_sequence_number_lt=4)
    assert refused.value.error_code == "SequenceNumberConditionNotMet"
    blob.resize_blob(1 << 30)
    assert list(blob.list_page_ranges()) == []


def test_bytes_come_from_addresses(container, account):
    data = os.urandom(3 * MIB)
    source = container.upload_blob("source", data)
    address = signed(source, account)
    blocks = container.get_blob_client("blocks")
    ids = [base64.b64encode(f"{n:06d}".encode()).decode() for n in range(3)]
    for n, block in enumerate(ids):
        blocks.stage_block_from_url(block, address, source_offset=n * MIB, source_length=MIB)
    blocks.commit_block_list(ids)
    assert blocks.download_blob().readall() == data
    log = container.get_blob_client("log")
    log.create_append_blob()
    log.append_block_from_url(address, source_offset=10, source_length=70_000)
    assert log.download_blob().readall() == data[10:70_010]
    disk = container.get_blob_client("disk")
    disk.create_page_blob(size=MIB)
    disk.upload_pages_from_url(address, offset=0, length=64 * KIB, source_offset=MIB)
    assert disk.download_blob(offset=0, length=64 * KIB).readall() == data[MIB:MIB + 64 * KIB]
    whole = container.get_blob_client("whole")
    whole.upload_blob_from_url(address)
    assert whole.download_blob().readall() == data
    synced = container.get_blob_client("synced")
    assert synced.start_copy_from_url(address, requires_sync=True)["copy_status"] == "success"
    with pytest.raises(HttpResponseError):
        synced.start_copy_from_url(source.url, requires_sync=True)


def test_an_ended_copy_cannot_be_aborted(container):
    source = container.upload_blob("source", b"first")
    target = container.get_blob_client("target")
    copy = target.start_copy_from_url(source.url)
    with pytest.raises(HttpResponseError) as refused:
        target.abort_copy(copy["copy_id"])
    assert refused.value.error_code == "NoPendingCopyOperation"


def test_snapshots_of_disks_are_copied_one_after_the_other(container, account):
    disk = container.get_blob_client("disk")
    disk.create_page_blob(size=MIB)
    backup = container.get_blob_client("backup")
    for turn in range(2):
        disk.upload_page(bytes([turn]) * 512, offset=turn * 1024, length=512)
        snapshot = BlobClient.from_blob_url(disk.url, credential=account.key, snapshot=disk.create_snapshot()["snapshot"])
        backup.start_copy_from_url(snapshot.url, incremental_copy=True)
        assert settled(backup).status == "success"
    taken = BlobClient.from_blob_url(backup.url, credential=account.key,
                                     snapshot=settled(backup).destination_snapshot)
    assert taken.download_blob().readall() == disk.download_blob().readall()
    with pytest.raises(HttpResponseError):
        backup.upload_page(bytes(512), offset=0, length=512)
