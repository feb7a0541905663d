"""An Exchange Server that keeps to Microsoft's schemas, and what is read of it."""
