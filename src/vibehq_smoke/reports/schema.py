"""The JSON Schema of ``results.json``, taken from the models; ``python -m vibehq_smoke.reports.schema`` prints it."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from itertools import pairwise
from typing import Any

from .. import models

ID = f"urn:vibehq-smoke:results:{models.SCHEMA_VERSION}"


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of the document that ``reports.json.render`` writes.

    Each field's description is the string below it in ``models.py``.
    """
    found = models.RunRecord.model_json_schema(mode="serialization")
    about = field_docs()
    for name, definition in [*found["$defs"].items(), ("RunRecord", found)]:
        for field, value in definition.get("properties", {}).items():
            if text := about.get(name, {}).get(field):
                value["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        **found,
        "title": "Results of a vibehq-smoke run",
    }


def field_docs() -> dict[str, dict[str, str]]:
    """Model name -> field name -> the string that documents it.

    Read from the source, because pydantic's own ``use_attribute_docstrings`` does so for every model at import,
    which would slow down commands that never need a description.
    """
    tree = ast.parse(inspect.getsource(models))
    return {node.name: _attribute_docs(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _attribute_docs(node: ast.ClassDef) -> dict[str, str]:
    docs = {}
    for field, below in pairwise(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            docs[field.target.id] = inspect.cleandoc(ast.literal_eval(below.value)).replace("\n", " ")
    return docs


def render() -> str:
    """The text of docs/results.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
