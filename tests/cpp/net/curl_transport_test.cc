#include "net/curl_transport.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "net/descriptor_set.h"
#include "support/gzip_bytes.h"
#include "support/loopback_server.h"
#include "support/network_fixture.h"

namespace llmgate::net {
namespace {

using test::answer_all;
using test::FullServer;
using test::LoopbackServer;
using test::TransferRecorder;
using Connection = LoopbackServer::Connection;

class CurlTransport : public test::NetworkTest {
 protected:
  // What comes of a server that reads one request, sends these bytes and closes.
  TransferRecorder answer_with(std::string_view bytes, HttpRequest request = post("")) {
    LoopbackServer server([&](Connection& connection) {
      if (connection.read_request()) {
        connection.send(bytes);
      }
    });
    request.url = server.url();
    TransferRecorder recorder;
    exchange(std::move(request), recorder);
    EXPECT_EQ(server.requests(), 1);
    return recorder;
  }
};

TEST_F(CurlTransport, SendsTheRequestAsItIsAndGivesTheAnswer) {
  std::string seen;
  LoopbackServer server(answer_all([&](Connection& connection, std::string request) {
    seen = std::move(request);
    connection.send("HTTP/1.1 201 Created\r\nX-Request-ID:  r1 \r\nContent-Length: 5\r\n\r\nhello");
  }));
  HttpRequest request = post(server.url("/a/../b?q=1"), "{\"x\":1}");
  request.headers.push_back({"x-empty", ""});
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(recorder.head->status, 201);
  EXPECT_EQ(recorder.head->headers.at(0).name, "x-request-id");
  EXPECT_EQ(recorder.head->headers.at(0).value, "r1");
  EXPECT_EQ(recorder.body, "hello");
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
  EXPECT_TRUE(recorder.end->framed);
  EXPECT_TRUE(recorder.end->request_sent);
  EXPECT_FALSE(recorder.end->reused_connection);
  EXPECT_TRUE(seen.starts_with("POST /a/../b?q=1 HTTP/1.1\r\n")) << seen;
  for (const char* part : {"\r\ncontent-type: application/json\r\n", "\r\nx-empty:\r\n",
                           "\r\nAuthorization: Bearer sk-secret\r\n", "\r\nContent-Length: 7\r\n",
                           "\r\nAccept-Encoding: ", "gzip", "\r\n\r\n{\"x\":1}"}) {
    EXPECT_NE(seen.find(part), std::string::npos) << part << " in " << seen;
  }
  EXPECT_EQ(seen.find("Expect"), std::string::npos);
}

TEST_F(CurlTransport, SaysNoContentTypeUnlessTold) {
  std::string seen;
  LoopbackServer server(answer_all([&](Connection& connection, std::string request) {
    seen = std::move(request);
    connection.send_reply("");
  }));
  HttpRequest request = post(server.url());
  request.headers.clear();
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(seen.find("ontent-Type"), std::string::npos) << seen;
}

TEST_F(CurlTransport, SendsEachMethodOnTheSameConnection) {
  std::string seen;
  LoopbackServer server(answer_all([&](Connection& connection, const std::string& request) {
    seen +=
        request.substr(0, request.find(" /")) + request.substr(request.find("\r\n\r\n") + 4) + ";";
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    if (!request.starts_with("HEAD")) {
      connection.send("ok");
    }
  }));
  const auto send = [&](const char* method, const char* body) {
    HttpRequest request = post(server.url(), body);
    request.method = method;
    TransferRecorder recorder;
    exchange(std::move(request), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kNone) << recorder.end->detail;
    EXPECT_TRUE(recorder.end->request_sent);
    EXPECT_TRUE(recorder.end->framed);
    EXPECT_EQ(recorder.body, std::string_view(method) == "HEAD" ? "" : "ok");
  };
  for (const auto& [method, body] : {std::pair("POST", "a"),
                                     {"GET", ""},
                                     {"PUT", "b"},
                                     {"DELETE", ""},
                                     {"HEAD", ""},
                                     {"POST", "c"},
                                     {"GET", ""}}) {
    send(method, body);
  }
  EXPECT_EQ(seen, "POSTa;GET;PUTb;DELETE;HEAD;POSTc;GET;");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransport, JoinsChunksHoweverTheyArrive) {
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    for (const char byte :
         std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: t\r\n\r\n")) {
      connection.send({&byte, 1});
    }
    connection.wait_for_close();
  });
  TransferRecorder recorder;
  exchange(post(server.url()), recorder);
  EXPECT_EQ(recorder.body, "abc0123456789");
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
  EXPECT_TRUE(recorder.end->framed);
}

