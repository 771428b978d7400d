// Synchronous calls: one crossing, the GIL released while the caller waits. Ctrl-C cancels.
#include <pybind11/pybind11.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <deque>
#include <string>
#include <utility>

#include "bindings/call_arguments.h"
#include "bindings/python_completion.h"
#include "bindings/python_view.h"
#include "bindings/register.h"
#include "chat/chunks.h"
#include "engine/wait_slot.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

using std::chrono::milliseconds;

// Python runs signal handlers on the main thread only, so only it needs to wake and look: often
// enough for Ctrl-C to raise within 100 ms.
constexpr milliseconds kSignalSlice{40};
constexpr milliseconds kLongSlice{10000};

// Asked of the system once per thread; a fork makes the thread that forked the main one.
bool is_main_thread(const ModuleState& state) {
  static thread_local std::uint64_t known_generation = ~std::uint64_t{0};
  static thread_local bool is_main = false;
  if (known_generation != state.generation) {
    known_generation = state.generation;
    is_main = syscall(SYS_gettid) == getpid();
  }
  return is_main;
}

milliseconds slice_of(const ModuleState& state) {
  return is_main_thread(state) ? kSignalSlice : kLongSlice;
}

engine::WaitSlot::News wait_for_news(ModuleState& state, engine::WaitSlot& slot) {
  engine::WaitSlot::News news = slot.wait(milliseconds(0));
  while (!news.any()) {
    if (PyErr_CheckSignals() != 0) {
      throw py::error_already_set();
    }
    const OutsideGil outside(state);
    news = slot.wait(slice_of(state));
  }
  return news;
}

class StartedCall {
 public:
  StartedCall(ModuleState& state, py::handle model, py::handle messages, py::handle arguments,
              bool is_stream)
      : state_(state), slot_(std::make_shared<engine::WaitSlot>()) {
    auto read = read_arguments(state, model.ptr(), messages.ptr(), arguments.ptr(), is_stream);
    if (!read) {
      raise_error(state, read.error(), py::none());
    }
    drop_params_ = read->drop_params;
    if (read->hit != nullptr) {
      answer_from_cache(std::move(read->hit), is_stream);
      return;
    }
    engine_ = running_engine(state);
    if (engine_ == nullptr) {
      throw py::error_already_set();
    }
    flow_ = read->spec->flow;
    if (is_stream) {
      token_ = engine_->submit(std::move(*read->spec), slot_);
    } else {
      const OutsideGil outside(state);
      token_ = engine_->submit_and_run(std::move(*read->spec), slot_, slice_of(state));
    }
  }

  engine::WaitSlot::News wait() {
    try {
      return wait_for_news(state_, *slot_);
    } catch (...) {
      cancel();
      throw;
    }
  }

  void cancel() {
    if (engine_ != nullptr) {
      engine_->cancel(token_);
    }
  }

  // The reader has taken a chunk: the stream may go on when enough of it is read.
  void note_taken(std::size_t bytes) {
    if (flow_ != nullptr && flow_->take(bytes)) {
      engine_->resume(token_);
    }
  }

  [[nodiscard]] ModuleState& state() const { return state_; }
  [[nodiscard]] bool drop_params() const { return drop_params_; }

 private:
  // All of it is there before anyone waits; no loop has run.
  void answer_from_cache(std::unique_ptr<engine::Completion> hit, bool is_stream) {
    if (is_stream) {
      slot_->deliver_chunks(token_, chat::render_chunks(hit->answer->turn));
    }
    slot_->deliver_done(token_, std::move(hit));
  }

  ModuleState& state_;
  std::shared_ptr<engine::WaitSlot> slot_;
  std::shared_ptr<engine::Engine> engine_;    // null: the cache has answered
  std::shared_ptr<engine::StreamFlow> flow_;  // of streams that somebody sends
  engine::Token token_ = 0;
  bool drop_params_ = false;
};

