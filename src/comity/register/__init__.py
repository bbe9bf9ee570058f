"""The joint register: records whose owners rely on their own control, and a check that finds the right one.

Reading order, from a name to an answer:

| module | what it knows |
|---|---|
| `characters`, `sounds` | letters: clean, plain, folded, skeletons of consonants |
| `transliteration`, `spellings` | likely Latin spellings of a token in another script |
| `words`, `names` | a name taken apart into units, each with the part it plays |
| `columns`, `postings`, `vocabulary`, `index` | all names, arranged for finding; `index_files` keeps them |
| `candidates`, `likeness`, `comparison` | the names worth comparing, and the comparison |
| `features`, `scoring`, `explaining` | what is claimed of a pair, what it comes to between 0 and 1, and why |
| `examination`, `checking` | questions in, hits out |
| `subjects`, `record`, `answers` | whom a record is about, on what terms it is kept, what a hit may tell |
| `questions` | what may be asked of another Party, how much a day, keys for a blind check |
| `entity_file`, `book`, `link` | files of entities, one's own register, registers against each other |
"""
