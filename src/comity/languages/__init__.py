"""Comity's own words in the reader's language.

What Comity prints is written in English and marked with `_` or `ngettext`; catalogues beside this file hold the other
languages (gettext: one folder a language, in it one catalogue an area of the code, `.po` for people and `.mo` for the
program). What machines read is never translated: JSON, journals, decisions, citations, names of commands and fields.

```
use("pl")
_("{count} owed to {peer}", count=3, peer="south.example")
said("no exchange article covers this category")       # a sentence of the pure core, recognised as it stands
```

Nothing is loaded until a language other than English is asked for, so `comity --help` stays quick.
"""

from comity.languages.reading import (
    ENGLISH,
    ENVIRONMENT,
    TAGS,
    _,
    choose,
    current,
    is_reviewed,
    ngettext,
    said,
    speaking,
    use,
)

__all__ = [
    "ENGLISH",
    "ENVIRONMENT",
    "TAGS",
    "_",
    "choose",
    "current",
    "is_reviewed",
    "ngettext",
    "said",
    "speaking",
    "use",
]