TEST_F(CurlTransport, CallsABodyThatEndsByClosingUnframed) {
  const TransferRecorder recorder =
      answer_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\"cut");
  EXPECT_EQ(recorder.body, "data: {\"cut");
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
  EXPECT_FALSE(recorder.end->framed);
}

TEST_F(CurlTransport, ReportsACutBodyAsResetAfterWhatCame) {
  for (const char* framing :
       {"Content-Length: 100\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\r\n"}) {
    const TransferRecorder recorder =
        answer_with("HTTP/1.1 200 OK\r\n" + std::string(framing) + "part");
    EXPECT_EQ(recorder.head->status, 200);
    EXPECT_EQ(recorder.body, "part");
    EXPECT_EQ(recorder.end->failure, TransferFailure::kReset) << framing;
    EXPECT_TRUE(recorder.end->request_sent);
    EXPECT_FALSE(recorder.end->framed);
  }
}

TEST_F(CurlTransport, ReportsAConnectionThatDiesBeforeTheAnswer) {
  const TransferRecorder closed = answer_with("");
  EXPECT_EQ(closed.end->failure, TransferFailure::kReset);
  EXPECT_TRUE(closed.end->request_sent);
  LoopbackServer server([](Connection& connection) {
    connection.read_request();
    connection.reset();
  });
  TransferRecorder reset;
  exchange(post(server.url()), reset);
  EXPECT_EQ(reset.end->failure, TransferFailure::kReset);
  EXPECT_FALSE(reset.head.has_value());
}

TEST_F(CurlTransport, ReportsAConnectionThatDiesWhileSending) {
  LoopbackServer server([](Connection& connection) {
    connection.read_part(1000);
    connection.reset();
  });
  TransferRecorder recorder;
  exchange(post(server.url(), std::string(std::size_t{32} << 20U, 'x')), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kSend) << recorder.end->detail;
  EXPECT_FALSE(recorder.end->request_sent);
}

TEST_F(CurlTransport, SkipsInterimAnswers) {
  const TransferRecorder recorder = answer_with(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: "
      "9\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\nok");
  EXPECT_EQ(recorder.head->status, 200);
  EXPECT_EQ(recorder.head->headers.size(), 2U);
  EXPECT_EQ(recorder.body, "ok");
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
}

TEST_F(CurlTransport, GivesARedirectAsItIs) {
  const TransferRecorder recorder = answer_with(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/steal\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(recorder.head->status, 302);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
}

TEST_F(CurlTransport, DecompressesGzip) {
  const std::string bytes = test::gzip_stored("data: {}\n\n");
  const TransferRecorder recorder =
      answer_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                  std::to_string(bytes.size()) + "\r\n\r\n" + bytes);
  EXPECT_EQ(recorder.body, "data: {}\n\n");
  EXPECT_EQ(recorder.end->failure, TransferFailure::kNone);
  EXPECT_TRUE(recorder.end->framed);
}

TEST_F(CurlTransport, StopsAGzipBombAtTheLimit) {
  const std::string bytes = test::gzip_bomb(std::size_t{64} << 20U);
  HttpRequest request = post("");
  request.limits.max_body_bytes = 1 << 20U;
  const TransferRecorder recorder =
      answer_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                      std::to_string(bytes.size()) + "\r\n\r\n" + bytes,
                  std::move(request));
  EXPECT_EQ(recorder.end->failure, TransferFailure::kBodyTooLarge);
  EXPECT_LE(recorder.body.size(), std::size_t{1} << 20U);
  EXPECT_GT(recorder.body.size(), std::size_t{1} << 19U);
  EXPECT_NE(recorder.end->detail.find("1048576"), std::string::npos) << recorder.end->detail;
}

