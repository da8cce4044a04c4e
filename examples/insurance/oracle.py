"""Offers cover for requests.ndjson once more, in another language.

It is the tariff as a Python programmer would write it. It writes expected.ndjson, which a test compares with what AxTrace decides; with
`requests` it makes requests.ndjson anew, from a seed:

    python3 examples/insurance/oracle.py [requests]
"""

import json
import random
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

HERE = Path(__file__).parent
CENT = Decimal("0.01")


def cents(amount):
    """To the cent, halves away from zero."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def points(vehicle, driver):
    age, licensed, claims = driver["age"], driver["licensed"], driver["claims"]
    total = 12 if licensed <= 2 else 0
    total += 8 if age <= 22 else 3 if 65 <= age <= 74 else 9 if age >= 75 else 0
    total += [0, 5, 11, 22][min(claims, 3)]
    band = 0 if vehicle["power"] < 75 else 1 if vehicle["power"] < 150 else 2
    return total + {"small": [0, 2, 6], "family": [0, 1, 4], "sports": [4, 7, 14], "van": [1, 3, 6]}[vehicle["class"]][band]


def eligible(vehicle, driver, risk):
    """The answer, or how soon an underwriter looks at it."""
    value = Decimal(vehicle["value"])
    if driver["revoked"] or driver["age"] < 18 or risk > 40:
        return "decline"
    if driver["age"] >= 90:
        return 72
    return 24 if value >= 100_000 or (risk >= 25 and value >= 40_000) else "accept"


BASIS = {
    "small": {"city": 310, "suburb": 265, "country": 240},
    "family": {"city": 380, "suburb": 330, "country": 295},
    "sports": {"city": 640, "suburb": 560, "country": 525},
    "van": {"city": 450, "suburb": 390, "country": 360},
}


def premium(vehicle, driver, risk):
    share = next(share for most, share in [(4, 85), (9, 100), (17, 125), (24, 160), (40, 220), (999, 350)] if risk <= most)
    yearly = cents(Decimal(BASIS[vehicle["class"]][driver["region"]]) * share / 100)
    value = Decimal(vehicle["value"])
    yearly -= Decimal("18.00") if vehicle["night"] else 0
    yearly += cents(value * Decimal("0.004")) if value > 50_000 else 0
    return yearly - (Decimal("12.50") if driver["licensed"] >= 20 else 0)


def offer(case):
    vehicle, driver = case["vehicle"], case["driver"]
    risk = points(vehicle, driver)
    answer, yearly = eligible(vehicle, driver, risk), premium(vehicle, driver, risk)
    written = lambda excess, monthly: {"premium": float(yearly), "excess": excess, "monthly": monthly}
    if answer == "decline":
        return {"kind": "decided", "value": None}, "turned_away"
    if answer != "accept":
        return {"kind": "referred", "to": "underwriter", "proposing": written("high", False)}, "looked_at"
    if yearly < 300:
        return ({"kind": "decided", "value": written("none", False)}, "plain") if driver["claims"] == 0 else (
            {"kind": "decided", "value": written("low", False)}, "careful")
    row = "standard" if yearly < 800 else "large"
    return {"kind": "decided", "value": written("low" if yearly < 800 else "high", True)}, row


def requests():
    random.seed(2026)
    for number in range(400):
        age = random.choice([17, 18, 19, 22, 23, 24, 45, 64, 65, 74, 75, 89, 90, random.randint(18, 99)])
        yield {
            "id": f"q{number + 1}",
            "vehicle": {
                "class": random.choice(["small", "family", "sports", "van"]),
                "power": random.choice([50, 74, 75, 100, 149, 150, 300]),
                "value": f"{random.choice([4_999, 20_000, 40_000, 39_999, 50_000, 50_001, 99_999, 100_000])}.{random.choice(['00', '37', '99'])}",
                "night": random.random() < 0.5,
            },
            "driver": {
                "age": age,
                "licensed": min(age - 17, random.choice([0, 2, 3, 19, 20, 40])),
                "claims": random.choice([0, 0, 0, 1, 2, 3, 4]),
                "region": random.choice(["city", "suburb", "country"]),
                "revoked": random.random() < 0.05,
            },
        }


if sys.argv[1:] == ["requests"]:
    lines = [json.dumps({key: case[key] for key in ("vehicle", "driver")}) for case in requests()]
    (HERE / "requests.ndjson").write_text("\n".join(lines) + "\n")

answers = [offer(json.loads(line)) for line in (HERE / "requests.ndjson").read_text().splitlines()]
lines = [json.dumps({"outcome": outcome, "by": [rule]}) for outcome, rule in answers]
(HERE / "expected.ndjson").write_text("\n".join(lines) + "\n")
