"""What a notebook may be asked: read from its cell tagged `parameters`, never executed; checked before anything runs.

papermill pastes names as code and takes any value; so only declared names pass, and only as plain JSON values.
"""

import ast
import difflib
import io
import json
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError

Value = str | int | float | bool | None | list[Any] | dict[str, Any]
_SECRET = re.compile(
    r"passw|passphrase|(^|_)pass$|pwd|token|secret|dsn|credential|(^|_)key$|(api|access|private|secret)_?key|bearer|"
    r"(^|_)(auth|authorization|cookie|login|jwt)($|_)|(^|_)(url|uri)($|_)|密码|密碼|口令|密钥|密鑰|令牌|凭证|憑證",
    re.IGNORECASE,
)
_LIKE_A_SECRET = re.compile(  # values that only a secret has: keys in PEM, tokens of well-known services, signed tokens
    r"-----BEGIN|\b(gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|AKIA|AIza)[\w-]{12,}|\beyJ[\w-]{8,}\.[\w-]{8,}\."
    r"|(^|[\s;&?'\"])(password|passwd|pwd|token|secret|api_?key)\s*[=:]\s*\S",
    re.IGNORECASE,
)
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: `kind` is its annotation as written (str, int, float | None, Literal["a", "b"], …)."""

    name: str
    kind: str
    default: Value = None
    help: str = ""
    required: bool = False

    def read(self, text: str) -> Value:
        """The value that a person typed, as this parameter's kind; ValueError says what was expected."""
        problems = []
        for option in _options(self.kind):
            try:
                return _convert(text, option)
            except ValueError as error:
                problems.append(str(error))
        raise ValueError(" or ".join(dict.fromkeys(problems)))

    def accepts(self, value: Any) -> bool:
        """Whether a value from a program is of this kind and can be written as JSON."""
        return _is_json(value) and any(_fits(value, option) for option in _options(self.kind))


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters of a notebook by name, in its order; empty when no cell is tagged `parameters`."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        source = next(("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", ())), "")
        return {p.name: p for p in _declarations(source)}
    except FileNotFoundError as error:
        raise ParameterError(notebook.name, [f"there is no notebook {notebook}"]) from error
    except (ValueError, KeyError, TypeError, OSError, SyntaxError) as error:
        raise ParameterError(notebook.name, [f"it cannot be read as a notebook: {_one_line(error)}"]) from error


def chosen(known: Mapping[str, Parameter], asked: Mapping[str, Any]) -> tuple[dict[str, Value], list[str]]:
    """The values to run with, and every problem with what was asked. Text is read as the declared kind."""
    values: dict[str, Value] = {}
    problems = [p for name in asked if (p := _name_problem(name, known))]
    for name, given in asked.items():
        if name in known and not secret(name):
            try:
                values[name] = _value(known[name], given)
            except ValueError as error:
                problems.append(f"{name} is {_harmless(given)}; it should be {error}")
    missing = [p.name for p in known.values() if p.required and p.name not in asked]
    return values, problems + [f"{name} has no default, so it must be given" for name in missing]


def secret(name: str) -> bool:
    """Whether a name looks like one of a password or an address with one: papermill would store its value."""
    return bool(_SECRET.search(name))


def _harmless(given: Any) -> str:
    """What was given, as it may be shown."""
    text = repr(given)
    return "…" if _LIKE_A_SECRET.search(text) else _PASSWORD_IN_URL.sub("://…@", text)


def _name_problem(name: str, known: Mapping[str, Parameter]) -> str:
    if secret(name):
        return f"{name!r} looks like a secret, and parameters are stored in the report. Put it in the environment."
    if name in known:
        return ""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known) or 'none'}."
    return f"there is no parameter {name!r}. {hint}"


def _value(parameter: Parameter, given: Any) -> Value:
    if isinstance(given, str):
        if _PASSWORD_IN_URL.search(given) or _LIKE_A_SECRET.search(given):
            raise ValueError("without a password or token: parameters are stored in the report")
        return parameter.read(given)
    if not parameter.accepts(given):
        raise ValueError(parameter.kind)
    return given


def _declarations(source: str) -> list[Parameter]:
    comments = _comments(source)
    return [p for node in ast.parse(source).body if (p := _declaration(node, comments))]


def _declaration(node: ast.stmt, comments: Mapping[int, str]) -> Parameter | None:
    text = comments.get(node.end_lineno or 0, "")
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        default = _literal(node.value) if node.value else None
        return Parameter(node.target.id, ast.unparse(node.annotation), default, text, required=node.value is None)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        default = _literal(node.value)
        return Parameter(node.targets[0].id, type(default).__name__ if default is not None else "Any", default, text)
    return None


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise ValueError(f"the default {ast.unparse(node)!r} of a parameter is not a plain value") from error


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _options(kind: str) -> list[str]:
    """The alternatives of an annotation, None first so that it gets its say before text takes everything."""
    return sorted((ast.unparse(n) for n in _alternatives(ast.parse(kind, mode="eval").body)), key=lambda o: o != "None")


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _alternatives(node.left) + _alternatives(node.right)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _alternatives(ast.parse(node.value, mode="eval").body)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Optional"):
        return [*_alternatives(node.slice), ast.Constant(None)]
    return [node]


def _convert(text: str, option: str) -> Value:
    word = text.strip().lower()
    match _base(option):
        case "None" if word in ("", "none", "null"):
            return None
        case "str" | "Any":
            return text
        case "bool" if word in _WORDS:
            return _WORDS[word]
        case "int" if re.fullmatch(r"[+-]?\d+", word):
            return int(word)
        case "float" if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", word):
            return float(word)
        case "Literal" if found := [v for v in _literals(option) if str(v) == text]:
            return found[0]
        case "list" | "dict" if _fits(value := _from_json(text), option):
            return value
    raise ValueError(_expected(option))


def _fits(value: Any, option: str) -> bool:
    match _base(option):
        case "Literal":
            return any(value == v and type(value) is type(v) for v in _literals(option))
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "None":
            return value is None
        case "Any":
            return True
    return type(value).__name__ == _base(option)


def _base(option: str) -> str:
    return option.partition("[")[0].rpartition(".")[2].replace("List", "list").replace("Dict", "dict")


def _literals(option: str) -> list[Any]:
    inside = ast.literal_eval(option[option.index("[") :])
    return list(inside)


def _expected(option: str) -> str:
    names = {"int": "a whole number", "float": "a number", "bool": "true or false", "None": "none", "str": "text"}
    if _base(option) == "Literal":
        return "one of " + ", ".join(map(str, _literals(option)))
    return names.get(_base(option), f"{_base(option)} in JSON")


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) for k in value) and all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return value is None or type(value) in (str, int, bool) or (type(value) is float and value - value == 0)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
