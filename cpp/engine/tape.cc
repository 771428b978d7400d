#include "engine/tape.h"

#include <algorithm>
#include <utility>

#include "cache/cache_key.h"
#include "engine/request_difference.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::engine {
namespace {

constexpr std::size_t kMostCompared = 200;     // of a tape's exchanges, for the nearest one
constexpr std::size_t kMostDifferences = 100;  // of two requests
constexpr std::size_t kShownDifferences = 3;

// Other clients say that they want no stream; we leave it out.
void leave_out_idle_stream(std::string& body) {
  json::Document document;
  if (document.read(body) || document.root().find("stream").as_bool().value_or(true)) {
    return;
  }
  std::string kept;
  json::Writer out(kept);
  out.begin_object();
  for (const json::Member member : document.root().members()) {
    if (!member.name.says("stream")) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out.end_object();
  body = std::move(kept);
}

// Equal for two requests that say the same: the order of members does not matter.
std::string match_key(const RecordedRequest& request) {
  std::string key = request.method + '\n' + request.url + '\n';
  json::Document document;
  if (document.read(request.body)) {
    return key + request.body;
  }
  cache::append_canonical(document.root(), key);
  return key;
}

// Of two bodies, at both ends: of equally many differences the smaller one counts.
std::size_t common_bytes(std::string_view a, std::string_view b) {
  const auto front = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const auto back = static_cast<std::size_t>(
      std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin());
  return front + back;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string joined(const std::vector<std::string>& phrases) {
  std::string text;
  for (std::size_t i = 0; i < phrases.size() && i < kShownDifferences; ++i) {
    text += (i == 0 ? "" : "; ") + phrases[i];
  }
  if (phrases.size() > kShownDifferences) {
    text += "; and " + std::to_string(phrases.size() - kShownDifferences) + " more";
  }
  return text;
}

}  // namespace

Failure Tape::add(std::string_view text, const std::string& source) {
  json::Document document;
  if (!document.read(text)) {
    return add_line(text, "'" + source + "'");
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (is_blank(line)) {
      continue;
    }
    if (Failure failure =
            add_line(line, "line " + std::to_string(number) + " of '" + source + "'")) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure Tape::add_line(std::string_view line, const std::string& place) {
  json::Document document;
  if (const auto fault = document.read(line)) {
    return bad_request(
        "", place + " is no JSON: " + fault->reason + " at byte " + std::to_string(fault->offset));
  }
  auto exchange = read_exchange(document.root());
  if (!exchange.ok()) {
    return bad_request("", place + " is no recorded exchange: " + exchange.error().message);
  }
  if (!exchange->has_value()) {
    return std::nullopt;
  }
  RecordedExchange& read = **exchange;
  leave_out_idle_stream(read.request.body);
  by_request_[match_key(read.request)].entries.push_back(entries_.size());
  entries_.push_back({std::move(read.request),
                      std::make_shared<const RecordedAnswer>(std::move(read.answer)), place});
  ++size_;
  ++unused_;
  return std::nullopt;
}

Result<std::shared_ptr<const RecordedAnswer>> Tape::answer(const net::HttpRequest& request) {
  RecordedRequest asked = without_secrets(request);
  leave_out_idle_stream(asked.body);
  const auto found = by_request_.find(match_key(asked));
  if (found == by_request_.end()) {
    return miss(asked);
  }
  Equals& equals = found->second;
  if (equals.used == equals.entries.size()) {
    if (!repeats_) {
      return no_more(equals);
    }
    --equals.used;
  }
  Entry& entry = entries_[equals.entries[equals.used++]];
  unused_ -= std::exchange(entry.is_used, true) ? 0U : 1U;
  return entry.answer;
}

Error Tape::no_more(const Equals& equals) const {
  const std::size_t count = equals.entries.size();
  return bad_request(
      "", "the replay has no further answer to this request: it was recorded " +
              (count == 1 ? std::string("once") : std::to_string(count) + " times") + " (" +
              entries_[equals.entries.back()].place +
              ") and has been replayed as often; repeat=True gives the last answer again");
}

Error Tape::miss(const RecordedRequest& asked) const {
  const std::string what = "the replay has no answer to " + asked.method + " " + asked.url;
  if (entries_.empty()) {
    return bad_request("", what + ": nothing was recorded");
  }
  const Entry* nearest = nullptr;
  std::vector<std::string> fewest;
  std::size_t most_common = 0;
  std::size_t compared = 0;
  for (const Entry& entry : entries_) {
    if (compared++ == kMostCompared) {
      break;
    }
    std::vector<std::string> found = differences(asked, entry.request, kMostDifferences);
    const std::size_t common = common_bytes(asked.body, entry.request.body);
    if (nearest == nullptr || found.size() < fewest.size() ||
        (found.size() == fewest.size() && common > most_common)) {
      nearest = &entry;
      most_common = common;
      fewest = std::move(found);
    }
  }
  return bad_request("", what + ". The nearest recorded request (" + nearest->place +
                             ") differs: " + joined(fewest));
}

}  // namespace llmgate::engine
