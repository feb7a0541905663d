"""Any phone system that Home Assistant's own actions can set, or none at all."""
