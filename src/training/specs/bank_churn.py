"""Which of a bank's customers will leave.

Age, gender and geography are told as they are; nothing is said of them that sounds as if it could be changed.
"""

from collections.abc import Mapping

from commerce.people.bank_schema import BANK_V1, BankField
from scoring import bank_model
from training.specs.table_spec import SpecColumn, TableSpec

_UNKNOWN = "{name} is not known."
_WORDS: Mapping[str, str] = {
    "credit_score": (
        "[value<reference] Credit score too low: {value}; usually {reference}. | Credit score is {value}{compared}."
        " | Credit score is {value}."
    ),
    "geography": "Geography is {value}.",
    "gender": "Gender is {value}.",
    "age": "Age is {value}{compared}. | Age is {value}.",
    "tenure": (
        "[value=1] With the bank for 1 year. | [value=0] With the bank for less than a year."
        " | With the bank for {value} years{compared}. | With the bank for {value} years."
    ),
    "balance": (
        "[value<reference] Balance too low: {value}; usually {reference}. | Balance is {value}{compared}."
        " | Balance is {value}."
    ),
    "num_of_products": (
        "[value=1] Holds one product only. | [value=0] Holds no product. | [value>2] Holds many products: {value}."
        " | Holds {value} products."
    ),
    "has_cr_card": "[value=0] No credit card. | Has a credit card.",
    "is_active_member": "[value=0] Inactive member. | Active member.",
}


def _column(name: str, field: BankField) -> SpecColumn:
    label = name.replace("_", " ")
    return SpecColumn(
        template=_WORDS[name],
        missing=_UNKNOWN.format(name=label[:1].upper() + label[1:]),
        is_category=bool(field.values),
        minimum=None if field.values else field.minimum,
        maximum=None if field.values else field.maximum,
        is_whole=field.is_whole and not field.values,
    )


BANK_CHURN = TableSpec(
    name=bank_model.BANK_MODEL,
    columns={name: _column(name, field) for name, field in BANK_V1.items()},
    target="exited",
    identifier="customer_id",
    beside=("customer_id", "surname"),
    aliases={
        "customerid": "customer_id",
        "country": "geography",
        "products_number": "num_of_products",
        "number_of_products": "num_of_products",
        "credit_card": "has_cr_card",
        "has_credit_card": "has_cr_card",
        "active_member": "is_active_member",
        "churn": "exited",
        "churned": "exited",
    },
    predicts="the probability that a customer of the bank leaves",
    usual=(
        "A customer of the bank usually leaves with {risk}; nothing known here raises it by much."
        " | A customer of the bank usually leaves with {risk}; several small things raise it here, none of which"
        " stands out."
    ),
    rule="Retain who is likelier to leave than not; no costs are known that would set another threshold.",
    at_or_above="retain",
    below="none",
)
