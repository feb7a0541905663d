"""Who may do what: policy, delegates, overrides."""
