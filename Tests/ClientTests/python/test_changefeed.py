# SPDX-License-Identifier: Apache-2.0
"""azure-storage-blob-changefeed: every change of an account is read back, once and in order."""
import time
from datetime import datetime, timedelta, timezone

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient
from azure.storage.blob.changefeed import ChangeFeedClient


def test_the_feed_tells_what_was_changed(account, storage, group):
    settings = {"properties": {"changeFeed": {"enabled": True, "retentionInDays": 30}}}
    set_ = storage.blob_services.set_service_properties(group, account.name, settings)
    assert set_.change_feed.enabled and set_.change_feed.retention_in_days == 30

    service = BlobServiceClient(account.url, credential=account.key)
    container = service.create_container("changes")
    blob = container.get_blob_client("dir/ä b.txt")
    made = blob.upload_blob(b"one")
    blob.upload_blob(b"three", overwrite=True)
    blob.set_blob_metadata({"a": "1"})
    blob.create_snapshot()
    blob.set_blob_tags({"tag": "value"})
    blob.set_standard_blob_tier("Cool")
    blob.delete_blob(delete_snapshots="include")
    told = [("BlobCreated", "PutBlob"), ("BlobCreated", "PutBlob"), ("BlobPropertiesUpdated", "SetBlobMetadata"),
            ("BlobSnapshotCreated", "SnapshotBlob"), ("BlobPropertiesUpdated", "SetBlobTags"),
            ("BlobTierChanged", "SetBlobTier"), ("BlobDeleted", "DeleteBlob"), ("BlobDeleted", "DeleteBlob")]

    feed = ChangeFeedClient(account.url, credential=account.key)
    for _ in range(120):
        events = list(feed.list_changes())
        if len(events) >= len(told):
            break
        time.sleep(0.5)
    assert [(event["eventType"], event["data"]["api"]) for event in events] == told
    first = events[0]
    assert first["topic"] == account.id and first["schemaVersion"] == 5
    assert first["subject"] == "/blobServices/default/containers/changes/blobs/dir/ä b.txt"
    assert first["data"]["requestId"] == made["request_id"]
    assert first["data"]["clientRequestId"] == made["client_request_id"]
    assert first["data"]["contentLength"] == 3 and events[1]["data"]["contentLength"] == 5
    assert events[4]["data"]["blobTagsUpdated"] == {"previous": {}, "current": {"tag": "value"}}
    assert len({event["id"] for event in events}) == len(told)
    order = [event["data"]["sequencer"] for event in events]
    assert order == sorted(order)

    pages = feed.list_changes(results_per_page=3).by_page()
    assert len(list(next(pages))) == 3
    rest = feed.list_changes().by_page(continuation_token=pages.continuation_token)
    assert [event["id"] for page in rest for event in page] == [event["id"] for event in events[3:]]
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    assert len(list(feed.list_changes(start_time=now - timedelta(hours=1)))) == len(told)
    assert not list(feed.list_changes(end_time=now - timedelta(hours=3)))

    assert "$blobchangefeed" not in [found.name for found in service.list_containers()]
    with pytest.raises(HttpResponseError) as refused:
        service.get_blob_client("$blobchangefeed", "meta/segments.json").delete_blob()
    assert refused.value.status_code == 403
