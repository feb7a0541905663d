"""Who may do what: policy, delegates, revocation."""
