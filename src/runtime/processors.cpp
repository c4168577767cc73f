#include "runtime/processors.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The CPUs of the affinity mask, which is as long as the kernel's own: longer than a cpu_set_t on a machine
/// that may have more than 1024.
std::vector<int> cpus_of_this_process() {
  std::vector<int> cpus;
  for (std::size_t length = 1; length <= 64; length *= 2) {
    std::vector<cpu_set_t> mask(length);
    const std::size_t size = length * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, size, mask.data()) != 0) {
      if (errno == EINVAL) continue;
      break;
    }
    for (int cpu = 0; cpu < static_cast<int>(8 * size); ++cpu) {
      if (CPU_ISSET_S(cpu, size, mask.data())) cpus.push_back(cpu);
    }
    return cpus;
  }
  cpus.resize(std::max(1U, std::thread::hardware_concurrency()));
  std::iota(cpus.begin(), cpus.end(), 0);
  return cpus;
}

int count_cores(std::span<const int> cpus, const fs::path& root) {
  std::set<std::string> cores;  // a core's name: the list of its CPUs
  for (const int cpu : cpus) {
    const std::string siblings =
        first_line(root / fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
    cores.insert(siblings.empty() ? fmt::format("cpu{}", cpu) : siblings);
  }
  return static_cast<int>(cores.size());
}

bool lists(std::string_view comma_separated, std::string_view item) {
  return fmt::format(",{},", comma_separated).find(fmt::format(",{},", item)) != std::string::npos;
}

enum class CgroupVersion { v1, v2 };

/// Where cgroups with CPU quotas are mounted: as seen below `point`, the hierarchy begins at its cgroup
/// `top`, which is not "/" in a container that has no cgroup namespace.
struct CgroupMount {
  fs::path top;
  fs::path point;
};

/// A line of mountinfo is "36 35 0:30 TOP POINT OPTIONS [FIELDS ...] - TYPE SOURCE SUPER_OPTIONS".
std::optional<CgroupMount> find_mount(CgroupVersion version, const fs::path& root) {
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    std::string skipped, top, point, type, source, super_options;
    std::istringstream(line.substr(0, separator)) >> skipped >> skipped >> skipped >> top >> point;
    std::istringstream(line.substr(separator + 3)) >> type >> source >> super_options;
    const bool fits =
        version == CgroupVersion::v2 ? type == "cgroup2" : type == "cgroup" && lists(super_options, "cpu");
    if (fits) return CgroupMount{top, point};
  }
  return std::nullopt;
}

/// A line of /proc/self/cgroup is "ID:CONTROLLERS:PATH", in version 2 with the ID 0 and no controllers.
std::optional<fs::path> find_cgroup(CgroupVersion version, const fs::path& root) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const bool fits = version == CgroupVersion::v2 ? line.starts_with("0::") : lists(controllers, "cpu");
    if (fits) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// Nothing where there is no limit, which is "max" in version 2 and -1 in version 1.
std::optional<int> quota_of(CgroupVersion version, const fs::path& cgroup) {
  double quota = 0, period = 0;
  if (version == CgroupVersion::v2) {
    std::istringstream(first_line(cgroup / "cpu.max")) >> quota >> period;
  } else {
    std::istringstream(first_line(cgroup / "cpu.cfs_quota_us")) >> quota;
    std::istringstream(first_line(cgroup / "cpu.cfs_period_us")) >> period;
  }
  if (quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::min(std::ceil(quota / period), 1e6));
}

/// `cpus`, or the smallest quota of the process's own cgroup and of those that it is in.
int limit_to_quotas(int cpus, CgroupVersion version, const fs::path& root) {
  const std::optional<CgroupMount> mount = find_mount(version, root);
  const std::optional<fs::path> cgroup = find_cgroup(version, root);
  if (!mount || !cgroup) return cpus;
  const fs::path below = cgroup->lexically_relative(mount->top);
  fs::path directory = root / mount->point.relative_path();
  cpus = std::min(cpus, quota_of(version, directory).value_or(cpus));
  if (below.empty() || *below.begin() == "..") return cpus;  // what is mounted is not above the process
  for (const fs::path& name : below) {
    directory /= name;
    cpus = std::min(cpus, quota_of(version, directory).value_or(cpus));
  }
  return cpus;
}

}  // namespace

int available_processors() {
  return available_processors(cpus_of_this_process(), "/");
}

int available_processors(std::span<const int> cpus, const fs::path& root) {
  int count = count_cores(cpus, root);
  for (const CgroupVersion version : {CgroupVersion::v1, CgroupVersion::v2}) {
    count = limit_to_quotas(count, version, root);
  }
  return std::max(1, count);
}

}  // namespace vit_embed
