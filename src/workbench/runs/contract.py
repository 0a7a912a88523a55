"""The contract of a notebook: what its parameters cell declares, read without running anything.

A parameters cell is the one tagged ``parameters``; it holds annotated assignments only::

    tenant: str = "demo"  # whose records
    as_of: datetime | None = None  # cut-off; None is the tenant's clock

Guarantees: every value that reaches a kernel has been checked against these declarations, an unknown
name is answered with the nearest known one, and nothing in the cell is executed to learn this.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tabular.errors import did_you_mean
from workbench.errors import ContractError, ParameterError
from workbench.runs.values import KINDS, Kind, Value, check_value, parse_text, refuse_secret


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One declared parameter."""

    name: str
    """As in the cell."""
    kind: Kind
    default: Value
    help: str
    """The comment beside it."""


@dataclass(frozen=True)
class Contract:
    """The parameters a notebook takes, in their order."""

    parameters: tuple[Parameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in their order."""
        return tuple(parameter.name for parameter in self.parameters)

    def __getitem__(self, name: str) -> Parameter:
        """Look a parameter up.

        Raises
        ------
        ParameterError
            "parameter must be one that the notebook declares; ..."
        """
        refuse_secret(name)
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise ParameterError(
            f"parameter must be one that the notebook declares; got {name!r}."
            f" {did_you_mean(name, self.names)}"
        )

    def parse(self, texts: Mapping[str, str]) -> dict[str, Value]:
        """Read parameters given as text; the rest keep their defaults.

        Returns
        -------
        dict of str to Value
            Every declared parameter.

        Raises
        ------
        ParameterError
            An unknown name, a wrong type, or a secret.
        """
        given = {name: parse_text(name, text, self[name].kind) for name, text in texts.items()}
        return self._complete(given)

    def check(self, values: Mapping[str, object]) -> dict[str, Value]:
        """Check parameters given as Python values; the rest keep their defaults.

        Raises
        ------
        ParameterError
            As `parse`.
        """
        given = {name: check_value(name, value, self[name].kind) for name, value in values.items()}
        return self._complete(given)

    def _complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        return {
            parameter.name: given.get(parameter.name, parameter.default)
            for parameter in self.parameters
        }

    def describe(self) -> str:
        """List the parameters as lines of help."""
        return "\n".join(
            f"  {p.name}: {p.kind} = {p.default!r}" + (f"  # {p.help}" if p.help else "")
            for p in self.parameters
        )


def read_contract(source: str, *, notebook: str = "notebook") -> Contract:
    """Read the contract from the source of a parameters cell.

    Parameters
    ----------
    source : str
        Python of the cell.
    notebook : str
        Name for the sentences.

    Raises
    ------
    ContractError
        "parameters cell of X must hold only annotated assignments; got ..."

    Examples
    --------
    >>> print(read_contract("rounds: int = 3  # how often").describe())
      rounds: int = 3  # how often
    >>> read_contract("rounds = 3")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbench.errors.ContractError: parameters cell of notebook must hold only annotated assignments...
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ContractError(
            f"parameters cell of {notebook} must be Python; got {error.msg} in line {error.lineno}."
        ) from error
    comments = _comments(source)
    parameters: list[Parameter] = []
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "datetime":
            continue
        if (
            not isinstance(statement, ast.AnnAssign)
            or not isinstance(statement.target, ast.Name)
            or statement.value is None
        ):
            raise ContractError(
                f"parameters cell of {notebook} must hold only annotated assignments such as"
                f" `rounds: int = 3  # help`; got `{ast.unparse(statement)}`."
            )
        name = statement.target.id
        if any(name == parameter.name for parameter in parameters):
            raise ContractError(
                f"parameter of {notebook} must be declared once; got {name!r} twice."
            )
        kind = _kind(statement.annotation, name, notebook)
        parameters.append(
            Parameter(
                name=name,
                kind=kind,
                default=_default(statement.value, name, kind, notebook),
                help=comments.get(statement.end_lineno or 0, ""),
            )
        )
    return Contract(tuple(parameters))


def _comments(source: str) -> dict[int, str]:
    """Collect the comments of a cell by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _kind(annotation: ast.expr, name: str, notebook: str) -> Kind:
    optional = False
    if (
        isinstance(annotation, ast.BinOp)
        and isinstance(annotation.op, ast.BitOr)
        and isinstance(annotation.right, ast.Constant)
        and annotation.right.value is None
    ):
        annotation, optional = annotation.left, True
    written = ast.unparse(annotation)
    if written not in KINDS:
        raise ContractError(
            f"parameter {name!r} of {notebook} must be declared as one of {', '.join(KINDS)} or"
            f" `type | None`; got {written!r}."
        )
    return Kind(name=written, optional=optional)


def _default(expression: ast.expr, name: str, kind: Kind, notebook: str) -> Value:
    value: object
    if (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id in ("date", "datetime")
        and not expression.keywords
        and all(isinstance(argument, ast.Constant) for argument in expression.args)
    ):
        numbers = [argument.value for argument in expression.args]  # type: ignore[attr-defined]
        try:
            value = {"date": date, "datetime": datetime}[expression.func.id](*numbers)
        except (TypeError, ValueError) as error:
            raise ContractError(
                f"default of {name!r} in {notebook} must be a date; got `{ast.unparse(expression)}`."
            ) from error
    else:
        try:
            value = ast.literal_eval(expression)
        except ValueError as error:
            raise ContractError(
                f"default of {name!r} in {notebook} must be a plain value; got"
                f" `{ast.unparse(expression)}`. Compute it in a later cell."
            ) from error
    try:
        return check_value(name, value, kind)
    except ParameterError as error:
        raise ContractError(f"default in {notebook}: {error}") from error
