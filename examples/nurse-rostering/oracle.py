"""The constraints of INRC-II once more, from the competition's text files to the twelve figures, without the rules and without `convert`.

    python3 examples/nurse-rostering/oracle.py SCENARIO HISTORY WEEKDATA... -- SOLUTION...
    python3 examples/nurse-rostering/oracle.py --folder ROSTERS

The first prints the figures of one roster as a line of JSON; the second those of every folder that `generate_rosters` wrote, a line each,
which is `expected.ndjson`.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def lines_of(path):
    return [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines()]


def after(lines, title):
    """The lines from a title to the next empty line."""
    start = next(number for number, words in enumerate(lines) if words and words[0] == title) + 1
    end = next((number for number, words in enumerate(lines) if number >= start and not words), len(lines))
    return lines[start:end]


def pair(text):
    low, high = re.fullmatch(r"\((\d+),(\d+)\)", text).groups()
    return int(low), int(high)


def series_cost(marks, weight, low, high, before):
    """What the series of true marks cost; `before` of them lie before the first mark."""
    cost, length, start = 0, before, True
    counted_before = max(0, before - high)
    for mark in marks:
        if mark:
            length += 1
            continue
        if length:
            cost += max(0, low - length) + max(0, length - high) - (counted_before if start else 0)
        length, start = 0, False
    if length:  # it may go on behind the last day
        cost += max(0, length - high) - (counted_before if start else 0)
    return cost * weight


def figures(scenario, history, weeks, solutions):
    lines = lines_of(scenario)
    shifts = {words[0]: pair(words[1]) for words in after(lines, "SHIFT_TYPES")}
    forbidden = {(words[0], later) for words in after(lines, "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS") for later in words[2:]}
    contracts = {words[0]: words[1:] for words in after(lines, "CONTRACTS")}
    nurses = {words[0]: (contracts[words[1]], set(words[3:])) for words in after(lines, "NURSES")}
    past = {words[0]: words[1:] for words in after(lines_of(history), "NURSE_HISTORY")}

    horizon = 7 * len(weeks)
    worked = defaultdict(list)  # by nurse and day, the shifts
    there = defaultdict(int)  # by day, shift and skill
    cost = dict.fromkeys(
        "min_coverage required_skill illegal_succession single_assignment total_assignments consecutive non_working_days preferences "
        "working_weekends complete_weekends optimal_coverage total".split(),
        0,
    )
    for week, path in enumerate(solutions):
        for nurse, day, shift, skill in after(lines_of(path), "ASSIGNMENTS"):
            day = 7 * week + DAYS.index(day)
            worked[nurse, day].append(shift)
            there[day, shift, skill] += 1
            cost["required_skill"] += skill not in nurses[nurse][1]
    for week, path in enumerate(weeks):
        lines = lines_of(path)
        for shift, skill, *numbers in after(lines, "REQUIREMENTS"):
            for day, (minimum, optimum) in enumerate(map(pair, numbers)):
                present = there[7 * week + day, shift, skill]
                cost["min_coverage"] += max(0, minimum - present)
                cost["optimal_coverage"] += 30 * max(0, optimum - max(present, minimum))
        unwanted = defaultdict(set)
        for nurse, shift, day in after(lines, "SHIFT_OFF_REQUESTS"):
            unwanted[nurse, 7 * week + DAYS.index(day)] |= set(shifts) if shift == "Any" else {shift}
        for key, asked in unwanted.items():
            cost["preferences"] += 10 * sum(shift in asked for shift in worked[key])

    for nurse, (contract, _) in nurses.items():
        total, weekends, last, in_shift, in_row, off = past[nurse]
        days = [worked[nurse, day] for day in range(horizon)]
        cost["single_assignment"] += sum(max(0, len(day) - 1) for day in days)
        yesterday = [] if last == "None" else [last]
        for day in days:
            cost["illegal_succession"] += sum((one, other) in forbidden for one in yesterday for other in day)
            yesterday = day
        low, high = pair(contract[0])
        total = int(total) + sum(map(len, days))
        cost["total_assignments"] += 20 * (max(0, low - total) + max(0, total - high))
        cost["consecutive"] += series_cost([bool(day) for day in days], 30, *pair(contract[1]), int(in_row))
        for shift, limits in shifts.items():
            before = int(in_shift) if shift == last else 0
            cost["consecutive"] += series_cost([shift in day for day in days], 15, *limits, before)
        cost["non_working_days"] += series_cost([not day for day in days], 30, *pair(contract[2]), int(off))
        both = [(bool(days[week + 5]), bool(days[week + 6])) for week in range(0, horizon, 7)]
        cost["working_weekends"] += 30 * max(0, int(weekends) + sum(map(any, both)) - int(contract[3]))
        cost["complete_weekends"] += 30 * sum(sat != sun for sat, sun in both) if contract[4] == "1" else 0
    hard = ("min_coverage", "required_skill", "illegal_succession", "single_assignment")
    cost["total"] = sum(value for name, value in cost.items() if name not in hard)
    return cost


def main(arguments):
    if arguments[:1] == ["--folder"]:
        for folder in sorted(Path(arguments[1]).iterdir()):
            report([word if word == "--" else folder / word for word in (folder / "files").read_text().split()])
    else:
        report(arguments)


def report(names):
    split = names.index("--")
    print(json.dumps(figures(names[0], names[1], names[2:split], names[split + 1 :])))


if __name__ == "__main__":
    main(sys.argv[1:])
