// TLS against a certificate made on the spot: what is trusted, and that nothing is sent otherwise.
#include <gtest/gtest.h>

#include <csignal>
#include <string>

#include "support/loopback_server.h"
#include "support/network_fixture.h"
#include "support/tls_identity.h"

namespace llmgate::net {
namespace {

using test::answer_all;
using test::LoopbackServer;
using test::TlsIdentity;
using test::TransferRecorder;
using Connection = LoopbackServer::Connection;

class CurlTransportTls : public test::NetworkTest {
 protected:
  // OpenSSL writes to sockets that the other side has closed; Python ignores the signal as well.
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  static LoopbackServer::Handler echo() {
    return answer_all([](Connection& connection, const std::string& request) {
      connection.send_reply(request.substr(request.find("\r\n\r\n") + 4));
    });
  }
  static HttpRequest secure_post(const LoopbackServer& server, const TlsIdentity& trusted) {
    HttpRequest request = post(server.url("/v1", "https"), "over TLS");
    request.ca_file = trusted.ca_file();
    return request;
  }
};

TEST_F(CurlTransportTls, TalksToAServerOfTheTrustedFile) {
  const TlsIdentity identity;
  LoopbackServer server(echo(), identity.wrap());
  for (const bool reused : {false, true}) {
    TransferRecorder recorder;
    exchange(secure_post(server, identity), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kNone) << recorder.end->detail;
    EXPECT_EQ(recorder.body, "over TLS");
    EXPECT_EQ(recorder.end->reused_connection, reused);
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTls, SendsNothingToAServerItCannotVerify) {
  const TlsIdentity identity;
  const TlsIdentity other;
  const TlsIdentity wrong_address("127.0.0.2");
  LoopbackServer server(echo(), identity.wrap());
  LoopbackServer moved(echo(), wrong_address.wrap());
  for (const HttpRequest& request :
       {secure_post(server, other), secure_post(moved, wrong_address)}) {
    TransferRecorder recorder;
    exchange(request, recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kTls) << recorder.end->detail;
    EXPECT_FALSE(recorder.end->request_sent);
    EXPECT_FALSE(recorder.end->detail.empty());
  }
  EXPECT_EQ(server.requests() + moved.requests(), 0);
}

TEST_F(CurlTransportTls, TrustsTheFileOfEachRequestOnAHandleUsedAgain) {
  const TlsIdentity identity;
  const TlsIdentity other;
  LoopbackServer server(echo(), identity.wrap());
  TransferRecorder refused;
  exchange(secure_post(server, other), refused);
  EXPECT_EQ(refused.end->failure, TransferFailure::kTls);
  TransferRecorder trusted;
  exchange(secure_post(server, identity), trusted);
  EXPECT_EQ(trusted.end->failure, TransferFailure::kNone) << trusted.end->detail;
  TransferRecorder again;  // not over the connection that the other file has opened
  exchange(secure_post(server, other), again);
  EXPECT_EQ(again.end->failure, TransferFailure::kTls);
}

TEST_F(CurlTransportTls, ReportsAServerThatDoesNotSpeakTls) {
  const TlsIdentity identity;
  LoopbackServer plain([](Connection& connection) {
    connection.read_part(1);
    connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  TransferRecorder recorder;
  exchange(secure_post(plain, identity), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kTls) << recorder.end->detail;
}

// libcurl lets a missing close_notify pass, so TLS tells a cut no better than plain TCP does:
// `framed` is what counts.
TEST_F(CurlTransportTls, CallsABodyThatEndsWithoutCloseNotifyUnframed) {
  const TlsIdentity identity;
  LoopbackServer server(
      [](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"cut");
      },
      identity.wrap());
  TransferRecorder recorder;
  exchange(secure_post(server, identity), recorder);
  EXPECT_EQ(recorder.body, "data: {\"cut");
  EXPECT_FALSE(recorder.end->framed);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone) << recorder.end->detail;
}

}  // namespace
}  // namespace llmgate::net
