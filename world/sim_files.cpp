#include "world/sim_files.hpp"

#include <set>

namespace world {

namespace {

using Done = FileResult<void>;

// "a//b/./c/" is "a/b/c". ".." is taken as a name: no caller uses it.
std::string normal(const std::string& path) {
  std::string out;
  const bool is_absolute = path.starts_with('/');
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part(path.data() + begin, end - begin);
    if (!part.empty() && part != ".") {
      if (!out.empty() || is_absolute) out += '/';
      out += part;
    }
    begin = end + 1;
  }
  return out.empty() && is_absolute ? "/" : out;
}

std::string parent_of(const std::string& normal_path) {
  const std::size_t slash = normal_path.rfind('/');
  if (slash == std::string::npos) return "";
  return slash == 0 ? "/" : normal_path.substr(0, slash);
}

bool is_root(const std::string& normal_path) { return normal_path.empty() || normal_path == "/"; }

}  // namespace

class SimFile final : public File {
 public:
  SimFile(SimFiles& files, std::shared_ptr<SimFiles::Node> node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), crashes_(files.crashes_) {}

  Task<Done> append(std::string bytes) override {
    if (failed()) co_return Done(FileFailure::io_error);
    const Done begun = files_.begin_operation(true);
    if (!begun) co_return begun;
    const std::uint64_t used = files_.used_bytes();
    if (used > files_.capacity_bytes_ || bytes.size() > files_.capacity_bytes_ - used) {
      co_return Done(FileFailure::no_space);
    }
    files_.clock_.fold(hash_bytes(bytes.data(), bytes.size()));
    node_->bytes += bytes;
    co_return Done();
  }

  Task<Done> sync() override {
    if (failed()) co_return Done(FileFailure::io_error);
    const Done begun = files_.begin_operation(true);
    if (!begun) {
      // As Linux does: the pages that could not be written are forgotten.
      node_->bytes.resize(node_->durable_bytes);
      failed_ = true;
      co_return begun;
    }
    const std::size_t bytes = node_->bytes.size();
    const bool done = co_await files_.sleep_for_sync();
    if (!done) co_return Done(FileFailure::io_error);
    node_->durable_bytes = std::max(node_->durable_bytes, bytes);
    const auto named = files_.names_.find(path_);
    if (named != files_.names_.end() && named->second == node_) files_.make_durable(path_);
    co_return Done();
  }

  Task<Done> close() override {
    if (failed()) co_return Done(FileFailure::io_error);
    closed_ = true;
    co_return files_.begin_operation(false);
  }

 private:
  bool failed() const { return failed_ || closed_ || crashes_ != files_.crashes_; }

  SimFiles& files_;
  std::shared_ptr<SimFiles::Node> node_;
  std::string path_;
  std::uint64_t crashes_;  // a file that was opened before a crash is of no more use
  bool failed_ = false;
  bool closed_ = false;
};

Done SimFiles::begin_operation(bool writes) {
  const auto failing = failing_.find(operations_++);
  if (failing != failing_.end()) return failing->second;
  if (writes && read_only_) return FileFailure::denied;
  return {};
}

const SimFiles::Node* SimFiles::find(const std::string& path) const {
  static const Node root{true, {}, 0};
  if (is_root(path)) return &root;
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second.get();
}

Done SimFiles::check_parent(const std::string& path) const {
  for (std::string parent = parent_of(path);; parent = parent_of(parent)) {
    const Node* node = find(parent);
    if (node != nullptr && !node->is_directory) return FileFailure::wrong_kind;
    if (is_root(parent)) break;
  }
  if (find(parent_of(path)) == nullptr) return FileFailure::not_found;
  return {};
}

bool SimFiles::has_children(const std::string& path) const {
  const auto child = names_.upper_bound(path + "/");
  return child != names_.end() && child->first.starts_with(path + "/");
}

std::uint64_t SimFiles::used_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, node] : names_) bytes += node->bytes.size();
  return bytes;
}

Task<bool> SimFiles::sleep_for_sync() {
  const std::uint64_t crashes = crashes_;
  constexpr Purpose kSync("files.sync");
  const Nanos time(sync_time_.sample(random_.bits(kSync, 0, syncs_++)));
  if (time > Nanos(0)) co_await clock_.sleep(time);
  co_return crashes == crashes_;
}

// The name as it is now, present or not, is what a crash leaves.
void SimFiles::make_durable(const std::string& path) {
  const auto found = names_.find(path);
  if (found == names_.end()) {
    durable_names_.erase(path);
  } else {
    durable_names_[path] = found->second;
  }
}

Task<Done> SimFiles::make_directories(std::string path) {
  const Done begun = begin_operation(true);
  if (!begun) co_return begun;
  const std::string wanted = normal(path);
  if (wanted.empty()) co_return Done(path.empty() ? Done(FileFailure::not_found) : Done());
  for (std::size_t slash = wanted.find('/', 1);; slash = wanted.find('/', slash + 1)) {
    const std::string prefix = wanted.substr(0, slash);
    const Node* node = find(prefix);
    if (node != nullptr && !node->is_directory) co_return Done(FileFailure::wrong_kind);
    if (node == nullptr) {
      names_[prefix] = std::make_shared<Node>();
      names_[prefix]->is_directory = true;
      const bool done = co_await sleep_for_sync();
      if (!done) co_return Done(FileFailure::io_error);
      make_durable(prefix);
    }
    if (slash == std::string::npos) break;
  }
  co_return Done();
}

