// One call's way through the cache on its caller's thread: what the call says about it, the scope
// of its answers, the two look-ups. Look-up step of a request's path. Needs the GIL, which is held
// for no longer than a look-up in memory takes.
#pragma once

#include <Python.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bindings/module_state.h"
#include "bindings/option_reader.h"
#include "cache/cache.h"
#include "engine/call_spec.h"
#include "providers/target.h"

namespace llmgate::bindings {

class CallCache {
 public:
  // Whether there is anything to do: a cache, or something said about one. Else a call pays for
  // this question only.
  static bool is_asked(const std::shared_ptr<cache::Cache>& cache, const OptionReader& reader) {
    return cache != nullptr || reader.find(Option::kCache) != nullptr ||
           reader.find(Option::kCaching) != nullptr || reader.find(Option::kMerge) != nullptr;
  }

  // `cache` may be null.
  static Result<CallCache> read(ModuleState& state, std::shared_ptr<cache::Cache> cache,
                                OptionReader& reader, bool merges_by_default);

  // Everything that decides who may answer; complete before the first look-up.
  cache::ScopeWriter& scope() { return scope_; }
  void add_target(const providers::Target& target);
  void add_headers(const net::Headers& headers);

  // By the bytes of the request as it was written. Null: go on.
  std::unique_ptr<engine::Completion> find_spelling(std::string_view spelling);
  // By what it says. Null: the call is made, with take() along.
  std::unique_ptr<engine::Completion> find_canonical(const chat::ChatRequest& request);
  // The request that was asked for, where the call sends another one.
  void keep_spelling(std::string spelling) { call_->spelling = std::move(spelling); }
  // Null: neither cached nor merged, and nothing to be told.
  std::unique_ptr<engine::CachedCall> take();

 private:
  CallCache(ModuleState& state, std::shared_ptr<cache::Cache> cache)
      : state_(&state), call_(std::make_unique<engine::CachedCall>()) {
    call_->cache = std::move(cache);
  }
  Failure read_controls(PyObject* controls, bool& is_on);
  Failure read_control(std::string_view name, PyObject* value, bool& is_on);
  void turn_off();
  std::unique_ptr<engine::Completion> give(const cache::SharedEntry& entry);

  ModuleState* state_;
  std::unique_ptr<engine::CachedCall> call_;
  cache::ScopeWriter scope_;
};

}  // namespace llmgate::bindings
