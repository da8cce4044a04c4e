"""Writes calendar.csv: what Python's standard library says of dates, spans and zones.

Run it as `python3 calendar.py > calendar.csv`; the numbers are the same every time. Zones and years are those whose rules have long been
settled, so that another version of the zone database gives the same rows. Rows:

    date,<days since 1970-01-01>,<ISO date>,<weekday>
    span,<from date>,<to date>,<years between>,<months between>
    zone,<name>,<seconds since 1970>,<date>,<second of day>,<offset in seconds>,<ISO date and time with offset>
    local,<name>,<date>,<second of day>,once|twice|skipped,<instants>
    at,<name>,<date>,<second of day>,<the instant it means>,<offset there>
    months,<date>,<months>,<date that many months later>
    made,<year>,<month>,<day>,<date>, or nothing where there is no such day
"""

import random
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
START = datetime(1970, 1, 1, tzinfo=timezone.utc)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ZONES = [
    ("Europe/Berlin", range(1981, 2038)),
    ("Europe/London", range(1973, 2038)),
    ("Europe/Dublin", range(1973, 2038)),
    ("America/New_York", range(1970, 2038)),
    ("America/Los_Angeles", range(1970, 2038)),
    ("America/St_Johns", range(1990, 2038)),
    ("Australia/Lord_Howe", range(1990, 2038)),
    ("Australia/Sydney", range(1990, 2038)),
    ("Pacific/Auckland", range(1990, 2038)),
    ("Pacific/Apia", range(2009, 2020)),
    ("Asia/Tokyo", range(1960, 2038)),
    ("Asia/Kolkata", range(1960, 2038)),
    ("Asia/Kathmandu", range(1980, 1990)),
    ("UTC", range(1900, 2038)),
]


def anniversary(day, years):
    """The day `years` after `day`; 29 February's is 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def month_day(day, months):
    """The day `months` after `day`; a day the month lacks comes on the first of the next."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        index += 1
        return date(index // 12, index % 12 + 1, 1)


def largest(start, end, step, guess):
    """The largest n whose `step(start, n)` has come by `end`: counted, not computed."""
    n = guess
    while step(start, n) > end:
        n -= 1
    while step(start, n + 1) <= end:
        n += 1
    return n


def seconds(moment):
    """Whole seconds from 1970 to an aware moment."""
    return (moment - START) // timedelta(seconds=1)


def dates(numbers):
    edges = [date(y, m, d) for y in (1, 4, 100, 1582, 1600, 1700, 1752, 1900, 1970, 2000, 2024, 2026, 2100, 2999, 9999)
             for m, d in ((1, 1), (2, 28), (3, 1), (12, 31))]
    leap = [date(y, 2, 29) for y in (4, 1600, 1904, 2000, 2024, 2400, 9996)]
    some = [date.fromordinal(numbers.randint(1, date(9999, 12, 31).toordinal())) for _ in range(300)]
    for day in edges + leap + some:
        print("date", (day - EPOCH).days, day.isoformat(), WEEKDAYS[day.weekday()], sep=",")


def span(start, end):
    years = largest(start, end, anniversary, end.year - start.year)
    months = largest(start, end, month_day, (end.year - start.year) * 12 + end.month - start.month)
    print("span", start.isoformat(), end.isoformat(), years, months, sep=",")


def spans(numbers):
    ends = [date(2000, 2, 29), date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 28), date(2024, 3, 1),
            date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 4, 30), date(1900, 2, 28), date(1900, 3, 1)]
    for start in ends:
        for end in ends:
            span(start, end)
    for _ in range(700):
        start = date.fromordinal(numbers.randint(date(1600, 1, 1).toordinal(), date(2999, 1, 1).toordinal()))
        span(start, start + timedelta(days=numbers.randint(-40_000, 40_000)))
        # Around a birthday, where a day decides.
        year = start.year + numbers.randint(-90, 90)
        span(start, anniversary(start, year - start.year) + timedelta(days=numbers.randint(-1, 1)))


def zone_row(name, zone, instant):
    shown = (START + timedelta(seconds=instant)).astimezone(zone)
    offset = shown.utcoffset() // timedelta(seconds=1)
    second = shown.hour * 3600 + shown.minute * 60 + shown.second
    # The canonical text has seconds only where there are some.
    text = shown.isoformat(timespec="seconds" if shown.second else "minutes")
    print("zone", name, instant, shown.date().isoformat(), second, offset, text, sep=",")


