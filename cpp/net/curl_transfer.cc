#include "net/curl_transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

#include "net/curl_failure.h"

namespace llmgate::net {
namespace {

// Front ends of LLM providers close idle connections after 60 s and more (nginx, envoy and most
// load balancers by default); a connection older than this is not used again.
constexpr long kMaxIdleSeconds = 55;
constexpr long kBufferBytes = 16 * 1024;
// libcurl would wait a second for the server's 100 before it sends more than 1 MB.
constexpr std::size_t kExpectedBody = 512 * 1024;

template <typename Value>
bool set(CURL* easy, CURLoption option, Value value) {
  return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

bool is_blank(std::string_view value) {
  return value.find_first_not_of(" \t") == std::string_view::npos;
}

int local_port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return -1;
  }
  // The port stands at the same place for both families.
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

void CurlHeaderList::add(std::string_view name, std::string_view separator,
                         std::string_view value) {
  nodes_.push_back({text_.data() + text_.size(), nullptr});
  text_.append(name).append(separator).append(value).push_back('\0');
}

curl_slist* CurlHeaderList::build(const Headers& headers, std::size_t body_size) {
  constexpr std::string_view kNoExpect = "Expect:";
  constexpr std::string_view kNoContentType = "Content-Type:";
  std::size_t size = kNoExpect.size() + kNoContentType.size() + 2;
  for (const Header& header : headers) {
    size += header.name.size() + header.value.size() + 3;
  }
  text_.clear();
  text_.reserve(size);  // the nodes point into it
  nodes_.clear();
  nodes_.reserve(headers.size() + 2);
  for (const Header& header : headers) {
    // "Name;" is how libcurl is told to send a header without a value.
    const bool empty = is_blank(header.value);
    add(header.name, empty ? ";" : ": ", empty ? std::string_view() : header.value);
  }
  if (body_size > kExpectedBody && !find_header(headers, "expect")) {
    add(kNoExpect, "", "");
  }
  if (!find_header(headers, "content-type")) {
    add(kNoContentType, "", "");  // else libcurl says that it is a form
  }
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    nodes_[i - 1].next = &nodes_[i];
  }
  return nodes_.data();
}

CurlTransfer::~CurlTransfer() { release_handle(); }

void CurlTransfer::release_handle() {
  curl_easy_cleanup(easy_);
  easy_ = nullptr;
  curl_url_cleanup(parsed_url_);
  parsed_url_ = nullptr;
}

CurlTransfer* CurlTransfer::from(CURL* easy) {
  char* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return reinterpret_cast<CurlTransfer*>(self);
}

bool CurlTransfer::begin(HttpRequest&& request) {
  request_ = std::move(request);
  reader_.reset(request_.limits, request_.method != "HEAD");
  return (easy_ != nullptr || make_handle()) && set_request_options();
}

void CurlTransfer::recycle() {
  abandon_sockets();
  id = 0;
  state = State::kFree;
  refusal = {};
  request_ = {};
  observer_ = nullptr;
  own_failure_ = TransferFailure::kNone;
  own_detail_.clear();
  open_errno_ = 0;
  was_sending_ = was_resent_ = was_sent_before_ = false;
  is_cancelled_ = is_paused_ = is_held_ = false;
  error_text_[0] = '\0';
}

bool CurlTransfer::make_handle() {
  url_.clear();
  proxy_.clear();
  ca_file_.clear();
  method_.clear();
  connect_timeout_ = std::chrono::milliseconds(-1);
  easy_ = curl_easy_init();
  if (easy_ != nullptr && set_constant_options() && set_security_options()) {
    return true;
  }
  release_handle();
  return false;
}

bool CurlTransfer::set_constant_options() {
  bool ok = set(easy_, CURLOPT_PRIVATE, this) && set(easy_, CURLOPT_NOSIGNAL, 1L) &&
            set(easy_, CURLOPT_ERRORBUFFER, error_text_.data()) &&
            set(easy_, CURLOPT_BUFFERSIZE, kBufferBytes) && set(easy_, CURLOPT_PATH_AS_IS, 1L) &&
            set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
            // Asks for this one, and decodes all that this libcurl can: it spends 85 instructions
            // on each byte of a request's head.
            set(easy_, CURLOPT_ACCEPT_ENCODING, "gzip") && set(easy_, CURLOPT_TCP_KEEPALIVE, 1L) &&
            set(easy_, CURLOPT_TCP_NODELAY, 1L) &&
            set(easy_, CURLOPT_MAXAGE_CONN, kMaxIdleSeconds) &&
            set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
            // Without these two libcurl reads the environment, at every request.
            set(easy_, CURLOPT_PROXY, "") && set(easy_, CURLOPT_NOPROXY, "");
#if LIBCURL_VERSION_NUM >= 0x075700
  ok = ok && set(easy_, CURLOPT_QUICK_EXIT, 1L);  // else a cancel waits for a name's resolution
#endif
  return ok && set(easy_, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header) &&
         set(easy_, CURLOPT_HEADERDATA, this) &&
         set(easy_, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_write) &&
         set(easy_, CURLOPT_WRITEDATA, this) &&
         set(easy_, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_ready_to_send) &&
         set(easy_, CURLOPT_PREREQDATA, this) &&
         set(easy_, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::open_socket) &&
         set(easy_, CURLOPT_OPENSOCKETDATA, this) &&
         set(easy_, CURLOPT_CLOSESOCKETFUNCTION, &CurlTransfer::close_socket) &&
         set(easy_, CURLOPT_CLOSESOCKETDATA, &sockets_);  // the connection outlives this transfer
}

bool CurlTransfer::set_security_options() {
  return set(easy_, CURLOPT_FOLLOWLOCATION, 0L) &&
         set(easy_, CURLOPT_PROTOCOLS_STR, "http,https") &&
         set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED)) &&
         set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
         set(easy_, CURLOPT_SSL_VERIFYPEER, 1L) && set(easy_, CURLOPT_SSL_VERIFYHOST, 2L) &&
         // Debian's default directory of certificates costs 21 ms of CPU per connection.
         set(easy_, CURLOPT_CAPATH, static_cast<char*>(nullptr)) &&
         set(easy_, CURLOPT_PROXY_CAPATH, static_cast<char*>(nullptr));
}

