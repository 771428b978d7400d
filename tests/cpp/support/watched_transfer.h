// An observer that keeps what it is told of one transfer, and may do something at each piece.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/transport.h"

namespace llmgate::test {

class WatchedTransfer final : public net::TransferObserver {
 public:
  void on_head(net::ResponseHead head) override { head_ = std::move(head); }
  void on_body(std::string_view bytes) override {
    pieces_.emplace_back(bytes);
    if (at_piece_) {
      at_piece_();
    }
  }
  void on_end(net::TransferEnd end) override { end_ = std::move(end); }

  void set_at_piece(std::function<void()> at_piece) { at_piece_ = std::move(at_piece); }
  [[nodiscard]] int status() const { return head_ ? head_->status : 0; }
  [[nodiscard]] const std::vector<std::string>& pieces() const { return pieces_; }
  [[nodiscard]] std::string body() const {
    std::string all;
    for (const std::string& piece : pieces_) {
      all += piece;
    }
    return all;
  }
  [[nodiscard]] const std::optional<net::TransferEnd>& end() const { return end_; }

 private:
  std::optional<net::ResponseHead> head_;
  std::vector<std::string> pieces_;
  std::optional<net::TransferEnd> end_;
  std::function<void()> at_piece_;
};

}  // namespace llmgate::test
