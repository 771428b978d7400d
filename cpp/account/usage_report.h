// The ledger's sums grouped by what somebody asks for. Account step of a request's path. Pure
// functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "account/ledger.h"
#include "base/result.h"
#include "json/writer.h"

namespace llmgate::account {

struct UsageQuestion {
  std::vector<std::string> by;  // dimensions as in labels.h, and "day"; empty: one row for all
  std::optional<std::int32_t> since;  // days since 1970, inclusive
  std::optional<std::int32_t> until;
};

struct UsageRow {
  std::vector<std::string> values;  // parallel to `by`; "" where a call says nothing of it
  Totals totals;
};

// Rows in the order of their values. A call of two tags is in the rows of both.
Result<std::vector<UsageRow>> group_usage(std::span<const LedgerSum> sums,
                                          const UsageQuestion& question);

// One row as an object: a member for each dimension (null for ""), then the figures: calls, errors,
// error_rate, cache_hits, attempts, uncertain_attempts, tokens, cost and saved as decimal texts of
// US dollars, unpriced_calls, latency_p50_ms, latency_p95_ms, latency_p99_ms and
// first_content_p50_ms.
void write_usage_row(const UsageRow& row, std::span<const std::string> by, json::Writer& out);

}  // namespace llmgate::account
