"""The decision's own tests, folder by folder as in the package."""
