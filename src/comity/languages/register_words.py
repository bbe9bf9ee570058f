"""Words of the register that stand in rows and answers: states of checks, hits and flags, bands, kinds of flag."""

from comity.languages.words import N_

BANDS = (N_("hit"), N_("possible"))
CHECKS = (N_("answered"), N_("unsent"), N_("standing"), N_("over"))
HITS = (N_("told"), N_("released"), N_("closed"), N_("nothing"))
OUTCOMES = (N_("confirmed"), N_("false"), N_("undetermined"))
FLAGS = (N_("raised"), N_("acknowledged"), N_("corrected"), N_("upheld"), N_("taken back"))
KINDS = N_("look-alike")
