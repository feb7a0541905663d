"""Planning the redirect: desired against observed, targets, numbers, guards."""