TEST_F(CurlTransport, ReportsEncodingsItCannotRead) {
  for (const char* encoding : {"gzip", "snappy"}) {
    const TransferRecorder recorder =
        answer_with("HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(encoding) +
                    "\r\nContent-Length: 12\r\n\r\nnot gzip yet");
    EXPECT_EQ(recorder.end->failure, TransferFailure::kEncoding) << encoding;
    EXPECT_EQ(recorder.body, "");
  }
}

TEST_F(CurlTransport, StopsAFloodOfHeaders) {
  std::string flood = "HTTP/1.1 200 OK\r\n";
  while (flood.size() < 300 * 1024) {
    flood += "x-flood: " + std::string(1000, 'x') + "\r\n";
  }
  EXPECT_EQ(answer_with(flood).end->failure, TransferFailure::kHeadersTooLarge);
  const std::string long_line =
      "HTTP/1.1 200 OK\r\nx: " + std::string(200 * 1024, 'x') + "\r\n\r\n";
  EXPECT_EQ(answer_with(long_line).end->failure, TransferFailure::kHeadersTooLarge);
}

TEST_F(CurlTransport, ReportsWhatIsNotHttp) {
  for (const char* bytes : {"hello, this is not HTTP\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"}) {
    EXPECT_EQ(answer_with(bytes).end->failure, TransferFailure::kProtocol) << bytes;
  }
}

TEST_F(CurlTransport, ReportsARefusedPort) {
  const test::ClosedPort closed;
  TransferRecorder recorder;
  exchange(post("http://127.0.0.1:" + std::to_string(closed.port()) + "/?key=secret"), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kConnect);
  EXPECT_FALSE(recorder.end->request_sent);
  EXPECT_FALSE(recorder.end->detail.empty());
  EXPECT_EQ(recorder.end->detail.find("secret"), std::string::npos);
}

TEST_F(CurlTransport, ReportsANameThatDoesNotResolve) {
  TransferRecorder recorder;  // a label of 64 bytes: no resolver asks the network for it
  exchange(post("http://user:secret@" + std::string(64, 'a') + ".invalid/?key=secret"), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kResolve) << recorder.end->detail;
  EXPECT_EQ(recorder.end->detail.find("secret"), std::string::npos) << recorder.end->detail;
}

TEST_F(CurlTransport, RefusesAHeaderThatWouldBecomeTwo) {
  LoopbackServer server(answer_all([](Connection& c, const std::string&) { c.send_reply(""); }));
  HttpRequest request = post(server.url());
  request.headers.push_back({"x-key", "secret\r\nx-admin: 1"});
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kBadRequest);
  EXPECT_EQ(recorder.end->detail, "header 'x-key' contains a control byte (0x0d) at 6");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlTransport, RefusesAUrlThatIsNoHttp) {
  for (const char* url : {"ftp://127.0.0.1/x", "127.0.0.1/x", "", "http://", "http://[::1/x"}) {
    TransferRecorder recorder;
    exchange(post(url), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kBadUrl) << url;
  }
}

TEST_F(CurlTransport, SendsALargeBodyWithoutWaitingForA100) {
  LoopbackServer server(answer_all([](Connection& connection, const std::string& request) {
    connection.send_reply(std::to_string(request.size() - request.find("\r\n\r\n") - 4));
  }));
  const std::size_t size = std::size_t{5} << 20U;
  TransferRecorder recorder;
  exchange(post(server.url(), std::string(size, 'x')), recorder);
  EXPECT_EQ(recorder.body, std::to_string(size));
  EXPECT_TRUE(recorder.end->request_sent);
}

