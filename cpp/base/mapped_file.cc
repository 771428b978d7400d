#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace llmgate {
namespace {

Error cannot(const char* what, std::string_view kind, const std::string& path) {
  return bad_request("", std::string("cannot ") + what + " the " + std::string(kind) + " file '" +
                             path + "': " + std::strerror(errno));
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::string& path, std::string_view kind) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return cannot("open", kind, path);
  }
  struct stat facts = {};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) {
    ::close(descriptor);
    return bad_request(
        "", "'" + path + "' is no " + std::string(kind) + " file: it is empty, or no plain file");
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  void* begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (begin == MAP_FAILED) {
    const Error error = cannot("map", kind, path);
    ::close(descriptor);
    return error;
  }
  ::close(descriptor);
  MappedFile file;
  file.begin_ = static_cast<const std::byte*>(begin);
  file.size_ = size;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(begin_, other.begin_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (begin_ != nullptr) {
    ::munmap(const_cast<std::byte*>(begin_), size_);
  }
}

}  // namespace llmgate
