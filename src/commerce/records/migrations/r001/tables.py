"""The tables of the first revision, all in one metadata: importing their modules puts them there."""

from commerce.records.migrations.r001 import catalogue, money, people, stream, trade
from commerce.records.migrations.r001.columns import metadata

MODULES = (people, catalogue, trade, money, stream)

__all__ = ["MODULES", "metadata"]
