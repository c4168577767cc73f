#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/standard_streams.h"
#include "cli/status_report.h"
#include "formats/count_or_percent.h"
#include "formats/sidecars.h"
#include "store/failed_files.h"
#include "store/store_status.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 16;

struct StatusFlags {
  std::filesystem::path store;
  std::string max_age;
  std::string min_coverage;
  bool failures = false;
  bool json = false;
  bool quiet = false;
};

StatusDemands make_demands(const StatusFlags& flags) {
  StatusDemands demands;
  if (!flags.max_age.empty()) demands.max_age = duration_from_string("--max-age", flags.max_age);
  if (!flags.min_coverage.empty()) {
    const CountOrPercent coverage = count_or_percent_from_string(flags.min_coverage);
    if (!coverage.percent)
      throw UsageError(fmt::format("--min-coverage '{}': a percentage, such as 99.9%", flags.min_coverage));
    demands.min_coverage = coverage.value;
  }
  return demands;
}

std::int64_t seconds_since_epoch() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void print_failures(const StoreDirectory& store) {
  const Manifest manifest(GenerationFiles(store.require_current()).manifest, ManifestAccess::read);
  std::string csv(kFailuresHeader);
  for_each_failed_file(manifest, [&](const FailedFile& file) {
    csv += failure_record(file.path, file.reason, file.kind);
    if (csv.size() < kBufferSize) return;
    write_to_stdout(csv);
    csv.clear();
  });
  write_to_stdout(csv);
}

int run_status(const StatusFlags& flags) {
  const StatusDemands demands = make_demands(flags);
  const StoreDirectory store(flags.store);
  if (flags.failures) {
    print_failures(store);
    return kExitDone;
  }
  const StoreStatus status = read_store_status(store);
  const std::int64_t now = seconds_since_epoch();
  const std::vector<std::string> problems = unmet(demands, status, now);
  if (flags.json) {
    write_to_stdout(status_as_json(status, problems));
  } else {
    if (!flags.quiet) write_to_stdout(status_as_text(status, now));
    for (const std::string& problem : problems) print_out("{}: {}\n", flags.store.native(), problem);
  }
  return problems.empty() ? kExitDone : kExitCheckFailed;
}

}  // namespace

void add_status_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<StatusFlags>();
  CLI::App* command = program.add_subcommand("status", "Tell what a store has, and how fresh it is");
  command->add_option("STORE", flags->store, "A store that vit-embed sync keeps")
      ->type_name("DIR")
      ->required();
  CLI::Option* failures =
      command->add_flag("--failures", flags->failures, "List what failed instead, and why, as CSV");
  command->add_flag("--json", flags->json, "For machines")->excludes(failures);
  command->add_flag("-q,--quiet", flags->quiet, "Say only what does not hold")->excludes(failures);
  command->add_option("--max-age", flags->max_age, "Exit with 5 where no run was done for longer: 26h, say")
      ->type_name("DURATION")
      ->excludes(failures)
      ->group("Checks");
  command
      ->add_option("--min-coverage", flags->min_coverage,
                   "Exit with 5 where fewer of the files have a row: 99.9%, say")
      ->type_name("P%")
      ->excludes(failures)
      ->group("Checks");
  command->callback([flags, &context] { context.run = [flags] { return run_status(*flags); }; });
}

}  // namespace vit_embed
