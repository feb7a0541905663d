from .ewsdatetime import EWSDateTime

class Mailbox:
    def __init__(self, *, email_address: str) -> None: ...

class DistinguishedFolderId:
    def __init__(self, *, id: str, mailbox: Mailbox) -> None: ...  # noqa: A002

class CalendarView:
    def __init__(
        self, *, start: EWSDateTime, end: EWSDateTime, max_items: int
    ) -> None: ...

class ItemId:
    def __init__(self, id: str, changekey: str) -> None: ...  # noqa: A002
