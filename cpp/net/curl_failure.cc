#include "net/curl_failure.h"

#include <curl/curl.h>

#include <cerrno>

namespace llmgate::net {
namespace {

bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// The connection to the server, or to the proxy in front of it, was never ready.
TransferFailure failure_to_connect(const CurlVerdict& verdict) {
  if (is_out_of_resources(verdict.open_errno)) {
    return TransferFailure::kResource;
  }
  return verdict.has_proxy ? TransferFailure::kProxy : TransferFailure::kConnect;
}

// It was ready, and died.
TransferFailure failure_of_connection(const CurlVerdict& verdict) {
  if (!verdict.was_connected) {
    return failure_to_connect(verdict);
  }
  return verdict.request_sent || verdict.has_head ? TransferFailure::kReset
                                                  : TransferFailure::kSend;
}

}  // namespace

TransferFailure failure_of(const CurlVerdict& verdict) {
  switch (verdict.code) {
    case CURLE_OK:
      return TransferFailure::kNone;
    case CURLE_URL_MALFORMAT:
      return TransferFailure::kBadUrl;
    case CURLE_COULDNT_RESOLVE_HOST:
      return TransferFailure::kResolve;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return TransferFailure::kProxy;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return failure_to_connect(verdict);
    case CURLE_OPERATION_TIMEDOUT:  // the only limit libcurl is given
      return TransferFailure::kConnectTimeout;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return TransferFailure::kTls;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return failure_of_connection(verdict);
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return verdict.was_connected ? TransferFailure::kReset : failure_to_connect(verdict);
    case CURLE_BAD_CONTENT_ENCODING:
      return TransferFailure::kEncoding;
    case CURLE_OUT_OF_MEMORY:
      // So 7.88 says that one header line is larger than its own bound.
      return verdict.was_connected && !verdict.has_head ? TransferFailure::kHeadersTooLarge
                                                        : TransferFailure::kResource;
    case CURLE_FAILED_INIT:
    case CURLE_READ_ERROR:
    case CURLE_WRITE_ERROR:  // of libcurl's own making: ours are told apart before
      return TransferFailure::kResource;
    default:
      return TransferFailure::kProtocol;
  }
}

std::string describe_failure(int code, std::string_view words) {
  const bool may_tell_secrets =
      words.find("://") != std::string_view::npos || words.find('@') != std::string_view::npos;
  if (words.empty() || may_tell_secrets) {
    return curl_easy_strerror(static_cast<CURLcode>(code));
  }
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) {
    words.remove_suffix(1);
  }
  return std::string(words);
}

}  // namespace llmgate::net
