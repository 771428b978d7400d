#include "account/model_catalog.h"

#include <algorithm>
#include <utility>

#include "account/spellings.h"
#include "json/document.h"
#include "providers/model_name.h"
#include "providers/provider.h"

namespace llmgate::account {
namespace {

// Names come from callers: whoever makes them up does not fill the memory.
constexpr std::size_t kMostRemembered = 4096;

// One provider may have several cards: the table knows the main one.
std::string_view main_name(const providers::Provider& card) {
  return card.main_card.empty() ? card.name : card.main_card;
}

std::string provider_key(std::string_view provider) {
  const providers::Provider* card = providers::find_provider(provider);
  return card == nullptr ? lower_case(provider) : std::string(main_name(*card));
}

std::string key_of(std::string_view provider, std::string_view model) {
  return std::string(provider) + "/" + lower_case(model);
}

// "anthropic/*", "openai/gpt-4o*": what stands before the star, and what behind it.
bool fits(std::string_view key, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return key == pattern;
  }
  const std::string_view end = pattern.substr(star + 1);
  return key.size() + 1 >= pattern.size() && key.starts_with(pattern.substr(0, star)) &&
         key.ends_with(end);
}

// What was said, over what is known; of a model that nobody knows, that is all.
Facts laid_over(const Facts& known, const RegisteredFacts& said, std::string_view key) {
  ModelFacts changed;
  if (known != nullptr) {
    changed = *known;
  } else {
    const std::size_t slash = key.find('/');
    changed.key = key;
    changed.provider =
        slash == std::string_view::npos ? said.provider : std::string(key.substr(0, slash));
    changed.model = slash == std::string_view::npos ? key : key.substr(slash + 1);
  }
  said.lay_on(changed);
  return std::make_shared<ModelFacts>(std::move(changed));
}

}  // namespace

Failure ModelCatalog::open() {
  if (file_ != nullptr) {
    return {};
  }
  Failure first;
  for (const std::string& path : paths_) {
    auto file = FactFile::open(path);
    if (!file) {
      first = first ? std::move(first) : std::move(file).error();
    } else if (file_ == nullptr || file->date() > file_->date()) {
      file_ = std::make_unique<FactFile>(std::move(file).value());
    }
  }
  if (file_ == nullptr && !first) {
    first = bad_request("", "there is no table of facts about models");
  }
  return file_ == nullptr ? std::move(first) : Failure();
}

Result<Facts> ModelCatalog::find(std::string_view name) {
  const MutexLock lock(mutex_);
  const AskedView asked{{}, name, {}};
  const auto known = memo_.find(asked);
  if (known != memo_.end()) {
    return known->second;
  }
  Facts facts;
  if (auto resolved = providers::resolve_model(name, {}, false)) {
    auto found = find_at(resolved->provider->name, resolved->model, {});
    if (!found) {
      return found;
    }
    facts = *std::move(found);
  }
  if (facts == nullptr) {
    auto found = search_whole(name);
    if (!found) {
      return found;
    }
    facts = *std::move(found);
  }
  remember(asked, facts);
  return facts;
}

Result<Facts> ModelCatalog::find(std::string_view provider, std::string_view model,
                                 std::string_view base_model) {
  const MutexLock lock(mutex_);
  return find_at(provider, model, base_model);
}

Result<Facts> ModelCatalog::find_at(std::string_view provider, std::string_view model,
                                    std::string_view base_model) {
  const AskedView asked{provider, model, base_model};
  const auto known = memo_.find(asked);
  if (known != memo_.end()) {
    return known->second;
  }
  auto found = search(provider, model, base_model);
  if (!found) {
    return found;
  }
  remember(asked, *found);
  return found;
}

void ModelCatalog::remember(const AskedView& asked, Facts facts) {
  if (memo_.size() >= kMostRemembered) {
    memo_.clear();
  }
  memo_.emplace(Asked<std::string>{std::string(asked.provider), std::string(asked.model),
                                   std::string(asked.base_model)},
                std::move(facts));
}

