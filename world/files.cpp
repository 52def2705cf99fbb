#include "world/files.hpp"

#include <functional>

namespace world {

namespace {
// Runs when the scope is left by a failure or a cancellation.
struct Undo {
  std::function<void()> undo;
  ~Undo() {
    if (undo) undo();
  }
};
}  // namespace

Task<FileResult<void>> Files::replace(std::string path, std::string bytes) {
  using Done = FileResult<void>;
  const std::string temporary = temporary_name(path);
  FileResult<std::unique_ptr<File>> opened = co_await open(temporary, Open::fresh);
  if (!opened) co_return Done(opened.error());
  Undo undo;
  undo.undo = [this, &temporary] { drop_temporary(temporary); };
  std::unique_ptr<File> file = std::move(*opened);
  const Done appended = co_await file->append(std::move(bytes));
  if (!appended) co_return appended;
  const Done synced = co_await file->sync();
  if (!synced) co_return synced;
  const Done closed = co_await file->close();
  if (!closed) co_return closed;
  const Done renamed = co_await rename(temporary, path);
  if (!renamed) co_return renamed;
  undo.undo = nullptr;
  co_return Done();
}

}  // namespace world
