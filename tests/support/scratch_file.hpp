// A file in a folder of its own that is gone, with all that was put beside it, when the test ends.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

namespace support {

struct ScratchFile {
  ScratchFile() {
    std::string name = (std::filesystem::temp_directory_path() / "shakedown-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    directory = name;
    path = directory + "/file";
  }
  ~ScratchFile() { std::filesystem::remove_all(directory); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  std::string directory;
  std::string path;
};

}  // namespace support
