// Decodes any bytes as server-sent events whole, in pieces whose sizes the input itself chooses,
// and with a second, simple reader. All three must give the same events and the same verdict.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/sse_decoder.h"

namespace {

using llmgate::net::SseDecoder;

constexpr std::size_t kMaxEventBytes = 64;  // small, so that the fuzzer finds it

struct Reading {
  std::vector<std::pair<std::string, std::string>> events;
  bool overflowed = false;
  bool has_rest = false;
  bool operator==(const Reading&) const = default;
};

// Line by line over a copy, as the standard words it.
Reading read_simply(std::string_view bytes) {
  Reading reading;
  std::string name, data;
  bool has_name = false, has_data = false;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kMark)) {
    bytes.remove_prefix(kMark.size());
  }
  const auto give = [&] {
    if (has_data) {
      reading.events.emplace_back(name, data);
    }
    name.clear(), data.clear();
    has_name = has_data = false;
  };
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    const std::string line(bytes.substr(0, end));
    if (data.size() + line.size() > kMaxEventBytes) {
      reading.overflowed = true;
      return reading;
    }
    if (end == bytes.size()) {
      reading.has_rest = true;
      return reading;
    }
    bytes.remove_prefix(end + (bytes.substr(end, 2) == "\r\n" ? 2 : 1));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string field = line.substr(0, colon);
    std::string value = colon < line.size() ? line.substr(colon + 1) : "";
    value.erase(0, value.starts_with(' ') ? 1 : 0);
    if (line.empty()) {
      give();
    } else if (field == "data") {
      data += (has_data ? "\n" : "") + value;
      has_data = true;
    } else if (field == "event") {
      name = value;
      has_name = true;
    }
  }
  reading.has_rest = has_name && !has_data;
  give();
  return reading;
}

// Each piece lives in memory of its own size and goes before the next: a view kept too long is a
// fault that the address sanitizer sees.
Reading read_in_pieces(std::string_view bytes, std::string_view sizes) {
  Reading reading;
  SseDecoder decoder(kMaxEventBytes);
  const auto drain = [&] {
    while (const auto event = decoder.next()) {
      reading.events.emplace_back(event->name, event->data);
    }
  };
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const std::size_t wanted =
        sizes.empty() ? bytes.size() : static_cast<unsigned char>(sizes[i % sizes.size()]) % 16U;
    const std::size_t size = std::min(std::max<std::size_t>(wanted, i % 2), bytes.size());
    const auto piece = std::make_unique<char[]>(size);
    std::memcpy(piece.get(), bytes.data(), size);
    decoder.feed({piece.get(), size});
    drain();
    bytes.remove_prefix(size);
  }
  decoder.finish();
  drain();
  reading.overflowed = decoder.overflowed();
  reading.has_rest = !decoder.overflowed() && decoder.has_rest();
  return reading;
}

void check(const Reading& a, const Reading& b, const char* what) {
  if (!(a == b)) {
    std::fprintf(stderr, "%s differ: %zu and %zu events, overflowed %d and %d, rest %d and %d\n",
                 what, a.events.size(), b.events.size(), a.overflowed, b.overflowed, a.has_rest,
                 b.has_rest);
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::string_view sizes = input.substr(0, std::min<std::size_t>(size, 4));
  const Reading whole = read_in_pieces(input, {});
  check(whole, read_simply(input), "whole and simple");
  check(whole, read_in_pieces(input, sizes), "whole and pieces");
  check(whole, read_in_pieces(input, std::string_view("\1", 1)), "whole and single bytes");
  return 0;
}
