// In place of the network while a replay runs: answers come from a tape, and a request that is not
// on it fails as the caller's own mistake. Nothing is ever sent. Loop thread only.
#pragma once

#include <memory>

#include "engine/tape.h"
#include "net/event_loop.h"
#include "net/transport.h"

namespace llmgate::engine {

class ReplayTransport final : public net::Transport {
 public:
  // `loop` must outlive it.
  ReplayTransport(net::EventLoop& loop, std::shared_ptr<Tape> tape);
  ~ReplayTransport() override;
  ReplayTransport(const ReplayTransport&) = delete;
  ReplayTransport& operator=(const ReplayTransport&) = delete;

  net::TransferId start(net::HttpRequest&& request, net::TransferObserver& observer) override;
  void cancel(net::TransferId id) override;
  void pause(net::TransferId id) override;
  void resume(net::TransferId id) override;

 private:
  struct State;
  void post_delivery(net::TransferId id);

  net::EventLoop& loop_;
  const std::shared_ptr<Tape> tape_;
  // Shared with the tasks that are posted, which may run after the last call has let go of this.
  const std::shared_ptr<State> state_;
};

}  // namespace llmgate::engine
