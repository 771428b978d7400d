// Which answers a cache may keep, and an answer as bytes for the slower tiers: versioned, every
// text with its length in front, and refused as a whole where anything does not fit. Pure
// functions.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/answer.h"

namespace llmgate::cache {

// Only whole answers that nobody filtered: every choice has finished with stop, length or a call of
// tools, and has no word of a filter beside that. Errors and partial turns never get here.
bool may_be_stored(const chat::Turn& turn);

// What it takes in memory, near enough to bound a cache by.
std::size_t byte_size(const chat::Answer& stored);

std::string write_answer(const chat::Answer& stored);
// Bytes of another version, cut off, with anything behind them or out of range: an error of kind
// kInvalidResponse, which a cache takes for a miss.
Result<chat::Answer> read_answer(std::string_view bytes);

}  // namespace llmgate::cache
