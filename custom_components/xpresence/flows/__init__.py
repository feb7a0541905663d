"""The settings pages, one file an idea; Home Assistant finds them by config_flow."""
