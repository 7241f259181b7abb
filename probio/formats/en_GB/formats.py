"""How the admin writes dates and times: short, on the 24-hour clock, the zone always named."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "D j M Y, H:i T"
