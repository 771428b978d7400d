#include "support/tls_identity.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>

namespace llmgate::test {
namespace {

class TlsStream final : public ByteStream {
 public:
  explicit TlsStream(SSL* ssl) : ssl_(ssl) {}
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override { SSL_free(ssl_); }
  std::ptrdiff_t read(char* bytes, std::size_t size) override {
    return SSL_read(ssl_, bytes, static_cast<int>(size));
  }
  std::ptrdiff_t write(const char* bytes, std::size_t size) override {
    return SSL_write(ssl_, bytes, static_cast<int>(size));
  }

 private:
  SSL* ssl_;
};

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const std::string& address) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("llmgate test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "IP:" + address);
  X509_sign(certificate, key, EVP_sha256());
  return certificate;
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& address) : context_(SSL_CTX_new(TLS_server_method())) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = make_certificate(key, address);
  EXPECT_EQ(SSL_CTX_use_certificate(context_, certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context_, key), 1);
  ca_file_ = ::testing::TempDir() + "llmgate-ca-XXXXXX";
  std::FILE* file = ::fdopen(::mkstemp(ca_file_.data()), "w");
  EXPECT_EQ(PEM_write_X509(file, certificate), 1);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
  std::remove(ca_file_.c_str());
}

LoopbackServer::Wrap TlsIdentity::wrap() const {
  return [this](int socket) -> std::unique_ptr<ByteStream> {
    SSL* ssl = SSL_new(context_);
    SSL_set_fd(ssl, socket);
    if (SSL_accept(ssl) != 1) {
      SSL_free(ssl);
      return nullptr;
    }
    return std::make_unique<TlsStream>(ssl);
  };
}

}  // namespace llmgate::test
