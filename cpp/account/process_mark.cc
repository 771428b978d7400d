#include "account/process_mark.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>

namespace llmgate::account {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string namespace_of_numbers() {
  std::array<char, 64> name{};
  const ssize_t size = ::readlink("/proc/self/ns/pid", name.data(), name.size());
  return {name.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

struct Status {
  char state;
  std::int64_t started;
};

// The third and the 22nd field of /proc/PID/stat; the second, a name in brackets, may hold
// anything.
std::optional<Status> status_of(std::int64_t number) {
  const std::string line = first_line("/proc/" + std::to_string(number) + "/stat");
  const std::size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::string_view rest = std::string_view(line).substr(name_end + 2);
  Status status{rest.empty() ? '?' : rest.front(), 0};
  for (int field = 3; field < 22; ++field) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) {
      return std::nullopt;
    }
    rest.remove_prefix(space + 1);
  }
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), status.started);
  return read.ec == std::errc() ? std::optional(status) : std::nullopt;
}

}  // namespace

ProcessMark this_process() {
  ProcessMark mark;
  mark.boot = first_line("/proc/sys/kernel/random/boot_id");
  mark.container = namespace_of_numbers();
  mark.number = ::getpid();
  if (const auto status = status_of(mark.number)) {
    mark.started = status->started;
  }
  return mark;
}

Life life_of(const ProcessMark& mark) {
  if (mark.boot != first_line("/proc/sys/kernel/random/boot_id")) {
    return Life::kGone;  // the machine was started anew
  }
  if (mark.container != namespace_of_numbers()) {
    return Life::kUnknown;
  }
  if (const auto status = status_of(mark.number)) {
    // A zombie only waits for its parent to look.
    const bool is_dead = status->state == 'Z' || status->state == 'X';
    return is_dead || status->started != mark.started ? Life::kGone : Life::kLives;
  }
  const bool is_there = ::kill(static_cast<pid_t>(mark.number), 0) == 0 || errno != ESRCH;
  return is_there ? Life::kUnknown : Life::kGone;
}

}  // namespace llmgate::account
