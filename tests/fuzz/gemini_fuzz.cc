// Any bytes as replies, streams, errors and requests of Gemini's generateContent; as canonical
// requests to models of each generation; and requests of Gemini's own read and written twice.
#include "format_check.h"

namespace llmgate::fuzz {
namespace {

constexpr std::array kModels =
    std::to_array<std::string_view>({"gemini-2.0-flash", "gemini-2.5-pro", "gemini-3-pro"});

void render_canonical(const Format& format, std::string_view bytes) {
  const auto request = chat::ChatRequest::read(std::string(bytes));
  if (!request.ok()) {
    return;
  }
  for (const std::string_view model : kModels) {
    const auto rendered = format.render_request(*request, {.dialect = &kDialect, .model = model});
    if (rendered.ok()) {
      require_json(rendered->body, "a rendered canonical request");
    } else {
      require(!rendered.error().json_path.empty(), "a refusal without a path");
    }
  }
}

// What was read and written once says the same when it is read and written again.
void write_twice(const Format& format, std::string_view bytes) {
  for (const std::string_view model : kModels) {
    const Issuer issuer{.dialect = &kDialect, .model = model};
    const auto first = format.read_request(std::string(bytes), issuer);
    const auto written = first.ok() ? format.render_request(*first, issuer) : first.error();
    if (!written.ok()) {
      continue;
    }
    const auto second = format.read_request(written->body, issuer);
    require(second.ok(), "a written request cannot be read");
    const auto again = format.render_request(*second, issuer);
    if (!again.ok() || again->body != written->body) {
      std::fprintf(stderr, "first  %s\nsecond %s\n", written->body.c_str(),
                   again.ok() ? again->body.c_str() : again.error().message.c_str());
      require(false, "a request changed when it was written again");
    }
  }
}

}  // namespace
}  // namespace llmgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& format = llmgate::wire::gemini_generate_format();
  llmgate::fuzz::check_format(format, data, size);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  llmgate::fuzz::render_canonical(format, bytes);
  llmgate::fuzz::write_twice(format, bytes);
  return 0;
}
