"""Words of matters that stand in rows and answers: states, what is due, the rules that grounds are cited by."""

from comity.languages.words import N_

STATES = (
    N_("acknowledged"),
    N_("abandoned"),
    N_("adopted"),
    N_("agreed"),
    N_("answered"),
    N_("arranged"),
    N_("begun"),
    N_("cancelled"),
    N_("closed"),
    N_("delivered"),
    N_("drafted"),
    N_("established"),
    N_("notified"),
    N_("objected"),
    N_("paused"),
    N_("proposed"),
    N_("received"),
    N_("reported"),
    N_("returned"),
    N_("sent"),
    N_("under-way"),
)
#: What a deadline is for; where a step has it, the step's name.
DUE = (
    N_("acknowledge"),
    N_("adopt"),
    N_("answer"),
    N_("report"),
    N_("return"),
    N_("send"),
    N_("rehearsed"),
    N_("line {line}"),
    N_("finding {finding}"),
)
CITED = (
    N_("matter rule 1 chain"),
    N_("matter rule 3 in force"),
    N_("matter rule 4 article"),
    N_("matter rule 6 turn"),
    N_("matter rule 7 terms"),
)
