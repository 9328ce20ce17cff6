# SPDX-License-Identifier: Apache-2.0
"""azure-storage-queue, synchronous, by account key and by role; and queues by azure-mgmt-storage."""
import uuid
from datetime import datetime, timedelta, timezone

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.storage.models import CorsRule as ManagedRule
from azure.mgmt.storage.models import CorsRules, QueueServiceProperties, StorageQueue
from azure.storage.queue import (AccessPolicy, AccountSasPermissions, BinaryBase64DecodePolicy, BinaryBase64EncodePolicy,
                                 CorsRule, QueueClient, QueueSasPermissions, QueueServiceClient, ResourceTypes,
                                 generate_account_sas, generate_queue_sas)

HOUR = timedelta(hours=1)


def until(delta=HOUR):
    return datetime.now(timezone.utc) + delta


@pytest.fixture(scope="module")
def url(account):
    return account.url.replace(".blob.", ".queue.")


@pytest.fixture(scope="module", params=["key", "role"])
def queues(request, region, account, url):
    return QueueServiceClient(url, credential=account.key if request.param == "key" else region.credential())


@pytest.fixture
def queue(queues):
    made = queues.create_queue(f"q{uuid.uuid4().hex[:10]}", metadata={"colour": "red"})
    yield made
    made.delete_queue()


def test_queues_are_made_listed_and_deleted(queues):
    names = sorted(f"list-{uuid.uuid4().hex[:8]}" for _ in range(5))
    for name in names:
        queues.create_queue(name, metadata={"name": name})
    pages = list(queues.list_queues(name_starts_with="list-", include_metadata=True, results_per_page=2).by_page())
    found = [queue for page in pages for queue in page]
    assert [it.name for it in found] == names
    assert [it.metadata for it in found] == [{"name": name} for name in names]
    with pytest.raises(ResourceExistsError) as refused:
        queues.create_queue(names[0], metadata={"other": "1"})
    assert refused.value.error_code == "QueueAlreadyExists"
    for name in names:
        queues.delete_queue(name)
    with pytest.raises(ResourceNotFoundError) as refused:
        queues.get_queue_client(names[0]).get_queue_properties()
    assert refused.value.error_code == "QueueNotFound"


def test_metadata_and_the_number_of_messages(queue):
    for number in range(3):
        queue.send_message(f"{number}")
    properties = queue.get_queue_properties()
    assert (properties.metadata, properties.approximate_message_count) == ({"colour": "red"}, 3)
    queue.set_queue_metadata({"colour": "blue", "size": "9"})
    assert queue.get_queue_properties().metadata == {"colour": "blue", "size": "9"}


def test_messages_are_sent_peeked_received_updated_and_deleted(queue):
    sent = queue.send_message("hello <&> wörld", visibility_timeout=0, time_to_live=600)
    assert sent.expires_on - sent.inserted_on == timedelta(seconds=600)
    assert [it.content for it in queue.peek_messages()] == ["hello <&> wörld"]
    got = queue.receive_message(visibility_timeout=60)
    assert (got.id, got.content, got.dequeue_count) == (sent.id, "hello <&> wörld", 1)
    assert queue.receive_message() is None
    updated = queue.update_message(got, visibility_timeout=0, content="changed")
    assert updated.pop_receipt != got.pop_receipt
    again = queue.receive_message()
    assert (again.content, again.dequeue_count) == ("changed", 2)
    with pytest.raises(HttpResponseError) as refused:
        queue.delete_message(again.id, got.pop_receipt)
    assert (refused.value.status_code, refused.value.error_code) == (400, "PopReceiptMismatch")
    queue.delete_message(again)
    with pytest.raises(ResourceNotFoundError) as refused:
        queue.delete_message(again)
    assert refused.value.error_code == "MessageNotFound"


def test_messages_come_in_order_page_after_page(queue):
    for number in range(70):
        queue.send_message(f"{number}")
    assert [it.content for it in queue.peek_messages(32)] == [f"{n}" for n in range(32)]
    got = list(queue.receive_messages(messages_per_page=32, visibility_timeout=600))
    assert [it.content for it in got] == [f"{n}" for n in range(70)]
    queue.clear_messages()
    assert queue.get_queue_properties().approximate_message_count == 0
    assert queue.peek_messages(32) == []


def test_a_message_may_live_for_ever_and_hold_64_kib(queue):
    text = "x" * (64 << 10)
    sent = queue.send_message(text, time_to_live=-1)
    assert sent.expires_on.year == 9999
    assert queue.receive_message().content == text
    with pytest.raises(HttpResponseError) as refused:
        queue.send_message(text + "x")
    assert refused.value.error_code == "RequestBodyTooLarge"
    for wrong in [{"time_to_live": 0}, {"visibility_timeout": 604801}, {"visibility_timeout": 5, "time_to_live": 5}]:
        with pytest.raises((HttpResponseError, ValueError)):
            queue.send_message("no", **wrong)


