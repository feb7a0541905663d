"""HCL Notes calendars, over the calendar service of the Domino server (DAS).

Read only: writing there would send notices to the other participants.
"""
