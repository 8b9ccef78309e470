"""Rules of repetition as src/base/rrule.h reads them: which texts are rules."""
import re

WEEKDAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
MONTH_DAY = r"-?(?:[1-9]|[12]\d|3[01])"
NTH_WEEKDAY = rf"(?:-?[1-5])?{WEEKDAY}"
PARTS = {"INTERVAL": ("", r"[1-9]\d{0,2}|1000"),
         "BYDAY": ("DAILY WEEKLY MONTHLY", rf"{NTH_WEEKDAY}(?:,{NTH_WEEKDAY})*"),
         "BYMONTHDAY": ("MONTHLY", rf"{MONTH_DAY}(?:,{MONTH_DAY})*")}


def is_rule(text):
    first, *parts = text.removeprefix("RRULE:").split(";")
    if first not in ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"):
        return False
    freq, seen = first[5:], set()
    for part in parts:
        key, _, value = part.partition("=")
        of, form = PARTS.get(key, ("", "(?!)"))
        if key in seen or (of and freq not in of.split()) or not re.fullmatch(form, value, re.A):
            return False
        if key == "BYDAY" and freq != "MONTHLY" and re.search(r"\d", value):
            return False
        seen.add(key)
    return not {"BYDAY", "BYMONTHDAY"} <= seen
