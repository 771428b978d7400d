#include "account/ledger.h"

#include <array>
#include <utility>

#include "account/window.h"

namespace llmgate::account {
namespace {

// The lengths in front say where each part ends: no two keys have the same text.
void write_key(std::int32_t day, const std::array<std::string_view, 5>& parts, std::string& into) {
  // Together: an append for each would cost more than all the rest.
  std::array<std::uint32_t, 6> head{static_cast<std::uint32_t>(day)};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    head[i + 1] = static_cast<std::uint32_t>(parts[i].size());
  }
  into.assign(reinterpret_cast<const char*>(head.data()), sizeof(head));
  for (const std::string_view part : parts) {
    if (!part.empty()) {
      into.append(part);
    }
  }
}

}  // namespace

void Totals::add(const CallRecord& record) {
  ++calls;
  errors += record.is_error ? 1 : 0;
  cache_hits += record.is_cache_hit ? 1 : 0;
  attempts += record.attempts;
  uncertain += record.uncertain;
  prompt_tokens += record.prompt_tokens;
  completion_tokens += record.completion_tokens;
  cached_tokens += record.cached_tokens;
  reasoning_tokens += record.reasoning_tokens;
  if (record.cost) {
    cost += *record.cost;
  } else if (record.prompt_tokens + record.completion_tokens > 0) {
    ++unpriced;
  }
  saved += record.saved;
  if (!record.is_error) {
    total_us.add(static_cast<std::uint64_t>(record.total.count()));
  }
  if (record.first_content) {
    first_content_us.add(static_cast<std::uint64_t>(record.first_content->count()));
  }
}

Totals& Totals::operator+=(const Totals& other) {
  for (const auto count : kCountsOfTotals) {
    this->*count += other.*count;
  }
  cost += other.cost;
  saved += other.saved;
  total_us.add(other.total_us);
  first_content_us.add(other.first_content_us);
  return *this;
}

void Ledger::add(const CallRecord& record) {
  find(day_of(record.at),
       {record.provider, record.model, record.deployment, record.user, record.metadata})
      .add(record);
}

void Ledger::add(const LedgerSum& sum) {
  const LedgerKey& key = sum.key;
  find(key.day, {key.provider, key.model, key.deployment, key.user, key.metadata}) += sum.totals;
}

Totals& Ledger::find(std::int32_t day, Parts parts) {
  write_key(day, parts, scratch_);
  auto found = sums_.find(std::string_view(scratch_));
  if (found == sums_.end() && sums_.size() >= kMostSums) {
    parts[3] = {};
    parts[4] = kNotKept;
    write_key(day, parts, scratch_);
    found = sums_.find(std::string_view(scratch_));
  }
  if (found == sums_.end()) {
    LedgerKey key{day,
                  std::string(parts[0]),
                  std::string(parts[1]),
                  std::string(parts[2]),
                  std::string(parts[3]),
                  std::string(parts[4])};
    found = sums_.emplace(scratch_, Sum{std::move(key), {}}).first;
  }
  return found->second.totals;
}

std::vector<LedgerSum> Ledger::sums() const {
  std::vector<LedgerSum> sums;
  sums.reserve(sums_.size());
  for (const auto& [text, sum] : sums_) {
    sums.push_back({sum.key, sum.totals});
  }
  return sums;
}

std::vector<LedgerSum> Ledger::take() {
  std::vector<LedgerSum> sums;
  sums.reserve(sums_.size());
  for (auto& [text, sum] : sums_) {
    sums.push_back({std::move(sum.key), std::move(sum.totals)});
  }
  sums_.clear();
  return sums;
}

}  // namespace llmgate::account
