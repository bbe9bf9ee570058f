"""The desk: other people's programs ask the register over HTTP, on loopback, each with a token of its own.

`comity.storage.desks` says who may ask; `endpoint` holds the routes: yente's API and an OpenRefine reconciliation
service, whose shapes are in `comity.interop`. It asks through the same verbs as the command, so what a check tells and
what of it is entered in the journal are the same.
"""
