# SPDX-License-Identifier: Apache-2.0
"""Clients by others than Microsoft, and Microsoft's C++ SDK inside pyarrow: obstore, Delta Lake, OpenDAL, Arrow.

They upload, list, overwrite under conditions, copy, rename and delete, in flat and in hierarchical namespaces.
"""
import os
from urllib.parse import urlsplit

import deltalake
import obstore
import opendal
import pyarrow
import pyarrow.fs
import pyarrow.parquet
import pytest
from azure.storage.blob import BlobServiceClient
from obstore.store import AzureStore
from pyarrow.fs import FileSelector, FileType

LARGE = os.urandom((11 << 20) + 7)


@pytest.fixture(params=["flat", "hierarchy"])
def place(request):
    """An account of each kind of namespace."""
    return request.getfixturevalue("account" if request.param == "flat" else "lake_account")


def container(place, name):
    BlobServiceClient(place.url, credential={"account_name": place.name, "account_key": place.key}).create_container(name)
    return name


def stores(region, place, name):
    principal = region.principal
    yield AzureStore(name, account_name=place.name, account_key=place.key, endpoint=place.url)
    yield AzureStore(name, account_name=place.name, endpoint=place.url, client_id=principal["clientId"],
                     client_secret=principal["clientSecret"], tenant_id=region.tenant, authority_host=region.login)


def test_obstore(region, place):
    for number, store in enumerate(stores(region, place, container(place, "obstore"))):
        folder = f"by-{number}"
        obstore.put(store, f"{folder}/a", b"small", attributes={"Content-Type": "text/x", "own": "value"})
        assert obstore.get(store, f"{folder}/a").attributes == {"Content-Type": "text/x", "own": "value"}
        obstore.put(store, f"{folder}/large", LARGE, chunk_size=4 << 20)
        assert bytes(obstore.get(store, f"{folder}/large").bytes()) == LARGE
        assert bytes(obstore.get_range(store, f"{folder}/large", start=9, end=20)) == LARGE[9:20]
        with pytest.raises(obstore.exceptions.AlreadyExistsError):
            obstore.put(store, f"{folder}/a", b"again", mode="create")
        tag = obstore.head(store, f"{folder}/a")["e_tag"]
        obstore.put(store, f"{folder}/a", b"second", mode={"e_tag": tag})
        with pytest.raises(obstore.exceptions.PreconditionError):
            obstore.put(store, f"{folder}/a", b"third", mode={"e_tag": tag})
        for name in ["ü %2F+&?", "b", "c"]:
            obstore.put(store, f"{folder}/names/{name}", b"x")
        listed = [item["path"] for page in obstore.list(store, f"{folder}/names", chunk_size=2) for item in page]
        assert listed == [f"{folder}/names/{name}" for name in ["b", "c", "ü %2F+&?"]]
        later = [item["path"] for page in obstore.list(store, f"{folder}/names", offset=f"{folder}/names/bb") for item in page]
        assert later == listed[1:]
        assert list(obstore.list_with_delimiter(store, folder)["common_prefixes"]) == [f"{folder}/names"]
        obstore.copy(store, f"{folder}/a", f"{folder}/copy")
        with pytest.raises(obstore.exceptions.AlreadyExistsError):
            obstore.copy(store, f"{folder}/large", f"{folder}/copy", overwrite=False)
        obstore.rename(store, f"{folder}/copy", f"{folder}/moved")
        assert obstore.get(store, f"{folder}/moved").bytes() == b"second"
        obstore.delete(store, listed)
        with pytest.raises(FileNotFoundError):
            obstore.get(store, listed[0])


def test_deltalake(place):
    name = container(place, "delta")
    options = {"account_name": place.name, "account_key": place.key, "azure_endpoint": place.url}
    url = f"az://{name}/table"
    rows = pyarrow.table({"id": list(range(100)), "text": ["x"] * 100})
    for _ in range(2):
        deltalake.write_deltalake(url, rows, storage_options=options, mode="append")
    change = pyarrow.table({"id": [1, 500], "text": ["new", "new"]})
    merge = deltalake.DeltaTable(url, storage_options=options).merge(
        change, "own.id = new.id", source_alias="new", target_alias="own")
    merge.when_matched_update_all().when_not_matched_insert_all().execute()
    table = deltalake.DeltaTable(url, storage_options=options)
    assert table.version() == 2 and len(table.history()) == 3
    assert table.to_pyarrow_table().column("text").to_pylist().count("new") == 3
    assert deltalake.DeltaTable(url, storage_options=options, version=0).to_pyarrow_table().num_rows == 100
    table.create_checkpoint()
    assert deltalake.DeltaTable(url, storage_options=options).version() == 2


