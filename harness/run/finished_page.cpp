#include "harness/run/finished_page.hpp"

#include <filesystem>

#include "harness/run/finished_run.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/version.hpp"
#include "reports/page.hpp"
#include "world/real_files.hpp"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageBytesMax = 64 << 20;

enum class Found { nothing, ours, theirs };

Found what_is_at(world::Files& files, const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return Found::nothing;
  const auto text = world::run_inline(files.read(path, kPageBytesMax));
  return text && text->find(reports::kPageMark) != std::string::npos ? Found::ours : Found::theirs;
}

}  // namespace

std::vector<reports::SuiteEntry> suite_of_folder(const std::string& folder) {
  std::vector<reports::SuiteEntry> entries;
  for (const std::string& run : finished_runs_below(folder)) {
    const std::string relative = fs::path(run).lexically_relative(folder).generic_string();
    entries.push_back(reports::suite_entry(read_result_of(run),
                                           relative + "/" + std::string(reports::kReportFile)));
  }
  return entries;
}

std::string write_suite_page(const std::string& folder,
                             std::span<const reports::SuiteEntry> entries) {
  world::RealFiles files;
  const std::string path = folder + "/" + std::string(reports::kSuiteFile);
  const Found found = what_is_at(files, path);
  if (entries.size() < 2) {
    std::error_code ignored;
    if (found == Found::ours) fs::remove(path, ignored);
    return {};
  }
  if (found == Found::theirs) {
    throw OutputError(path + ": is no page of shakedown, and was left as it is; the runs are "
                             "written; give another folder with --out for a page of them");
  }
  std::string text;
  reports::write_suite_html(folder, version(), entries,
                            [&text](std::string_view part) { text += part; });
  if (!world::run_inline(files.replace(path, std::move(text)))) {
    throw OutputError(path + ": could not be written");
  }
  return path;
}

}  // namespace harness
