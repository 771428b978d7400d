#include "bindings/module_state.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/curl_transport.h"
#include "net/event_loop.h"

namespace llmgate::bindings {

PyObject* to_str(std::string_view utf8) {
  const auto size = static_cast<Py_ssize_t>(utf8.size());
  PyObject* text = PyUnicode_DecodeUTF8(utf8.data(), size, "surrogatepass");
  if (text == nullptr && PyErr_ExceptionMatches(PyExc_UnicodeDecodeError) != 0) {
    PyErr_Clear();  // a server's error body may hold any bytes
    text = PyUnicode_DecodeUTF8(utf8.data(), size, "replace");
  }
  return text;
}

namespace {

// The first and the last eight bytes and the length tell names and ids apart well enough.
std::size_t slot_of(std::string_view utf8) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const std::size_t part = std::min(utf8.size(), sizeof(first));
  std::memcpy(&first, utf8.data(), part);
  std::memcpy(&last, utf8.data() + utf8.size() - part, part);
  const std::uint64_t mixed = (first ^ (last * 3) ^ utf8.size()) * 0x9E3779B97F4A7C15U;
  return static_cast<std::size_t>(mixed >> 56U);
}

}  // namespace

PyObject* StringCache::get(std::string_view utf8) {
  constexpr std::size_t kLongest = 64;
  if (utf8.size() > kLongest) {
    return to_str(utf8);
  }
  Slot& slot = slots_[slot_of(utf8)];
  if (slot.value == nullptr || slot.key != utf8) {
    PyObject* fresh = to_str(utf8);
    if (fresh == nullptr) {
      return nullptr;
    }
    if (interns_) {
      PyUnicode_InternInPlace(&fresh);
    }
    Py_XDECREF(slot.value);
    slot.value = fresh;
    slot.key = utf8;
  }
  return Py_NewRef(slot.value);
}

void TierWarnings::add(const std::string& text) {
  MutexLock lock(mutex_);
  texts_.push_back(text);
  has_any_ = true;
}

std::vector<std::string> TierWarnings::take() {
  if (!has_any_.load(std::memory_order_relaxed)) {
    return {};
  }
  MutexLock lock(mutex_);
  has_any_ = false;
  return std::exchange(texts_, {});
}

std::shared_ptr<engine::Engine> running_engine(ModuleState& state) {
  if (state.is_exiting) {
    PyErr_SetString(PyExc_RuntimeError, "llmgate cannot start a call: the interpreter is exiting");
    return nullptr;
  }
  if (state.engine == nullptr) {
    std::unique_ptr<net::EventLoop> loop = net::make_event_loop();
    std::unique_ptr<net::Transport> transport =
        loop == nullptr ? nullptr : net::make_curl_transport(*loop);
    if (transport == nullptr) {
      PyErr_SetString(PyExc_OSError, "llmgate cannot start: the system has no descriptors left");
      return nullptr;
    }
    state.engine = std::make_shared<engine::Engine>(std::move(loop), std::move(transport),
                                                    std::make_unique<SystemRandom>());
    if (state.divert) {
      state.engine->divert_network(state.divert);
    }
    state.engine->inspect([tokens = state.tokens, pricing = state.pricing, ledger = state.ledger,
                           rules = state.budget_rules](engine::Engine::LoopState owned) {
      owned.accounts.shared_ledger = ledger;
      owned.accounts.tokens = tokens;
      owned.accounts.pricing = pricing;
      for (const auto& rule : rules) {
        owned.accounts.budgets.add(rule);
      }
    });
    state.engine->start_thread();
  }
  return state.engine;
}

}  // namespace llmgate::bindings
