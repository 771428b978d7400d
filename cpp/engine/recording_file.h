// The file of a recording: whole lines, appended on a thread of its own, so that the loop never
// waits for the disk. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "store/worker.h"

namespace llmgate::engine {

class RecordingFile {
 public:
  // Made with mode 0600; what it held is kept only if `appends`.
  static Result<std::shared_ptr<RecordingFile>> open(const std::string& path, bool appends);
  ~RecordingFile();  // closes
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;

  void append(std::string line);  // without its line end; ignored once closed
  // Waits until all that was appended is in the file. The first failure of all is told.
  Failure close();
  // Appended so far, with those still on their way.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  RecordingFile(std::string path, int descriptor);
  void write(const std::string& line);
  void note(const std::string& what);

  const std::string path_;
  const int descriptor_;
  // No lock on the way of a line: the child of a fork appends too, to the same file.
  std::atomic<std::uint64_t> lines_{0};
  std::atomic<bool> is_closed_{false};
  Mutex mutex_;
  Failure failure_ LLMGATE_GUARDED_BY(mutex_);
  store::Worker worker_;  // last: it stops before what its jobs use is gone
};

}  // namespace llmgate::engine