bool ModelCatalog::is_registered(std::string_view provider, std::string_view model) {
  return !registered_.empty() && registered_.contains(key_of(provider_key(provider), model));
}

Result<Facts> ModelCatalog::find_answered(std::string_view provider, std::string_view asked,
                                          std::string_view answered, std::string_view base_model) {
  const MutexLock lock(mutex_);
  if (base_model.empty() && !answered.empty() && answered != asked &&
      !is_registered(provider, asked)) {
    auto found = find_at(provider, answered, {});
    if (!found || *found != nullptr) {
      return found;
    }
  }
  return find_at(provider, asked, base_model);
}

Result<Facts> ModelCatalog::search(std::string_view provider, std::string_view model,
                                   std::string_view base_model) {
  const std::string name = provider_key(provider);
  if (auto failure = open()) {
    return *std::move(failure);
  }
  // What the user registered for the deployment itself is nearer than what it serves.
  if (registered_.contains(key_of(name, model))) {
    base_model = {};
  }
  if (!base_model.empty()) {
    if (base_model.starts_with(std::string(provider) + "/")) {
      base_model.remove_prefix(provider.size() + 1);
    }
    auto found = search_spellings(name, base_model);
    if (!found || *found != nullptr) {
      return found;
    }
    auto resolved = providers::resolve_model(base_model, {}, false);
    return resolved ? search_spellings(std::string(main_name(*resolved->provider)), resolved->model)
                    : search_whole(base_model);
  }
  return search_spellings(name, model);
}

Result<Facts> ModelCatalog::search_spellings(std::string_view provider, std::string_view model) {
  if (auto failure = open()) {
    return *std::move(failure);
  }
  const std::string own = key_of(provider, model);
  Facts facts;
  for (const std::string& spelling : spellings_of(provider, model)) {
    if (const auto line = file_->find(key_of(provider, spelling))) {
      auto row = read(*line);
      if (!row) {
        return row;
      }
      facts = *std::move(row);
      break;
    }
  }
  for (const std::string_view vendor : vendors_behind(provider)) {
    if (facts != nullptr || registered_.contains(own)) {
      break;
    }
    auto found = search_spellings(vendor, model);
    if (!found) {
      return found;
    }
    facts = *std::move(found);
  }
  return with_registered(own, std::move(facts));
}

Result<Facts> ModelCatalog::search_whole(std::string_view name) {
  if (auto failure = open()) {
    return *std::move(failure);
  }
  for (const std::string& spelling : spellings_of({}, name)) {
    if (const auto line = file_->find(spelling)) {
      auto row = read(*line);
      return row ? with_registered(spelling, *std::move(row)) : row;
    }
  }
  return with_registered(lower_case(name), nullptr);
}

Result<Facts> ModelCatalog::read(const FactFile::Line& line) {
  auto facts = read_fact_row(line.key, line.value);
  if (!facts) {
    return std::move(facts).error();
  }
  return Facts(std::make_shared<ModelFacts>(std::move(facts).value()));
}

Result<Facts> ModelCatalog::with_registered(std::string_view key, Facts facts) {
  auto found = registered_.find(std::string(key));
  if (found == registered_.end() && facts != nullptr) {
    found = registered_.find(facts->key);
  }
  if (found == registered_.end()) {
    return facts;
  }
  return laid_over(facts, found->second, key);
}

Result<Facts> ModelCatalog::find_with(std::string_view provider, std::string_view model,
                                      std::string_view base_model, std::string_view json) {
  json::Document document;
  if (const auto error = document.read(json)) {
    return bad_request("$", std::string("is no JSON: ") + error->reason);
  }
  auto own = read_registered("$", document.root());
  if (!own) {
    return std::move(own).error();
  }
  auto known = find(provider, model, base_model);
  if (!known) {
    return known;
  }
  return laid_over(*known, *own, key_of(provider, model));
}

