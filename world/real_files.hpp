// RealFiles: POSIX files. Every call blocks until the kernel has answered and completes without
// suspending. Errors of sync and close are failures, never ignored. Stateless but for a counter.
#pragma once

#include "world/files.hpp"

namespace world {

class RealFiles final : public Files {
 public:
  Task<FileResult<void>> make_directories(std::string path) override;
  Task<FileResult<std::string>> read(std::string path, std::uint64_t bytes_max) override;
  Task<FileResult<std::vector<std::string>>> list(std::string path) override;
  Task<FileResult<void>> remove(std::string path) override;
  Task<FileResult<void>> rename(std::string from, std::string to) override;
  Task<FileResult<std::unique_ptr<File>>> open(std::string path, Open how) override;

 private:
  std::string temporary_name(const std::string& path) override;
  void drop_temporary(const std::string& path) override;

  std::uint64_t temporaries_ = 0;
};

}  // namespace world
