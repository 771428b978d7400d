// Between a call and the network while a recording runs: passes everything on, and keeps each
// exchange once it has ended. An exchange that is cancelled is kept as far as it came. Loop thread
// only.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/recording_file.h"
#include "net/transport.h"

namespace llmgate::engine {

class RecordingTransport final : public net::Transport {
 public:
  // `network` must outlive it.
  RecordingTransport(net::Transport& network, std::shared_ptr<RecordingFile> file);
  ~RecordingTransport() override;
  RecordingTransport(const RecordingTransport&) = delete;
  RecordingTransport& operator=(const RecordingTransport&) = delete;

  net::TransferId start(net::HttpRequest&& request, net::TransferObserver& observer) override;
  void cancel(net::TransferId id) override;
  void pause(net::TransferId id) override { network_.pause(id); }
  void resume(net::TransferId id) override { network_.resume(id); }
  void note_complete(net::TransferId id) override;

 private:
  class Exchange;
  void retire(net::TransferId id);

  net::Transport& network_;
  const std::shared_ptr<RecordingFile> file_;
  std::unordered_map<net::TransferId, std::unique_ptr<Exchange>> exchanges_;
  // Ended, but may still be on the stack; freed at the next start.
  std::vector<std::unique_ptr<Exchange>> retired_;
};

}  // namespace llmgate::engine
