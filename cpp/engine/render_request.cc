#include "engine/render_request.h"

#include <string>
#include <utility>

#include "providers/target.h"

namespace llmgate::engine {
namespace {

// A stream is bounded by its events; its turn holds the text only.
constexpr std::size_t kMaxStreamBytes = std::size_t{512} << 20U;

Failure refuse_loss(const chat::Dispositions& dispositions) {
  for (const chat::Disposition& entry : dispositions) {
    if (chat::is_loss(entry.action)) {
      Error error = bad_request(entry.path, "strict: the field would be " +
                                                std::string(name_of(entry.action)) + " (" +
                                                entry.reason + ")");
      error.kind = ErrorKind::kUnsupportedParams;
      return error;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<net::HttpRequest> render_request(const AttemptInput& input, const wire::Issuer& issuer,
                                        chat::Dispositions& dispositions) {
  const providers::Target& target = input.target;
  auto rendered = target.provider->format().render_request(input.request, issuer);
  if (!rendered) {
    return std::move(rendered.error());
  }
  dispositions = std::move(rendered->dispositions);
  dispositions.insert(dispositions.begin(), target.notes.begin(), target.notes.end());
  if (input.is_strict) {
    if (Failure failure = refuse_loss(dispositions)) {
      return std::move(*failure);
    }
  }
  const bool is_stream = input.request.is_stream();
  auto headers = providers::headers_for(target, is_stream, rendered->headers);
  if (!headers) {
    return std::move(headers.error());
  }
  net::HttpRequest request;
  request.url = providers::url_for(target, rendered->path);
  request.headers = std::move(*headers);
  request.body = std::move(rendered->body);
  request.proxy = target.proxy;
  request.ca_file = target.ca_file;
  request.connect_timeout = input.connect_timeout;
  if (is_stream) {
    request.limits.max_body_bytes = kMaxStreamBytes;
  }
  return request;
}

}  // namespace llmgate::engine
