"""An agreement that provides for everything two offices may do together, for simulations of their work."""

from collections.abc import Mapping

from comity.testing.texts import Text

__all__ = ["NORTH", "SOUTH", "WORKING", "WorkingText"]

NORTH, SOUTH = "north.example", "south.example"

_TEXT = """+++
comity = 1
id = "north-south-2030"
title = "Arrangement on working together"
language = "en"
+++

## Article 1 — Parties and term

```toml clause
[[party]]
id = "north.example"
name.en = "North"
root = "{north}"
signs = ["director"]
[[party]]
id = "south.example"
name.en = "South"
root = "{south}"
signs = ["director"]
[term]
duration = "P5Y"
notice = "P30D"
notice_runs = "from-notice"
zone = "Europe/Oslo"
[languages]
authentic = ["en"]
[protocols]
approval = ["director"]
arrangements = true
```

## Article 2 — Aid

```toml clause
[[aid]]
kind = "check"
about = "any"
refusal_grounds = ["own-law", "ongoing-case"]
acknowledge_within = "P1D"
answer_within = {{ urgent = "PT8H", normal = "P7D" }}
taken_by = ["requested", "better-placed", "jointly"]
[[aid]]
kind = "protection"
about = "officials"
refusal_grounds = ["sovereignty"]
[[aid]]
kind = "joint-measure"
taken_by = ["jointly", "better-placed"]
```

## Article 3 — Offices and missions

```toml clause
[[office]]
id = "north-regional"
party = "north.example"
may = ["aid"]
with = ["kind:regional"]
kind = "regional"
coordinated_with = ["north-mission"]
[[office]]
id = "south-regional"
party = "south.example"
may = ["exchange"]
kind = "regional"
[[mission]]
id = "north-mission"
of = "north.example"
at = "south.example"
seats = 2
expense = "upkeep"
host_provides = ["premises", "housing"]
[[mission]]
id = "south-mission"
of = "south.example"
at = "north.example"
```

## Article 4 — Plans and meetings

```toml clause
[[summary]]
cadence = "P1Y"
countersigned = true
[[plan]]
cadence = "P1Y"
horizon = "P5Y"
approval = ["director"]
contains = ["meetings", "training", "objects-of-interest"]
[[meeting]]
kind = "working-discussion"
levels = ["head", "expert"]
needs_consent_of = "receiving"
expense = "visits"
[[meeting]]
kind = "staff"
[[meeting]]
kind = "delegation"
needs_consent_of = "receiving"
expense = "visits"
```

## Article 5 — Training, materials, deliveries

```toml clause
[[training]]
by = "south.example"
places = 3
terms = "compensated"
paid_by = "sending"
[[materials]]
kinds = ["textbooks", "regulations"]
terms = "free"
[[quota]]
name = "stays"
[[delivery]]
kinds = ["equipment", "documentation"]
forms = ["loan", "joint-development"]
[[passage]]
kinds = ["delegation", "freight"]
notice = "P3D"
[[continuity]]
through = ["north-regional", "south-regional"]
rehearse = "P1Y"
```

## Article 6 — Costs

```toml clause
[[expense]]
id = "visits"
for = "meeting"
planned = {{ stay = "receiving", transport = "sending" }}
unplanned = {{ all = "initiator" }}
[[expense]]
id = "upkeep"
for = "mission"
items = {{ salaries = "sending", premises = "receiving" }}
[[expense]]
id = "stays"
for = "quota"
items = {{ all = "shared" }}
```

## Article 7 — What passes, and to whom

```toml clause
[[exchange]]
category = "incident"
[[exchange]]
category = "materials"
[[exchange]]
category = "experience"
[third_party]
covers = ["information", "materials", "equipment"]
[register]
id = "joint"
schemas = ["Company", "Vessel"]
handling = ["reference", "ask", "silent"]
```
"""


class WorkingText(Text, frozen=True):
    """The text, with the roots of its Parties pinned, or without."""

    def files(self, roots: Mapping[str, str]) -> dict[str, bytes]:
        """Write the agreement's folder."""
        text = _TEXT.format(north=roots.get(NORTH, ""), south=roots.get(SOUTH, ""))
        without = "\n".join(line for line in text.splitlines() if line != 'root = ""')
        return {"agreement.en.md": f"{without}\n".encode()}


WORKING = WorkingText("north-south-2030", (NORTH, SOUTH))
