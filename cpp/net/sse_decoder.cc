#include "net/sse_decoder.h"

#include <algorithm>
#include <cassert>

namespace llmgate::net {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr unsigned kMarkDone = 4;
// A buffer that one large event has grown beyond this is given back.
constexpr std::size_t kKeptCapacity = 64 * 1024;

void empty_buffer(std::string& buffer) {
  if (buffer.capacity() > kKeptCapacity) {
    buffer = std::string();
  } else {
    buffer.clear();
  }
}

std::size_t find_from(std::string_view piece, char byte, std::size_t from) {
  return std::min(piece.find(byte, from), piece.size());
}

// The value of the line if its field is `field`.
std::optional<std::string_view> value_of(std::string_view line, std::string_view field) {
  if (!line.starts_with(field)) {
    return std::nullopt;
  }
  line.remove_prefix(field.size());
  if (line.empty()) {
    return line;
  }
  if (line.front() != ':') {
    return std::nullopt;
  }
  line.remove_prefix(line.size() > 1 && line[1] == ' ' ? 2 : 1);
  return line;
}

}  // namespace

void SseDecoder::Value::set(std::string_view value, bool in_place) {
  is_set = true;
  is_copied = !in_place;
  if (in_place) {
    view = value;
  } else {
    copy.assign(value);
  }
}

void SseDecoder::Value::keep() {
  if (is_set && !is_copied) {
    copy.assign(view);
    is_copied = true;
  }
}

void SseDecoder::Value::clear() {
  is_set = false;
  is_copied = false;
  view = {};
  empty_buffer(copy);
}

void SseDecoder::feed(std::string_view bytes) {
  assert(position_ == piece_.size() || overflowed_);
  if (given_) {
    clear_event();
  }
  piece_ = bytes;
  position_ = 0;
  next_lf_ = find_from(piece_, '\n', 0);
  next_cr_ = find_from(piece_, '\r', 0);
  if (mark_matched_ != kMarkDone) {
    skip_byte_order_mark();
  }
}

void SseDecoder::skip_byte_order_mark() {
  while (position_ < piece_.size()) {
    if (piece_[position_] != kByteOrderMark[mark_matched_]) {
      line_.assign(kByteOrderMark.substr(0, mark_matched_));  // it only began like a mark
      mark_matched_ = kMarkDone;
      return;
    }
    ++position_;
    if (++mark_matched_ == kByteOrderMark.size()) {
      mark_matched_ = kMarkDone;
      return;
    }
  }
}

std::optional<SseEvent> SseDecoder::next() {
  if (given_) {
    clear_event();
  }
  if (overflowed_) {
    return std::nullopt;
  }
  while (const auto line = take_line()) {
    if (data_.get().size() + line->size() > max_event_bytes_) {
      overflowed_ = true;
      break;
    }
    if (!line->empty()) {
      take_field(*line, line_.empty());
      empty_buffer(line_);
    } else if (data_.is_set) {
      return emit();
    } else {
      clear_event();
    }
  }
  keep_rest();
  const bool last_event = finished_ && line_.empty() && data_.is_set && !overflowed_;
  return last_event ? std::optional(emit()) : std::nullopt;
}

// The next whole line without its end: a view of the piece, or of line_ if it began before the
// piece.
std::optional<std::string_view> SseDecoder::take_line() {
  if (skip_lf_ && position_ < piece_.size()) {
    skip_lf_ = false;
    if (piece_[position_] == '\n') {
      ++position_;
    }
  }
  if (next_lf_ < position_) {
    next_lf_ = find_from(piece_, '\n', position_);
  }
  if (next_cr_ < position_) {
    next_cr_ = find_from(piece_, '\r', position_);
  }
  const std::size_t end = std::min(next_lf_, next_cr_);
  if (end >= piece_.size()) {
    return std::nullopt;
  }
  std::string_view line = piece_.substr(position_, end - position_);
  position_ = end + 1;
  skip_lf_ = piece_[end] == '\r';
  if (!line_.empty()) {
    line_.append(line);
    line = line_;
  }
  return line;
}

void SseDecoder::take_field(std::string_view line, bool in_place) {
  if (const auto data = value_of(line, "data")) {
    if (!data_.is_set) {
      data_.set(*data, in_place);
      return;
    }
    data_.keep();
    data_.copy += '\n';
    data_.copy += *data;
  } else if (const auto name = value_of(line, "event")) {
    name_.set(*name, in_place);
  }
}

// The piece is about to go: what is still needed of it is copied.
void SseDecoder::keep_rest() {
  if (!overflowed_) {
    line_.append(piece_.substr(position_));
    overflowed_ = data_.get().size() + line_.size() > max_event_bytes_;
  }
  piece_ = {};
  position_ = 0;
  next_lf_ = 0;
  next_cr_ = 0;
  if (overflowed_) {
    clear_event();
    empty_buffer(line_);
    return;
  }
  name_.keep();
  data_.keep();
}

void SseDecoder::clear_event() {
  given_ = false;
  name_.clear();
  data_.clear();
}

SseEvent SseDecoder::emit() {
  given_ = true;
  return {name_.get(), data_.get()};
}

bool SseDecoder::has_rest() const {
  const bool in_mark = mark_matched_ > 0 && mark_matched_ < kMarkDone;
  const bool in_event = !given_ && (name_.is_set || data_.is_set);
  return position_ < piece_.size() || !line_.empty() || in_mark || in_event;
}

}  // namespace llmgate::net
