#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <set>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/scratch_directory.h"
#include "cli/child_process.h"
#include "cli/commands.h"
#include "cli/compute_flags.h"
#include "cli/exit_code.h"
#include "cli/input_flags.h"
#include "cli/preprocessing_flags.h"
#include "cli/standard_streams.h"
#include "cli/verify_report.h"
#include "formats/csv.h"
#include "output/mapped_embeddings.h"
#include "output/output_spec.h"

// The bound on oneDNN's instruction set is one a process, so that the two ways of computing cannot share one:
// each is a run of `extract` of its own, into a scratch directory.

namespace vit_embed {
namespace {

struct VerifyFlags {
  InputFlags inputs;
  ComputeFlags compute;
  PreprocessingFlags preprocessing;
  std::vector<std::string> features{"cls"};
  std::optional<double> min_cosine;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};

std::vector<Feature> choose_features(const VerifyFlags& flags) {
  std::vector<Feature> features;
  for (const std::string& name : flags.features) features.push_back(*feature_from_string(name));
  return features;
}

void check_usage(const VerifyFlags& flags) {
  if (!flags.compute.choose_a_way()) {
    throw UsageError(
        "nothing to verify: give --precision, --engine or --isa, and that way of computing is compared with "
        "fp32 by the default engine");
  }
  EmbeddingOptions unused;
  apply_compute_flags(flags.compute, unused);
  if (std::ranges::count(flags.inputs.options.paths, "-") > 0)
    throw UsageError("an image on stdin can be read once, and verify reads each twice: give it as a file");
}

/// The list of --files-from, which may be a pipe and is needed twice.
std::optional<std::string> read_list(const std::string& path) {
  if (path.empty()) return std::nullopt;
  constexpr std::size_t kChunk = std::size_t{1} << 16;
  FileDescriptor file =
      path == "-" ? FileDescriptor(::dup(STDIN_FILENO), "stdin") : FileDescriptor::open(path, O_RDONLY);
  std::string list;
  for (std::size_t n = kChunk; n == kChunk;) {
    const std::size_t length = list.size();
    list.resize(length + kChunk);
    n = file.read_some(std::as_writable_bytes(std::span(list).subspan(length)));
    list.resize(length + n);
  }
  return list;
}

/// Whether it is one that asks a program to end.
bool is_stop(int signal) {
  return signal == SIGHUP || signal == SIGINT || signal == SIGTERM;
}

/// What was typed, but for `without`, as another command that has these flags takes it.
std::vector<std::string> typed_again(const CLI::App& command, const std::set<std::string>& without) {
  std::vector<std::string> flags;
  std::vector<std::string> positionals{"--"};
  for (const CLI::Option* option : command.get_options([](const CLI::Option* o) { return o->count() > 0; })) {
    if (option->get_positional()) {
      positionals.insert(positionals.end(), option->results().begin(), option->results().end());
    } else if (without.count(option->get_name()) > 0) {
      continue;
    } else {
      for (const std::string& value : option->results()) flags.push_back(option->get_name() + "=" + value);
    }
  }
  flags.insert(flags.end(), positionals.begin(), positionals.end());
  return flags;
}

/// Says again what the runs say, each message once, for most concern both.
class Messages {
 public:
  explicit Messages(Console& console) : console_(console) {}

  void pass_on(std::string_view line, std::string_view side) {
    if (line.starts_with(Console::kStatusPrefix)) {
      line.remove_prefix(Console::kStatusPrefix.size());
      return console_.set_status(fmt::format("{}: {}", side, line));
    }
    if (!said_.emplace(line).second) return;
    for (const auto& [prefix, level] : kLevels) {
      if (line.starts_with(prefix)) return console_.log(level, line.substr(prefix.size()));
    }
    console_.log(LogLevel::error, line);  // not of our making: what a library says before it aborts
  }

 private:
  static constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels{
      {{"vit-embed: debug: ", LogLevel::debug},
       {"vit-embed: info: ", LogLevel::info},
       {"vit-embed: warning: ", LogLevel::warning},
       {"vit-embed: error: ", LogLevel::error}}};

  Console& console_;
  std::set<std::string, std::less<>> said_;
};

/// The two runs and what they leave.
class Verification {
 public:
  Verification(const VerifyFlags& flags, const CLI::App& command, Console& console, std::stop_token stop)
      : flags_(flags), command_(command), messages_(console), console_(console), stop_(std::move(stop)) {}

  void take_list(std::string_view list) { write_file_atomically(scratch_ / "list", list); }

  /// Its exit code, 0 however many images failed; 128 and the signal where one stopped it. Throws FatalError
  /// where another signal ended it.
  int run_reference() { return run("reference", {"--precision", "--engine", "--isa"}); }
  int run_candidate() { return run("candidate", {}); }

