#!/usr/bin/env python3
"""The edits once more, in Python, to compare with: each says what must hold of a record, as the regulator's text says it.

    oracle.py FILE             the edits of a file with a header, by case_id
    oracle.py --filed FILE     the edits of a file as filed: its sheet, then its loans

prints a line of JSON for each record: its name, the edits it fails, and the edits marked Q that it fails.
"""

import json
import re
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
LOAN = (HERE / "data/loan_columns.txt").read_text().split()
SHEET = (HERE / "data/sheet_columns.txt").read_text().split()
YEAR = 2024

STATES = dict(
    pair.split(":")
    for pair in (
        "AL:01 AK:02 AZ:04 AR:05 CA:06 CO:08 CT:09 DE:10 DC:11 FL:12 GA:13 HI:15 ID:16 IL:17 IN:18 IA:19 KS:20 KY:21 LA:22 ME:23 MD:24 "
        "MA:25 MI:26 MN:27 MS:28 MO:29 MT:30 NE:31 NV:32 NH:33 NJ:34 NM:35 NY:36 NC:37 ND:38 OH:39 OK:40 OR:41 PA:42 RI:44 SC:45 SD:46 "
        "TN:47 TX:48 UT:49 VT:50 VA:51 WA:53 WV:54 WI:55 WY:56 AS:60 FM:64 GU:66 MH:68 MP:69 PW:70 PR:72 UM:74 VI:78"
    ).split()
)


def number(text):
    """The number that a text writes, or None."""
    return Decimal(text) if re.fullmatch(r"-?(\d+|\d*\.\d+)", text, re.ASCII) else None


def compared(text):
    """The number that a text writes, if the edits marked Q compare it."""
    value = number(text)
    return value if value is not None and abs(value) < 10**9 and value == value.quantize(Decimal("0.000001")) else None


def whole(text):
    return int(text) if re.fullmatch(r"\d+", text, re.ASCII) else None


def day(text):
    if not re.fullmatch(r"\d{8}", text, re.ASCII):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def is_year(text, year):
    return day(text) is not None and day(text).year == year


def exempt(text):
    """The exemption code, of a field that takes numbers."""
    return text in ("1111", "Exempt")


def na(text):
    return text in ("Exempt", "NA")


def implies(a, b):
    return not a or b


def once(codes):
    given = [code for code in codes if code]
    return len(given) == len(set(given))


def check_digits(uli):
    if not re.fullmatch("[0-9A-Za-z]*", uli):
        return False
    return int("".join(str(int(letter, 36)) for letter in uli)) % 97 == 1


def codes(text):
    return text.split()


