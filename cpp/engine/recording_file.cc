#include "engine/recording_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace llmgate::engine {
namespace {

// A recording that falls this far behind is on a disk that has stopped.
constexpr std::size_t kMaxWaiting = 1U << 16U;

Error cannot(const std::string& what, const std::string& path, int number) {
  return bad_request("",
                     "cannot " + what + " the recording '" + path + "': " + std::strerror(number));
}

}  // namespace

RecordingFile::RecordingFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor), worker_(kMaxWaiting) {}

RecordingFile::~RecordingFile() { (void)close(); }

Result<std::shared_ptr<RecordingFile>> RecordingFile::open(const std::string& path, bool appends) {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (appends ? 0 : O_TRUNC);
  const int descriptor = ::open(path.c_str(), flags, 0600);
  if (descriptor < 0) {
    return cannot("open", path, errno);
  }
  return std::shared_ptr<RecordingFile>(new RecordingFile(path, descriptor));
}

void RecordingFile::append(std::string line) {
  if (is_closed_) {
    return;
  }
  line += '\n';
  // Written when the worker stops too: what was appended before closing is in the file.
  const bool taken =
      worker_.submit([this, text = std::move(line)](store::Worker::Turn) { write(text); });
  if (taken) {
    ++lines_;
  } else if (!is_closed_) {
    note("the disk is too slow: exchanges were lost");
  }
}

void RecordingFile::write(const std::string& line) {
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      note(std::strerror(errno));
      return;
    }
  }
}

void RecordingFile::note(const std::string& what) {
  MutexLock lock(mutex_);
  if (!failure_) {
    failure_ = bad_request("", "the recording '" + path_ + "' is incomplete: " + what);
  }
}

Failure RecordingFile::close() {
  const bool was_closed = is_closed_.exchange(true);
  worker_.stop();
  if (!was_closed) {
    ::close(descriptor_);
  }
  MutexLock lock(mutex_);
  return failure_;
}

}  // namespace llmgate::engine
