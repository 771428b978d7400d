#include "account/price_change.h"

#include <algorithm>
#include <array>
#include <utility>

#include "account/spellings.h"
#include "base/nearest.h"
#include "json/document.h"
#include "providers/provider.h"

namespace llmgate::account {
namespace {

using json::Member;
using json::Value;

constexpr std::string_view kEverywhere = "global";

std::string_view text_of(Value value) {
  return value.is_string() ? value.escaped() : value.is_number() ? value.raw() : "";
}

Error at_path(std::string path, Error error) {
  error.json_path = std::move(path);
  return error;
}

Error unknown(const std::string& path, std::string_view name,
              std::span<const std::string_view> known) {
  const std::string_view nearest = nearest_name(name, known);
  std::string message = "'" + std::string(name) + "' is unknown";
  message += nearest.empty() ? "; accepted:" : "; did you mean '" + std::string(nearest) + "'?";
  for (const std::string_view word : known) {
    message += nearest.empty() ? " " + std::string(word) : "";
  }
  return bad_request(path, std::move(message));
}

Failure read_factor(const std::string& path, Value value, bool is_discount, Factor& factor) {
  auto part = Factor::from_text(text_of(value));
  if (!part) {
    return at_path(path, std::move(part).error());
  }
  if (is_discount && part->billionths() > Factor::kOne) {
    return bad_request(path, "a discount of " + part->text() + " is more than the whole price");
  }
  const std::int64_t one = Factor::kOne;
  factor = Factor(is_discount ? one - part->billionths() : one + part->billionths());
  return {};
}

Failure read_money(const std::string& path, Value value, Usd& usd) {
  auto read = Usd::from_text(text_of(value), Rounding::kNearest);
  if (!read) {
    return at_path(path, std::move(read).error());
  }
  usd = *read;
  return {};
}

// Ours: factor, per_request, per_token.
Failure read_change(const std::string& path, Value object, PriceChange& change) {
  static constexpr std::array<std::string_view, 3> kNames = {"factor", "per_request", "per_token"};
  for (const Member member : object.members()) {
    const std::string name = member.name.unescaped();
    const std::string place = path + "." + name;
    Failure failure;
    if (name == "factor") {
      auto factor = Factor::from_text(text_of(member.value));
      if (!factor) {
        return at_path(place, std::move(factor).error());
      }
      change.factor = *factor;
    } else if (name == "per_request" || name == "per_token") {
      failure = read_money(place, member.value,
                           name == "per_token" ? change.per_token : change.per_request);
    } else {
      failure = unknown(path, name, kNames);
    }
    if (failure) {
      return failure;
    }
  }
  return {};
}

// LiteLLM's: a number, or an object of a percentage (a part of one, despite its name) and an
// amount.
Failure read_margin(const std::string& path, Value margin, PriceChange& change) {
  static constexpr std::array<std::string_view, 2> kNames = {"percentage", "fixed_amount"};
  if (!margin.is_object()) {
    return read_factor(path, margin, false, change.factor);
  }
  for (const Member member : margin.members()) {
    const std::string name = member.name.unescaped();
    const std::string place = path + "." + name;
    Failure failure = name == "percentage" ? read_factor(place, member.value, false, change.factor)
                      : name == "fixed_amount" ? read_money(place, member.value, change.per_request)
                                               : unknown(path, name, kNames);
    if (failure) {
      return failure;
    }
  }
  return {};
}

// "Vertex/Gemini-2.5-Pro" as it is looked up: the provider by its own name.
std::string scope_of(std::string_view written) {
  const std::string scope = lower_case(written);
  const std::size_t slash = scope.find('/');
  const providers::Provider* provider = providers::find_provider(scope.substr(0, slash));
  if (provider == nullptr) {
    return scope;
  }
  return std::string(provider->name) +
         (slash == std::string::npos ? std::string() : scope.substr(slash));
}

}  // namespace

Result<PriceChanges> PriceChanges::from_json(std::string_view json) {
  json::Document document;
  if (const auto error = document.read(json)) {
    return bad_request("$", std::string("no JSON: ") + error->reason);
  }
  PriceChanges changes;
  for (const Member part : document.root().members()) {
    for (const Member member : part.value.members()) {
      const std::string scope = member.name.unescaped();
      const std::string path = "$." + part.name.unescaped() + "." + scope;
      // A discount is taken off before a margin is added.
      PriceChange& change = changes.at(scope_of(scope));
      PriceChange read;
      Failure failure = part.name.says("discounts")
                            ? read_factor(path, member.value, true, read.factor)
                        : part.name.says("margins") ? read_margin(path, member.value, read)
                                                    : read_change(path, member.value, read);
      if (failure) {
        return *std::move(failure);
      }
      auto both = Usd::whole(1) * change.factor * read.factor;
      change.factor = Factor(static_cast<std::int64_t>(both.atto() / Factor::kOne));
      change.per_request += read.per_request;
      change.per_token += read.per_token;
    }
  }
  return changes;
}

PriceChange PriceChanges::find(std::string_view provider, std::string_view model) const {
  if (rows_.empty()) {
    return {};
  }
  const std::string whole = scope_of(std::string(provider) + "/" + std::string(model));
  for (const std::string_view scope :
       {std::string_view(whole), std::string_view(whole).substr(0, whole.find('/')), kEverywhere}) {
    if (const PriceChange* change = find_scope(scope)) {
      return *change;
    }
  }
  return {};
}

PriceChange& PriceChanges::at(std::string_view scope) {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [scope](const Row& row) { return row.scope == scope; });
  return found == rows_.end() ? rows_.emplace_back(Row{std::string(scope), {}}).change
                              : found->change;
}

const PriceChange* PriceChanges::find_scope(std::string_view scope) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [scope](const Row& row) { return row.scope == scope; });
  return found == rows_.end() ? nullptr : &found->change;
}

}  // namespace llmgate::account
