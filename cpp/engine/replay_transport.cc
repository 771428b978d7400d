#include "engine/replay_transport.h"

#include <string_view>
#include <unordered_map>
#include <utility>

namespace llmgate::engine {
namespace {

struct Transfer {
  net::TransferObserver* observer = nullptr;
  std::shared_ptr<const RecordedAnswer> answer;  // null: a miss, whose end is below
  net::TransferEnd miss;
  bool has_head = false;
  bool is_paused = false;
  std::size_t piece = 0;
  std::size_t offset = 0;
};

}  // namespace

struct ReplayTransport::State {
  std::unordered_map<net::TransferId, Transfer> transfers;
  net::TransferId last = 0;

  // Any callback may cancel its own transfer and others: nothing is held across one.
  void deliver(net::TransferId id) {
    while (true) {
      const auto found = transfers.find(id);
      if (found == transfers.end() || found->second.is_paused) {
        return;
      }
      Transfer& transfer = found->second;
      net::TransferObserver& observer = *transfer.observer;
      const std::shared_ptr<const RecordedAnswer> answer = transfer.answer;
      if (answer && answer->status != 0 && !std::exchange(transfer.has_head, true)) {
        observer.on_head({answer->status, answer->headers});
      } else if (answer && transfer.piece < answer->pieces.size()) {
        const std::size_t length = answer->pieces[transfer.piece++];
        const auto piece = std::string_view(answer->payload).substr(transfer.offset, length);
        transfer.offset += length;
        observer.on_body(piece);
      } else {
        net::TransferEnd end = answer ? answer->end : transfer.miss;
        transfers.erase(found);
        observer.on_end(std::move(end));
        return;
      }
    }
  }
};

ReplayTransport::ReplayTransport(net::EventLoop& loop, std::shared_ptr<Tape> tape)
    : loop_(loop), tape_(std::move(tape)), state_(std::make_shared<State>()) {}

ReplayTransport::~ReplayTransport() = default;

net::TransferId ReplayTransport::start(net::HttpRequest&& request,
                                       net::TransferObserver& observer) {
  const net::HttpRequest consumed = std::move(request);
  Transfer transfer;
  transfer.observer = &observer;
  auto answer = tape_->answer(consumed);
  if (answer.ok()) {
    transfer.answer = std::move(answer).value();
  } else {
    transfer.miss.failure = net::TransferFailure::kBadRequest;
    transfer.miss.detail = std::move(answer.error().message);
  }
  const net::TransferId id = ++state_->last;
  state_->transfers.emplace(id, std::move(transfer));
  post_delivery(id);
  return id;
}

void ReplayTransport::cancel(net::TransferId id) { state_->transfers.erase(id); }

void ReplayTransport::pause(net::TransferId id) {
  if (const auto found = state_->transfers.find(id); found != state_->transfers.end()) {
    found->second.is_paused = true;
  }
}

void ReplayTransport::resume(net::TransferId id) {
  const auto found = state_->transfers.find(id);
  if (found != state_->transfers.end() && std::exchange(found->second.is_paused, false)) {
    post_delivery(id);
  }
}

void ReplayTransport::post_delivery(net::TransferId id) {
  loop_.post([id, weak = std::weak_ptr<State>(state_)] {
    if (const std::shared_ptr<State> state = weak.lock()) {
      state->deliver(id);
    }
  });
}

}  // namespace llmgate::engine
