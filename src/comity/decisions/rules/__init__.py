"""The ten rules, in the order in which they are tried. Read them in turn; each is a page.

| file | rule | judged |
|---|---|---|
| `r01_safeguards.py` | what no agreement can let pass | once |
| `r02_in_force.py` | an agreement in force between the two | for each agreement |
| `r03_parties_and_offices.py` | both are Parties, the offices have the mandate | for each agreement |
| `r04_category.py` | an `exchange` article covers category, kind and direction | for each agreement |
| `r05_purpose.py` | agreed and not excluded; purposes that travel with the item | for each agreement; once |
| `r06_marking.py` | marking and use before a court | for each agreement; once |
| `r07_third_party.py` | custody holds together; everyone upstream who is owed has consented | once |
| `r08_retention.py` | may the holder still hold it | once |
| `r09_transport.py` | carrier and suite | for each agreement |
| `r10_necessity.py` | what imminent danger lifts, and for whom | where invoked |

A rule gives the grounds that stand against the disclosure; none means it has no objection. Exact meaning:
`specs/gate.md`.
"""