def changes(zone, years):
    """Instants within the years at which the offset changes, found by halving each day on which it does."""
    day = datetime(years[0], 1, 2, tzinfo=timezone.utc)
    end = datetime(years[-1], 12, 30, tzinfo=timezone.utc)
    while day < end:
        low, high = seconds(day), seconds(day + timedelta(days=1))
        offset = lambda at: (START + timedelta(seconds=at)).astimezone(zone).utcoffset()
        if offset(low) != offset(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            yield high
        day += timedelta(days=1)


def local_row(name, zone, shown):
    """What a local time means: the instants whose local time it is, tried one by one."""
    tried = {seconds(shown.replace(tzinfo=zone, fold=fold)) for fold in (0, 1)}
    found = sorted(at for at in tried if (START + timedelta(seconds=at)).astimezone(zone).replace(tzinfo=None) == shown)
    kind = ["skipped", "once", "twice"][len(found)]
    second = shown.hour * 3600 + shown.minute * 60 + shown.second
    print("local", name, shown.date().isoformat(), second, kind, " ".join(map(str, found)), sep=",")


def at_row(name, zone, shown):
    """The instant a local time means: the first of two, and, where clocks skip it, the one that the offset before the change gives."""
    at = seconds(shown.replace(tzinfo=zone, fold=0).astimezone(timezone.utc))
    offset = (START + timedelta(seconds=at)).astimezone(zone).utcoffset() // timedelta(seconds=1)
    print("at", name, shown.date().isoformat(), shown.hour * 3600 + shown.minute * 60 + shown.second, at, offset, sep=",")


def clamped(day, months):
    """The day so many months later, or the last of that month; walked month by month."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        year, month = (year + 1, 1) if month == 13 else (year - 1, 12) if month == 0 else (year, month)
    last = date(year, month, 28)
    while last.day < day.day and (last + timedelta(days=1)).month == month:
        last += timedelta(days=1)
    return last if day.day > 28 else date(year, month, day.day)


def months(numbers):
    days = [date(2000, 2, 29), date(2024, 2, 29), date(2023, 2, 28), date(2026, 1, 31), date(2025, 12, 31), date(2026, 8, 30),
            date(1900, 2, 28), date(2096, 2, 29), date(2000, 3, 31)]
    spans = [0, 1, -1, 2, 6, -6, 11, 12, -12, 13, 24, 48, -48, 1200, 1201, -1199]
    pairs = [(day, span) for day in days for span in spans]
    for _ in range(500):
        day = date.fromordinal(numbers.randint(date(1600, 1, 1).toordinal(), date(2999, 12, 31).toordinal()))
        pairs.append((day, numbers.choice([numbers.randint(-14, 14), numbers.randint(-12_000, 12_000)])))
    for day, span in pairs:
        print("months", day.isoformat(), span, clamped(day, span).isoformat(), sep=",")


def made(numbers):
    parts = [(year, month, day) for year in (1, 1600, 1900, 2000, 2023, 2024, 9999) for month in (1, 2, 4, 12) for day in (0, 1, 28, 29, 30, 31, 32)]
    parts += [(year, month, day) for year in (2024,) for month in (-1, 0, 13, 99) for day in (1, 31)]
    parts += [(numbers.randint(1, 9999), numbers.randint(0, 13), numbers.randint(0, 32)) for _ in range(200)]
    for year, month, day in parts:
        try:
            print("made", year, month, day, date(year, month, day).isoformat(), sep=",")
        except ValueError:
            print("made", year, month, day, "", sep=",")


def zones(numbers):
    for name, years in ZONES:
        zone = ZoneInfo(name)
        found = list(changes(zone, years))
        for at in numbers.sample(found, min(len(found), 24)):
            for instant in (at - 1, at):
                zone_row(name, zone, instant)
            around = (START + timedelta(seconds=at)).astimezone(zone).replace(tzinfo=None)
            for minutes in (-61, -30, -1, 0, 29, 61):
                local_row(name, zone, around + timedelta(minutes=minutes))
        first, last = (seconds(datetime(year, 1, 2, tzinfo=timezone.utc)) for year in (years[0], years[-1]))
        for _ in range(40):
            zone_row(name, zone, numbers.randint(first, last))


def meant(numbers):
    """Local times around changes, and others."""
    for name, years in ZONES:
        zone = ZoneInfo(name)
        found = list(changes(zone, years))
        for at in numbers.sample(found, min(len(found), 24)):
            around = (START + timedelta(seconds=at)).astimezone(zone).replace(tzinfo=None)
            for minutes in (-90, -61, -60, -30, -1, 0, 29, 59, 61):
                at_row(name, zone, around + timedelta(minutes=minutes, seconds=numbers.randint(0, 59)))
        for _ in range(20):
            day = datetime(numbers.randint(years[0], years[-1] - 1), numbers.randint(1, 12), numbers.randint(1, 28))
            at_row(name, zone, day + timedelta(seconds=numbers.randint(0, 86_399)))


if __name__ == "__main__":
    repeatable = random.Random(4217)
    dates(repeatable)
    spans(repeatable)
    zones(repeatable)
    months(repeatable)
    made(repeatable)
    meant(repeatable)
