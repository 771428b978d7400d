// A whole engine on fakes: a loop in virtual time, a transport that the test speaks for, and a sink
// that keeps what it is given.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "providers/provider.h"
#include "support/fake_event_loop.h"
#include "support/fake_random.h"
#include "support/fake_transport.h"

namespace llmgate::test {

class KeepingSink final : public engine::CompletionSink {
 public:
  void deliver_chunks(engine::Token /*token*/, std::vector<std::string> pieces) override {
    is_open = true;
    for (std::string& piece : pieces) {
      chunks.push_back(std::move(piece));
    }
  }
  void deliver_done(engine::Token token, std::unique_ptr<engine::Completion> completion) override {
    EXPECT_FALSE(done.contains(token)) << "a second terminal record";
    done[token] = std::move(completion);
  }

  bool is_open = false;
  std::vector<std::string> chunks;
  std::map<engine::Token, std::unique_ptr<engine::Completion>> done;
};

inline constexpr const char* kPlainReply =
    R"({"id":"r1","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,)"
    R"("message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}})";

inline std::string stream_event(const std::string& delta, const std::string& finish = "null") {
  return R"(data: {"id":"r1","object":"chat.completion.chunk","created":1,"model":"m-1","choices":[)"
         R"({"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + finish + "}]}\n\n";
}

class CallFixture : public testing::Test {
 protected:
  CallFixture() {
    auto loop = std::make_unique<FakeEventLoop>();
    auto transport = std::make_unique<FakeTransport>(*loop);
    loop_ = loop.get();
    transport_ = transport.get();
    engine_ = std::make_unique<engine::Engine>(std::move(loop), std::move(transport),
                                               std::make_unique<FakeRandom>(0.5));
  }

  static engine::CallSpec spec(bool is_stream, const std::string& more = "") {
    std::string body = R"({"model":"m","messages":[{"role":"user","content":"Hello"}])";
    body += is_stream ? R"(,"stream":true)" : "";
    auto request = chat::ChatRequest::read(body + more + "}");
    EXPECT_TRUE(request.ok());
    providers::Target target;
    target.provider = providers::find_provider("openai");
    target.model = "m";
    target.base_url = "http://127.0.0.1:1/v1";
    target.api_key = "sk-secret-secret";
    engine::CallSpec made{std::move(*request), std::move(target)};
    if (is_stream) {
      made.flow = std::make_shared<engine::StreamFlow>();
    }
    return made;
  }

  engine::Token submit(engine::CallSpec made) {
    const engine::Token token = engine_->submit(std::move(made), sink_);
    loop_->run_until_idle();
    return token;
  }

  FakeTransport::Transfer& transfer() { return transport_->last(); }

  void open_stream() {
    transport_->head(transfer(), 200, {{"content-type", "text/event-stream"}});
    loop_->run_until_idle();
  }
  void say(const std::string& bytes) {
    transport_->body(transfer(), bytes);
    loop_->run_until_idle();
  }
  void reply(int status, const std::string& body, net::Headers headers = {}) {
    transport_->reply(transfer(), status, body, std::move(headers));
    loop_->run_until_idle();
  }
  void finish(bool framed = true) {
    transport_->finish(transfer(), framed);
    loop_->run_until_idle();
  }

  [[nodiscard]] bool is_done(engine::Token token) const { return sink_->done.contains(token); }
  engine::Completion& completion(engine::Token token) { return *sink_->done.at(token); }
  ErrorKind error_kind(engine::Token token) { return completion(token).error.value().kind; }

  std::shared_ptr<KeepingSink> sink_ = std::make_shared<KeepingSink>();
  FakeEventLoop* loop_ = nullptr;
  FakeTransport* transport_ = nullptr;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace llmgate::test
