#include "world/real_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace world {

namespace {

using Done = FileResult<void>;
constexpr std::size_t kReadBytes = 65'536;

FileFailure failure_of(int error) {
  switch (error) {
    case ENOENT: return FileFailure::not_found;
    case EEXIST: return FileFailure::exists;
    case ENOTDIR:
    case EISDIR: return FileFailure::wrong_kind;
    case ENOTEMPTY: return FileFailure::not_empty;
    case EACCES:
    case EPERM:
    case EROFS: return FileFailure::denied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return FileFailure::no_space;
    case ENAMETOOLONG: return FileFailure::too_large;
    case EMFILE:
    case ENFILE: return FileFailure::unavailable;
    default: return FileFailure::io_error;
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  int close() { return ::close(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

std::string parent_of(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  const std::size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  if (slash == std::string::npos) return path.starts_with('/') ? "/" : ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Makes the names in a directory durable.
Done sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open()) return failure_of(errno);
  // EINVAL: a file system that cannot sync directories; there is nothing more to be had there.
  if (::fsync(directory.get()) != 0 && errno != EINVAL) return failure_of(errno);
  return {};
}

class RealFile final : public File {
 public:
  RealFile(int fd, std::string directory, bool named)
      : fd_(fd), directory_(std::move(directory)), name_is_durable_(named) {}

  Task<Done> append(std::string bytes) override {
    if (failed_ || !fd_.open()) co_return Done(FileFailure::io_error);
    const off_t before = ::lseek(fd_.get(), 0, SEEK_END);
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t n = ::write(fd_.get(), bytes.data() + written, bytes.size() - written);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const FileFailure failure = failure_of(errno);
        const bool cut_back = written == 0 || ::ftruncate(fd_.get(), before) == 0;
        failed_ = !cut_back;
        co_return Done(failure);
      }
      written += static_cast<std::size_t>(n);
    }
    co_return Done();
  }

  Task<Done> sync() override {
    if (failed_ || !fd_.open()) co_return Done(FileFailure::io_error);
    if (::fsync(fd_.get()) != 0) {
      failed_ = true;
      co_return Done(failure_of(errno));
    }
    if (!name_is_durable_) {
      const Done named = sync_directory(directory_);
      failed_ = !named;
      if (!named) co_return named;
      name_is_durable_ = true;
    }
    co_return Done();
  }

  Task<Done> close() override {
    if (failed_ || !fd_.open()) co_return Done(FileFailure::io_error);
    if (fd_.close() != 0 && errno != EINTR) co_return Done(failure_of(errno));
    co_return Done();
  }

 private:
  Descriptor fd_;
  std::string directory_;
  bool name_is_durable_;
  bool failed_ = false;
};

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Something that a file must not take the place of: a directory, a device, a pipe, a socket.
bool is_special(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return false;
  return !S_ISREG(found.st_mode) && !S_ISLNK(found.st_mode);
}

}  // namespace

Task<Done> RealFiles::make_directories(std::string path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string prefix = path.substr(0, slash);
    if (::mkdir(prefix.c_str(), 0777) == 0) {
      const Done synced = sync_directory(parent_of(prefix));
      if (!synced) co_return synced;
    } else {
      const int error = errno;
      if (!is_directory(prefix)) {
        co_return Done(error == EEXIST ? FileFailure::wrong_kind : failure_of(error));
      }
    }
    if (slash == std::string::npos) break;
  }
  co_return Done();
}

Task<FileResult<std::string>> RealFiles::read(std::string path, std::uint64_t bytes_max) {
  using Read = FileResult<std::string>;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.open()) co_return Read(failure_of(errno));
  std::string bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kReadBytes);
    const ssize_t n = ::read(fd.get(), bytes.data() + size, kReadBytes);
    if (n < 0 && errno != EINTR) co_return Read(failure_of(errno));
    bytes.resize(size + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (bytes.size() > bytes_max) co_return Read(FileFailure::too_large);
    if (n == 0) break;
  }
  co_return Read(std::move(bytes));
}

Task<FileResult<std::vector<std::string>>> RealFiles::list(std::string path) {
  using Listed = FileResult<std::vector<std::string>>;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) co_return Listed(failure_of(errno));
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) co_return Listed(failure_of(errno));
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kNamesMax) co_return Listed(FileFailure::too_large);
    names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  co_return Listed(std::move(names));
}

Task<Done> RealFiles::remove(std::string path) {
  const int removed = is_directory(path) ? ::rmdir(path.c_str()) : ::unlink(path.c_str());
  if (removed != 0) co_return Done(failure_of(errno));
  co_return sync_directory(parent_of(path));
}

Task<Done> RealFiles::rename(std::string from, std::string to) {
  if (is_directory(from) || is_special(to)) co_return Done(FileFailure::wrong_kind);
  if (::rename(from.c_str(), to.c_str()) != 0) co_return Done(failure_of(errno));
  const Done synced = sync_directory(parent_of(to));
  if (!synced || parent_of(from) == parent_of(to)) co_return synced;
  co_return sync_directory(parent_of(from));
}

Task<FileResult<std::unique_ptr<File>>> RealFiles::open(std::string path, Open how) {
  using Opened = FileResult<std::unique_ptr<File>>;
  const bool was_there = ::access(path.c_str(), F_OK) == 0;
  const int truncate = how == Open::fresh ? O_TRUNC : 0;
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | truncate, 0666);
  if (fd < 0) co_return Opened(failure_of(errno));
  co_return Opened(std::unique_ptr<File>(new RealFile(fd, parent_of(path), was_there)));
}

std::string RealFiles::temporary_name(const std::string& path) {
  return path + "." + std::to_string(::getpid()) + "." + std::to_string(++temporaries_) + ".tmp";
}

void RealFiles::drop_temporary(const std::string& path) { ::unlink(path.c_str()); }

}  // namespace world
