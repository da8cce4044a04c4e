"""Writes rows of exact arithmetic for `runtime/tests/arithmetic.rs`, from Python's fractions.

    python3 runtime/tests/oracle/arithmetic.py > runtime/tests/oracle/arithmetic.csv
"""

import random
from fractions import Fraction

random.seed(4217)

MODES = ["half_away", "half_even", "up", "down", "floor", "ceiling"]


def rounded(value: Fraction, mode: str) -> int:
    """A whole number beside a fraction; the definitions of the language reference, not those of a library."""
    floor = value.numerator // value.denominator
    rest = value - floor
    if rest == 0:
        return floor
    negative = value < 0
    if mode == "floor":
        return floor
    if mode == "ceiling":
        return floor + 1
    if mode == "down":
        return floor + 1 if negative else floor
    if mode == "up":
        return floor if negative else floor + 1
    half = Fraction(1, 2)
    if rest != half:
        return floor + 1 if rest > half else floor
    if mode == "half_even":
        return floor + floor % 2
    return floor if negative else floor + 1


def number(bits: int) -> int:
    size = random.randrange(bits + 1)
    value = random.getrandbits(size) if size else 0
    return -value if random.random() < 0.4 else value


def denominator(bits: int) -> int:
    small = [1, 2, 3, 4, 6, 7, 8, 10, 12, 100, 365, 1000, 3600]
    return random.choice(small) if random.random() < 0.5 else max(1, abs(number(bits)))


def fits(value: int) -> bool:
    return -(2**127) <= value < 2**127


def round_rows() -> None:
    """round,num,den,places, then the result of each mode: of num / den kept to places."""
    cases = [(n, d, 0) for d in (1, 2, 3, 4, 10) for n in range(-12, 13)]
    cases += [(number(110), denominator(100), random.choice([0, 1, 2, 4, 6])) for _ in range(700)]
    # Exact halves of large numbers.
    cases += [(2 * number(60) + 1, 2, 0) for _ in range(60)]
    cases += [((2 * number(40) + 1) * 5, 1000, 2) for _ in range(60)]
    # The very ends of 128 bits.
    ends = [2**127 - 1, -(2**127), 2**127 - 2, -(2**127) + 1]
    cases += [(n, d, 0) for n in ends for d in (1, 2, 3, 10, 2**126, 2**127 - 1)]
    for num, den, places in cases:
        if not fits(num * 10**places):
            continue
        results = [rounded(Fraction(num * 10**places, den), mode) for mode in MODES]
        print("round", num, den, places, *results, sep=",")


def step_rows() -> None:
    """step,value,step, then the nearest multiple in each mode; both count the same unit."""
    for _ in range(300):
        value, step = number(60), random.choice([1, 5, 15, 25, 60, 900, 3600, denominator(40)])
        results = [rounded(Fraction(value, step), mode) * step for mode in MODES]
        print("step", value, step, *results, sep=",")


def decide_rows() -> None:
    """decide,a,b, then a / b kept to two places in each mode, in the last of them: small enough for inputs of decisions."""
    for _ in range(300):
        a, b = number(52), random.choice([10_000, 8, denominator(50)])
        if random.random() < 0.3:
            # Exact halves of the second place.
            a, b = (2 * number(40) + 1) * 50, 10_000
        results = [rounded(Fraction(a * 100, b), mode) for mode in MODES]
        print("decide", a, b, *results, sep=",")


def compare_rows() -> None:
    """compare,num,den,num,den,order"""
    for _ in range(400):
        a, b = (number(126), denominator(126)), (number(126), denominator(126))
        if random.random() < 0.4:
            # The same value in other terms, or next to it.
            factor = random.randrange(1, 9)
            b = (a[0] * factor + random.choice([-1, 0, 0, 1]), a[1] * factor)
        if not all(fits(part) for part in a + b):
            continue
        left, right = Fraction(*a), Fraction(*b)
        print("compare", *a, *b, (left > right) - (left < right), sep=",")


def sum_rows() -> None:
    """sum,num,den,num,den,num,den: over the least common denominator."""
    from math import lcm

    for _ in range(200):
        a, b = (number(50), denominator(20)), (number(50), denominator(20))
        common = lcm(a[1], b[1])
        print("sum", *a, *b, a[0] * (common // a[1]) + b[0] * (common // b[1]), common, sep=",")


def power_rows() -> None:
    """power,num,den,exponent,places,result: halves away from zero; empty where it leaves 128 bits."""
    cases = [(0, 1, 0, 0), (0, 5, 3, 2), (-1, 1, 3, 0), (-1, 2, 3, 3), (1, 2, -3, 0), (-2, 3, -2, 4), (10, 1, 18, 0), (10, 1, 38, 0), (10, 1, 39, 0)]
    cases += [(1200 + rate, 1200, n, 10) for rate in range(1, 12, 3) for n in (-360, -12, 12, 120, 360)]
    cases += [(number(20), denominator(12), random.randrange(-12, 13), random.randrange(0, 19)) for _ in range(250)]
    cases += [(number(70), denominator(60), random.randrange(-3, 4), random.randrange(0, 7)) for _ in range(60)]
    for num, den, exponent, places in cases:
        if num == 0 and exponent < 0:
            continue
        value = rounded(Fraction(num, den) ** exponent * 10**places, "half_away")
        print("power", num, den, exponent, places, value if fits(value) else "", sep=",")


round_rows()
step_rows()
decide_rows()
compare_rows()
sum_rows()
power_rows()
