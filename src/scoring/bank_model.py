"""The name of the model of a bank's customers, and what makes one."""

BANK_MODEL = "bank_churn"
"""The model that is asked: `shared.bank_churn`."""

TRAINED_BY = "bellwether train bank_churn --table FILE"
"""What makes a package of it; without a table a simulated bank is learned from."""
