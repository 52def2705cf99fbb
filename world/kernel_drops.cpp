#include "world/kernel_drops.hpp"

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace world {

void set_drop_filter(int fd, bool on) {
  if (!on) {
    int unused = 0;
    ::setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
    return;
  }
  sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
  sock_fprog program{1, &drop_all};
  ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

std::uint64_t host_resets_sent() {
  std::ifstream file("/proc/net/snmp");
  std::string line;
  std::vector<std::string> names;
  while (std::getline(file, line)) {
    if (line.rfind("Tcp:", 0) != 0) continue;
    std::istringstream words(line);
    std::vector<std::string> columns;
    for (std::string word; words >> word;) columns.push_back(word);
    if (names.empty()) {
      names = columns;
      continue;
    }
    for (std::size_t i = 0; i < names.size() && i < columns.size(); ++i) {
      if (names[i] == "OutRsts") return std::stoull(columns[i]);
    }
  }
  return 0;
}

std::uint64_t packets_dropped(int fd) {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof info;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &size) != 0) return 0;
  return info[SK_MEMINFO_DROPS];
}

}  // namespace world
