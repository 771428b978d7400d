#include "net/transport.h"

namespace llmgate::net {

std::string_view name_of(TransferFailure failure) {
  switch (failure) {
    case TransferFailure::kNone:
      return "none";
    case TransferFailure::kBadUrl:
      return "bad_url";
    case TransferFailure::kBadRequest:
      return "bad_request";
    case TransferFailure::kResolve:
      return "resolve";
    case TransferFailure::kConnect:
      return "connect";
    case TransferFailure::kConnectTimeout:
      return "connect_timeout";
    case TransferFailure::kTls:
      return "tls";
    case TransferFailure::kProxy:
      return "proxy";
    case TransferFailure::kStaleConnection:
      return "stale_connection";
    case TransferFailure::kSend:
      return "send";
    case TransferFailure::kReset:
      return "reset";
    case TransferFailure::kHeadersTooLarge:
      return "headers_too_large";
    case TransferFailure::kBodyTooLarge:
      return "body_too_large";
    case TransferFailure::kEncoding:
      return "encoding";
    case TransferFailure::kProtocol:
      return "protocol";
    case TransferFailure::kResource:
      return "resource";
  }
  return "unknown";
}

}  // namespace llmgate::net