bool CurlTransfer::set_if_changed(CURLoption option, std::string& current, std::string& wanted) {
  if (current == wanted) {
    return true;
  }
  current = wanted;
  return set(easy_, option, current.c_str());
}

bool CurlTransfer::set_request_options() {
  if (connect_timeout_ != request_.connect_timeout) {
    connect_timeout_ = request_.connect_timeout;
    // 0 would be libcurl's default of five minutes.
    const long timeout = std::max<long>(1, static_cast<long>(connect_timeout_.count()));
    if (!set(easy_, CURLOPT_CONNECTTIMEOUT_MS, timeout)) {
      return false;
    }
  }
  if (!request_.ca_file.empty() && ca_file_ != request_.ca_file) {
    ca_file_ = request_.ca_file;
    if (!set(easy_, CURLOPT_CAINFO, ca_file_.c_str()) ||
        !set(easy_, CURLOPT_PROXY_CAINFO, ca_file_.c_str())) {
      return false;
    }
  }
  return set_url() && set_if_changed(CURLOPT_PROXY, proxy_, request_.proxy) && set_method() &&
         set(easy_, CURLOPT_HTTPHEADER, headers_.build(request_.headers, request_.body.size()));
}

// Given as a string, libcurl would take it apart and put it together again for every request.
bool CurlTransfer::set_url() {
  if (url_ == request_.url) {
    return true;
  }
  url_ = request_.url;
  if (parsed_url_ == nullptr) {
    parsed_url_ = curl_url();
  }
  if (parsed_url_ == nullptr) {
    return false;
  }
  // What it cannot take apart it is given as it is, to say what is wrong with it.
  const bool is_good =
      curl_url_set(parsed_url_, CURLUPART_URL, url_.c_str(), CURLU_PATH_AS_IS) == CURLUE_OK;
  return set(easy_, CURLOPT_URL, url_.c_str()) &&
         set(easy_, CURLOPT_CURLU, is_good ? parsed_url_ : nullptr);
}

