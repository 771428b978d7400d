// A transport without a network: it records what was started, and the test (or an on_start hook)
// says what arrives. Like the real one it never calls an observer inside start(), resume() or
// cancel().
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/event_loop.h"
#include "net/transport.h"

namespace llmgate::test {

class FakeTransport final : public net::Transport {
 public:
  struct Transfer {
    net::TransferId id = 0;
    net::HttpRequest request;
    net::TransferObserver* observer = nullptr;
    bool paused = false;
    bool cancelled = false;
    bool ended = false;
    // What arrived while paused.
    std::deque<std::string> held_body;
    std::optional<net::TransferEnd> held_end;
  };

  explicit FakeTransport(net::EventLoop& loop) : loop_(loop) {}
  FakeTransport(const FakeTransport&) = delete;
  FakeTransport& operator=(const FakeTransport&) = delete;

  // Runs in a task of its own after each start, unless the transfer is cancelled before.
  void set_on_start(std::function<void(Transfer&)> on_start) { on_start_ = std::move(on_start); }

  // Transfers by order of start, from 0. References stay valid until forget_all().
  [[nodiscard]] std::size_t started() const { return transfers_.size(); }
  [[nodiscard]] Transfer& transfer(std::size_t index) { return transfers_.at(index); }
  [[nodiscard]] Transfer& last() { return transfers_.back(); }
  [[nodiscard]] std::size_t active() const;  // neither ended nor cancelled
  void forget_all();  // for long benchmarks: all must have ended; started() is 0 again

  // What the server does next. Ignored for a transfer that has ended or was cancelled.
  void head(Transfer& transfer, int status, net::Headers headers = {});
  void body(Transfer& transfer, std::string_view bytes);
  void end(Transfer& transfer, net::TransferEnd end);
  void fail(Transfer& transfer, net::TransferFailure failure, bool request_sent = true,
            std::string detail = "scripted failure");
  void finish(Transfer& transfer, bool framed = true);  // a good end
  // A whole answer at once.
  void reply(Transfer& transfer, int status, std::string_view bytes, net::Headers headers = {});

  net::TransferId start(net::HttpRequest&& request, net::TransferObserver& observer) override;
  void cancel(net::TransferId id) override;
  void pause(net::TransferId id) override;
  void resume(net::TransferId id) override;

 private:
  [[nodiscard]] Transfer* find_active(net::TransferId id);
  void deliver_held(Transfer& transfer);

  net::EventLoop& loop_;
  std::function<void(Transfer&)> on_start_;
  std::deque<Transfer> transfers_;
  net::TransferId forgotten_ = 0;  // ids up to here are gone
};

}  // namespace llmgate::test
