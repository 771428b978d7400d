#include "net/curl_failure.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace llmgate::net {
namespace {

TransferFailure at_connect(CURLcode code, bool has_proxy = false, int open_errno = 0) {
  return failure_of({.code = code, .open_errno = open_errno, .has_proxy = has_proxy});
}

TransferFailure when_connected(CURLcode code, bool request_sent, bool has_head = false) {
  return failure_of(
      {.code = code, .was_connected = true, .request_sent = request_sent, .has_head = has_head});
}

TEST(FailureOf, TellsWhatWasWrongBeforeTheConnection) {
  EXPECT_EQ(at_connect(CURLE_OK), TransferFailure::kNone);
  EXPECT_EQ(at_connect(CURLE_URL_MALFORMAT), TransferFailure::kBadUrl);
  EXPECT_EQ(at_connect(CURLE_COULDNT_RESOLVE_HOST), TransferFailure::kResolve);
  EXPECT_EQ(at_connect(CURLE_COULDNT_CONNECT), TransferFailure::kConnect);
  EXPECT_EQ(at_connect(CURLE_OPERATION_TIMEDOUT), TransferFailure::kConnectTimeout);
  EXPECT_EQ(at_connect(CURLE_SSL_CONNECT_ERROR), TransferFailure::kTls);
  EXPECT_EQ(at_connect(CURLE_PEER_FAILED_VERIFICATION), TransferFailure::kTls);
  EXPECT_EQ(at_connect(CURLE_SSL_CACERT_BADFILE), TransferFailure::kTls);
}

TEST(FailureOf, BlamesTheProxyForWhatHappensBeforeItsTunnelStands) {
  EXPECT_EQ(at_connect(CURLE_COULDNT_RESOLVE_PROXY), TransferFailure::kProxy);
  EXPECT_EQ(at_connect(CURLE_COULDNT_CONNECT, true), TransferFailure::kProxy);
  EXPECT_EQ(at_connect(CURLE_RECV_ERROR, true), TransferFailure::kProxy);
  EXPECT_EQ(at_connect(CURLE_GOT_NOTHING, true), TransferFailure::kProxy);
}

TEST(FailureOf, TellsAMachineWithoutDescriptorsFromAServerThatIsDown) {
  EXPECT_EQ(at_connect(CURLE_COULDNT_CONNECT, false, EMFILE), TransferFailure::kResource);
  EXPECT_EQ(at_connect(CURLE_COULDNT_CONNECT, true, ENFILE), TransferFailure::kResource);
  EXPECT_EQ(at_connect(CURLE_COULDNT_CONNECT, false, EAFNOSUPPORT), TransferFailure::kConnect);
}

TEST(FailureOf, TellsDyingWhileSendingFromDyingAfterwards) {
  for (const CURLcode code : {CURLE_SEND_ERROR, CURLE_RECV_ERROR}) {
    EXPECT_EQ(when_connected(code, false), TransferFailure::kSend);
    EXPECT_EQ(when_connected(code, true), TransferFailure::kReset);
    EXPECT_EQ(when_connected(code, false, true), TransferFailure::kReset);
  }
  EXPECT_EQ(when_connected(CURLE_GOT_NOTHING, true), TransferFailure::kReset);
  EXPECT_EQ(when_connected(CURLE_PARTIAL_FILE, true, true), TransferFailure::kReset);
}

TEST(FailureOf, TellsABadAnswer) {
  EXPECT_EQ(when_connected(CURLE_BAD_CONTENT_ENCODING, true, true), TransferFailure::kEncoding);
  EXPECT_EQ(when_connected(CURLE_WEIRD_SERVER_REPLY, true), TransferFailure::kProtocol);
  EXPECT_EQ(when_connected(CURLE_UNSUPPORTED_PROTOCOL, true), TransferFailure::kProtocol);
  EXPECT_EQ(when_connected(CURLE_OUT_OF_MEMORY, true), TransferFailure::kHeadersTooLarge);
  EXPECT_EQ(when_connected(CURLE_OUT_OF_MEMORY, true, true), TransferFailure::kResource);
}

TEST(DescribeFailure, GivesLibcurlsWordsUnlessTheyMayTellASecret) {
  EXPECT_EQ(describe_failure(CURLE_COULDNT_CONNECT, "Failed to connect to h\n"),
            "Failed to connect to h");
  EXPECT_EQ(describe_failure(CURLE_COULDNT_CONNECT, ""), "Couldn't connect to server");
  EXPECT_EQ(describe_failure(CURLE_COULDNT_CONNECT, "no http://u:secret@h"),
            "Couldn't connect to server");
  EXPECT_EQ(describe_failure(CURLE_COULDNT_CONNECT, "no secret@h"), "Couldn't connect to server");
}

}  // namespace
}  // namespace llmgate::net