bool CurlTransfer::set_method() {
  const bool has_body = request_.method == "POST" || !request_.body.empty();
  if (has_body &&
      (!set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size())) ||
       !set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str()))) {
    return false;
  }
  if (method_ == request_.method && method_has_body_ == has_body) {
    return true;
  }
  method_ = request_.method;
  method_has_body_ = has_body;
  const bool is_head = request_.method == "HEAD" && !has_body;
  const char* custom = request_.method.c_str();
  if (is_head || request_.method == (has_body ? "POST" : "GET")) {
    custom = nullptr;
  }
  // Each of the three undoes the others.
  const CURLoption kind = has_body ? CURLOPT_POST : (is_head ? CURLOPT_NOBODY : CURLOPT_HTTPGET);
  return set(easy_, kind, 1L) && set(easy_, CURLOPT_CUSTOMREQUEST, custom);
}

void CurlTransfer::fail(TransferFailure failure, std::string detail) {
  if (own_failure_ == TransferFailure::kNone) {
    own_failure_ = failure;
    own_detail_ = std::move(detail);
  }
}

bool CurlTransfer::resume() {
  is_paused_ = false;
  return std::exchange(is_held_, false);
}

// What is thrown must not pass through libcurl's frames.
std::size_t CurlTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  try {
    return transfer.take_header({bytes, size * count});
  } catch (...) {  // NOLINT
    transfer.own_failure_ = TransferFailure::kResource;
    return CURL_WRITEFUNC_ERROR;
  }
}

std::size_t CurlTransfer::on_write(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  try {
    return transfer.take_body({bytes, size * count});
  } catch (...) {  // NOLINT
    transfer.own_failure_ = TransferFailure::kResource;
    return CURL_WRITEFUNC_ERROR;
  }
}

std::size_t CurlTransfer::take_header(std::string_view line) {
  if (is_cancelled_ || own_failure_ != TransferFailure::kNone) {
    return CURL_WRITEFUNC_ERROR;
  }
  const ResponseReader::Step step = reader_.add_line(line);
  if (step == ResponseReader::Step::kRefused) {
    fail(reader_.failure(), reader_.detail());
    return CURL_WRITEFUNC_ERROR;
  }
  if (step == ResponseReader::Step::kHeadComplete) {
    observer_->on_head(reader_.take_head());
  }
  return is_cancelled_ ? CURL_WRITEFUNC_ERROR : line.size();
}

std::size_t CurlTransfer::take_body(std::string_view bytes) {
  if (is_cancelled_ || own_failure_ != TransferFailure::kNone) {
    return CURL_WRITEFUNC_ERROR;
  }
  if (is_paused_) {
    is_held_ = true;
    return CURL_WRITEFUNC_PAUSE;  // the same bytes come again when resumed
  }
  if (!reader_.add_body(bytes.size())) {
    fail(reader_.failure(), reader_.detail());
    return CURL_WRITEFUNC_ERROR;
  }
  observer_->on_body(bytes);
  return is_cancelled_ ? CURL_WRITEFUNC_ERROR : bytes.size();
}

// Called when a connection is about to be given the request. A second time means that libcurl,
// which retries a POST by itself when a reused connection turns out dead, would send it twice.
int CurlTransfer::on_ready_to_send(void* self, char*, char*, int, int local_port) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  transfer.note_connection(local_port);
  if (transfer.was_sending_) {
    transfer.note_resend();
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.was_sending_ = true;
  return CURL_PREREQFUNC_OK;
}

