"""Payments: from the intent to the money, its refunds, disputes and invoices."""
