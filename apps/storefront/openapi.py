"""The OpenAPI schema of the API, taken from the structs that read bodies and shape answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from apps.carts.problem import CONTENT_TYPE
from apps.storefront import answers

REFERENCE = "#/components/schemas/{name}"
SCHEME = "ApiKey"
KEY_SCHEME = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "`Api-Key <key>`",
}
CODE = {
    "type": "string",
    "pattern": "^[!-.0-~]{1,64}$",
    "description": "1-64 visible ASCII characters without `/`",
}
KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "The same key with the same request gets the same answer again.",
}
WITH_BODY = (413, 415)
ALWAYS = (400, 401, 403, 405, 503)
Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of a view: its body and its answer (or all it may give) as structs, parameters, further statuses."""

    name: str
    summary: str
    answer: type[msgspec.Struct] | tuple[type[msgspec.Struct], ...]
    body: type[msgspec.Struct] | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Json] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    status: int = 200
    idempotent: bool = False

    @property
    def answered(self) -> tuple[type[msgspec.Struct], ...]:
        return self.answer if isinstance(self.answer, tuple) else (self.answer,)


class StorefrontSchema(AutoSchema):
    """Describes a view by its `operations`, method by method."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Json | None:
        described: Operation | None = getattr(self.view, "operations", {}).get(method.lower())
        if described is None:
            return None
        _register(registry, described)
        operation: Json = {
            "operationId": described.name,
            "summary": described.summary,
            "tags": ["storefront"],
            "security": [{SCHEME: []}],
            "responses": _responses(described),
        }
        parameters = _parameters(described)
        if parameters:
            operation["parameters"] = parameters
        if described.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": _content("application/json", described.body),
            }
        return operation


def _parameters(described: Operation) -> list[Json]:
    paths = [
        {
            "in": "path",
            "name": name,
            "required": True,
            "description": text,
            "schema": {"$ref": REFERENCE.format(name="Code")},
        }
        for name, text in described.path.items()
    ]
    queries = [{"in": "query", "name": name, "schema": schema} for name, schema in described.query.items()]
    return paths + queries + ([KEY_HEADER] if described.idempotent else [])


def _responses(described: Operation) -> Json:
    refused = sorted({*ALWAYS, *described.refusals, *(WITH_BODY if described.body else ())})
    done = HTTPStatus(described.status)
    answered = {"description": done.phrase, "content": _content("application/json", *described.answered)}
    return {str(done.value): answered} | {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": _content(CONTENT_TYPE, answers.Problem),
        }
        for status in refused
    }


def _content(media_type: str, *structs: type[msgspec.Struct]) -> Json:
    schemas = [{"$ref": REFERENCE.format(name=struct.__name__)} for struct in structs]
    return {media_type: {"schema": schemas[0] if len(schemas) == 1 else {"oneOf": schemas}}}


def _register(registry: ComponentRegistry, described: Operation) -> None:
    """The schemas of this operation's structs and of those they name."""
    structs = [*described.answered, answers.Problem, *([described.body] if described.body else [])]
    _, found = msgspec.json.schema_components(structs, ref_template=REFERENCE)
    for name, schema in {**found, "Code": CODE}.items():
        _put(registry, name, ResolvedComponent.SCHEMA, without_null(schema))
    _put(registry, SCHEME, ResolvedComponent.SECURITY_SCHEMA, KEY_SCHEME)


def _put(registry: ComponentRegistry, name: str, kind: str, schema: Json) -> None:
    registry.register_on_missing(ResolvedComponent(name=name, type=kind, object=name, schema=schema))


def without_null(schema: Any) -> Any:
    """3.0 has no type null: a value that may be absent is `nullable`."""
    if isinstance(schema, list):
        return [without_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: without_null(part) for name, part in schema.items()}
    if found.get("required") == []:
        del found["required"]
    choices = found.get("anyOf")
    if choices and {"type": "null"} in choices:
        left = [choice for choice in choices if choice != {"type": "null"}]
        del found["anyOf"]
        if len(left) > 1:
            found |= {"anyOf": left}
        elif "$ref" in left[0]:
            found |= {"allOf": left}
        else:
            found |= left[0]
        found["nullable"] = True
    return found
