#include "runtime/processors.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

/// A machine's /proc and /sys, of 64 CPUs that are a core each unless told.
class Processors : public testing::Test {
 protected:
  Processors() : cpus_(64) { std::iota(cpus_.begin(), cpus_.end(), 0); }

  void write(const std::string& path, const std::string& content) {
    write_file(directory_ / path, content + "\n");
  }

  /// CPUs i and i + 32 are the threads of one core.
  void make_siblings() {
    for (int cpu = 0; cpu < 64; ++cpu) {
      const int first = cpu % 32;
      write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
            std::to_string(first) + "," + std::to_string(first + 32));
    }
  }

  void mount_v2(const std::string& cgroup, const std::string& top = "/") {
    write("proc/self/cgroup", "0::" + cgroup);
    write("proc/self/mountinfo",
          "24 30 0:22 / /proc rw,nosuid shared:12 - proc proc rw\n"
          "35 24 0:30 " +
              top + " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate");
  }

  void mount_v1(const std::string& cgroup, const std::string& top = "/") {
    write("proc/self/cgroup", "5:cpuset:/elsewhere\n4:cpu,cpuacct:" + cgroup + "\n0::/");
    write("proc/self/mountinfo",
          "35 24 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n36 24 0:31 " + top +
              " /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct");
  }

  int count() const { return available_processors(cpus_, directory_.path()); }

  TemporaryDirectory directory_;
  std::vector<int> cpus_;
};

TEST_F(Processors, AreAtLeastOneHere) {
  EXPECT_GE(available_processors(), 1);
}

TEST_F(Processors, AreTheCpusWhereNothingCanBeRead) {
  EXPECT_EQ(count(), 64);
}

TEST_F(Processors, AreTheCoresWhereCpusAreTheThreadsOfOne) {
  make_siblings();
  EXPECT_EQ(count(), 32);
  cpus_ = {0, 1, 32};
  EXPECT_EQ(count(), 2);
  cpus_ = {5, 40};
  EXPECT_EQ(count(), 2);
}

TEST_F(Processors, AreAsManyAsTheOwnCgroupGives) {
  mount_v2("/system.slice/cron.service");
  write("sys/fs/cgroup/system.slice/cron.service/cpu.max", "200000 100000");
  EXPECT_EQ(count(), 2);
}

TEST_F(Processors, AreAsManyAsTheNarrowestCgroupGives) {
  mount_v2("/jobs/7/step");
  write("sys/fs/cgroup/jobs/cpu.max", "800000 100000");
  write("sys/fs/cgroup/jobs/7/cpu.max", "300000 100000");
  write("sys/fs/cgroup/jobs/7/step/cpu.max", "max 100000");
  write("sys/fs/cgroup/jobs/8/cpu.max", "100000 100000");
  EXPECT_EQ(count(), 3);
}

TEST_F(Processors, AreLimitedByTheCgroupThatIsMountedInAContainer) {
  mount_v2("/");
  write("sys/fs/cgroup/cpu.max", "200000 100000");
  EXPECT_EQ(count(), 2);
  mount_v2("/docker/c0ffee", "/docker/c0ffee");  // without a cgroup namespace
  EXPECT_EQ(count(), 2);
  mount_v2("/../elsewhere", "/");  // moved out of its namespace's root
  EXPECT_EQ(count(), 2);
}

TEST_F(Processors, AreNotLimitedByMax) {
  mount_v2("/a");
  write("sys/fs/cgroup/a/cpu.max", "max 100000");
  EXPECT_EQ(count(), 64);
}

TEST_F(Processors, OfAQuotaAreRoundedUp) {
  mount_v2("/a");
  write("sys/fs/cgroup/a/cpu.max", "150000 100000");
  EXPECT_EQ(count(), 2);
  write("sys/fs/cgroup/a/cpu.max", "10000 100000");
  EXPECT_EQ(count(), 1);
}

TEST_F(Processors, OfAQuotaAreNoMoreThanTheCores) {
  make_siblings();
  mount_v2("/a");
  write("sys/fs/cgroup/a/cpu.max", "4800000 100000");
  EXPECT_EQ(count(), 32);
}

TEST_F(Processors, AreLimitedByVersionOneToo) {
  mount_v1("/docker/c0ffee", "/docker/c0ffee");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  EXPECT_EQ(count(), 3);
  mount_v1("/a/b");
  EXPECT_EQ(count(), 3);
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "50000");
  write("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "50000");
  EXPECT_EQ(count(), 1);
}

TEST_F(Processors, AreNotLimitedByVersionOnesMinusOne) {
  mount_v1("/");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  EXPECT_EQ(count(), 64);
}

TEST_F(Processors, AreNotLimitedByWhatCannotBeUnderstood) {
  write("proc/self/cgroup", "nonsense\n0:\n");
  write("proc/self/mountinfo", "- \n1 2 3\n");
  EXPECT_EQ(count(), 64);
  mount_v2("/a");
  write("sys/fs/cgroup/a/cpu.max", "many");
  EXPECT_EQ(count(), 64);
}

}  // namespace
}  // namespace vit_embed
