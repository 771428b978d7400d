// A second reader of JSON, for comparison only: recursive, slow, written from RFC 8259 and the
// Unicode standard without a look at cpp/json. Builds a tree and writes it back in one fixed form.
// Whoever changes cpp/json must not change this to agree. Pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmgate::fuzz {

struct SimpleValue {
  char kind = 'n';   // n t f, 0 number, s string, a array, o object
  std::string text;  // of a number as it stands, of a string in WTF-8
  std::vector<std::string> names;
  std::vector<SimpleValue> items;
};

class SimpleReader {
 public:
  SimpleReader(std::string_view text, int max_depth) : rest_(text), max_depth_(max_depth) {}

  std::optional<SimpleValue> read() {
    SimpleValue value;
    if (!read_value(value, 0)) return std::nullopt;
    skip_space();
    return rest_.empty() ? std::optional(std::move(value)) : std::nullopt;
  }

 private:
  bool take(std::string_view wanted) {
    if (rest_.substr(0, wanted.size()) != wanted) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size()));
  }
  std::string take_digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const std::string digits(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return digits;
  }

  bool read_value(SimpleValue& value, int depth) {
    skip_space();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case 'n':
        return value.kind = 'n', take("null");
      case 't':
        return value.kind = 't', take("true");
      case 'f':
        return value.kind = 'f', take("false");
      case '"':
        return value.kind = 's', read_string(value.text);
      case '[':
        return value.kind = 'a', depth < max_depth_ && read_items(value, ']', depth + 1);
      case '{':
        return value.kind = 'o', depth < max_depth_ && read_items(value, '}', depth + 1);
      default:
        return value.kind = '0', read_number(value.text);
    }
  }

  bool read_items(SimpleValue& value, char closing, int depth) {
    rest_.remove_prefix(1);
    skip_space();
    if (take({&closing, 1})) return true;
    do {
      skip_space();
      if (closing == '}') {
        value.names.emplace_back();
        if (!read_string(value.names.back())) return false;
        skip_space();
        if (!take(":")) return false;
      }
      value.items.emplace_back();
      if (!read_value(value.items.back(), depth)) return false;
      skip_space();
    } while (take(","));
    return take({&closing, 1});
  }

  bool read_number(std::string& text) {
    const std::string_view before = rest_;
    take("-");
    const std::string whole = take_digits();
    if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return false;
    if (take(".") && take_digits().empty()) return false;
    if (take("e") || take("E")) {
      if (!take("+")) take("-");
      if (take_digits().empty()) return false;
    }
    text = before.substr(0, before.size() - rest_.size());
    return true;
  }

  // Code points first, so that pairs of surrogates meet whatever they were written as.
  bool read_string(std::string& text) {
    if (!take("\"")) return false;
    std::vector<std::uint32_t> codes;
    while (!take("\"")) {
      if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < 0x20) return false;
      std::uint32_t code = 0;
      if (take("\\")) {
        if (!read_escape(code)) return false;
        if (code >= 0xDC00 && code <= 0xDFFF && !codes.empty() && codes.back() >= 0xD800 &&
            codes.back() <= 0xDBFF) {
          code = 0x10000 + (codes.back() - 0xD800) * 0x400 + (code - 0xDC00);
          codes.pop_back();
        }
      } else if (!read_utf8(code)) {
        return false;
      }
      codes.push_back(code);
    }
    for (const std::uint32_t code : codes) encode(text, code);
    return true;
  }

  bool read_escape(std::uint32_t& code) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    const char letter = rest_.front();
    rest_.remove_prefix(1);
    if (letter != 'u') {
      const std::size_t place = kLetters.find(letter);
      if (place == std::string_view::npos) return false;
      code = static_cast<unsigned char>(kMeanings[place]);
      return true;
    }
    const std::string digits(rest_.substr(0, 4));
    if (digits.size() < 4 ||
        digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      return false;
    }
    code = static_cast<std::uint32_t>(std::stoul(digits, nullptr, 16));
    rest_.remove_prefix(4);
    return true;
  }

  // The Unicode Standard 15.0, table 3-7: well-formed byte sequences.
  bool read_utf8(std::uint32_t& code) {
    struct Row {
      unsigned char lead_from, lead_to, second_from, second_to;
      std::size_t length;
      std::uint32_t lead_bits;
    };
    static constexpr Row kRows[] = {
        {0x00, 0x7F, 0x00, 0x00, 1, 0x7F}, {0xC2, 0xDF, 0x80, 0xBF, 2, 0x1F},
        {0xE0, 0xE0, 0xA0, 0xBF, 3, 0x0F}, {0xE1, 0xEC, 0x80, 0xBF, 3, 0x0F},
        {0xED, 0xED, 0x80, 0x9F, 3, 0x0F}, {0xEE, 0xEF, 0x80, 0xBF, 3, 0x0F},
        {0xF0, 0xF0, 0x90, 0xBF, 4, 0x07}, {0xF1, 0xF3, 0x80, 0xBF, 4, 0x07},
        {0xF4, 0xF4, 0x80, 0x8F, 4, 0x07}};
    const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(rest_[at]); };
    for (const Row& row : kRows) {
      if (byte(0) < row.lead_from || byte(0) > row.lead_to) continue;
      if (rest_.size() < row.length) return false;
      code = byte(0) & row.lead_bits;
      for (std::size_t at = 1; at < row.length; ++at) {
        const unsigned char from = at == 1 ? row.second_from : 0x80;
        const unsigned char to = at == 1 ? row.second_to : 0xBF;
        if (byte(at) < from || byte(at) > to) return false;
        code = code * 64 + byte(at) % 64;
      }
      rest_.remove_prefix(row.length);
      return true;
    }
    return false;
  }

  static void encode(std::string& out, std::uint32_t code) {
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xC0 + code / 64);
    } else if (code < 0x10000) {
      put(0xE0 + code / 4096);
      put(0x80 + code / 64 % 64);
    } else {
      put(0xF0 + code / 262144);
      put(0x80 + code / 4096 % 64);
      put(0x80 + code / 64 % 64);
    }
    put(0x80 + code % 64);
  }

  std::string_view rest_;
  int max_depth_;
};

