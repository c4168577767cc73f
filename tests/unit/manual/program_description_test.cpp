#include "manual/program_description.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

#include "manual/completions.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// A command with a flag of each kind.
class ProgramDescriptionTest : public testing::Test {
 protected:
  ProgramDescriptionTest() {
    CLI::App* command = app_.add_subcommand("make", "Make it's [best]");
    command->add_option("DIRS", strings_)->type_name("DIR");
    command->add_option("-o,--output", string_, "Where")->type_name("FILE")->required();
    command->add_option("--way", string_)->check(CLI::IsMember({"fast", "slow"}))->capture_default_str();
    command->add_option("--feature", features_)
        ->delimiter(',')
        ->check(CLI::IsMember({"a", "b"}))
        ->capture_default_str()
        ->allow_extra_args(false);
    command->add_option("--root", strings_)->type_name("OLD=NEW")->allow_extra_args(false)->group("Roots");
    command->add_flag("-q,--quiet", flag_, "Be quiet")->group("Roots");
    command->add_flag("--secret", flag_, "For ourselves")->group("");
  }

  CLI::App app_{"Makes\n\n  example", "program"};
  bool flag_ = false;
  std::string string_ = "fast";
  std::vector<std::string> strings_;
  std::vector<std::string> features_{"a"};
};

TEST_F(ProgramDescriptionTest, FlagsAreWhatHelpPrintsInItsGroupsWithoutTheHidden) {
  const ProgramDescription program = describe(app_);
  EXPECT_EQ(program.program.text, "Makes");
  ASSERT_THAT(program.commands, SizeIs(1));
  const CommandDescription& make = program.commands[0];
  ASSERT_THAT(make.groups, SizeIs(2));
  EXPECT_EQ(make.groups[0].heading, "");
  EXPECT_EQ(make.groups[1].heading, "Roots");
  EXPECT_THAT(make.flags(), SizeIs(6));
  EXPECT_THAT(make.flags()[1].names, ElementsAre("-o", "--output"));
  EXPECT_TRUE(make.flags()[1].required);
  ASSERT_THAT(make.arguments, SizeIs(1));
  EXPECT_EQ(make.arguments[0].name, "DIRS");
  EXPECT_EQ(make.arguments[0].kind, ValueKind::directory);
  EXPECT_TRUE(make.arguments[0].repeatable);
}

TEST_F(ProgramDescriptionTest, AValueHasItsKindItsChoicesAndItsDefault) {
  const std::vector<FlagDescription> flags = describe(app_).commands[0].flags();
  EXPECT_EQ(flags[1].kind, ValueKind::file);
  EXPECT_EQ(flags[2].kind, ValueKind::choice);
  EXPECT_THAT(flags[2].choices, ElementsAre("fast", "slow"));
  EXPECT_EQ(flags[2].default_value, "fast");
  EXPECT_TRUE(flags[3].comma_list);
  EXPECT_FALSE(flags[3].repeatable);
  EXPECT_EQ(flags[3].default_value, "a");
  EXPECT_EQ(flags[4].kind, ValueKind::other);
  EXPECT_EQ(flags[4].placeholder, "OLD=NEW");
  EXPECT_TRUE(flags[4].repeatable);
  EXPECT_EQ(flags[5].kind, ValueKind::none);
}

TEST_F(ProgramDescriptionTest, TextsAreQuotedForEachShell) {
  const ProgramDescription program = describe(app_);
  EXPECT_THAT(fish_completion(program), HasSubstr("-a make -d 'Make it\\'s [best]'"));
  EXPECT_THAT(zsh_completion(program), HasSubstr("'make:Make it'\\''s [best]'"));
  EXPECT_THAT(bash_completion(program), Not(HasSubstr("--secret")));
}

}  // namespace
}  // namespace vit_embed
