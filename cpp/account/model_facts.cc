#include "account/model_facts.h"

#include <algorithm>
#include <utility>

#include "account/price_reader.h"
#include "json/document.h"

namespace llmgate::account {
namespace {

using json::Value;

Error damaged(std::string_view key, std::string_view what) {
  return bad_request(
      "", "the table's row of '" + std::string(key) + "' is damaged: " + std::string(what));
}

std::vector<std::string> words(Value list) {
  std::vector<std::string> found;
  found.reserve(list.size());
  for (const Value word : list.elements()) {
    found.push_back(word.unescaped());
  }
  return found;
}

// What is not a price.
void read_plain(Value row, ModelFacts& facts) {
  facts.context_window = row.find("context").as_int();
  facts.max_output = row.find("max_output").as_int();
  facts.mode = row.find("mode").unescaped();
  facts.deprecation_date = row.find("deprecation").unescaped();
  facts.is_deprecated = row.find("deprecated").as_bool().value_or(false);
  facts.can = words(row.find("can"));
  facts.cannot = words(row.find("cannot"));
  facts.inputs = words(row.find("inputs"));
  facts.outputs = words(row.find("outputs"));
  facts.price_source = row.find("by").unescaped();
  facts.price_date = row.find("date").unescaped();
}

}  // namespace

std::optional<bool> ModelFacts::supports(std::string_view ability) const {
  const auto has = [ability](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), ability) != list.end();
  };
  if (has(can)) {
    return true;
  }
  return has(cannot) ? std::optional(false) : std::nullopt;
}

Result<ModelFacts> read_fact_row(std::string_view key, std::string_view json) {
  json::Document document;
  if (const auto error = document.read(json)) {
    return damaged(key, error->reason);
  }
  const Value row = document.root();
  if (!row.is_object()) {
    return damaged(key, "it is no object");
  }
  ModelFacts facts;
  const std::size_t slash = key.find('/');
  facts.key = key;
  facts.provider = key.substr(0, slash);
  facts.model = slash == std::string_view::npos ? key : key.substr(slash + 1);
  if (const Value name = row.find("id"); name.is_string()) {
    facts.model = name.unescaped();
  }
  read_plain(row, facts);
  if (auto failure = read_prices(row, facts.prices)) {
    return damaged(key, failure->message);
  }
  return facts;
}

std::optional<std::int64_t> day_start(std::string_view date) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  const auto fits = [](char byte, char form) {
    return form == 'd' ? byte >= '0' && byte <= '9' : byte == form;
  };
  if (date.size() != kForm.size() || !std::equal(date.begin(), date.end(), kForm.begin(), fits)) {
    return std::nullopt;
  }
  const auto number = [date](std::size_t place, std::size_t length) {
    int sum = 0;
    for (const char digit : date.substr(place, length)) {
      sum = sum * 10 + (digit - '0');
    }
    return sum;
  };
  const int year = number(0, 4);
  const int month = number(5, 2);
  const int day = number(8, 2);
  if (month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  // Days of the civil calendar, with years that begin in March: the leap day is the last.
  const std::int64_t march_year = month > 2 ? year : year - 1;
  const std::int64_t era_years = march_year / 400;
  const std::int64_t year_of_era = march_year - era_years * 400;
  const std::int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  constexpr std::int64_t kDaysOfEra = 146'097;
  constexpr std::int64_t kDaysBefore1970 = 719'468;
  return (era_years * kDaysOfEra + day_of_era - kDaysBefore1970) * 86'400;
}

}  // namespace llmgate::account
