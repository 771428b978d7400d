// The real transport on a real loop, for tests against a LoopbackServer: the test's thread runs the
// loop until a condition holds.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "net/curl_transport.h"
#include "net/event_loop.h"

namespace llmgate::net {

inline void PrintTo(TransferFailure failure, std::ostream* out) { *out << name_of(failure); }

}  // namespace llmgate::net

namespace llmgate::test {

struct TransferRecorder final : net::TransferObserver {
  std::optional<net::ResponseHead> head;
  std::string body;
  std::optional<net::TransferEnd> end;
  int ends = 0;
  bool was_called_inside_start = false;
  bool is_starting = false;
  net::TransferId id = 0;
  std::function<void()> after_head, after_body, after_end;

  void on_head(net::ResponseHead response) override {
    EXPECT_FALSE(head.has_value());
    was_called_inside_start |= is_starting;
    head = std::move(response);
    if (after_head) {
      after_head();
    }
  }
  void on_body(std::string_view bytes) override {
    EXPECT_TRUE(head.has_value());
    body += bytes;
    if (after_body) {
      after_body();
    }
  }
  void on_end(net::TransferEnd ending) override {
    was_called_inside_start |= is_starting;
    end = std::move(ending);
    ++ends;
    if (after_end) {
      after_end();
    }
  }
};

class NetworkTest : public ::testing::Test {
 protected:
  ~NetworkTest() override {
    transport_.reset();
    loop_.reset();
  }

  static net::HttpRequest post(std::string url, std::string body = R"({"model":"m"})") {
    net::HttpRequest request;
    request.url = std::move(url);
    request.headers = {{"content-type", "application/json"}, {"Authorization", "Bearer sk-secret"}};
    request.body = std::move(body);
    return request;
  }

  // From the loop thread or before it runs.
  void start(net::HttpRequest request, TransferRecorder& recorder) {
    const auto begin = [this, &recorder](net::HttpRequest given) {
      recorder.is_starting = true;
      recorder.id = transport_->start(std::move(given), recorder);
      recorder.is_starting = false;
    };
    if (loop_->on_loop_thread()) {
      begin(std::move(request));
    } else {
      loop_->post([begin, request = std::move(request)]() mutable { begin(std::move(request)); });
    }
  }

  // Runs the loop until `done`, which is asked after each round of it.
  void run_until(std::function<bool()> done) {
    const net::TimerId guard =
        loop_->start_timer(loop_->clock().now() + std::chrono::seconds(30), [this] {
          ADD_FAILURE() << "what was waited for did not come";
          loop_->stop();
        });
    std::function<void()> ask = [&] {
      if (done()) {
        loop_->stop();
      } else {
        poll_ = loop_->start_timer(loop_->clock().now() + std::chrono::microseconds(200), ask);
      }
    };
    loop_->post(ask);
    loop_->run();
    loop_->cancel_timer(guard);
    loop_->cancel_timer(poll_);
  }

  // One exchange to its end.
  void exchange(net::HttpRequest request, TransferRecorder& recorder) {
    start(std::move(request), recorder);
    run_until([&] { return recorder.end.has_value(); });
    EXPECT_EQ(recorder.ends, 1);
    EXPECT_FALSE(recorder.was_called_inside_start);
  }

  std::unique_ptr<net::EventLoop> loop_ = net::make_event_loop();
  std::unique_ptr<net::Transport> transport_ = net::make_curl_transport(*loop_);
  net::TimerId poll_ = 0;
};

}  // namespace llmgate::test