def loan_must(r):
    """What must hold of a loan, by edit, in the order of the regulator's list."""
    g = lambda name, *places: [r[f"{name}_{place}"] for place in places]
    eth, co_eth = g("app_eth", 1, 2, 3, 4, 5), g("co_app_eth", 1, 2, 3, 4, 5)
    race, co_race = g("app_race", 1, 2, 3, 4, 5), g("co_app_race", 1, 2, 3, 4, 5)
    denial = g("denial", 1, 2, 3, 4)
    aus, res = g("aus", 1, 2, 3, 4, 5), g("aus_result", 1, 2, 3, 4, 5)
    free = [r["app_race_native_text"], r["app_race_asian_text"], r["app_race_islander_text"]]
    co_free = [r["co_app_race_native_text"], r["co_app_race_asian_text"], r["co_app_race_islander_text"]]
    act, pre = r["action_taken"], r["preapproval"]
    non_natural = r["app_eth_1"] == "4" and r["app_race_1"] == "7" and r["app_sex"] == "4"
    co_non_natural = r["co_app_eth_1"] == "4" and r["co_app_race_1"] == "7" and r["co_app_sex"] == "4"
    no_co = r["co_app_eth_1"] == "5" and r["co_app_race_1"] == "8" and r["co_app_sex"] == "5"
    mafu = number(r["affordable_units"]) is not None
    E = codes("1 11 12 13 14 2")
    R = codes("1 2 21 22 23 24 25 26 27 3 4 41 42 43 44 5")
    five = codes("1 2 3 4 5")
    reasons = codes("1 2 3 4 5 6 7 8 9")
    results = [str(n) for n in range(1, 25) if n != 17]
    blank = lambda all_of: all(field == "" for field in all_of)
    m = {}
    m["S300"] = r["record_id"] == "2"
    m["V600"] = bool(re.fullmatch("[A-Za-z0-9]{20}", r["lei"]))
    m["V609"] = len(r["uli"]) < 23 or check_digits(r["uli"])
    m["V610-1"] = r["app_date"] == "NA" or day(r["app_date"]) is not None
    m["V610-2"] = (act == "6") == (r["app_date"] == "NA")
    m["V611"] = r["loan_type"] in codes("1 2 3 4")
    m["V612-1"] = r["loan_purpose"] in codes("1 2 31 32 4 5")
    m["V612-2"] = implies(pre == "1", r["loan_purpose"] == "1")
    m["V613-1"] = pre in codes("1 2")
    m["V613-2"] = implies(act in codes("7 8"), pre == "1")
    m["V613-3"] = implies(act in codes("3 4 5 6"), pre == "2")
    m["V613-4"] = implies(pre == "1", act in codes("1 2 7 8"))
    m["V614-1"] = implies(r["loan_purpose"] in codes("2 4 31 32 5"), pre == "2")
    m["V614-2"] = implies(mafu, pre == "2")
    m["V614-3"] = implies(r["reverse_mortgage"] == "1", pre == "2")
    m["V614-4"] = implies(r["open_end_credit"] == "1", pre == "2")
    m["V615-1"] = r["const_method"] in codes("1 2")
    m["V615-2"] = implies(r["manufactured_interest"] in codes("1 2 3 4"), r["const_method"] == "2")
    m["V615-3"] = implies(r["manufactured_type"] in codes("1 2"), r["const_method"] == "2")
    m["V616"] = r["occ_type"] in codes("1 2 3")
    m["V617"] = number(r["loan_amount"]) is not None and not r["loan_amount"].startswith("-")
    m["V618"] = act in codes("1 2 3 4 5 6 7 8")
    m["V619-1"] = day(r["action_date"]) is not None
    m["V619-2"] = is_year(r["action_date"], YEAR)
    dates = day(r["app_date"]) is not None and day(r["action_date"]) is not None
    m["V619-3"] = implies(act in codes("1 2 3 4 5 7 8") and dates, dates and day(r["action_date"]) >= day(r["app_date"]))
    m["V620"] = r["street_address"] != ""
    m["V621"] = r["city"] != ""
    m["V622"] = implies(not na(r["street_address"]), all(r[f] not in ("", "NA") for f in ("city", "state", "zip_code")))
    m["V623"] = r["state"] in STATES or r["state"] == "NA"
    m["V624"] = na(r["zip_code"]) or bool(re.fullmatch(r"[0-9]{5}|[0-9]{5}-[0-9]{4}", r["zip_code"]))
    m["V625-1"] = r["tract"] == "NA" or bool(re.fullmatch("[0-9]{11}", r["tract"]))
    m["V626"] = r["county"] == "NA" or bool(re.fullmatch("[0-9]{5}", r["county"]))
    m["V627"] = implies(r["county"] != "NA" and r["tract"] != "NA", len(r["county"]) == 5 and r["tract"][:5] == r["county"])
    m["V628-1"] = r["app_eth_1"] in E + ["3", "4"] or (r["app_eth_1"] == "" and r["app_eth_free"] != "")
    m["V628-2"] = all(e in E + [""] for e in eth[1:])
    m["V628-3"] = once(eth)
    m["V628-4"] = implies(eth[0] in ("3", "4"), blank(eth[1:]))
    m["V629-1"] = r["app_eth_basis"] in codes("1 2 3")
    m["V629-2"] = implies(r["app_eth_basis"] == "1", eth[0] in ("1", "2") and eth[1] in ("1", "2", "") and blank(eth[2:]))
    m["V629-3"] = implies(r["app_eth_basis"] == "2", eth[0] in E + ["3"] or (eth[0] == "" and r["app_eth_free"] != ""))
    m["V630"] = implies(eth[0] == "4", r["app_eth_basis"] == "3")
    m["V631-1"] = co_eth[0] in E + ["3", "4", "5"] or (co_eth[0] == "" and r["co_app_eth_free"] != "")
    m["V631-2"] = all(e in E + [""] for e in co_eth[1:])
    m["V631-3"] = once(co_eth)
    m["V631-4"] = implies(co_eth[0] in ("3", "4", "5"), blank(co_eth[1:]))
    m["V632-1"] = r["co_app_eth_basis"] in codes("1 2 3 4")
    m["V632-2"] = implies(r["co_app_eth_basis"] == "1", co_eth[0] in ("1", "2") and co_eth[1] in ("1", "2", "") and blank(co_eth[2:]))
    m["V632-3"] = implies(r["co_app_eth_basis"] == "2", co_eth[0] in E + ["3"] or (co_eth[0] == "" and r["co_app_eth_free"] != ""))
    m["V633"] = implies(co_eth[0] == "4", r["co_app_eth_basis"] == "3")
    m["V634"] = (co_eth[0] == "5") == (r["co_app_eth_basis"] == "4")
    m["V635-1"] = race[0] in R + ["6", "7"] or (race[0] == "" and not blank(free))
    m["V635-2"] = all(x in R + [""] for x in race[1:])
    m["V635-3"] = once(race)
    m["V635-4"] = implies(race[0] in ("6", "7"), blank(race[1:]))
    m["V636-1"] = r["app_race_basis"] in codes("1 2 3")
    m["V636-2"] = implies(r["app_race_basis"] == "1", race[0] in five and all(x in five + [""] for x in race[1:]))
    m["V636-3"] = implies(
        r["app_race_basis"] == "2",
        (race[0] in R + ["6"] or (race[0] == "" and not blank(free))) and all(x in R + [""] for x in race[1:]),
    )
    m["V637"] = implies(race[0] == "7", r["app_race_basis"] == "3")
    m["V638-1"] = co_race[0] in R + ["6", "7", "8"] or (co_race[0] == "" and not blank(co_free))
    m["V638-2"] = all(x in R + [""] for x in co_race[1:])
    m["V638-3"] = once(co_race)
    m["V638-4"] = implies(co_race[0] in ("6", "7", "8"), blank(co_race[1:]))
    m["V639-1"] = r["co_app_race_basis"] in codes("1 2 3 4")
    m["V639-2"] = implies(r["co_app_race_basis"] == "1", co_race[0] in five and all(x in five + [""] for x in co_race[1:]))
    m["V639-3"] = implies(
        r["co_app_race_basis"] == "2",
        (co_race[0] in R + ["6"] or (co_race[0] == "" and not blank(co_free))) and all(x in R + [""] for x in co_race[1:]),
    )
    m["V640"] = implies(co_race[0] == "7", r["co_app_race_basis"] == "3")
    m["V641"] = (co_race[0] == "8") == (r["co_app_race_basis"] == "4")
    m["V642-1"] = r["app_sex"] in codes("1 2 3 4 6")
    m["V642-2"] = r["app_sex_basis"] in codes("1 2 3")
    m["V643"] = implies(r["app_sex_basis"] == "1", r["app_sex"] in codes("1 2"))
    m["V644-1"] = implies(r["app_sex_basis"] == "2", r["app_sex"] in codes("1 2 3 6"))
    m["V644-2"] = implies(r["app_sex"] == "6", r["app_sex_basis"] in codes("2 3"))
    m["V645"] = implies(r["app_sex"] == "4", r["app_sex_basis"] == "3")
    m["V646-2"] = r["co_app_sex_basis"] in codes("1 2 3 4")
    m["V647"] = implies(r["co_app_sex_basis"] == "1", r["co_app_sex"] in codes("1 2"))
    m["V648-1"] = implies(r["co_app_sex_basis"] == "2", r["co_app_sex"] in codes("1 2 3 6"))
    m["V648-2"] = implies(r["co_app_sex"] == "6", r["co_app_sex_basis"] in codes("2 3"))
    m["V649"] = implies(r["co_app_sex"] == "4", r["co_app_sex_basis"] == "3")
    m["V650"] = (r["co_app_sex_basis"] == "4") == (r["co_app_sex"] == "5")
    m["V651-1"] = (whole(r["app_age"]) or 0) > 0
    m["V651-2"] = implies(non_natural and act != "6", r["app_age"] == "8888")
    m["V652-1"] = (whole(r["co_app_age"]) or 0) > 0
    m["V652-2"] = implies(co_non_natural and act != "6", r["co_app_age"] == "8888")
    m["V654-1"] = r["income"] == "NA" or bool(re.fullmatch("-?[0-9]+", r["income"]))
    m["V654-2"] = implies(mafu, r["income"] == "NA")
    m["V655-1"] = implies(non_natural and act != "6", r["income"] == "NA")
    m["V655-2"] = implies(co_non_natural and act != "6", r["income"] == "NA")
    m["V656-1"] = r["purchaser_type"] in codes("0 1 2 3 4 5 6 71 72 8 9")
    m["V656-2"] = implies(act in codes("2 3 4 5 7 8"), r["purchaser_type"] == "0")
    m["V657-1"] = na(r["rate_spread"]) or number(r["rate_spread"]) is not None
    m["V657-2"] = implies(act in codes("3 4 5 6 7"), na(r["rate_spread"]))
    m["V657-3"] = implies(r["reverse_mortgage"] == "1", na(r["rate_spread"]))
    m["V658-1"] = r["hoepa"] in codes("1 2 3")
    m["V658-2"] = implies(act in codes("2 3 4 5 7 8"), r["hoepa"] == "3")
    m["V659"] = r["lien"] in codes("1 2")
    models = codes("1111 1 2 3 4 5 6 7 9 11 12 13 14 15")
    score, co_score = r["app_credit_score"], r["co_app_credit_score"]
    model, co_model = r["app_score_name"], r["co_app_score_name"]
    text, co_text = r["app_score_code_8"], r["co_app_score_code_8"]
    m["V660-1"] = number(score) is not None
    m["V660-2"] = model in models + ["8"]
    m["V661"] = (score == "8888") == (model == "9")
    m["V662-1"] = (model in models) == (text == "")
    m["V662-2"] = (model == "8") == (text != "")
    m["V663"] = implies(
        act in codes("4 5 6"), (score == "8888" or exempt(score)) and (model == "9" or exempt(model)) and text == ""
    )
    m["V664"] = implies(
        act in codes("4 5 6"), (co_score == "8888" or exempt(co_score)) and (co_model == "9" or exempt(co_model)) and co_text == ""
    )
    m["V665-1"] = number(co_score) is not None
    m["V665-2"] = co_model in models + ["8", "10"]
    m["V666-1"] = (co_score == "8888") == (co_model == "9")
    m["V666-2"] = (co_score == "9999") == (co_model == "10")
    m["V667-1"] = (co_model in models + ["10"]) == (co_text == "")
    m["V667-2"] = (co_model == "8") == (co_text != "")
    m["V668-1"] = implies(non_natural, score == "8888" or exempt(score))
    m["V668-2"] = implies(co_non_natural, co_score == "8888" or exempt(co_score))
    m["V669-1"] = denial[0] in reasons + ["1111", "10"]
    m["V669-2"] = all(d in reasons + [""] for d in denial[1:])
    m["V669-3"] = once(denial)
    m["V669-4"] = implies(denial[0] in ("1111", "10"), blank(denial[1:]))
    m["V670-1"] = implies(act in ("3", "7"), denial[0] in reasons + ["1111"])
    m["V670-2"] = implies(denial[0] in reasons, act in ("3", "7"))
    m["V670-3"] = implies(act in codes("1 2 4 5 6 8"), denial[0] in ("1111", "10"))
    m["V670-4"] = implies(denial[0] == "10", act in codes("1 2 4 5 6 8"))
    m["V671-1"] = implies("9" in denial, r["denial_code_9"] != "")
    m["V671-2"] = implies(r["denial_code_9"] != "", "9" in denial)
    at_least_0 = lambda f: number(r[f]) is not None and not r[f].startswith("-")
    above_0 = lambda f: number(r[f]) is not None and number(r[f]) > 0
    reverse, open_end, business = (r[f] == "1" for f in ("reverse_mortgage", "open_end_credit", "business_purpose"))
    m["V672-1"] = na(r["loan_costs"]) or at_least_0("loan_costs")
    m["V672-2"] = implies(at_least_0("points_fees"), r["loan_costs"] == "NA")
    m["V672-3"] = implies(reverse, na(r["loan_costs"]))
    m["V672-4"] = implies(open_end, na(r["loan_costs"]))
    m["V672-5"] = implies(business, na(r["loan_costs"]))
    m["V672-6"] = implies(act in codes("2 3 4 5 7 8"), na(r["loan_costs"]))
    m["V673-1"] = na(r["points_fees"]) or at_least_0("points_fees")
    m["V673-2"] = implies(act in codes("2 3 4 5 6 7 8"), na(r["points_fees"]))
    m["V673-3"] = implies(reverse, na(r["points_fees"]))
    m["V673-4"] = implies(business, na(r["points_fees"]))
    m["V673-5"] = implies(at_least_0("loan_costs"), r["points_fees"] == "NA")
    m["V674-1"] = na(r["origination_fee"]) or at_least_0("origination_fee")
    m["V675-1"] = na(r["discount_points"]) or r["discount_points"] == "" or above_0("discount_points")
    m["V676-1"] = na(r["lender_credits"]) or r["lender_credits"] == "" or above_0("lender_credits")
    for edit, field in (("V674", "origination_fee"), ("V675", "discount_points"), ("V676", "lender_credits")):
        m[edit + "-2"] = implies(reverse, na(r[field]))
        m[edit + "-3"] = implies(open_end, na(r[field]))
        m[edit + "-4"] = implies(business, na(r[field]))
        m[edit + "-5"] = implies(act in codes("2 3 4 5 7 8"), na(r[field]))
    m["V677-1"] = na(r["interest_rate"]) or at_least_0("interest_rate")
    m["V677-2"] = implies(act in codes("3 4 5 7"), na(r["interest_rate"]))
    penalty = r["prepayment_penalty"]
    m["V678-1"] = na(penalty) or (whole(penalty) or 0) > 0
    m["V678-2"] = implies(act == "6", na(penalty))
    m["V678-3"] = implies(reverse, na(penalty))
    m["V678-4"] = implies(business, na(penalty))
    both = number(penalty) is not None and number(r["loan_term"]) is not None
    m["V678-5"] = implies(both, both and number(penalty) <= number(r["loan_term"]))
    m["V679-1"] = na(r["dti"]) or number(r["dti"]) is not None
    m["V679-2"] = implies(act in codes("4 5 6"), na(r["dti"]))
    m["V679-3"] = implies(mafu, na(r["dti"]))
    m["V680-1"] = implies(non_natural and no_co, na(r["dti"]))
    m["V680-2"] = implies(non_natural and co_non_natural, na(r["dti"]))
    m["V681-1"] = na(r["cltv"]) or above_0("cltv")
    m["V681-2"] = implies(act in codes("4 5 6"), na(r["cltv"]))
    m["V682-1"] = na(r["loan_term"]) or (whole(r["loan_term"]) or 0) > 0
    m["V682-2"] = implies(reverse, na(r["loan_term"]))
    m["V683"] = na(r["intro_rate"]) or (whole(r["intro_rate"]) or 0) > 0
    for edit, field in (("V684", "balloon"), ("V685", "int_only_pmts"), ("V686", "neg_amort"), ("V687", "non_amort_features")):
        m[edit] = r[field] in codes("1111 1 2")
    m["V688-1"] = na(r["property_value"]) or above_0("property_value")
    m["V688-2"] = implies(act in codes("4 5"), na(r["property_value"]))
    m["V689-1"] = r["manufactured_type"] in codes("1111 1 2 3")
    m["V689-2"] = implies(mafu, r["manufactured_type"] in codes("1111 3"))
    m["V689-3"] = implies(r["const_method"] == "1", r["manufactured_type"] in codes("1111 3"))
    m["V690-1"] = r["manufactured_interest"] in codes("1111 1 2 3 4 5")
    m["V690-2"] = implies(mafu, r["manufactured_interest"] in codes("1111 5"))
    m["V690-3"] = implies(r["const_method"] == "1", r["manufactured_interest"] in codes("1111 5"))
    units, affordable = number(r["total_units"]), r["affordable_units"]
    m["V691"] = (whole(r["total_units"]) or 0) > 0
    m["V692-2"] = implies(units is not None and units < 5, na(affordable))
    m["V692-3"] = implies(units is not None and units >= 5, na(affordable) or (units is not None and mafu and number(affordable) <= units))
    m["V693-1"] = r["app_submission"] in codes("1111 1 2 3")
    m["V693-2"] = implies(act == "6", r["app_submission"] in codes("1111 3"))
    m["V693-3"] = implies(r["app_submission"] == "3", act == "6")
    m["V694-1"] = r["initially_payable"] in codes("1111 1 2 3")
    m["V694-2"] = implies(act == "6", r["initially_payable"] in codes("1111 3"))
    m["V694-3"] = implies(act == "1", r["initially_payable"] in codes("1111 1 2"))
    m["V695-1"] = na(r["mlo_id"]) or whole(r["mlo_id"]) is not None
    m["V695-2"] = set(r["mlo_id"]) != {"0"}
    m["V696-1"] = aus[0] in codes("1111 1 2 3 4 5 6 7") and all(a in codes("1 2 3 4 5 7") + [""] for a in aus[1:])
    m["V696-2"] = res[0] in results + ["1111", "17"] and all(x in results + [""] for x in res[1:])
    m["V696-3"] = sum(a != "" for a in aus) == sum(x != "" for x in res)
    m["V699"] = all(implies(a == "5", x in results) for a, x in zip(aus, res))
    rest = blank(aus[1:]) and blank(res[1:])
    m["V700-1"] = implies(aus[0] == "6", res[0] == "17" and rest)
    m["V700-2"] = implies(res[0] == "17", aus[0] == "6" and rest)
    m["V701"] = all(implies(a == "", x == "") for a, x in list(zip(aus, res))[1:])
    m["V702-1"] = implies("5" in aus, r["aus_code_5"] != "")
    m["V702-2"] = implies(r["aus_code_5"] != "", "5" in aus)
    m["V703-1"] = implies("16" in res, r["aus_code_16"] != "")
    m["V703-2"] = implies(r["aus_code_16"] != "", "16" in res)
    m["V704-1"] = implies(act == "6", aus[0] == "6")
    m["V704-2"] = implies(act == "6", res[0] in ("1111", "17"))
    none_run = aus[0] in ("1111", "6") and res[0] in ("1111", "17")
    m["V705-1"] = implies(non_natural and no_co, none_run)
    m["V705-2"] = implies(non_natural and co_non_natural, none_run)
    for edit, field in (("V706", "reverse_mortgage"), ("V707", "open_end_credit"), ("V708", "business_purpose")):
        m[edit] = r[field] in codes("1111 1 2")
    place = [r["street_address"], r["city"], r["zip_code"]]
    m["V709"] = place.count("Exempt") in (0, 3)
    credit = [score, co_score, model, co_model]
    m["V710"] = implies("1111" in credit, credit.count("1111") == 4 and text == "" and co_text == "")
    m["V711"] = implies("1111" in denial, denial[0] == "1111" and blank(denial[1:]) and r["denial_code_9"] == "")
    m["V712"] = [r["loan_costs"], r["points_fees"]].count("Exempt") in (0, 2)
    m["V713"] = implies(
        "1111" in aus + res, aus[0] == "1111" and res[0] == "1111" and rest and r["aus_code_5"] == "" and r["aus_code_16"] == ""
    )
    m["V714"] = [r["app_submission"], r["initially_payable"]].count("1111") in (0, 2)
    m["V715"] = [r[f] for f in ("balloon", "int_only_pmts", "neg_amort", "non_amort_features")].count("1111") in (0, 4)
    m["V716"] = implies(
        r["state"] != "NA" and r["county"] != "NA", r["state"] in STATES and r["county"].startswith(STATES[r["state"]])
    )
    return m


