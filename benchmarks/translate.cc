// One request translated from a format to another, bytes to bytes, again and again: what the core
// needs for it, and what is the least it could need. Prints one JSON object.
//
//   translate FROM TO FILE N    the request in FILE, N times; formats: openai anthropic gemini
//   translate limit FILE N      our parse of FILE and a copy of its bytes
//
// From OpenAI is the canonical request read and rendered; to OpenAI is the format's own JSON read
// into the canonical request, which is OpenAI's; between the two others it is both.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "chat/request.h"
#include "json/document.h"
#include "providers/provider.h"
#include "wire/format.h"

namespace {

using namespace llmgate;

struct Spoken {
  std::string_view provider;  // on the command line
  std::string_view model;
};

constexpr std::array kSpoken = std::to_array<Spoken>({
    {"openai", "gpt-4o"},
    {"anthropic", "claude-sonnet-4-5"},
    {"gemini", "gemini-2.5-pro"},
});

// Who is asked, and in which format.
struct Side {
  const wire::Format* format = nullptr;
  wire::Issuer issuer;

  [[nodiscard]] bool is_canonical() const { return format == &wire::openai_chat_format(); }
};

std::optional<Side> side_of(std::string_view name) {
  for (const Spoken& spoken : kSpoken) {
    if (spoken.provider == name) {
      const providers::Provider* card = providers::find_provider(name);
      return Side{&card->format(), {.dialect = &card->dialect, .model = spoken.model}};
    }
  }
  return std::nullopt;
}

// The bytes of the translation; 0 if it was refused.
std::size_t translated(const std::string& body, const Side& from, const Side& to) {
  const auto request = from.is_canonical() ? chat::ChatRequest::read(body)
                                           : from.format->read_request(body, from.issuer);
  if (!request) {
    std::fprintf(stderr, "translate: %s\n", request.error().message.c_str());
    return 0;
  }
  if (to.is_canonical() && !from.is_canonical()) {
    return request->body().size();
  }
  const auto rendered = to.format->render_request(*request, to.issuer);
  if (!rendered) {
    std::fprintf(stderr, "translate: %s\n", rendered.error().message.c_str());
    return 0;
  }
  return rendered->body.size();
}

// The memory of both is kept from one time to the next.
class Limit {
 public:
  std::size_t run(const std::string& body) {
    if (document_.read(body)) {
      return 0;
    }
    copy_.resize(body.size());
    std::memcpy(copy_.data(), body.data(), body.size());
    return static_cast<unsigned char>(copy_[body.size() / 2]) + copy_.size();
  }

 private:
  json::Document document_;
  std::string copy_;
};

// What a process has that served a longer request before: memory to spare. A new one's allocator
// hands it back to the kernel after each request, and what was timed would be the kernel's pages.
void read_a_longer_one(const std::string& body) {
  constexpr std::size_t kLonger = 16;
  const std::string blank(kLonger * body.size(), ' ');
  json::Document document;
  static_cast<void>(document.read(blank));  // is no JSON; what counts is that it was held
}

bool print_cost(long times, const std::function<std::size_t()>& run) {
  std::size_t bytes = run();  // warms up
  const auto began = std::chrono::steady_clock::now();
  for (long i = 0; i < times && bytes != 0; ++i) {
    bytes = run();
  }
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
  std::printf("{\"us\":%.3f,\"bytes\":%zu}\n", took.count() / static_cast<double>(times), bytes);
  return bytes != 0;
}

bool measure(int argc, char** argv) {
  std::ifstream file(argv[argc - 2], std::ios::binary);
  const std::string body((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const long times = std::atol(argv[argc - 1]);
  if (body.empty() || times <= 0) {
    std::fprintf(stderr, "translate: nothing to do\n");
    return false;
  }
  read_a_longer_one(body);
  if (argc == 4) {
    Limit limit;
    return print_cost(times, [&] { return limit.run(body); });
  }
  const auto from = side_of(argv[1]);
  const auto to = side_of(argv[2]);
  if (!from || !to) {
    std::fprintf(stderr, "translate: formats are openai, anthropic and gemini\n");
    return false;
  }
  return print_cost(times, [&] { return translated(body, *from, *to); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && (argc != 4 || std::string_view(argv[1]) != "limit")) {
    std::fprintf(stderr, "usage: translate FROM TO FILE N | translate limit FILE N\n");
    return 2;
  }
  return measure(argc, argv) ? 0 : 1;
}
