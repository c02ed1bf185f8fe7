# sections.py: what there is to measure, and the form of a result
#
# To add a section, write beside this file, say, gui.py:
#
#   from sections import goal, section
#
#   @section("gui", "The window")
#   def bench_gui(bench):
#       """One line that is shown while it runs."""
#       ...                                        # bench.path() is a place on tmpfs, bench.repeat() runs in turns
#       return ["| a | table |", "|---|---|", "| of | lines |", "",
#               goal("start of the application, seconds", f"{seconds:.2f}", "at most 1.00", seconds <= 1)]
#
# and let bench.py import it (`import gui  # noqa`). That is all: `./dev bench gui` runs it, `./dev bench` runs it
# after the others; a heading with its place is put at the end of docs/performance.md the first time; and each goal()
# is listed in the table of goals at the beginning of the document.
#
# SPDX-License-Identifier: GPL-3.0-or-later
import re

# name → (function, heading, whether it measures times), in the order in which they run
SECTIONS = {}


def section(name, heading, times=True):
    """Registers a function that measures: it is given the Bench and returns lines of Markdown. times: whether it says
    little on a busy machine"""
    def register(function):
        SECTIONS[name] = (function, heading, times)
        return function
    return register


# A line of a section that the table of goals is made from
GOAL = re.compile(r"^- Goal: (.*): (.*) \((.*)\): (reached|\*\*not reached\*\*)$", re.MULTILINE)


def goal(what, figure, limit, ok):
    """Such a line. figure and limit: as they are to be shown"""
    return f"- Goal: {what}: {figure} ({limit}): {'reached' if ok else '**not reached**'}"
