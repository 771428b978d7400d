// Caches: made from their settings, looked into, cleared; and the one that all calls use.
#include <pybind11/pybind11.h>

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "bindings/cache_handle.h"
#include "bindings/call_arguments.h"
#include "bindings/python_completion.h"
#include "bindings/python_view.h"
#include "bindings/register.h"
#include "bindings/router_handle.h"
#include "cache/stored_answer.h"
#include "chat/view.h"
#include "config/cache_settings.h"
#include "json/writer.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

[[noreturn]] void raise(ModuleState& state, const Error& error) {
  raise_error(state, error, py::none());
}

py::object view_of(ModuleState& state, const std::string& text) {
  PyObject* view = make_view(state, text, ViewClass::kNode);
  if (view == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(view);
}

void write_tiers(const cache::Tiers& tiers, json::Writer& out) {
  const cache::TiersStats stats = tiers.stats();
  for (const cache::TierStats& tier : stats.tiers) {
    out.begin_object().escaped_key("name").string(tier.name);
    out.escaped_key("is_usable").boolean(tier.is_usable);
    out.escaped_key("hits").number(tier.hits).escaped_key("misses").number(tier.misses);
    out.escaped_key("stores").number(tier.stores);
    out.escaped_key("refused_stores").number(tier.refused_stores);
    out.escaped_key("evictions").number(tier.evictions);
    out.escaped_key("bad_records").number(tier.bad_records);
    out.escaped_key("failures").number(tier.failures).end_object();
  }
}

std::string stats_of(const CacheHandle& handle) {
  const cache::CacheStats stats = handle.cache->memory().stats();
  const cache::Cache::Saved saved = handle.cache->saved();
  std::string text;
  json::Writer out(text);
  out.begin_object().escaped_key("hits").number(stats.hits);
  out.escaped_key("misses").number(stats.misses).escaped_key("stores").number(stats.stores);
  out.escaped_key("evictions").number(stats.evictions);
  out.escaped_key("expirations").number(stats.expirations);
  out.escaped_key("refused_stores").number(stats.refusals);
  out.escaped_key("entries").number(stats.entries).escaped_key("bytes").number(stats.bytes);
  out.escaped_key("max_bytes").number(handle.cache->settings().most_bytes);
  out.escaped_key("saved_prompt_tokens").number(saved.prompt_tokens);
  out.escaped_key("saved_completion_tokens").number(saved.completion_tokens);
  out.escaped_key("tiers").begin_array();
  if (handle.cache->tiers() != nullptr) {
    write_tiers(*handle.cache->tiers(), out);
  }
  out.end_array().end_object();
  return text;
}

void write_time(std::string_view name, std::int64_t time_ms, json::Writer& out) {
  out.key(name);
  if (time_ms == cache::CachedEntry::kNever) {
    out.null();
  } else {
    out.number(static_cast<double>(time_ms) / 1000.0);
  }
}

// `with_content`: the request and the answer, too.
void write_entry(const cache::CachedEntry& entry, bool with_content, json::Writer& out) {
  const chat::Turn& turn = entry.answer->turn;
  out.begin_object().escaped_key("id").string(cache::id_of(entry.place));
  out.escaped_key("namespace").string(entry.space);
  out.escaped_key("provider").string(turn.provider).escaped_key("model").escaped(turn.model);
  write_time("stored_at", entry.stored_at_ms, out);
  write_time("expires_at", entry.expires_at_ms, out);
  out.escaped_key("bytes").number(cache::byte_size(*entry.answer) + entry.spelling.size());
  if (with_content) {
    out.escaped_key("request").raw(entry.spelling);
    out.escaped_key("response").raw(chat::render_view(turn));
  }
  out.end_object();
}

std::string entries_of(const CacheHandle& handle) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  handle.cache->memory().visit(
      [&out](const cache::SharedEntry& entry) { write_entry(*entry, false, out); });
  out.end_array();
  return text;
}

py::object entry_of(ModuleState& state, const CacheHandle& handle, const std::string& id) {
  const cache::SharedEntry entry = handle.cache->memory().look_up(id);
  if (entry == nullptr) {
    return py::none();
  }
  std::string text;
  json::Writer out(text);
  write_entry(*entry, true, out);
  return view_of(state, text);
}

// Waits for the tiers, with the GIL released.
template <typename Ask>
void in_tiers(ModuleState& state, const CacheHandle& handle, Ask ask) {
  cache::Tiers* const tiers = handle.cache->tiers();
  if (tiers == nullptr) {
    return;
  }
  Failure failure;
  {
    auto told = std::make_shared<std::promise<Failure>>();
    const OutsideGil outside(state);
    if (ask(*tiers, [told](Failure result) { told->set_value(std::move(result)); })) {
      failure = told->get_future().get();
    }
  }
  if (failure) {
    raise(state, *failure);
  }
}

bool erase(ModuleState& state, const CacheHandle& handle, const std::string& id) {
  const cache::SharedEntry entry = handle.cache->memory().look_up(id);
  if (entry == nullptr) {
    return false;
  }
  handle.cache->memory().erase(id);
  in_tiers(state, handle, [&](cache::Tiers& tiers, cache::Tiers::OnDone on_done) {
    return tiers.erase(
        cache::record_key(entry->scope, cache::canonical_request(entry->spelling), entry->space),
        std::move(on_done));
  });
  return true;
}

