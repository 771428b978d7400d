// Reads any bytes as a recording. What comes out must be whole: a status, pieces that together are
// the payload; written and read again it must say the same; and whatever is asked of it gets an
// answer or a reason.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <string_view>

#include "engine/recorded_exchange.h"
#include "engine/tape.h"
#include "json/document.h"

namespace {

using llmgate::engine::read_exchange;
using llmgate::engine::RecordedExchange;

void expect(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  }
}

void check(const RecordedExchange& exchange) {
  const auto& answer = exchange.answer;
  const std::size_t total =
      std::accumulate(answer.pieces.begin(), answer.pieces.end(), std::size_t{0});
  expect(total == answer.payload.size(), "the pieces are not the payload");
  const bool has_failed = answer.end.failure != llmgate::net::TransferFailure::kNone;
  expect(answer.status >= 100 || has_failed, "neither a status nor a failure");
  const std::string line = write_exchange(exchange.request, answer);
  expect(line.find('\n') == std::string::npos, "a line that is two");
  llmgate::json::Document document;
  expect(!document.read(line).has_value(), "a line that is no JSON");
  const auto again = read_exchange(document.root());
  expect(again.ok() && again->has_value(), "a line that does not read again");
  expect((**again).answer.status == answer.status, "another status");
  expect((**again).answer.end.failure == answer.end.failure, "another end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  llmgate::engine::Tape tape(false);
  const auto failure = tape.add(input, "fuzz");
  expect(!failure || !failure->message.empty(), "a failure without a reason");
  llmgate::net::HttpRequest request;
  request.url = "https://h/v1";
  request.body = R"({"model":"m","messages":[{"content":"Hi"}]})";
  const auto answer = tape.answer(request);
  expect(answer.ok() || !answer.error().message.empty(), "a miss without a reason");
  llmgate::json::Document document;
  if (!document.read(input)) {
    const auto exchange = read_exchange(document.root());
    if (exchange.ok() && exchange->has_value()) {
      check(**exchange);
    }
  }
  return 0;
}
