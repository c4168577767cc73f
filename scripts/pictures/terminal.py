#!/usr/bin/python3
"""Runs commands in a terminal and draws what then stands in it: terminal.py FOLDER OUT.svg COMMAND...

Bash is given one command after the other in FOLDER, as if typed, in a terminal of 80 columns and 24 lines (pyte). The
picture is what a reader would see: what the program erased, its status line above all, is not in it. It needs no font
and no file (rich draws it). Needs the Debian packages python3-pyte and python3-rich.
"""
import fcntl
import io
import itertools
import os
import pty
import struct
import sys
import termios

import pyte
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, LINES = 80, 24
AT_PROMPT = "at its prompt"  # the terminal's title, which tells that bash waits for a command
BASH = {
    "TERM": "xterm-256color",
    "LC_ALL": "C.UTF-8",
    "HISTFILE": "/dev/null",
    "PS1": rf"\[\e]2;{AT_PROMPT}\a\e[1;32m\]$\[\e[0;1m\] ",  # a green $, what is typed in bold
    "PS0": r"\e[0m",
}
THEME = TerminalTheme(
    (22, 27, 34), (201, 209, 217),  # background, foreground
    [(72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34),
     (88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)],
)
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font: {char_height}px "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace; }}
.{unique_id}-title {{ font: 16px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def run(folder, commands):
    """The screen after the commands."""
    bash, terminal = pty.fork()
    if bash == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.chdir(folder)
        environment = BASH | {"PATH": os.environ["PATH"]}
        os.execvpe("bash", ["bash", "--noprofile", "--norc", "-i"], environment)
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)

    def wait():
        while screen.title != AT_PROMPT:
            stream.feed(os.read(terminal, 65536))
        screen.title = ""

    wait()
    for command in commands:
        os.write(terminal, command.encode() + b"\r")
        wait()
    os.close(terminal)
    os.waitpid(bash, 0)
    return screen


def text(screen):
    """What stands above the last prompt, in its colours."""
    lines = []
    for y in range(screen.cursor.y):
        line = Text()
        row = [screen.buffer[y][x] for x in range(COLUMNS)]
        for (colour, bold), chars in itertools.groupby(row, lambda char: (char.fg, char.bold)):
            style = Style(color=None if colour == "default" else colour, bold=bold)
            line.append("".join(char.data for char in chars), style)
        line.rstrip()
        lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return Text("\n").join(lines)


def main():
    folder, out, *commands = sys.argv[1:]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(text(run(folder, commands)), end="\n\n")  # rich cuts the last line at its baseline
    console.save_svg(out, title="", theme=THEME, code_format=SVG, unique_id="terminal")


if __name__ == "__main__":
    main()
