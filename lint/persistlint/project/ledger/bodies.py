"""What a request or a message brings in: it is accepted, not imported. And what is uploaded: that is a file."""

from __future__ import annotations

from persistlint.project.interp.values import Attribute, Choice, External, Made, Operation, Unknown, Value
from persistlint.project.sqlalchemy.annotations import is_annotated, listed, unwrap_annotation

_DEEPEST = 10
_OBJECTS = ("flask.request", "quart.request", "quart.websocket", "bottle.request", "flask.globals.request")
_TYPES = frozenset({"Request", "WebSocket", "HTTPConnection", "HttpRequest", "WebSocketServerProtocol"})
_NAMES = frozenset({"request", "websocket", "ws"})
_BODIES = frozenset({"json", "get_json", "form", "values", "args", "receive_json", "post", "query_params"})
"""What gives the entries of a body, be it an attribute or a method."""
_FILES = ("UploadFile", "FileStorage")


def is_body(value: Value) -> bool:
    """Whether a value is the body of a request as entries, or a message: `request.get_json()`, `request.form`."""
    match value:
        case Made(func=Attribute() | External() as func):
            return is_body(func)
        case Attribute(base=base, name=name):
            return name in _BODIES and is_request(base)
        case External(name=name):
            owner, _, last = name.rpartition(".")
            return last in _BODIES and owner.endswith(_OBJECTS)
        case _:
            return False


def is_request(value: Value) -> bool:
    """Whether a value is a request, or a connection that messages come over."""
    match value:
        case External(name=name):
            return name.endswith(_OBJECTS)
        case Unknown(annotation=External(name=name)):
            return name.rpartition(".")[2] in _TYPES
        case Unknown(parameter=parameter):
            return parameter in _NAMES
        case Attribute(name=name):
            return name in _NAMES
        case Choice(options=options):
            return any(is_request(one) for one in options)
        case _:
            return False


def is_asked(value: Value, depth: int = 0) -> bool:
    """Whether a value came with a request or a message: `json.loads(await websocket.receive_text())`."""
    if depth > _DEEPEST:
        return False
    if is_request(value) or is_body(value):
        return True
    match value:
        case Made(func=func, args=args):
            inner = (func.base, *args) if isinstance(func, Attribute) else (*args, func)
            return any(is_asked(one, depth + 1) for one in inner)
        case Attribute(base=base):
            return is_asked(base, depth + 1)
        case Operation(op="[]", operands=(base, _)):
            return is_asked(base, depth + 1)
        case External(name=name):
            return name.rpartition(".")[0].endswith(_OBJECTS)
        case Choice(options=options):
            return any(is_asked(one, depth + 1) for one in options)
        case _:
            return False


def is_upload(value: Value) -> bool:
    """Whether a value is a file that came with a request: a parameter `file: UploadFile`, `request.files["file"]`."""
    match value:
        case Unknown(annotation=annotation) if annotation is not None:
            kind = unwrapped(annotation)
            return isinstance(kind, External) and kind.name.endswith(_FILES)
        case Operation(op="[]", operands=(files, _)) | Made(func=Attribute(base=files, name="get")):
            return _is_files(files)
        case Made(func=External(name=name)):
            return name.endswith(".files.get") and name.rpartition(".files.")[0].endswith(_OBJECTS)
        case _:
            return False


def unwrapped(annotation: Value) -> Value:
    """The type of a parameter without `Annotated` and None."""
    python, _, _ = unwrap_annotation(annotation)
    return listed(python.operands[1])[0] if isinstance(python, Operation) and is_annotated(python) else python


def _is_files(value: Value) -> bool:
    match value:
        case External(name=name):
            owner, _, last = name.rpartition(".")
            return last == "files" and owner.endswith(_OBJECTS)
        case Attribute(base=base, name="files"):
            return is_request(base)
        case _:
            return False
