#include "support/gzip_bytes.h"

#include <cstdint>

namespace llmgate::test {
namespace {

using namespace std::string_view_literals;
constexpr std::string_view kHeader = "\x1f\x8b\x08\0\0\0\0\0\0\xff"sv;

void append_little_endian(std::string& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) {
    bytes += static_cast<char>(value >> (8 * i));
  }
}

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

class BitWriter {
 public:
  explicit BitWriter(std::string& bytes) : bytes_(bytes) {}
  // Huffman codes are packed from their highest bit on.
  void put_code(unsigned code, int size) {
    for (int bit = size - 1; bit >= 0; --bit) {
      put_bit((code >> static_cast<unsigned>(bit)) & 1U);
    }
  }
  void put_bit(unsigned bit) {
    pending_ |= bit << static_cast<unsigned>(count_);
    if (++count_ == 8) {
      bytes_ += static_cast<char>(pending_);
      pending_ = 0;
      count_ = 0;
    }
  }

 private:
  std::string& bytes_;
  unsigned pending_ = 0;
  int count_ = 0;
};

}  // namespace

std::string gzip_stored(std::string_view text) {
  std::string bytes(kHeader);
  bytes += '\x01';  // last block, stored
  const auto size = static_cast<std::uint32_t>(text.size());
  append_little_endian(bytes, size, 2);
  append_little_endian(bytes, ~size, 2);
  bytes += text;
  append_little_endian(bytes, crc32(text), 4);
  append_little_endian(bytes, size, 4);
  return bytes;
}

std::string gzip_bomb(std::size_t count) {
  std::string bytes(kHeader);
  BitWriter bits(bytes);
  bits.put_bit(1);  // last block
  bits.put_bit(1);  // with fixed codes (01, low bit first)
  bits.put_bit(0);
  bits.put_code(0x30 + 'a', 8);
  for (std::size_t made = 1; made < count; made += 258) {
    bits.put_code(0xC5, 8);  // RFC 1951, 3.2.6: length 258 ...
    bits.put_code(0, 5);     // ... from one byte back
  }
  return bytes;
}

}  // namespace llmgate::test
