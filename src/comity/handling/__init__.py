"""Whose information it is: items, markings, custody, consent, and the door through which they come in.

```
item.py        one unit of information and what was said about it
markings.py    TLP 2.0 and PAP: how widely it may travel, how openly it may be acted upon
custody.py     the hands it passed through, each hop under its agreement
consent.py     a Party's signed permission to pass on
safeguards.py  what no agreement can let in
```

Everything here is a frozen value. Nothing here decides; `comity.decisions` does.
"""
