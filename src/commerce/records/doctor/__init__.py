"""Whether the records add up: every rule that must hold between them, and what breaks it.

The database itself refuses most faults; the doctor finds what came in around it: a repair by hand, a
restored file, a version with a fault. Each rule is one query for the rows that break it, so a healthy
record store of any size is examined without being read into memory.

Guarantee: the doctor only reads.
"""

from commerce.records.doctor.examination import Finding, examine

__all__ = ["Finding", "examine"]
