LIFETIME_VALUE = "lifetime_value"
