from .fields import Field

ID_ONLY: str
SHALLOW: str

class CalendarItem:
    @classmethod
    def get_field_by_fieldname(cls, fieldname: str) -> Field: ...
