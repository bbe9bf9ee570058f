"""The console: an officer's working day in the browser.

Nothing is decided here. A page asks the same use cases as the command (`comity.control`), under the officer's roles
(`permissions`), and shows what came of it. From the outside in:

- `app` puts the routes together; `guard` looks at every request before anything else does: address, size, session,
  token against forgery; and at every answer: headers.
- `screens` lists what can be looked at: each screen has a path, a view and a template. A view (`views/`) is a frozen
  value with documented fields, built from the answers of verbs; as HTML, JSON or CSV it says the same.
- `acts` turns a form into a verb; what needs two officers waits for the second (`two_persons`).
- `sign_in` and `passkeys` know how officers come in.
"""
