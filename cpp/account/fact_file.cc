#include "account/fact_file.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "json/document.h"

namespace llmgate::account {
namespace {

Error damaged(const std::string& path, std::string_view what) {
  return bad_request("", "'" + path + "' is no table of facts about models: " + std::string(what));
}

// Two running sums over words of eight bytes, the last one filled up with zeros: the first notices
// what changed, the second what changed its place.
std::string checksum(std::string_view body) {
  std::uint64_t sum = 0;
  std::uint64_t sum_of_sums = 0;
  for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(body.size(), 8))) {
    std::uint64_t word = 0;
    std::memcpy(&word, body.data(), std::min<std::size_t>(body.size(), 8));
    sum += word;
    sum_of_sums += sum;
  }
  std::string text(32, '0');
  for (int place = 0; place < 16; ++place) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text[15 - place] = kDigits[(sum >> (4 * place)) & 15U];
    text[31 - place] = kDigits[(sum_of_sums >> (4 * place)) & 15U];
  }
  return text;
}

FactFile::Line line_from(std::string_view body, std::size_t start) {
  const std::string_view line = body.substr(start, body.find('\n', start) - start);
  const std::size_t tab = line.find('\t');
  return {line.substr(0, tab),
          tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1)};
}

}  // namespace

Result<FactFile> FactFile::open(const std::string& path) {
  auto mapped = MappedFile::open(path, "facts");
  if (!mapped) {
    return std::move(mapped).error();
  }
  FactFile file(std::move(mapped).value());
  if (auto failure = file.check(path)) {
    return *std::move(failure);
  }
  return file;
}

Failure FactFile::check(const std::string& path) {
  const auto bytes = file_.bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t end = text.find('\n');
  json::Document header;
  if (end == std::string_view::npos || header.read(text.substr(0, end))) {
    return damaged(path, "its first line is no JSON");
  }
  first_line_ = text.substr(0, end);
  body_ = text.substr(end + 1);
  const json::Value root = header.root();
  if (root.find("llmgate_model_facts").as_int() != 1) {
    return damaged(path, "its first line does not say \"llmgate_model_facts\":1");
  }
  if (root.find("bytes").as_int() != static_cast<std::int64_t>(body_.size()) || body_.empty() ||
      body_.back() != '\n') {
    return damaged(path, "it is cut short, or longer than it says");
  }
  if (!root.find("checksum").says(checksum(body_))) {
    return damaged(path, "its checksum is another one than it says");
  }
  date_ = root.find("date").unescaped();
  return {};
}

std::size_t FactFile::line_at_or_after(std::string_view key) const {
  std::size_t low = 0;
  std::size_t high = body_.size();  // starts of lines, or the end
  while (low < high) {
    std::size_t middle = low + (high - low) / 2;
    const std::size_t before = middle == 0 ? std::string_view::npos : body_.rfind('\n', middle - 1);
    middle = before == std::string_view::npos || before + 1 < low ? low : before + 1;
    if (line_from(body_, middle).key < key) {
      low = body_.find('\n', middle) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<FactFile::Line> FactFile::find_line(std::string_view key) const {
  const std::size_t start = line_at_or_after(key);
  if (start >= body_.size()) {
    return std::nullopt;
  }
  const Line line = line_from(body_, start);
  return line.key == key ? std::optional(line) : std::nullopt;
}

std::optional<FactFile::Line> FactFile::find(std::string_view key) const {
  auto line = find_line(key);
  if (line && line->value.starts_with('@')) {
    line = find_line(line->value.substr(1));
  }
  return line;
}

std::vector<FactFile::Line> FactFile::starting_with(std::string_view prefix) const {
  std::vector<Line> lines;
  for (std::size_t start = line_at_or_after(prefix); start < body_.size();
       start = body_.find('\n', start) + 1) {
    const Line line = line_from(body_, start);
    if (!line.key.starts_with(prefix)) {
      break;
    }
    if (!line.value.starts_with('@')) {
      lines.push_back(line);
    }
  }
  return lines;
}

}  // namespace llmgate::account
