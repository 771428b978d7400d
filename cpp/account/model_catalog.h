// All that a process knows about models: the table, searched when a model is first asked for, what
// the user registered over it, and mark-ups and discounts. Thread-safe; what it hands out does not
// change. Account step of a request's path, and what plans are filled from.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "account/fact_file.h"
#include "account/model_facts.h"
#include "account/price_change.h"
#include "account/registered_facts.h"
#include "base/hash.h"
#include "base/mutex.h"
#include "base/result.h"

namespace llmgate::account {

// Immutable, shared by whoever prices a call while another registers a price.
using Facts = std::shared_ptr<const ModelFacts>;

class ModelCatalog {
 public:
  // The files of the table: of those that are there and are tables, the newest one counts, the
  // first of equals. Nothing is opened before the first question.
  explicit ModelCatalog(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  ModelCatalog(const ModelCatalog&) = delete;
  ModelCatalog& operator=(const ModelCatalog&) = delete;

  // What is known about a model that a caller names: "openai/gpt-4o", "gpt-4o". Null if nothing is.
  // The error is a table that cannot be read.
  [[nodiscard]] Result<Facts> find(std::string_view name) LLMGATE_EXCLUDES(mutex_);
  // Of a provider's card and the model as it is sent. `base_model` is what the user says that a
  // deployment of another name serves; it may be empty.
  [[nodiscard]] Result<Facts> find(std::string_view provider, std::string_view model,
                                   std::string_view base_model = {}) LLMGATE_EXCLUDES(mutex_);
  // The same, with facts of a deployment's own laid over it: an object in the words of LiteLLM's
  // table. They hold for nobody else.
  [[nodiscard]] Result<Facts> find_with(std::string_view provider, std::string_view model,
                                        std::string_view base_model, std::string_view json)
      LLMGATE_EXCLUDES(mutex_);
  // Of an answer: by the deployment's base model or its own registration, by the model that the
  // answer says it is from, or by the one that was asked, whichever is known first.
  [[nodiscard]] Result<Facts> find_answered(std::string_view provider, std::string_view asked,
                                            std::string_view answered, std::string_view base_model)
      LLMGATE_EXCLUDES(mutex_);
  // The keys of the models that fit a pattern of keys: "anthropic/*", "openai/gpt-4o*". In order.
  [[nodiscard]] Result<std::vector<std::string>> keys(std::string_view pattern)
      LLMGATE_EXCLUDES(mutex_);

  // Lays facts in LiteLLM's words over what is known: an object of models by name. All or nothing.
  // Returns the names of fields that nobody knows, for a warning.
  [[nodiscard]] Result<std::vector<std::string>> register_models(std::string_view json)
      LLMGATE_EXCLUDES(mutex_);
  // Mark-ups and discounts from here on, instead of those before.
  void change_prices(PriceChanges changes) LLMGATE_EXCLUDES(mutex_);
  // What is multiplied and added for a provider or one of its models.
  [[nodiscard]] PriceChange change_for(std::string_view provider, std::string_view model)
      LLMGATE_EXCLUDES(mutex_);

  // When the table was made, and its first line.
  [[nodiscard]] Result<std::string> date() LLMGATE_EXCLUDES(mutex_);
  // Forgets what was registered, and opens the table anew.
  void reset() LLMGATE_EXCLUDES(mutex_);

  // Around a fork, so that the child does not inherit it in the middle of a change: the thread that
  // forks holds it back before and lets it go after, in both processes.
  void before_fork() LLMGATE_ATTRIBUTE(no_thread_safety_analysis) { mutex_.lock(); }
  void after_fork() LLMGATE_ATTRIBUTE(no_thread_safety_analysis) { mutex_.unlock(); }

 private:
  // A model as it is asked for; a whole name has no provider.
  template <typename Text>
  struct Asked {
    Text provider;
    Text model;
    Text base_model;
  };
  using AskedView = Asked<std::string_view>;
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    template <typename Text>
    std::size_t operator()(const Asked<Text>& of) const {
      const std::uint64_t hash = hash_bytes(of.model, hash_bytes(of.provider));
      return of.base_model.empty() ? hash : hash_bytes(of.base_model, hash);
    }
  };
  struct Equal {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    template <typename One, typename Other>
    bool operator()(const Asked<One>& one, const Asked<Other>& other) const {
      return one.model == other.model && one.provider == other.provider &&
             one.base_model == other.base_model;
    }
  };
  void remember(const AskedView& asked, Facts facts) LLMGATE_REQUIRES(mutex_);

  Failure open() LLMGATE_REQUIRES(mutex_);
  Result<Facts> find_at(std::string_view provider, std::string_view model,
                        std::string_view base_model) LLMGATE_REQUIRES(mutex_);
  bool is_registered(std::string_view provider, std::string_view model) LLMGATE_REQUIRES(mutex_);
  Result<Facts> search(std::string_view provider, std::string_view model,
                       std::string_view base_model) LLMGATE_REQUIRES(mutex_);
  Result<Facts> search_spellings(std::string_view provider, std::string_view model)
      LLMGATE_REQUIRES(mutex_);
  Result<Facts> search_whole(std::string_view name) LLMGATE_REQUIRES(mutex_);
  [[nodiscard]] std::string exact_key(const std::string& name, const std::string& resolved) const
      LLMGATE_REQUIRES(mutex_);
  Result<Facts> read(const FactFile::Line& line) LLMGATE_REQUIRES(mutex_);
  Result<Facts> with_registered(std::string_view key, Facts facts) LLMGATE_REQUIRES(mutex_);

  const std::vector<std::string> paths_;
  Mutex mutex_;
  std::unique_ptr<FactFile> file_ LLMGATE_GUARDED_BY(mutex_);
  // What was asked for before, what is not known too; bounded, because names come from callers.
  std::unordered_map<Asked<std::string>, Facts, Hash, Equal> memo_ LLMGATE_GUARDED_BY(mutex_);
  std::unordered_map<std::string, RegisteredFacts> registered_ LLMGATE_GUARDED_BY(mutex_);
  std::shared_ptr<const PriceChanges> changes_ LLMGATE_GUARDED_BY(mutex_);
  std::atomic<bool> has_changes_{false};  // most processes have none, and take no lock to see it
};

}  // namespace llmgate::account
