"""What every importer shares: options, the tenant, the clocks, staging and bulk writing."""
