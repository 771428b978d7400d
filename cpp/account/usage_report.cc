#include "account/usage_report.h"

#include <map>
#include <utility>

#include "account/labels.h"
#include "account/window.h"
#include "json/document.h"

namespace llmgate::account {
namespace {

using Values = std::vector<std::string>;

// What one sum's calls were for, in texts again.
class SumLabels {
 public:
  explicit SumLabels(const LedgerKey& key) : day_(key.day) {
    request_text_ = key.user.empty() ? "{}" : R"({"user":")" + key.user + "\"}";
    metadata_text_ = key.metadata.empty() ? "{}" : key.metadata;
    // What does not read says nothing; it was made by a call that had read it.
    json::Value request = request_.read(request_text_) ? json::Value() : request_.root();
    json::Value metadata = metadata_.read(metadata_text_) ? json::Value() : metadata_.root();
    read_labels(request, metadata, labels_);
    labels_.provider = key.provider;
    labels_.model = key.model;
    labels_.deployment = key.deployment;
  }

  [[nodiscard]] Values values(const std::string& dimension) const {
    Values values = dimension == "day" ? Values{text_of_day(day_)} : values_of(labels_, dimension);
    return values.empty() ? Values{""} : values;
  }

 private:
  std::int32_t day_;
  std::string request_text_;
  std::string metadata_text_;
  json::Document request_;
  json::Document metadata_;
  Labels labels_;
};

// Every combination of one value for each dimension.
std::vector<Values> rows_of(const SumLabels& labels, const std::vector<std::string>& by) {
  std::vector<Values> rows{Values()};
  for (const std::string& dimension : by) {
    std::vector<Values> longer;
    for (const std::string& value : labels.values(dimension)) {
      for (Values row : rows) {
        row.push_back(value);
        longer.push_back(std::move(row));
      }
    }
    rows = std::move(longer);
  }
  return rows;
}

void write_milliseconds(const char* name, std::optional<double> microseconds, json::Writer& out) {
  out.key(name);
  if (microseconds) {
    out.number(*microseconds / 1000);
  } else {
    out.null();
  }
}

}  // namespace

Result<std::vector<UsageRow>> group_usage(std::span<const LedgerSum> sums,
                                          const UsageQuestion& question) {
  for (const std::string& dimension : question.by) {
    if (dimension != "day" && !is_dimension(dimension)) {
      return bad_request("$.by", "holds \"" + dimension.substr(0, 80) + "\"; accepted: day, " +
                                     std::string(kDimensions));
    }
  }
  std::map<Values, Totals> grouped;
  for (const LedgerSum& sum : sums) {
    if (sum.key.day < question.since.value_or(sum.key.day) ||
        sum.key.day > question.until.value_or(sum.key.day)) {
      continue;
    }
    for (Values& row : rows_of(SumLabels(sum.key), question.by)) {
      grouped[std::move(row)] += sum.totals;
    }
  }
  std::vector<UsageRow> rows;
  rows.reserve(grouped.size());
  for (auto& [values, totals] : grouped) {
    rows.push_back({values, std::move(totals)});
  }
  return rows;
}

void write_usage_row(const UsageRow& row, std::span<const std::string> by, json::Writer& out) {
  const Totals& totals = row.totals;
  out.begin_object();
  for (std::size_t i = 0; i < by.size(); ++i) {
    out.key(by[i]);
    if (row.values[i].empty()) {
      out.null();
    } else {
      out.string(row.values[i]);
    }
  }
  const double calls = static_cast<double>(totals.calls);
  out.key("calls").number(totals.calls);
  out.key("errors").number(totals.errors);
  out.key("error_rate").number(calls > 0 ? static_cast<double>(totals.errors) / calls : 0.0);
  out.key("cache_hits").number(totals.cache_hits);
  out.key("attempts").number(totals.attempts);
  out.key("uncertain_attempts").number(totals.uncertain);
  out.key("prompt_tokens").number(totals.prompt_tokens);
  out.key("completion_tokens").number(totals.completion_tokens);
  out.key("cached_tokens").number(totals.cached_tokens);
  out.key("reasoning_tokens").number(totals.reasoning_tokens);
  out.key("cost").string(totals.cost.text());
  out.key("saved").string(totals.saved.text());
  out.key("unpriced_calls").number(totals.unpriced);
  write_milliseconds("latency_p50_ms", totals.total_us.percentile(0.5), out);
  write_milliseconds("latency_p95_ms", totals.total_us.percentile(0.95), out);
  write_milliseconds("latency_p99_ms", totals.total_us.percentile(0.99), out);
  write_milliseconds("first_content_p50_ms", totals.first_content_us.percentile(0.5), out);
  out.end_object();
}

}  // namespace llmgate::account
