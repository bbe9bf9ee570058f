"""The rules by which an agreement is looked over before it is signed, grouped by what they look at.

`references` names that lead nowhere · `dates` days that cannot be or cannot be kept · `contents` what a text of this
kind must hold · `overlaps` other agreements · `acts` notices and signatures without effect. Each rule has an id, a
reason, a source and a severity; `comity.agreements.coherence` runs them all.
"""