inline void write_simple_string(std::string& out, const std::string& text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  out += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t place = kMeanings.find(text[at]);
    if (place != std::string_view::npos) {
      out += {'\\', kLetters[place]};
    } else if (byte < 0x20) {
      out += {'\\', 'u', '0', '0', kHex[byte / 16], kHex[byte % 16]};
    } else if (byte == 0xED && static_cast<unsigned char>(text[at + 1]) >= 0xA0) {
      const std::uint32_t middle = static_cast<unsigned char>(text[at + 1]) % 64;
      const std::uint32_t last = static_cast<unsigned char>(text[at + 2]) % 64;
      out += {'\\', 'u', 'd', kHex[middle / 4], kHex[middle % 4 * 4 + last / 16], kHex[last % 16]};
      at += 2;
    } else {
      out += text[at];
    }
  }
  out += '"';
}

inline void write_simple(std::string& out, const SimpleValue& value) {
  switch (value.kind) {
    case 'n':
      out += "null";
      return;
    case 't':
      out += "true";
      return;
    case 'f':
      out += "false";
      return;
    case '0':
      out += value.text;
      return;
    case 's':
      return write_simple_string(out, value.text);
    default:
      break;
  }
  out += value.kind == 'o' ? '{' : '[';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ',';
    if (value.kind == 'o') {
      write_simple_string(out, value.names[i]);
      out += ':';
    }
    write_simple(out, value.items[i]);
  }
  out += value.kind == 'o' ? '}' : ']';
}

// The whole number that `text` is, by moving its point digit by digit; nothing when it is none or
// does not fit. Exponents beyond three digits are not for this: the caller leaves them out.
inline std::optional<std::int64_t> simple_int(const std::string& text) {
  const bool is_negative = text[0] == '-';
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string mantissa = text.substr(is_negative ? 1 : 0, e - (is_negative ? 1 : 0));
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string whole = mantissa.substr(0, point);
  std::string fraction = point < mantissa.size() ? mantissa.substr(point + 1) : "";
  int exponent = e < text.size() ? std::stoi(text.substr(e + 1)) : 0;
  for (; exponent > 0; --exponent) {
    whole += fraction.empty() ? '0' : fraction.front();
    fraction.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    fraction.insert(fraction.begin(), whole.empty() ? '0' : whole.back());
    if (!whole.empty()) whole.pop_back();
  }
  if (fraction.find_first_not_of('0') != std::string::npos) return std::nullopt;
  const std::uint64_t most = std::uint64_t{1} << 63U;
  std::uint64_t value = 0;
  for (const char digit : whole) {
    if (value > most / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (value > most) return std::nullopt;
  }
  if (value == most && !is_negative) return std::nullopt;
  return static_cast<std::int64_t>(is_negative ? 0 - value : value);
}

}  // namespace llmgate::fuzz
