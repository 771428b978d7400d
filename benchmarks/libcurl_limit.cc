// The limit that llmgate is judged against: libcurl driven by nothing but C, one thread, the same
// bodies and headers. Easy handles are made once and used again, nothing is parsed.
//
//   libcurl_limit URL REQUESTS INFLIGHT [stream]
//
// INFLIGHT 0: curl_easy_perform, one after another. Otherwise that many at once over
// curl_multi_socket_action and epoll. Prints one JSON object: what one request cost in wall time
// and in CPU of this process, after a warm-up of a tenth that is not counted.
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using SteadyClock = std::chrono::steady_clock;

// 250 bytes, like the body that the Python clients send.
constexpr std::string_view kBody =
    R"({"model":"gpt-4o","messages":[{"role":"system","content":"You are a poet who answers in )"
    R"(one short line, without quotation marks, and never explains."},{"role":"user","content":)"
    R"("Write a haiku about the rain that quietly falls on the pond at night."}]})";
static_assert(kBody.size() == 250);
constexpr std::string_view kStreamBody =
    R"({"model":"gpt-4o","messages":[{"role":"system","content":"You are a poet who answers in )"
    R"(one short line, without quotation marks, and never explains."},{"role":"user","content":)"
    R"("Write a haiku about the rain that quietly falls on the pond at night."}],"stream":true})";

struct Usage {
  SteadyClock::time_point wall = SteadyClock::now();
  double cpu_us = 0;

  static Usage now() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto micros = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return {SteadyClock::now(), micros(usage.ru_utime) + micros(usage.ru_stime)};
  }
};

struct Answer {
  std::string body;
  std::uint64_t bytes = 0;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto* answer = static_cast<Answer*>(user);
  answer->bytes += size * count;
  answer->body.append(data, size * count);
  return size * count;
}

class Limit {
 public:
  Limit(const char* url, int inflight, bool streams);
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit();

  bool run(int requests);

 private:
  static int on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known);
  static int on_timer(CURLM*, long timeout_ms, void* user);

  bool run_one_by_one(int requests);
  bool run_multi(int requests);
  void take_finished();
  void start(CURL* easy);
  int wait();

  int inflight_;
  CURLM* multi_ = curl_multi_init();
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  curl_slist* headers_ = nullptr;
  std::vector<CURL*> easies_;
  std::vector<Answer> answers_;
  long timeout_ms_ = -1;
  SteadyClock::time_point timer_at_;
  int running_ = 0;
  int left_to_start_ = 0;
  int left_to_finish_ = 0;
  bool failed_ = false;
};

Limit::Limit(const char* url, int inflight, bool streams) : inflight_(inflight) {
  headers_ = curl_slist_append(headers_, "content-type: application/json");
  headers_ = curl_slist_append(headers_, "authorization: Bearer k");
  headers_ = curl_slist_append(headers_, "expect:");
  const int handles = std::max(inflight, 1);
  answers_.resize(static_cast<std::size_t>(handles));
  const std::string_view body = streams ? kStreamBody : kBody;
  for (int i = 0; i < handles; ++i) {
    CURL* easy = curl_easy_init();
    auto* answer = &answers_[static_cast<std::size_t>(i)];
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, answer);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    easies_.push_back(easy);
  }
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 1024L);
}

Limit::~Limit() {
  for (CURL* easy : easies_) {
    curl_easy_cleanup(easy);
  }
  curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
  close(epoll_);
}

int Limit::on_socket(CURL*, curl_socket_t socket, int what, void* user, void* known) {
  auto* limit = static_cast<Limit*>(user);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(limit->epoll_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.events =
      ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
  event.data.fd = socket;
  epoll_ctl(limit->epoll_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
  curl_multi_assign(limit->multi_, socket, limit);
  return 0;
}

int Limit::on_timer(CURLM*, long timeout_ms, void* user) {
  auto* limit = static_cast<Limit*>(user);
  limit->timeout_ms_ = timeout_ms;
  if (timeout_ms > 0) {
    limit->timer_at_ = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  }
  return 0;
}

bool Limit::run(int requests) {
  return inflight_ == 0 ? run_one_by_one(requests) : run_multi(requests);
}

bool Limit::run_one_by_one(int requests) {
  for (int i = 0; i < requests; ++i) {
    answers_[0].body.clear();
    if (curl_easy_perform(easies_[0]) != CURLE_OK) {
      return false;
    }
  }
  return true;
}

bool Limit::run_multi(int requests) {
  left_to_start_ = requests;
  left_to_finish_ = requests;
  for (CURL* easy : easies_) {
    start(easy);
  }
  std::array<epoll_event, 256> events{};
  while (left_to_finish_ > 0 && !failed_) {
    if (timeout_ms_ == 0) {
      timeout_ms_ = -1;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running_);
      take_finished();
      continue;
    }
    const int count = epoll_wait(epoll_, events.data(), events.size(), wait());
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      const int mask = ((event.events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                       ((event.events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
      curl_multi_socket_action(multi_, event.data.fd, mask, &running_);
    }
    if (count == 0) {
      timeout_ms_ = -1;
      curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running_);
    }
    take_finished();
  }
  return !failed_;
}

int Limit::wait() {
  if (timeout_ms_ < 0) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(timer_at_ - SteadyClock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void Limit::start(CURL* easy) {
  if (left_to_start_ > 0) {
    --left_to_start_;
    curl_multi_add_handle(multi_, easy);
  }
}

void Limit::take_finished() {
  int queued = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    CURL* easy = message->easy_handle;
    failed_ = failed_ || message->data.result != CURLE_OK;
    Answer* answer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &answer);
    answer->body.clear();
    curl_multi_remove_handle(multi_, easy);
    --left_to_finish_;
    start(easy);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: libcurl_limit URL REQUESTS INFLIGHT [stream]\n");
    return 2;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const int requests = std::atoi(argv[2]);
  const bool streams = argc > 4 && std::string_view(argv[4]) == "stream";
  Limit limit(argv[1], std::atoi(argv[3]), streams);
  if (!limit.run(std::max(requests / 10, 1))) {
    std::fprintf(stderr, "libcurl_limit: a request failed\n");
    return 1;
  }
  const Usage before = Usage::now();
  if (!limit.run(requests)) {
    std::fprintf(stderr, "libcurl_limit: a request failed\n");
    return 1;
  }
  const Usage after = Usage::now();
  const double wall_us =
      std::chrono::duration<double, std::micro>(after.wall - before.wall).count();
  std::printf("{\"count\":%d,\"wall_us\":%.3f,\"cpu_us\":%.3f,\"per_second\":%.1f}\n", requests,
              wall_us / requests, (after.cpu_us - before.cpu_us) / requests,
              requests / wall_us * 1e6);
  return 0;
}