// One stream read by one thread at a time.
class SyncStream {
 public:
  explicit SyncStream(std::unique_ptr<StartedCall> call)
      : call_(std::move(call)), generation_(call_->state().generation) {}
  ~SyncStream() { close(); }
  SyncStream(const SyncStream&) = delete;
  SyncStream& operator=(const SyncStream&) = delete;

  // Waits until the provider has accepted the stream or the call has failed.
  void open() {
    take_news();
    if (!completion_.is_none() && ready_.empty()) {
      has_raised_ = true;
      raise_if_failed(completion_);
    }
  }

  py::object next() {
    check_generation();
    while (ready_.empty() && completion_.is_none() && !is_closed_) {
      take_news();
    }
    if (!ready_.empty() && !is_closed_) {
      const std::string chunk = std::move(ready_.front());
      ready_.pop_front();
      call_->note_taken(chunk.size());
      PyObject* view = make_view(call_->state(), chunk, ViewClass::kChunk);
      if (view == nullptr) {
        throw py::error_already_set();
      }
      return py::reinterpret_steal<py::object>(view);
    }
    if (!is_closed_ && !has_raised_) {
      has_raised_ = true;
      raise_if_failed(completion_);
    }
    throw py::stop_iteration();
  }

  void close() {
    if (!is_closed_ && completion_.is_none() && generation_ == call_->state().generation) {
      call_->cancel();
    }
    is_closed_ = true;
  }

  // The finished call once all of it has been read; until then None, whatever has come already.
  [[nodiscard]] py::object completion() const {
    return ready_.empty() ? completion_ : py::object(py::none());
  }

 private:
  void check_generation() const {
    if (generation_ != call_->state().generation) {
      Error error;
      error.kind = ErrorKind::kShutdown;
      error.message = "this stream belongs to the process that this one was forked from";
      raise_error(call_->state(), error, py::none());
    }
  }

  void take_news() {
    if (std::exchange(is_waiting_, true)) {
      throw std::runtime_error("a stream is read by two threads at once; one may");
    }
    engine::WaitSlot::News news;
    try {
      news = call_->wait();
    } catch (...) {
      is_waiting_ = false;
      is_closed_ = true;
      throw;
    }
    is_waiting_ = false;
    for (std::string& chunk : news.chunks) {
      ready_.push_back(std::move(chunk));
    }
    if (news.completion != nullptr) {
      completion_ =
          wrap_completion(call_->state(), std::move(news.completion), call_->drop_params());
    }
  }

  std::unique_ptr<StartedCall> call_;
  std::uint64_t generation_;
  std::deque<std::string> ready_;
  py::object completion_ = py::none();
  bool is_waiting_ = false;
  bool is_closed_ = false;
  bool has_raised_ = false;
};

py::object complete(ModuleState& state, py::handle model, py::handle messages,
                    py::handle arguments) {
  StartedCall call(state, model, messages, arguments, false);
  engine::WaitSlot::News news = call.wait();
  py::object completion = wrap_completion(state, std::move(news.completion), call.drop_params());
  raise_if_failed(completion);
  return completion;
}

}  // namespace

void register_sync(py::module_& module, ModuleState& state) {
  module.def(
      "complete",
      [&state](const py::object& model, const py::object& messages, const py::dict& arguments) {
        return complete(state, model, messages, arguments);
      },
      "Makes a call and waits for its Completion.");
  module.def(
      "open_stream",
      [&state](const py::object& model, const py::object& messages, const py::dict& arguments) {
        auto stream = std::make_unique<SyncStream>(
            std::make_unique<StartedCall>(state, model, messages, arguments, true));
        stream->open();
        return stream;
      },
      "Makes a streaming call and waits until the provider has accepted it.");
  py::class_<SyncStream>(module, "SyncStream", "The chunks of a streaming call.")
      .def("next", &SyncStream::next)
      .def("close", &SyncStream::close)
      .def_property_readonly("completion", &SyncStream::completion);
}

}  // namespace llmgate::bindings
