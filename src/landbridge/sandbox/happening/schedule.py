"""When a schedule is due: `rate(…)` and `cron(…)` as EventBridge has them, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_MONTHS = {
    name: number for number, name in enumerate(("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)
}


def due(expression: str, last: float, now: float) -> bool:
    """Whether it is due at `now`, when it was last at `last` (seconds since 1970)."""
    if rate := re.fullmatch(r"rate\((\d+) (second|minute|hour|day)s?\)", expression):
        return now - last >= int(rate[1]) * _UNITS[rate[2]]
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if cron is None or int(last // 60) == int(now // 60):
        return False
    at = datetime.fromtimestamp(now, UTC)
    weekday = at.isoweekday() % 7 + 1
    minute, hour, day, month, week, year = cron.groups()
    return (
        _fits(minute, at.minute, {})
        and _fits(hour, at.hour, {})
        and _fits(day, at.day, {})
        and _fits(month, at.month, _MONTHS)
        and _fits(week, weekday, _DAYS)
        and _fits(year, at.year, {})
    )


def _fits(field: str, value: int, names: dict[str, int]) -> bool:
    return any(_one(part, value, names) for part in field.split(","))


def _one(part: str, value: int, names: dict[str, int]) -> bool:
    part, _, step = part.partition("/")
    first, _, last = part.partition("-")
    if first in ("*", "?"):
        return not step or value % int(step) == 0
    start = names.get(first) or int(first)
    if step and not last:
        return value >= start and (value - start) % int(step) == 0
    end = (names.get(last) or int(last)) if last else start
    return start <= value <= end and (not step or (value - start) % int(step) == 0)
