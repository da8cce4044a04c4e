"""Counts the leave of people.ndjson once more, in another language.

It is the policy as a Python programmer would write it, with fractions of whole numbers. It writes expected.ndjson, which a test compares with what
AxTrace decides; with `people` it makes people.ndjson anew, from a seed:

    python3 examples/leave/oracle.py [people]
"""

import json
import random
import sys
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path

HERE = Path(__file__).parent


def hundredths(days):
    """To the hundredth, halves up; no number here is negative."""
    return Fraction(int(days * 100 + Fraction(1, 2)), 100)


def years(start, end):
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def full_months(start, end):
    """Months from the first day of work to the day after the last."""
    return max(0, (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))


def parts(case):
    person, year, today = case["person"], case["year"], date.fromisoformat(case["today"])
    contract = person["contract"]
    start, week, extra = date.fromisoformat(contract["from"]), contract["days_a_week"], Fraction(str(contract["extra"]))
    first, last = date(year, 1, 1), date(year, 12, 31)
    age = years(date.fromisoformat(person["born"]), first)
    service = years(start, last) if start <= last else -1
    by_law = Fraction(30 if age < 16 else 27 if age < 17 else 25 if age < 18 else 24) * week / 6
    days = {}
    if start > date(year, 6, 30) and start <= last:
        months = full_months(start, date(year + 1, 1, 1))
        whole = by_law + (extra + (5 if person["severely_disabled"] else 0)) * week / 5
        days["part_of_a_year"] = hundredths(whole * months / 12)
    elif start <= last:
        days["young" if age < 18 else "statutory"] = hundredths(by_law)
        if extra > 0:
            days["contract"] = hundredths(extra * week / 5)
        if person["severely_disabled"]:
            days["disability"] = hundredths(Fraction(5 * week, 5))
    if service >= 5:
        days["ten_years" if service >= 10 else "five_years"] = hundredths(Fraction((2 if service >= 10 else 1) * week, 5))
    left = Fraction(str(person["from_last_year"]))
    if left > 0 and today <= date(year, 3, 31):
        days["carried_over"] = left
    if left > 0 and today > date(year, 3, 31) and person["ill_until_march"]:
        days["carried_over_ill"] = left
    return days


def decide(case):
    days = sum(parts(case).values(), Fraction(0))
    by = "as_it_is"
    if days % 1 >= Fraction(1, 2):
        days, by = Fraction(ceil(days)), "rounded_up"
    return {"outcome": {"kind": "decided", "value": int(days * 100) / 100}, "by": [by]}


FIRST = "Eva Jonas Mia Otto Rana Sven Tara Udo Vera Willi Yara Zeno".split()
LAST = "Sander Pohl Kurz Brandt Haas Ilic Jung Koch".split()


def some_person(dice):
    year = dice.choice([2026, 2026, 2027])
    first = date(year, 1, 1)
    start = dice.choice(
        [
            first - timedelta(days=dice.randrange(0, 9000)),
            first + timedelta(days=dice.choice([0, 1, 31, 179, 180, 181, 182, 183, 334, 364, 365, dice.randrange(360)])),
            date(year - dice.choice([5, 10]), 12, 31) + timedelta(days=dice.choice([0, 1])),
        ]
    )
    # Nobody starts before the age of 15.
    born = min(first - timedelta(days=dice.choice([dice.randrange(5500, 6700)] + [dice.randrange(6700, 22000)] * 4)), start - timedelta(days=5500))
    return {
        "person": {
            "name": f"{dice.choice(FIRST)} {dice.choice(LAST)}",
            "born": born.isoformat(),
            "contract": {"from": start.isoformat(), "days_a_week": dice.choice([1, 2, 3, 4, 5, 5, 5, 6]), "extra": dice.choice([0, "2.5", 8, 10])},
            "severely_disabled": dice.random() < 0.15,
            "from_last_year": dice.choice([0, 0, 0, "0.5", 3, "4.5"]),
            "ill_until_march": dice.random() < 0.2,
        },
        "year": year,
        "today": (first + timedelta(days=dice.choice([0, 88, 89, 90, dice.randrange(365)]))).isoformat(),
    }


def main():
    file = HERE / "people.ndjson"
    if sys.argv[1:] == ["people"]:
        dice = random.Random(2026)
        file.write_text("".join(json.dumps(some_person(dice)) + "\n" for _ in range(400)))
    expected = [decide(json.loads(line)) for line in file.read_text().splitlines()]
    (HERE / "expected.ndjson").write_text("".join(json.dumps(one) + "\n" for one in expected))


if __name__ == "__main__":
    main()