@pytest.mark.parametrize("scheme", ["azblob", "azdls"])
def test_opendal(account, lake_account, scheme):
    place = account if scheme == "azblob" else lake_account
    endpoint = place.url if scheme == "azblob" else place.url.replace(".blob.", ".dfs.", 1)
    name = container(place, f"opendal-{scheme}")
    key = "container" if scheme == "azblob" else "filesystem"
    store = opendal.Operator(scheme, endpoint=endpoint, account_name=place.name, account_key=place.key, root="/root",
                             **{key: name})
    store.check()
    store.write("a/small", b"small")
    store.write("a/large", LARGE, chunk=4 << 20)
    assert bytes(store.read("a/large")) == LARGE and store.stat("a/small").content_length == 5
    store.create_dir("d/e/")
    assert {entry.path for entry in store.list("")} >= {"a/", "d/"}
    with pytest.raises(opendal.exceptions.ConditionNotMatch):
        store.write("a/small", b"other", if_not_exists=True)
    store.write("log", b"1", append=True)
    store.write("log", b"2", append=True)
    assert bytes(store.read("log")) == b"12"
    if scheme == "azblob":
        store.copy("a/small", "a/copy")
    else:
        store.rename("a/small", "a/copy")
    assert bytes(store.read("a/copy")) == b"small"
    store.remove_all("")
    assert [entry.path for entry in store.scan("")] == []
    with pytest.raises(opendal.exceptions.NotFound):
        store.read("a/copy")


def test_opendal_directories(lake_account):
    """A driver of flat accounts makes directories by a slash at the end of a name, in hierarchies too."""
    store = opendal.Operator("azblob", endpoint=lake_account.url, account_name=lake_account.name, root="/root",
                             account_key=lake_account.key, container=container(lake_account, "opendal-directories"))
    for _ in range(2):
        store.create_dir("d/e/")
    store.write("d/e/f", b"1")
    assert bytes(store.read("d/e/f")) == b"1" and store.stat("d/e/f").content_length == 1
    assert store.exists("d/e/") and not store.exists("d/e/f/")
    assert {entry.path for entry in store.list("d/")} >= {"d/e/"}
    for path in ["d/e/f", "d/e/", "d/"]:
        store.delete(path)
    assert not store.exists("d/")


def test_arrow(place):
    """The C++ SDK sends no body before it is told to go on (Expect: 100-continue)."""
    suffix = urlsplit(place.url).netloc.removeprefix(place.name)
    files = pyarrow.fs.AzureFileSystem(place.name, account_key=place.key, blob_storage_authority=suffix,
                                       dfs_storage_authority=suffix.replace(".blob.", ".dfs.", 1))
    # Whether the namespace is a hierarchy is asked of a container that is there.
    container(place, "arrow")
    files.create_dir("arrow/d/e")
    with files.open_output_stream("arrow/d/e/one") as stream:
        stream.write(b"hello")
    with files.open_append_stream("arrow/d/e/one") as stream:
        stream.write(b" world")
    with files.open_output_stream("arrow/large") as stream:
        stream.write(LARGE)
    with files.open_input_file("arrow/large") as file:
        file.seek(1 << 20)
        assert file.read(10) == LARGE[1 << 20:(1 << 20) + 10]
    files.copy_file("arrow/d/e/one", "arrow/d/two")
    with files.open_input_stream("arrow/d/two") as stream:
        assert stream.read() == b"hello world"
    table = pyarrow.table({"n": list(range(1000))})
    pyarrow.parquet.write_table(table, "arrow/table.parquet", filesystem=files)
    assert pyarrow.parquet.read_table("arrow/table.parquet", filesystem=files).equals(table)
    found = {info.path for info in files.get_file_info(FileSelector("arrow", recursive=True))}
    assert found >= {"arrow/d", "arrow/d/e", "arrow/d/e/one", "arrow/d/two", "arrow/large", "arrow/table.parquet"}
    files.delete_dir("arrow/d")
    files.delete_file("arrow/large")
    assert files.get_file_info("arrow/d").type == FileType.NotFound
    with pytest.raises(FileNotFoundError):
        files.delete_file("arrow/large")
    files.delete_dir("arrow")
    assert files.get_file_info("arrow").type == FileType.NotFound
