#include "net/request_check.h"

#include <gtest/gtest.h>

#include <string>

namespace llmgate::net {
namespace {

HttpRequest good() {
  HttpRequest request;
  request.url = "https://api.example.com/v1/chat/completions?x=1";
  request.ca_file = "/etc/ssl/certs/ca-certificates.crt";
  request.headers = {{"authorization", "Bearer sk-1"}, {"content-type", "application/json"}};
  return request;
}

TransferFailure failure_of(const HttpRequest& request) {
  const auto end = refuse(request);
  return end ? end->failure : TransferFailure::kNone;
}

TEST(Refuse, TakesOrdinaryRequests) {
  EXPECT_FALSE(refuse(good()).has_value());
  for (const char* url :
       {"HTTP://localhost:8080", "http://[::1]:1/x", "http://u:p@h/", "https://h?q"}) {
    HttpRequest request = good();
    request.url = url;
    EXPECT_FALSE(refuse(request).has_value()) << url;
  }
}

TEST(Refuse, WantsAnHttpUrlWithAHost) {
  for (const char* url : {"", "api.example.com", "ftp://h/", "file:///etc/passwd", "http:/h",
                          "http://", "http:///x", "http://:80/", "http://u@/", "http://h/a b",
                          "http://h/a\nb", "http://h/\x7f", " http://h/"}) {
    HttpRequest request = good();
    request.url = url;
    EXPECT_EQ(failure_of(request), TransferFailure::kBadUrl) << url;
  }
}

TEST(Refuse, NeverRepeatsTheUrlOrTheProxy) {
  HttpRequest request = good();
  request.url = "ftp://user:secret@h/?key=secret";
  EXPECT_EQ(refuse(request)->detail.find("secret"), std::string::npos);
  request = good();
  request.proxy = "gopher://user:secret@h";
  EXPECT_EQ(refuse(request)->detail.find("secret"), std::string::npos);
}

TEST(Refuse, WantsACaFileForHttpsOnly) {
  HttpRequest request = good();
  request.ca_file.clear();
  EXPECT_EQ(failure_of(request), TransferFailure::kTls);
  request.url = "http://localhost/";
  EXPECT_EQ(failure_of(request), TransferFailure::kNone);
}

TEST(Refuse, WantsAKnownKindOfProxy) {
  HttpRequest request = good();
  for (const char* proxy : {"http://p:3128", "HTTPS://p", "socks5h://u:p@h:1", "p:3128"}) {
    request.proxy = proxy;
    EXPECT_EQ(failure_of(request), TransferFailure::kNone) << proxy;
  }
  for (const char* proxy : {"ftp://p", "http://p q", "://"}) {
    request.proxy = proxy;
    EXPECT_EQ(failure_of(request), TransferFailure::kProxy) << proxy;
  }
}

TEST(Refuse, NamesABadHeaderWithoutItsValue) {
  HttpRequest request = good();
  request.headers.push_back({"x-api-key", "secret\n"});
  EXPECT_EQ(failure_of(request), TransferFailure::kBadRequest);
  EXPECT_EQ(refuse(request)->detail, "header 'x-api-key' contains a control byte (0x0a) at 6");
  request.headers.back() = {"x\r\ny", "secret"};
  EXPECT_EQ(refuse(request)->detail,
            "a header: its name contains a byte that names may not have (0x0d) at 1");
}

TEST(Refuse, KeepsTheFramingForItself) {
  for (const char* name : {"Content-Length", "transfer-encoding"}) {
    HttpRequest request = good();
    request.headers.push_back({name, "1"});
    EXPECT_EQ(failure_of(request), TransferFailure::kBadRequest);
  }
}

TEST(Refuse, WantsATokenAsMethod) {
  for (const char* method : {"", "GET /x", "P\r\n"}) {
    HttpRequest request = good();
    request.method = method;
    EXPECT_EQ(failure_of(request), TransferFailure::kBadRequest) << method;
  }
}

}  // namespace
}  // namespace llmgate::net
