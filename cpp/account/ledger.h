// What calls came to: counts, tokens, money and times, summed by day and by what the calls were
// for. Account step of a request's path. Owned by the loop: no locks. Bounded: beyond kMostSums
// kinds of calls new ones are summed without their user and metadata, and the sums say so.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/spread.h"
#include "account/usd.h"
#include "base/clock.h"
#include "base/hash.h"

namespace llmgate::account {

// One call that has ended.
struct CallRecord {
  WallTime at;
  std::string_view provider;    // that was asked last
  std::string_view model;       // that was asked last
  std::string_view deployment;  // empty without a Router
  std::string_view user;        // of the request, escaped as in JSON; empty: none
  std::string_view metadata;    // JSON text of an object; empty: none
  bool is_error = false;
  bool is_cache_hit = false;
  std::int64_t attempts = 0;
  std::int64_t uncertain = 0;  // attempts that failed and may have been billed
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::optional<Usd> cost;  // of all attempts as far as known; nothing: no price is known
  Usd saved;                // by the cache
  std::chrono::microseconds total{0};
  std::optional<std::chrono::microseconds> first_content;
};

struct Totals {
  std::int64_t calls = 0;
  std::int64_t errors = 0;
  std::int64_t cache_hits = 0;
  std::int64_t attempts = 0;
  std::int64_t uncertain = 0;
  std::int64_t unpriced = 0;  // calls with tokens of which no price is known
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  Usd cost;
  Usd saved;
  Spread total_us;          // of calls that did not fail
  Spread first_content_us;  // of streams

  void add(const CallRecord& record);
  Totals& operator+=(const Totals& other);
};

// Those of its sums that are whole numbers, for whoever does the same with each.
inline constexpr std::array kCountsOfTotals{&Totals::calls,         &Totals::errors,
                                            &Totals::cache_hits,    &Totals::attempts,
                                            &Totals::uncertain,     &Totals::unpriced,
                                            &Totals::prompt_tokens, &Totals::completion_tokens,
                                            &Totals::cached_tokens, &Totals::reasoning_tokens};

// What a sum is of. The order is that of LedgerKey's text.
struct LedgerKey {
  std::int32_t day = 0;  // since 1970, UTC
  std::string provider;
  std::string model;
  std::string deployment;
  std::string user;
  std::string metadata;
};

struct LedgerSum {
  LedgerKey key;
  Totals totals;
};

class Ledger {
 public:
  static constexpr std::size_t kMostSums = 20000;
  // Stands for metadata that is not kept apart.
  static constexpr std::string_view kNotKept = R"({"llmgate":"not kept apart"})";

  Ledger() = default;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  void add(const CallRecord& record);
  void add(const LedgerSum& sum);
  [[nodiscard]] std::vector<LedgerSum> sums() const;
  // The same, and forgets them.
  std::vector<LedgerSum> take();
  [[nodiscard]] std::size_t size() const { return sums_.size(); }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
  };
  struct Sum {
    LedgerKey key;
    Totals totals;
  };

  // Day, then provider, model, deployment, user and metadata.
  using Parts = std::array<std::string_view, 5>;
  Totals& find(std::int32_t day, Parts parts);

  std::unordered_map<std::string, Sum, Hash, std::equal_to<>> sums_;
  std::string scratch_;  // the key that is looked for
};

}  // namespace llmgate::account
