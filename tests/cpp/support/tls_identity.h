// A self-signed certificate for 127.0.0.1 made when the test runs, and the server side of TLS over
// it.
#pragma once

#include <memory>
#include <string>

#include "support/loopback_server.h"

struct ssl_ctx_st;

namespace llmgate::test {

class TlsIdentity {
 public:
  // `address` is what the certificate is for.
  explicit TlsIdentity(const std::string& address = "127.0.0.1");
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  ~TlsIdentity();

  // A PEM file with the certificate; gone with this object.
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  [[nodiscard]] LoopbackServer::Wrap wrap() const;

 private:
  std::string ca_file_;
  ssl_ctx_st* context_;
};

}  // namespace llmgate::test