Task<FileResult<std::string>> SimFiles::read(std::string path, std::uint64_t bytes_max) {
  using Read = FileResult<std::string>;
  const Done begun = begin_operation(false);
  if (!begun) co_return Read(begun.error());
  const std::string wanted = normal(path);
  const Done parent = check_parent(wanted);
  if (!parent) co_return Read(parent.error());
  const Node* node = find(wanted);
  if (node == nullptr) co_return Read(FileFailure::not_found);
  if (node->is_directory) co_return Read(FileFailure::wrong_kind);
  if (node->bytes.size() > bytes_max) co_return Read(FileFailure::too_large);
  co_return Read(node->bytes);
}

Task<FileResult<std::vector<std::string>>> SimFiles::list(std::string path) {
  using Listed = FileResult<std::vector<std::string>>;
  const Done begun = begin_operation(false);
  if (!begun) co_return Listed(begun.error());
  const std::string wanted = normal(path);
  const Done parent = check_parent(wanted);
  if (!parent) co_return Listed(parent.error());
  const Node* node = find(wanted);
  if (node == nullptr) co_return Listed(FileFailure::not_found);
  if (!node->is_directory) co_return Listed(FileFailure::wrong_kind);
  std::set<std::string> names;
  for (const auto& [name, child] : names_) {
    if (parent_of(name) == wanted) names.insert(name.substr(name.rfind('/') + 1));
  }
  if (names.size() > kNamesMax) co_return Listed(FileFailure::too_large);
  co_return Listed(std::vector<std::string>(names.begin(), names.end()));
}

Task<Done> SimFiles::remove(std::string path) {
  const Done begun = begin_operation(true);
  if (!begun) co_return begun;
  const std::string wanted = normal(path);
  const Done parent = check_parent(wanted);
  if (!parent) co_return parent;
  const Node* node = find(wanted);
  if (node == nullptr) co_return Done(FileFailure::not_found);
  if (is_root(wanted)) co_return Done(FileFailure::denied);
  if (node->is_directory && has_children(wanted)) co_return Done(FileFailure::not_empty);
  names_.erase(wanted);
  const bool done = co_await sleep_for_sync();
  if (!done) co_return Done(FileFailure::io_error);
  make_durable(wanted);
  co_return Done();
}

Task<Done> SimFiles::rename(std::string from, std::string to) {
  const Done begun = begin_operation(true);
  if (!begun) co_return begun;
  const std::string old_name = normal(from);
  const std::string new_name = normal(to);
  for (const std::string* name : {&old_name, &new_name}) {
    const Done parent = check_parent(*name);
    if (!parent) co_return parent;
  }
  const Node* source = find(old_name);
  const Node* target = find(new_name);
  if (source == nullptr) co_return Done(FileFailure::not_found);
  if (source->is_directory) co_return Done(FileFailure::wrong_kind);
  if (target != nullptr && target->is_directory) co_return Done(FileFailure::wrong_kind);
  if (source == target) co_return Done();
  names_[new_name] = std::move(names_[old_name]);
  names_.erase(old_name);
  const bool done = co_await sleep_for_sync();
  if (!done) co_return Done(FileFailure::io_error);
  make_durable(new_name);
  make_durable(old_name);
  co_return Done();
}

Task<FileResult<std::unique_ptr<File>>> SimFiles::open(std::string path, Open how) {
  using Opened = FileResult<std::unique_ptr<File>>;
  const Done begun = begin_operation(true);
  if (!begun) co_return Opened(begun.error());
  const std::string wanted = normal(path);
  const Done parent = check_parent(wanted);
  if (!parent) co_return Opened(parent.error());
  const Node* found = find(wanted);
  if (found != nullptr && found->is_directory) co_return Opened(FileFailure::wrong_kind);
  std::shared_ptr<Node>& node = names_[wanted];
  // Starting afresh makes another file under the name: what was synced before stays until a sync.
  if (node == nullptr || how == Open::fresh) node = std::make_shared<Node>();
  co_return Opened(std::unique_ptr<File>(new SimFile(*this, node, wanted)));
}

void SimFiles::crash() {
  ++crashes_;
  names_ = durable_names_;
  constexpr Purpose kTorn("files.torn");
  for (auto& [path, node] : names_) {
    const std::size_t pending = node->bytes.size() - node->durable_bytes;
    std::size_t kept = 0;
    if (torn_writes_) kept = random_.below(pending + 1, kTorn, entity_of(path), crashes_);
    node->bytes.resize(node->durable_bytes + kept);
    node->durable_bytes = node->bytes.size();
  }
}

std::string SimFiles::temporary_name(const std::string& path) {
  return path + "." + std::to_string(++temporaries_) + ".tmp";
}

void SimFiles::drop_temporary(const std::string& path) { names_.erase(normal(path)); }

}  // namespace world
