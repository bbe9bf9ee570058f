"""Other people's lists: the public sanctions lists, tables with a mapping, FollowTheMoney; read within limits, however
hostile.

| module | what it reads |
|---|---|
| `files` | a file, plain, gzip or zip, within bounds; `xml_records`, `rows`: records of XML, rows of a table |
| `values`, `countries` | dates and countries as those lists write them |
| `draft` | one subject under way, statement by statement |
| `un`, `eu`, `uk`, `ofac` | the lists |
| `mapped` | any table, with a mapping file |
| `statements` | FollowTheMoney statements, in and out |
| `formats` | which format a file has, and its subjects |

What is read is a stream of `(line, Subject)`, or `(line, ForeignInput)` where a record cannot be read: the register
enters all of them or none, and tells every mistake.
"""
