// Recorded exchanges, ready to be asked for: which answer belongs to a request, in what order equal
// requests get theirs, and what a request that was never recorded is closest to. Filled first, then
// asked on the loop thread; the counts may be read anywhere. Without locks, so that the child of a
// fork can go on with its copy.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/recorded_exchange.h"
#include "net/http.h"

namespace llmgate::engine {

class Tape {
 public:
  // With `repeats` the last answer to a request is given again and again; else asking more often
  // than was recorded is a miss.
  explicit Tape(bool repeats) : repeats_(repeats) {}
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // One JSON text, or one a line. `source` names it in errors. Exchanges without a request are
  // passed over.
  Failure add(std::string_view text, const std::string& source);

  // The answer to a request; a miss says what is nearest and what differs.
  Result<std::shared_ptr<const RecordedAnswer>> answer(const net::HttpRequest& request);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t unused() const { return unused_; }  // nobody has asked for these yet

 private:
  struct Entry {
    RecordedRequest request;
    std::shared_ptr<const RecordedAnswer> answer;
    std::string place;  // "line 3 of 'file'"
    bool is_used = false;
  };
  struct Equals {
    std::vector<std::size_t> entries;  // in recorded order
    std::size_t used = 0;
  };
  Failure add_line(std::string_view line, const std::string& place);
  Error no_more(const Equals& equals) const;
  Error miss(const RecordedRequest& request) const;

  const bool repeats_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> unused_{0};
  std::deque<Entry> entries_;
  std::unordered_map<std::string, Equals> by_request_;
};

}  // namespace llmgate::engine
