#include "harness/run/run_directory.hpp"

namespace harness {

using world::FileFailure;
using world::FileResult;
using world::run_inline;

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::string_view kPart = ".part";

std::string sentence(const std::string& path, FileFailure failure) {
  std::string text = path + ": ";
  switch (failure) {
    case FileFailure::no_space:
      return text + "the disk is full; free some space or give another --out";
    case FileFailure::denied: return text + "not allowed to write here; give another --out";
    case FileFailure::wrong_kind: return text + "a file is in the way of a folder, or the reverse";
    default: return text + "could not be written (" + std::string(world::name_of(failure)) + ")";
  }
}

void demand(const FileResult<void>& result, const std::string& path) {
  if (!result) throw OutputError(sentence(path, result.error()));
}

}  // namespace

// One line-by-line file.
struct RunDirectory::Log {
  std::string path;  // final
  std::unique_ptr<world::File> file;
  std::string buffer;
};

RunDirectory::RunDirectory(world::Files& files, std::string folder)
    : files_(files), folder_(std::move(folder)) {}
RunDirectory::~RunDirectory() = default;

std::string RunDirectory::path(std::string_view file) const {
  return folder_ + "/" + std::string(file);
}

void RunDirectory::open() {
  demand(run_inline(files_.make_directories(folder_)), folder_);
  for (const reports::Writer& writer : reports::writers()) {
    const FileResult<void> removed = run_inline(files_.remove(path(writer.file)));
    if (!removed && removed.error() != FileFailure::not_found) demand(removed, path(writer.file));
  }
  const auto start = [this](std::string_view name) {
    auto log = std::make_unique<Log>();
    log->path = path(name);
    auto file = run_inline(files_.open(log->path + std::string(kPart), world::Files::Open::fresh));
    if (!file) throw OutputError(sentence(log->path, file.error()));
    log->file = std::move(*file);
    return log;
  };
  history_ = start("history.jsonl");
  events_ = start("events.jsonl");
}

reports::Sink RunDirectory::history() {
  return [this](std::string_view text) { append(*history_, text); };
}
reports::Sink RunDirectory::events() {
  return [this](std::string_view text) { append(*events_, text); };
}

void RunDirectory::append(Log& log, std::string_view text) {
  if (failed()) return;
  log.buffer += text;
  if (log.buffer.size() >= kBufferBytes) hand_over(log);
}

void RunDirectory::flush() {
  for (Log* log : {history_.get(), events_.get()}) {
    if (!failed() && !log->buffer.empty()) hand_over(*log);
  }
}

void RunDirectory::hand_over(Log& log) {
  const FileResult<void> written = run_inline(log.file->append(std::move(log.buffer)));
  log.buffer.clear();
  if (!written) failure_ = sentence(log.path, written.error());
}

void RunDirectory::complete(Log& log) {
  demand(run_inline(log.file->append(std::move(log.buffer))), log.path);
  demand(run_inline(log.file->sync()), log.path);
  demand(run_inline(log.file->close()), log.path);
  demand(run_inline(files_.rename(log.path + std::string(kPart), log.path)), log.path);
}

void RunDirectory::finish(const reports::RunRecord& record,
                          const reports::Environment& environment) {
  if (failed()) throw OutputError(failure_);
  complete(*history_);
  complete(*events_);
  for (const reports::Writer& writer : reports::writers()) {
    if (writer.write == nullptr) continue;
    std::string text;
    writer.write(record, environment, [&text](std::string_view part) { text += part; });
    if (text.empty()) continue;  // a record that was made of nothing that could be kept
    demand(run_inline(files_.replace(path(writer.file), std::move(text))), path(writer.file));
  }
}

}  // namespace harness
