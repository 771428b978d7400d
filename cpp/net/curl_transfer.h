// One easy handle of libcurl and what one exchange on it needs: its options, the callbacks that
// turn bytes into observer calls, and the reason it ended. Used again and again. Loop thread only.
#pragma once

#include <curl/curl.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "net/response_reader.h"
#include "net/socket_ledger.h"
#include "net/transport.h"

namespace llmgate::net {

// The request's header lines as the list libcurl reads, in storage that is used again: libcurl
// neither copies nor frees it.
class CurlHeaderList {
 public:
  curl_slist* build(const Headers& headers, std::size_t body_size);

 private:
  void add(std::string_view name, std::string_view separator, std::string_view value);

  std::string text_;
  std::vector<curl_slist> nodes_;
};

class CurlTransfer {
 public:
  explicit CurlTransfer(SocketLedger& sockets) : sockets_(sockets) {}
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer();

  void set_observer(TransferObserver& observer) { observer_ = &observer; }
  // Takes over a request, so that the handle can be added; false if libcurl has no memory for it.
  [[nodiscard]] bool begin(HttpRequest&& request);
  // After the handle was removed: drops the request and makes ready for the next.
  void recycle();
  // Gives the handle's memory back; the next begin() makes a new one.
  void release_handle();

  // How the exchange ended, from libcurl's verdict. Before the handle is removed.
  [[nodiscard]] TransferEnd end(CURLcode code) const;
  // Makes the next callback end the exchange with this.
  void fail(TransferFailure failure, std::string detail);

  void cancel() { is_cancelled_ = true; }
  void pause() { is_paused_ = true; }
  // True if libcurl holds data back and has to be told to go on.
  [[nodiscard]] bool resume();

  [[nodiscard]] CURL* handle() const { return easy_; }
  [[nodiscard]] bool is_cancelled() const { return is_cancelled_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  [[nodiscard]] TransferObserver& observer() const { return *observer_; }
  static CurlTransfer* from(CURL* easy);

  // Kept by the transport: who this is, and where it stands.
  enum class State : std::uint8_t { kFree, kRefused, kWaiting, kRunning };
  TransferId id = 0;
  State state = State::kFree;
  TransferEnd refusal;  // what a refused one will be told

 private:
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* bytes, std::size_t size, std::size_t count, void* self);
  static int on_ready_to_send(void* self, char*, char*, int, int);
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int close_socket(void* sockets, curl_socket_t socket);

  [[nodiscard]] bool make_handle();
  [[nodiscard]] bool set_constant_options();
  [[nodiscard]] bool set_security_options();
  [[nodiscard]] bool set_request_options();
  [[nodiscard]] bool set_url();
  [[nodiscard]] bool set_method();
  [[nodiscard]] bool set_if_changed(CURLoption option, std::string& current, std::string& wanted);
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view bytes);
  [[nodiscard]] bool is_request_sent() const;
  [[nodiscard]] bool is_connection_reused() const;
  [[nodiscard]] TransferFailure failure_of(CURLcode code, bool request_sent) const;
  [[nodiscard]] std::string detail_of(CURLcode code, TransferFailure failure) const;
  void note_connection(int local_port);
  void abandon_sockets();
  void note_resend();

  SocketLedger& sockets_;
  CURL* easy_ = nullptr;
  TransferObserver* observer_ = nullptr;
  HttpRequest request_;
  CurlHeaderList headers_;
  ResponseReader reader_;
  // What the handle is set to; most requests differ in their body only.
  std::string url_;
  CURLU* parsed_url_ = nullptr;
  std::string proxy_;
  std::string ca_file_;
  std::string method_;
  bool method_has_body_ = false;
  std::chrono::milliseconds connect_timeout_{-1};

  TransferFailure own_failure_ = TransferFailure::kNone;
  std::string own_detail_;
  std::vector<int> opened_;       // not known to be a connection
  int open_errno_ = 0;            // why no socket could be had
  bool was_sending_ = false;      // a connection was given this request
  bool was_resent_ = false;       // libcurl wanted to send it once more
  bool was_sent_before_ = false;  // as far as known when it wanted that
  bool is_cancelled_ = false;
  bool is_paused_ = false;
  bool is_held_ = false;  // libcurl was told to hold data back
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

}  // namespace llmgate::net
