// A tier in memory that remembers what it was asked, for tests of what stands before it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cache/tier.h"

namespace llmgate::test {

class FakeTier final : public cache::Tier {
 public:
  // What it was asked stands in `journal`, as "name get", in order; shared by the tiers of a test.
  FakeTier(std::string name, std::vector<std::string>& journal)
      : name_(std::move(name)), journal_(journal) {}

  std::optional<cache::StoredRecord> get(const cache::RecordKey& key,
                                         std::int64_t now_ms) override {
    note("get");
    const auto found = records_.find(key.digest);
    if (found == records_.end() || found->second.expires_at_ms <= now_ms) {
      ++counters_.misses;
      return std::nullopt;
    }
    ++counters_.hits;
    return found->second;
  }
  void put(const cache::RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
           std::int64_t expires_at_ms) override {
    note("put " + std::string(bytes));
    ++counters_.stores;
    records_[key.digest] = {std::string(bytes), stored_at_ms, expires_at_ms};
  }
  Failure erase(const cache::RecordKey& key) override {
    note("erase");
    records_.erase(key.digest);
    return failure_;
  }
  Failure clear(std::string_view space) override {
    note("clear " + std::string(space));
    return failure_;
  }
  Failure clear_all() override {
    note("clear all");
    records_.clear();
    return failure_;
  }
  [[nodiscard]] cache::TierStats stats() const override { return counters_.read(name_); }

  void fail_with(const std::string& message) { failure_ = bad_request("", message); }

 private:
  void note(const std::string& what) { journal_.push_back(name_ + " " + what); }

  const std::string name_;
  std::vector<std::string>& journal_;
  std::map<Sha256Digest, cache::StoredRecord> records_;
  cache::TierCounters counters_;
  Failure failure_;
};

}  // namespace llmgate::test
