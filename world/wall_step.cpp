#include "world/wall_step.hpp"

#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace world {

namespace ipc = boost::interprocess;

struct WallStep::Mapping {
  ipc::file_mapping file;
  ipc::mapped_region region;
};

WallStep::WallStep(const std::string& path) {
  constexpr std::size_t kBytes = sizeof(std::atomic<std::int64_t>);
  try {
    if (!std::filesystem::exists(path)) {
      std::ofstream file(path, std::ios::binary);
      file.write("\0\0\0\0\0\0\0\0", kBytes);
    }
    if (std::filesystem::file_size(path) != kBytes) {
      throw std::runtime_error("it has not the size of a step");
    }
    mapping_ = std::make_unique<Mapping>();
    mapping_->file = ipc::file_mapping(path.c_str(), ipc::read_write);
    mapping_->region = ipc::mapped_region(mapping_->file, ipc::read_write, 0, kBytes);
  } catch (const std::exception& error) {
    throw std::runtime_error(path + ": cannot hold the step of a wall clock (" + error.what() +
                             ")");
  }
  step_ = static_cast<std::atomic<std::int64_t>*>(mapping_->region.get_address());
}

WallStep::~WallStep() = default;

}  // namespace world
