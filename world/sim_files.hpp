// SimFiles: a disk in memory and in virtual time. Appended bytes are pending until a sync makes
// them durable; crash() drops what is pending, as a power failure does. Faults: a full disk, any
// failure on the Nth operation, a read-only mount, slow syncs, writes torn by the crash.
// One clock, one thread. Directories "" (where relative paths start) and "/" are always there.
#pragma once

#include <limits>
#include <map>

#include "world/distribution.hpp"
#include "world/files.hpp"
#include "world/random.hpp"
#include "world/sim_clock.hpp"

namespace world {

class SimFiles final : public Files {
 public:
  explicit SimFiles(SimClock& clock, Random random = Random(0)) : clock_(clock), random_(random) {}

  Task<FileResult<void>> make_directories(std::string path) override;
  Task<FileResult<std::string>> read(std::string path, std::uint64_t bytes_max) override;
  Task<FileResult<std::vector<std::string>>> list(std::string path) override;
  Task<FileResult<void>> remove(std::string path) override;
  Task<FileResult<void>> rename(std::string from, std::string to) override;
  Task<FileResult<std::unique_ptr<File>>> open(std::string path, Open how) override;

  // Everything that was not synced is gone, and every open File fails from now on.
  void crash();

  // A crash leaves a random part of each file's pending bytes, not none.
  void set_torn_writes(bool on) { torn_writes_ = on; }

  // Bytes that fit in all files together; more fails with no_space.
  void set_capacity(std::uint64_t bytes) { capacity_bytes_ = bytes; }
  std::uint64_t used_bytes() const;

  // How long a sync takes, in virtual nanoseconds (also the sync inside rename and its like).
  void set_sync_time(Distribution time) { sync_time_ = time; }

  void set_read_only(bool on) { read_only_ = on; }

  // Operations are counted from 0: each call of the port, and each append, sync and close of a
  // File, is one. The chosen ones fail and do nothing. A failed sync loses the pending bytes of its
  // file.
  void fail_operation(std::uint64_t ordinal, FileFailure failure = FileFailure::io_error) {
    failing_[ordinal] = failure;
  }
  std::uint64_t operations() const { return operations_; }

 private:
  friend class SimFile;
  struct Node {
    bool is_directory = false;
    std::string bytes;
    std::size_t durable_bytes = 0;
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;  // by normal path

  std::string temporary_name(const std::string& path) override;
  void drop_temporary(const std::string& path) override;

  FileResult<void> begin_operation(bool writes);
  FileResult<void> check_parent(const std::string& path) const;
  const Node* find(const std::string& path) const;
  bool has_children(const std::string& path) const;
  Task<bool> sleep_for_sync();  // false when the machine crashed meanwhile
  void make_durable(const std::string& path);

  SimClock& clock_;
  Random random_;
  Names names_;
  Names durable_names_;
  std::map<std::uint64_t, FileFailure> failing_;
  std::uint64_t capacity_bytes_ = std::numeric_limits<std::uint64_t>::max();
  Distribution sync_time_;
  bool torn_writes_ = false;
  bool read_only_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t crashes_ = 0;
  std::uint64_t temporaries_ = 0;
};

}  // namespace world