TEST_F(CurlTransport, SendsThroughAProxyOnlyWhenTold) {
  std::string seen;
  LoopbackServer proxy(answer_all([&](Connection& connection, std::string request) {
    seen = std::move(request);
    connection.send_reply("from the proxy");
  }));
  HttpRequest request = post("http://provider.invalid/v1");
  request.proxy = "http://user:secret@127.0.0.1:" + std::to_string(proxy.port());
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(recorder.body, "from the proxy");
  EXPECT_TRUE(seen.starts_with("POST http://provider.invalid/v1 HTTP/1.1\r\n")) << seen;
  TransferRecorder direct;
  exchange(post(proxy.url("/direct")), direct);
  EXPECT_TRUE(seen.starts_with("POST /direct HTTP/1.1\r\n")) << seen;
}

TEST_F(CurlTransport, ReportsAProxyThatRefusesOrIsNotThere) {
  LoopbackServer proxy(answer_all(
      [](Connection& connection, const std::string&) { connection.send_reply("no", 407); }));
  const test::ClosedPort closed;
  for (const int port : {proxy.port(), closed.port()}) {
    HttpRequest request = post("https://provider.invalid/v1");
    request.ca_file = "/dev/null";
    request.proxy = "http://user:secret@127.0.0.1:" + std::to_string(port);
    TransferRecorder recorder;
    exchange(std::move(request), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kProxy) << recorder.end->detail;
    EXPECT_FALSE(recorder.end->request_sent);
    EXPECT_FALSE(recorder.head.has_value());
    EXPECT_EQ(recorder.end->detail.find("secret"), std::string::npos);
  }
}

TEST_F(CurlTransport, LimitsTheTimeUntilConnectedIncludingTheProxy) {
  LoopbackServer proxy([](Connection& connection) { connection.wait_for_close(); });
  HttpRequest request = post("https://provider.invalid/v1");
  request.ca_file = "/dev/null";
  request.proxy = proxy.url("");
  request.connect_timeout = std::chrono::milliseconds(20);
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kConnectTimeout);
}

TEST_F(CurlTransport, NamesACaFileThatCannotBeRead) {
  LoopbackServer server([](Connection& connection) { connection.wait_for_close(); });
  HttpRequest request = post(server.url("/", "https"));
  request.ca_file = "/nonexistent/bundle.pem";
  TransferRecorder recorder;
  exchange(std::move(request), recorder);
  EXPECT_EQ(recorder.end->failure, TransferFailure::kTls);
  EXPECT_NE(recorder.end->detail.find("/nonexistent/bundle.pem"), std::string::npos);
  EXPECT_FALSE(recorder.end->request_sent);
}

// libcurl closes the socket of a connection that was never made without a word, and the next socket
// gets its number.
TEST_F(CurlTransport, WatchesTheSocketThatFollowsOneThatNeverConnected) {
  const FullServer full;
  std::deque<LoopbackServer> others;
  for (int round = 0; round < 3; ++round) {
    HttpRequest hopeless = post(full.url());
    hopeless.connect_timeout = std::chrono::milliseconds(20);
    TransferRecorder timed_out;
    exchange(std::move(hopeless), timed_out);
    EXPECT_EQ(timed_out.end->failure, TransferFailure::kConnectTimeout);
    TransferRecorder cancelled;
    start(post(full.url()), cancelled);
    loop_->post([&] { transport_->cancel(cancelled.id); });
    others.emplace_back(answer_all([](Connection& c, const std::string&) { c.send_reply("ok"); }));
    TransferRecorder recorder;
    exchange(post(others.back().url()), recorder);
    EXPECT_EQ(recorder.end->failure, TransferFailure::kNone) << recorder.end->detail;
  }
  EXPECT_EQ(open_descriptors().count(), 1U + 3U);  // the loop's own, and those that are kept
}

TEST_F(CurlTransport, ClosesAllItsSocketsWhenItGoes) {
  LoopbackServer server(answer_all([](Connection& c, const std::string&) { c.send_reply("ok"); }));
  TransferRecorder recorder;
  exchange(post(server.url()), recorder);
  EXPECT_EQ(open_descriptors().count(), 1U + 1U);  // kept for the next request
  transport_.reset();
  EXPECT_EQ(open_descriptors().count(), 1U);  // the loop's own
}

}  // namespace
}  // namespace llmgate::net
