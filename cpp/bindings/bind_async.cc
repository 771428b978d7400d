// Asynchronous calls: one queue and one descriptor per asyncio loop, drained in batches. Runs on
// the loop's own thread with the GIL.
#include <pybind11/pybind11.h>

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bindings/call_arguments.h"
#include "bindings/python_completion.h"
#include "bindings/python_view.h"
#include "bindings/register.h"
#include "chat/chunks.h"
#include "engine/loop_queue.h"

namespace py = pybind11;

namespace llmgate::bindings {
namespace {

// Sets a future's result unless it is done: cancelled while the record was on its way.
void set_result(const ModuleState& state, const py::object& future, const py::handle& result) {
  PyObject* done = PyObject_CallMethodOneArg(future.ptr(), state.set_result, result.ptr());
  if (done == nullptr) {
    PyErr_Clear();
  }
  Py_XDECREF(done);
}

class AsyncSink;

// One stream of an asyncio loop: what has come and who waits for it.
class AsyncStream {
 public:
  AsyncStream(ModuleState& state, std::shared_ptr<engine::Engine> engine,
              std::shared_ptr<engine::StreamFlow> flow, bool drop_params)
      : state_(state),
        engine_(std::move(engine)),
        flow_(std::move(flow)),
        drop_params_(drop_params),
        generation_(state.generation) {}
  ~AsyncStream() { close(); }
  AsyncStream(const AsyncStream&) = delete;
  AsyncStream& operator=(const AsyncStream&) = delete;

  void set_token(engine::Token token) { token_ = token; }

  void receive(engine::LoopQueue::Record record) {
    is_open_ = true;
    for (std::string& chunk : record.chunks) {
      ready_.push_back(std::move(chunk));
    }
    if (record.completion != nullptr) {
      completion_ = wrap_completion(state_, std::move(record.completion), drop_params_);
    }
    if (!waiter_.is_none() && has_news()) {
      set_result(state_, std::exchange(waiter_, py::none()), py::none());
    }
  }

  // The next chunk; None: wait for one; StopAsyncIteration or the call's error at the end.
  py::object take() {
    if (!ready_.empty() && !is_closed_) {
      const std::string chunk = std::move(ready_.front());
      ready_.pop_front();
      if (flow_ != nullptr && flow_->take(chunk.size()) && generation_ == state_.generation) {
        engine_->resume(token_);
      }
      PyObject* view = make_view(state_, chunk, ViewClass::kChunk);
      if (view == nullptr) {
        throw py::error_already_set();
      }
      return py::reinterpret_steal<py::object>(view);
    }
    if (completion_.is_none() && !is_closed_) {
      check_generation();
      return py::none();
    }
    if (!is_closed_ && !std::exchange(has_raised_, true)) {
      raise_if_failed(completion_);
    }
    PyErr_SetNone(PyExc_StopAsyncIteration);
    throw py::error_already_set();
  }

  // `future` is set when there is something to take, or, first of all, when the stream is open.
  void wait(const py::object& future) {
    if (!waiter_.is_none()) {
      throw std::runtime_error("a stream is read by two tasks at once; one may");
    }
    if (has_news()) {
      set_result(state_, future, py::none());
    } else {
      waiter_ = future;
    }
  }
  [[nodiscard]] py::object waiter() const { return waiter_; }
  void forget_waiter() { waiter_ = py::none(); }

  // Raises the error of a call that failed before it began to stream.
  void check_opened() {
    was_checked_ = true;
    if (!completion_.is_none() && ready_.empty()) {
      has_raised_ = true;
      raise_if_failed(completion_);
    }
  }

  void close() {
    if (!is_closed_ && completion_.is_none() && generation_ == state_.generation) {
      engine_->cancel(token_);
    }
    is_closed_ = true;
    if (!waiter_.is_none()) {
      set_result(state_, std::exchange(waiter_, py::none()), py::none());
    }
  }

  // The finished call once all of it has been read; until then None, whatever has come already.
  [[nodiscard]] py::object completion() const {
    return ready_.empty() ? completion_ : py::object(py::none());
  }
  [[nodiscard]] engine::Token token() const { return token_; }

 private:
  [[nodiscard]] bool has_news() const {
    return !ready_.empty() || !completion_.is_none() || is_closed_ || (is_open_ && !was_checked_);
  }

  void check_generation() const {
    if (generation_ != state_.generation) {
      Error error;
      error.kind = ErrorKind::kShutdown;
      error.message = "this stream belongs to the process that this one was forked from";
      raise_error(state_, error, py::none());
    }
  }

  ModuleState& state_;
  std::shared_ptr<engine::Engine> engine_;
  std::shared_ptr<engine::StreamFlow> flow_;
  engine::Token token_ = 0;
  bool drop_params_;
  std::uint64_t generation_;
  std::deque<std::string> ready_;
  py::object completion_ = py::none();
  py::object waiter_ = py::none();
  bool is_open_ = false;      // the provider has accepted the stream
  bool was_checked_ = false;  // the opening has been waited for
  bool is_closed_ = false;
  bool has_raised_ = false;
};

// All calls of one asyncio loop.
class AsyncSink {
 public:
  explicit AsyncSink(ModuleState& state)
      : state_(state), queue_(std::make_shared<engine::LoopQueue>()) {
    if (!queue_->is_open()) {
      throw std::runtime_error("llmgate cannot serve this event loop: no descriptors left");
    }
  }

