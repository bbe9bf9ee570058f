"""What may stand in a piece of code's place: the changes that `tools/mutate.py` tries one by one.

A comparison, `and`/`or`, a condition negated or dropped, a constant, an element of a tuple, a returned value, min for
max, the bound of a slice, a statement left out. Left alone: wording (strings with spaces, f-strings), annotations,
asserts, imports, keywords of classes.
"""

import ast
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

__all__ = ["Mutant", "mutants_of"]

_COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}  # fmt: skip
_REVERSED = {ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd,
             ast.BitAnd: ast.BitOr}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """One change: `owner.field` (or its element `place`) becomes `new`."""

    path: Path
    tree: ast.Module
    function: ast.AST | None  # outermost, None for what stands outside functions
    statement: int  # line of the statement, as noted in (2)
    line: int
    what: str
    owner: ast.AST
    field: str
    place: int | None
    new: ast.AST

    def __str__(self) -> str:
        return f"survived  {self.path.relative_to(Path.cwd())}:{self.line}  {self.what}"

    def compiled(self) -> CodeType:
        """Compile the module with the change, and take the change back."""
        old = getattr(self.owner, self.field)
        changed = self.new if self.place is None else [*old[: self.place], self.new, *old[self.place + 1 :]]
        setattr(self.owner, self.field, changed)
        code = compile(ast.fix_missing_locations(self.tree), str(self.path), "exec")
        setattr(self.owner, self.field, old)
        return code


def _with(node: ast.AST, **changes: Any) -> Any:
    new = copy.copy(node)
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Give what may stand in a node's place."""
    match node:
        case ast.Compare(ops=[op]):
            yield from (_with(node, ops=[other()]) for other in _COMPARED[type(op)])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=_REVERSED[type(op)]())
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.BitOr() | ast.BitAnd() as op):
            yield _with(node, op=_REVERSED[type(op)]())
        case ast.Constant(value=bool() as value):
            yield _with(node, value=not value)
        case ast.Constant(value=int() as value):
            yield from (_with(node, value=value + 1), _with(node, value=value - 1))
        case ast.Constant(value=str() as value) if re.fullmatch(r"[\w.:/-]+", value):
            yield _with(node, value=f"{value}x")
        case ast.Return(value=ast.expr() as value) if not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield _with(node, value=ast.Constant(None))
        case ast.Tuple(elts=elts, ctx=ast.Load()) | ast.List(elts=elts, ctx=ast.Load()) | ast.Set(elts=elts):
            yield from (_with(node, elts=elts[:place] + elts[place + 1 :]) for place in range(len(elts)))
        case ast.Call(func=ast.Name(id=name)) if name in _NAMES:
            yield _with(node, func=ast.Name(_NAMES[name], ast.Load()))
        case ast.Slice():
            yield from (_with(node, **{side: None}) for side in ("lower", "upper") if getattr(node, side))
        case ast.Break() | ast.Continue():
            yield ast.Continue() if isinstance(node, ast.Break) else ast.Break()
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, ast.Compare | ast.UnaryOp):
                yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[test]):
            yield _with(node, ifs=[])


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Give every mutant of a file, in the order of its lines."""
    tree = ast.parse(path.read_text())

    def walk(node: ast.AST, function: ast.AST | None, line: int) -> Iterator[Mutant]:
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "keywords") and not isinstance(node, ast.Call):
                continue
            for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
                if not isinstance(child, ast.AST) or _left_alone(child, node):
                    continue
                outer = function or (node if isinstance(node, ast.FunctionDef) and field == "body" else None)
                at = child.lineno if isinstance(child, ast.stmt) else line
                for new in replacements(child):
                    place, what = getattr(child, "lineno", line), f"{_said(child)}  →  {_said(new)}"
                    yield Mutant(path, tree, outer, at, place, what, node, field, index, new)
                yield from walk(child, outer, at)

    yield from walk(tree, None, 0)


def _left_alone(node: ast.AST, parent: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in ("__all__", "__slots__")
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value) in ("Literal", "Final", "Callable")
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Assert) or (
        isinstance(parent, ast.JoinedStr) and isinstance(node, ast.Constant)
    )


def _said(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        node = node.test
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())[:70]
