"""Decides the applications of applications.ndjson once more, in another language.

It is the policy as a Python programmer would write it, with fractions of whole numbers all the way, also where AxTrace keeps 18 digits of a power.
It writes expected.ndjson, which a test compares with what AxTrace decides; with `applications` it makes applications.ndjson anew, from a seed:

    python3 examples/loan/oracle.py [applications]
"""

import json
import random
import sys
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent


def years_between(start, end):
    years = end.year - start.year - ((end.month, end.day) < (start.month, start.day))
    return years


def cents(amount):
    """To the cent, halves away from zero; no amount here is negative."""
    return Fraction(int(amount * 100 + Fraction(1, 2)), 100)


def down(amount):
    return Fraction(int(amount * 100), 100)


def day(text):
    return date.fromisoformat(text) if text else None


def money(text):
    return Fraction(text)


def security(collateral):
    if not collateral:
        return Fraction(0)
    value = money(collateral["value"])
    return down(value * Fraction(70, 100)) if collateral["kind"] == "car" else value


def points(person, on):
    since, known = day(person.get("since")), day(person.get("known_since"))
    total = {"permanent": 30, "pension": 30, "temporary": 10}.get(person["work"], 0)
    if person["work"] == "self_employed" and since and years_between(since, on) >= 3:
        total += 20
    if person["work"] != "none" and since and years_between(since, on) >= 2:
        total += 15
    total += 15 if person["home"] == "owned" else 0
    total += 10 if known and years_between(known, on) >= 5 else 0
    return total + (20 if person["late_payments"] == 0 else -25 if person["late_payments"] >= 2 else 0)


def grade(reached):
    return "very_good" if reached >= 75 else "good" if reached >= 55 else "fair" if reached >= 35 else "weak"


def rate(grade, loan):
    percent = Fraction("4.9") + {"good": 1, "fair": Fraction("2.5"), "weak": 4}.get(grade, 0)
    percent += Fraction("0.75") if loan["months"] > 72 else 0
    percent -= 1 if security(loan.get("collateral")) >= money(loan["amount"]) else 0
    return max(Fraction(1), percent) / 100


def instalment(amount, rate, months):
    monthly = rate / 12
    return cents(amount * monthly / (1 - 1 / (1 + monthly) ** months))


def left_over(person):
    share = {"permanent": Fraction(1), "pension": Fraction(1), "none": Fraction(0)}.get(person["work"], Fraction(80, 100))
    living = 950 + (person["adults"] - 1) * 520 + person["children"] * 380
    return down(money(person["income"]) * share) - money(person["rent"]) - money(person["other_loans"]) - living


def decide(case):
    person, loan = case["applicant"], case["loan"]
    applied, amount = day(loan["applied"]), money(loan["amount"])
    reached = grade(points(person, applied))
    due = instalment(amount, rate(reached, loan), loan["months"])
    free = left_over(person)
    declined = {
        "minor": years_between(day(person["born"]), applied) < 18,
        "insolvent": person["insolvent"],
        "too_dear": due > free,
    }
    looked_at = {
        "close_to_the_limit": due <= free < due + money(person["income"]) / 10,
        "weak_grade": reached == "weak",
        "large_and_open": amount - security(loan.get("collateral")) > 25000,
    }
    referred = {"kind": "referred", "to": "credit_officer", "within": "PT24H", "proposing": "approve"}
    for outcome, rules in [({"kind": "decided", "value": "decline"}, declined), (referred, looked_at)]:
        by = [name for name, applies in rules.items() if applies]
        if by:
            return {"outcome": outcome, "by": by}
    return {"outcome": {"kind": "decided", "value": "approve"}, "by": ["standard"]}


FIRST = "Ana Bo Cem Dana Emil Finn Gerda Hanna Ivo Jale Karl Lena Mara Nils Olga Pia".split()
LAST = "Weber Lindner Aydin Roth Kranz Behr Voss Brandt Nowak Keller Wolf Sommer".split()


def some_application(dice):
    applied = date(2026, 1, 2) + timedelta(days=dice.randrange(360))
    amount = Fraction(dice.choice([1000, 2500, 5000, 7500, 10000, 15000, 25000, 25001, 40000, 75000]))
    months = dice.choice([6, 12, 24, 36, 48, 60, 72, 73, 84, 120])
    work = dice.choice(["permanent"] * 5 + ["temporary", "self_employed", "self_employed", "pension", "none"])
    born = applied - timedelta(days=dice.choice([6574, 6575, 6573, 6000] + [dice.randrange(6600, 27000)] * 12))
    person = {
        "name": f"{dice.choice(FIRST)} {dice.choice(LAST)}",
        "born": born.isoformat(),
        "work": work,
        "home": dice.choice(["owned", "rented", "rented", "with_family"]),
        "income": f"{dice.randrange(90000, 720000) / 100:.2f}",
        "rent": f"{dice.randrange(0, 140000) / 100:.2f}",
        "other_loans": dice.choice(["0.00", "0.00", f"{dice.randrange(2000, 60000) / 100:.2f}"]),
        "adults": dice.choice([1, 1, 2, 2, 3]),
        "children": dice.choice([0, 0, 0, 1, 2, 4]),
        "late_payments": dice.choice([0, 0, 0, 0, 1, 2, 5]),
        "insolvent": dice.random() < 0.03,
    }
    if work != "none":
        person["since"] = (applied - timedelta(days=dice.choice([729, 730, 731, 1095, 1096, dice.randrange(30, 9000)]))).isoformat()
    if dice.random() < 0.5:
        person["known_since"] = (applied - timedelta(days=dice.choice([1825, 1826, 1827, dice.randrange(30, 9000)]))).isoformat()
    loan = {"applied": applied.isoformat(), "amount": f"{float(amount):.2f}", "months": months}
    if dice.random() < 0.3:
        loan["collateral"] = {"kind": dice.choice(["car", "deposit"]), "value": f"{float(amount) * dice.choice([0.5, 1, 1.5]):.2f}"}
    case = {"applicant": person, "loan": loan}
    # Every fifth is moved exactly onto one of the two limits, or a cent beyond it.
    if dice.random() < 0.2:
        due = instalment(amount, rate(grade(points(person, applied)), loan), months)
        goal = due + dice.choice([0, down(money(person["income"]) / 10)]) + Fraction(dice.choice([-1, 0, 1]), 100)
        rent = money(person["rent"]) + left_over(person) - goal
        if 0 <= rent <= 20000:
            person["rent"] = f"{rent.numerator * 100 // rent.denominator // 100}.{rent.numerator * 100 // rent.denominator % 100:02d}"
    return case


def main():
    file = HERE / "applications.ndjson"
    if sys.argv[1:] == ["applications"]:
        dice = random.Random(2026)
        file.write_text("".join(json.dumps(some_application(dice), ensure_ascii=False) + "\n" for _ in range(500)))
    expected = [decide(json.loads(line)) for line in file.read_text().splitlines()]
    (HERE / "expected.ndjson").write_text("".join(json.dumps(one) + "\n" for one in expected))


if __name__ == "__main__":
    main()
