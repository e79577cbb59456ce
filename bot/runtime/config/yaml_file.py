"""Reads YAML files into models. Errors give the file, the line and the key."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.errors import ConfigError
from bot.text.validation_messages import describe_error

Model = TypeVar("Model", bound=BaseModel)

LARGEST_FILE = 5_000_000
"""Maximum bytes of one file."""
MOST_VALUES = 1_000_000
"""Maximum values in one file. An alias counts as many values as it repeats, because a few lines of
nested aliases can expand to a billion values."""
MOST_LEVELS = 100
"""Maximum depth to which lists and mappings of one file are nested."""
_TEXT, _NULL, _NUMBER, _LIST, _MAPPING = (
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "null", "int", "seq", "map")
)


class _Loader(yaml.CSafeLoader):
    """A YAML loader that recognizes only null and whole numbers. Everything else stays text, for
    example `12.50` and the country code `NO`, which YAML would read as false.

    Pydantic converts `true`, `12.5` and `2025-05-14` to the type of each field. Other tags, such as
    `!!set`, are refused.
    """

    def construct_document(self, node: yaml.Node) -> Any:
        """The document's value; raises MarkedYAMLError if it is too large or too deep.

        PyYAML's own method takes four times as long.
        """
        self._values_left = MOST_VALUES
        return self._build(node, MOST_LEVELS)

    def _build(self, node: yaml.Node, levels_left: int) -> Any:
        """The node's value. An alias is built again, so that each of its values is counted."""
        self._values_left -= 1
        if self._values_left < 0:
            problem = f"more than {MOST_VALUES:,} values, by aliases"
            raise _refuse(node, problem, "Repeat the values without aliases")
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if node.tag in (_NULL, _NUMBER) and isinstance(node, yaml.ScalarNode):
            return self.construct_object(node)
        if levels_left == 0 and isinstance(node, yaml.CollectionNode):
            problem = f"lists and mappings are nested more than {MOST_LEVELS} levels deep"
            raise _refuse(node, problem, "Nest them less; an alias may not contain itself")
        if isinstance(node, yaml.MappingNode) and node.tag == _MAPPING:
            return self._build_mapping(node, levels_left - 1)
        if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
            return [self._build(each, levels_left - 1) for each in node.value]
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise _refuse(node, f"the tag {tag} is not supported here", "Remove the tag")

    def _build_mapping(self, node: yaml.MappingNode, levels_left: int) -> dict[Hashable, Any]:
        built: dict[Hashable, Any] = {}
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refuse(key, "a list or a mapping cannot be a key", "Use text as the key")
            if key.value in seen:
                raise _refuse(key, f"'{key.value}' is given twice", "Remove one")
            seen.add(key.value)
            built[self._build(key, levels_left)] = self._build(value, levels_left)
        return built


def _refuse(node: yaml.Node, problem: str, cure: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark, note=cure)


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":int"))]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as a `model`; raises ConfigError with file, line and key."""
    return read_text_model(str(path), read_file(path), model)


def read_text_model(path: str, text: str, model: type[Model]) -> Model:
    """The text of a file as a `model`; `path` is for error messages. Raises ConfigError as
    `read_model` does."""
    try:
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - _Loader is a safe loader
        return model.model_validate(raw)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        tabs = "Indent with spaces, not with tabs" if _has_tab(text, mark) else ""
        raise ConfigError(
            path, line, "", error.problem or "not YAML", error.note or tabs
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line, key = locate(text, first["loc"])
        raise ConfigError(path, line, key, describe_error(first)) from error
    except (yaml.YAMLError, ValueError) as error:
        # This is also the error for a number with more digits than Python converts.
        raise ConfigError(path, None, "", "not YAML that can be read") from error


def _has_tab(text: str, mark: yaml.Mark | None) -> bool:
    return mark is not None and "\t" in "".join(text.splitlines()[mark.line : mark.line + 1])


def read_file(path: Path) -> str:
    """The file's text; raises ConfigError if the file cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        cure = "Check TARIFFWIRE_CONFIG_DIR, or TARIFFWIRE_FEEDS_FILE if that is set"
        raise ConfigError(str(path), None, "", reason, cure) from error
    if len(content) > LARGEST_FILE:
        raise ConfigError(str(path), None, "", f"larger than {LARGEST_FILE:,} bytes", "Split it")
    return text


def locate(text: str, loc: Sequence[int | str]) -> tuple[int, str]:
    """The line (from 1) and the dotted key of the node at this location. If there is no such node,
    those of its nearest parent."""
    node = yaml.compose(text, Loader=_Loader)
    line, key = 1, []
    for step in loc:
        found = _find_child(node, step)
        if found is None:
            # Pydantic's location may contain steps that the text does not have: union branches and
            # missing keys.
            if isinstance(step, str) and step == loc[-1]:
                key.append(step)
            continue
        line, node = found
        key.append(str(step))
    return line, ".".join(key)


def _find_child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(step):
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None
