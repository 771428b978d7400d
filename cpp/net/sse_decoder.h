// Server-sent events out of bytes in any pieces: LF, CR LF or CR line ends, comments, a byte order
// mark, events cut anywhere. Memory is bounded by the largest event allowed. Parse step of a
// request's path.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace llmgate::net {

struct SseEvent {
  std::string_view name;  // the `event:` field; empty if none was sent
  std::string_view data;  // `data:` lines joined by LF
};

class SseDecoder {
 public:
  // 8 MiB: the reliability study's bound for one event.
  explicit SseDecoder(std::size_t max_event_bytes = std::size_t{8} << 20U)
      : max_event_bytes_(max_event_bytes) {}

  // Takes the next piece. Call next() until it gives nothing before feeding again: while it is
  // being drained the decoder reads `bytes` in place, and keeps only the unfinished rest.
  void feed(std::string_view bytes);
  // The stream has ended: an event whose closing blank line is missing counts if its last line is
  // whole.
  void finish() { finished_ = true; }
  // The next whole event that has data, or nothing. Views are valid until the next call of
  // anything.
  [[nodiscard]] std::optional<SseEvent> next();

  // An event grew beyond the limit; the decoder gives nothing any more.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  // Bytes of an unfinished event are waiting: at the end of a stream, a sign of a cut.
  [[nodiscard]] bool has_rest() const;

 private:
  // A field's value: a view of the piece while that lasts, a copy from then on.
  struct Value {
    std::string_view view;
    std::string copy;
    bool is_set = false;
    bool is_copied = false;

    [[nodiscard]] std::string_view get() const { return is_copied ? std::string_view(copy) : view; }
    void set(std::string_view value, bool in_place);
    void keep();
    void clear();
  };

  void skip_byte_order_mark();
  std::optional<std::string_view> take_line();
  void take_field(std::string_view line, bool in_place);
  void keep_rest();
  void clear_event();
  SseEvent emit();

  std::string_view piece_;  // what was fed; read from position_ on
  std::size_t position_ = 0;
  std::size_t next_lf_ = 0;  // the first LF and CR at or after position_, if not before it;
  std::size_t next_cr_ = 0;  // the piece's size if there is none
  std::string line_;         // a line begun in an earlier piece; holds no line end
  Value name_;
  Value data_;
  std::size_t max_event_bytes_;
  unsigned mark_matched_ = 0;  // bytes of the byte order mark seen so far; kMarkDone afterwards
  bool skip_lf_ = false;       // the last byte was a CR: an LF now belongs to it
  bool given_ = false;         // the event in name_ and data_ has been handed out
  bool finished_ = false;
  bool overflowed_ = false;
};

}  // namespace llmgate::net
