"""The outbox: owe a message, deliver it, sweep up what is due. The only code that sends.

PostgreSQL remembers what is owed; Celery only wakes a worker. A message is claimed with a lease, sent outside
any transaction, then marked. A worker that dies after sending leaves a lease to run out, so the worst case is
a second copy with the same Message-ID.

owing.py writes rows, nudge.py wakes a worker, delivery.py sends, outcomes.py marks what became of a row.
"""

from consultations.outbox.delivery import deliver, sweep
from consultations.outbox.nudge import nudge
from consultations.outbox.outcomes import give_up, record_bounce, send_again
from consultations.outbox.owing import drop, owe, owe_daily, owe_farewell, owe_link, owe_list, owe_once, owe_waiting

__all__ = [
    "deliver",
    "drop",
    "give_up",
    "nudge",
    "owe",
    "owe_daily",
    "owe_farewell",
    "owe_link",
    "owe_list",
    "owe_once",
    "owe_waiting",
    "record_bounce",
    "send_again",
    "sweep",
]
