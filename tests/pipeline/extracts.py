"""Extracts for tests: one percentage of a partner that has sent nothing before."""

from __future__ import annotations

HEADER = (
    "metric_id,definition_version,measure,breakdown_type,breakdown_value,area,area_name,period,numerator,denominator,"
    "value,lower,upper,unit,qualifier,source,quote,note"
)


def extract(value: str, area: str = "E54000032,NHS Kent and Medway ICB") -> str:
    """The text of an extract whose only figure is `value` per cent in February 2025; above 100 the gate blocks it."""
    parts = f"{value},100" if float(value) <= 100 else ","
    return f"{HEADER}\npc_02,,practices rated good,,,{area},2025-02-28,{parts},{value},,,percent,exact,a test,,\n"
