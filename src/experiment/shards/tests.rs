//! What a store, a journal, a shard and a plan promise.
