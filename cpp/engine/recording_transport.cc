#include "engine/recording_transport.h"

#include <string_view>
#include <utility>

#include "engine/recorded_exchange.h"

namespace llmgate::engine {

class RecordingTransport::Exchange final : public net::TransferObserver {
 public:
  Exchange(RecordingTransport& owner, RecordedRequest request, net::TransferObserver& observer)
      : owner_(owner), request_(std::move(request)), observer_(observer) {}

  void set_id(net::TransferId id) { id_ = id; }

  void on_head(net::ResponseHead head) override {
    answer_.status = head.status;
    answer_.headers = head.headers;
    observer_.on_head(std::move(head));
  }
  void on_body(std::string_view bytes) override {
    answer_.payload += bytes;
    observer_.on_body(bytes);
  }
  void on_end(net::TransferEnd end) override {
    answer_.end = end;
    // Before the call ends: whoever stops the recording after its call finds the line.
    keep();
    owner_.retire(id_);
    observer_.on_end(std::move(end));
  }
  void keep() {
    if (!std::exchange(is_kept_, true)) {
      owner_.file_->append(write_exchange(request_, answer_));
    }
  }
  // The call ends now; whoever stops the recording then finds the line, whatever the server still
  // owes of its framing.
  void complete() {
    answer_.end.framed = true;
    keep();
  }
  // A stream says itself whether it is whole, and many a whole one is cancelled at its marker,
  // before the network has told its end; that must not make a difference between two recordings.
  void cut() {
    const auto type = net::find_header(answer_.headers, "content-type");
    if (type && type->find("stream") != std::string_view::npos) {
      answer_.end.framed = true;
    } else {
      answer_.end.failure = net::TransferFailure::kReset;
      answer_.end.request_sent = true;
      answer_.end.detail = "cancelled while it was recorded";
    }
    keep();
  }

 private:
  RecordingTransport& owner_;
  const RecordedRequest request_;
  net::TransferObserver& observer_;
  net::TransferId id_ = 0;
  RecordedAnswer answer_;
  bool is_kept_ = false;
};

RecordingTransport::RecordingTransport(net::Transport& network, std::shared_ptr<RecordingFile> file)
    : network_(network), file_(std::move(file)) {}

RecordingTransport::~RecordingTransport() = default;

net::TransferId RecordingTransport::start(net::HttpRequest&& request,
                                          net::TransferObserver& observer) {
  retired_.clear();
  auto exchange = std::make_unique<Exchange>(*this, without_secrets(request), observer);
  const net::TransferId id = network_.start(std::move(request), *exchange);
  exchange->set_id(id);
  exchanges_.emplace(id, std::move(exchange));
  return id;
}

void RecordingTransport::cancel(net::TransferId id) {
  const auto found = exchanges_.find(id);
  if (found != exchanges_.end()) {
    found->second->cut();
    retire(id);
  }
  network_.cancel(id);
}

void RecordingTransport::note_complete(net::TransferId id) {
  const auto found = exchanges_.find(id);
  if (found != exchanges_.end()) {
    found->second->complete();
  }
  network_.note_complete(id);
}

void RecordingTransport::retire(net::TransferId id) {
  const auto found = exchanges_.find(id);
  retired_.push_back(std::move(found->second));
  exchanges_.erase(found);
}

}  // namespace llmgate::engine