curl_socket_t CurlTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (transfer.was_sending_) {  // the same, noticed before a connection is made in vain
    transfer.note_resend();
    return CURL_SOCKET_BAD;
  }
#ifdef SOCK_CLOEXEC
  const int kind = address->socktype | SOCK_CLOEXEC;
#else
  const int kind = address->socktype;
#endif
  const int socket = ::socket(address->family, kind, address->protocol);
  if (socket < 0) {
    transfer.open_errno_ = errno;
    return CURL_SOCKET_BAD;
  }
  try {
    transfer.opened_.push_back(socket);
    transfer.sockets_.opened(socket, &transfer);
  } catch (...) {  // NOLINT: out of memory must not pass through libcurl's frames
    ::close(socket);
    transfer.open_errno_ = ENOMEM;
    return CURL_SOCKET_BAD;
  }
  return socket;
}

int CurlTransfer::close_socket(void* sockets, curl_socket_t socket) {
  static_cast<SocketLedger*>(sockets)->closing(socket);
  return ::close(socket);
}

// Of the sockets that were tried (one per address of the host) one is the connection now.
void CurlTransfer::note_connection(int local_port) {
  for (const int socket : opened_) {
    if (local_port_of(socket) == local_port) {
      sockets_.connected(socket);
    }
  }
  abandon_sockets();
}

void CurlTransfer::abandon_sockets() {
  for (const int socket : opened_) {
    sockets_.abandoned(socket, this);
  }
  opened_.clear();
}

void CurlTransfer::note_resend() {
  if (!was_resent_) {
    // The count of the body starts anew with each try, this one does not. It tells a connection
    // that took the request from one that took nothing; of a large body it cannot say how much
    // went.
    long request_bytes = 0;
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
    was_sent_before_ = request_bytes > 0;
    was_resent_ = true;
  }
}

bool CurlTransfer::is_request_sent() const {
  if (!was_sending_ || was_resent_) {
    return was_sent_before_;
  }
  if (reader_.has_head() && request_.body.empty()) {
    return true;
  }
  curl_off_t uploaded = 0;
  long request_bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &uploaded);
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
  return request_bytes > 0 && uploaded >= static_cast<curl_off_t>(request_.body.size());
}

bool CurlTransfer::is_connection_reused() const {
  long connects = 0;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connects);
  return was_sending_ && (was_resent_ || connects == 0);
}

TransferFailure CurlTransfer::failure_of(CURLcode code, bool request_sent) const {
  if (own_failure_ != TransferFailure::kNone) {
    return own_failure_;
  }
  if (was_resent_) {
    return TransferFailure::kStaleConnection;
  }
  CurlVerdict verdict;
  verdict.code = code;
  verdict.open_errno = open_errno_;
  verdict.has_proxy = !proxy_.empty();
  verdict.was_connected = was_sending_;
  verdict.request_sent = request_sent;
  verdict.has_head = reader_.has_head();
  return net::failure_of(verdict);
}

std::string CurlTransfer::detail_of(CURLcode code, TransferFailure failure) const {
  if (!own_detail_.empty()) {
    return own_detail_;
  }
  if (failure == TransferFailure::kStaleConnection) {
    return "a connection that was kept open died before it answered";
  }
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return "the CA file '" + ca_file_ + "' cannot be read or holds no certificate";
  }
  return describe_failure(code, error_text_.data());
}

TransferEnd CurlTransfer::end(CURLcode code) const {
  TransferEnd end;
  end.request_sent = is_request_sent();
  end.reused_connection = is_connection_reused();
  end.failure = failure_of(code, end.request_sent);
  if (end.failure == TransferFailure::kNone) {
    end.framed = reader_.is_framed();
  } else {
    end.detail = detail_of(code, end.failure);
  }
  return end;
}

}  // namespace llmgate::net
