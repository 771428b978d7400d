#include "bindings/call_cache.h"

#include <array>
#include <utility>

#include "base/nearest.h"
#include "bindings/cache_handle.h"
#include "bindings/python_json.h"
#include "cache/request_hash.h"

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

constexpr auto kControls = std::to_array<std::string_view>(
    {"no-cache", "no-store", "use-cache", "ttl", "s-maxage", "s-max-age", "namespace"});

// Seconds from 0 on.
Failure read_seconds(std::string_view path, PyObject* value, std::optional<milliseconds>& into) {
  const double seconds = PyFloat_AsDouble(value);
  if (PyErr_Occurred() != nullptr || PyBool_Check(value)) {
    PyErr_Clear();
    return refuse_type(path, value, "seconds as int or float");
  }
  const auto most = static_cast<double>(cache::CacheSettings::kLongestTtl.count());
  if (!(seconds >= 0) || seconds > most) {
    return bad_request("$." + std::string(path),
                       "is " + shown(value) + "; accepted: seconds from 0 to 315360000");
  }
  into = milliseconds(static_cast<std::int64_t>(seconds * 1000));
  return std::nullopt;
}

Failure read_flag(std::string_view path, PyObject* value, bool& into) {
  if (!PyBool_Check(value)) {
    return refuse_type(path, value, "bool");
  }
  into = value == Py_True;
  return std::nullopt;
}

bool is_deterministic(const chat::ChatRequest& request) {
  const json::Value seed = request.root().find("seed");
  return (seed.exists() && !seed.is_null()) ||
         request.root().find("temperature").as_double() == std::optional(0.0);
}

}  // namespace

Result<CallCache> CallCache::read(ModuleState& state, std::shared_ptr<cache::Cache> cache,
                                  OptionReader& reader, bool merges_by_default) {
  show_tier_warnings(state);
  CallCache made(state, std::move(cache));
  const cache::CacheSettings* settings =
      made.call_->cache == nullptr ? nullptr : &made.call_->cache->settings();
  bool is_on = settings != nullptr && settings->is_on_by_default;
  if (settings != nullptr) {
    made.call_->space = settings->space;
    made.call_->merges = settings->merges;
  }
  made.call_->merges = made.call_->merges || merges_by_default;
  if (PyObject* controls = reader.find(Option::kCache)) {
    if (Failure failure = made.read_controls(controls, is_on)) {
      return std::move(*failure);
    }
  }
  if (reader.find(Option::kMerge) != nullptr) {
    made.call_->merges = reader.flag(Option::kMerge);
  }
  if (reader.find(Option::kCaching) != nullptr) {
    is_on = reader.flag(Option::kCaching);
    if (is_on && settings == nullptr) {
      return bad_request("$.caching",
                         "asks for a cache, and there is none; set llmgate.cache = "
                         "llmgate.Cache() first");
    }
  }
  if (settings == nullptr) {
    made.call_->may_look = made.call_->may_store = false;
    made.call_->status = engine::CacheStatus::kNone;
  } else if (!is_on || !settings->serves_completions) {
    made.turn_off();
  } else if (!made.call_->may_look) {
    made.call_->status =
        made.call_->may_store ? engine::CacheStatus::kRefresh : engine::CacheStatus::kDisabled;
  }
  made.scope_.add("namespace").add(made.call_->space);
  return made;
}

