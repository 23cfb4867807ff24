"""`typing.NamedTuple` for the hook's path: importing `typing` costs as much as the whole hook."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def _field(index: int) -> property:
    return property(lambda self: self[index])


class _Meta(type):
    def __new__(meta, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
        if not bases:
            return super().__new__(meta, name, (tuple,), namespace)
        fields = tuple(namespace.get("__annotations__", ()))
        defaults = {f: namespace.pop(f) for f in fields if f in namespace}
        required = len(fields) - len(defaults)

        def new(cls: type[tuple[Any, ...]], *args: Any, **named: Any) -> Any:
            if not named and len(args) == len(fields):
                return tuple.__new__(cls, args)
            values = dict(defaults)
            values.update(zip(fields, args, strict=False))
            values.update(named)
            if len(args) > len(fields) or values.keys() != set(fields):
                raise TypeError(f"{name} takes {', '.join(fields)}")
            return tuple.__new__(cls, [values[field] for field in fields])

        for index, field in enumerate(fields):
            namespace[field] = _field(index)
        if list(fields[required:]) != list(defaults):
            raise TypeError(f"{name}: a field without a default follows one with")
        namespace.update(__slots__=(), __new__=new, _fields=fields)
        return super().__new__(meta, name, (bases[0],), namespace)


class NamedTuple(metaclass=_Meta):
    """An immutable tuple whose fields are the annotations of the class body."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    if TYPE_CHECKING:

        def __iter__(self) -> Iterator[Any]: ...

    def _replace(self, **changes: Any) -> Any:
        return type(self)(**{**self._asdict(), **changes})

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        inside = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
        return f"{type(self).__name__}({inside})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)
