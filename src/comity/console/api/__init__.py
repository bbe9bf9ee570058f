"""The HTTP API: what officers do at the pages, for their programs.

Nothing is decided here either. `operations` is the one table: method, path, verb, answer. The router and the OpenAPI
document are both made from it, so neither can say what the other does not. From the outside in:

- `endpoint` finds who calls (`Authorization: Bearer`, no cookie), reads what is asked and answers;
- `acting` does an act together with all that belongs to it: the key under which it came, the version it was meant
  for, who gave it. All of that is one piece of work;
- `shapes` are the answers, documented field by field; `problems` what is said where something does not go;
- `cursors` turn pages; `openapi` prints the document.
"""