Failure CallCache::read_controls(PyObject* controls, bool& is_on) {
  if (!PyDict_Check(controls)) {
    return refuse_type("cache", controls,
                       "a dict of no-cache, no-store, ttl, s-maxage and namespace");
  }
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(controls, &position, &name, &value) != 0) {
    if (!PyUnicode_Check(name)) {
      return refuse_type("cache", name, "names as str");
    }
    if (value == Py_None) {
      continue;
    }
    if (Failure failure = read_control(to_utf8(name), value, is_on)) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure CallCache::read_control(std::string_view name, PyObject* value, bool& is_on) {
  const std::string path = "cache." + std::string(name.substr(0, 64));
  bool flag = false;
  if (name == "no-cache" || name == "no-store" || name == "use-cache") {
    if (Failure failure = read_flag(path, value, flag)) {
      return failure;
    }
    if (name == "use-cache") {
      is_on = flag && call_->cache != nullptr;
    } else {
      (name == "no-cache" ? call_->may_look : call_->may_store) = !flag;
    }
    return std::nullopt;
  }
  if (name == "ttl") {
    Failure failure = read_seconds(path, value, call_->ttl);
    if (!failure && call_->ttl->count() == 0) {
      call_->ttl.reset();
      call_->may_store = false;  // it would have expired by the time it is there
    }
    return failure;
  }
  if (name == "s-maxage" || name == "s-max-age") {
    std::optional<milliseconds> age;
    Failure failure = read_seconds(path, value, age);
    if (age) {
      // Whole milliseconds: what was stored in this very one is older than 0 seconds, too.
      call_->most_age_ms = age->count() - 1;
    }
    return failure;
  }
  if (name == "namespace") {
    if (!PyUnicode_Check(value)) {
      return refuse_type(path, value, "str");
    }
    call_->space = to_utf8(value);
    const std::string why = cache::why_bad_space(call_->space);
    return why.empty() ? std::nullopt : Failure(bad_request("$." + path, why));
  }
  std::string message = "is no word for the cache";
  if (const std::string_view nearest = nearest_name(name, kControls); !nearest.empty()) {
    message += "; did you mean \"" + std::string(nearest) + "\"?";
  }
  return bad_request(
      "$." + path, message + "; accepted: no-cache, no-store, use-cache, ttl, s-maxage, namespace");
}

void CallCache::turn_off() {
  call_->may_look = false;
  call_->may_store = false;
  call_->status = engine::CacheStatus::kDisabled;
}

void CallCache::add_target(const providers::Target& target) {
  scope_.add(target.provider->name).add(target.base_url).add(target.query).add(target.api_key);
  scope_.add(target.key_style ? static_cast<std::uint64_t>(*target.key_style) + 1 : 0);
  add_headers(target.key_headers);
  add_headers(target.extra_headers);
}

void CallCache::add_headers(const net::Headers& headers) {
  scope_.add(headers.size());
  for (const net::Header& header : headers) {
    scope_.add(header.name).add(header.value);
  }
}

std::unique_ptr<engine::Completion> CallCache::give(const cache::SharedEntry& entry) {
  if (entry == nullptr) {
    return nullptr;
  }
  call_->cache->note_hit(*entry->answer);
  if (state_->engine != nullptr) {
    state_->engine->note_hit(entry->answer->turn);
  }
  return engine::completion_of(*entry, call_->cache->now_ms(), "memory");
}

std::unique_ptr<engine::Completion> CallCache::find_spelling(std::string_view spelling) {
  if (!call_->may_look && !call_->may_store && !call_->merges) {
    return nullptr;
  }
  call_->key.scope = state_->scopes.scope_of(scope_);
  if (!call_->may_look) {
    return nullptr;
  }
  return give(call_->cache->memory().find_spelling(call_->key, spelling, call_->freshness()));
}

std::unique_ptr<engine::Completion> CallCache::find_canonical(const chat::ChatRequest& request) {
  if (call_->cache != nullptr && call_->cache->settings().only_deterministic &&
      (call_->may_look || call_->may_store) && !is_deterministic(request)) {
    turn_off();
  }
  if (!call_->may_look && !call_->may_store && !call_->merges) {
    return nullptr;
  }
  const Hash128 said = cache::hash_of_request(request.root());
  if (call_->cache == nullptr) {
    call_->key.canonical = said;
    return nullptr;
  }
  if (!call_->may_look) {
    call_->cache->memory().fill(call_->key, request.body(), said);
    return nullptr;
  }
  return give(
      call_->cache->memory().find_canonical(call_->key, request.body(), said, call_->freshness()));
}

std::unique_ptr<engine::CachedCall> CallCache::take() {
  const bool is_nothing = call_->status == engine::CacheStatus::kNone && !call_->merges;
  return is_nothing ? nullptr : std::move(call_);
}

cache::Scope ScopeMemory::scope_of(const cache::ScopeWriter& parts) {
  Slot& slot = slots_[hash_bytes(parts.parts()) % slots_.size()];
  if (slot.parts != parts.parts()) {
    slot.scope = parts.scope();
    slot.parts = parts.parts();
  }
  return slot.scope;
}

}  // namespace llmgate::bindings