def test_bytes_go_as_base64(account, url, queue):
    client = QueueClient(url, queue.queue_name, credential=account.key,
                         message_encode_policy=BinaryBase64EncodePolicy(), message_decode_policy=BinaryBase64DecodePolicy())
    client.send_message(bytes(range(256)))
    assert client.receive_message().content == bytes(range(256))


def test_signatures_open_what_they_name(account, url, queue):
    queue.send_message("one")
    token = generate_queue_sas(account.name, queue.queue_name, account.key, QueueSasPermissions(process=True), until())
    signed = QueueClient(url, queue.queue_name, credential=token)
    assert signed.receive_message().content == "one"
    for work in [lambda: signed.send_message("no"), lambda: signed.peek_messages(), lambda: signed.get_queue_properties(),
                 lambda: signed.delete_queue()]:
        with pytest.raises(HttpResponseError) as refused:
            work()
        assert refused.value.status_code == 403
    late = generate_queue_sas(account.name, queue.queue_name, account.key, QueueSasPermissions(read=True), until(-HOUR))
    with pytest.raises(ClientAuthenticationError):
        QueueClient(url, queue.queue_name, credential=late).peek_messages()
    whole = generate_account_sas(account.name, account.key, ResourceTypes(service=True, container=True, object=True),
                                 AccountSasPermissions(list=True, read=True, add=True), until())
    service = QueueServiceClient(url, credential=whole)
    assert queue.queue_name in [it.name for it in service.list_queues()]
    service.get_queue_client(queue.queue_name).send_message("two")


def test_keys_of_signed_in_callers_sign_for_queues(region, account, url, queue):
    queues = QueueServiceClient(url, credential=region.credential())
    key = queues.get_user_delegation_key(start=until(-HOUR), expiry=until())
    token = generate_queue_sas(account.name, queue.queue_name, permission=QueueSasPermissions(read=True, add=True),
                               expiry=until(), user_delegation_key=key)
    signed = QueueClient(url, queue.queue_name, credential=token)
    signed.send_message("one")
    assert [it.content for it in signed.peek_messages()] == ["one"]
    with pytest.raises(HttpResponseError) as refused:
        signed.clear_messages()
    assert refused.value.status_code == 403


def test_stored_policies_open_until_they_are_taken_away(account, url, queue):
    queue.set_queue_access_policy({"readers": AccessPolicy(QueueSasPermissions(read=True), until(), until(-HOUR))})
    assert queue.get_queue_access_policy()["readers"].permission == "r"
    token = generate_queue_sas(account.name, queue.queue_name, account.key, policy_id="readers")
    signed = QueueClient(url, queue.queue_name, credential=token)
    assert signed.peek_messages() == []
    queue.set_queue_access_policy({})
    with pytest.raises(ClientAuthenticationError):
        signed.peek_messages()


def test_settings_of_the_service(queues):
    queues.set_service_properties(cors=[CorsRule(["https://a.example"], ["GET"], max_age_in_seconds=9)])
    assert queues.get_service_properties()["cors"][0].max_age_in_seconds == 9
    preflight = requests.options(f"{queues.url}any/messages", timeout=60, headers={
        "Origin": "https://a.example", "Access-Control-Request-Method": "GET"})
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (200, "https://a.example")
    queues.set_service_properties(cors=[])
    assert queues.get_service_properties()["cors"] == []


def test_queues_are_resources(storage, group, account):
    name = f"arm-{uuid.uuid4().hex[:8]}"
    assert storage.queue.create(group, account.name, name, StorageQueue(metadata={"a": "1"})).metadata == {"a": "1"}
    assert storage.queue.update(group, account.name, name, StorageQueue(metadata={"b": "2"})).metadata == {"b": "2"}
    shown = storage.queue.get(group, account.name, name)
    assert (shown.name, shown.metadata, shown.approximate_message_count) == (name, {"b": "2"}, 0)
    assert name in [it.name for it in storage.queue.list(group, account.name)]
    assert name in [it.name for it in storage.queue.list(group, account.name, filter="arm-")]
    storage.queue.delete(group, account.name, name)
    with pytest.raises(ResourceNotFoundError):
        storage.queue.get(group, account.name, name)
    rule = ManagedRule(allowed_origins=["*"], allowed_methods=["GET"], max_age_in_seconds=3, exposed_headers=[],
                       allowed_headers=[])
    settings = QueueServiceProperties(cors=CorsRules(cors_rules=[rule]))
    storage.queue_services.set_service_properties(group, account.name, settings)
    assert storage.queue_services.get_service_properties(group, account.name).cors.cors_rules[0].max_age_in_seconds == 3
