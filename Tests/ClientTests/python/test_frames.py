# SPDX-License-Identifier: Apache-2.0
"""pandas over adlfs: tables read from and written to a file system by their abfs:// addresses."""
import uuid

import pandas as pd
import pytest
from azure.storage.filedatalake import DataLakeServiceClient


@pytest.fixture(scope="module")
def files(lake_account):
    lake = DataLakeServiceClient(lake_account.url.replace(".blob.", ".dfs."), credential=lake_account.key)
    made = lake.create_file_system(f"fs{uuid.uuid4().hex[:10]}")
    yield made
    made.delete_file_system()


@pytest.fixture(scope="module")
def options(lake_account):
    text = f"BlobEndpoint={lake_account.url};AccountName={lake_account.name};AccountKey={lake_account.key}"
    return {"connection_string": text}


FRAME = pd.DataFrame({"city": ["Paris", "München"], "people": [2_100_000, 1_500_000]})


def test_csv(files, options):
    address = f"abfs://{files.file_system_name}/tables/cities.csv"
    FRAME.to_csv(address, index=False, storage_options=options)
    assert pd.read_csv(address, storage_options=options).equals(FRAME)
    assert files.get_file_client("tables/cities.csv").download_file().readall().startswith(b"city,people")
    assert [it.name for it in files.get_paths()] == ["tables", "tables/cities.csv"]


def test_parquet(files, options):
    address = f"abfs://{files.file_system_name}/tables/cities.parquet"
    FRAME.to_parquet(address, storage_options=options)
    assert pd.read_parquet(address, storage_options=options).equals(FRAME)
    assert pd.read_parquet(address, columns=["people"], storage_options=options)["people"].sum() == 3_600_000
