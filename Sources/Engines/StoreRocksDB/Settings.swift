// SPDX-License-Identifier: Apache-2.0
import CRocksDB

/// RocksDB's settings for this house; the caller destroys them.
func makeSettings(_ options: RocksDBOptions) -> OpaquePointer? {
    let settings = unsafe rocksdb_options_create()
    unsafe rocksdb_options_set_create_if_missing(settings, 1)
    unsafe setDurability(settings)
    unsafe setSizes(settings, options)
    unsafe setTables(settings, options)
    unsafe setOwnLog(settings)
    return unsafe settings
}

private func setDurability(_ settings: OpaquePointer?) {
    unsafe rocksdb_options_set_paranoid_checks(settings, 1)
    // A record cut short at the end of the log was never acknowledged: kill -9 leaves one, and it is passed over.
    // Damage before the end would drop acknowledged commits, so the store refuses to open; point-in-time recovery
    // (RocksDB's default) would open without them and say nothing.
    unsafe rocksdb_options_set_wal_recovery_mode(settings, Int32(rocksdb_tolerate_corrupted_tail_records_recovery))
    // fdatasync keeps the file's length as well; fsync would only add its times.
    unsafe rocksdb_options_set_use_fsync(settings, 0)
}

private func setSizes(_ settings: OpaquePointer?, _ options: RocksDBOptions) {
    unsafe rocksdb_options_set_write_buffer_size(settings, options.writeBufferBytes)
    unsafe rocksdb_options_set_max_write_buffer_number(settings, 2)
    unsafe setOpenTables(settings, options)
    unsafe rocksdb_options_set_max_background_jobs(settings, 2)
    unsafe rocksdb_options_set_level_compaction_dynamic_level_bytes(settings, 1)
    // Compaction's own writes reach the disk in small portions, so that a commit's sync never waits behind a big one.
    unsafe rocksdb_options_set_bytes_per_sync(settings, 1 << 20)
    unsafe setPreallocation(settings)
    // Most look-ups are of keys that lie in a file or nowhere: a filter beside the table in memory spares its search.
    unsafe rocksdb_options_set_memtable_prefix_bloom_size_ratio(settings, 0.02)
    unsafe rocksdb_options_set_memtable_whole_key_filtering(settings, 1)
    // One thread writes: sharing the table in memory among writers would only cost.
    unsafe rocksdb_options_set_allow_concurrent_memtable_write(settings, 0)
    // Queues kept as ranges leave removal marks at their head; a table that is half marks is compacted soon.
    unsafe rocksdb_options_add_compact_on_deletion_collector_factory(settings, 4096, 2048)
}

/// How many tables are open, and how that number is divided: a shard shuts one for another while others have room (0036).
private func setOpenTables(_ settings: OpaquePointer?, _ options: RocksDBOptions) {
    unsafe rocksdb_options_set_max_open_files(settings, options.openTablesMax)
    let shards = 4
    unsafe rocksdb_options_set_table_cache_numshardbits(settings, Int32(shards.trailingZeroBitCount))
}

/// RocksDB takes room for its log and its manifest before it writes, left to itself 35 MiB and 4 MiB with the first change
/// after a start or a full table: more than the part of the reserve that is left to commits that give room back.
private func setPreallocation(_ settings: OpaquePointer?) {
    // With one column family this bounds how much room the log takes ahead, and nothing else (rocksdb/options.h).
    unsafe rocksdb_options_set_max_total_wal_size(settings, Limits.logAheadBytes)
    unsafe rocksdb_options_set_manifest_preallocation_size(settings, Limits.manifestAheadBytes)
}

private func setTables(_ settings: OpaquePointer?, _ options: RocksDBOptions) {
    // Values are sealed above the engine: sealed bytes do not compress.
    unsafe rocksdb_options_set_compression(settings, Int32(rocksdb_no_compression))
    let tables = unsafe rocksdb_block_based_options_create()
    defer { unsafe rocksdb_block_based_options_destroy(tables) }
    let cache = unsafe rocksdb_cache_create_lru(options.blockCacheBytes)
    // The table options keep their own hold on the cache.
    defer { unsafe rocksdb_cache_destroy(cache) }
    unsafe rocksdb_block_based_options_set_block_cache(tables, cache)
    // Indexes and filters live in the cache too: otherwise memory would grow with the store.
    unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(tables, 1)
    unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(tables, 1)
    unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(tables, 1)
    unsafe rocksdb_block_based_options_set_block_size(tables, 8 << 10)
    unsafe rocksdb_block_based_options_set_format_version(tables, 5)
    // Ten bits a key: one look-up of an absent key in a hundred reads a block.
    unsafe rocksdb_block_based_options_set_filter_policy(tables, rocksdb_filterpolicy_create_bloom_full(10))
    unsafe partitionIndexes(tables)
    unsafe rocksdb_options_set_block_based_table_factory(settings, tables)
}

/// Indexes and filters in blocks of their own, found through a small one that stays.
///
/// The index of a whole table is as large as one of the cache's shards: it would be thrown out by what it leads to, and
/// read and checked anew by every look-up.
private func partitionIndexes(_ tables: OpaquePointer?) {
    let twoLevels = Int32(rocksdb_block_based_table_index_type_two_level_index_search)
    unsafe rocksdb_block_based_options_set_index_type(tables, twoLevels)
    unsafe rocksdb_block_based_options_set_partition_filters(tables, 1)
    unsafe rocksdb_block_based_options_set_metadata_block_size(tables, 8 << 10)
    unsafe rocksdb_block_based_options_set_pin_top_level_index_and_filter(tables, 1)
}

/// RocksDB's diary: warnings only, two files of 4 MiB, no figures written on a timer.
private func setOwnLog(_ settings: OpaquePointer?) {
    let warnings: Int32 = 2
    unsafe rocksdb_options_set_info_log_level(settings, warnings)
    unsafe rocksdb_options_set_keep_log_file_num(settings, 2)
    unsafe rocksdb_options_set_max_log_file_size(settings, 4 << 20)
    unsafe rocksdb_options_set_stats_dump_period_sec(settings, 0)
    unsafe rocksdb_options_set_stats_persist_period_sec(settings, 0)
}
