from collections.abc import Iterable, Iterator
from typing import Any

from .fields import FieldPath
from .properties import CalendarView, DistinguishedFolderId, ItemId

class FindItem:
    def __init__(self, *, account: Any) -> None: ...
    def call(
        self,
        folders: Iterable[DistinguishedFolderId],
        additional_fields: Iterable[FieldPath],
        restriction: None,
        order_fields: None,
        shape: str,
        query_string: None,
        depth: str,
        calendar_view: CalendarView,
        max_items: int,
        offset: int,
    ) -> Iterator[Any]: ...
    @classmethod
    def _get_soap_parts(cls, response: Any) -> Any: ...
    def _elem_to_obj(self, elem: Any) -> Any: ...

class GetItem:
    def __init__(self, *, account: Any) -> None: ...
    def call(
        self,
        items: Iterable[ItemId],
        additional_fields: Iterable[FieldPath],
        shape: str,
    ) -> Iterator[Any]: ...
    @classmethod
    def _get_soap_parts(cls, response: Any) -> Any: ...
    def _elem_to_obj(self, elem: Any) -> Any: ...