def sheet_must(s):
    """What must hold of a transmittal sheet, by edit."""
    m = {}
    m["S300"] = s["record_id"] == "1"
    m["V600"] = bool(re.fullmatch("[A-Za-z0-9]{20}", s["lei"]))
    m["V601"] = all(s[f] for f in ("inst_name", "contact_name", "contact_email", "contact_street_address", "office_city"))
    m["V602"] = s["calendar_quarter"] == "4"
    m["V603"] = bool(re.fullmatch("[0-9]{3}-[0-9]{3}-[0-9]{4}", s["contact_tel"]))
    m["V604"] = s["office_state"] in STATES
    m["V605"] = bool(re.fullmatch("[0-9]{5}|[0-9]{5}-[0-9]{4}", s["office_zip"]))
    m["V606"] = (whole(s["lar_entries"]) or 0) > 0
    m["V607"] = bool(re.fullmatch("[0-9]{2}-[0-9]{7}", s["tax_id"]))
    name = s["inst_name"]
    m["V717"] = bool(re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", s["contact_email"]))
    m["V719"] = m["V719-1"] = name == "" or any(letter.isalpha() for letter in name)
    m["V719-2"] = name == "" or name != s["lei"]
    return m


def failed(must):
    return [edit for edit, holds in must.items() if not holds]


def loan_should(r):
    """What should hold of a loan, by edit; where a number is compared that is none, nothing is asked."""
    n = lambda field: compared(r[field])
    have = lambda *values: all(value is not None for value in values)
    act = r["action_taken"]
    applied, acted = day(r["app_date"]), day(r["action_date"])
    amount, value, units, income = n("loan_amount"), n("property_value"), n("total_units"), n("income")
    age, co_age, spread, rate = n("app_age"), n("co_app_age"), n("rate_spread"), n("interest_rate")
    costs, fees, charges, points = n("loan_costs"), n("points_fees"), n("origination_fee"), n("discount_points")
    cltv, dti, term = n("cltv"), n("dti"), n("loan_term")
    score, co_score = n("app_credit_score"), n("co_app_credit_score")
    small, large = have(units) and units <= 4, have(units) and units >= 5
    aus = [(r[f"aus_{place}"], r[f"aus_result_{place}"]) for place in range(1, 6)]
    provided = lambda field: r[field] not in ("", "NA", "Exempt")
    street = r["street_address"]
    m = {}
    if have(applied, acted):
        last = date(applied.year + 2, applied.month, min(applied.day, 28) if (applied.month, applied.day) == (2, 29) else applied.day)
        m["Q601"] = acted <= last
        m["Q608"] = implies(act == "1", acted > applied)
    m["Q602"] = implies(street == "NA", not (provided("city") and provided("state") and provided("zip_code")))
    m["Q604"] = implies(
        r["state"] != "NA" and r["county"] != "NA", r["state"] in STATES and r["county"].startswith(STATES[r["state"]])
    )
    buyer = r["purchaser_type"]
    m["Q605-1"] = implies(buyer in ("1", "3"), r["loan_type"] == "1")
    m["Q605-2"] = implies(buyer == "2", r["loan_type"] in codes("2 3 4"))
    m["Q606"] = not have(income) or income < 10000
    m["Q607"] = implies(r["lien"] == "2" and have(amount), have(amount) and amount <= 250000)
    m["Q609"] = implies(buyer in codes("1 2 3 4") and have(spread), have(spread) and spread <= 10)
    m["Q610"] = implies(act == "1" and r["lien"] == "1" and have(spread) and spread > Decimal("6.5"), r["hoepa"] == "1")
    m["Q611"] = implies(act == "1" and r["lien"] == "2" and have(spread) and spread > Decimal("8.5"), r["hoepa"] == "1")
    m["Q612"] = implies(buyer in ("1", "3"), r["hoepa"] in ("2", "3"))
    m["Q613"] = implies(r["business_purpose"] == "1", r["loan_purpose"] in codes("1 2 31 32 5"))
    m["Q614-1"] = not have(age) or age == 8888 or 18 <= age <= 100
    m["Q614-2"] = not have(co_age) or co_age in (8888, 9999) or 18 <= co_age <= 100
    for edit, a, b in (("Q615-1", costs, charges), ("Q615-2", fees, charges), ("Q616-1", costs, points), ("Q616-2", fees, points)):
        m[edit] = not have(a, b) or a == 0 or b == 0 or a > b
    m["Q617"] = implies(
        r["loan_type"] == "1" and have(cltv, value, amount) and value > 0, not have(cltv, value, amount) or cltv * value >= amount * 100
    )
    m["Q618"] = implies(r["const_method"] == "2", r["manufactured_type"] != "3")
    m["Q619"] = implies(r["const_method"] == "2", r["manufactured_interest"] != "5")
    m["Q620"] = implies(r["business_purpose"] == "2", r["mlo_id"] != "NA")
    m["Q621"] = bool(re.fullmatch("[A-Za-z0-9]{0,12}", r["mlo_id"]))
    m["Q622"] = implies(r["reverse_mortgage"] == "1" and have(age), not have(age) or age >= 62)
    m["Q623"] = implies(small and have(income, amount) and income <= 200, not have(amount) or amount < 2000000)
    m["Q624"] = implies(r["loan_type"] == "2" and have(units, amount) and units == 1, not have(amount) or amount <= 637000)
    m["Q625"] = implies(r["loan_type"] == "3" and small and have(amount), not have(amount) or amount <= 1050000)
    m["Q626"] = implies(buyer in codes("1 2 3 4") and small and have(amount), not have(amount) or amount <= 1225000)
    m["Q627"] = implies(large and have(amount), not have(amount) or 100000 <= amount <= 10000000)
    m["Q628"] = implies(r["loan_purpose"] == "1" and small and have(amount), not have(amount) or amount > 10000)
    m["Q629"] = implies(act in codes("1 2 3 4 5 7 8") and small and r["loan_purpose"] in codes("1 2 4"), r["income"] != "NA")
    m["Q630"] = implies(large, r["hoepa"] == "3")
    m["Q631"] = implies(r["loan_type"] in codes("2 3 4") and have(units), not have(units) or units <= 4)
    for edit, system, results in (
        ("Q632", "3", "1 2 3 4 8 13 18 19 16"),
        ("Q633", "4", "3 4 10 15 18 19 20 21 22 23 24 16"),
        ("Q643", "1", "1 2 3 4 5 6 7 15 16"),
        ("Q644", "2", "8 9 10 11 12 13 16"),
    ):
        m[edit] = all(implies(a == system, x in codes(results)) for a, x in aus)
    m["Q642-1"] = implies(r["app_credit_score"] == "7777", r["app_score_name"] in ("7", "8"))
    m["Q642-2"] = implies(r["co_app_credit_score"] == "7777", r["co_app_score_name"] in ("7", "8"))
    m["Q645-1"] = not have(amount) or amount >= 500
    m["Q645-2"] = implies(r["loan_purpose"] == "1" and have(amount), not have(amount) or amount >= 1000)
    m["Q648"] = implies(act in codes("1 2 3 4 5 7 8") and len(r["uli"]) >= 23, r["uli"][:20] == r["lei"])
    m["Q649-1"] = not have(score) or score in (7777, 8888, 1111) or 300 <= score <= 900
    m["Q649-2"] = not have(co_score) or co_score in (7777, 8888, 9999, 1111) or 300 <= co_score <= 900
    m["Q650-1"] = not have(rate) or rate <= 0 or rate >= Decimal("0.5")
    m["Q650-2"] = not have(rate) or rate <= 20
    m["Q651"] = not have(cltv) or cltv <= 0 or cltv >= 1
    m["Q652"] = not have(dti) or dti <= 0 or dti >= 1
    m["Q653-1"] = implies(act in codes("1 2 8") and have(cltv), not have(cltv) or 0 <= cltv <= 250)
    m["Q653-2"] = implies(act in codes("3 4 5 6 7") and have(cltv), not have(cltv) or 0 <= cltv <= 1000)
    m["Q654"] = implies(have(income, dti) and income > 5 and act in codes("1 2 8"), not have(dti) or 0 <= dti <= 80)
    m["Q655"] = implies(large, r["affordable_units"] == "Exempt" or bool(re.fullmatch("-?[0-9]+", r["affordable_units"])))
    exempt_only = codes(
        "interest_rate rate_spread prepayment_penalty dti cltv loan_term intro_rate street_address city state zip_code loan_costs "
        "points_fees origination_fee discount_points lender_credits property_value affordable_units mlo_id"
    )
    m["Q656"] = all(r[f] != "1111" for f in exempt_only)
    never = codes(
        "total_units income purchaser_type hoepa lien loan_type loan_purpose const_method occ_type loan_amount rate_spread preapproval "
        "action_taken app_eth_1 app_eth_2 app_eth_3 app_eth_4 app_eth_5 app_eth_basis co_app_eth_basis app_race_1 app_race_2 app_race_3 "
        "app_race_4 app_race_5 co_app_race_1 co_app_race_2 co_app_race_3 co_app_race_4 co_app_race_5 app_race_basis co_app_race_basis "
        "app_sex co_app_sex app_sex_basis co_app_sex_basis app_age co_app_age aus_2 aus_3 aus_4 aus_5 aus_result_2 aus_result_3 "
        "aus_result_4 aus_result_5"
    )
    m["Q657"] = all(r[f] != "1111" for f in never)
    m["Q658"] = not have(term) or term <= 600
    either = codes(
        "app_age co_app_age app_credit_score co_app_credit_score street_address city state zip_code income rate_spread loan_costs "
        "points_fees origination_fee discount_points lender_credits interest_rate prepayment_penalty dti cltv loan_term intro_rate "
        "affordable_units property_value mlo_id"
    )
    m["Q659-1"] = all(r[f] not in ("888", "88888") for f in either)
    m["Q659-2"] = all(r[f] not in ("999", "99999") for f in either)
    m["Q660-1"] = len(street) <= 100
    m["Q660-2"] = not re.search(r";|&|\band\b", street, re.IGNORECASE)
    m["Q660-3"] = not re.search(r"[?!*%^@\[\]{}<>_+=]|\btbd\b", street, re.IGNORECASE)
    letters, digits = any(c.isalpha() for c in street), any(c in "0123456789" for c in street)
    m["Q660-4"] = street in ("", "NA", "Exempt") or (letters and digits)
    numbers = codes(
        "loan_amount property_value total_units income app_age co_app_age app_credit_score co_app_credit_score rate_spread interest_rate "
        "loan_costs points_fees origination_fee discount_points cltv dti loan_term"
    )
    m["unusual_number"] = all(number(r[f]) is None or n(f) is not None for f in numbers)
    return m


def report(name, must, should):
    print(json.dumps({"id": name, "edits": failed(must), "quality": failed(should)}))


def main():
    filed = sys.argv[1:2] == ["--filed"]
    with open(sys.argv[-1], encoding="utf-8") as file:
        lines = [line.rstrip("\r\n").split("|") for line in file]
    if filed:
        report("sheet", sheet_must(dict(zip(SHEET, lines[0], strict=True))), {})
        names = LOAN
    else:
        names = lines[0]
    for number_of_line, cells in enumerate(lines[1:], 1):
        loan = dict(zip(names, cells, strict=True))
        report(loan.get("case_id", number_of_line), loan_must(loan), loan_should(loan))


if __name__ == "__main__":
    main()
