"""Bounds on everything that is read from a groupware server.

A server may be slow, broken or hostile, and its address may have been typed by somebody
who wants to probe the local network. Each reader of
``groupware/`` goes through here: ``limits`` (how much, how long), ``documents`` (XML
and JSON), ``threads`` (what blocks), ``addresses`` (where to), ``http`` (aiohttp) and
``adapter`` (requests, for exchangelib and msal).
"""
