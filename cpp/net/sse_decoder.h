// Server-sent events out of bytes in any pieces: LF, CR LF or CR line ends, comments, a byte order mark,
// events cut anywhere. Memory is bounded by the largest event allowed.
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

  // Takes the next piece. Call next() until it gives nothing before feeding again: while it is being
  // drained the decoder reads `bytes` in place, and keeps only the unfinished rest.
  void feed(std::string_view bytes);
  // The stream has ended: an event whose closing blank line is missing counts if its last line is whole.
  void finish();
  // The next whole event that has data, or nothing. Views are valid until the next call of anything.
  [[nodiscard]] std::optional<SseEvent> next();

  // An event grew beyond the limit; the decoder gives nothing any more.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  // Bytes of an unfinished event are waiting: at the end of a stream, a sign of a cut.
  [[nodiscard]] bool has_rest() const;

 private:
  // (members of the implementation)
  std::size_t max_event_bytes_;
  bool overflowed_ = false;
};

}  // namespace llmgate::net
