#include "cli/command_line.h"

int main(int argc, char** argv) {
  return vit_embed::run_command_line(argc, argv);
}