  VerifyReport compare(const std::vector<Feature>& features) const {
    VerifyReport report;
    report.min_cosine = flags_.min_cosine;
    for (const Feature feature : features) {
      const OutputFiles reference = files("reference", feature, features.size() > 1);
      const OutputFiles candidate = files("candidate", feature, features.size() > 1);
      if (report.features.empty()) {
        report.reference = read_output_meta(reference.meta);
        report.candidate = read_output_meta(candidate.meta);
        add_failures(reference.failures, report);
        add_failures(candidate.failures, report);
      }
      report.features.emplace_back(feature, compare_embeddings(MappedEmbeddings(reference.rows).table(),
                                                               MappedEmbeddings(candidate.rows).table()));
    }
    return report;
  }

 private:
  std::filesystem::path output(std::string_view side) const {
    return scratch_ / (std::string(side) + ".npy");
  }

  OutputFiles files(std::string_view side, Feature feature, bool several) const {
    return published_files(output_path(output(side), feature, several));
  }

  int run(std::string_view side, std::set<std::string> without) {
    without.insert({"--files-from", "--min-cosine", "--json"});
    std::vector<std::string> arguments{"extract", "--within-verify", "--max-failures=100%",
                                       "--output=" + output(side).native()};
    if (!flags_.inputs.files_from.empty())
      arguments.push_back("--files-from=" + (scratch_ / "list").native());
    const std::vector<std::string> typed = typed_again(command_, without);
    arguments.insert(arguments.end(), typed.begin(), typed.end());
    const ChildEnd end = run_this_program(
        arguments, [&](std::string_view line) { messages_.pass_on(line, side); }, stop_);
    console_.set_status("");
    if (end.signal != 0 && !is_stop(end.signal) && !stop_.stop_requested()) {
      throw FatalError(fmt::format("the run that computes the {} was ended by signal {} ({})", side,
                                   end.signal, ::strsignal(end.signal)));
    }
    return end.signal != 0 ? 128 + end.signal : end.exit_code;
  }

  static void add_failures(const std::filesystem::path& list, VerifyReport& report) {
    if (!is_present(list)) return;
    CsvReader reader(list);
    reader.next();
    while (const std::optional<std::vector<std::string>> record = reader.next())
      report.failed.emplace(record->at(0), record->at(1));
  }

  const VerifyFlags& flags_;
  const CLI::App& command_;
  Messages messages_;
  Console& console_;
  std::stop_token stop_;
  ScratchDirectory scratch_;
};

int conclude(const VerifyReport& report, bool as_json, Console& console) {
  if (report.images() == 0) {
    const auto& [name, reason] = *report.failed.begin();
    throw FatalError(fmt::format("none of the images could be embedded, as '{}': {}", name, reason));
  }
  if (as_json) {
    print_out("{}\n", report_to_json(report));
  } else {
    print_report(report);
  }
  for (const auto& [feature, comparison] : report.features) {
    if (report.holds(comparison)) continue;
    console.log(LogLevel::error, fmt::format("{}: the smallest cosine is {:.7f}, below --min-cosine {}",
                                             to_string(feature), comparison.min_cosine, *report.min_cosine));
  }
  return report.holds() ? kExitDone : kExitCheckFailed;
}

int run_verify(const VerifyFlags& flags, const CLI::App& command, Console& console) {
  const std::vector<Feature> features = choose_features(flags);
  check_usage(flags);
  if (flags.quiet) console.set_level(LogLevel::error);
  if (flags.verbose) console.set_level(LogLevel::debug);
  const std::optional<std::string> list = read_list(flags.inputs.files_from);
  const InterruptWatch interrupt;
  Verification verification(flags, command, console, interrupt.token());
  if (list) verification.take_list(*list);
  int code = verification.run_reference();
  if (code == 0 && interrupt.signal() == 0) code = verification.run_candidate();
  // A signal to the whole group may have ended the run before we have noticed our own.
  if (interrupt.signal() != 0 || is_stop(code - 128)) {
    console.log(LogLevel::warning, "stopped before the end: nothing is compared");
    return interrupt.signal() != 0 ? 128 + interrupt.signal() : code;
  }
  return code != 0 ? code : conclude(verification.compare(features), flags.json, console);
}

}  // namespace

void add_verify_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command =
      program.add_subcommand("verify", "Tell what another way of computing costs, on your images");
  add_input_flags(*command, flags->inputs, ImageOnStdin::none);
  add_compute_flags(*command, flags->compute);
  add_preprocessing_flags(*command, flags->preprocessing);
  command->add_option("--feature", flags->features, "cls, pooler or mean; several with commas")
      ->check(CLI::IsMember({"cls", "pooler", "mean"}))
      ->capture_default_str()
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--min-cosine", flags->min_cosine,
                   "Exit with 5 where the cosine of an image's two embeddings is smaller; else only tell")
      ->type_name("X");
  command->add_flag("--json", flags->json, "For machines");
  command->add_flag("-q,--quiet", flags->quiet, "Nothing but the comparison and errors")->group("Run");
  command->add_flag("-v,--verbose", flags->verbose, "Also what the libraries say")->group("Run");
  command->callback([flags, command, &context] {
    context.run = [flags, command, &context] { return run_verify(*flags, *command, context.console); };
  });
}

}  // namespace vit_embed