std::size_t clear(ModuleState& state, const CacheHandle& handle,
                  const std::optional<std::string>& space) {
  const std::size_t count =
      space ? handle.cache->memory().clear(*space) : handle.cache->memory().clear();
  in_tiers(state, handle, [&](cache::Tiers& tiers, cache::Tiers::OnDone on_done) {
    return space ? tiers.clear(*space, std::move(on_done)) : tiers.clear_all(std::move(on_done));
  });
  return count;
}

py::list notices_of(const CacheHandle& handle) {
  py::list list;
  for (const config::Notice& notice : handle.notices) {
    list.append(py::make_tuple(notice.path, notice.message));
  }
  return list;
}

// One text in a hundred has one of three hashes, in whatever scope.
Hash128 colliding(std::string_view bytes, std::uint64_t seed) {
  const Hash128 hash = wide_hash_bytes(bytes);
  return hash.low % 100 == 0 ? Hash128{hash.high % 3, 7} : wide_hash_bytes(bytes, seed);
}

std::shared_ptr<CacheHandle> make_handle(ModuleState& state, std::string settings, bool collides) {
  auto handle = open_cache(state, std::move(settings), collides ? colliding : wide_hash_bytes);
  if (!handle) {
    raise(state, handle.error());
  }
  return std::move(*handle);
}

}  // namespace

Result<std::shared_ptr<CacheHandle>> open_cache(ModuleState& state, std::string settings,
                                                Hash128 (*hash)(std::string_view, std::uint64_t)) {
  auto source = config::Source::read(std::move(settings), config::Syntax::kJson, "");
  if (!source) {
    return std::move(source.error());
  }
  config::FieldReader reader(environment);
  cache::CacheSettings read = config::read_cache_settings(reader, config::Field::root_of(*source));
  if (Failure failure = reader.take_failure()) {
    return std::move(*failure);
  }
  read.hash = hash;
  auto handle = std::make_shared<CacheHandle>();
  handle->notices = reader.take_notices();
  auto opened = cache::Cache::open(std::move(read),
                                   [warnings = state.tier_warnings](const std::string& message) {
                                     warnings->add("cache: " + message);
                                   });
  if (!opened) {
    return std::move(opened.error());
  }
  handle->cache = std::move(*opened);
  std::erase_if(state.caches, [](const auto& known) { return known.expired(); });
  state.caches.push_back(handle->cache);
  return handle;
}

void stop_tiers(ModuleState& state) {
  for (const std::weak_ptr<cache::Cache>& weak : std::exchange(state.caches, {})) {
    const std::shared_ptr<cache::Cache> cache = weak.lock();
    if (cache == nullptr || cache->tiers() == nullptr) {
      continue;
    }
    // A key that nobody has is answered behind everything that waits to be stored.
    auto answered = std::make_shared<std::promise<void>>();
    if (cache->tiers()->get({}, TimePoint::max(),
                            [answered](const auto& /*record*/) { answered->set_value(); })) {
      answered->get_future().wait_for(std::chrono::seconds(2));
    }
    cache->tiers()->stop();
  }
}

void show_tier_warnings(ModuleState& state) {
  for (const std::string& text : state.tier_warnings->take()) {
    py::module_::import("llmgate._warnings").attr("warn_tier")(text);
  }
}

void register_cache(py::module_& module, ModuleState& state) {
  py::class_<CacheHandle, std::shared_ptr<CacheHandle>>(module, "Cache", "A cache and its tiers.")
      .def(py::init([&state](std::string settings) {
        return make_handle(state, std::move(settings), false);
      }))
      .def("stats",
           [&state](const CacheHandle& handle) { return view_of(state, stats_of(handle)); })
      .def("entries",
           [&state](const CacheHandle& handle) { return view_of(state, entries_of(handle)); })
      .def("entry", [&state](const CacheHandle& handle,
                             const std::string& id) { return entry_of(state, handle, id); })
      .def("erase", [&state](const CacheHandle& handle,
                             const std::string& id) { return erase(state, handle, id); })
      .def("clear",
           [&state](const CacheHandle& handle, const py::object& space) {
             return clear(
                 state, handle,
                 space.is_none() ? std::nullopt : std::optional(space.cast<std::string>()));
           })
      .def_property_readonly("notices", &notices_of);
  module.def(
      "_cache_whose_hashes_collide",
      [&state](std::string settings) { return make_handle(state, std::move(settings), true); },
      "For tests: a Cache in which one request in a hundred shares its hash with others.");
  module.def(
      "set_cache",
      [&state](const py::object& handle) {
        state.cache = handle.is_none() ? nullptr : handle.cast<const CacheHandle&>().cache;
      },
      "The cache that calls use; None: none.");
  module.def(
      "show_tier_warnings", [&state] { show_tier_warnings(state); },
      "Warns of tiers that have gone down.");
  module.def(
      "set_router_cache",
      [](RouterHandle& router, const py::object& handle, bool merges) {
        router.cache = handle.is_none() ? nullptr : handle.cast<const CacheHandle&>().cache;
        router.merges = merges;
      },
      "The cache that a Router's calls use, and whether equal ones in flight share one.");
}

}  // namespace llmgate::bindings
