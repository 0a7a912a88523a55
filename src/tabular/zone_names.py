"""Names of zones that files write behind a time, and how far each is from UTC.

A name that means one zone only is here; IST (India, Ireland, Israel), CST in China and their like are not. The North
American ones are those of RFC 2822.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone

_HOURS = {
    "UTC Z GMT UT WET": 0.0,
    "BST WEST CET MEZ": 1.0,
    "CEST MESZ EET SAST": 2.0,
    "EEST MSK TRT": 3.0,
    "PKT": 5.0,
    "WIB": 7.0,
    "HKT SGT AWST": 8.0,
    "JST KST": 9.0,
    "ACST": 9.5,
    "AEST": 10.0,
    "ACDT": 10.5,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "BRT ART": -3.0,
    "EDT": -4.0,
    "EST CDT": -5.0,
    "CST MDT": -6.0,
    "MST PDT": -7.0,
    "PST AKDT": -8.0,
    "AKST": -9.0,
    "HST": -10.0,
}

ZONE_NAMES: Mapping[str, timezone] = {
    name: timezone(timedelta(hours=hours))
    for names, hours in _HOURS.items()
    for name in names.split()
}
"""Offset by name, in capitals."""
