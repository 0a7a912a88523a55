"""Names of zones that files write behind a time, and how far each is from UTC.

A name that means one zone only is here; IST (India, Ireland, Israel), CST in China and their like are not. The North
American ones are those of RFC 2822.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone

_HOURS = (
    "UTC=0 Z=0 GMT=0 UT=0 WET=0 BST=1 WEST=1 CET=1 MEZ=1 CEST=2 MESZ=2 EET=2 SAST=2 EEST=3 MSK=3 TRT=3 PKT=5 WIB=7"
    " HKT=8 SGT=8 AWST=8 JST=9 KST=9 ACST=9.5 AEST=10 ACDT=10.5 AEDT=11 NZST=12 NZDT=13 BRT=-3 ART=-3 EDT=-4 EST=-5"
    " CDT=-5 CST=-6 MDT=-6 MST=-7 PDT=-7 PST=-8 AKDT=-8 AKST=-9 HST=-10"
)
ZONE_NAMES: Mapping[str, timezone] = {
    name: timezone(timedelta(hours=float(hours)))
    for name, _, hours in (pair.partition("=") for pair in _HOURS.split())
}
"""Offset by name, in capitals."""