Result<std::vector<std::string>> ModelCatalog::keys(std::string_view pattern) {
  const MutexLock lock(mutex_);
  if (auto failure = open()) {
    return *std::move(failure);
  }
  std::string small = lower_case(pattern);
  if (const std::size_t slash = small.find('/'); slash != std::string::npos) {
    small = provider_key(small.substr(0, slash)) + small.substr(slash);
  }
  std::vector<std::string> found;
  for (const FactFile::Line& line : file_->starting_with(small.substr(0, small.find('*')))) {
    if (fits(line.key, small)) {
      found.emplace_back(line.key);
    }
  }
  for (const auto& [key, facts] : registered_) {
    if (fits(key, small) && std::find(found.begin(), found.end(), key) == found.end()) {
      found.push_back(key);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::vector<std::string>> ModelCatalog::register_models(std::string_view json) {
  json::Document document;
  if (const auto error = document.read(json)) {
    return bad_request("$", std::string("no JSON: ") + error->reason);
  }
  if (!document.root().is_object()) {
    return bad_request("$", "is no object of models by name");
  }
  const MutexLock lock(mutex_);
  if (auto failure = open()) {
    return *std::move(failure);
  }
  std::vector<std::pair<std::string, RegisteredFacts>> read;
  std::vector<std::string> unknown;
  for (const json::Member member : document.root().members()) {
    const std::string name = member.name.unescaped();
    auto facts = read_registered("$." + name, member.value);
    if (!facts) {
      return std::move(facts).error();
    }
    for (std::string& field : facts->unknown) {
      unknown.push_back(name + "." + std::move(field));
    }
    // Under the name as it is written, and under the key that look-ups come to.
    auto resolved = providers::resolve_model(name, {}, false);
    if (resolved) {
      read.emplace_back(key_of(main_name(*resolved->provider), resolved->model), *facts);
    }
    if (!facts->provider.empty() && name.find('/') == std::string::npos) {
      read.emplace_back(key_of(provider_key(facts->provider), name), *facts);
    }
    if (const std::string key = exact_key(name, resolved ? read.back().first : std::string());
        !key.empty()) {
      read.emplace_back(key, *facts);
    }
    read.emplace_back(lower_case(name), std::move(facts).value());
  }
  for (auto& [key, facts] : read) {
    registered_[key].lay(facts);
    registered_[key].provider = facts.provider;
  }
  memo_.clear();
  return unknown;
}

std::string ModelCatalog::exact_key(const std::string& name, const std::string& resolved) const {
  // Not by its spellings: a snapshot's price is not the price of all the others.
  auto line = resolved.empty() ? std::nullopt : file_->find(resolved);
  line = line ? line : file_->find(lower_case(name));
  return line ? std::string(line->key) : std::string();
}

void ModelCatalog::change_prices(PriceChanges changes) {
  auto shared =
      changes.is_empty() ? nullptr : std::make_shared<const PriceChanges>(std::move(changes));
  const MutexLock lock(mutex_);
  changes_ = std::move(shared);
  has_changes_ = changes_ != nullptr;
}

PriceChange ModelCatalog::change_for(std::string_view provider, std::string_view model) {
  if (!has_changes_) {
    return {};
  }
  std::shared_ptr<const PriceChanges> changes;
  {
    const MutexLock lock(mutex_);
    changes = changes_;
  }
  return changes == nullptr ? PriceChange() : changes->find(provider, model);
}

Result<std::string> ModelCatalog::date() {
  const MutexLock lock(mutex_);
  if (auto failure = open()) {
    return *std::move(failure);
  }
  return file_->date();
}

void ModelCatalog::reset() {
  const MutexLock lock(mutex_);
  file_.reset();
  memo_.clear();
  registered_.clear();
  changes_.reset();
  has_changes_ = false;
}

}  // namespace llmgate::account
