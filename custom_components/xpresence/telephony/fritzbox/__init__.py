"""FRITZ!Box over TR-064: rules that exist are switched, answering machines too."""