  [[nodiscard]] int descriptor() const { return queue_->descriptor(); }

  engine::Token submit(const py::object& model, const py::object& messages,
                       const py::dict& arguments, const py::object& future) {
    Prepared call = prepare(model, messages, arguments, false);
    if (call.arguments.hit != nullptr) {
      set_result(
          state_, future,
          wrap_completion(state_, std::move(call.arguments.hit), call.arguments.drop_params));
      return 0;
    }
    const engine::Token token = call.engine->submit(std::move(*call.arguments.spec), queue_);
    futures_.emplace(token, Waiting{future, call.arguments.drop_params});
    return token;
  }

  std::shared_ptr<AsyncStream> submit_stream(const py::object& model, const py::object& messages,
                                             const py::dict& arguments) {
    Prepared call = prepare(model, messages, arguments, true);
    if (call.arguments.hit != nullptr) {
      return stored_stream(std::move(call.arguments));
    }
    auto stream = std::make_shared<AsyncStream>(state_, call.engine, call.arguments.spec->flow,
                                                call.arguments.drop_params);
    stream->set_token(call.engine->submit(std::move(*call.arguments.spec), queue_));
    streams_.emplace(stream->token(), stream);
    return stream;
  }

  // The caller no longer waits: the call ends and its record is dropped.
  void cancel(engine::Token token) {
    futures_.erase(token);
    if (state_.engine != nullptr) {
      state_.engine->cancel(token);
    }
  }

  // In the child of a fork: the futures that nobody will set any more. The queue is not touched.
  py::list abandon() {
    py::list futures;
    for (auto& [token, waiting] : std::exchange(futures_, {})) {
      futures.append(waiting.future);
    }
    for (auto& [token, weak] : std::exchange(streams_, {})) {
      if (const auto stream = weak.lock(); stream != nullptr && !stream->waiter().is_none()) {
        futures.append(stream->waiter());
      }
    }
    new std::shared_ptr<engine::LoopQueue>(queue_);  // its lock may be held: never destroyed
    return futures;
  }

  void drain() {
    for (engine::LoopQueue::Record& record : queue_->drain()) {
      const engine::Token token = record.token;
      if (const auto stream = streams_.find(token); stream != streams_.end()) {
        const bool is_last = record.completion != nullptr;
        if (const auto alive = stream->second.lock()) {
          alive->receive(std::move(record));
        }
        if (is_last) {
          streams_.erase(token);
        }
        continue;
      }
      const auto waiting = futures_.find(token);
      if (waiting == futures_.end()) {
        continue;
      }
      const Waiting found = std::move(waiting->second);
      futures_.erase(waiting);
      set_result(state_, found.future,
                 wrap_completion(state_, std::move(record.completion), found.drop_params));
    }
  }

 private:
  struct Waiting {
    py::object future;
    bool drop_params;
  };
  struct Prepared {
    CallArguments arguments;
    std::shared_ptr<engine::Engine> engine;
  };

  // All of it is there before anyone waits.
  std::shared_ptr<AsyncStream> stored_stream(CallArguments arguments) {
    auto stream = std::make_shared<AsyncStream>(state_, nullptr, nullptr, arguments.drop_params);
    std::vector<std::string> chunks = chat::render_chunks(arguments.hit->answer->turn);
    stream->receive({0, std::move(chunks), std::move(arguments.hit)});
    return stream;
  }

  Prepared prepare(const py::object& model, const py::object& messages, const py::dict& arguments,
                   bool is_stream) {
    auto read = read_arguments(state_, model.ptr(), messages.ptr(), arguments.ptr(), is_stream);
    if (!read) {
      raise_error(state_, read.error(), py::none());
    }
    if (read->hit != nullptr) {
      return {std::move(*read), nullptr};
    }
    auto engine = running_engine(state_);
    if (engine == nullptr) {
      throw py::error_already_set();
    }
    return {std::move(*read), std::move(engine)};
  }

  ModuleState& state_;
  std::shared_ptr<engine::LoopQueue> queue_;
  std::unordered_map<engine::Token, Waiting> futures_;
  std::unordered_map<engine::Token, std::weak_ptr<AsyncStream>> streams_;
};

}  // namespace

void register_async(py::module_& module, ModuleState& state) {
  py::class_<AsyncStream, std::shared_ptr<AsyncStream>>(
      module, "AsyncStream", "The chunks of a streaming call on an asyncio loop.")
      .def("take", &AsyncStream::take)
      .def("wait", &AsyncStream::wait)
      .def("forget_waiter", &AsyncStream::forget_waiter)
      .def("check_opened", &AsyncStream::check_opened)
      .def("close", &AsyncStream::close)
      .def_property_readonly("completion", &AsyncStream::completion);
  py::class_<AsyncSink>(module, "AsyncSink", "All calls of one asyncio loop.")
      .def(py::init([&state] { return std::make_unique<AsyncSink>(state); }))
      .def("descriptor", &AsyncSink::descriptor)
      .def("submit", &AsyncSink::submit)
      .def("submit_stream", &AsyncSink::submit_stream)
      .def("cancel", &AsyncSink::cancel)
      .def("abandon", &AsyncSink::abandon)
      .def("drain", &AsyncSink::drain);
}

}  // namespace llmgate::bindings
