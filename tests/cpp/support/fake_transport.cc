#include "support/fake_transport.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace llmgate::test {
namespace {

bool is_active(const FakeTransport::Transfer& transfer) {
  return !transfer.ended && !transfer.cancelled;
}

}  // namespace

std::size_t FakeTransport::active() const {
  return static_cast<std::size_t>(std::count_if(transfers_.begin(), transfers_.end(), is_active));
}

void FakeTransport::forget_all() {
  assert(active() == 0);
  forgotten_ += transfers_.size();
  transfers_.clear();
}

FakeTransport::Transfer* FakeTransport::find_active(net::TransferId id) {
  if (id <= forgotten_ || id > forgotten_ + transfers_.size()) {
    return nullptr;
  }
  Transfer& transfer = transfers_[id - forgotten_ - 1];
  return is_active(transfer) ? &transfer : nullptr;
}

void FakeTransport::head(Transfer& transfer, int status, net::Headers headers) {
  if (is_active(transfer)) {
    transfer.observer->on_head({status, std::move(headers)});
  }
}

void FakeTransport::body(Transfer& transfer, std::string_view bytes) {
  if (!is_active(transfer)) {
    return;
  }
  if (transfer.paused || !transfer.held_body.empty()) {
    transfer.held_body.emplace_back(bytes);
  } else {
    transfer.observer->on_body(bytes);
  }
}

void FakeTransport::end(Transfer& transfer, net::TransferEnd end) {
  if (!is_active(transfer)) {
    return;
  }
  const bool good = end.failure == net::TransferFailure::kNone;
  if (good && !transfer.held_body.empty()) {
    transfer.held_end = std::move(end);
    return;
  }
  transfer.ended = true;
  transfer.observer->on_end(std::move(end));
}

void FakeTransport::fail(Transfer& transfer, net::TransferFailure failure, bool request_sent,
                         std::string detail) {
  const bool reused = failure == net::TransferFailure::kStaleConnection;
  end(transfer, {failure, std::move(detail), request_sent, reused, false});
}

void FakeTransport::finish(Transfer& transfer, bool framed) {
  end(transfer, {net::TransferFailure::kNone, {}, true, false, framed});
}

void FakeTransport::reply(Transfer& transfer, int status, std::string_view bytes,
                          net::Headers headers) {
  head(transfer, status, std::move(headers));
  if (!bytes.empty()) {
    body(transfer, bytes);
  }
  finish(transfer);
}

net::TransferId FakeTransport::start(net::HttpRequest&& request, net::TransferObserver& observer) {
  const net::TransferId id = forgotten_ + transfers_.size() + 1;
  Transfer& transfer = transfers_.emplace_back();
  transfer.id = id;
  transfer.request = std::move(request);
  transfer.observer = &observer;
  if (on_start_) {
    loop_.post([this, id] {
      if (Transfer* started = find_active(id)) {
        on_start_(*started);
      }
    });
  }
  return id;
}

void FakeTransport::cancel(net::TransferId id) {
  if (Transfer* transfer = find_active(id)) {
    transfer->cancelled = true;
  }
}

void FakeTransport::pause(net::TransferId id) {
  if (Transfer* transfer = find_active(id)) {
    transfer->paused = true;
  }
}

void FakeTransport::resume(net::TransferId id) {
  Transfer* transfer = find_active(id);
  if (transfer == nullptr || !transfer->paused) {
    return;
  }
  transfer->paused = false;
  loop_.post([this, id] {
    if (Transfer* resumed = find_active(id)) {
      deliver_held(*resumed);
    }
  });
}

void FakeTransport::deliver_held(Transfer& transfer) {
  while (!transfer.held_body.empty() && !transfer.paused && is_active(transfer)) {
    const std::string bytes = std::move(transfer.held_body.front());
    transfer.held_body.pop_front();
    transfer.observer->on_body(bytes);
  }
  if (transfer.held_end && transfer.held_body.empty() && !transfer.paused) {
    end(transfer, std::move(*transfer.held_end));
  }
}

}  // namespace llmgate::test
