"""Decides the requests of shifts.ndjson once more, in another language and with another calendar.

It is the policy as a Python programmer would write it, and writes expected.ndjson, which a test compares with what AxTrace decides:

    python3 examples/scheduling/oracle.py
"""

import json
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent
BERLIN = ZoneInfo("Europe/Berlin")


def duration(text):
    hours, minutes = re.fullmatch(r"(?:PT)?(?:(\d+) ?[hH])? ?(?:(\d+) ?(?:min|M))?", text).groups()
    return timedelta(hours=int(hours or 0), minutes=int(minutes or 0))


def percentage(value):
    return Decimal(value.removesuffix(" %")) / 100 if isinstance(value, str) else value


def rules_against(worker, shift):
    start = datetime.fromisoformat(shift["start"])
    local = start.astimezone(BERLIN)
    born = date.fromisoformat(worker["born"])
    age = local.year - born.year - ((local.month, local.day) < (born.month, born.day))
    night = local.time() >= time(22) or local.time() < time(5)
    if age < 18 and night:
        yield "minor_at_night"
    if not set(shift["needs"]) <= set(worker["skills"]):
        yield "missing_skill"
    if duration(worker["booked"]) + duration(shift["length"]) > timedelta(hours=48):
        yield "too_many_hours"
    # Two instants in one zone would be subtracted by what the clock on the wall shows; timestamps are not.
    last_end = worker.get("last_end")
    if last_end and start.timestamp() - datetime.fromisoformat(last_end).timestamp() < 11 * 3600:
        yield "too_little_rest"


def decide(worker, shift, planner):
    against = list(rules_against(worker, shift))
    if against:
        return {"kind": "decided", "value": "reject"}, against
    if percentage(planner["confidence"]) >= Decimal("0.9"):
        return {"kind": "decided", "value": planner["value"]}, ["planner_is_sure"]
    referral = {"kind": "referred", "to": "shift_manager", "within": "PT4H", "proposing": planner["value"]}
    return referral, ["planner_is_unsure"]


def main():
    with open(HERE / "shifts.ndjson", encoding="utf-8") as requests, open(HERE / "expected.ndjson", "w", encoding="utf-8") as expected:
        for line in requests:
            outcome, by = decide(**json.loads(line, parse_float=Decimal))
            expected.write(json.dumps({"outcome": outcome, "by": by}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
