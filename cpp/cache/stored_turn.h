// An answer as the cache keeps it, and as bytes for the slower tiers: versioned, every text with
// its length in front, and refused as a whole where anything does not fit. Immutable once stored,
// so that it may be shared between threads.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/disposition.h"
#include "chat/turn.h"

namespace llmgate::cache {

struct StoredTurn {
  chat::Turn turn;
  std::string raw;     // the body it was read from, where the turn is its own view; else empty
  std::string fields;  // what the completion says of its request: see engine/completion_sink.h
  chat::Dispositions dispositions;
  std::string base_url;  // where it came from, for the route of a hit
  std::string deployment;
  std::string request_id;
  int status = 0;
};

// Only whole answers that nobody filtered: every choice has finished with stop, length or a call of
// tools, and has no word of a filter beside that. Errors and partial turns never get here.
bool may_be_stored(const chat::Turn& turn);

// What it takes in memory, near enough to bound a cache by.
std::size_t byte_size(const StoredTurn& stored);

std::string write_turn(const StoredTurn& stored);
// Bytes of another version, cut off, with anything behind them or out of range: an error of kind
// kInvalidResponse, which a cache takes for a miss.
Result<StoredTurn> read_turn(std::string_view bytes);

}  // namespace llmgate::cache
