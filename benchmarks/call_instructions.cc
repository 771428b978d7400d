// Calls through the whole core without Python, network or clock, to be counted by callgrind: see
// check_instructions. What is counted is what a user's call costs: reading 250 bytes of request,
// choosing the provider, rendering, the call on its loop, parsing 700 bytes of answer, the view.
//
//   call_instructions call N        N plain calls to OpenAI
//   call_instructions anthropic N   the same to Anthropic: translated there and back
//   call_instructions gemini N      the same to Gemini
//   call_instructions chunk N       one stream of N chunks, in reads of 40
//   call_instructions decision N    where N calls go, among twenty deployments of a Router
//   call_instructions fakes N       the fakes alone, N times
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "canned_replies.h"
#include "chat/request.h"
#include "decisions.h"
#include "engine/completion_json.h"
#include "engine/engine.h"
#include "providers/model_name.h"
#include "support/fake_event_loop.h"
#include "support/fake_transport.h"

namespace {

using namespace llmgate;

// The rest of the request behind its model.
constexpr std::string_view kRequest =
    R"(","messages":[{"role":"system","content":"You are a poet who answers in )"
    R"(one short line, without quotation marks, and never explains."},{"role":"user","content":)"
    R"("Write a haiku about the rain that quietly falls on the pond at night."}]})";

// With the model as its provider calls it.
std::string request_for(std::string_view model) {
  const std::string_view native = model.substr(model.find('/') + 1);
  return std::string(R"({"model":")").append(native).append(kRequest);
}

struct Asked {
  std::string_view what;   // on the command line
  std::string_view model;  // with its provider
  std::string (*answer)();
};

constexpr std::array kAsked = std::to_array<Asked>({
    {"call", "openai/gpt-4o", benchmarks::completion_body},
    {"anthropic", "anthropic/claude-sonnet-4-5", benchmarks::anthropic_body},
    {"gemini", "gemini/gemini-2.5-flash", benchmarks::gemini_body},
});

// As sent by the upstream: at full speed a read of libcurl holds this many chunks.
constexpr std::size_t kChunksPerRead = 40;

class ZeroRandom final : public Random {
 public:
  double uniform() override { return 0; }
};

// What a caller does with its results: keeps the view, and counts.
class Reader final : public engine::CompletionSink {
 public:
  void deliver_chunks(engine::Token, std::vector<std::string> chunks) override {
    chunks_ += chunks.size();
    if (flow != nullptr) {
      flow->unread_bytes = 0;
    }
  }
  void deliver_done(engine::Token, std::unique_ptr<engine::Completion> completion) override {
    finished_ += completion->error ? 0 : 1;
    bytes_ += engine::view_of(*completion, view_).size();
  }
  [[nodiscard]] std::size_t chunks() const { return chunks_; }
  [[nodiscard]] std::size_t finished() const { return finished_; }

  engine::StreamFlow* flow = nullptr;

 private:
  std::size_t chunks_ = 0;
  std::size_t finished_ = 0;
  std::size_t bytes_ = 0;
  std::string view_;
};

net::Headers answer_headers(std::string_view content_type) {
  return {{"content-type", std::string(content_type)},
          {"x-request-id", "req_4f1d2c"},
          {"content-length", "700"}};
}

class Core {
 public:
  Core() {
    auto loop = std::make_unique<test::FakeEventLoop>();
    auto transport = std::make_unique<test::FakeTransport>(*loop);
    loop_ = loop.get();
    transport_ = transport.get();
    engine_ = std::make_unique<engine::Engine>(std::move(loop), std::move(transport),
                                               std::make_unique<ZeroRandom>());
  }

  void submit(std::string_view model_name, std::string body) {
    auto request = chat::ChatRequest::read(std::move(body));
    const auto model = providers::resolve_model(model_name, "", true);
    if (!request || !model) {
      std::abort();
    }
    providers::Target target;
    target.provider = model->provider;
    target.model = model->model;
    target.base_url = "http://127.0.0.1:8080/v1";
    target.api_key = "k";
    const bool is_stream = request->is_stream();
    engine::CallSpec spec{std::move(*request), std::move(target)};
    if (is_stream) {
      spec.flow = std::make_shared<engine::StreamFlow>();
      reader_->flow = spec.flow.get();
    }
    engine_->submit(std::move(spec), reader_);
    loop_->run_until_idle();
  }

  [[nodiscard]] test::FakeTransport& transport() { return *transport_; }
  [[nodiscard]] const Reader& reader() const { return *reader_; }
  void run() { loop_->run_until_idle(); }

 private:
  test::FakeEventLoop* loop_ = nullptr;
  test::FakeTransport* transport_ = nullptr;
  std::unique_ptr<engine::Engine> engine_;
  std::shared_ptr<Reader> reader_ = std::make_shared<Reader>();
};

bool make_calls(const Asked& asked, std::size_t count) {
  Core core;
  const std::string request = request_for(asked.model);
  const std::string answer = asked.answer();
  for (std::size_t i = 0; i < count; ++i) {
    core.submit(asked.model, request);
    core.transport().reply(core.transport().last(), 200, answer,
                           answer_headers("application/json"));
    core.run();
    core.transport().forget_all();
  }
  return core.reader().finished() == count;
}

// What the fakes cost by themselves, to be taken off: the same exchange with nobody behind it.
class Nobody final : public net::TransferObserver {
 public:
  void on_head(net::ResponseHead head) override { seen_ += head.headers.size(); }
  void on_body(std::string_view bytes) override { seen_ += bytes.size(); }
  void on_end(net::TransferEnd end) override { seen_ += end.framed ? 1 : 0; }
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  std::size_t seen_ = 0;
};

bool make_exchanges(std::size_t count) {
  test::FakeEventLoop loop;
  test::FakeTransport transport(loop);
  Nobody nobody;
  const std::string answer = benchmarks::completion_body();
  for (std::size_t i = 0; i < count; ++i) {
    transport.start(net::HttpRequest(), nobody);
    loop.cancel_timer(loop.start_timer(loop.clock().now(), [] {}));
    loop.run_until_idle();
    transport.reply(transport.last(), 200, answer, answer_headers("application/json"));
    loop.run_until_idle();
    transport.forget_all();
  }
  return nobody.seen() > count * answer.size();
}

std::string chunks_of_one_read() {
  std::string read;
  for (std::size_t i = 0; i < kChunksPerRead; ++i) {
    const std::string delta = "{\"content\":\" word" + std::to_string(i + 10) + "\"}";
    read += benchmarks::stream_event(delta, "null");
  }
  return read;
}

bool make_stream(std::size_t chunks) {
  Core core;
  std::string request = request_for(kAsked[0].model);
  request.replace(request.size() - 1, 1, R"(,"stream":true})");
  core.submit(kAsked[0].model, std::move(request));
  auto& transport = core.transport();
  auto& transfer = transport.last();
  transport.head(transfer, 200, answer_headers("text/event-stream; charset=utf-8"));
  const std::string one_read = chunks_of_one_read();
  for (std::size_t i = 0; i < chunks; i += kChunksPerRead) {
    transport.body(transfer, one_read);
    core.run();
  }
  transport.body(transfer, benchmarks::stream_event("{}", "\"stop\"") + "data: [DONE]\n\n");
  transport.finish(transfer);
  core.run();
  return core.reader().chunks() > chunks && core.reader().finished() == 1;
}

bool measure(std::string_view what, std::size_t count) {
  for (const Asked& asked : kAsked) {
    if (asked.what == what) {
      return make_calls(asked, count);
    }
  }
  if (what == "decision") {
    return benchmarks::Decisions("lowest_latency").make(count);
  }
  return what == "chunk" ? make_stream(count) : make_exchanges(count);
}

bool is_known(std::string_view what) {
  return what == "chunk" || what == "decision" || what == "fakes" ||
         std::any_of(kAsked.begin(), kAsked.end(),
                     [what](const Asked& asked) { return asked.what == what; });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  const auto count = static_cast<std::size_t>(argc == 3 ? std::atol(argv[2]) : 0);
  if (count == 0 || !is_known(what)) {
    std::fprintf(stderr, "usage: call_instructions call|anthropic|gemini|chunk|decision|fakes N\n");
    return 2;
  }
  if (measure(what, count)) {
    return 0;
  }
  std::fprintf(stderr, "call_instructions: not every call finished\n");
  return 1;
}
